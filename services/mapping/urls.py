from django.urls import path

from services.mapping import views
from services.mapping.backgrounds import background, days
from services.mapping.others import views as others
from services.mapping.profile import profile

app_name = "mapping"

urlpatterns = [
    path("mapa/warstwy", views.layer_catalogue, name="layers"),
    path("mapa/obraz.png", views.parcel_picture, name="picture"),
    path("mapa/wydruk", views.print_map, name="print"),
    path("mapa/uslugi/", others.others, name="others"),
    path("mapa/uslugi/opis", others.description, name="other-description"),
    path("mapa/uslugi/obraz", others.picture, name="other-picture"),
    path("mapa/uslugi/obiekty", others.objects, name="other-objects"),
    path("mapa/profil", profile, name="profile"),
    path("podklady/<slug:code>/dni", days, name="background-days"),
    path("podklady/<slug:code>/<int:zoom>/<int:column>/<int:row>", background, name="background"),
]

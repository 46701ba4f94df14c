from django.urls import path

from services.mapping import views
from services.mapping.backgrounds import background
from services.mapping.others import other, others

app_name = "mapping"

urlpatterns = [
    path("mapa/warstwy", views.layer_catalogue, name="layers"),
    path("mapa/obraz.png", views.parcel_picture, name="picture"),
    path("mapa/wydruk", views.print_map, name="print"),
    path("mapa/uslugi/", others, name="others"),
    path("mapa/uslugi/<slug:code>", other, name="other"),
    path("podklady/<slug:code>/<int:zoom>/<int:column>/<int:row>", background, name="background"),
]

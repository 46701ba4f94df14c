from django.urls import path

from services.sharing import views

app_name = "sharing"

urlpatterns = [
    path("m/<str:code>", views.short, name="short"),
    path("mapa/skrot", views.shorten, name="shorten"),
    path("mapa/qr.svg", views.qr, name="qr"),
    path("mapa/rysunki/", views.drawings, name="drawings"),
    path("mapa/rysunki/<str:secret>", views.drawing, name="drawing"),
]

from django.urls import path

from services.setup import views

app_name = "setup"

urlpatterns = [
    path("urzad/ustawienia/", views.index, name="index"),
    path("urzad/ustawienia/zmiana/<int:pk>/", views.change, name="change"),
    path("urzad/ustawienia/<int:teryt>/<slug:code>/nowe/", views.add, name="add"),
    path("urzad/ustawienia/<int:teryt>/<slug:code>/<int:pk>/", views.alter, name="alter"),
    path("urzad/ustawienia/<int:teryt>/<slug:code>/<int:pk>/<slug:deed>/", views.do, name="do"),
]

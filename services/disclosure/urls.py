from django.urls import path

from services.disclosure import views

app_name = "disclosure"

urlpatterns = [
    path("urzad/dzialki/<path:identifier>/wlasciciele/", views.owners, name="owners"),
    path("urzad/dziennik-dostepu/", views.access_log, name="log"),
]

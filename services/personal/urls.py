from django.urls import path

from services.personal import views

app_name = "personal"

urlpatterns = [
    path("moje/dane/", views.data, name="data"),
    path("moje/dane/pobierz/", views.download, name="download"),
    path("moje/dane/usun/", views.erase, name="erase"),
]

from django.urls import path

from services.personal import standing, views

app_name = "personal"

urlpatterns = [
    path("moje/dane/", views.data, name="data"),
    path("moje/dane/pobierz/", views.download, name="download"),
    path("moje/dane/usun/", views.erase, name="erase"),
    path("moje/w-imieniu/", standing.acting, name="acting"),
    path("moje/w-imieniu/nowe/", standing.ask, name="ask"),
    path("moje/w-imieniu/<int:pk>/odwolaj/", standing.revoke, name="revoke"),
    path("moje/w-imieniu/<int:pk>/dokument/", standing.document, name="mandate-document"),
    path("moje/powiaz/", standing.link, name="link"),
]

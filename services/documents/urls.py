from django.urls import path

from services.documents import views

app_name = "documents"

urlpatterns = [
    path("weryfikacja/", views.ask, name="ask"),
    path("weryfikacja/podpis/", views.signature, name="signature"),
    path("weryfikacja/<str:code>/", views.verify, name="verify"),
    path("dokumenty/<str:code>.pdf", views.download, name="download"),
]

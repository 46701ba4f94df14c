from django.urls import path

from services.identity.saml import views

app_name = "saml"

urlpatterns = [
    path("saml/metadata", views.metadata, name="metadata"),
    path("saml/acs", views.acs, name="acs"),
    path("saml/wejscie", views.arrival, name="arrival"),
    path("saml/slo", views.logout, name="slo"),
]

"""All addresses of the office; the fixed ones stand in docs/public-interface.md."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("services.extracts.urls")),
    path("", include("services.documents.urls")),
]

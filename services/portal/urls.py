"""All addresses of the office; the fixed ones stand in docs/public-interface.md."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

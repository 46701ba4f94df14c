"""Addresses of the files."""

from django.urls import re_path

from tiles.downloads.views import download

urlpatterns = [
    re_path(r"^pobierz/(?P<teryt>[0-9]{6})\.(?P<form>gpkg|pmtiles)$", download, name="tile-download"),
]

"""Addresses of the vector tiles."""

from django.urls import re_path

from tiles.mvt import views

urlpatterns = [
    re_path(
        r"^tiles/(?P<name>[^/]+)/(?P<zoom>[^/]+)/(?P<column>[^/]+)/(?P<row>[^/]+)\.mvt$", views.vector_tile, name="tile"
    ),
    re_path(r"^tiles/(?P<name>[^/]+)\.json$", views.tile_json, name="tilejson"),
]

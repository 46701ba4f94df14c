"""Addresses of OGC API Maps."""

from django.urls import re_path

from tiles.pictures import ogc

COLLECTION = r"^ogc/collections/(?P<name>[^/]+)"

urlpatterns = [
    re_path(r"^ogc/map/?$", ogc.dataset_map, name="ogc-map"),
    re_path(r"^ogc/styles/(?P<style>[^/]+)/map/?$", ogc.dataset_map, name="ogc-styled-map"),
    re_path(rf"{COLLECTION}/map/?$", ogc.collection_map, name="ogc-collection-map"),
    re_path(rf"{COLLECTION}/styles/(?P<style>[^/]+)/map/?$", ogc.collection_map, name="ogc-collection-styled-map"),
]

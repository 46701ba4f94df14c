"""Addresses of styles, sprites and glyphs."""

from django.urls import re_path

from tiles.styles import ogc, views

urlpatterns = [
    re_path(r"^ogc/styles/?$", ogc.list_of_styles, name="ogc-styles"),
    re_path(r"^ogc/styles/(?P<name>[^/]+)/?$", ogc.stylesheet, name="ogc-style"),
    re_path(r"^ogc/styles/(?P<name>[^/]+)/metadata/?$", ogc.style_metadata, name="ogc-style-metadata"),
    re_path(r"^ogc/collections/(?P<name>[^/]+)/styles/?$", ogc.styles_of_collection, name="ogc-collection-styles"),
    re_path(r"^styles/sprite(?P<scale>(?:@2x)?)\.(?P<extension>json|png)$", views.sprite, name="tile-sprite"),
    re_path(
        r"^glyphs/(?P<fonts>[^/]+)/(?P<first>[0-9]+)-(?P<last>[0-9]+)\.pbf$", views.glyph_range, name="tile-glyphs"
    ),
]

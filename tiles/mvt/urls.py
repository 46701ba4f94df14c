"""Addresses of the vector tiles."""

from django.urls import re_path

from tiles.mvt import ogc, views

SETS = r"^ogc/collections/(?P<name>[^/]+)/tiles"

urlpatterns = [
    re_path(r"^ogc/tileMatrixSets/?$", ogc.matrix_set_list, name="ogc-matrix-sets"),
    re_path(r"^ogc/tileMatrixSets/(?P<grid>[^/]+)/?$", ogc.one_matrix_set, name="ogc-matrix-set"),
    re_path(rf"{SETS}/?$", ogc.tile_set_list, name="ogc-tile-sets"),
    re_path(rf"{SETS}/(?P<grid>[^/]+)/?$", ogc.one_tile_set, name="ogc-tile-set"),
    re_path(
        rf"{SETS}/(?P<grid>[^/]+)/(?P<zoom>[^/]+)/(?P<row>[^/]+)/(?P<column>[^/]+)$", ogc.tile_of_set, name="ogc-tile"
    ),
    re_path(r"^ogc/tiles/?$", ogc.dataset_tile_set_list, name="ogc-dataset-tile-sets"),
    re_path(r"^ogc/tiles/(?P<grid>[^/]+)/?$", ogc.one_dataset_tile_set, name="ogc-dataset-tile-set"),
    re_path(
        r"^ogc/tiles/(?P<grid>[^/]+)/(?P<zoom>[^/]+)/(?P<row>[^/]+)/(?P<column>[^/]+)$",
        ogc.tile_of_dataset,
        name="ogc-dataset-tile",
    ),
    re_path(
        r"^tiles/(?P<name>[^/]+)/(?P<zoom>[^/]+)/(?P<column>[^/]+)/(?P<row>[^/]+)\.mvt$", views.vector_tile, name="tile"
    ),
    re_path(r"^tiles/(?P<name>[^/]+)\.json$", views.tile_json, name="tilejson"),
]

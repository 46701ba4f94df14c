"""OGC API Tiles: documents of tile sets, and tiles by row and column."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from pygeoapi.api import API

from spatial.errors import NotFound
from spatial.ogc.documents import Document, extent, known
from spatial.ogc.extensions import Extension, Links
from spatial.ogc.openapi import named, reading
from spatial.ogc.questions import strict
from spatial.ogc.registry import Collection, collections
from spatial.ogc.views import document_view, door, pairs_of
from tiles.matrix import GRIDS, Grid
from tiles.mvt.views import MVT, address, drawn, sent

CLASSES = (
    *(
        f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")
    ),
    *(f"http://www.opengis.net/spec/tms/2.0/conf/{name}" for name in ("tilematrixset", "json-tilematrixset")),
)
SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TILE_SETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"


def base_of(api: API) -> str:
    return str(api.base_url)


def grid_of(name: str) -> Grid:
    """Raises NotFound."""
    if name not in GRIDS:
        raise NotFound(f"Nie ma układu kafli {name[:60]!r} / no such tile matrix set.")
    return GRIDS[name]


def drawn_as_tiles(name: str) -> Collection:
    """Raises NotFound."""
    return drawn(known(name).id)


def matrix_sets(api: API, language: str) -> Document:
    home = f"{base_of(api)}/tileMatrixSets"
    return {
        "tileMatrixSets": [
            {
                "id": grid.name,
                "title": grid.title[language],
                **({"uri": grid.uri} if grid.uri else {}),
                "crs": grid.crs_uri,
                "links": [link("self", f"{home}/{grid.name}", grid.title[language])],
            }
            for grid in GRIDS.values()
        ]
    }


def matrix_set(_api: API, language: str, grid: str) -> Document:
    return grid_of(grid).document(language)


def tile_sets(api: API, language: str, name: str) -> Document:
    held, home = drawn_as_tiles(name), f"{base_of(api)}/collections/{name}/tiles"
    return {
        "title": held.title[language],
        "links": [link("self", home, held.title[language])],
        "tilesets": [
            summary(api, held, grid, language)
            | {"links": [link("self", f"{home}/{grid.name}", grid.title[language]), scheme(api, grid)]}
            for grid in GRIDS.values()
        ],
    }


def tile_set(api: API, language: str, name: str, grid: str) -> Document:
    held, of = drawn_as_tiles(name), grid_of(grid)
    home = f"{base_of(api)}/collections/{name}/tiles/{of.name}"
    west, south, east, north = extent()
    return summary(api, held, of, language) | {
        "tileMatrixSetLimits": limits(held, of),
        "boundingBox": {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        "layers": [
            {
                "id": held.id,
                "dataType": "vector",
                "geometryDimension": {"Point": 0, "MultiLineString": 1}.get(held.geometry_type, 2),
                "minTileMatrix": str(held.min_zoom),
                "maxTileMatrix": str(of.zooms - 1),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {field: held.fields[field].schema(language) for field in held.tile_fields},
                },
            }
        ],
        "links": [
            link("self", home, held.title[language]),
            scheme(api, of),
            link("item", f"{home}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", held.title[language], MVT)
            | {"templated": True},
        ],
    }


def summary(_api: API, held: Collection, grid: Grid, language: str) -> dict[str, Any]:
    return {
        "title": held.title[language],
        "dataType": "vector",
        "crs": grid.crs_uri,
        "tileMatrixSetId": grid.name,
        **({"tileMatrixSetURI": grid.uri} if grid.uri else {}),
    }


def limits(held: Collection, grid: Grid) -> list[dict[str, Any]]:
    """Zooms at which the collection is drawn; rows and columns are not limited."""
    return [
        {
            "tileMatrix": str(zoom),
            "minTileRow": 0,
            "maxTileRow": 2**zoom - 1,
            "minTileCol": 0,
            "maxTileCol": 2**zoom - 1,
        }
        for zoom in range(held.min_zoom, grid.zooms)
    ]


def scheme(api: API, grid: Grid) -> dict[str, str]:
    return link(SCHEME, f"{base_of(api)}/tileMatrixSets/{grid.name}", grid.title.pl)


def link(rel: str, href: str, title: str, media_type: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "type": media_type, "title": title, "href": href}


matrix_set_list = document_view(matrix_sets)
one_matrix_set = document_view(matrix_set)
tile_set_list = document_view(tile_sets)
one_tile_set = document_view(tile_set)


@door("GET", "HEAD")
def tile_of_set(request: HttpRequest, name: str, grid: str, **place: str) -> HttpResponseBase:
    """A vector tile at ``zoom``, ``row`` and ``column``; 204 where nothing lies, 404 off the grid."""
    strict(pairs_of(request), frozenset({"f"}))
    of = grid_of(grid)
    return sent(request, drawn_as_tiles(name), of, address(of, place["zoom"], place["column"], place["row"]))


def landing_links(base_url: str) -> Links:
    return [link(SCHEMES, f"{base_url}/tileMatrixSets", "Układy kafli")]


def collection_links(base_url: str, collection: Collection) -> Links:
    if not collection.tile_fields:
        return []
    return [link(TILE_SETS, f"{base_url}/collections/{collection.id}/tiles", "Kafle wektorowe")]


def paths() -> dict[str, Any]:
    """Of the OpenAPI document."""
    told: dict[str, Any] = {
        "/tileMatrixSets": reading("Układy kafli", "getTileMatrixSetsList"),
        "/tileMatrixSets/{tileMatrixSetId}": reading(
            "Układ kafli", "getTileMatrixSet", parameters=[variable("tileMatrixSetId", list(GRIDS))]
        ),
    }
    for one in collections:
        if one.tile_fields:
            told |= collection_paths(one)
    return told


def collection_paths(one: Collection) -> dict[str, Any]:
    home, name = f"/collections/{one.id}/tiles", one.id.title().replace("-", "")
    grid = variable("tileMatrixSetId", list(GRIDS))
    place = [grid, *(variable(part) for part in ("tileMatrix", "tileRow", "tileCol"))]
    tile = reading(f"{one.title.pl}: kafel", f"{name}.collection.vector.getTile", tag=one.id, parameters=place)
    tile["get"]["responses"]["200"] = {
        "description": "Kafel", "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
    }  # fmt: skip
    tile["get"]["responses"]["204"] = {"description": "Nic tu nie leży"}
    tile["get"]["parameters"] = [part for part in tile["get"]["parameters"] if "lang" not in str(part)]
    tile["get"]["responses"]["400"] = named("Malformed")
    return {
        home: reading(f"{one.title.pl}: kafle", f"{name}.collection.vector.getTileSetsList", tag=one.id),
        f"{home}/{{tileMatrixSetId}}": reading(
            f"{one.title.pl}: zestaw kafli", f"{name}.collection.vector.getTileSet", tag=one.id, parameters=[grid]
        ),
        f"{home}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tile,
    }


def variable(name: str, options: list[str] | None = None) -> dict[str, Any]:
    schema = {"type": "string", "enum": options} if options else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


EXTENSION = Extension(
    conformance=CLASSES, landing_links=landing_links, collection_links=collection_links, paths=paths
)  # fmt: skip

"""OGC API Tiles: documents of tile sets, and tiles by row and column."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from pygeoapi.api import API

from spatial.errors import NotFound
from spatial.ogc.documents import Document, extent, known
from spatial.ogc.extensions import Extension, Links
from spatial.ogc.openapi import listing, named, reading
from spatial.ogc.questions import strict
from spatial.ogc.registry import Collection, collections
from spatial.ogc.text import TITLE
from spatial.ogc.views import document_view, door, pairs_of
from tiles.matrix import GRIDS, Grid
from tiles.mvt.views import MVT, address, drawn, sent

CLASSES = (
    *(
        f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
        for name in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "oas30",
        )
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


def everything() -> list[Collection]:
    """All collections that are drawn as tiles."""
    return [one for one in collections if one.tile_fields]


def matrix_sets(api: API, language: str) -> Document:
    home = f"{base_of(api)}/tileMatrixSets"
    return {
        "tileMatrixSets": [
            {
                "id": grid.name,
                "title": grid.title[language],
                "uri": uri_of(api, grid),
                "crs": grid.crs_uri,
                "links": [link(rel, f"{home}/{grid.name}", grid.title[language]) for rel in ("self", "item")],
            }
            for grid in GRIDS.values()
        ]
    }


def uri_of(api: API, grid: Grid) -> str:
    """The registered name of the grid; ours is known by its address."""
    return grid.uri or f"{base_of(api)}/tileMatrixSets/{grid.name}"


def matrix_set(_api: API, language: str, grid: str) -> Document:
    return grid_of(grid).document(language)


def tile_sets(api: API, language: str, name: str) -> Document:
    held = drawn_as_tiles(name)
    return list_of_sets(api, f"{base_of(api)}/collections/{name}/tiles", held.title[language], language)


def dataset_tile_sets(api: API, language: str) -> Document:
    return list_of_sets(api, f"{base_of(api)}/tiles", TITLE[language], language)


def list_of_sets(api: API, home: str, title: str, language: str) -> Document:
    return {
        "title": title,
        "links": [link("self", home, title)],
        "tilesets": [
            summary(api, title, grid)
            | {"links": [link("self", f"{home}/{grid.name}", grid.title[language]), scheme(api, grid)]}
            for grid in GRIDS.values()
        ],
    }


def tile_set(api: API, language: str, name: str, grid: str) -> Document:
    held = drawn_as_tiles(name)
    home = f"{base_of(api)}/collections/{name}/tiles"
    return set_of(api, home, held.title[language], [held], language=language, grid=grid_of(grid))


def dataset_tile_set(api: API, language: str, grid: str) -> Document:
    return set_of(api, f"{base_of(api)}/tiles", TITLE[language], everything(), language=language, grid=grid_of(grid))


def set_of(api: API, home: str, title: str, held: list[Collection], *, language: str, grid: Grid) -> Document:
    home = f"{home}/{grid.name}"
    west, south, east, north = extent()
    return summary(api, title, grid) | {
        "tileMatrixSetLimits": limits(min(one.min_zoom for one in held), grid),
        "boundingBox": {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        "layers": [layer(one, grid, language) for one in held],
        "links": [
            link("self", home, title),
            scheme(api, grid),
            link("item", f"{home}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", title, MVT) | {"templated": True},
        ],
    }


def layer(held: Collection, grid: Grid, language: str) -> dict[str, Any]:
    return {
        "id": held.id,
        "title": held.title[language],
        "dataType": "vector",
        "geometryDimension": {"Point": 0, "MultiLineString": 1}.get(held.geometry_type, 2),
        "minTileMatrix": str(held.min_zoom),
        "maxTileMatrix": str(grid.zooms - 1),
        "propertiesSchema": {
            "type": "object",
            "properties": {field: held.fields[field].schema(language) for field in held.tile_fields},
        },
    }


def summary(api: API, title: str, grid: Grid) -> dict[str, Any]:
    return {
        "title": title,
        "dataType": "vector",
        "crs": grid.crs_uri,
        "tileMatrixSetId": grid.name,
        "tileMatrixSetURI": uri_of(api, grid),
    }


def limits(from_zoom: int, grid: Grid) -> list[dict[str, Any]]:
    """Zooms at which something is drawn; rows and columns are not limited."""
    return [
        {
            "tileMatrix": str(zoom),
            "minTileRow": 0,
            "maxTileRow": 2**zoom - 1,
            "minTileCol": 0,
            "maxTileCol": 2**zoom - 1,
        }
        for zoom in range(from_zoom, grid.zooms)
    ]


def scheme(api: API, grid: Grid) -> dict[str, str]:
    return link(SCHEME, f"{base_of(api)}/tileMatrixSets/{grid.name}", grid.title.pl)


def link(rel: str, href: str, title: str, media_type: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "type": media_type, "title": title, "href": href}


matrix_set_list = document_view(matrix_sets)
one_matrix_set = document_view(matrix_set)
tile_set_list = document_view(tile_sets)
one_tile_set = document_view(tile_set)
dataset_tile_set_list = document_view(dataset_tile_sets)
one_dataset_tile_set = document_view(dataset_tile_set)


@door("GET", "HEAD")
def tile_of_set(request: HttpRequest, name: str, grid: str, **place: str) -> HttpResponseBase:
    """A vector tile at ``zoom``, ``row`` and ``column``; 204 where nothing lies, 404 off the grid."""
    strict(pairs_of(request), frozenset({"f"}))
    of = grid_of(grid)
    return sent(request, [drawn_as_tiles(name)], of, address(of, place["zoom"], place["column"], place["row"]))


@door("GET", "HEAD")
def tile_of_dataset(request: HttpRequest, grid: str, **place: str) -> HttpResponseBase:
    """The same with a layer for each collection, or for those that ``collections`` names."""
    given = strict(pairs_of(request), frozenset({"f", "collections"}))
    names = given["collections"].split(",") if "collections" in given else None
    held = everything() if names is None else [drawn_as_tiles(name) for name in dict.fromkeys(names)]
    of = grid_of(grid)
    return sent(request, held, of, address(of, place["zoom"], place["column"], place["row"]))


def landing_links(base_url: str) -> Links:
    return [
        link(SCHEMES, f"{base_url}/tileMatrixSets", "Układy kafli"),
        link(TILE_SETS, f"{base_url}/tiles", "Kafle wektorowe wszystkich kolekcji"),
    ]


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
    for one in everything():
        name = f"{one.id.title().replace('-', '')}.collection.vector"
        told |= paths_of(f"/collections/{one.id}/tiles", one.title.pl, name, one.id)
    chosen = listing("collections", [one.id for one in everything()])
    return told | paths_of("/tiles", TITLE.pl, "dataset.vector", "", chosen)


def paths_of(home: str, title: str, name: str, tag: str, *more: dict[str, Any]) -> dict[str, Any]:
    """``name`` begins the names of the operations, as OGC 20-057 has them (/req/oas30/operation-id)."""
    grid = variable("tileMatrixSetId", list(GRIDS))
    place = [grid, *(variable(part) for part in ("tileMatrix", "tileRow", "tileCol")), *more]
    tile = reading(f"{title}: kafel", f"{name}.getTile", tag=tag, parameters=place)
    tile["get"]["responses"]["200"] = {
        "description": "Kafel", "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
    }  # fmt: skip
    tile["get"]["responses"]["204"] = {"description": "Nic tu nie leży"}
    tile["get"]["parameters"] = [part for part in tile["get"]["parameters"] if "lang" not in str(part)]
    tile["get"]["responses"]["400"] = named("Malformed")
    return {
        home: reading(f"{title}: kafle", f"{name}.getTileSetsList", tag=tag),
        f"{home}/{{tileMatrixSetId}}": reading(
            f"{title}: zestaw kafli", f"{name}.getTileSet", tag=tag, parameters=[grid]
        ),
        f"{home}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tile,
    }


def variable(name: str, options: list[str] | None = None) -> dict[str, Any]:
    schema = {"type": "string", "enum": options} if options else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


EXTENSION = Extension(
    conformance=CLASSES, landing_links=landing_links, collection_links=collection_links, paths=paths
)  # fmt: skip

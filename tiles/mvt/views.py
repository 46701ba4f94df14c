"""Vector tiles and their TileJSON over HTTP, open to pages of other origins."""

from collections.abc import Sequence
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from spatial.errors import Malformed, NotFound, ServiceError
from spatial.ogc.documents import extent
from spatial.ogc.open_data import reading
from spatial.ogc.registry import Collection, collections
from tiles.matrix import WEB_MERCATOR_QUAD, Grid
from tiles.mvt.queries import Address, tile

MVT = "application/vnd.mapbox-vector-tile"
#: kept, but asked about each time: a change is seen at once, and what did not change is not sent again
CACHE = "no-cache"
CORS = {"Access-Control-Allow-Origin": "*"}


@require_safe
def vector_tile(request: HttpRequest, name: str, zoom: str, column: str, row: str) -> HttpResponseBase:
    """200 with the tile, 204 where nothing lies, 304, 400 for numbers that are none, 404 for a tile off the grid."""
    try:
        return sent(request, [drawn(name)], WEB_MERCATOR_QUAD, address(WEB_MERCATOR_QUAD, zoom, column, row))
    except ServiceError as error:
        return failure(error)


def sent(request: HttpRequest, held: Sequence[Collection], grid: Grid, place: Address) -> HttpResponseBase:
    """A tile with a layer for each of the collections: tiles of one layer written after each other are such a tile."""
    with reading() as ask:
        body = b"".join(tile(one, grid, place, ask=ask) for one in held)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = CORS | {"Cache-Control": CACHE, "ETag": etag}
    if not body:
        return HttpResponse(status=204, headers=headers)
    response = HttpResponse(body, content_type=MVT, headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
def tile_json(request: HttpRequest, name: str) -> HttpResponseBase:
    """TileJSON 3.0 of one collection."""
    try:
        held = drawn(name)
    except ServiceError as error:
        return failure(error)
    home = request.build_absolute_uri(f"/tiles/{name}")
    bounds = extent()
    document = {
        "tilejson": "3.0.0",
        "name": held.title.pl,
        "description": held.description.pl,
        "scheme": "xyz",
        "tiles": [f"{home}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": held.min_zoom,
        "maxzoom": WEB_MERCATOR_QUAD.zooms - 1,
        "bounds": bounds,
        "center": [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, held.min_zoom],
        "vector_layers": [
            {
                "id": held.id,
                "minzoom": held.min_zoom,
                "maxzoom": WEB_MERCATOR_QUAD.zooms - 1,
                "fields": {field: held.fields[field].title.pl for field in held.tile_fields},
            }
        ],
    }
    headers = CORS | {"Cache-Control": CACHE}
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False}, headers=headers)


def drawn(name: str) -> Collection:
    """Raises NotFound for a collection that is not there or not drawn."""
    held = collections.get(name)
    if held is None or not held.tile_fields:
        raise NotFound(f"Nie ma kafli kolekcji {name[:60]!r} / no tiles of such a collection.")
    return held


def address(grid: Grid, zoom: str, column: str, row: str) -> Address:
    """Raises Malformed for what is no number, NotFound for a tile off the grid."""
    if not all(text.isascii() and text.isdecimal() and len(text) <= 20 for text in (zoom, column, row)):
        raise Malformed("Adres kafla to trzy liczby całkowite / a tile address is three whole numbers.")
    place = Address(int(zoom), int(column), int(row))
    if not grid.has(*place):
        raise NotFound("Nie ma takiego kafla / no such tile.")
    return place


def failure(error: ServiceError) -> JsonResponse:
    body = {"code": error.code, "description": error.message}
    return JsonResponse(body, status=error.status, headers=CORS, json_dumps_params={"ensure_ascii": False})

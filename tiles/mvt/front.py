"""Vector tiles in front of Django (``spatial.ogc.front``)."""

import re
from wsgiref.types import WSGIEnvironment

from xxhash import xxh3_128_hexdigest

from spatial.ogc.front import Answer, answered
from spatial.ogc.open_data import Ask
from spatial.ogc.reader import Reader
from spatial.ogc.registry import collections
from tiles.matrix import WEB_MERCATOR_QUAD
from tiles.mvt.queries import Address, tile
from tiles.mvt.views import MVT

ADDRESS = re.compile(r"^/tiles/(?P<name>[a-z0-9-]+)/(?P<zoom>\d{1,2})/(?P<column>\d{1,7})/(?P<row>\d{1,7})\.mvt$", re.A)


class VectorTiles:
    """``/tiles/<id>/{z}/{x}/{y}.mvt`` where something lies."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __call__(self, environ: WSGIEnvironment) -> Answer | None:
        return vector_tile(environ, self.reader)


def vector_tile(environ: WSGIEnvironment, ask: Ask) -> Answer | None:
    found = ADDRESS.match(environ["PATH_INFO"])
    held = collections.get(found["name"]) if found else None
    if found is None or held is None or not held.tile_fields:
        return None
    place = Address(int(found["zoom"]), int(found["column"]), int(found["row"]))
    if not WEB_MERCATOR_QUAD.has(*place):
        return None
    body = tile(held, WEB_MERCATOR_QUAD, place, ask=ask)
    if not body:
        return None
    return answered(environ, body, f'"{xxh3_128_hexdigest(body)}"', [("Content-Type", MVT)])

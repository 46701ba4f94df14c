"""Pictures of the country for the ground of a map: tiles of the web map by WMTS, or cut out of a WMS 1.1.1.

``types`` of the endpoint says how: ``protocol`` (``wmts``, ``wms``), ``layer``, ``format``, ``attribution``,
``system`` of a WMS that has no EPSG:3857, ``times`` of one that keeps older pictures,
``matrix_set`` of a WMTS whose matrices are named ``<set>:<zoom>``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from django.contrib.gis.geos import Point
from PIL import Image
from pyproj import Transformer

from spatial import crs
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body
from spatial.remote.contrib.wfs import parsed
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

DAY = re.compile(r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d))?)?(?=T|$)")
SIDE = 256
HALF = 20_037_508.342789244
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Tile:
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Pictures:
    endpoint: Endpoint

    def tile(self, zoom: int, column: int, row: int, *, time: str = "") -> Answer[Tile]:
        """256 pixels a side, in EPSG:3857. ``time``: one of ``times``, of a service that keeps older pictures."""
        said = self.endpoint.types
        by = wmts(said, zoom, column, row) if said.get("protocol") == "wmts" else wms(said, zoom, column, row)
        return ask(self.endpoint, "tile", by | ({"TIME": time} if time else {}), read)

    def times(self) -> Answer[Mapping[str, str]]:
        """ISO days of the pictures that a WMS keeps, each with the word that the service has for it."""
        by = {"SERVICE": "WMS", "REQUEST": "GetCapabilities"}
        return ask(self.endpoint, "GetCapabilities", by, lambda body: read_times(body, self.endpoint.types["layer"]))


@dataclass(frozen=True, slots=True)
class Shown:
    """A WMS or WMTS whose layers people look at beside ours."""

    endpoint: Endpoint

    def picture(self, request: str, asked: Mapping[str, str]) -> Answer[Tile]:
        """Of GetMap and GetTile. ``asked``: parameters by names in capitals; those we do not know are left out."""
        service, names = TAKEN[request]
        by = {"SERVICE": service, "REQUEST": request, **{name: asked[name] for name in names if name in asked}}
        return ask(self.endpoint, request, by, read_picture)


#: parameters that are passed on
TAKEN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "GetMap": ("WMS", ("VERSION", "LAYERS", "STYLES", "SRS", "CRS", "BBOX", "WIDTH", "HEIGHT", "FORMAT", "TRANSPARENT",
                       "TIME")),
    "GetTile": ("WMTS", ("VERSION", "LAYER", "STYLE", "FORMAT", "TILEMATRIXSET", "TILEMATRIX", "TILEROW", "TILECOL")),
}  # fmt: skip


def wmts(said: Mapping[str, str], zoom: int, column: int, row: int) -> dict[str, str]:
    matrices = said.get("matrix_set", "EPSG:3857")
    return {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": said["layer"], "STYLE": "default",
        "FORMAT": said.get("format", "image/jpeg"), "TILEMATRIXSET": matrices, "TILEMATRIX": f"{matrices}:{zoom}",
        "TILEROW": str(row), "TILECOL": str(column),
    }  # fmt: skip


def wms(said: Mapping[str, str], zoom: int, column: int, row: int) -> dict[str, str]:
    """By version 1.1.1, where x is first in every system.

    A service without EPSG:3857 (``system`` says EPSG:4326) is asked in degrees: within a tile the two differ by less
    than a pixel from zoom 10 on, where such grounds are of use.
    """
    side = 2 * HALF / 2**zoom
    west, north = column * side - HALF, HALF - row * side
    box = west, north - side, west + side, north
    system = said.get("system", "EPSG:3857")
    if system == "EPSG:4326":
        turn = Transformer.from_crs(crs.WEB_MERCATOR, crs.WGS84, always_xy=True)
        box = *turn.transform(*box[:2]), *turn.transform(*box[2:])
    return {
        "SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": "1.1.1", "LAYERS": said["layer"], "STYLES": "",
        "SRS": system, "BBOX": ",".join(f"{edge:.9f}" if system == "EPSG:4326" else f"{edge:.4f}" for edge in box),
        "WIDTH": str(SIDE), "HEIGHT": str(SIDE), "FORMAT": said.get("format", "image/png"), "TRANSPARENT": "FALSE",
    }  # fmt: skip


def read_times(body: Body, layer: str) -> Mapping[str, str] | None:
    """Days and years, one by one or from, to and by how many years (OGC 06-042, annex C)."""
    for one in parsed(body).iter("{*}Layer"):
        said = next(
            (node.text for node in one.iterfind("{*}Dimension") if node.get("name", "").lower() == "time"), None
        )
        if one.findtext("{*}Name") == layer and said:
            found = dict(pair for part in said.split(",") for pair in days_of(part.strip()))
            return dict(sorted(found.items())) or None
    return None


def days_of(text: str) -> Iterator[tuple[str, str]]:
    """``2012``, ``2012-12-31T00:00:00.000Z`` or ``2010-12-31/2020-12-31/P1Y``; what is none of them is left out."""
    begin, _sign, rest = text.partition("/")
    end, _sign, step = rest.partition("/")
    if not end:
        if match := DAY.match(begin):
            yield f"{match[1]}-{match[2] or 12}-{match[3] or 31}", begin
        return
    years = re.fullmatch(r"P(\d{1,3})Y", step or "P1Y")
    if years and int(years[1]) and DAY.match(begin) and DAY.match(end):
        for year in range(int(begin[:4]), int(end[:4]) + 1, int(years[1])):
            yield from days_of(f"{year}{begin[4:]}")


def read_picture(body: Body) -> Tile:
    """Raises ServiceFailed for what is no picture: services answer errors with status 200."""
    return read(body, size=None)


def read(body: Body, size: tuple[int, int] | None = (SIDE, SIDE)) -> Tile:
    """Raises ServiceFailed for what is no picture of the size."""
    if body.content.lstrip()[:1] == b"<":
        raise ServiceFailed(Reason.EXCEPTION)
    try:
        with Image.open(BytesIO(body.content), formats=list(KINDS)) as image:
            kind, found = image.format or "", image.size
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
    if size is not None and found != size:
        raise ServiceFailed(Reason.MALFORMED, f"{found[0]} x {found[1]} pixels")
    return Tile(body.content, KINDS[kind])


def tile_at(east: float, north: float, *, zoom: int) -> tuple[int, int, int]:
    """Zoom, column, row of the tile over a spot of EPSG:2178."""
    x, y, *_far = Point(east, north, srid=crs.PL_2000_7).transform(crs.WEB_MERCATOR, clone=True).extent
    side = 2 * HALF / 2**zoom
    return zoom, int((x + HALF) // side), int((HALF - y) // side)

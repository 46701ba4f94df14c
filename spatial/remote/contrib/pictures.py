"""Pictures of the country for the ground of a map: tiles of the web map by WMTS, or cut out of a WMS 1.1.1.

``types`` of the endpoint says how: ``protocol`` (``wmts``, ``wms``), ``layer``, ``format``, ``attribution``,
``matrix_set`` of a WMTS whose matrices are named ``<set>:<zoom>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from django.contrib.gis.geos import Point
from lxml import etree
from PIL import Image

from spatial import crs
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

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

    def tile(self, zoom: int, column: int, row: int) -> Answer[Tile]:
        """256 pixels a side, in EPSG:3857."""
        said = self.endpoint.types
        by = wmts(said, zoom, column, row) if said.get("protocol") == "wmts" else wms(said, zoom, column, row)
        return ask(self.endpoint, "tile", by, read)


@dataclass(frozen=True, slots=True)
class Shown:
    """A WMS whose layers people look at beside ours."""

    endpoint: Endpoint

    def answer(self, request: str, asked: Mapping[str, str]) -> Answer[Tile]:
        """Of GetCapabilities an XML document, of GetMap a picture. ``asked``: parameters by names in capitals."""
        by = {"SERVICE": "WMS", "REQUEST": request, **{name: asked[name] for name in TAKEN[request] if name in asked}}
        return ask(self.endpoint, request, by, read_document if request == "GetCapabilities" else read_picture)


#: parameters that are passed on
TAKEN = {
    "GetCapabilities": (),
    "GetMap": ("VERSION", "LAYERS", "STYLES", "SRS", "CRS", "BBOX", "WIDTH", "HEIGHT", "FORMAT", "TRANSPARENT", "TIME"),
}  # fmt: skip


def wmts(said: Mapping[str, str], zoom: int, column: int, row: int) -> dict[str, str]:
    matrices = said.get("matrix_set", "EPSG:3857")
    return {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": said["layer"], "STYLE": "default",
        "FORMAT": said.get("format", "image/jpeg"), "TILEMATRIXSET": matrices, "TILEMATRIX": f"{matrices}:{zoom}",
        "TILEROW": str(row), "TILECOL": str(column),
    }  # fmt: skip


def wms(said: Mapping[str, str], zoom: int, column: int, row: int) -> dict[str, str]:
    """By version 1.1.1, where x is first in every system."""
    side = 2 * HALF / 2**zoom
    west, north = column * side - HALF, HALF - row * side
    return {
        "SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": "1.1.1", "LAYERS": said["layer"], "STYLES": "",
        "SRS": "EPSG:3857", "BBOX": f"{west:.4f},{north - side:.4f},{west + side:.4f},{north:.4f}",
        "WIDTH": str(SIDE), "HEIGHT": str(SIDE), "FORMAT": said.get("format", "image/png"), "TRANSPARENT": "FALSE",
    }  # fmt: skip


def read_document(body: Body) -> Tile:
    """Raises ServiceFailed for what is no description of a WMS."""
    try:
        root = etree.fromstring(body.content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
    if etree.QName(root).localname not in {"WMS_Capabilities", "WMT_MS_Capabilities"}:
        raise ServiceFailed(Reason.EXCEPTION)
    return Tile(etree.tostring(root, encoding="utf-8", xml_declaration=True), "text/xml; charset=utf-8")


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

"""What a service of maps offers, whatever it speaks: WMS, WMTS, WFS, OGC API Features, or a GeoJSON file.

Capabilities are read by OWSLib from the bytes that we fetched; addresses that they name are never asked.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from lxml import etree
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService

from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body, Failed, Found
from spatial.remote.contrib.wfs import capabilities_of, parsed
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

type Protocol = Literal["wms", "wmts", "wfs", "features", "geojson"]

#: a pixel of a WMTS by its scale denominator, metres (OGC 07-057r7, 6.1)
PIXEL_M = 0.000_28
WEB_MERCATOR = ("3857", "900913")
#: parts of a description that cannot be read, as OWSLib says it
_UNREADABLE = (AttributeError, ValueError, KeyError, TypeError, IndexError)


@dataclass(frozen=True, slots=True)
class Tiles:
    """How a layer of a WMTS is cut; matrices are (name, metres of a pixel, left, top, pixels of a side)."""

    matrix_set: str
    style: str
    format: str
    matrices: tuple[tuple[str, float, float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing to look at. ``system`` is the one that pictures are asked in, "" where none fits."""

    name: str
    title: str
    system: str = ""
    tiles: Tiles | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """All that one address gives."""

    protocol: Protocol
    title: str
    layers: tuple[Layer, ...]


def offered(endpoint: Endpoint) -> Answer[Offered]:
    """One question after the other, until one is answered; where none is, what was answered first."""
    said = endpoint.types.get("protocol", "")
    api = replace(endpoint, url=collections_url(endpoint.url))
    questions: tuple[tuple[str, Endpoint, dict[str, str]], ...] = (
        ("wms", endpoint, {"SERVICE": "WMS", "REQUEST": "GetCapabilities"}),
        ("wmts", endpoint, {"SERVICE": "WMTS", "REQUEST": "GetCapabilities"}),
        ("wfs", endpoint, {"SERVICE": "WFS", "REQUEST": "GetCapabilities", "VERSION": "2.0.0"}),
        ("features", api, {"f": "json"}),
        ("geojson", endpoint, {}),
    )
    if "/collections" in endpoint.url:
        said = "features"
    first: Answer[Offered] | None = None
    for name, whom, params in questions:
        if said and name != said:
            continue
        answer = ask(whom, f"offered {name}", params, read)
        if isinstance(answer, Found) or (isinstance(answer, Failed) and answer.reason in _NO_USE_ASKING):
            return answer
        first = first or answer
    assert first is not None, said
    return first


#: what another question would not mend
_NO_USE_ASKING = frozenset(
    {Reason.OFF, Reason.RESTING, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.FORBIDDEN, Reason.CERTIFICATE}
)


def collections_url(address: str) -> str:
    """Of an OGC API, from the address of its landing page or of anything below its collections."""
    parts = urlsplit(address)
    base = parts.path.partition("/collections")[0].rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{base}/collections", parts.query, ""))


def read(body: Body) -> Offered:
    """Raises ServiceFailed for what is none of the five."""
    if body.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return read_json(body)
    root = parsed(body)
    read_root: Callable[[etree._Element], Offered] | None = {
        "WMS_Capabilities": read_wms, "WMT_MS_Capabilities": read_wms, "WFS_Capabilities": read_wfs,
        "Capabilities": read_wmts,
    }.get(etree.QName(root).localname)  # fmt: skip
    if read_root is None:
        raise ServiceFailed(Reason.MALFORMED, etree.QName(root).localname)
    try:
        return read_root(root)
    except _UNREADABLE as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None


def read_wms(root: etree._Element) -> Offered:
    told = WebMapService("", version=root.get("version", "1.3.0"), xml=etree.tostring(root))
    layers = (
        Layer(str(name), str(one.title or name), picture_system([str(code) for code in one.crsOptions or ()]))
        for name, one in told.contents.items()
    )
    return Offered("wms", str(told.identification.title or ""), tuple(layers))


def picture_system(codes: list[str]) -> str:
    """The screen's own; else degrees, which the browser turns. A service that names none is asked for the screen's."""
    known = {code.upper() for code in codes}
    return next((one for one in ("EPSG:3857", "EPSG:4326") if one in known or not known), "")


def read_wmts(root: etree._Element) -> Offered:
    told = WebMapTileService("", xml=etree.tostring(root))
    layers = []
    for name, one in told.contents.items():
        fitting = [told.tilematrixsets[link] for link in one.tilematrixsetlinks if link in told.tilematrixsets]
        matrix_set = next((held for held in fitting if str(held.crs).rpartition(":")[2] in WEB_MERCATOR), None)
        tiles = matrix_set and Tiles(
            str(matrix_set.identifier),
            next((str(style) for style, held in one.styles.items() if held.get("isDefault")), *list(one.styles)[:1]),
            next((kind for kind in ("image/png", "image/jpeg") if kind in one.formats), "image/png"),
            tuple(matrices(matrix_set)),
        )
        layers.append(Layer(str(name), str(one.title or name), "EPSG:3857" if tiles else "", tiles))
    return Offered("wmts", str(told.identification.title or ""), tuple(layers))


def matrices(matrix_set: Any) -> Iterator[tuple[str, float, float, float, int]]:
    """From the coarsest to the finest."""
    for one in sorted(matrix_set.tilematrix.values(), key=lambda held: -held.scaledenominator):
        left, top = one.topleftcorner
        yield str(one.identifier), one.scaledenominator * PIXEL_M, float(left), float(top), int(one.tilewidth)


def read_wfs(root: etree._Element) -> Offered:
    told = capabilities_of(root)
    return Offered("wfs", told.title, tuple(Layer(one.name, one.title or one.name) for one in told.types))


def read_json(body: Body) -> Offered:
    """A landing page or a list of collections of an OGC API, or a collection of features itself."""
    try:
        said = json.loads(body.content)
    except (ValueError, RecursionError) as fault:
        raise ServiceFailed(Reason.CUT_OFF, str(fault)) from None
    if not isinstance(said, dict):
        raise ServiceFailed(Reason.MALFORMED, "a list")
    title = str(said.get("title") or "")
    if said.get("type") == "FeatureCollection":
        return Offered("geojson", title, (Layer("", title or "GeoJSON"),))
    if isinstance(held := said.get("collections"), list):
        named = [one for one in held if isinstance(one, dict) and one.get("itemType", "feature") == "feature"]
        layers = (Layer(str(one["id"]), str(one.get("title") or one["id"])) for one in named if one.get("id"))
        return Offered("features", title, tuple(layers))
    raise ServiceFailed(Reason.MALFORMED, "no collections")

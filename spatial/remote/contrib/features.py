"""Objects of another service that lie in a box, as GeoJSON in degrees: WFS, OGC API Features, or a file."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely
from lxml import etree
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import mapping

from data.geometry import Box, GeometryRefusedError, to_storage
from data.readers.gml import read_geometry
from data.readers.xml import local_name, read_objects
from data.records import UnreadableFileError
from spatial import crs
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body, Failed, Found, NothingFound, mapped
from spatial.remote.contrib.offered import Protocol, collections_url
from spatial.remote.contrib.wfs import Wfs
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

MOST = 1_000
LONGEST_TEXT = 500
#: systems of the plane that a WFS is asked in, the first that it names
PLANES = (crs.PL_2000_7, crs.PL_1992)


@dataclass(frozen=True, slots=True)
class Features:
    """At most ``MOST`` features in EPSG:4326, longitude first. ``unread``: those whose shape could not be read."""

    features: tuple[Mapping[str, Any], ...]
    unread: int = 0

    @property
    def is_partial(self) -> bool:
        return len(self.features) + self.unread >= MOST


def features(endpoint: Endpoint, protocol: Protocol, layer: str, box: Box) -> Answer[Features]:
    """box: degrees, west first. An empty answer is found, with no features."""
    if protocol == "wfs":
        return of_wfs(endpoint, layer, box)
    where = {"bbox": ",".join(f"{edge:.6f}" for edge in box), "limit": str(MOST)}
    if protocol == "features":
        items = replace(endpoint, url=f"{collections_url(endpoint.url)}/{quote(layer, safe='')}/items")
        return ask(items, "items", where | {"f": "json"}, read)
    return ask(endpoint, "file", {}, read)


def read(body: Body) -> Features:
    """Raises ServiceFailed for what is no collection of features."""
    try:
        said = json.loads(body.content)
        found = said["features"][:MOST]
    except (ValueError, RecursionError) as fault:
        raise ServiceFailed(Reason.CUT_OFF, str(fault)) from None
    except (KeyError, TypeError) as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
    held = [one for one in map(clean, found) if one]
    return Features(tuple(held), len(found) - len(held))


def clean(said: Any) -> dict[str, Any] | None:
    """A feature with its plain properties; None where the shape is none in degrees."""
    try:
        shape = shapely.geometry.shape(said["geometry"])
        is_placed = not shape.is_empty and bool(shapely.box(-180, -90, 180, 90).contains(shape))
        texts = said.get("properties") or {}
        plain = {str(name)[:60]: short(value) for name, value in texts.items()}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.GEOSException):
        return None
    return feature(mapping(shape), plain) if is_placed else None


def feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def short(value: object) -> object:
    """Numbers and truths as they are, everything else as a text of a bearable length."""
    return value if value is None or isinstance(value, int | float) else str(value)[:LONGEST_TEXT]


# --- WFS ----------------------------------------------------------------------------------------------------------


def of_wfs(endpoint: Endpoint, layer: str, box: Box) -> Answer[Features]:
    """Capabilities say in which plane the type is given; a box in degrees has two orders of axes, a plane is asked."""
    told = Wfs(endpoint).capabilities()
    if not isinstance(told, Found):
        return told
    one = next((held for held in told.value.types if held.name == layer), None)
    if one is None:
        return NothingFound()
    plane = next((srid for srid in PLANES if f"EPSG:{srid}" in one.systems), PLANES[0])
    asked = Wfs(replace(endpoint, srs_name=f"urn:ogc:def:crs:EPSG::{plane}"))
    there = Transformer.from_crs(crs.WGS84, plane, always_xy=True).transform_bounds(*box)
    with tempfile.TemporaryDirectory(prefix="wfs-") as folder:
        answer = asked.page(layer, Path(folder) / "page.gml", count=MOST, box=there)
        try:
            return mapped(answer, lambda page: read_members(page.file))
        except UnreadableFileError as fault:
            return Failed(Reason.MALFORMED, ServiceFailed.of_file(fault).message)


def read_members(file: Path) -> Features:
    held, unread = [], 0
    for element in read_objects(file):
        one = of_member(element)
        held += [one] if one else []
        unread += not one
    return Features(tuple(held[:MOST]), unread)


def of_member(element: etree._Element) -> dict[str, Any] | None:
    """None where no child holds a shape that we can read."""
    texts = {local_name(node): short((node.text or "").strip()) for node in element if len(node) == 0}
    for node in shapes_of(element):
        with suppress(GeometryRefusedError):
            geometry, epsg = read_geometry(node)
            return feature(mapping(shapely.transform(to_storage(geometry, epsg=epsg), degrees)), texts)
    return None


def degrees(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of EPSG:2178, both east first."""
    turn = Transformer.from_crs(crs.PL_2000_7, crs.WGS84, always_xy=True)
    return np.column_stack(turn.transform(pairs[:, 0], pairs[:, 1]))


def shapes_of(element: etree._Element) -> Iterator[etree._Element]:
    return (node for node in element if len(node) and local_name(node) != "boundedBy")

"""Features as files: JSON-FG, CSV, GML, GeoPackage and FlatGeobuf, written while they are read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spatial.ogc.formats.files import flatgeobuf, geopackage
from spatial.ogc.formats.gml import gml
from spatial.ogc.formats.texts import csv, json_fg
from spatial.ogc.questions import Question
from spatial.ogc.registry import Collection

type Write = Callable[[Collection, Question], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    extension: str
    title: str
    write: Write


#: by the value of ``f``
FORMATS = {
    "jsonfg": Format("application/vnd.ogc.fg+json", "fg.json", "JSON-FG", json_fg),
    "csv": Format("text/csv; charset=utf-8", "csv", "CSV", csv),
    "gml": Format("application/gml+xml; version=3.2", "gml", "GML 3.2", gml),
    "gpkg": Format("application/geopackage+sqlite3", "gpkg", "GeoPackage", geopackage),
    "fgb": Format("application/vnd.flatgeobuf", "fgb", "FlatGeobuf", flatgeobuf),
}

"""Flat objects of any vector format: columns and one geometry each, from GML by our own reader, else through GDAL."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError
from data.readers.columns import Columns
from data.readers.gml import read_geometry
from data.readers.vector import GEOJSON, open_vector, rows_of, text_value
from data.readers.xml import local_name, read_objects, refuse_missing_or_empty, text_of
from data.records import UnreadableFileError

BATCH = 200  #: boundaries and parks have tens of thousands of points each
MAX_BYTES = 2 << 30
_IDENTIFIER = "gml_id"


@dataclass(frozen=True, slots=True)
class Feature:
    """``geometry`` has east first and is in the system ``epsg``; ``fault`` says why there is none."""

    values: dict[str, str | None]  #: by field of the mapping
    geometry: BaseGeometry | None
    epsg: int
    layer: str
    fault: GeometryRefusedError | None = None


@dataclass(slots=True)
class FeatureFile:
    """A file that is fit to be read."""

    features: Iterator[Feature]
    remark: str | None = None  #: Polish, where the encoding was guessed


def open_features(path: str | Path, columns: Columns) -> FeatureFile:
    """Raises UnreadableFileError: for GML those of ``read_objects``, else those of ``open_vector``; missing-column."""
    file = Path(path)
    refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
    with file.open("rb") as stream:
        head = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return FeatureFile(_of_gml(file, columns))
    source = open_vector(file, columns)
    held = columns.found(source.columns)
    layer = file.stem if source.unpacked or source.file == file.resolve() else source.layer

    def features() -> Iterator[Feature]:
        # GDAL parses a whole GeoJSON at every opening, so it is read in one go
        size = max(source.features, 1) if source.driver == GEOJSON else BATCH
        for first in range(0, source.features, size):
            for row, geometry in rows_of(source, first=first, count=size):
                values = {name: text_value(row[column]) for name, column in held.items()}
                yield Feature(values, geometry, source.epsg, layer)
        if source.unpacked is not None:
            source.unpacked.cleanup()

    return FeatureFile(features(), source.remark)


def _of_gml(file: Path, columns: Columns) -> Iterator[Feature]:
    found = False
    for element in read_objects(file):
        values = _leaves(element)
        held = columns.found(list(values))
        found = True
        chosen = {name: values[column] for name, column in held.items()}
        try:
            geometry, epsg = read_geometry(_geometry_property(element))
        except GeometryRefusedError as fault:
            yield Feature(chosen, None, 0, local_name(element), fault)
            continue
        yield Feature(chosen, geometry, epsg, local_name(element))
    if not found:
        raise UnreadableFileError("no-objects", "W pliku GML nie ma żadnego obiektu. Sprawdź zakres zapytania.")


def _leaves(element: etree._Element) -> dict[str, str | None]:
    """Texts of the object's simple properties; those that are absent in one object may stand in another."""
    return {local_name(node): text_of(node) for node in element if len(node) == 0} | {
        _IDENTIFIER: element.get("{http://www.opengis.net/gml/3.2}id") or element.get("{http://www.opengis.net/gml}id")
    }


def _geometry_property(element: etree._Element) -> etree._Element:
    """The child that holds a geometry. Raises GeometryRefusedError (geometry-empty)."""
    for node in element:
        if len(node) and local_name(node) != "boundedBy":
            return node
    raise GeometryRefusedError("geometry-empty", "Obiekt nie ma geometrii. Uzupełnij ją w źródle.")

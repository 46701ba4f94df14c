"""Pages of a WFS as one file: objects of one municipality, each once, without what changes from answer to answer."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lxml import etree
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, to_storage
from data.readers.gml import envelope_srs, read_geometry
from data.readers.mapping import Axes, ObjectColumns
from data.readers.xml import local_name, read_objects, text_of
from data.records import UnreadableFileError
from spatial.remote.reasons import Reason, ServiceFailed

_GML_ID = ("{http://www.opengis.net/gml/3.2}id", "{http://www.opengis.net/gml}id", "fid")
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0">\n'
_FAR_M = 10_000  #: objects farther from the municipality are not what was asked for


@dataclass(slots=True)
class Merged:
    """What went into the file."""

    file: Path
    written: int = 0
    of_others: int = 0  #: objects of neighbours that lie in the box
    repeated: int = 0  #: objects that came again, equal to the last letter
    seen: dict[str, set[bytes]] = field(default_factory=dict)


def merge(
    pages: Iterable[Path], file: Path, *, columns: ObjectColumns, teryt: str, around: BaseGeometry, axes: Axes
) -> Merged:
    """Objects whose identifier begins with ``teryt``, in the order of the pages.

    around: rectangle of the municipality, EPSG:2178. Two different objects of one identifier are both kept: the
    importer refuses them with words. Raises ServiceFailed (elsewhere, malformed).
    """
    merged = Merged(file)
    with file.open("wb") as stream:
        stream.write(_HEAD)
        try:
            for page in pages:
                for element in read_objects(page):
                    _take(element, merged, stream, columns=columns, teryt=teryt, around=around, axes=axes)
        except UnreadableFileError as fault:
            raise ServiceFailed.of_file(fault) from None
        stream.write(b"</wfs:FeatureCollection>\n")
    merged.seen.clear()
    return merged


def _take(
    element: etree._Element,
    merged: Merged,
    stream: BinaryIO,
    *,
    columns: ObjectColumns,
    teryt: str,
    around: BaseGeometry,
    axes: Axes,
) -> None:
    identifier = _identifier(element, columns)
    if not identifier.startswith(teryt):
        merged.of_others += 1
        return
    if not merged.written:
        _refuse_elsewhere(element, around=around, axes=axes)
    text = _plain(element)
    mark = hashlib.sha256(text).digest()
    marks = merged.seen.setdefault(identifier, set())
    if mark in marks:
        merged.repeated += 1
        return
    marks.add(mark)
    stream.write(b"<wfs:member>" + text + b"</wfs:member>\n")
    merged.written += 1


def _identifier(element: etree._Element, columns: ObjectColumns) -> str:
    leaves = {local_name(node): text_of(node) for node in element if len(node) == 0}
    column = columns.column("identifier", list(leaves))
    if column is None:
        raise ServiceFailed(Reason.MALFORMED, f"no identifier among {', '.join(leaves)}")
    return "".join((leaves[column] or "").split())


def _refuse_elsewhere(element: etree._Element, *, around: BaseGeometry, axes: Axes) -> None:
    """An object of the municipality that lies far from it has its axes the other way round."""
    shape = next((node for node in element if len(node) and local_name(node) != "boundedBy"), None)
    if shape is None:
        return
    try:
        geometry, epsg = read_geometry(shape, short_order=axes)
        stored = to_storage(geometry, epsg=epsg)
    except GeometryRefusedError as refusal:
        raise ServiceFailed(Reason.ELSEWHERE, refusal.rule) from None
    if stored.distance(around) > _FAR_M:
        raise ServiceFailed(Reason.ELSEWHERE, f"{stored.distance(around) / 1000:.0f} km away")


def _plain(element: etree._Element) -> bytes:
    """The object alone: no identifiers of XML, which servers make anew, and the system said by the object itself."""
    system = next((name for around in element.iterancestors() if (name := envelope_srs(around))), None)
    for node in element.iter():
        for name in _GML_ID:
            node.attrib.pop(name, "")
    if system and not any(node.get("srsName") for node in element.iter()):
        for shape in element:
            for node in shape if local_name(shape) != "boundedBy" else ():
                node.set("srsName", system)
    element.tail = None
    return etree.tostring(element, encoding="utf-8", xml_declaration=False, with_tail=False)

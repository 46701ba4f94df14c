"""What GML of GESUT and BDOT have in common: identity, ended versions, simple properties, geometry in storage."""

from collections.abc import Mapping

from lxml import etree
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, refused, to_storage
from data.readers.gml import read_geometry
from data.readers.xml import child, child_text, local_name, text_of
from data.records import Problem

_ENDED = ("koniecWersjaObiekt", "koniecObiekt", "koniecWersjiObiektu", "koniecWersji")
#: parts of an object that are no properties of it: labels, identity, times
_NOT_PROPERTIES = {"idIIP", "geometria", "etykieta", "startObiekt", "startWersjaObiekt", "wersjaId"}


def local_id(element: etree._Element) -> str | None:
    """lokalnyId inside idIIP."""
    holder = child(element, "idIIP")
    return child_text(holder[0], "lokalnyId") if holder is not None and len(holder) else None


def is_ended(element: etree._Element) -> bool:
    """Whether the version or the object has its end."""
    return any(child_text(element, name) for name in _ENDED)


def properties(element: etree._Element) -> Mapping[str, str]:
    """Texts of simple properties, by name."""
    return {
        name: text
        for node in element
        if len(node) == 0 and (name := local_name(node)) not in _NOT_PROPERTIES and (text := text_of(node))
    }


def stored_shape(element: etree._Element, name: str, problems: list[Problem]) -> BaseGeometry | None:
    """Geometry in EPSG:2178, or None after the refusal was written to ``problems``."""
    holder = child(element, "geometria")
    try:
        if holder is None:
            raise GeometryRefusedError("geometry-empty", "Obiekt nie ma geometrii. Uzupełnij ją w źródle.")
        geometry, epsg = read_geometry(holder)
        return to_storage(geometry, epsg=epsg)
    except GeometryRefusedError as refusal:
        problems.append(refused(refusal, name))
        return None

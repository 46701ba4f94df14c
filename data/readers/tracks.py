"""Lines and points of GPX and KML, as they stand in the file: longitude, latitude, time.

Files come from strangers: no DOCTYPE, no entities, no network, at most 20 MB and 100 000 points. A KML in a Polish
encoding that it does not declare is read and told.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lxml import etree

from data.readers.encoding import best_encoding
from data.readers.xml import Limits, child, child_text, local_name, refuse_missing_or_empty, refuse_unfit_file
from data.records import UnreadableFileError
from data.tracks import Fix

MAX_BYTES = 20 << 20
MAX_POINTS = 100_000
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([^\"']{1,40})")


@dataclass(slots=True)
class Line:
    """A track, a route or a placemark with lines; ``parts`` in the order of the file."""

    name: str
    description: str = ""
    kind: str = ""  #: what the file calls it: <type>
    is_route: bool = False  #: drawn from route points, not a track
    parts: list[list[Fix]] = field(default_factory=list)
    unreadable: int = 0  #: points whose coordinates are no numbers


@dataclass(frozen=True, slots=True)
class Waypoint:
    name: str
    description: str
    kind: str  #: <type>, else <sym>
    link: str
    lon: float
    lat: float


@dataclass(slots=True)
class TrackFile:
    lines: list[Line] = field(default_factory=list)
    waypoints: list[Waypoint] = field(default_factory=list)
    remark: str | None = None  #: Polish, where the encoding was guessed

    @property
    def points(self) -> int:
        return sum(len(part) for line in self.lines for part in line.parts)


def read_tracks(path: str | Path) -> TrackFile:
    """Everything with coordinates in a GPX 1.0 or 1.1 or a KML.

    Raises UnreadableFileError: empty-file, file-too-large, not-xml, doctype-forbidden, not-well-formed,
    unknown-namespace, too-many-points.
    """
    file = Path(path)
    root, remark = _parsed(file)
    readers = {"gpx": _of_gpx, "kml": _of_kml}
    if local_name(root).lower() not in readers:
        raise UnreadableFileError(
            "unknown-namespace",
            f"Plik zaczyna się elementem „{local_name(root)[:40]}”, a czytamy GPX i KML. Wyeksportuj trasę do GPX.",
        )
    found = readers[local_name(root).lower()](root)
    found.remark = remark
    if found.points + len(found.waypoints) > MAX_POINTS:
        raise UnreadableFileError(
            "too-many-points",
            f"Plik ma {found.points} punktów, a przyjmujemy do {MAX_POINTS}. Podziel go albo zapisz rzadziej.",
        )
    return found


def _parsed(file: Path) -> tuple[etree._Element, str | None]:
    refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
    raw = file.read_bytes()
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("not-xml", "Plik nie jest śladem GPX ani KML. Wyeksportuj trasę do GPX.")
    refuse_unfit_file(file, limits=Limits(bytes=MAX_BYTES))
    declared = _DECLARED.match(raw)
    try:
        return _tree(raw, None), None
    except etree.XMLSyntaxError as fault:
        guessed = best_encoding(raw)
        if guessed == "utf-8" or (declared and declared[1].lower() not in (b"utf-8", b"utf8")):
            raise _not_well_formed(fault) from None
    try:
        remark = f"Plik nie jest w UTF-8; po polskich literach przyjęto kodowanie {guessed}. Sprawdź nazwy."
        return _tree(_DECLARED.sub(b"<?xml version='1.0'", raw), guessed), remark
    except etree.XMLSyntaxError as fault:
        raise _not_well_formed(fault) from None


def _tree(raw: bytes, encoding: str | None) -> etree._Element:
    parser = etree.XMLParser(
        encoding=encoding, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    return etree.fromstring(raw, parser)


def _not_well_formed(fault: etree.XMLSyntaxError) -> UnreadableFileError:
    return UnreadableFileError(
        "not-well-formed",
        f"Plik jest ucięty lub uszkodzony: błąd XML w wierszu {fault.position[0]}. Wyeksportuj go jeszcze raz.",
    )


# --- GPX ------------------------------------------------------------------------------------------------------


def _of_gpx(root: etree._Element) -> TrackFile:
    found = TrackFile()
    for node in root:
        kind = local_name(node)
        if kind == "trk":
            line = _head(node)
            for segment in node:
                if local_name(segment) == "trkseg":
                    line.parts.append(_fixes(segment, "trkpt", line))
            found.lines.append(line)
        elif kind == "rte":
            line = _head(node, is_route=True)
            line.parts.append(_fixes(node, "rtept", line))
            found.lines.append(line)
        elif kind == "wpt" and (fix := _fix(node)) is not None:
            found.waypoints.append(_waypoint(node, fix))
    return found


def _head(node: etree._Element, *, is_route: bool = False) -> Line:
    said = {name: child_text(node, name) or "" for name in ("name", "desc", "type")}
    return Line(said["name"], said["desc"], said["type"], is_route)


def _fixes(parent: etree._Element, name: str, line: Line) -> list[Fix]:
    fixes = []
    for node in parent:
        if local_name(node) == name:
            fix = _fix(node)
            if fix is None:
                line.unreadable += 1
            else:
                fixes.append(fix)
    return fixes


def _fix(node: etree._Element) -> Fix | None:
    return fix_of(node.get("lon") or "", node.get("lat") or "", child_text(node, "time"))


def fix_of(lon: str, lat: str, time: str | None = None) -> Fix | None:
    """None for what is no number, lies off the globe, or is 0, 0: the place of receivers without a signal."""
    try:
        east, north = float(lon), float(lat)
    except ValueError:
        return None
    if not (math.isfinite(east) and math.isfinite(north) and abs(east) <= 180 and abs(north) <= 90):
        return None
    return None if east == north == 0 else Fix(east, north, _moment(time))


def _moment(text: str | None) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except (ValueError, OverflowError, OSError):
        return None


def _waypoint(node: etree._Element, fix: Fix) -> Waypoint:
    link = child(node, "link")
    address = child_text(node, "url") or (link.get("href") if link is not None else "") or ""
    kind = child_text(node, "type") or child_text(node, "sym") or ""
    return Waypoint(child_text(node, "name") or "", child_text(node, "desc") or "", kind, address, fix.lon, fix.lat)


# --- KML ------------------------------------------------------------------------------------------------------


def _of_kml(root: etree._Element) -> TrackFile:
    found = TrackFile()
    for placemark in root.iter("{*}Placemark"):
        line = Line(child_text(placemark, "name") or "", child_text(placemark, "description") or "")
        for node in placemark.iter():
            kind = local_name(node)
            if kind in ("LineString", "LinearRing"):
                line.parts.append(list(_coordinates(node, line)))
            elif kind == "Track":
                line.parts.append(_timed(node, line))
            elif kind == "Point":
                found.waypoints.extend(
                    Waypoint(line.name, line.description, "", "", fix.lon, fix.lat) for fix in _coordinates(node, line)
                )
        if line.parts:
            found.lines.append(line)
    return found


def _coordinates(node: etree._Element, line: Line) -> Iterator[Fix]:
    """ "lon,lat[,height]" separated by white space."""
    for word in (child_text(node, "coordinates") or "").split():
        lon, _, rest = word.partition(",")
        fix = fix_of(lon, rest.partition(",")[0])
        if fix is None:
            line.unreadable += 1
        else:
            yield fix


def _timed(node: etree._Element, line: Line) -> list[Fix]:
    """gx:Track: moments first, then as many gx:coord "lon lat height"."""
    moments = [(part.text or "").strip() for part in node if local_name(part) == "when"]
    fixes = []
    for number, part in enumerate(part for part in node if local_name(part) == "coord"):
        words = (part.text or "").split()
        time = moments[number] if number < len(moments) else None
        fix = fix_of(words[0], words[1], time) if len(words) > 1 else None
        if fix is None:
            line.unreadable += 1
        else:
            fixes.append(fix)
    return fixes

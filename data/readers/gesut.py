"""GESUT in GML (schema of 2021): water and sewage pipes and devices; other networks are counted and left out.

Codes: water dossier 6.1. A device may be a point, a line or an area; we keep a point of it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import shapely
from lxml import etree
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry

from data.readers.egib_index import state_on
from data.readers.pzgik import is_ended, local_id, properties, stored_shape
from data.readers.xml import local_name, namespace, read_objects
from data.records import Problem, Reading, UnreadableFileError
from data.records.network import Medium, NetworkRecord, NodeKind, NodeRecord, PipeKind, PipeRecord, Purpose, Status

NAMESPACE = "geodezyjnaEwidencjaSieciUzbrojeniaTerenu"
PIPES: dict[str, Medium] = {"GES_PrzewodWodociagowy": "water", "GES_PrzewodKanalizacyjny": "sewage"}
DEVICES: dict[str, Medium] = {"GES_UrzadzeniaSiecWodociagowa": "water", "GES_UrzadzeniaSiecKanalizacyjna": "sewage"}
#: typPrzewodu of water; the schema knows o and l, county labels also r, p, m
_PIPE_KINDS: dict[str, PipeKind] = {
    "o": "general", "l": "service", "r": "distribution", "p": "service", "m": "transmission",
}  # fmt: skip
#: typPrzewodu of sewage
_PURPOSES: dict[str, Purpose] = {
    "o": "combined", "d": "rain", "s": "sanitary", "p": "industrial", "l": "local",
}  # fmt: skip
#: funkcja: głównej or przyłącza; says more than the type
_FUNCTIONS: dict[str, PipeKind] = {"g": "distribution", "p": "service"}
#: rodzajUrzadzenia
_DEVICE_KINDS: dict[Medium, dict[str, NodeKind]] = {
    "water": {
        "h": "hydrant", "w": "valve", "s": "well", "g": "well", "d": "standpipe", "r": "pump", "u": "device",
    },
    "sewage": {
        "s": "manhole", "k": "inlet", "m": "septic-tank", "e": "outlet", "w": "valve", "l": "inlet",
        "d": "treatment-plant", "n": "pump", "u": "device",
    },
}  # fmt: skip
MAX_DIAMETER_MM = 5_000


def read_gesut(path: str | Path) -> Reading[NetworkRecord]:
    """Raises UnreadableFileError: gesut-namespace, no-objects, and those of ``read_objects``."""
    file = Path(path)
    first = next(iter(read_objects(file)), None)
    if first is None:
        raise UnreadableFileError("no-objects", "W pliku nie ma żadnego obiektu. Sprawdź zakres eksportu.")
    if not namespace(first).startswith(NAMESPACE):
        raise UnreadableFileError(
            "gesut-namespace",
            f"Plik ma przestrzeń nazw „{namespace(first)[:80]}”, a GESUT z 2021 r. to „{NAMESPACE}:1.0”. "
            "Zamów w starostwie plik w obowiązującym schemacie.",
        )
    reading: Reading[NetworkRecord] = Reading(iter(()), state_on=state_on(file))
    reading.records = _records(file, reading)
    return reading


def _records(file: Path, reading: Reading[NetworkRecord]) -> Iterator[NetworkRecord]:
    others: Counter[str] = Counter()
    ended = 0
    for element in read_objects(file):
        kind = local_name(element)
        if kind not in PIPES and kind not in DEVICES:
            others[kind] += 1
            continue
        reading.read += 1
        if is_ended(element):
            ended += 1
            continue
        yield from _of_element(element, kind, reading.problems)
    if ended:
        message = f"Pominięto zakończone wersje obiektów: {ended}. To nie jest błąd."
        reading.problems.append(Problem("closed-version", "info", "", message))
    if others:
        listed = ", ".join(f"{kind.removeprefix('GES_')}: {count}" for kind, count in sorted(others.items()))
        message = f"Pominięto obiekty, których system nie prowadzi ({listed}). To nie jest błąd pliku."
        reading.problems.append(Problem("classes-not-read", "info", "", message))


def _of_element(element: etree._Element, kind: str, problems: list[Problem]) -> Iterator[NetworkRecord]:
    name = local_id(element)
    if name is None:
        message = f"Obiekt {kind} nie ma identyfikatora (lokalnyId). Uzupełnij go w źródle."
        problems.append(Problem("network-id-missing", "error", kind, message))
        return
    shape = stored_shape(element, name, problems)
    if shape is None:
        return
    if kind in PIPES:
        yield from _pipes(element, name, shape, PIPES[kind], problems)
    else:
        yield _device(element, name, shape, DEVICES[kind], problems)


def _pipes(
    element: etree._Element, name: str, shape: BaseGeometry, medium: Medium, problems: list[Problem]
) -> Iterator[PipeRecord]:
    """The line; of one in several parts each part, with a number behind the identifier."""
    said = properties(element)
    lines = _lines(shape)
    if not lines:
        message = f"Przewód jest geometrią {shape.geom_type}, a powinien być linią. Popraw go w źródle."
        problems.append(Problem("pipe-no-line", "error", name, message))
        return
    kind, purpose = _kind_of(said, name, medium, problems)
    record = PipeRecord(
        identifier=name,
        medium=medium,
        kind=kind,
        geometry=lines[0],
        origin="gesut",
        purpose=purpose,
        status=_status(said),
        diameter_mm=_diameter(said, name, problems),
        owner=said.get("wladajacy"),
        asset_number=said.get("idBranzowy"),
        accuracy=said.get("zrodlo"),
    )
    yield record
    for number, line in enumerate(lines[1:], start=2):
        yield replace(record, identifier=f"{name}.{number}", geometry=line)


def _kind_of(
    said: Mapping[str, str], name: str, medium: Medium, problems: list[Problem]
) -> tuple[PipeKind, Purpose | None]:
    """What the pipe is for in the network, and what flows in a sewer; codes of the schema, an unknown one is told."""
    code, function = said.get("typPrzewodu"), said.get("funkcja")
    known: Collection[str] = _PIPE_KINDS if medium == "water" else _PURPOSES
    if code is not None and code not in known:
        message = f"Nieznany typ przewodu „{code[:20]}”; pominięto go. Sprawdź go w źródle."
        problems.append(Problem("network-code-unknown", "warning", name, message))
    by_type = _PIPE_KINDS.get(code or "", "general") if medium == "water" else "general"
    return _FUNCTIONS.get(function or "", by_type), _PURPOSES.get(code or "") if medium == "sewage" else None


def _lines(shape: BaseGeometry) -> list[LineString]:
    if isinstance(shape, LineString):
        return [shape]
    if not isinstance(shape, MultiLineString):
        return []
    merged = shapely.line_merge(shape)
    return [cast(LineString, part) for part in shapely.get_parts(merged)]


def _device(
    element: etree._Element, name: str, shape: BaseGeometry, medium: Medium, problems: list[Problem]
) -> NodeRecord:
    said = properties(element)
    code = said.get("rodzajUrzadzenia", "")
    kinds = _DEVICE_KINDS[medium]
    if code not in kinds:
        message = f"Nieznany rodzaj urządzenia „{code}”; przyjęto urządzenie techniczne. Sprawdź go w źródle."
        problems.append(Problem("network-code-unknown", "warning", name, message))
    return NodeRecord(
        identifier=name,
        medium=medium,
        kind=kinds.get(code, "device"),
        geometry=_point(shape),
        origin="gesut",
        status=_status(said),
        owner=said.get("wladajacy"),
        asset_number=said.get("idBranzowy"),
        accuracy=said.get("zrodlo"),
    )


def _point(shape: BaseGeometry) -> Point:
    return shape if isinstance(shape, Point) else shape.representative_point()


def _status(said: Mapping[str, str]) -> Status:
    """``status`` p: projected; ``eksploatacja`` n: out of use."""
    if said.get("status") == "p":
        return "projected"
    return "closed" if said.get("eksploatacja") == "n" else "active"


def _diameter(said: Mapping[str, str], name: str, problems: list[Problem]) -> int | None:
    """Millimetres; a value that cannot be one is told and left out."""
    text = said.get("srednica")
    if text is None:
        return None
    number = int(text) if text.isdecimal() else 0
    if 0 < number <= MAX_DIAMETER_MM:
        return number
    message = f"Średnica „{text[:20]}” nie jest liczbą milimetrów; pominięto ją."
    problems.append(Problem("diameter-unreadable", "warning", name, message))
    return None

"""Zones and boundary of a local plan from a desktop GIS: Shapefile (plain or zipped), GeoPackage, GeoJSON.

Only polygons, a symbol and a name are taken; columns are found by their usual names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from data.geometry import stored_surface
from data.readers.vector import OpenedVector, open_vector, rows_of, text_value
from data.records import Problem, Reading, Surface, UnreadableFileError, ZoneRecord

SYMBOLS = ("symbol", "oznaczenie", "symbol_raw", "teren", "ozn", "label")
NAMES = ("name", "nazwa", "przeznaczenie", "przeznacz", "opis", "funkcja")
CLASSES = ("class_2021", "klasa", "klasa_2021")
FEES = ("planning_fee_percent", "stawka", "planning_f")


@dataclass(frozen=True, slots=True)
class _AnyLayer:
    """How the file is opened: its own encoding and system, its only layer."""

    layer: str | None = None
    encoding: str | None = None
    epsg: int | None = None


def read_zones(path: str | Path) -> Reading[ZoneRecord]:
    """Zones of the file. Raises UnreadableFileError: missing-column, and those of ``open_vector``."""
    source = open_vector(Path(path), _AnyLayer())
    symbol = _column(source, SYMBOLS)
    if symbol is None:
        raise UnreadableFileError(
            "missing-column",
            f"W pliku nie ma kolumny z symbolem terenu ({', '.join(SYMBOLS[:4])}). Kolumny pliku: "
            f"{', '.join(source.columns[:30]) or 'żadnych'}. Zmień nazwę kolumny i wczytaj ponownie.",
        )
    reading: Reading[ZoneRecord] = Reading(iter(()))
    name, kind, fee = (_column(source, names) for names in (NAMES, CLASSES, FEES))
    records = []
    for row, geometry in rows_of(source, first=0, count=source.features):
        reading.read += 1
        said = text_value(row[symbol])
        label = said or f"wiersz {reading.read}"
        if said is None:
            reading.problems.append(Problem("zone-without-symbol", "error", label, "Teren nie ma symbolu. Wpisz go."))
            continue
        surface = _surface(geometry, source.epsg, label, reading.problems)
        if surface is not None:
            values = {column: text_value(row[column]) if column else None for column in (name, kind, fee)}
            records.append(_zone(said, surface, values[name], values[kind], values[fee]))
    reading.records = iter(records)
    return reading


def read_boundary(path: str | Path) -> Reading[Surface]:
    """The union of all polygons of the file, as the one record. Raises UnreadableFileError."""
    source = open_vector(Path(path), _AnyLayer())
    reading: Reading[Surface] = Reading(iter(()), read=source.features)
    shapes = [
        surface
        for _, geometry in rows_of(source, first=0, count=source.features)
        if (surface := _surface(geometry, source.epsg, "granica", reading.problems)) is not None
    ]
    if not shapes:
        raise UnreadableFileError("no-objects", "W pliku nie ma żadnego wielokąta. Wyeksportuj granicę jako wielokąt.")
    joined = shapely.union_all(shapes)
    if not isinstance(joined, shapely.Polygon | shapely.MultiPolygon):
        raise UnreadableFileError("no-objects", "Z wielokątów pliku nie powstaje powierzchnia. Popraw je w GIS.")
    reading.records = iter([joined])
    return reading


def _zone(symbol: str, surface: Surface, name: str | None, kind: str | None, fee: str | None) -> ZoneRecord:
    percent = int(fee) if fee and fee.isdecimal() and int(fee) <= 30 else None
    return ZoneRecord(symbol[:30], name or "", surface, kind[:10] if kind else None, percent)


def _surface(geometry: BaseGeometry | None, epsg: int, name: str, problems: list[Problem]) -> Surface | None:
    if geometry is None:
        problems.append(Problem("geometry-empty", "error", name, "Obiekt nie ma geometrii. Uzupełnij ją w źródle."))
        return None
    return stored_surface(geometry, epsg=epsg, name=name, problems=problems)


def _column(source: OpenedVector, names: Sequence[str]) -> str | None:
    spelled = {column.lower(): column for column in source.columns}
    return next((spelled[name] for name in names if name in spelled), None)

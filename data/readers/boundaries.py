"""Boundaries of gminas from PRG: shapefile, GeoPackage, GeoJSON or GML of its WFS."""

from collections.abc import Iterator
from pathlib import Path

from data.geometry import refused, stored_surface
from data.readers.columns import Columns
from data.readers.simple_features import Feature, open_features
from data.records import Problem, Reading
from data.records.candidates import Candidate
from data.records.territory import BoundaryRecord
from data.teryt import TERYT_RE, WHOLE_UNITS

COLUMNS = Columns(
    {
        "code": ("JPT_KOD_JE", "JPT_KOD_JEDN", "jpt_kod_jednostki", "kodJednostki", "TERYT", "kod"),
        "name": ("JPT_NAZWA_", "JPT_NAZWA_JE", "jpt_nazwa_jednostki", "nazwaJednostki", "nazwa", "name"),
        "ended": ("WERSJA_DO", "koniecWersjiObiektu", "WAZNY_DO"),
    },
    required=("code",),
)


def read_boundaries(path: str | Path) -> Reading[Candidate[BoundaryRecord]]:
    """Boundaries of whole gminas; counties, voivodeships, towns and rural parts in the same file are counted only.

    Raises UnreadableFileError: missing-column and those of vector files and GML.
    """
    opened = open_features(path, COLUMNS)
    reading: Reading[Candidate[BoundaryRecord]] = Reading(iter(()))
    if opened.remark:
        reading.problems.append(Problem("encoding-guessed", "warning", "", opened.remark))
    reading.records = _records(opened.features, reading)
    return reading


def _records(
    features: Iterator[Feature], reading: Reading[Candidate[BoundaryRecord]]
) -> Iterator[Candidate[BoundaryRecord]]:
    passed_over = 0
    for feature in features:
        reading.read += 1
        code = feature.values.get("code") or ""
        if not TERYT_RE.fullmatch(code) or code[6] not in WHOLE_UNITS or feature.values.get("ended"):
            passed_over += 1
            continue
        yield _boundary(code, feature)
    if passed_over:
        message = f"Pominięto jednostki, które nie są dzisiejszymi gminami w całości: {passed_over}. To nie jest błąd."
        reading.problems.append(Problem("units-not-read", "info", "", message))


def _boundary(code: str, feature: Feature) -> Candidate[BoundaryRecord]:
    problems: list[Problem] = []
    surface = None
    if feature.geometry is None:
        problems.append(
            refused(feature.fault, code)
            if feature.fault
            else Problem("geometry-empty", "error", code, "Gmina nie ma granicy. Pobierz plik jeszcze raz.")
        )
    else:
        surface = stored_surface(feature.geometry, epsg=feature.epsg, name=code, problems=problems)
    record = BoundaryRecord(code, feature.values.get("name") or code, surface) if surface is not None else None
    return Candidate(code, record, code[:6], tuple(problems))

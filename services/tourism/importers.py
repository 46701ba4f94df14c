"""Sources of the tourist service: places (CSV, GeoJSON, GPX) and trails (GPX, KML, GeoJSON)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.readers.places import read_places
from data.readers.trails import Wishes, read_trails
from data.records import Reading
from data.records.tourism import TRAIL_COLOURS, TRAIL_KINDS, PlaceRecord, TrailRecord
from services.tourism.publishing import publish_places, publish_trails
from spatial.imports.registry import Argument, Source, WrongUse, register


def read_place_file(paths: Sequence[Path], _options: Mapping[str, Any]) -> Reading[PlaceRecord]:
    """Raises WrongUse for more than one file: a list of places is one."""
    if len(paths) != 1:
        raise WrongUse("Listę miejsc wczytuje się z jednego pliku.")
    return read_places(paths[0])


def read_trail_files(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[TrailRecord]:
    """Each GPX or KML is a trail of its own."""
    wishes = wishes_of(options)
    if len(paths) > 1 and (wishes.identifier or wishes.name or wishes.length_km):
        raise WrongUse("Identyfikator, nazwę i długość podaje się dla jednego pliku trasy.")
    readings = [read_trails(path, wishes) for path in paths]
    whole: Reading[TrailRecord] = Reading(iter([record for reading in readings for record in reading.records]))
    whole.problems = [problem for reading in readings for problem in reading.problems]
    whole.read = sum(reading.read for reading in readings)
    return whole


def wishes_of(options: Mapping[str, Any]) -> Wishes:
    """Raises WrongUse for an unknown kind or colour and for lengths that are none."""
    kind, colour = str(options.get("kind") or "").lower(), str(options.get("colour") or "").lower()
    if kind and kind not in TRAIL_KINDS:
        raise WrongUse(f"Rodzaj trasy „{kind}” jest nieznany. Podaj jeden z: {', '.join(TRAIL_KINDS)}.")
    if colour and colour not in TRAIL_COLOURS:
        raise WrongUse(f"Kolor „{colour}” jest nieznany. Podaj jeden z: {', '.join(TRAIL_COLOURS)}.")
    length, cut = options.get("length") or None, options.get("cut") or 0
    if (length is not None and not 0 < length < 1000) or not 0 <= cut < 10_000:
        raise WrongUse("Długość (--length) podaje się w kilometrach, a ucinane końce (--cut) w metrach.")
    return Wishes(str(options.get("slug") or ""), str(options.get("name") or ""), kind, colour, length, cut)


register(
    Source(
        code="places",
        title="Miejsca (CSV, GeoJSON, punkty GPX)",
        read=read_place_file,
        publish=publish_places,
        municipality_of=lambda _record: None,
        name_of=lambda record: record.identifier,
        stays_near=False,
    )
)
register(
    Source(
        code="trails",
        title="Trasy (GPX, KML, GeoJSON)",
        read=read_trail_files,
        publish=publish_trails,
        municipality_of=lambda _record: None,
        name_of=lambda record: record.identifier,
        arguments=(
            Argument("slug", "identyfikator trasy w adresie, np. dolina-pradnika (GPX, KML)"),
            Argument("name", "nazwa trasy (GPX, KML)"),
            Argument("kind", f"rodzaj trasy: {', '.join(TRAIL_KINDS)} (GPX, KML)"),
            Argument("colour", f"kolor znaku: {', '.join(TRAIL_COLOURS)} (GPX, KML)"),
            Argument("length", "ogłoszona długość w kilometrach (GPX, KML)", float),
            Argument("cut", "ile metrów uciąć na obu końcach śladu z odbiornika", float),
            Argument("whole", "plik zawiera wszystkie trasy; tych, których w nim nie ma, już nie ma", is_flag=True),
        ),
        is_known_by_hash=False,
        stays_near=False,
    )
)

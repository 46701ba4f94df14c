"""Hand-made deliveries: squares of 100 m from the corner of ``tests.factories``, and a way to publish them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import shapely

from data.records import (
    AddressRecord,
    BuildingRecord,
    DistrictRecord,
    LandUsePart,
    LocalityRecord,
    ParcelRecord,
    Problem,
    Reading,
    StreetRecord,
)
from spatial.imports import registry
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import NOBODY, Origin, Review, publish
from tests.factories import EAST, NORTH, TODAY

DISTRICT = "120610_5.0007"
FIRST, SECOND = date(2026, 1, 1), date(2026, 6, 1)


def square(*, east: float = 0, north: float = 0, side: float = 100) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH + north, EAST + east + side, NORTH + north + side)


def parcel(number: str, *, east: float = 0, side: float = 100, **fields: Any) -> ParcelRecord:
    values: dict[str, Any] = {
        "identifier": f"{DISTRICT}.{number}",
        "geometry": square(east=east, side=side),
        "registered_area_m2": round(side * side),
        "land_uses": (LandUsePart("R", "R", "IIIa", round(side * side)),),
    }
    return ParcelRecord(**values | fields)


def building(number: int, *, east: float = 10, **fields: Any) -> BuildingRecord:
    return BuildingRecord(f"{DISTRICT}.{number}_BUD", square(east=east, side=10), **{"kind": "m"} | fields)


DISTRICT_RECORD = DistrictRecord(DISTRICT, "Cianowice", square(side=1000))
SKALA = LocalityRecord("0329651", "Skała", "miasto")
CIANOWICE = LocalityRecord("0329303", "Cianowice", "wieś")
KRAKOWSKA = StreetRecord("10145", SKALA.simc, "ul. Krakowska")


def address(number: str, *, street: StreetRecord | None = None, locality: LocalityRecord = CIANOWICE) -> AddressRecord:
    ulic = street.ulic if street else None
    identifier = f"{locality.simc}.{ulic}.{number}"
    return AddressRecord(identifier, locality.simc, ulic, number, "32-043", shapely.Point(EAST + 5, NORTH + 5))


def deliver(
    records: Iterable[Any],
    *,
    source: str = "egib",
    state_on: date | None = FIRST,
    problems: Iterable[Problem] = (),
    sha256: str = "a" * 64,
    review: Review = NOBODY,
    **terms: Any,
) -> Report:
    """Publish records as if a reader had yielded them."""
    records = list(records)
    reading = Reading(iter(records), list(problems), read=len(records), state_on=state_on)
    return publish(
        source=registry.source(source),
        reading=reading,
        origin=Origin("test.gml", sha256),
        terms=Terms(**terms),
        today=TODAY,
        review=review,
    )


def rules(report: Report, severity: str = "error") -> list[str]:
    return [problem.rule for problem in report.findings if problem.severity == severity]

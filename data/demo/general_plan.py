"""A general plan of the demo: land near buildings is SJ, the rest SO; infill areas (OUZ) lie where they stand close.

Zones cover the municipality once and wholly, as the law demands; each is one polygon, as the schema demands.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import shapely
from shapely import Polygon

from data.app_schema import ZONES
from data.demo.buildings import houses
from data.demo.local_plans import NAMESPACE
from data.demo.outlines import MUNICIPALITIES
from data.demo.shapes import polygons_of
from data.records import ActRecord, GeneralPlanZoneRecord, PlanningRecord, PlanRecord
from data.records.plans import BaseMapRecord, RegulationRecord

CODE = "1POG"
TERYT = "120610"  #: Sułoszowa of the demo has none yet
IN_FORCE = date(2026, 8, 20)
BEGUN = datetime(2026, 8, 20, tzinfo=UTC)
VERSION = f"{BEGUN:%Y%m%dT%H%M%S}"
NEAR_M = 60.0
LEAST_M2 = 20_000.0  #: smaller clusters of buildings stay in the open zone
INFILL_M2 = 60_000.0  #: clusters with an infill area
_SHARED: dict[str, Any] = {
    "plan": CODE, "in_force_from": IN_FORCE, "version": VERSION, "version_from": BEGUN, "status": "legalForce",
    "character": "generallyBinding",
}  # fmt: skip


def general_plan(teryt: str) -> Iterator[PlanningRecord]:
    """The plan with its zones and areas; nothing for a municipality without one."""
    if teryt != TERYT:
        return
    outline = MUNICIPALITIES[teryt].outline
    yield PlanRecord(
        code=CODE,
        municipality=teryt,
        title="Plan ogólny gminy Skała (dane przykładowe)",
        boundary=outline,
        drawing_scale=10_000,
        in_force_from=IN_FORCE,
        base_map_on=date(2025, 11, 3),
        kind="general-plan",
        namespace=NAMESPACE[teryt].replace("MPZP", "POG"),
        version=VERSION,
        version_from=BEGUN,
        status="legalForce",
        act_type="planOgolnyGminy",
        level="local",
        is_sample=True,
        acts=tuple(_acts()),
        base_maps=(BaseMapRecord(date(2025, 11, 3), "BDOT10k (dane przykładowe)"),),
    )
    built = _built(teryt)
    for number, shape in enumerate(built, start=1):
        yield _zone(number, "SJ", shape)
    for number, shape in enumerate(_rest(outline, built), start=1):
        yield _zone(number, "SO", shape)
    for number, shape in enumerate(_dense(teryt), start=1):
        yield _infill(number, shape)


def _acts() -> Iterator[ActRecord]:
    yield ActRecord(
        "initiates",
        "Uchwała w sprawie przystąpienia do sporządzenia planu ogólnego (dane przykładowe)",
        "VI/40/2024",
        "Rada Miejska w Skale",
        date(2024, 9, 25),
    )
    yield ActRecord("adopts", "Uchwała w sprawie planu ogólnego gminy Skała (dane przykładowe)", "XXII/190/2026",
                    "Rada Miejska w Skale", date(2026, 7, 29), IN_FORCE, 2026, 5120)  # fmt: skip


@cache
def _built(teryt: str) -> tuple[Polygon, ...]:
    """Land near buildings, in pieces that keep a metre's distance, largest first."""
    outlines = [house.record.geometry for house in houses(teryt)]
    near = shapely.union_all([shape.centroid.buffer(NEAR_M, quad_segs=3) for shape in outlines])
    calm = near.buffer(25, quad_segs=2).buffer(-25, quad_segs=2).simplify(8)
    inside = shapely.set_precision(shapely.intersection(calm, MUNICIPALITIES[teryt].outline), 0.01)
    pieces = polygons_of(inside, over_m2=LEAST_M2)
    return tuple(sorted(pieces, key=lambda piece: -piece.area))


def _rest(outline: shapely.Geometry, built: tuple[Polygon, ...]) -> list[Polygon]:
    return polygons_of(shapely.difference(outline, shapely.union_all(built)), over_m2=1.0)


def _zone(number: int, symbol: str, shape: Polygon) -> GeneralPlanZoneRecord:
    kind, is_built = ZONES[symbol], symbol == "SJ"
    return GeneralPlanZoneRecord(
        identifier=f"{CODE}-{number}{symbol}",
        label=f"{number}{symbol}",
        symbol=symbol,
        name=kind.name,
        geometry=shape,
        profiles_basic=tuple(sorted(kind.basic)),
        max_intensity=0.6 if is_built else None,
        max_coverage_percent=30.0 if is_built else None,
        max_height_m=10.0 if is_built else None,
        min_green_percent=40.0 if is_built else None,
        **_SHARED,
    )


@cache
def _dense(teryt: str) -> tuple[Polygon, ...]:
    """Land close to buildings, as the regulation wraps it: 50 m outwards, 40 m back; the larger pieces."""
    around = shapely.union_all([house.record.geometry.buffer(50, quad_segs=4) for house in houses(teryt)])
    wrapped = shapely.intersection(around.buffer(-40, quad_segs=4).simplify(0.5), shapely.union_all(_built(teryt)))
    return tuple(polygons_of(shapely.set_precision(wrapped, 0.01), over_m2=INFILL_M2))


def _infill(number: int, shape: Polygon) -> RegulationRecord:
    return RegulationRecord(
        kind="OUZ", identifier=f"{CODE}-{number}OUZ", label=f"{number}OUZ", symbol="OUZ", geometry=shape,
        **_SHARED,
    )  # fmt: skip

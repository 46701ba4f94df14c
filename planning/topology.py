"""Do the zones of a plan cover it once and only once? Differences above one square metre become findings.

Warnings, not errors: the drawing is the law and the vectors an aid, so a planner decides what the drawing says.
"""

from collections.abc import Iterator, Sequence

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from data.records import PlanRecord, Problem, ZoneRecord

TOLERANCE_M2 = 1.0


def topology(plan: PlanRecord) -> Iterator[Problem]:
    """Gaps, zones outside of the boundary and overlaps; nothing for a plan without zones."""
    if not plan.zones:
        return
    covered = shapely.union_all([zone.geometry for zone in plan.zones])
    for piece in _pieces(plan.boundary.difference(covered)):
        yield _found(
            "zones-gap",
            plan,
            piece,
            f"{piece.area:.0f} m² planu nie należy do żadnego terenu. Sprawdź to miejsce na rysunku planu i uzupełnij "
            "teren; do tego czasu wypisy działek z tego miejsca wymagają sprawdzenia przez planistę.",
        )
    yield from _outside(plan)
    yield from _overlaps(plan, plan.zones)


def _outside(plan: PlanRecord) -> Iterator[Problem]:
    found = [(zone.symbol, piece) for zone in plan.zones for piece in _pieces(zone.geometry.difference(plan.boundary))]
    for symbol, piece in sorted(found, key=lambda pair: -pair[1].area):
        message = f"{piece.area:.0f} m² terenu {symbol} leży poza granicą planu. Dociągnij granicę terenu do niej."
        yield _found("zones-outside", plan, piece, message)


def _overlaps(plan: PlanRecord, zones: Sequence[ZoneRecord]) -> Iterator[Problem]:
    shapes = [zone.geometry for zone in zones]
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    found = [
        (zones[one].symbol, zones[two].symbol, piece)
        for one, two in zip(first.tolist(), second.tolist(), strict=True)
        if one < two
        for piece in _pieces(shapes[one].intersection(shapes[two]))
    ]
    for one, two, piece in sorted(found, key=lambda pair: -pair[2].area):
        message = (
            f"Tereny {one} i {two} nakładają się na {piece.area:.0f} m². Rozstrzygnij według rysunku planu, "
            "który z nich tu obowiązuje."
        )
        yield _found("zones-overlap", plan, piece, message)


def _found(rule: str, plan: PlanRecord, piece: Polygon, message: str) -> Problem:
    place = piece.representative_point()
    return Problem(rule, "warning", plan.code, message, (place.x, place.y))


def _pieces(geometry: BaseGeometry) -> list[Polygon]:
    """Areal parts that matter, largest first."""
    parts = (part for group in shapely.get_parts(geometry) for part in shapely.get_parts(group))
    kept = [part for part in parts if isinstance(part, Polygon) and part.area > TOLERANCE_M2]
    return sorted(kept, key=lambda part: -part.area)

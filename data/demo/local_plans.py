"""Local plans of the demo as records: zones, text, overlays, sheets, acts, and what one plan does to another."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import shapely
from shapely import Polygon

from data.demo.drawing import draw
from data.demo.outlines import MUNICIPALITIES, at
from data.demo.overlays import overlays
from data.demo.plan_list import CHANGE, CIANOWICE, OJCOW, OLD, PLANS, WIELMOZA, PlanSpec
from data.demo.resolutions import ANNULLED_BY, ANNULLED_ON, provisions, title
from data.demo.shapes import polygons_of, surface_of
from data.demo.zoning import Zoning, class_of, zone
from data.records import ActRecord, PlanRecord, RelationRecord, ZoneRecord

NAMESPACE = {"120610": "PL.ZIPPZP.9901/120610-MPZP", "120613": "PL.ZIPPZP.9902/120613-MPZP"}  #: sample numbers

#: The deliberate faults of the Wielmoża plan (short coordinates): a hole between zones, and a strip given twice.
GAP = ((12560, 70640), (12600, 70630), (12604, 70650), (12564, 70660))
OVERLAP_M = 3.0


def plans(teryt: str, *, sheets_dir: Path) -> Iterator[PlanRecord]:
    """Plans of a municipality, older before newer; drawings are written into the directory."""
    for spec in PLANS:
        if spec.teryt == teryt:
            record, zoning = plan_without_sheets(spec.code)
            yield replace(record, sheets=draw(zoning, list(record.overlays), Path(sheets_dir)))


@cache
def plan_without_sheets(code: str) -> tuple[PlanRecord, Zoning]:
    """A plan as a record, and how it was drawn."""
    spec = next(s for s in PLANS if s.code == code)
    zoning = zone(spec)
    layers = overlays(zoning)
    zones = _faulty(zoning.zones) if code == WIELMOZA else zoning.zones
    record = PlanRecord(
        code=code,
        municipality=spec.teryt,
        title=title(spec),
        boundary=zoning.boundary,
        drawing_scale=spec.scale,
        in_force_from=spec.in_force_from,
        in_force_to=spec.in_force_to,
        base_map_on=spec.base_map_on,
        namespace=NAMESPACE[spec.teryt],
        version=f"{spec.in_force_from:%Y%m%d}T000000",
        version_from=datetime(spec.in_force_from.year, spec.in_force_from.month, spec.in_force_from.day, tzinfo=UTC),
        status="obsolete" if spec.in_force_to else "legalForce",
        is_sample=True,
        acts=tuple(_acts(spec)),
        zones=tuple(zones),
        provisions=provisions(spec, zoning.zones, layers),
        overlays=tuple(layers),
        relations=tuple(_relations(spec, zoning)),
    )
    return record, zoning


def _faulty(zones: list[ZoneRecord]) -> list[ZoneRecord]:
    """A hole where no zone is, and one zone that reaches three metres over its neighbour."""
    hole = Polygon(at(GAP))
    holed = [
        replace(z, geometry=surface_of(shapely.set_precision(shapely.difference(z.geometry, hole), 0.01)))
        if z.geometry.intersects(hole) else z
        for z in zones
    ]  # fmt: skip
    greedy = next(i for i, z in enumerate(holed) if class_of(z) == "US")
    wider = shapely.set_precision(holed[greedy].geometry.buffer(OVERLAP_M, join_style="mitre"), 0.01)
    holed[greedy] = replace(holed[greedy], geometry=polygons_of(wider)[0])
    return holed


def _acts(spec: PlanSpec) -> Iterator[ActRecord]:
    council = MUNICIPALITIES[spec.teryt].council
    started = spec.adopted_on - timedelta(days=700)
    year, position = spec.journal
    opening = f"Uchwała Nr {spec.initiated} o przystąpieniu do sporządzenia planu „{spec.name}” (dane przykładowe)"
    yield ActRecord("initiates", opening, spec.initiated, council, started)
    yield ActRecord("adopts", title(spec), spec.number, council, spec.adopted_on, spec.in_force_from, year, position)
    if spec.code == CIANOWICE:
        change = next(s for s in PLANS if s.code == CHANGE)
        yield ActRecord("changes", title(change), change.number, council, change.adopted_on, change.in_force_from,
                        *change.journal)  # fmt: skip
    if spec.code == OLD:
        newer = next(s for s in PLANS if s.code == CIANOWICE)
        yield ActRecord("repeals", title(newer), newer.number, council, newer.adopted_on, newer.in_force_from,
                        *newer.journal)  # fmt: skip
    if spec.code == OJCOW:
        yield ActRecord("annuls", ANNULLED_BY[0].upper() + ANNULLED_BY[1:], "II SA/Kr 0000/18",
                        "Wojewódzki Sąd Administracyjny w Krakowie", date(2018, 12, 4), ANNULLED_ON)  # fmt: skip


def _relations(spec: PlanSpec, zoning: Zoning) -> Iterator[RelationRecord]:
    if spec.code == CHANGE:
        note = "zmiana w granicach obszaru oznaczonego na rysunku zmiany planu"
        yield RelationRecord("changes", CIANOWICE, spec.in_force_from, zoning.boundary, note)
    if spec.code == CIANOWICE:
        yield RelationRecord("repeals", OLD, spec.in_force_from, None, "traci moc plan „Cianowice - Zagaje”")

"""Plans as the review of a delivery sees them, and how a delivery of plans is taken back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry

from planning.models import LocalPlan
from planning.publishing import reopen
from spatial import crs
from spatial.imports.differences import Difference, Kind
from spatial.imports.models import Snapshot

SAME_M2 = 0.01  #: shapes that differ by less are one shape


def differences(before: LocalPlan | None, after: LocalPlan) -> Iterator[Difference]:
    """The plan itself, then its zones by symbol; zones and areas of a general plan by their label."""
    yield Difference(
        "plan",
        "changed" if before else "added",
        after.code,
        before=said_of(before) if before else None,
        after=said_of(after),
        shape_before=_hex(before.boundary) if before else None,
        shape_after=_hex(after.boundary),
    )
    tables = (("plan-zone", _zones), ("general-plan-zone", _general_zones), ("regulation", _regulations))
    for table, zones in tables:
        yield from _of_zones(table, after.code, zones(before) if before else {}, zones(after))


def said_of(plan: LocalPlan) -> dict[str, Any]:
    """What a reviewer compares in the table."""
    return {
        "title": plan.title,
        "drawing_scale": plan.drawing_scale,
        "in_force_from": plan.in_force_from and plan.in_force_from.isoformat(),
        "in_force_to": plan.in_force_to and plan.in_force_to.isoformat(),
        "acts": plan.acts.count(),
        "zones": plan.zones.count() + plan.general_zones.count() + plan.regulations.count(),
        "provisions": plan.provisions.count(),
        "overlays": plan.overlays.count(),
        "sheets": plan.sheets.count(),
    }


def take_back(snapshot: Snapshot, now: datetime) -> dict[str, int]:
    """Records that the delivery wrote are superseded; those it had superseded are written again.

    Nothing is deleted: documents keep quoting the record they were made from.
    """
    written = list(LocalPlan.objects.known().filter(snapshot=snapshot))
    LocalPlan.objects.filter(pk__in=[plan.pk for plan in written]).update(superseded_at=now)
    ended = LocalPlan.objects.filter(
        municipality=snapshot.municipality_id, superseded_at=snapshot.published_at
    ).exclude(snapshot=snapshot)
    for plan in ended:
        reopen(plan, at=now)
    return {"withdrawn": len(written), "restored": len(ended)}


def _of_zones(
    table: str, code: str, before: dict[str, BaseGeometry], after: dict[str, BaseGeometry]
) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and shapely.symmetric_difference(old, new).area < SAME_M2:
            continue
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        yield Difference(
            table,
            kind,
            f"{code}: {name}",
            before=_area(old),
            after=_area(new),
            shape_before=_shape(old),
            shape_after=_shape(new),
        )


def _zones(plan: LocalPlan) -> dict[str, BaseGeometry]:
    return _together((zone.symbol_raw, zone.geom) for zone in plan.zones.order_by("pk"))


def _general_zones(plan: LocalPlan) -> dict[str, BaseGeometry]:
    return _together((zone.label, zone.geom) for zone in plan.general_zones.order_by("pk"))


def _regulations(plan: LocalPlan) -> dict[str, BaseGeometry]:
    return _together((area.label, area.geom) for area in plan.regulations.order_by("pk"))


def _together(named: Iterable[tuple[str, GEOSGeometry]]) -> dict[str, BaseGeometry]:
    """A symbol may stand for several areas: one shape for each name."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for name, geom in named:
        parts[name].append(shapely.from_wkb(bytes(geom.wkb)))
    return {name: shapely.union_all(shapes) for name, shapes in parts.items()}


def _area(shape: BaseGeometry | None) -> dict[str, Any] | None:
    return None if shape is None else {"area_m2": round(shape.area)}


def _shape(shape: BaseGeometry | None) -> str | None:
    return (
        None if shape is None else shapely.to_wkb(shapely.set_srid(shape, crs.PL_2000_7), hex=True, include_srid=True)
    )


def _hex(geometry: GEOSGeometry) -> str:
    return bytes(geometry.hexewkb).decode()

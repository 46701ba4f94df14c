"""Protected areas of GDOŚ: those that lie on or near the municipality's land, whole, kind by kind."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

from data.readers.joining import joined
from data.readers.protected_areas import FoundArea, read_protected_areas
from data.records import Problem, Reading
from data.records.nature import KIND_NAMES, ProtectedAreaRecord
from spatial.imports.registry import Argument, Delivery, Published, Source, WrongUse, register
from spatial.imports.staging import Counts, Stage, many
from spatial.imports.surroundings import MARGIN_M
from spatial.nature.models import ProtectedArea

BY_KIND = "{row}.kind"  #: scope: a file of parks says nothing about reserves


def publish_protected_areas(records: Iterable[FoundArea | ProtectedAreaRecord], delivery: Delivery) -> Published:
    """Areas within 2 km of the boundary; a kind that the file has is compared whole."""
    stage = Stage(ProtectedArea, scope=BY_KIND)
    land = shapely.from_wkb(bytes(delivery.municipality.boundary.wkb)).buffer(MARGIN_M)
    shapely.prepare(land)
    kinds, elsewhere = set(), 0
    for found in records:
        record = found if isinstance(found, ProtectedAreaRecord) else found.area.record
        kind = found.kind
        if kind is not None:
            kinds.add(kind)
        if not _is_near(found, record, land):
            elsewhere += 1
            continue
        if isinstance(found, FoundArea):
            delivery.problems.extend(found.area.problems)
        if record is not None:
            stage.add(record.identifier, many(record.geometry), **values_of(record))
    if elsewhere:
        delivery.problems.append(_elsewhere(elsewhere))
    for identifier in stage.duplicates():
        delivery.refuse("duplicate-id", identifier, "Kod obszaru powtarza się w pliku; odrzucono wszystkie takie.")
    counts = stage.publish(delivery, kinds) if kinds else Counts()
    return Published(
        counts={stage.name: counts.as_dict()} if counts != Counts() else {},
        written=counts.added + counts.changed,
        scope=[f"{stage.name}:{kind}" for kind in sorted(kinds)],
        is_unchanged=not counts.has_changes and stage.last_state in (None, delivery.state_on),
    )


def _is_near(found: FoundArea | ProtectedAreaRecord, record: ProtectedAreaRecord | None, land: shapely.Polygon) -> bool:
    """By the area; by the rectangle where the area was refused; what has no place at all is told."""
    if record is not None:
        return bool(land.intersects(record.geometry))
    extent = found.extent if isinstance(found, FoundArea) else None
    return extent is None or bool(land.intersects(shapely.box(*extent)))


def _elsewhere(count: int) -> Problem:
    message = f"Pominięto obszary, które leżą dalej niż {MARGIN_M // 1000} km od gminy: {count}. To nie jest błąd."
    return Problem("others-skipped", "info", "", message)


def values_of(record: ProtectedAreaRecord) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "name": record.name[:200],
        "is_buffer": record.is_buffer,
        "code": record.code[:40],
        "established_on": record.established_on,
        "legal_act": record.legal_act[:500],
        "area_ha": record.area_ha,
        "link": record.link[:300],
    }


def read_area_files(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[FoundArea]:
    """Several layers are one delivery."""
    form = options.get("form") or None
    if form is not None and form not in KIND_NAMES:
        raise WrongUse(f"Nie znamy formy ochrony „{form}”. Podaj jedną z: {', '.join(KIND_NAMES)}.")
    return joined([read_protected_areas(path, kind=form) for path in paths])


register(
    Source(
        code="protected-areas",
        title="Formy ochrony przyrody (GDOŚ: SHP, GML, GeoJSON, GPKG)",
        read=read_area_files,
        publish=publish_protected_areas,
        municipality_of=lambda _found: None,
        name_of=lambda found: found.name,
        arguments=(Argument("form", "forma ochrony, gdy plik jej nie podaje, np. national-park"),),
        is_known_by_hash=False,
        stays_near=False,
    )
)

"""TERC codes and boundaries of gminas into the register of the territorial division.

A new boundary replaces the municipality's outline; what stood before is kept and comes back when the delivery is
taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import shapely
from django.contrib.gis.geos import MultiPolygon

from data.readers.amounts import polish
from data.readers.boundaries import read_boundaries
from data.readers.teryt import read_terc
from data.records import Problem, Reading
from data.records.candidates import Candidate
from data.records.territory import BoundaryRecord, TercRecord
from spatial.imports.models import Snapshot
from spatial.imports.plain import keep
from spatial.imports.registry import Delivery, Published, Source, WrongUse, register
from spatial.imports.staging import Counts, Stage, many
from spatial.municipalities.models import Municipality
from spatial.territory.models import ReplacedBoundary, TercUnit, UnitBoundary
from spatial.territory.queries import geos

ONE_EACH = "{row}.identifier"  #: scope: a file of one gmina says nothing about the others
NEAR_M = 20_000  #: how far from the outline we have a neighbour may reach before the new boundary is known
TOUCHING_M = 300  #: neighbours in generalised data are apart by as much
MOVED_SHARE = 0.05


def publish_terc(records: Iterable[Candidate[TercRecord]], delivery: Delivery) -> Published:
    """Rows of the municipality and of the county and voivodeship it lies in."""
    teryt = delivery.municipality.pk
    units: dict[str, TercRecord] = {}
    for candidate in records:
        if candidate.municipality == teryt:
            delivery.problems.extend(candidate.problems)
        if candidate.record is not None and (candidate.municipality or teryt.startswith(candidate.record.code)):
            units[candidate.record.code] = candidate.record
    _check_units(units, delivery)
    wanted = [
        {"code": unit.code, "name": unit.name[:100], "kind": unit.kind[:60], "state_on": unit.state_on}
        for unit in units.values()
    ]
    counts = keep(TercUnit, ("code",), wanted, delivery)
    return Published(
        counts={"terc_unit": counts.as_dict()},
        written=counts.added + counts.changed,
        scope=[f"terc:{teryt}"],
        is_unchanged=not counts.has_changes,
    )


def _check_units(units: Mapping[str, TercRecord], delivery: Delivery) -> None:
    """The municipality must be there, whole, and bear the name that we use."""
    teryt, name = delivery.municipality.pk, delivery.municipality.name
    kinds = {code[6]: unit for code, unit in units.items() if len(code) == 7}
    whole = next((kinds[kind] for kind in "123" if kind in kinds), None)
    if whole is None:
        delivery.refuse("terc-unit-missing", "", f"W pliku TERC nie ma gminy {teryt}. Sprawdź, czy plik jest pełny.")
        return
    if "3" in kinds and not {"4", "5"} <= kinds.keys():
        delivery.warn(
            "terc-unit-missing",
            whole.code,
            "Gmina jest miejsko-wiejska, a w pliku nie ma jej miasta (4) albo obszaru wiejskiego (5). "
            "Pobierz pełny plik.",
        )
    if whole.name.casefold() != name.casefold():
        delivery.warn(
            "terc-name-differs",
            whole.code,
            f"TERC nazywa gminę „{whole.name}”, a u nas nazywa się „{name}”. Sprawdź kod i nazwę gminy.",
        )


def publish_boundaries(records: Iterable[Candidate[BoundaryRecord]], delivery: Delivery) -> Published:
    """The municipality's own boundary and those of its neighbours; other gminas of the file are counted."""
    own, others, passed_over = _sorted(records, delivery)
    stage = Stage(UnitBoundary, scope=ONE_EACH)
    if own is None:
        if not delivery.refused():
            teryt = delivery.municipality.pk
            delivery.refuse("boundary-missing", "", f"W pliku nie ma granicy gminy {teryt}. Pobierz plik z tą gminą.")
        return Published({}, 0, [], is_unchanged=False)
    neighbours = [record for record in others if shapely.dwithin(record.geometry, own.geometry, TOUCHING_M)]
    passed_over += len(others) - len(neighbours)
    if passed_over:
        delivery.problems.append(_others(passed_over))
    for record in (own, *neighbours):
        stage.add(record.identifier, many(record.geometry), name=record.name[:100])
    for identifier in stage.duplicates():
        delivery.refuse(
            "duplicate-id", identifier, "Gmina powtarza się w pliku. Nie wiadomo, która granica jest dobra."
        )
    counts = stage.publish(delivery, stage.scopes())
    is_moved = _move(own, delivery)
    return Published(
        counts={stage.name: counts.as_dict()} if counts != Counts() else {},
        written=counts.added + counts.changed,
        scope=[f"{stage.name}:{identifier}" for identifier in sorted(stage.scopes())],
        is_unchanged=not counts.has_changes and not is_moved and stage.last_state == delivery.state_on,
    )


def _sorted(
    records: Iterable[Candidate[BoundaryRecord]], delivery: Delivery
) -> tuple[BoundaryRecord | None, list[BoundaryRecord], int]:
    """Our own boundary, those that may be neighbours, and how many are neither."""
    east, north, east_to, north_to = delivery.municipality.boundary.extent
    around = shapely.box(east - NEAR_M, north - NEAR_M, east_to + NEAR_M, north_to + NEAR_M)
    own, others, passed_over = None, [], 0
    for candidate in records:
        if candidate.municipality == delivery.municipality.pk:
            delivery.problems.extend(candidate.problems)
            if own is not None and candidate.record is not None:
                message = "Gmina powtarza się w pliku. Nie wiadomo, która granica jest dobra."
                delivery.refuse("duplicate-id", candidate.name, message)
            own = candidate.record or own
        elif candidate.record is not None and around.intersects(shapely.box(*candidate.record.geometry.bounds)):
            others.append(candidate.record)
        else:
            passed_over += 1
    return own, others, passed_over


def _others(count: int) -> Problem:
    message = f"Pominięto gminy, które nie są sąsiadami: {count}. To nie jest błąd: plik obejmuje większy obszar."
    return Problem("others-skipped", "info", "", message)


def _move(own: BoundaryRecord, delivery: Delivery) -> bool:
    """Give the municipality the boundary; tell by how much it differs from the outline before."""
    municipality = delivery.municipality
    before = municipality.boundary
    after = cast(MultiPolygon, geos(many(own.geometry)))
    if before.equals_exact(after, 0.0001) or delivery.refused():
        return False
    share = before.sym_difference(after).area / after.area
    message = (
        f"Granica gminy różni się od dotychczasowej na {polish(100 * share, 1)}% powierzchni (było "
        f"{polish(before.area / 1e6, 2)} km², jest {polish(after.area / 1e6, 2)} km²). Zastąpiono ją; poprzednia wróci "
        "po cofnięciu dostawy."
    )
    delivery.problems.append(
        Problem("boundary-changed", "warning" if share > MOVED_SHARE else "info", own.identifier, message)
    )
    ReplacedBoundary.objects.create(snapshot=delivery.snapshot, geom=before)
    Municipality.objects.filter(pk=municipality.pk).update(boundary=after)
    municipality.boundary = after
    return True


def put_boundary_back(snapshot: Snapshot, _now: datetime) -> dict[str, int]:
    """The outline as it was before the delivery."""
    before = ReplacedBoundary.objects.filter(snapshot=snapshot).first()
    if before is None:
        return {"restored": 0}
    return {"restored": Municipality.objects.filter(pk=snapshot.municipality_id).update(boundary=before.geom)}


# --- declarations ---------------------------------------------------------------------------------------------


def one_file[R](paths: Sequence[Path]) -> Path:
    """Raises WrongUse for more than one file."""
    if len(paths) != 1:
        raise WrongUse("To źródło wczytuje się po jednym pliku.")
    return paths[0]


def read_terc_file(paths: Sequence[Path], _options: Mapping[str, Any]) -> Reading[Candidate[TercRecord]]:
    return read_terc(one_file(paths))


def read_boundary_file(paths: Sequence[Path], _options: Mapping[str, Any]) -> Reading[Candidate[BoundaryRecord]]:
    return read_boundaries(one_file(paths))


register(
    Source(
        code="terc",
        title="TERYT: jednostki podziału terytorialnego (TERC)",
        read=read_terc_file,
        publish=publish_terc,
        municipality_of=lambda candidate: candidate.municipality,
        name_of=lambda candidate: candidate.name,
        skips_others=True,
        stays_near=False,
        keeps_latest_only=True,
    )
)
register(
    Source(
        code="boundaries",
        title="Granice gminy i gmin sąsiednich (PRG: SHP, GPKG, GeoJSON, GML)",
        read=read_boundary_file,
        publish=publish_boundaries,
        municipality_of=lambda _candidate: None,
        name_of=lambda candidate: candidate.name,
        take_back=put_boundary_back,
        stays_near=False,
    )
)

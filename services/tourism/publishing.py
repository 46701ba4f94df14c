"""Places and trails into their registers."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from shapely import MultiLineString

from data.readers.amounts import polish
from data.records import Problem
from data.records.tourism import PlaceRecord, TrailRecord
from services.tourism.location import Locator
from services.tourism.models import Place, TrackFile, Trail
from spatial.imports.models import Snapshot
from spatial.imports.registry import Delivery, Published
from spatial.imports.staging import Counts, Stage

FOLDER = "trails"
MOVED_M = 500
PLACES, TRAILS = "'all'::text", "'all'::text"  #: scope: the one list of places, of trails
SAME = {
    "name", "name_en", "name_uk", "kind", "description", "description_en", "confidence", "confidence_note", "address",
    "phone", "url", "opening_hours", "monument_number", "osm_id", "wikidata", "source", "licence", "verified_on",
    "verified_by",
}  # fmt: skip


def publish_places(records: Iterable[PlaceRecord], delivery: Delivery) -> Published:
    """The file is the whole list: a place that it does not name is closed (unless it is an excerpt, --partial)."""
    stage = Stage(Place, scope=PLACES)
    locator = Locator(delivery.municipality)
    before = {row.identifier: row for row in Place.objects.current().of(delivery.municipality)}
    unverified = 0
    for record in records:
        located = locator.place(record)
        if located.problem is not None:
            delivery.problems.append(located.problem)
        if (moved := _moved(record, before.get(record.identifier))) is not None:
            delivery.problems.append(moved)
        unverified += record.verified_on is None
        values = {name: getattr(record, name) for name in SAME}
        stage.add(record.identifier, record.geometry, **values, located_in=list(located.gminas))
    if unverified:
        message = f"Położenia nikt jeszcze nie potwierdził: {unverified}. Sprawdź te miejsca na ortofotomapie."
        delivery.problems.append(Problem("place-unverified", "info", "", message))
    return _published(stage, delivery, is_whole=True)


def _moved(record: PlaceRecord, held: Place | None) -> Problem | None:
    """Coordinates invented elsewhere differ by kilometres from those we hold (dossier tourism 3)."""
    if held is None:
        return None
    metres = ((held.geom.x - record.geometry.x) ** 2 + (held.geom.y - record.geometry.y) ** 2) ** 0.5
    if metres <= MOVED_M:
        return None
    return Problem(
        "place-moved",
        "warning",
        record.identifier,
        f"Miejsce przesunęło się o {polish(metres / 1000, 1)} km względem poprzedniej dostawy. "
        "Sprawdź, które położenie jest prawdziwe.",
        (record.geometry.x, record.geometry.y),
    )


def publish_trails(records: Iterable[TrailRecord], delivery: Delivery) -> Published:
    """Trails are added and replaced one by one; with --whole the file is the list of all of them."""
    stage = Stage(Trail, scope=TRAILS)
    locator = Locator(delivery.municipality)
    files: set[Path] = set()
    for record in records:
        crossed = locator.crossed(record.geometry)
        if delivery.municipality.pk not in crossed:
            delivery.problems.append(_elsewhere(record, delivery.municipality.name))
        stage.add(record.identifier, _many(record), **_values(record), located_in=list(crossed))
        if record.raw is not None:
            files.add(record.raw)
    published = _published(stage, delivery, is_whole=bool(delivery.terms.options.get("whole")))
    if not published.is_unchanged:
        for file in sorted(files):
            keep_file(file, delivery.snapshot, delivery.undo)
    return published


def _elsewhere(record: TrailRecord, name: str) -> Problem:
    return Problem(
        "trail-elsewhere",
        "warning",
        record.identifier,
        f"Trasa nie przebiega przez gminę {name}. Sprawdź, czy to właściwy plik.",
        (record.geometry.centroid.x, record.geometry.centroid.y),
    )


def _many(record: TrailRecord) -> MultiLineString:
    line = record.geometry
    return line if isinstance(line, MultiLineString) else MultiLineString([line])


def _values(record: TrailRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "name_en": record.name_en,
        "kind": record.kind,
        "colour": record.colour,
        "symbol": record.symbol,
        "description": record.description,
        "description_en": record.description_en,
        "length_published_m": record.published_m,
        "length_source": record.published_source,
        "length_measured_m": record.measured_m,
        "difficulty": record.difficulty,
        "surfaces": list(record.surfaces),
        "is_loop": record.is_loop,
        "walk_time_min": record.walk_time_min,
        "stroller": record.stroller,
        "wheelchair": record.wheelchair,
        "manager": record.manager,
        "confidence": record.confidence,
        "source": record.source,
        "verified_on": record.verified_on,
    }


def _published(stage: Stage, delivery: Delivery, *, is_whole: bool) -> Published:
    for identifier in stage.duplicates():
        delivery.refuse(
            "duplicate-id",
            identifier,
            "Identyfikator powtarza się w pliku. Nie wiadomo, który obiekt jest właściwy; nadaj każdemu inny.",
        )
    counts = Counts() if stage.is_empty else stage.publish(delivery, {"all"}, is_partial=not is_whole)
    return Published(
        counts={stage.name: counts.as_dict()} if counts != Counts() else {},
        written=counts.added + counts.changed,
        scope=[f"{stage.name}:all"],
        is_unchanged=not counts.has_changes and stage.last_state in (None, delivery.state_on),
    )


def keep_file(file: Path, snapshot: Snapshot, undo: list[Callable[[], None]]) -> TrackFile:
    """Copy the bytes below MEDIA_ROOT under their hash; ``undo`` learns how to take the copy back."""
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    stored_name = f"{FOLDER}/{sha256}{file.suffix.lower()[:10]}"
    target = Path(settings.MEDIA_ROOT) / stored_name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".part")
        shutil.copyfile(file, unfinished)
        unfinished.replace(target)
        undo.append(lambda: target.unlink(missing_ok=True))
    return TrackFile.objects.create(snapshot=snapshot, sha256=sha256, name=file.name[:255], stored_name=stored_name)

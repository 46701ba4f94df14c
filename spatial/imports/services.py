"""One way in for every source: read, stage, validate, publish; all of it or nothing.

A file with any error is refused as a whole, because a register with holes looks like a register. A person who has
read the report may decide otherwise (``skip_refused``): then the good objects are published, and what we hold of
the bad ones stays as it was. An error that names no object always refuses the file.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import shapely
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection, transaction

from data.records import Problem, Reading, UnreadableFileError
from spatial import crs
from spatial.errors import ServiceError
from spatial.imports import registry
from spatial.imports.agreement import Agreement, mark_of
from spatial.imports.differences import Differences
from spatial.imports.locking import one_at_a_time
from spatial.imports.models import Finding, Snapshot, Upload
from spatial.imports.registry import Delivery, Published, Source, Terms, WrongUse
from spatial.imports.report import Outcome, Report, kept
from spatial.imports.staging import refuse_older
from spatial.imports.surroundings import Surroundings
from spatial.municipalities.models import Municipality

#: An import is the one place where a statement may run longer than the limit of a web request.
STATEMENT_TIMEOUT = "15min"
FOREIGN_SHOWN = 10

type Notice = Callable[[int], None]  #: told the number of records taken so far


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a reading comes from, as the snapshot will say."""

    name: str
    sha256: str


def _silent(_: int) -> None:
    """Nobody watches."""


class Moved(ServiceError):
    """The registers changed since the delivery was reviewed: it would now change other objects."""

    code = "registers-moved"


@dataclass(frozen=True, slots=True)
class Review:
    """Who brings the delivery, what the person wants to see of it, and what has been agreed to."""

    by: AbstractBaseUser | None = None
    differences: Differences | None = None  #: filled while the delivery is compared
    agreed: Agreement | None = None  #: what was approved; anything else raises Moved
    notice: Notice = _silent


NOBODY = Review()


def run_import(*, source: str, paths: Sequence[Path], terms: Terms, today: date, review: Review = NOBODY) -> Report:
    """Bring files of one source into the registers; several files are one delivery.

    today: state day of a file that names none.
    Raises WrongUse, Moved; a file that cannot be read is a report with the outcome "unreadable".
    """
    declared = registry.source(source)
    check_arguments(declared, paths, terms)
    origin = Origin(", ".join(path.name for path in paths), sha256_of(paths))
    if declared.is_known_by_hash and (known := known_snapshot(declared, origin, terms)):
        return _unchanged(declared, origin, known)
    try:
        reading = declared.read(paths, terms.options)
        return publish(source=declared, reading=reading, origin=origin, terms=terms, today=today, review=review)
    except UnreadableFileError as fault:
        finding = Problem(fault.rule, "error", "", fault.message)
        return Report(source, origin.name, origin.sha256, "unreadable", findings=(finding,))


def publish(
    *, source: Source, reading: Reading[Any], origin: Origin, terms: Terms, today: date, review: Review = NOBODY
) -> Report:
    """Publish what a reader yields, in one transaction; the demo data come in here too."""
    intake = _Intake(source, reading, review.notice)
    with _undoing() as undo, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        municipality = _municipality(intake, terms)
        one_at_a_time(municipality)
        state_on = _state_on(source, reading, terms, today)
        snapshot = Snapshot.objects.create(
            municipality=municipality,
            source=source.code,
            file_name=origin.name[:255],
            sha256=origin.sha256,
            state_on=state_on,
            is_sample=terms.is_sample,
            published_by_id=review.by.pk if review.by else None,
        )
        delivery = Delivery(municipality, snapshot, terms, reading.problems, undo, review.differences)
        if source.keeps_latest_only:
            _refuse_older(delivery)
        published = source.publish(intake.records_of(municipality), delivery)
        mark = mark_of(snapshot) if review.by else ""
        if review.agreed is not None and review.agreed != Agreement(published.counts, mark):
            raise Moved("Rejestry zmieniły się od czasu sprawdzenia tej dostawy. Przejrzyj ją jeszcze raz.")
        outcome = _outcome(reading.problems, terms, published)
        if outcome == "published":
            _keep(delivery, published)
            undo.clear()
        else:
            transaction.set_rollback(True)
    return Report(
        source=source.code,
        file=origin.name,
        sha256=origin.sha256,
        outcome=outcome,
        read=reading.read,
        accepted=intake.taken,
        refused=len(delivery.refused()),
        published=published.written if outcome == "published" else 0,
        findings=tuple(kept(reading.problems)),
        municipality=municipality.teryt,
        state_on=delivery.state_on,
        counts=published.counts,
        mark=mark,
        changes_nothing=published.is_unchanged and outcome in {"dry-run", "unchanged"},
    )


def _refuse_older(delivery: Delivery) -> None:
    """For registers without versions: what the newest delivery of the source said stays."""
    others = Snapshot.objects.standing().filter(municipality=delivery.municipality, source=delivery.snapshot.source)
    newest = others.exclude(pk=delivery.snapshot.pk).order_by("-state_on").first()
    if newest is not None and newest.state_on > delivery.state_on:
        refuse_older(delivery, newest.state_on)


def sha256_of(paths: Sequence[Path]) -> str:
    """Hash of the one file; of several, the hash of their hashes in the order given."""
    hashes = []
    for path in paths:
        with path.open("rb") as stream:
            hashes.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


# --- before ---------------------------------------------------------------------------------------------------


def check_arguments(declared: Source, paths: Sequence[Path], terms: Terms) -> None:
    """Raises WrongUse for files that are not there and for options that the source needs or does not know."""
    for path in paths:
        if not path.is_file():
            raise WrongUse(f"Nie ma pliku {path}. Sprawdź ścieżkę.")
    for argument in declared.arguments:
        if argument.is_required and terms.options.get(argument.name) is None:
            raise WrongUse(f"Źródło „{declared.code}” wymaga opcji --{argument.name} ({argument.help}).")
    own = {argument.name for argument in declared.arguments}
    for name, value in terms.options.items():
        if value not in (None, False) and name not in own:
            raise WrongUse(f"Źródło „{declared.code}” nie zna opcji --{name}.")
    if terms.state_on and terms.valid_from and terms.valid_from > terms.state_on:
        raise WrongUse("Data --valid-from nie może być późniejsza niż --state-on.")


def known_snapshot(declared: Source, origin: Origin, terms: Terms) -> Snapshot | None:
    """The snapshot of this very file, unless something newer spoke of the same or another day is asked for."""
    ours = Snapshot.objects.standing().filter(source=declared.code)
    if terms.municipality:
        ours = ours.filter(municipality=terms.municipality)
    found = ours.filter(sha256=origin.sha256).order_by("-pk").first()
    if found is None or (terms.state_on and terms.state_on != found.state_on):
        return None
    later = Snapshot.objects.standing().filter(
        municipality=found.municipality_id, pk__gt=found.pk, scope__overlap=found.scope
    )
    return None if later.exists() else found


def _unchanged(declared: Source, origin: Origin, known: Snapshot) -> Report:
    finding = Problem(
        "unchanged-file",
        "info",
        "",
        f"Bez zmian: ten sam plik wczytano już {known.published_at:%d.%m.%Y} "
        f"(stan na dzień {known.state_on:%d.%m.%Y}).",
    )
    return Report(
        declared.code,
        origin.name,
        origin.sha256,
        "unchanged",
        findings=(finding,),
        municipality=known.municipality_id,
        state_on=known.state_on,
    )


def _municipality(intake: "_Intake", terms: Terms) -> Municipality:
    """The municipality named by the person or else by the first records. Raises WrongUse."""
    # a file of a whole voivodeship begins with whichever gmina comes first
    teryt = terms.municipality or (None if intake.source.skips_others else intake.first_municipality())
    if teryt is None:
        raise WrongUse("Z pliku nie wynika, której gminy dotyczy. Podaj ją: --municipality 120610.")
    found = Municipality.objects.filter(pk=teryt).first()
    if found is not None:
        return found
    if terms.create_municipality:
        return _created(teryt, terms.create_municipality, intake)
    raise WrongUse(
        f"Nie znamy gminy {teryt} — dodaj ją opcją --create-municipality „Nazwa” albo sprawdź, czy to właściwy plik."
    )


def _created(teryt: str, name: str, intake: "_Intake") -> Municipality:
    """A municipality known by name only; its boundary is the rectangle of the delivery until a better one comes."""
    intake.read_all(teryt)
    boundary = MultiPolygon(Polygon.from_bbox(intake.bounds()), srid=crs.PL_2000_7)
    return Municipality.objects.create(
        teryt=teryt, name=name, office_name=f"Urząd Gminy {name}", seat=name, head_title="Wójt", council="Rada Gminy",
        boundary=boundary,
    )  # fmt: skip


def _state_on(source: Source, reading: Reading[Any], terms: Terms, today: date) -> date:
    state_on = terms.state_on or reading.state_on
    if state_on is not None:
        return state_on
    if not source.has_state_day:
        return today
    message = "Plik nie podaje dnia stanu; przyjęto dzień wczytania. Właściwy dzień podaj w --state-on."
    reading.problems.append(Problem("state-day-assumed", "info", "", message))
    return today


# --- records --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Intake:
    """The stream of records between reader and publisher: counted, and kept to one municipality."""

    source: Source
    reading: Reading[Any]
    notice: Notice
    taken: int = 0
    ahead: list[Any] = field(default_factory=list)  #: records read before their turn
    skipped: Counter[str] = field(default_factory=Counter)  #: of other municipalities, where the source says so

    def first_municipality(self) -> str | None:
        """What the first record that knows it says; the records passed over are not lost."""
        for record in self.reading.records:
            self.ahead.append(record)
            if teryt := self.source.municipality_of(record):
                return teryt
        return None

    def read_all(self, municipality: str) -> None:
        """Keep what may be the municipality's own; a whole voivodeship would not fit the memory."""
        for record in self.reading.records:
            theirs = self.source.municipality_of(record)
            if self.source.skips_others and theirs not in (None, municipality):
                self.skipped[str(theirs)] += 1
            else:
                self.ahead.append(record)

    def bounds(self) -> tuple[float, float, float, float]:
        shapes = [shape for record in self.ahead if (shape := getattr(record, "geometry", None)) is not None]
        if not shapes:
            raise WrongUse("Plik nie zawiera geometrii, więc nie wynika z niego położenie nowej gminy.")
        east, north, east_to, north_to = (float(side) for side in shapely.total_bounds(shapes))
        return east, north, east_to, north_to

    def records_of(self, owner: Municipality) -> Iterator[Any]:
        """Records of the municipality; what lies elsewhere, or says that it is another's, becomes a finding."""
        municipality = owner.teryt
        surroundings = Surroundings.of(owner)
        foreign: dict[str, list[str]] = {}
        for record in chain(self.ahead, self.reading.records):
            theirs = self.source.municipality_of(record)
            if theirs is not None and theirs != municipality:
                if self.source.skips_others:
                    self.skipped[theirs] += 1
                    continue
                foreign.setdefault(theirs, []).append(self.source.name_of(record))
                continue
            if (
                self.source.stays_near
                and (elsewhere := surroundings.problem_of(record, self.source.name_of)) is not None
            ):
                self.reading.problems.append(elsewhere)
                continue
            self.taken += 1
            if self.taken % 500 == 0:
                self.notice(self.taken)
            yield record
        self.notice(self.taken)
        self.reading.problems.extend(_foreign(foreign, municipality))
        self.reading.problems.extend(_skipped(self.skipped))


def _skipped(skipped: Counter[str]) -> Iterable[Problem]:
    if skipped:
        yield Problem(
            "others-skipped",
            "info",
            "",
            f"Pominięto obiekty innych gmin: {skipped.total()} (gmin: {len(skipped)}). To nie jest błąd: plik obejmuje "
            "większy obszar niż gmina.",
        )


def _foreign(foreign: dict[str, list[str]], municipality: str) -> Iterable[Problem]:
    for teryt, names in sorted(foreign.items()):
        for name in names[:FOREIGN_SHOWN]:
            yield Problem(
                "other-municipality",
                "error",
                name,
                f"Obiekt należy do gminy {teryt}, a wczytywane są dane gminy {municipality} "
                f"(takich obiektów: {len(names)}). Podaj --municipality {teryt} albo rozdziel plik.",
            )


# --- after ----------------------------------------------------------------------------------------------------


def _outcome(problems: Sequence[Problem], terms: Terms, published: Published) -> Outcome:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors and not terms.skip_refused:
        return "refused"
    if any(not problem.object for problem in errors):
        return "refused"
    if terms.dry_run:
        return "dry-run"
    return "unchanged" if published.is_unchanged else "published"


def _keep(delivery: Delivery, published: Published) -> None:
    snapshot = delivery.snapshot
    snapshot.counts = published.counts
    snapshot.scope = list(published.scope)
    snapshot.save(update_fields=["counts", "scope"])
    Finding.objects.bulk_create(
        (finding_row(problem, snapshot=snapshot) for problem in kept(delivery.problems)), batch_size=2000
    )


def finding_row(problem: Problem, *, snapshot: Snapshot | None = None, upload: Upload | None = None) -> Finding:
    """The line of a report as it is kept, with the delivery or with the upload that waits."""
    point = None if problem.point is None else Point(*problem.point, srid=crs.PL_2000_7)
    return Finding(
        snapshot=snapshot,
        upload=upload,
        rule=problem.rule,
        severity=problem.severity,
        object=problem.object[:120],
        message=problem.message,
        geom=point,
    )


@contextmanager
def _undoing() -> Iterator[list[Callable[[], None]]]:
    """Steps to take back what the database's rollback does not know of; the list is emptied once all is safe."""
    steps: list[Callable[[], None]] = []
    try:
        yield steps
    finally:
        for step in reversed(steps):
            step()

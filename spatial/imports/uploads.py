"""Deliveries brought through the back office: received, checked, decided by a person, published.

The check is the whole import with nothing kept. Files lie below MEDIA_ROOT/uploads until the decision and are then
deleted, because a delivery may hold personal data; what it did to the registers stays.
"""

import logging
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as jobs

from spatial.errors import Conflict, Refused, ServiceError
from spatial.imports import registry
from spatial.imports.agreement import Agreement
from spatial.imports.differences import Differences
from spatial.imports.models import Finding, Snapshot, Upload
from spatial.imports.progress import Busy, Progress, working_on
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import Moved, Review, check_arguments, finding_row, run_import, sha256_of
from spatial.municipalities.models import Municipality

type Brought = UploadedFile[Any]

logger = logging.getLogger(__name__)

MAX_FILES = 60
MAX_BYTES = 2 * 1024**3  #: of one delivery; larger ones go through the command on the server
KEPT_UNDECIDED = timedelta(days=30)  #: an upload that nobody decided about is forgotten after this time

OUR_FAULT = "Wystąpił błąd po naszej stronie; niczego nie zapisano. Spróbuj ponownie albo zgłoś to administratorowi."
QUEUE = "imports"
_NOT_IN_NAMES = re.compile(r"[^\w.() -]+")
State = Upload.State
_OUTCOMES: dict[str, State] = {"refused": State.REFUSED, "unreadable": State.UNREADABLE, "unchanged": State.UNCHANGED}


class StaleDecision(Conflict):
    """Somebody decided earlier, or the check is still running."""

    code = "stale-decision"


# --- by people ------------------------------------------------------------------------------------------------


def receive(
    *, source: str, files: Sequence[Brought], municipality: Municipality, terms: Terms, by: AbstractBaseUser
) -> Upload:
    """Keep the files and queue the check. Raises Refused (no file, empty, too many, too large) and WrongUse."""
    registry.source(source)
    _refuse_unfit(files)
    folder = uuid.uuid4().hex
    place = _place(folder)
    try:
        paths = [_kept(file, place) for file in files]
        check_arguments(registry.source(source), paths, terms)
        with transaction.atomic():
            upload = Upload.objects.create(
                municipality=municipality,
                source=source,
                folder=folder,
                files=[path.name for path in paths],
                sha256=sha256_of(paths),
                size=sum(path.stat().st_size for path in paths),
                terms=replace(terms, municipality=municipality.pk).as_json(),
                created_by_id=by.pk,
            )
            _queue("imports.check", upload)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return upload


@transaction.atomic
def approve(*, upload: Upload, by: AbstractBaseUser, note: str = "") -> None:
    """Queue the publishing of a checked upload. Raises StaleDecision."""
    _move(upload, {State.READY}, State.PUBLISHING, by, note)
    _queue("imports.publish", upload)


@transaction.atomic
def reject(*, upload: Upload, by: AbstractBaseUser, note: str) -> None:
    """Delete the files; the report stays. Raises StaleDecision."""
    _move(
        upload, {State.READY, State.REFUSED, State.UNCHANGED, State.UNREADABLE, State.FAILED}, State.REJECTED, by, note
    )
    transaction.on_commit(lambda: _forget_files(upload))


@transaction.atomic
def check_again(*, upload: Upload, terms: Terms, by: AbstractBaseUser) -> None:
    """Check the same files on other terms. Raises StaleDecision, and WrongUse for terms the source does not know."""
    if not _place(upload.folder).is_dir():
        raise Refused("Plików tej dostawy już nie ma. Prześlij je jeszcze raz.")
    check_arguments(registry.source(upload.source), paths_of(upload), terms)
    _move(upload, {State.READY, State.REFUSED, State.FAILED}, State.QUEUED, by, "")
    Upload.objects.filter(pk=upload.pk).update(
        terms=replace(terms, municipality=upload.municipality_id).as_json(), taken=0, fault=""
    )
    _queue("imports.check", upload)


def paths_of(upload: Upload) -> list[Path]:
    return [_place(upload.folder) / name for name in upload.files]


def terms_of(upload: Upload) -> Terms:
    return Terms.from_json(upload.terms)


# --- by the worker --------------------------------------------------------------------------------------------


def check(upload_id: int) -> None:
    """Run the import with nothing kept, and keep its report, findings and differences with the upload."""
    with _working(upload_id, {State.QUEUED, State.CHECKING}, State.CHECKING) as (upload, progress):
        if upload is None:
            return
        differences = Differences()
        review = Review(by=upload.created_by, differences=differences, notice=progress.taken)
        report = _run(upload, replace(terms_of(upload), dry_run=True), review)
        state = State.UNCHANGED if report.changes_nothing else _OUTCOMES.get(report.outcome, State.READY)
        with transaction.atomic():
            _finish(upload, state, report)
            differences.keep(upload)
            upload.findings.all().delete()
            rows = (finding_row(problem, upload=upload) for problem in report.findings)
            Finding.objects.bulk_create(rows, batch_size=2000)
        if state is State.UNREADABLE:
            _forget_files(upload)


def publish(upload_id: int) -> None:
    """Publish what was checked; where the registers have moved, check again instead."""
    with _working(upload_id, {State.PUBLISHING}, State.PUBLISHING) as (upload, progress):
        if upload is None:
            return
        review = Review(
            by=upload.decided_by,
            agreed=Agreement(upload.report["counts"], upload.report["mark"]),
            notice=progress.taken,
        )
        try:
            report = _run(upload, terms_of(upload), review)
        except Moved as moved:
            Upload.objects.filter(pk=upload.pk).update(state=State.QUEUED, fault=moved.message, decided_at=None)
            _queue("imports.check", upload)
            return
        with transaction.atomic():
            # an interrupted publishing that had reached the registers is found by the hash of its files
            known = Snapshot.objects.standing().filter(source=upload.source, sha256=upload.sha256).order_by("-pk")
            upload.snapshot = known.filter(municipality=upload.municipality).first()
            _finish(upload, State.PUBLISHED, None if report.outcome == "unchanged" else report)
            upload.findings.all().delete()
        _forget_files(upload)


def forget_undecided() -> int:
    """Delete the files of uploads that nobody decided about for a month; answers how many."""
    old = Upload.objects.filter(created_at__lt=timezone.now() - KEPT_UNDECIDED).exclude(
        state__in=[State.PUBLISHED, State.REJECTED, State.PUBLISHING]
    )
    for upload in old:
        _forget_files(upload)
    return old.update(state=State.REJECTED, note="Nikt nie podjął decyzji w ciągu 30 dni.", decided_at=timezone.now())


# --- steps ----------------------------------------------------------------------------------------------------


def _run(upload: Upload, terms: Terms, review: Review) -> Report:
    return run_import(
        source=upload.source, paths=paths_of(upload), terms=terms, today=timezone.localdate(), review=review
    )


@contextmanager
def _working(upload_id: int, expected: set[State], now: State) -> Iterator[tuple[Upload | None, Progress]]:
    """The upload, while no other worker has it; an interrupted job may take it up again. Faults are told to people."""
    with working_on(upload_id) as progress:
        claimed = Upload.objects.filter(pk=upload_id, state__in=expected).update(state=now, taken=0, fault="")
        if isinstance(progress, Busy) or not claimed:
            yield None, progress
            return
        upload = Upload.objects.select_related("municipality", "created_by", "decided_by").get(pk=upload_id)
        try:
            yield upload, progress
        except ServiceError as fault:
            Upload.objects.filter(pk=upload_id).update(state=State.FAILED, fault=fault.message)
        except Exception:
            logger.exception("Upload %s failed", upload_id)
            Upload.objects.filter(pk=upload_id).update(state=State.FAILED, fault=OUR_FAULT)


def _finish(upload: Upload, state: State, report: Report | None) -> None:
    upload.state = state
    if report is not None:
        said = {name: value for name, value in report.as_json().items() if name != "findings"}
        upload.report = said | {"mark": report.mark}
        upload.taken = report.accepted
    upload.save(update_fields=["state", "report", "taken", "snapshot"])


def _move(upload: Upload, expected: set[State], to: State, by: AbstractBaseUser, note: str) -> None:
    moved = Upload.objects.filter(pk=upload.pk, state__in=expected).update(
        state=to, decided_by=by.pk, decided_at=timezone.now(), note=note
    )
    if not moved:
        raise StaleDecision("Ta dostawa jest już w innym stanie. Odśwież stronę i sprawdź, kto podjął decyzję.")
    upload.refresh_from_db()


def _queue(job: str, upload: Upload) -> None:
    jobs.configure_task(job, queue=QUEUE).defer(upload_id=upload.pk)


# --- files ----------------------------------------------------------------------------------------------------


def _refuse_unfit(files: Sequence[Brought]) -> None:
    if not files:
        raise Refused("Wybierz plik albo pliki jednej dostawy.")
    if len(files) > MAX_FILES:
        raise Refused(f"Jedna dostawa może mieć najwyżej {MAX_FILES} plików. Spakuj je albo podziel na części.")
    for file in files:
        if not file.size:
            raise Refused(f"Plik {safe_name(file.name or '')} jest pusty. Pobierz lub wyeksportuj go jeszcze raz.")
    if sum(file.size or 0 for file in files) > MAX_BYTES:
        raise Refused(
            f"Dostawa jest większa niż {MAX_BYTES // 1024**3} GB. Podziel ją (na przykład na obręby) albo poproś "
            "administratora o wczytanie jej na serwerze."
        )


def safe_name(name: str) -> str:
    """The file's own name without folders and control characters; Polish letters stay."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    cleaned = _NOT_IN_NAMES.sub("_", last).strip(" .")
    return cleaned[-120:] or "plik"


def _kept(file: Brought, place: Path) -> Path:
    """Write the file below the folder under its own name, numbered when the name is taken."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / safe_name(file.name or "")
    for number in range(2, MAX_FILES + 2):
        if not path.exists():
            break
        path = place / f"{number}-{safe_name(file.name or '')}"
    with path.open("xb") as stream:
        for chunk in file.chunks():
            stream.write(chunk)
    return path


def _place(folder: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "uploads" / folder


def _forget_files(upload: Upload) -> None:
    shutil.rmtree(_place(upload.folder), ignore_errors=True)

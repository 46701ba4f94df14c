"""Keeping evidence, and what follows from it: the state of the shipment, the register of letters, the case.

Everything is counted anew from all evidence of the shipment, so neither order nor repetition matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.core.files.base import ContentFile
from django.db import transaction

from services.cases.handling import call_delivered
from services.cases.services import record
from services.correspondence.models import Correspondence
from services.delivery.base import File
from services.delivery.course import Course, Proof, State, course_of
from services.delivery.models import Evidence, Shipment
from services.identity.models import User
from spatial.words import polish_date

Status = Correspondence.Status

REGISTER = {
    State.DELIVERED: Status.DELIVERED, State.DEEMED: Status.DELIVERED, State.UNDELIVERED: Status.RETURNED,
    State.REJECTED: Status.RETURNED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProof:
    """One thing that has happened; ``key`` is what names it where it comes from."""

    code: str
    key: str
    at: datetime
    reason: str = ""
    received_by: str = field(default="", repr=False)
    file: File | None = None
    by: User | None = None


@transaction.atomic
def keep(shipment: Shipment, proofs: Iterable[NewProof], *, at: datetime) -> Shipment:
    """The shipment as it is now. Evidence that is there already stays as it is; a file it lacked is added."""
    rows = Shipment.objects.select_for_update(of=("self",)).select_related("letter__case", "letter__event")
    locked = rows.get(pk=shipment.pk)
    actor = None
    for proof in proofs:
        row, is_new = Evidence.objects.get_or_create(
            shipment=locked, key=proof.key,
            defaults={
                "code": proof.code, "at": proof.at, "reason": proof.reason[:300], "by": proof.by,
                "received_by": proof.received_by[:200], "added_at": at,
            },
        )  # fmt: skip
        if proof.file and not row.file:
            add_file(row, proof.file)
        actor = proof.by if is_new else actor
    settle(locked, by=actor, at=at)
    return locked


def add_file(row: Evidence, file: File) -> None:
    row.media_type, row.sha256 = file.media_type, sha256(file.content).hexdigest()
    ending = file.name.rpartition(".")[2]
    row.file.save(f"{row.sha256[:16]}.{ending}", ContentFile(file.content), save=False)
    row.save()


def settle(shipment: Shipment, *, by: User | None, at: datetime) -> None:
    """Of a locked shipment."""
    rows = shipment.evidence.values_list("code", "at", "reason")
    course = course_of((Proof(*row) for row in rows), begun=State(shipment.begun))
    if course.state != shipment.state:
        shipment.state = course.state
        shipment.save(update_fields=["state"])
    if not shipment.is_superseded:
        enter(shipment.letter, course, by=by, at=at)


def enter(letter: Correspondence, course: Course, *, by: User | None, at: datetime) -> None:
    """In the register, and in the course of the case where the end of the way has changed."""
    status = REGISTER.get(course.state, Status.SENT)
    if (letter.status, letter.delivered_on) == (status, course.delivered_on):
        return
    letter.status, letter.delivered_on = status, course.delivered_on
    letter.save(update_fields=["status", "delivered_on"])
    if letter.case and status != Status.SENT:
        record(letter.case, kind=f"letter-{status}", text=told(letter, course), actor=by, at=at)
    if letter.event and letter.event.kind == "called" and course.delivered_on:
        call_delivered(letter.event, on=course.delivered_on, at=at)


def told(letter: Correspondence, course: Course) -> str:
    """Polish, for the people of the case."""
    named = f"{letter.subject} ({letter.number})"
    if course.delivered_on is None:
        return f"Pismo nie zostało doręczone: {named}."
    how = "Doręczono pismo" if course.state == State.DELIVERED else "Pismo uznaje się za doręczone"
    return f"{how} {polish_date(course.delivered_on)}: {named}."

"""What the office and the applicant do with a case, whatever it is about. Each step locks the case and is recorded."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import close, lock_open, record
from services.cases.terms import MEND, moved, resumed
from services.identity.models import User
from spatial.errors import Conflict, Malformed, Refused
from spatial.words import polish_date


@transaction.atomic
def take(case: Case, *, clerk: User, at: datetime) -> Case:
    """The clerk leads the case from now on, also one that another clerk led."""
    case = lock_open(case)
    if case.handler_id == clerk.pk:
        return case
    case.handler = clerk
    if case.status == Case.Status.FILED:
        case.status = Case.Status.IN_REVIEW
    case.save(update_fields=["handler", "status"])
    record(case, kind="taken", text=f"Sprawę prowadzi {clerk.display_name}.", actor=clerk, at=at)
    return case


@transaction.atomic
def call_to_mend(case: Case, *, clerk: User, what: str, until: date, at: datetime) -> Case:
    """The applicant is to mend or add something; the term stands still meanwhile (KPA art. 35 § 5, 64 § 2).

    Raises Malformed for an empty call and for a day nearer than the law lets, Conflict when one is already open.
    """
    case = lock_open(case)
    today = timezone.localdate(at)
    if case.status == Case.Status.AWAITING:
        raise Conflict(_("Wezwanie do uzupełnienia już czeka na wnioskodawcę."))
    if not what.strip():
        raise Malformed(_("Napisz, co wnioskodawca ma uzupełnić."))
    first = MEND.ends(today)
    if until < first:
        raise Malformed(
            _("Najkrótszy termin uzupełnienia mija %(day)s (art. 64 § 2 KPA).") % {"day": polish_date(first)}
        )
    case.status, case.awaits_until, case.paused_on = Case.Status.AWAITING, moved(until), today
    case.save(update_fields=["status", "awaits_until", "paused_on"])
    text = f"Wezwanie do uzupełnienia do {polish_date(moved(until))}: {what.strip()}"
    record(case, kind="called", text=text, actor=clerk, at=at)
    return case


@transaction.atomic
def mend(case: Case, *, applicant: User, text: str, at: datetime) -> Case:
    """The applicant's answer to a call; the term runs on. Raises Malformed, Conflict when nothing is awaited."""
    case = lock_open(case)
    if case.status != Case.Status.AWAITING or case.paused_on is None:
        raise Conflict(_("W tej sprawie urząd nie czeka na uzupełnienie."))
    if not text.strip():
        raise Malformed(_("Napisz, co uzupełniasz."))
    if case.due_on:
        case.due_on = resumed(case.due_on, paused_on=case.paused_on, resumed_on=timezone.localdate(at))
    case.status, case.awaits_until, case.paused_on = Case.Status.IN_REVIEW, None, None
    case.save(update_fields=["status", "awaits_until", "paused_on", "due_on"])
    record(case, kind="mended", text=f"Uzupełnienie: {text.strip()}", actor=applicant, at=at)
    return case


@transaction.atomic
def extend(case: Case, *, clerk: User, reason: str, until: date, at: datetime) -> Case:
    """A new day of settling, of which the applicant is told with the reason (KPA art. 36). Raises Malformed."""
    case = lock_open(case)
    if not reason.strip():
        raise Malformed(_("Napisz, dlaczego sprawa potrwa dłużej (art. 36 KPA)."))
    if case.due_on is None or moved(until) <= case.due_on:
        raise Malformed(_("Nowy termin musi być późniejszy niż obecny."))
    case.due_on = moved(until)
    case.save(update_fields=["due_on"])
    text = f"Nowy termin załatwienia: {polish_date(case.due_on)}. Przyczyna: {reason.strip()} Możesz wnieść ponaglenie."
    record(case, kind="extended", text=text, actor=clerk, at=at)
    return case


@transaction.atomic
def withdraw(case: Case, *, applicant: User, at: datetime) -> None:
    """The applicant gives the application up. Raises Refused for another person of the case."""
    case = lock_open(case)
    if case.applicant_id != applicant.pk:
        raise Refused(_("Wniosek może wycofać osoba, która go złożyła."))
    close(case, status=Case.Status.WITHDRAWN, text="Wnioskodawca wycofał wniosek.", actor=applicant, at=at)


@transaction.atomic
def leave(case: Case, *, clerk: User, at: datetime) -> None:
    """Left without examination after a call that nobody answered (KPA art. 64 § 2). Raises Conflict before its day."""
    case = lock_open(case)
    if case.awaits_until is None or timezone.localdate(at) <= case.awaits_until:
        raise Conflict(_("Termin uzupełnienia jeszcze nie minął."))
    text = "Pozostawiono bez rozpoznania: braki nie zostały uzupełnione w terminie."
    close(case, status=Case.Status.LEFT, text=text, actor=clerk, at=at)


@transaction.atomic
def note(case: Case, *, clerk: User, text: str, at: datetime) -> None:
    """For the office only."""
    if text.strip():
        record(case, kind="note", text=text.strip(), actor=clerk, at=at, is_public=False)

"""What the office and the applicant do with a case, whatever it is about. Each step locks the case and is recorded."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.models import Case, CaseEvent
from services.cases.services import close, lock_open, lock_running, record
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
    led_by(case, clerk)
    record(case, kind="taken", text=f"Sprawę prowadzi {clerk.display_name}.", actor=clerk, at=at)
    return case


def led_by(case: Case, handler: User) -> None:
    """Of a locked case; one that was only filed is looked into now."""
    case.handler = handler
    if case.status == Case.Status.FILED:
        case.status = Case.Status.IN_REVIEW
    case.save(update_fields=["handler", "status"])


@transaction.atomic
def hand_over(case: Case, *, clerk: User, to: User, note: str, at: datetime) -> Case:
    """A colleague leads the case from now on; the note is for the office. Whether the colleague may, the caller knows.

    Raises Conflict when the colleague leads it already.
    """
    case = lock_open(case)
    if case.handler_id == to.pk:
        text = _("Sprawę %(number)s już prowadzi %(name)s.")
        raise Conflict(text % {"number": case.number, "name": to.display_name})
    led_by(case, to)
    record(case, kind="handed-over", text=f"Sprawę prowadzi {to.display_name}.", actor=clerk, at=at)
    if note.strip():
        text = f"Przekazano do: {to.display_name}. {note.strip()}"
        record(case, kind="note", text=text, actor=clerk, at=at, is_public=False)
    return case


@transaction.atomic
def call_to_mend(case: Case, *, clerk: User, what: str, until: date, at: datetime) -> Case:
    """The applicant is to mend or add something; the term stands still meanwhile (KPA art. 35 § 5, 64 § 2). A call
    whose day has passed may be made again: it may have reached nobody.

    Raises Malformed for an empty call and for a day nearer than the law lets, Conflict when one is already open.
    """
    case = lock_running(case)
    today = timezone.localdate(at)
    if case.status == Case.Status.AWAITING and case.awaits_until and today <= case.awaits_until:
        raise Conflict(_("Wezwanie do uzupełnienia już czeka na wnioskodawcę."))
    if not what.strip():
        raise Malformed(_("Napisz, co wnioskodawca ma uzupełnić."))
    first = MEND.ends(today)
    if until < first:
        raise Malformed(
            _("Najkrótszy termin uzupełnienia mija %(day)s (art. 64 § 2 KPA).") % {"day": polish_date(first)}
        )
    case.status, case.awaits_until, case.paused_on = Case.Status.AWAITING, moved(until), case.paused_on or today
    case.save(update_fields=["status", "awaits_until", "paused_on"])
    least = f"co najmniej {MEND.count} dni od doręczenia"
    text = f"Wezwanie do uzupełnienia do {polish_date(moved(until))} ({least}): {what.strip()}"
    record(case, kind="called", text=text, actor=clerk, at=at)
    return case


@transaction.atomic
def call_delivered(call: CaseEvent, *, on: date, at: datetime) -> None:
    """The call has reached its addressee on the day: the term to mend is not shorter than the law lets from then (KPA
    art. 64 § 2). Nothing changes where it is longer, or the call was answered or followed by another.
    """
    case = Case.objects.select_for_update().get(pk=call.case_id)
    first, newest = MEND.ends(on), case.events.filter(kind="called").latest("pk")
    if case.awaits_until is None or case.awaits_until >= first or call != newest:
        return
    case.awaits_until = first
    case.save(update_fields=["awaits_until"])
    text = f"Wezwanie doręczono {polish_date(on)}, więc termin uzupełnienia mija {polish_date(first)}."
    record(case, kind="call-delivered", text=text, actor=None, at=at)


@transaction.atomic
def mend(case: Case, *, applicant: User, text: str, at: datetime) -> Case:
    """The applicant's answer to a call; the term runs on. Raises Malformed, Conflict when nothing is awaited, Refused
    for whoever may no longer see the case.
    """
    case = lock_open(case)
    if not Case.objects.of_person(applicant).filter(pk=case.pk).exists():
        raise Refused(_("Nie działasz już w tej sprawie."))
    return mended(case, text=text, by=applicant, at=at)


@transaction.atomic
def mend_on_paper(case: Case, *, clerk: User, text: str, at: datetime) -> Case:
    """The answer came to the office outside the portal, today. Raises Malformed, Conflict when nothing is awaited."""
    return mended(lock_open(case), text=text, by=clerk, at=at)


def mended(case: Case, *, text: str, by: User, at: datetime) -> Case:
    """Of a locked case."""
    if case.status != Case.Status.AWAITING or case.paused_on is None:
        raise Conflict(_("W tej sprawie urząd nie czeka na uzupełnienie."))
    if not text.strip():
        raise Malformed(_("Napisz, co uzupełniasz."))
    if case.due_on:
        case.due_on = resumed(case.due_on, paused_on=case.paused_on, resumed_on=timezone.localdate(at))
    case.status, case.awaits_until, case.paused_on = Case.Status.IN_REVIEW, None, None
    case.save(update_fields=["status", "awaits_until", "paused_on", "due_on"])
    record(case, kind="mended", text=f"Uzupełnienie: {text.strip()}", actor=by, at=at)
    return case


@transaction.atomic
def extend(case: Case, *, clerk: User, reason: str, until: date, at: datetime) -> Case:
    """A new day of settling, of which the applicant is told with the reason (KPA art. 36). Raises Malformed."""
    case = lock_running(case)
    if not reason.strip():
        raise Malformed(_("Napisz, dlaczego sprawa potrwa dłużej (art. 36 KPA)."))
    if case.due_on is None or moved(until) <= case.due_on:
        raise Malformed(_("Nowy termin musi być późniejszy niż obecny."))
    if until < timezone.localdate(at):
        raise Malformed(_("Nowy termin nie może być dniem, który już minął."))
    case.due_on = moved(until)
    case.save(update_fields=["due_on"])
    text = f"Nowy termin załatwienia: {polish_date(case.due_on)}. Przyczyna: {reason.strip()} Możesz wnieść ponaglenie."
    record(case, kind="extended", text=text, actor=clerk, at=at)
    return case


@transaction.atomic
def suspend(case: Case, *, clerk: User, reason: str, at: datetime) -> Case:
    """The proceedings stand, and their term with them (KPA art. 97-98, 103). Raises Malformed, Conflict.

    ``reason`` names the ground: a preliminary question, a death, the applicant's own wish.
    """
    case = lock_running(case)
    if case.status == Case.Status.AWAITING:
        raise Conflict(_("Sprawa czeka na uzupełnienie i jej termin już stoi. Zawiesisz ją po odpowiedzi."))
    if not reason.strip():
        raise Malformed(_("Napisz, dlaczego zawieszasz sprawę (art. 97 albo 98 KPA)."))
    case.status, case.paused_on = Case.Status.SUSPENDED, timezone.localdate(at)
    case.save(update_fields=["status", "paused_on"])
    text = f"Zawieszono postępowanie. Przyczyna: {reason.strip()}"
    record(case, kind="suspended", text=text, actor=clerk, at=at)
    return case


@transaction.atomic
def resume(case: Case, *, clerk: User, reason: str, at: datetime) -> Case:
    """The ground is gone: the term runs on, as many days later as it stood (KPA art. 97 § 2, 103). Raises Malformed,
    Conflict when the case is not suspended.
    """
    case = lock_open(case)
    if case.status != Case.Status.SUSPENDED or case.paused_on is None:
        raise Conflict(_("Sprawa %(number)s nie jest zawieszona.") % {"number": case.number})
    if not reason.strip():
        raise Malformed(_("Napisz, dlaczego sprawa toczy się dalej (art. 97 § 2 KPA)."))
    if case.due_on:
        case.due_on = resumed(case.due_on, paused_on=case.paused_on, resumed_on=timezone.localdate(at))
    case.status, case.paused_on = Case.Status.IN_REVIEW, None
    case.save(update_fields=["status", "paused_on", "due_on"])
    text = f"Podjęto zawieszone postępowanie. Przyczyna: {reason.strip()}"
    if case.due_on:
        text += f" Nowy termin załatwienia: {polish_date(case.due_on)}."
    record(case, kind="resumed", text=text, actor=clerk, at=at)
    return case


@transaction.atomic
def withdraw(case: Case, *, applicant: User, at: datetime) -> None:
    """The applicant, or who speaks for the party, gives the application up. Raises Refused for another person."""
    case = lock_open(case)
    is_own = case.on_behalf_of_id is None and case.applicant_id == applicant.pk
    if not is_own and not Case.objects.of_parties(applicant).filter(pk=case.pk).exists():
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


@transaction.atomic
def dispose(case: Case, *, consent: str, clerk: User, at: datetime, today: date) -> None:
    """The case goes to the list of what is destroyed. Raises Malformed without a consent, Conflict before its day."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not consent.strip():
        raise Malformed(_("Podaj numer zgody archiwum państwowego."))
    if case.kept_until is None or case.kept_until > today or case.disposal_on is not None:
        raise Conflict(_("Tej sprawy nie można teraz przeznaczyć do brakowania."))
    case.disposal_on = today
    case.save(update_fields=["disposal_on"])
    text = f"Przeznaczono do brakowania, zgoda archiwum państwowego: {consent.strip()[:200]}."
    record(case, kind="disposal", text=text, actor=clerk, at=at, is_public=False)

"""Registering a case and what happens to it. Numbers follow instrukcja kancelaryjna (Dz.U. 2011 nr 14 poz. 67)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast
from uuid import uuid4

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.archive import kept_until
from services.cases.models import Case, CaseClass, CaseEvent, TermRule
from services.cases.news import recorded
from services.cases.terms import Term, Unit
from services.identity.models import User
from services.parties.models import PartyLink
from spatial.errors import Conflict, ServiceError
from spatial.municipalities.models import Municipality

#: of a case inside the transaction that opens it
WAITING = "WN/"
#: begins the series or takes its next number, and holds its row; one question, because others wait meanwhile
NEXT = """
    INSERT INTO cases_caseseries AS series (municipality_id, unit_symbol, jrwa, year, last) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (municipality_id, unit_symbol, jrwa, year) DO UPDATE SET last = series.last + 1
    RETURNING last
"""


class NoCaseClass(ServiceError):
    """The office has not said under which class this service is filed."""

    code = "no-case-class"
    status = 409


def open_case(
    *,
    municipality: Municipality,
    service: str,
    title: str,
    applicant: User,
    at: datetime,
    term: Term,
    filed_under: CaseClass,
    place: Point | None = None,
    representation: PartyLink | None = None,
) -> Case:
    """A case without its number yet: ``give_number`` follows in the same transaction, as its last step.

    ``term``: within which it is to be settled, from the day of filing.
    """
    case = Case.objects.create(
        municipality=municipality,
        number=f"{WAITING}{uuid4()}",
        service=service,
        title=title,
        applicant=applicant,
        on_behalf_of=representation.party if representation else None,
        representation=representation,
        filed_at=at,
        due_on=term.ends(timezone.localdate(at)),
        term_basis=term.basis,
        archive_category=filed_under.archive_category,
        place=place,
    )
    record(case, kind="filed", text="Złożono wniosek.", actor=applicant, at=at)
    return case


def term_for(service: str, municipality: Municipality, *, declared: Term, on: date) -> Term:
    """The municipality's own dated rule, otherwise what the service declares."""
    rules = TermRule.objects.filter(municipality=municipality, service=service, valid_from__lte=on)
    rule = rules.order_by("-valid_from").first()
    return Term(rule.count, cast(Unit, rule.unit), rule.basis) if rule else declared


def class_for(service: str, municipality: Municipality, *, on: date) -> CaseClass:
    """Under what the office files cases of the service on the day. Raises NoCaseClass."""
    rows = CaseClass.objects.filter(municipality=municipality, service=service, valid_from__lte=on)
    found = rows.order_by("-valid_from").first()
    if found is None:
        text = _("Urząd gminy %(name)s nie ustalił jeszcze klasy spraw dla tej usługi. Zgłoś to urzędowi.")
        raise NoCaseClass(text % {"name": municipality.name})
    return found


def give_number(case: Case, filed_under: CaseClass) -> None:
    """``GP.6727.45.2026``: gapless in (unit, class, year), because the row of the series stays locked until the end
    of the transaction; the later this is asked for, the shorter others wait.
    """
    unit, jrwa, year = filed_under.unit_symbol, filed_under.jrwa, timezone.localdate(case.filed_at).year
    number = next_number(municipality=case.municipality, unit=unit, jrwa=jrwa, year=year)
    case.number = f"{unit}.{jrwa}.{number}.{year}"
    case.save(update_fields=["number"])


def next_number(*, municipality: Municipality, unit: str, jrwa: str, year: int) -> int:
    """Gapless: others who want one of the same series wait until the transaction ends, so ask as its last step."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [municipality.pk, unit, jrwa, year])
        return int(cursor.fetchone()[0])


def record(case: Case, *, kind: str, text: str, actor: User | None, at: datetime, is_public: bool = True) -> CaseEvent:
    """One line of the case's course; who listens to news of cases hears of it."""
    [event] = record_all([CaseEvent(case=case, kind=kind, text=text, actor=actor, at=at, is_public=is_public)])
    return event


def record_all(events: Iterable[CaseEvent]) -> list[CaseEvent]:
    """Lines of many cases at once, in a handful of questions: a bank statement pays for thousands."""
    made = CaseEvent.objects.bulk_create(events)
    recorded.send(CaseEvent, events=made)
    return made


def lock_open(case: Case) -> Case:
    """The same case, locked for this transaction. Raises Conflict when somebody has closed it meanwhile."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.closed_at is not None:
        text = _("Sprawa %(number)s jest już zakończona (%(status)s). Odśwież stronę.")
        raise Conflict(text % {"number": locked.number, "status": locked.get_status_display()})
    return locked


def lock_running(case: Case) -> Case:
    """As ``lock_open``. Raises Conflict for a suspended case too: nothing is settled while it stands (KPA art. 102)."""
    locked = lock_open(case)
    if locked.status == Case.Status.SUSPENDED:
        raise Conflict(_("Sprawa %(number)s jest zawieszona. Najpierw ją podejmij.") % {"number": locked.number})
    return locked


def close(case: Case, *, status: Case.Status, text: str, actor: User, at: datetime) -> None:
    """Ends a locked case; from now on the years of its files count."""
    case.status = status
    case.closed_at = at
    case.kept_until = kept_until(case.archive_category, closed_on=timezone.localdate(at))
    case.save(update_fields=["status", "closed_at", "kept_until"])
    record(case, kind=status.value, text=text, actor=actor, at=at)


def note_ended(link: PartyLink, *, by: User, at: datetime, **_signal: Any) -> None:
    """Open cases in which somebody acted by the link say that nobody does any longer; what was done stays."""
    text = f"Umocowanie wygasło: {link.user.display_name} nie działa już w tej sprawie."
    cases = Case.objects.open().filter(representation=link).order_by("pk")
    record_all(CaseEvent(case=case, kind="mandate-ended", text=text, actor=by, at=at) for case in cases)

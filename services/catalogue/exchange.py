"""Steps of a case that are letters too: taken and entered in the register together, or not at all."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases import handling
from services.cases.models import Case
from services.cases.terms import MEND
from services.catalogue.deciding import written
from services.catalogue.declaration import Hand
from services.correspondence.models import Correspondence
from services.correspondence.services import Direction, received, sent
from services.documents.services import store
from services.identity.models import User
from spatial.errors import Conflict
from spatial.words import polish_date

CALL = "Wezwanie do uzupełnienia"


@transaction.atomic
def mend(case: Case, *, applicant: User, text: str, at: datetime) -> None:
    """As ``handling.mend``."""
    case = handling.mend(case, applicant=applicant, text=text, at=at)
    received(case, subject=f"Uzupełnienie: {case.title}", at=at)


@transaction.atomic
def withdraw(case: Case, *, applicant: User, at: datetime) -> None:
    """As ``handling.withdraw``."""
    handling.withdraw(case, applicant=applicant, at=at)
    received(case, subject=f"Wycofanie: {case.title}", at=at)


@transaction.atomic
def call_to_mend(case: Case, *, clerk: User, what: str, until: date, at: datetime) -> None:
    """As ``handling.call_to_mend``."""
    case = handling.call_to_mend(case, clerk=clerk, what=what, until=until, at=at)
    tell(case, CALL, clerk=clerk, at=at)


@transaction.atomic
def leave(case: Case, *, clerk: User, at: datetime) -> None:
    """As ``handling.leave``. Raises Conflict also where the call has not been delivered seven days before."""
    call = call_of(case)
    if call and call.delivered_on is None:
        raise Conflict(_("Wezwanie nie zostało doręczone, więc termin uzupełnienia jeszcze nie biegnie."))
    if call and call.delivered_on and timezone.localdate(at) <= (last := MEND.ends(call.delivered_on)):
        text = _("Termin uzupełnienia liczy się od doręczenia wezwania i mija %(day)s (art. 64 § 2 KPA).")
        raise Conflict(text % {"day": polish_date(last)})
    handling.leave(case, clerk=clerk, at=at)


def call_of(case: Case) -> Correspondence | None:
    """The letter of the newest call; None where it was made before there was a register."""
    rows = Correspondence.objects.filter(case=case, direction=Direction.OUT, subject__startswith=f"{CALL}: ")
    return rows.order_by("-pk").first()


def can_leave(case: Case, *, today: date) -> bool:
    call = call_of(case)
    last = MEND.ends(call.delivered_on) if call and call.delivered_on else None
    is_delivered = call is None or (last is not None and last < today)
    return is_delivered and case.awaits_until is not None and case.awaits_until < today


@transaction.atomic
def extend(case: Case, *, clerk: User, reason: str, until: date, at: datetime) -> None:
    """As ``handling.extend``."""
    case = handling.extend(case, clerk=clerk, reason=reason, until=until, at=at)
    tell(case, "Zawiadomienie o nowym terminie", clerk=clerk, at=at)


@transaction.atomic
def suspend(case: Case, *, clerk: User, reason: str, at: datetime) -> None:
    """As ``handling.suspend``; the parties are told (KPA art. 101 § 1)."""
    case = handling.suspend(case, clerk=clerk, reason=reason, at=at)
    tell(case, "Zawieszenie postępowania", clerk=clerk, at=at)


@transaction.atomic
def resume(case: Case, *, clerk: User, reason: str, at: datetime) -> None:
    """As ``handling.resume``; the parties are told."""
    case = handling.resume(case, clerk=clerk, reason=reason, at=at)
    tell(case, "Podjęcie postępowania", clerk=clerk, at=at)


def tell(case: Case, title: str, *, clerk: User, at: datetime) -> None:
    """The newest event of the case, as a letter. Its words stand in the case, where a party without an account cannot
    read them: that one gets them as a document. Raises NoSeal.
    """
    document = None
    if not isinstance(case.recipient, User):
        text = case.events.order_by("-pk").values_list("text", flat=True)[0]
        made = written(case, title, text, Hand(clerk, at, settings.SITE))
        document = store(made, case=case, issued_by=clerk, at=at)
    sent(case, subject=f"{title}: {case.title}", clerk=clerk, at=at, document=document)

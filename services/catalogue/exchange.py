"""Steps of a case that are letters too: taken and entered in the register together, or not at all."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from services.cases import handling
from services.cases.models import Case
from services.correspondence.models import Correspondence
from services.correspondence.services import (
    Channel,
    Direction,
    Letter,
    account_of,
    enter,
    needs_document,
    received,
    sent,
)
from services.documents.services import store
from services.documents.writing import TITLES, retold
from services.fees.services import call_to_pay, refuse_being_paid
from services.identity.models import User
from spatial.errors import Conflict

#: what becomes of an application that is not completed
LEFT = "bez rozpoznania"


@transaction.atomic
def mend(case: Case, *, applicant: User, text: str, at: datetime) -> None:
    """As ``handling.mend``."""
    case = handling.mend(case, applicant=applicant, text=text, at=at)
    received(case, subject=f"Uzupełnienie: {case.title}", at=at)


@transaction.atomic
def mend_on_paper(case: Case, *, clerk: User, text: str, at: datetime) -> None:
    """As ``handling.mend_on_paper``."""
    case = handling.mend_on_paper(case, clerk=clerk, text=text, at=at)
    letter = Letter(
        direction=Direction.IN, channel=Channel.POST, subject=f"Uzupełnienie: {case.title}",
        party=account_of(case.recipient), party_name=case.addressee, case=case,
    )  # fmt: skip
    enter(letter, municipality=case.municipality, unit=case.unit_symbol, at=at, entered_by=clerk)


@transaction.atomic
def withdraw(case: Case, *, applicant: User, at: datetime) -> None:
    """As ``handling.withdraw``."""
    handling.withdraw(case, applicant=applicant, at=at)
    received(case, subject=f"Wycofanie: {case.title}", at=at)


@transaction.atomic
def call_to_mend(case: Case, *, clerk: User, what: str, until: date, at: datetime) -> None:
    """As ``handling.call_to_mend``, with the instruction that a call must have."""
    case = handling.call_to_mend(case, clerk=clerk, what=instructed(case, what.strip()), until=until, at=at)
    tell(case, clerk=clerk, at=at)


def instructed(case: Case, what: str) -> str:
    """With what follows if nobody answers (KPA art. 64 § 2), unless the words say so; of a fee they do (art. 261)."""
    if not what or LEFT in what.lower() or what == call_to_pay(case.dues.order_by("pk")):
        return what
    sentence = what if what.endswith((".", "!", "?")) else f"{what}."
    return f"{sentence} Jeżeli nie uzupełnisz wniosku w tym terminie, pozostanie {LEFT} (art. 64 § 2 KPA)."


@transaction.atomic
def extend(case: Case, *, clerk: User, reason: str, until: date, at: datetime) -> None:
    """As ``handling.extend``."""
    case = handling.extend(case, clerk=clerk, reason=reason, until=until, at=at)
    tell(case, clerk=clerk, at=at)


@transaction.atomic
def suspend(case: Case, *, clerk: User, reason: str, at: datetime) -> None:
    """As ``handling.suspend``; the parties are told (KPA art. 101 § 1)."""
    case = handling.suspend(case, clerk=clerk, reason=reason, at=at)
    tell(case, clerk=clerk, at=at)


@transaction.atomic
def resume(case: Case, *, clerk: User, reason: str, at: datetime) -> None:
    """As ``handling.resume``; the parties are told."""
    case = handling.resume(case, clerk=clerk, reason=reason, at=at)
    tell(case, clerk=clerk, at=at)


def tell(case: Case, *, clerk: User, at: datetime) -> None:
    """The newest event of the case, as a letter. Its words stand in the case; whoever gets letters elsewhere gets them
    as a document. Raises NoSeal.
    """
    event, document = case.events.latest("pk"), None
    if needs_document(case):
        document = store(retold(event, clerk=clerk, at=at, site=settings.SITE), case=case, issued_by=clerk, at=at)
    subject = f"{TITLES[event.kind]}: {case.title}"
    sent(case, subject=subject, clerk=clerk, at=at, document=document, event=event)


def undelivered_call(case: Case) -> Correspondence | None:
    """The newest call, while nothing proves that it has reached its addressee."""
    letter = Correspondence.objects.filter(case=case, event__kind="called").order_by("-pk").first()
    return letter if letter and letter.delivered_on is None else None


@transaction.atomic
def leave(case: Case, *, clerk: User, at: datetime) -> None:
    """As ``handling.leave``. Raises Conflict also while the call is not delivered, for its term does not run, and while
    a due is being paid.
    """
    refuse_being_paid(case)
    if letter := undelivered_call(case):
        text = _("Wezwanie %(number)s nie jest jeszcze doręczone, więc termin uzupełnienia nie biegnie.")
        raise Conflict(text % {"number": letter.number})
    handling.leave(case, clerk=clerk, at=at)

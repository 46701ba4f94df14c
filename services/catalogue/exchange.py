"""Steps of a case that are letters too: taken and entered in the register together, or not at all."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from services.cases import handling
from services.cases.models import Case
from services.catalogue.deciding import written
from services.catalogue.declaration import Hand
from services.correspondence.services import received, sent
from services.documents.services import store
from services.identity.models import User


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
    tell(case, "Wezwanie do uzupełnienia", clerk=clerk, at=at)


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

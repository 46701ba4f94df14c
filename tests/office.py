"""Cases of the office for tests: filed and ended without pages."""

from datetime import date

from django.utils import timezone

from services.cases.models import Case
from services.catalogue.deciding import decide
from services.catalogue.declaration import EService, Hand, eservices
from services.catalogue.filing import apply
from services.correspondence.models import Correspondence
from services.delivery.account import open_letter
from services.documents.models import IssuedDocument
from services.identity.models import User


def service(code: str) -> EService:
    found = eservices.get(code)
    assert found is not None, code
    return found


def filed(code: str, owner: User, **answers: object) -> Case:
    return apply(service(code), owner=owner, answers=answers, at=timezone.now())


def extract(owner: User, *parcels: str, as_of: date | None = None, scope: str = "both", purpose: str = "") -> Case:
    """An application for wypis i wyrys."""
    day = (as_of or timezone.localdate()).isoformat()
    more = {"purpose": purpose} if purpose else {}
    return filed("wypis-i-wyrys", owner, parcels=list(parcels), scope=scope, as_of=day, **more)


def decided(
    case: Case, clerk: User, *, is_positive: bool = True, text: str = "", seen: int | None = None
) -> list[IssuedDocument]:
    hand = Hand(clerk, timezone.now(), "http://testserver")
    letters = service(case.service).letters
    despite = "próba"
    return decide(case, letters=letters, is_positive=is_positive, text=text, hand=hand, seen=seen, despite=despite)


def collected(case: Case) -> None:
    """The applicant has opened all letters of the case that lay in the account."""
    for letter in Correspondence.objects.filter(case=case, direction="out", channel="portal", status="sent"):
        open_letter(letter, person=case.applicant, at=timezone.now())

"""Letters that wait while their addressee changes: whose mandate has ended, and whose address has been found."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from services.cases.models import Case
from services.cases.services import record
from services.correspondence.base import channel_for
from services.correspondence.models import Correspondence
from services.correspondence.services import sent
from services.delivery.course import State
from services.delivery.models import PartyAddress, Shipment
from services.identity.models import User
from services.parties.models import Party, PartyLink
from spatial.municipalities.models import Municipality


def hear_ended(link: PartyLink, at: datetime, **_signal: Any) -> None:
    """``services.parties.news.ended``: what lies unopened in the account of who acted is sent to the party."""
    for pk in lying().filter(letter__case__representation=link).values_list("pk", flat=True):
        send_to_party(pk, at=at)


def redirect_lapsed(*, at: datetime) -> None:
    """Job: the same for mandates that have ended by their day."""
    lapsed = lying().filter(letter__case__representation__valid_to__lt=timezone.localdate(at))
    for pk in lapsed.values_list("pk", flat=True):
        send_to_party(pk, at=at)


def lying() -> QuerySet[Shipment]:
    """Letters to those who filed for another that lie in their accounts, or have not left the office yet."""
    here = Q(channel=Correspondence.Channel.PORTAL, state=State.WAITING) | Q(state=State.QUEUED, tried_at=None)
    rows = Shipment.objects.current().filter(here, letter__case__on_behalf_of__isnull=False)
    return rows.filter(letter__party=F("letter__case__applicant")).order_by("pk")


@transaction.atomic
def send_to_party(pk: int, *, at: datetime) -> None:
    """What nobody has opened."""
    rows = lying().select_for_update(of=("self",)).select_related("letter__case", "letter__document")
    shipment = rows.filter(pk=pk).first()
    if shipment and shipment.letter.case:
        send_on(shipment, shipment.letter.case, why="Pismo nie zostało odebrane, zanim wygasło umocowanie", at=at)


def send_on(shipment: Shipment, case: Case, *, why: str, at: datetime) -> Shipment | None:
    """Of a locked shipment: a letter of its own in the register; the first one was not delivered (KPA art. 40 § 1-2).

    Words without a document cannot be posted: where the party has no account, the course of the case tells the clerk.
    """
    letter = shipment.letter
    Shipment.objects.filter(pk=shipment.pk).update(is_superseded=True, state=State.UNDELIVERED, next_try=None)
    Correspondence.objects.filter(pk=letter.pk).update(status=Correspondence.Status.RETURNED)
    text, again = f"{why}: {letter.subject} ({letter.number}).", None
    if letter.document or isinstance(case.recipient, User):
        again = sent(case, subject=letter.subject, clerk=None, document=letter.document, at=at)
        text += f" Wysłano je do strony ({again.number})."
    record(case, kind="letter-redirected", text=text, actor=None, at=at)
    return Shipment.objects.current().filter(letter=again).first() if again else None


@transaction.atomic
def enter_address(party: Party, municipality: Municipality, *, address: dict[str, str], clerk: User) -> PartyAddress:
    """``address``: fields of ``PartyAddress``. Letters that had none begin their way anew by it."""
    found, _made = PartyAddress.objects.update_or_create(
        municipality=municipality, party=party, defaults={**address, "entered_by": clerk}
    )
    waiting = Shipment.objects.without_address().filter(
        letter__municipality=municipality, letter__party=None, letter__case__on_behalf_of=party
    )
    for shipment in waiting.select_for_update(of=("self",)).select_related("letter__case").order_by("pk"):
        letter = shipment.letter
        shipment.delete()  # it has never left
        channel = channel_for(party, municipality=municipality, has_document=letter.document_id is not None)
        letter.channel = channel.code
        letter.save(update_fields=["channel"])
        channel.send(letter)
    return found

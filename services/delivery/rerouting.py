"""Letters that wait while their addressee changes: whose mandate has ended, and whose address has been found."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

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
    """``services.parties.news.ended``: what lies unopened in the account of who acted, or passed for the party, is sent
    to the party.
    """
    theirs = lying().filter(letter__party=link.user_id, letter__case__on_behalf_of=link.party_id)
    for pk in theirs.values_list("pk", flat=True):
        send_to_party(pk, at=at)


def redirect_lapsed(*, at: datetime) -> None:
    """Job: the same for mandates that have ended by their day."""
    lapsed = lying().filter(letter__case__representation__valid_to__lt=timezone.localdate(at))
    for pk in lapsed.values_list("pk", flat=True):
        send_to_party(pk, at=at)


def lying() -> QuerySet[Shipment]:
    """Letters of cases that were filed for another, in whoever's account."""
    rows = Shipment.objects.waiting_in_account().filter(letter__case__on_behalf_of__isnull=False)
    return rows.filter(letter__party__isnull=False).order_by("pk")


@transaction.atomic
def send_to_party(pk: int, *, at: datetime) -> None:
    """A letter of its own in the register; the first one was not delivered (KPA art. 40 § 1-2).

    Words without a document cannot be posted: where the party has no account, the course of the case tells the clerk.
    """
    rows = lying().select_for_update(of=("self",)).select_related("letter__case", "letter__document", "letter__party")
    shipment = rows.filter(pk=pk).first()
    case = shipment.letter.case if shipment else None
    if shipment is None or case is None or case.recipient == shipment.letter.party:
        return
    letter = shipment.letter
    Shipment.objects.filter(pk=pk).update(is_superseded=True, state=State.UNDELIVERED)
    Correspondence.objects.filter(pk=letter.pk).update(status=Correspondence.Status.RETURNED)
    text = f"Pismo nie zostało odebrane, zanim wygasło umocowanie: {letter.subject} ({letter.number})."
    if letter.document or isinstance(case.recipient, User):
        again = sent(case, subject=letter.subject, clerk=None, document=letter.document, at=at)
        text += f" Wysłano je do strony ({again.number})."
    record(case, kind="letter-redirected", text=text, actor=None, at=at)


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

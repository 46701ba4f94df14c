"""Letters that wait while their addressee changes: whose mandate has ended, and whose address has been found."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from services.cases.models import Case
from services.cases.services import record
from services.correspondence.base import channel_for
from services.correspondence.models import Correspondence
from services.correspondence.services import needs_document, sent
from services.delivery.course import State
from services.delivery.models import PartyAddress, Shipment
from services.documents.models import IssuedDocument
from services.documents.seal import NoSeal
from services.documents.services import store
from services.documents.writing import retold
from services.identity.models import User
from services.parties.models import Party, PartyLink
from spatial.municipalities.models import Municipality

LOGGER = logging.getLogger(__name__)


def hear_ended(link: PartyLink, at: datetime, **_signal: Any) -> None:
    """``services.parties.news.ended``: what lies unopened in the account of who acted, or passed for the party, is sent
    to the party.
    """
    theirs = lying().filter(letter__party=link.user_id, letter__case__on_behalf_of=link.party_id)
    for pk in theirs.values_list("pk", flat=True):
        send_to_party(pk, at=at)


def redirect_lapsed(*, at: datetime) -> None:
    """Job: the same for mandates that have ended by their day, and for what could not be sealed before."""
    acting = PartyLink.objects.in_force(timezone.localdate(at))
    lapsed = lying().exclude(letter__case__representation=None).exclude(letter__case__representation__in=acting)
    for pk in lapsed.values_list("pk", flat=True):
        send_to_party(pk, at=at)


def lying() -> QuerySet[Shipment]:
    """Letters of cases that were filed for another, in whoever's account, or that have not left the office yet."""
    here = Q(channel=Correspondence.Channel.PORTAL, state=State.WAITING) | Q(state=State.QUEUED, tried_at=None)
    rows = Shipment.objects.current().filter(here, letter__case__on_behalf_of__isnull=False)
    return rows.filter(letter__party__isnull=False).order_by("pk")


def send_to_party(pk: int, *, at: datetime) -> None:
    """As ``redirect``. Where the office cannot seal now, the letter lies on till the next night, closed to all."""
    try:
        redirect(pk, at=at)
    except NoSeal as fault:
        LOGGER.warning("Shipment %s is not redirected: %s", pk, fault.message)


@transaction.atomic
def redirect(pk: int, *, at: datetime) -> None:
    """What nobody has opened, or has not left. Raises NoSeal."""
    related = ("letter__case", "letter__document", "letter__event", "letter__entered_by", "letter__party")
    rows = lying().select_for_update(of=("self",)).select_related(*related)
    shipment = rows.filter(pk=pk).first()
    case = shipment.letter.case if shipment else None
    if shipment and case and case.recipient != shipment.letter.party:
        send_on(shipment, case, why="Pismo nie zostało odebrane, zanim wygasło umocowanie", at=at)


def send_on(shipment: Shipment, case: Case, *, why: str, at: datetime) -> Shipment | None:
    """Of a locked shipment: a letter of its own in the register; the first one was not delivered (KPA art. 40 § 1-2).

    Where nobody knows its words, the course of the case tells the clerk that the party did not get them. Raises NoSeal.
    """
    letter = shipment.letter
    Shipment.objects.filter(pk=shipment.pk).update(is_superseded=True, state=State.UNDELIVERED, next_try=None)
    Correspondence.objects.filter(pk=letter.pk).update(status=Correspondence.Status.RETURNED)
    text, again = f"{why}: {letter.subject} ({letter.number}).", None
    document = letter.document or document_of(letter, case, at=at)
    if document or isinstance(case.recipient, User):
        again = sent(case, subject=letter.subject, clerk=None, document=document, event=letter.event, at=at)
        text += f" Wysłano je do strony ({again.number})."
    record(case, kind="letter-redirected", text=text, actor=None, at=at)
    return Shipment.objects.current().filter(letter=again).first() if again else None


def document_of(letter: Correspondence, case: Case, *, at: datetime) -> IssuedDocument | None:
    """Words of the course of the case for a recipient who does not read them there, signed by whoever wrote them. None
    where they are not needed or not known. Raises NoSeal.
    """
    clerk = letter.entered_by
    if letter.event is None or clerk is None or not needs_document(case):
        return None
    return store(retold(letter.event, clerk=clerk, at=at, site=settings.SITE), case=case, issued_by=clerk, at=at)


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

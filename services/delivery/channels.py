"""The ways of KPA art. 39 as channels of the register of letters, by the wish of the person and what the office has.

A letter without a document says what already stands in the case: it lies in the account.
"""

from typing import Any

from procrastinate.contrib.django import app as queue

from services.correspondence.base import register
from services.correspondence.models import Correspondence
from services.delivery.course import State
from services.delivery.models import Addressee, Mailbox, PartyAddress, Shipment
from services.delivery.proofs import REGISTER, NewProof, keep
from services.identity.models import User
from services.parties.models import Party
from spatial.municipalities.models import Municipality

Channel, Way = Correspondence.Channel, Addressee.Way

#: the job that hands a shipment over
SEND, QUEUE = "delivery.send", "delivery"


def wish_of(user: User | None) -> Addressee:
    """Unsaved where the person has said nothing."""
    return Addressee.objects.filter(user=user).first() or Addressee(user=user)


def mailbox_of(municipality: Municipality | str) -> Mailbox | None:
    """The one that works."""
    return Mailbox.objects.filter(municipality=municipality, is_active=True).first()


def wish_for(addressee: User | Party, municipality: Municipality | str) -> Addressee:
    """The person's own; for a party without an account what the office has found, electronic before paper (KPA
    art. 39 § 1-2).
    """
    if isinstance(addressee, User):
        return wish_of(addressee)
    found = PartyAddress.objects.filter(municipality=municipality, party=addressee).first() or PartyAddress()
    return Addressee(
        way=Way.ADE if found.ade else Way.PAPER, ade=found.ade, street=found.street, postal_code=found.postal_code,
        city=found.city,
    )  # fmt: skip


def addressee_of(letter: Correspondence) -> User | Party | None:
    """The account, otherwise the party of the case."""
    return letter.party or (letter.case.on_behalf_of if letter.case else None)


def begin(letter: Correspondence, code: Correspondence.Channel, **more: Any) -> Shipment:
    address = address_for(letter, code)
    return Shipment.objects.create(letter=letter, channel=code, address=address, created_at=letter.at, **more)


def address_for(letter: Correspondence, code: Correspondence.Channel) -> dict[str, str]:
    """As it is today."""
    addressee = addressee_of(letter)
    wish = wish_for(addressee, letter.municipality_id) if addressee else Addressee()
    paper = {"street": wish.street, "postal_code": wish.postal_code, "city": wish.city}
    where = {Channel.ADE: {"ade": wish.ade}, Channel.HYBRID: paper, Channel.POST: paper}.get(code, {})
    return {"name": letter.party_name, **where}


def hand_to_worker(shipment: Shipment) -> None:
    """The job is there once the transaction has ended."""
    queue.configure_task(SEND, queue=QUEUE).defer(shipment=shipment.pk)


class Account:
    """The letter lies in the account until the person opens it (KPA art. 46)."""

    code = Channel.PORTAL

    def takes(self, addressee: User | Party, *, municipality: Municipality, has_document: bool) -> bool:
        has_account = isinstance(addressee, User)
        return has_account and (not has_document or wish_for(addressee, municipality).way == Way.ACCOUNT)

    def send(self, letter: Correspondence) -> str:
        shipment = begin(letter, self.code)
        keep(shipment, [NewProof(code="K.1", key="K.1", at=letter.at)], at=letter.at)
        return str(shipment.key)

    def status(self, letter: Correspondence) -> Correspondence.Status:
        return status_of(letter)


class Electronic:
    """e-Doręczenia: the person has an address, the office has a mailbox."""

    code = Channel.ADE

    def takes(self, addressee: User | Party, *, municipality: Municipality, has_document: bool) -> bool:
        wish = wish_for(addressee, municipality)
        return wish.way == Way.ADE and bool(wish.ade) and mailbox_of(municipality) is not None

    def send(self, letter: Correspondence) -> str:
        shipment = begin(letter, self.code, next_try=letter.at)
        hand_to_worker(shipment)
        return str(shipment.key)

    def status(self, letter: Correspondence) -> Correspondence.Status:
        return status_of(letter)


class Hybrid(Electronic):
    """Written here, printed and carried by the operator (PUH)."""

    code = Channel.HYBRID

    def takes(self, addressee: User | Party, *, municipality: Municipality, has_document: bool) -> bool:
        mailbox = mailbox_of(municipality)
        return wants_paper(addressee, municipality) and mailbox is not None and mailbox.has_hybrid


class Post(Electronic):
    """Printed by the office, taken to the post office in the batch of the day. A letter to a party whose address is
    not known waits for it.
    """

    code = Channel.POST

    def takes(self, addressee: User | Party, *, municipality: Municipality, has_document: bool) -> bool:
        return not isinstance(addressee, User) or wants_paper(addressee, municipality)

    def send(self, letter: Correspondence) -> str:
        return str(begin(letter, self.code).key)


def wants_paper(addressee: User | Party, municipality: Municipality) -> bool:
    wish = wish_for(addressee, municipality)
    return wish.way == Way.PAPER and bool(wish.street and wish.postal_code and wish.city)


def status_of(letter: Correspondence) -> Correspondence.Status:
    """As the evidence says; a letter from before there were shipments as its row says."""
    shipment = Shipment.objects.current().filter(letter=letter).first()
    if shipment is None:
        return Correspondence.Status(letter.status)
    return REGISTER.get(State(shipment.state), Correspondence.Status.SENT)


def register_all() -> None:
    for channel in (Account(), Electronic(), Hybrid(), Post()):
        register(channel)

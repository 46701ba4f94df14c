"""Entering letters in the register. The number is given last, under the lock of its series, as case numbers are."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.models import Case, CaseEvent
from services.cases.services import next_number
from services.correspondence.base import channel_for
from services.correspondence.models import Correspondence
from services.documents.models import IssuedDocument
from services.identity.models import User
from services.parties.models import Party
from spatial.errors import Conflict, Malformed
from spatial.municipalities.models import Municipality

Direction, Channel, Status = Correspondence.Direction, Correspondence.Channel, Correspondence.Status

#: names of the registers in numbers: rejestr pism wpływających, rejestr korespondencji wychodzącej
REGISTERS = {Direction.IN: "RPW", Direction.OUT: "ROK"}
CHANNELS = {
    Direction.IN: (Channel.PORTAL, Channel.ADE, Channel.EPUAP, Channel.POST, Channel.IN_PERSON, Channel.EMAIL),
    Direction.OUT: (Channel.PORTAL, Channel.ADE, Channel.HYBRID, Channel.POST, Channel.IN_PERSON),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the register says of a letter besides where and when it was entered."""

    direction: Correspondence.Direction
    channel: Correspondence.Channel
    subject: str
    party: User | None = None
    party_name: str = ""  #: of who has no account
    written_on: date | None = None
    their_mark: str = ""
    attachments: int = 0
    case: Case | None = field(default=None, repr=False)
    document: IssuedDocument | None = field(default=None, repr=False)
    event: CaseEvent | None = field(default=None, repr=False)


def enter(
    letter: Letter, *, municipality: Municipality, unit: str, at: datetime, entered_by: User | None = None
) -> Correspondence:
    """The letter with its number, ``RPW/12/2026`` in or ``ROK/12/2026`` out, gapless in (unit, direction, year).

    Must run inside a transaction, as its last step: who enters into the same series waits for its end.
    Raises Malformed for a letter of nobody, and for a channel that its direction does not have.
    """
    if letter.channel not in CHANNELS[letter.direction]:
        raise Malformed(_("Tak nie można wysłać albo przyjąć tego pisma. Wybierz sposób z listy."))
    name = named(letter)
    if not name:
        raise Malformed(_("Wpisz, od kogo albo do kogo jest pismo."))
    register, year = REGISTERS[letter.direction], timezone.localdate(at).year
    number = next_number(municipality=municipality, unit=unit, jrwa=register, year=year)
    return Correspondence.objects.create(
        municipality=municipality, unit_symbol=unit, direction=letter.direction,
        number=f"{register}/{number}/{year}", at=at, written_on=letter.written_on, their_mark=letter.their_mark,
        party=letter.party, party_name=name[:200], subject=letter.subject[:250], attachments=letter.attachments,
        channel=letter.channel, status=Status.RECEIVED if letter.direction == Direction.IN else Status.SENT,
        case=letter.case, document=letter.document, event=letter.event, entered_by=entered_by,
    )  # fmt: skip


def named(letter: Letter) -> str:
    """Who stands in the register; of a case filed for somebody else, the party with its representative."""
    if letter.party is None:
        return letter.party_name.strip()
    return letter.case.addressee if letter.case else letter.party.display_name


def account_of(recipient: User | Party | None) -> User | None:
    return recipient if isinstance(recipient, User) else None


def received(case: Case, *, subject: str, at: datetime, attachments: int = 0) -> Correspondence:
    """The applicant wrote through the portal."""
    letter = Letter(
        direction=Direction.IN, channel=Channel.PORTAL, subject=subject, party=case.applicant,
        written_on=timezone.localdate(at), attachments=attachments, case=case,
    )  # fmt: skip
    return enter(letter, municipality=case.municipality, unit=case.unit_symbol, at=at)


def needs_document(case: Case) -> bool:
    """Whether letters to the recipient leave the portal, so that words that stand in the case must be a document."""
    return channel_for(case.recipient, municipality=case.municipality, has_document=True).code != Channel.PORTAL


def sent(
    case: Case, *, subject: str, clerk: User | None, at: datetime, document: IssuedDocument | None = None,
    event: CaseEvent | None = None,
) -> Correspondence:  # fmt: skip
    """The office wrote to the recipient of the case, by the way that ``channel_for`` chooses. ``event``: whose words
    the letter carries.
    """
    to = case.recipient
    channel = channel_for(to, municipality=case.municipality, has_document=document is not None)
    letter = Letter(
        direction=Direction.OUT, channel=channel.code, subject=subject, party=account_of(to),
        party_name=case.addressee, written_on=timezone.localdate(at), case=case, document=document, event=event,
    )  # fmt: skip
    entered = enter(letter, municipality=case.municipality, unit=case.unit_symbol, at=at, entered_by=clerk)
    channel.send(entered)
    return entered


@transaction.atomic
def confirm_delivery(letter: Correspondence, *, on: date | None, today: date) -> Correspondence:
    """The confirmation came back: delivered on the day, or not at all (None). Raises Malformed, Conflict."""
    letter = Correspondence.objects.select_for_update().get(pk=letter.pk)
    if letter.document_id is not None or letter.shipments.exists():
        raise Conflict(_("Doręczenie tego pisma zapisuje się na stronie „Doręczenia”."))
    if letter.status != Status.SENT:
        raise Conflict(_("Tego pisma nikt nie doręcza albo doręczenie jest już zapisane."))
    if on is not None and not timezone.localdate(letter.at) <= on <= today:
        raise Malformed(_("Dzień doręczenia nie może być przed wysłaniem ani po dniu dzisiejszym."))
    letter.status, letter.delivered_on = (Status.DELIVERED, on) if on else (Status.RETURNED, None)
    letter.save(update_fields=["status", "delivered_on"])
    return letter

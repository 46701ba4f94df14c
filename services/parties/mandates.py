"""A mandate: asked for with its document, approved or refused by an office, ended by who gave it or by the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from services.identity.base import Level
from services.identity.models import User
from services.parties.models import PartyLink
from services.parties.news import ended
from services.parties.people import Known, confirm, party_of
from spatial.errors import Conflict, Malformed, Refused
from spatial.municipalities.models import Municipality

State, Basis = PartyLink.State, PartyLink.Basis

MOST_ASKED = 10  #: of one person, waiting
#: what a resident may ask for; the others come of the node, of a code or of a register
ASKED_FOR = (Basis.MANDATE, Basis.REPRESENTATION, Basis.GUARDIAN)


class Document(Protocol):
    """A file that may be kept (``services.documents.uploads.Checked``)."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...

    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for."""

    principal: Known
    municipality: Municipality
    basis: PartyLink.Basis
    valid_from: date
    valid_to: date | None = None  #: inclusive
    scope: Sequence[str] = ()  #: codes of services; empty: all
    duty_free: str = ""  #: of ``PartyLink.DutyFree``


@transaction.atomic
def ask(user: User, wish: Wish, document: Document, *, at: datetime) -> PartyLink:
    """Waits for the office. Raises Malformed for days out of order, an exemption that such a grantor cannot have and
    for one's own PESEL, Conflict when the same is waiting already.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if wish.valid_to and wish.valid_to < max(wish.valid_from, timezone.localdate(at)):
        raise Malformed(_("Ostatni dzień umocowania nie może być przed pierwszym ani przed dniem dzisiejszym."))
    refuse_exemption(wish)
    party = party_of(wish.principal)
    waiting = PartyLink.objects.filter(user=user, state=State.ASKED)
    if waiting.filter(party=party, basis=wish.basis, municipality=wish.municipality).exists():
        raise Conflict(_("Takie zgłoszenie już czeka na urząd."))
    if waiting.count() >= MOST_ASKED:
        raise Conflict(_("Masz już dużo zgłoszeń, które czekają na urząd. Poczekaj na odpowiedź."))
    if PartyLink.objects.filter(user=user, party=party, basis=Basis.SELF, state=State.APPROVED).exists():
        raise Malformed(_("To Twój numer. We własnym imieniu działasz bez umocowania."))
    link = PartyLink.objects.create(
        user=user, party=party, basis=wish.basis, scope=list(wish.scope), municipality=wish.municipality,
        valid_from=wish.valid_from, valid_to=wish.valid_to, asked_at=at,
        duty_free=wish.duty_free if wish.basis == Basis.MANDATE else "",
        asked_first_name=wish.principal.first_name, asked_name=wish.principal.name,
        document_name=document.name[:120], document_sha256=document.sha256,
    )  # fmt: skip
    if not default_storage.exists(link.document_path):
        default_storage.save(link.document_path, ContentFile(document.content))
    return link


def refuse_exemption(wish: Wish) -> None:
    """Raises Malformed: a firm has no family, a person is no office."""
    wrong = PartyLink.DUTY_FREE_ORGANISATION if wish.principal.is_person else PartyLink.DUTY_FREE_PERSON
    if wish.duty_free in wrong:
        raise Malformed(_("Takie zwolnienie z opłaty skarbowej nie dotyczy tego mocodawcy. Wybierz inne."))


def locked(link: PartyLink) -> PartyLink:
    return PartyLink.objects.select_for_update(of=("self",)).named().get(pk=link.pk)


def locked_asked(link: PartyLink, clerk: User) -> PartyLink:
    """Raises Conflict when it does not wait any longer, Refused to who has asked for it, is its party or acts for it
    (KPA art. 24 § 1).
    """
    link = locked(link)
    if link.state != State.ASKED:
        raise Conflict(_("To zgłoszenie nie czeka już na decyzję. Odśwież stronę."))
    speaks_for_it = PartyLink.objects.in_force(timezone.localdate()).filter(user=clerk, party=link.party)
    if link.user_id == clerk.pk or speaks_for_it.exists():
        raise Refused(_("O swoim umocowaniu nie decydujesz. Zrobi to inny pracownik urzędu."))
    return link


@transaction.atomic
def approve(link: PartyLink, *, clerk: User, at: datetime) -> PartyLink:
    """The office has read the document. Raises Conflict, Refused."""
    link = locked_asked(link, clerk)
    confirm(link.party, name=link.asked_name, first_name=link.asked_first_name)
    link.state, link.approved_by, link.approved_at = State.APPROVED, clerk, at
    link.save(update_fields=["state", "approved_by", "approved_at"])
    return link


@transaction.atomic
def refuse(link: PartyLink, *, clerk: User, reason: str, at: datetime) -> PartyLink:
    """Raises Malformed without a reason, Conflict, Refused."""
    link = locked_asked(link, clerk)
    end(link, State.REFUSED, by=clerk, reason=given(reason), at=at)
    return link


@transaction.atomic
def revoke(link: PartyLink, *, by: User, reason: str, at: datetime) -> PartyLink:
    """From now on the user does not act for the party; who may say so, the caller knows.

    Raises Malformed without a reason, Conflict when it has ended already.
    """
    link = locked(link)
    if link.state not in {State.ASKED, State.APPROVED}:
        raise Conflict(_("To umocowanie już nie obowiązuje. Odśwież stronę."))
    end(link, State.REVOKED, by=by, reason=given(reason), at=at)
    ended.send(PartyLink, link=link, by=by, at=at)
    return link


def end(link: PartyLink, state: PartyLink.State, *, by: User, reason: str, at: datetime) -> None:
    link.state, link.ended_by, link.ended_at, link.reason = state, by, at, reason
    link.save(update_fields=["state", "ended_by", "ended_at", "reason"])


def given(reason: str) -> str:
    """Raises Malformed."""
    if not reason.strip():
        raise Malformed(_("Podaj przyczynę."))
    return reason.strip()[:500]


def endable_by(user: User, *, on: date) -> QuerySet[PartyLink]:
    """Own ones, and those that others hold of a party that the user is or represents; waiting or in force.

    That another account is the same person, by a code, whoever has proved to be that person may end.
    """
    mine = PartyLink.objects.of_principal(on).filter(user=user, party=OuterRef("party"))
    of_mine = Exists(mine.filter(Q(municipality=None) | Q(municipality=OuterRef("municipality"))))
    proved = Exists(mine.filter(basis=Basis.SELF, level=Level.TRUSTED))
    rows = PartyLink.objects.filter(state__in=[State.ASKED, State.APPROVED]).exclude(user=user, basis=Basis.SELF)
    of_others = Q(of_mine, ~Q(basis=Basis.SELF) | Q(proved), state=State.APPROVED)
    return rows.filter(Q(user=user) | of_others).named().order_by("pk")

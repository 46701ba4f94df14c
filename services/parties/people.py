"""Finding and keeping parties. A match is an equal PESEL or NIP; an equal name is only a suggestion for a clerk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from services.identity.base import Level
from services.identity.models import User
from services.identity.news import NaturalPerson
from services.identity.protected import fingerprint, opened, sealed
from services.parties.models import Organisation, Party, PartyLink, Person
from services.parties.news import ended

SUGGESTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is said of a party: of a person, or of an organisation where there is a NIP or no first name.

    The numbers are checked (``services.parties.numbers``).
    """

    name: str  #: last name, or the name of the organisation
    first_name: str = ""
    pesel: str = field(default="", repr=False)
    nip: str = ""
    regon: str = ""
    krs: str = ""
    address: str = ""
    is_confirmed: bool = False

    @property
    def is_person(self) -> bool:
        return bool(self.first_name or self.pesel)


def by_pesel(pesel: str) -> Party | None:
    return Party.objects.named().filter(person__fingerprint=fingerprint(pesel)).first()


def by_nip(nip: str) -> Party | None:
    return Party.objects.named().filter(organisation__nip=nip).first()


@transaction.atomic
def party_of(known: Known) -> Party:
    """The one with the PESEL or NIP, otherwise a new one. What stands at one that is there already stays, unless only
    a resident has said it and the office knows now.
    """
    if known.is_person:
        return person_party(known)
    row: Organisation | None = None
    numbers = {"regon": known.regon, "krs": known.krs, "name": known.name, "address": known.address}
    if known.nip:
        row, _made = Organisation.objects.get_or_create(nip=known.nip, defaults=numbers)
    else:
        row = Organisation.objects.create(**numbers)
    party, _made = Party.objects.get_or_create(organisation=row, defaults={"is_confirmed": known.is_confirmed})
    if known.is_confirmed and not party.is_confirmed:
        Organisation.objects.filter(pk=row.pk).update(**numbers)
        confirm(party, name=known.name)
    return party


def person_party(known: Known) -> Party:
    said: dict[str, Any] = {"first_name": known.first_name, "last_name": known.name}
    if known.pesel:
        kept = said | {"pesel_sealed": sealed(known.pesel)}
        row, _made = Person.objects.get_or_create(fingerprint=fingerprint(known.pesel), defaults=kept)
    else:
        row = Person.objects.create(**said)
    party, _made = Party.objects.get_or_create(person=row, defaults={"is_confirmed": known.is_confirmed})
    if known.is_confirmed:
        confirm(party, name=known.name, first_name=known.first_name)
    return party


@transaction.atomic
def confirm(party: Party, *, name: str, first_name: str = "") -> None:
    """The office has seen a document with this name; a name that is confirmed already stays."""
    if party.is_confirmed:
        return
    if party.organisation:
        party.organisation.name = name
        party.organisation.save(update_fields=["name"])
    elif party.person:
        party.person.first_name, party.person.last_name = first_name, name
        party.person.save(update_fields=["first_name", "last_name"])
    party.is_confirmed = True
    party.save(update_fields=["is_confirmed"])


@transaction.atomic
def refresh(user: User, person: NaturalPerson, **_signal: Any) -> None:
    """The national node has said who the user is: the person is made or refreshed, and is the user from now on."""
    now = timezone.now()
    told: dict[str, Any] = {
        "first_name": person.first_name[:100], "last_name": person.last_name[:150], "born_on": person.born_on,
    }  # fmt: skip
    if person.pesel:
        told["pesel_sealed"] = sealed(person.pesel)
    row, _made = Person.objects.update_or_create(fingerprint=fingerprint(person.identifier), defaults=told)
    party, _made = Party.objects.update_or_create(person=row, defaults={"is_confirmed": True})
    PartyLink.objects.get_or_create(
        user=user, party=party, basis=PartyLink.Basis.SELF, municipality=None, state=PartyLink.State.APPROVED,
        defaults={
            "valid_from": timezone.localdate(now), "level": Level.TRUSTED, "asked_at": now, "approved_at": now,
        },
    )  # fmt: skip
    end_others(user, party, at=now)


def end_others(user: User, party: Party, *, at: datetime) -> None:
    """Who has typed the code of another person is not that person; the code would not be taken now either."""
    rows = PartyLink.objects.filter(user=user, basis=PartyLink.Basis.SELF, state=PartyLink.State.APPROVED)
    others = rows.exclude(party=party).filter(party__person__fingerprint__isnull=False)
    for link in others.select_for_update(of=("self",)).order_by("pk"):
        link.state, link.ended_by, link.ended_at = PartyLink.State.REVOKED, user, at
        link.reason = "Węzeł Krajowy wskazał inną osobę."
        link.save(update_fields=["state", "ended_by", "ended_at", "reason"])
        ended.send(PartyLink, link=link, by=user, at=at)


def read_pesel(person: Person, *, note: Callable[[], object]) -> str:
    """For the office. ``note`` writes the look down first: what cannot be written down is not shown; "" for none."""
    note()
    return opened(bytes(person.pesel_sealed)) if person.pesel_sealed else ""


def own_pesel(user: User, *, on: date) -> str:
    """Of the person that the national node has identified; "" for others."""
    links = PartyLink.objects.in_force(on).filter(user=user, basis=PartyLink.Basis.SELF, level=Level.TRUSTED)
    link = links.select_related("party__person").order_by("-pk").first()
    person = link.party.person if link else None
    return opened(bytes(person.pesel_sealed)) if person and person.pesel_sealed else ""


def suggestions(known: Known, *, among: QuerySet[Party]) -> list[Party]:
    """Parties of a like name or address, for a clerk to look at; nothing is linked by them."""
    like = Q(person__last_name__iexact=known.name, person__first_name__iexact=known.first_name)
    like |= Q(organisation__name__icontains=known.name)
    if known.address:
        like |= Q(organisation__address__iexact=known.address)
    return list(among.filter(like).order_by("pk")[:SUGGESTED])

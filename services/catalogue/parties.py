"""Which parties an office knows: by its registers, by what it has decided of links, and by its cases."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from stdnum.pl import nip

from services.cases.models import Case
from services.identity.models import User
from services.parties.models import ExternalRef, Party, PartyLink
from spatial.municipalities.models import Municipality


def known_to(places: Iterable[Municipality]) -> QuerySet[Party]:
    """Of the municipalities together; a party of another office is not there."""
    held = list(places)
    refs = ExternalRef.objects.filter(municipality__in=held).values("party")
    links = PartyLink.objects.filter(municipality__in=held)
    cases = Case.objects.filter(municipality__in=held)
    own = PartyLink.objects.filter(
        Q(municipality=None) | Q(municipality__in=held), basis=PartyLink.Basis.SELF, state=PartyLink.State.APPROVED,
        user__in=cases.values("applicant"),
    )  # fmt: skip
    acted = cases.exclude(on_behalf_of=None).values("on_behalf_of")
    known = Q(pk__in=refs) | Q(pk__in=links.values("party")) | Q(pk__in=own.values("party")) | Q(pk__in=acted)
    return Party.objects.named().filter(known)


def found(rows: QuerySet[Party], words: str) -> QuerySet[Party]:
    """By a NIP, whole, or by each word of a name; in order of names."""
    if nip.is_valid(words):
        return rows.filter(organisation__nip=nip.compact(words)).order_by("pk")
    for word in words.split():
        rows = rows.filter(
            Q(organisation__name__icontains=word)
            | Q(person__last_name__icontains=word)
            | Q(person__first_name__icontains=word)
        )
    return rows.order_by("organisation__name", "person__last_name", "person__first_name", "pk")


def account_of(party: Party) -> User | None:
    """Of the person who is the party, for the log of looks; an organisation has none."""
    links = party.links.filter(basis=PartyLink.Basis.SELF, state=PartyLink.State.APPROVED).select_related("user")
    link = links.surest_first().first()
    return link.user if link else None

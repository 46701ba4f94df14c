"""Owners of parcels as people read them, within a reading; fields that were not asked for are not there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from spatial.owners.access import Opened
from spatial.owners.grounds import Field
from spatial.owners.models import LandBook, ParcelUnit, Party, PersonalNumber, RegisterUnit, Share

#: codes of EGB_RodzajPrawa and EGB_RodzajWladania; register language
RIGHTS = {
    ("own", "1"): "własność",
    ("own", "2"): "władanie samoistne",
    ("hold", "1"): "użytkowanie wieczyste",
    ("hold", "2"): "trwały zarząd",
    ("hold", "3"): "zarząd",
    ("hold", "4"): "użytkowanie",
    ("hold", "5"): "inny rodzaj władania",
    ("hold", "6"): "wykonywanie prawa własności Skarbu Państwa i innych praw rzeczowych",
    ("hold", "7"): "gospodarowanie zasobem nieruchomości",
    ("hold", "8"): "gospodarowanie gruntami pokrytymi wodami powierzchniowymi",
    ("hold", "9"): "wykonywanie zadań zarządcy dróg publicznych",
}
DEPTH = 4  #: a group of marriages of persons, and one more


@dataclass(frozen=True, slots=True, repr=False)
class Owner:
    """A party as shown; "" where the reading does not show the field or the register is silent."""

    kind: str
    name: str = ""
    is_dead: bool = False
    parents: str = ""
    address: tuple[str, ...] = ()  #: lines of a letter
    pesel: str = ""
    nip: str = ""
    regon: str = ""
    members: tuple["Owner", ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class OwnedShare:
    right: str
    written: str  #: "1/2", as the register writes it; "" where it gives none
    fraction: Fraction | None
    owner: Owner


@dataclass(frozen=True, slots=True, repr=False)
class ParcelOwners:
    """parcel: identifier; unit "": the register of owners does not know the parcel."""

    parcel: str
    unit: str = ""
    group: str = ""
    shares: tuple[OwnedShare, ...] = ()
    land_book: str = ""


def owners_of(opened: Opened, *, on: date) -> list[ParcelOwners]:
    """Of each parcel of the reading, as the register stood on the day. For readings that name their parcels."""
    names = list(opened.parcels or ())
    links = {row.identifier: row.unit for row in ParcelUnit.objects.on(on).filter(identifier__in=names)}
    units = {row.identifier: row for row in RegisterUnit.objects.on(on).filter(identifier__in=set(links.values()))}
    shares: dict[str, list[Share]] = {}
    for share in Share.objects.on(on).filter(unit__in=set(links.values())).order_by("-family", "right", "identifier"):
        shares.setdefault(share.unit, []).append(share)
    people = _People(opened, on, (share for held in shares.values() for share in held))
    books = {row.identifier: row.number for row in LandBook.objects.on(on).filter(identifier__in=names)}
    return [
        ParcelOwners(
            parcel,
            units[links[parcel]].number if links.get(parcel) in units else "",
            units[links[parcel]].group if links.get(parcel) in units else "",
            tuple(_shown(share, people) for share in shares.get(links.get(parcel, ""), ())),
            books.get(parcel, ""),
        )
        for parcel in names
    ]


def _shown(share: Share, people: "_People") -> OwnedShare:
    is_told = share.numerator is not None and share.denominator is not None
    return OwnedShare(
        RIGHTS.get((share.family, share.right), f"prawo {share.right}"),
        f"{share.numerator}/{share.denominator}" if is_told else "",
        Fraction(share.numerator or 0, share.denominator or 1) if is_told else None,
        people.owner(share.party),
    )


class _People:
    """Parties of the shares with their members, in the fields of the reading."""

    def __init__(self, opened: Opened, on: date, shares: Iterable[Share]) -> None:
        self.fields = opened.fields
        wanted = {party for share in shares for party in share.parties}
        self.parties = {row.identifier: row for row in Party.objects.on(on).filter(identifier__in=wanted)}
        numbers = PersonalNumber.objects.on(on).filter(identifier__in=wanted) if Field.PESEL in self.fields else ()
        self.numbers = {row.identifier: row for row in numbers}

    def owner(self, identifier: str, depth: int = DEPTH) -> Owner:
        party = self.parties.get(identifier)
        if party is None:
            return Owner("unknown")
        numbers = self.numbers.get(identifier)
        members = party.members if depth else ()
        return Owner(
            party.kind,
            full_name(party) if Field.NAME in self.fields else "",
            party.is_dead,
            " i ".join(name for name in (party.father, party.mother) if name) if Field.PARENTS in self.fields else "",
            _lines(party) if Field.ADDRESS in self.fields else (),
            numbers.pesel if numbers else "",
            numbers.nip if numbers else "",
            numbers.regon if numbers else "",
            tuple(self.owner(member, depth - 1) for member in members),
        )


def full_name(party: Party) -> str:
    """Anna Maria Nowak-Kowalska, or the name of an institution; "" of a marriage, whose persons are its members."""
    surname = "-".join(part for part in (party.surname, party.second_surname) if part)
    return party.name or " ".join(part for part in (party.first_name, party.second_name, surname) if part)


def _lines(party: Party) -> tuple[str, ...]:
    lines: Sequence[str] = (party.street_address, party.postal_address, party.country)
    return tuple(line for line in lines if line)

"""Invented owners of some parcels: the hard cases and one parcel in forty. Nobody in it lives.

Personal numbers have right control digits and days of the twenty-second century; addresses are of no house.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from data.demo.cases import CASES
from data.demo.chance import dice
from data.identifiers import ParcelId
from data.personal_numbers import pesel_control
from data.records import CadastreRecord, ParcelRecord
from data.records.owners import (
    OwnersRecord,
    ParcelUnitRecord,
    PartyRecord,
    PersonalNumberRecord,
    RegisterUnitRecord,
    ShareRecord,
)

ONE_IN = 40
FIRST_NAMES = {
    True: ("Zofia", "Maria", "Barbara", "Krystyna", "Ewa", "Halina", "Teresa", "Joanna"),
    False: ("Jan", "Piotr", "Stanisław", "Andrzej", "Marek", "Tomasz", "Józef", "Adam"),
}
#: masculine and feminine
SURNAMES = (
    ("Przykładny", "Przykładna"), ("Zmyślony", "Zmyślona"), ("Próbny", "Próbna"), ("Wzorowy", "Wzorowa"),
    ("Testowski", "Testowska"), ("Makietowicz", "Makietowicz"), ("Ćwiczeniak", "Ćwiczeniak"),
    ("Pokazowski", "Pokazowska"),
)  # fmt: skip
INSTITUTIONS = {"1": "Skarb Państwa (przykład)", "4": "Gmina (przykład)", "9": "Parafia (przykład)"}
#: the parcel of the demo accounts: Anna owns a half, Bogdan the other
OF_THE_ACCOUNTS = CASES["plain"]


@dataclass(frozen=True, slots=True)
class _Place:
    """A district on whose parcels the owners own."""

    district: str

    def scoped(self, name: str) -> str:
        digest = blake2b(f"{self.district}|{name}".encode(), digest_size=16).hexdigest()
        uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
        return f"{self.district}/{uuid}"


def with_owners(records: Iterable[CadastreRecord]) -> Iterator[CadastreRecord | OwnersRecord]:
    """The cadastre as it comes, then the owners of the chosen parcels."""
    chosen: list[ParcelRecord] = []
    for record in records:
        if isinstance(record, ParcelRecord) and _is_chosen(record.identifier):
            chosen.append(record)
        yield record
    made: set[tuple[type[OwnersRecord], str]] = set()  #: an institution owns several parcels of a district
    for owned in (record for parcel in chosen for record in owners_of(parcel)):
        if (type(owned), owned.identifier) not in made:
            made.add((type(owned), owned.identifier))
            yield owned


def _is_chosen(identifier: str) -> bool:
    if identifier in CASES.values():
        return True
    return int.from_bytes(blake2b(identifier.encode(), digest_size=4).digest()) % ONE_IN == 0


def owners_of(parcel: ParcelRecord) -> Iterator[OwnersRecord]:
    """One register unit for one parcel, numbered after it."""
    identifier = ParcelId.parse(parcel.identifier)
    place = _Place(identifier.district)
    main, _, part = identifier.number.partition("/")
    number = f"{identifier.district}.G{int(main) * 1000 + int(part or 0)}"
    unit = place.scoped(number)
    yield RegisterUnitRecord(unit, number, parcel.register_group)
    yield ParcelUnitRecord(parcel.identifier, unit)
    if parcel.identifier == OF_THE_ACCOUNTS:
        yield from _of_the_accounts(place, unit)
    elif (parcel.register_group or "7").partition(".")[0] == "7":
        yield from _of_persons(place, unit, parcel.identifier)
    else:
        yield from _of_an_institution(place, unit, parcel.register_group or "15")


def _of_the_accounts(place: _Place, unit: str) -> Iterator[OwnersRecord]:
    for first, last, number in (("Anna", "Nowak", "6041010001"), ("Bogdan", "Kowalski", "6142020002")):
        party = place.scoped(f"{first} {last}")
        yield _share(place, unit, party, in_parts=2)
        yield PartyRecord(
            party, "person", first_name=first, surname=last, street_address="ul. Przykładowa 1",
            postal_address="32-043 Skała",
        )  # fmt: skip
        yield PersonalNumberRecord(party, pesel=number + str(pesel_control(number)))


def _of_persons(place: _Place, unit: str, name: str) -> Iterator[OwnersRecord]:
    """A person, a married couple, or two to four heirs; one owner in thirty is dead, one in twenty has no number."""
    chance = dice("owners", name)
    kind = chance.random()
    if kind < 0.45:
        yield from _person(place, f"{name} 1", chance)
        yield _share(place, unit, place.scoped(f"{name} 1"))
    elif kind < 0.8:
        yield from _couple(place, unit, name, chance)
    else:
        heirs = int(chance.integers(2, 5))
        for heir in range(1, heirs + 1):
            yield from _person(place, f"{name} {heir}", chance)
            yield _share(place, unit, place.scoped(f"{name} {heir}"), in_parts=heirs)


def _couple(place: _Place, unit: str, name: str, chance: np.random.Generator) -> Iterator[OwnersRecord]:
    surname = int(chance.integers(len(SURNAMES)))
    members = (place.scoped(f"{name} żona"), place.scoped(f"{name} mąż"))
    for title, is_woman in ((f"{name} żona", True), (f"{name} mąż", False)):
        yield from _person(place, title, chance, surname=surname, is_woman=is_woman)
    pair = place.scoped(f"{name} małżeństwo")
    yield PartyRecord(pair, "marriage", members=members)
    yield _share(place, unit, pair, members=members)


def _person(
    place: _Place, name: str, chance: np.random.Generator, *, surname: int | None = None, is_woman: bool | None = None
) -> Iterator[OwnersRecord]:
    woman = bool(chance.random() < 0.5) if is_woman is None else is_woman
    family = SURNAMES[int(chance.integers(len(SURNAMES))) if surname is None else surname]
    party = place.scoped(name)
    yield PartyRecord(
        party,
        "person",
        first_name=FIRST_NAMES[woman][int(chance.integers(8))],
        surname=family[woman],
        father=FIRST_NAMES[False][int(chance.integers(8))],
        mother=FIRST_NAMES[True][int(chance.integers(8))],
        is_dead=bool(chance.random() < 1 / 30),
        street_address=f"Przykładowa {int(chance.integers(1, 200))}",
        postal_address="32-043 Skała" if place.district.startswith("120610") else "32-045 Sułoszowa",
    )
    if chance.random() > 1 / 20:
        yield PersonalNumberRecord(party, pesel=_pesel(chance, is_woman=woman))


def _pesel(chance: np.random.Generator, *, is_woman: bool) -> str:
    """Born between 2130 and 2199."""
    year, month, day = (int(chance.integers(*span)) for span in ((30, 100), (1, 13), (1, 29)))
    serial = int(chance.integers(0, 1000)) * 10 + int(chance.integers(0, 5)) * 2 + (not is_woman)
    ten = f"{year:02d}{month + 40:02d}{day:02d}{serial:04d}"
    return ten + str(pesel_control(ten))


def _of_an_institution(place: _Place, unit: str, group: str) -> Iterator[OwnersRecord]:
    name = INSTITUTIONS.get(group.partition(".")[0], "Spółka Przykładowa z o.o.")
    party = place.scoped(name)
    yield _share(place, unit, party)
    yield PartyRecord(party, "institution", name=name, postal_address="32-043 Skała")


def _share(place: _Place, unit: str, party: str, *, in_parts: int = 1, members: tuple[str, ...] = ()) -> ShareRecord:
    """One part of the unit, where all have equal ones."""
    identifier = place.scoped(f"{unit} {party}")
    return ShareRecord(identifier, unit, party, "own", "1", 1, in_parts, (party, *members))

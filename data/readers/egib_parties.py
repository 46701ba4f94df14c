"""Parties of an EGiB delivery: to records, and what is wrong with them, told by technical identifiers only."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from data.personal_numbers import is_nip, is_pesel, is_regon
from data.records import Problem
from data.records.owners import PartyKind, PartyRecord, PersonalNumberRecord

type Address = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """One party as it stands in the file."""

    local: str  #: lokalnyId
    kind: PartyKind
    names: tuple[str | None, str | None, str | None, str | None]
    parents: tuple[str | None, str | None]
    name: str | None
    status: str | None
    is_dead: bool
    numbers: tuple[str | None, str | None, str | None]  #: PESEL, NIP, REGON
    address: str | None  #: link
    members: tuple[str, ...]  #: links


def records_of_parties(
    used: Mapping[tuple[str, str], Party], parties: Mapping[str, Party], addresses: Mapping[str, Address]
) -> Iterator[PartyRecord | PersonalNumberRecord]:
    """Each party once in every district where it has a share."""
    for (district, local), party in used.items():
        street, post, country = addresses.get(party.address or "", (None, None, None))
        identifier = f"{district}/{local}"
        yield PartyRecord(
            identifier,
            party.kind,
            *party.names,
            *party.parents,
            party.name,
            party.status,
            party.is_dead,
            street,
            post,
            country,
            tuple(f"{district}/{parties[link].local}" for link in party.members if link in parties),
        )
        pesel, nip, regon = _fitting(party)
        if pesel or nip or regon:
            yield PersonalNumberRecord(identifier, pesel, nip, regon)


def _fitting(party: Party) -> tuple[str | None, str | None, str | None]:
    """Numbers of the right length, also with a wrong control digit: the register says so and must be quoted."""
    lengths = ({11}, {10}, {9, 14})
    found = [
        number if number and number.isascii() and number.isdecimal() and len(number) in fits else None
        for number, fits in zip(party.numbers, lengths, strict=True)
    ]
    return found[0], found[1], found[2]


def party_findings(
    used: Iterable[Party], parties: Mapping[str, Party], addresses: Collection[str]
) -> Iterator[Problem]:
    for party in {party.local: party for party in used}.values():
        yield from _of_numbers(party)
        if (
            party.kind == "marriage"
            and (count := len({parties[link].local for link in party.members if link in parties})) != 2
        ):
            message = (
                f"Małżeństwo ma w pliku osób: {count}, a powinno mieć dwie. Udziału nie da się przypisać małżonkom."
            )
            yield Problem("marriage-members", "warning", party.local, message)
        if party.is_dead:
            message = "Podmiot jest oznaczony jako zmarły. Pism do niego nie wysyła się; ustal następców prawnych."
            yield Problem("owner-dead", "warning", party.local, message)
        broken = sum(link not in parties for link in party.members)
        broken += party.address is not None and party.address not in addresses
        if broken:
            message = f"Podmiot wskazuje na osoby lub adresy, których nie ma w pliku: {broken}. Zamów komplet danych."
            yield Problem("owner-link-broken", "warning", party.local, message)


def _of_numbers(party: Party) -> Iterator[Problem]:
    pesel, nip, regon = party.numbers
    if party.kind == "person" and not pesel:
        message = (
            "Osoba nie ma w pliku numeru PESEL, więc nie rozpoznamy jej przy logowaniu ani w sprawach podatkowych."
        )
        yield Problem("pesel-missing", "warning", party.local, message)
    for number, is_right, name, rule in (
        (pesel, is_pesel, "PESEL", "pesel-invalid"),
        (nip, is_nip, "NIP", "nip-invalid"),
        (regon, is_regon, "REGON", "regon-invalid"),
    ):
        if number and not is_right(number):
            message = (
                f"Numer {name} jest błędny (długość, data albo cyfra kontrolna). Wyjaśnij to z prowadzącym ewidencję."
            )
            yield Problem(rule, "warning", party.local, message)

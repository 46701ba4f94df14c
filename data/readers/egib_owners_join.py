"""What the reader of owners found in a file, put together: units, parcels, shares and parties district by district."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from data.identifiers import DISTRICT_RE
from data.readers.egib_parties import Address, Party, party_findings, records_of_parties
from data.records import Problem
from data.records.owners import OwnersRecord, ParcelUnitRecord, RegisterUnitRecord, RightFamily, ShareRecord
from data.shares import wrong_sums


@dataclass(frozen=True, slots=True)
class Unit:
    local: str
    number: str
    group: str | None
    district_link: str | None


@dataclass(frozen=True, slots=True)
class Share:
    local: str
    family: RightFamily
    right: str
    party: str | None  #: link
    unit: str | None  #: link
    numerator: int | None
    denominator: int | None


@dataclass(slots=True)
class Held:
    """Everything about owners in one file, by the forms of links; about 1 kB for a party."""

    districts: dict[str, str] = field(default_factory=dict)
    parcels: list[tuple[str, str]] = field(default_factory=list)  #: identifier, link of its unit
    units: dict[str, Unit] = field(default_factory=dict)
    other_units: set[str] = field(default_factory=set)  #: links of units of buildings and flats
    shares: dict[str, Share] = field(default_factory=dict)  #: by lokalnyId
    parties: dict[str, Party] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    of_buildings: int = 0  #: shares in units of buildings and flats
    taken: int = 0  #: objects that are read for their owners only
    problems: list[Problem] = field(default_factory=list)


def joined(held: Held) -> Iterator[OwnersRecord]:
    """Records district by district, then findings on the whole."""
    places = _districts_of_units(held)
    yield from _units(held, places)
    yield from _parcel_units(held, places)
    used: dict[tuple[str, str], Party] = {}  #: district and lokalnyId
    shares: list[ShareRecord] = []
    for share in held.shares.values():
        record = _share(held, share, places, used)
        if record is not None:
            shares.append(record)
            yield record
    yield from records_of_parties(used, held.parties, held.addresses)
    numbers = {
        _scoped(places[unit.local], unit.local): unit.number for unit in held.units.values() if unit.local in places
    }
    held.problems.extend(wrong_sums(shares, numbers))
    held.problems.extend(party_findings(used.values(), held.parties, held.addresses))
    held.problems.extend(_left_out(held, used))


def _scoped(district: str, local: str) -> str:
    return f"{district}/{local}"


def _districts_of_units(held: Held) -> dict[str, str]:
    """lokalnyId of a unit to its district: by its number, its link, or a parcel that stands in it."""
    by_parcel = {link: parcel[:13] for parcel, link in held.parcels if DISTRICT_RE.match(parcel)}
    places: dict[str, str] = {}
    for link, unit in held.units.items():
        numbered = DISTRICT_RE.match(unit.number)
        found = numbered[0] if numbered else held.districts.get(unit.district_link or "") or by_parcel.get(link)
        if found:
            places[unit.local] = found
    for unit in {unit.local: unit for unit in held.units.values()}.values():
        if unit.local not in places:
            message = "Nie wiadomo, w którym obrębie jest ta jednostka rejestrowa; pominięto ją z udziałami."
            held.problems.append(Problem("register-unit-unplaced", "warning", unit.local, message))
    return places


def _units(held: Held, places: dict[str, str]) -> Iterator[RegisterUnitRecord]:
    for unit in {unit.local: unit for unit in held.units.values()}.values():
        if unit.local in places:
            yield RegisterUnitRecord(_scoped(places[unit.local], unit.local), unit.number[:40], unit.group)


def _parcel_units(held: Held, places: dict[str, str]) -> Iterator[ParcelUnitRecord]:
    for parcel, link in dict(held.parcels).items():
        unit = held.units.get(link)
        if unit is None:
            held.problems.append(_broken(parcel, "jednostkę rejestrową"))
        elif unit.local in places:
            yield ParcelUnitRecord(parcel, _scoped(places[unit.local], unit.local))


def _share(held: Held, share: Share, places: dict[str, str], used: dict[tuple[str, str], Party]) -> ShareRecord | None:
    if share.unit in held.other_units:
        held.of_buildings += 1
        return None
    unit, party = held.units.get(share.unit or ""), held.parties.get(share.party or "")
    if unit is None or party is None:
        held.problems.append(_broken(share.local, "jednostkę rejestrową gruntów" if unit is None else "podmiot"))
        return None
    district = places.get(unit.local)
    if district is None:
        return None
    opened = _with_members(party, held.parties)
    for one in opened:
        used[district, one.local] = one
    return ShareRecord(
        _scoped(district, share.local),
        _scoped(district, unit.local),
        _scoped(district, party.local),
        share.family,
        share.right,
        share.numerator,
        share.denominator,
        tuple(_scoped(district, one.local) for one in opened),
    )


def _with_members(party: Party, parties: dict[str, Party]) -> list[Party]:
    """The party and all below it, each once; a group that contains itself ends there."""
    found = {party.local: party}
    waiting = [party]
    while waiting:
        for link in waiting.pop().members:
            member = parties.get(link)
            if member is not None and member.local not in found:
                found[member.local] = member
                waiting.append(member)
    return list(found.values())


def _broken(name: str, what: str) -> Problem:
    return Problem(
        "owner-link-broken",
        "warning",
        name,
        f"Ten obiekt wskazuje na inny ({what}), którego nie ma w pliku; pominięto powiązanie. Zamów eksport z "
        "kompletem podmiotów i jednostek.",
    )


def _left_out(held: Held, used: dict[tuple[str, str], Party]) -> Iterator[Problem]:
    unused = {party.local for party in held.parties.values()} - {local for _, local in used}
    if unused:
        message = f"Pominięto podmioty, które nie mają udziału w gruntach: {len(unused)}. Nie przechowujemy ich."
        yield Problem("parties-unused", "info", "", message)
    if held.of_buildings:
        message = f"Pominięto udziały w jednostkach rejestrowych budynków i lokali: {held.of_buildings}."
        yield Problem("shares-not-read", "info", "", message)
    if not held.shares:
        message = "Plik nie zawiera udziałów w gruntach. Zamów eksport z podmiotami albo wczytaj go bez --owners."
        yield Problem("owners-missing", "warning", "", message)

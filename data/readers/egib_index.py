"""First pass over an EGiB file: what must be known before the first record is built, and findings on the whole.

Only texts are kept (identifiers, links, register groups); geometry is left for the second pass.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from lxml import etree

from data.readers import amounts, land_use
from data.readers.amounts import decimal_of, polish, square_metres
from data.readers.parts import Part
from data.readers.xml import Limits, child, child_text, local_name, namespace, read_objects, text_of
from data.records import LandUsePart, Problem, UnreadableFileError

EGIB_2021 = "ewidencjaGruntowIBudynkow:1.0"
EGIB_2013 = "urn:gugik:specyfikacje:gmlas:ewidencjaGruntowBudynkow:1.0"
BASE_2013 = "urn:gugik:specyfikacje:gmlas:modelPodstawowy:1.0"

UNIT = "EGB_JednostkaEwidencyjna"
DISTRICT = "EGB_ObrebEwidencyjny"
PARCEL = "EGB_DzialkaEwidencyjna"
USE_CONTOUR = "EGB_KonturUzytkuGruntowego"
CLASS_CONTOUR = "EGB_KonturKlasyfikacyjny"
BUILDING = "EGB_Budynek"
ADDRESS = "EGB_AdresNieruchomosci"
REGISTER_UNIT = "EGB_JednostkaRejestrowaGruntow"
LAND_USE_2013 = "EGB_Klasouzytek"

#: field that names an object of the class to people
IDENTIFIER_FIELDS = {
    UNIT: "idJednostkiEwid",
    DISTRICT: "idObrebu",
    PARCEL: "idDzialki",
    USE_CONTOUR: "idUzytku",
    CLASS_CONTOUR: "idKonturu",
    BUILDING: "idBudynku",
}
READ = frozenset(IDENTIFIER_FIELDS) | {ADDRESS}
NAMED = {
    UNIT: "jednostki ewidencyjne",
    DISTRICT: "obręby",
    PARCEL: "działki",
    USE_CONTOUR: "kontury użytków",
    CLASS_CONTOUR: "kontury klasyfikacyjne",
    BUILDING: "budynki",
    ADDRESS: "adresy",
}
EXAMPLES = 10  #: identifiers quoted in a message that sums up many objects

_UUID = re.compile(r"[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}")
_EXPORTED = re.compile(
    rb"Stan na dzie\xc5\x84 (\d{4}-\d{2}-\d{2})|Czas eksportu:\s*(\d{4}-\d{2}-\d{2})|timeStamp=[\"'](\d{4}-\d{2}-\d{2})"
)


@dataclass(slots=True)
class Index:
    """What must be known about the file before the first record is built. Keys of links are ``link_key``."""

    objects: Counter[str] = field(default_factory=Counter)  #: class -> objects, closed ones included
    skipped: Counter[str] = field(default_factory=Counter)  #: classes without a record
    closed: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    first: dict[tuple[str, str], str] = field(default_factory=dict)  #: class, identifier -> lokalnyId
    later: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    districts: dict[str, str] = field(default_factory=dict)  #: link -> identifier
    groups: dict[str, str | None] = field(default_factory=dict)  #: link -> register group
    land_uses: dict[str, LandUsePart] = field(default_factory=dict)  #: link -> klasoużytek (2013 only)
    parcels: set[str] = field(default_factory=set)  #: links of live parcels
    set_numbers: set[str] = field(default_factory=set)  #: "1004" of PL.PZGiK.1004.EGiB
    counties: set[str] = field(default_factory=set)  #: "0613" of parcel identifiers
    land_use_problems: list[Problem] = field(default_factory=list)
    is_known: bool = False  #: an object of a schema we know was there
    foreign: tuple[str, str] | None = None  #: class and namespace of the first object of another schema

    def note(self, kind: str, identifier: str, source: str) -> None:
        """Remember a live object; the second one of the same name makes all of them duplicates."""
        key = kind, identifier
        if key in self.first:
            self.later[key].append(source)
        else:
            self.first[key] = source

    def absorb(self, other: "Index") -> None:
        """Take in the index of a later part of the same file."""
        self.objects.update(other.objects)
        self.skipped.update(other.skipped)
        for ended, names in other.closed.items():
            self.closed[ended].extend(names)
        for (kind, identifier), source in other.first.items():
            self.note(kind, identifier, source)
        for key, sources in other.later.items():
            self.later[key].extend(sources)
        self.districts.update(other.districts)
        self.groups.update(other.groups)
        self.land_uses.update(other.land_uses)
        self.parcels |= other.parcels
        self.set_numbers |= other.set_numbers
        self.counties |= other.counties
        self.land_use_problems.extend(other.land_use_problems)
        self.is_known |= other.is_known
        self.foreign = self.foreign or other.foreign

    def settle(self) -> None:
        """Forget what only finds duplicates: a million identifiers."""
        self.first = {key: self.first[key] for key in self.later}

    def for_builders(self) -> "Index":
        """What the second pass asks for."""
        return replace(self, first={}, closed=defaultdict(list), land_use_problems=[])


def indexed(file: Path, limits: Limits) -> Index:
    """Read the whole file once."""
    index = index_objects(file, limits)
    index.settle()
    return index


def index_objects(file: Path, limits: Limits, part: Part | None = None) -> Index:
    """Read a file or a part of it once."""
    index = Index()
    for element in read_objects(file, limits=limits, part=part):
        if is_egib(element):
            index.is_known = True
            _index_object(index, element)
            continue
        index.skipped[local_name(element)] += 1
        if index.foreign is None:
            index.foreign = local_name(element), namespace(element)
    return index


def refuse_unknown(index: Index) -> None:
    """Raises UnreadableFileError when the file holds no object of a schema we know."""
    if not index.is_known:
        raise _nothing_known(index.foreign)


def is_egib(element: etree._Element) -> bool:
    """Whether the object is of a known EGiB schema; exports of several registers together exist."""
    return namespace(element) in (EGIB_2021, EGIB_2013, BASE_2013)


def _nothing_known(foreign: tuple[str, str] | None) -> UnreadableFileError:
    if foreign is None:
        return UnreadableFileError(
            "no-objects",
            "Plik jest poprawnym XML-em, ale nie zawiera żadnego obiektu EGiB. Sprawdź zakres eksportu.",
        )
    return UnreadableFileError(
        "unknown-namespace",
        f"Obiekty pliku (pierwszy: {foreign[0]}) mają przestrzeń nazw „{foreign[1]}”, której "
        f"nie znamy. Wczytujemy: „{EGIB_2021}” (schemat z 2021 r.) i „{EGIB_2013}” (schemat z 2013 r.). "
        "Wyeksportuj dane w jednym z tych schematów.",
    )


def _index_object(index: Index, element: etree._Element) -> None:
    kind = local_name(element)
    ended = end_of(element)
    if kind in READ:
        index.objects[kind] += 1
        if ended:
            index.closed[kind, ended].append(name_of(element))
            return
    if ended:
        return
    match kind:
        case "EGB_JednostkaRejestrowaGruntow":
            _note_links(index.groups, element, register_group(child_text(element, "grupaRejestrowa")))
        case "EGB_Klasouzytek":
            part = land_use_part(element, local_id(element), index.land_use_problems)
            if part is not None:
                _note_links(index.land_uses, element, part)
        case _ if kind in READ:
            _index_live(index, element, kind)
        case _:
            index.skipped[kind] += 1


def _index_live(index: Index, element: etree._Element, kind: str) -> None:
    name = name_of(element)
    if kind in IDENTIFIER_FIELDS and child_text(element, IDENTIFIER_FIELDS[kind]):
        index.note(kind, name, local_id(element))
    if kind == DISTRICT:
        _note_links(index.districts, element, name)
    elif kind == PARCEL:
        index.parcels.update(own_links(element))
        if set_number := re.search(r"\.(\d+)\.", _identity(element, "przestrzenNazw") or ""):
            index.set_numbers.add(set_number[1])
        if re.match(r"[0-9]{6}_", name):
            index.counties.add(name[:4])


def _note_links[Value](target: dict[str, Value], element: etree._Element, value: Value) -> None:
    for link in own_links(element):
        target[link] = value


def own_links(element: etree._Element) -> set[str]:
    """Forms under which others may point at this object."""
    own = {element.get("{http://www.opengis.net/gml/3.2}id"), child_text(element, "identifier")}
    own.add(_identity(element, "lokalnyId"))
    return {link_key(form) for form in own if form}


def link_key(href: str) -> str:
    """Part of a link that stays the same in all the forms seen: "#gmlid", "gmlid", "urn:pzgik:id:set:uuid"."""
    found = _UUID.search(href)
    return found[0].lower() if found else href.removeprefix("#").strip()


def end_of(element: etree._Element) -> str | None:
    """Which end is set: "koniecObiekt" (the object is gone) before "koniecWersjaObiekt" (a newer version)."""
    for name in ("koniecObiekt", "koniecWersjaObiekt"):
        if child_text(element, name):
            return name
    return None


def name_of(element: etree._Element) -> str:
    """Identifier for people, or the local one where the source gives none."""
    field_name = IDENTIFIER_FIELDS.get(local_name(element))
    said = child_text(element, field_name) if field_name else None
    return re.sub(r"\s+", "", said).replace(".ar_", ".AR_") if said else local_id(element)


def local_id(element: etree._Element) -> str:
    return _identity(element, "lokalnyId") or element.get("{http://www.opengis.net/gml/3.2}id") or "bez identyfikatora"


def _identity(element: etree._Element, name: str) -> str | None:
    """Field of idIIP."""
    holder = child(element, "idIIP")
    return child_text(holder[0], name) if holder is not None and len(holder) else None


def state_on(file: Path) -> date | None:
    """Day of the state of our own export, else of the export: comment of C-GEO, timeStamp of a WFS collection."""
    with file.open("rb") as stream:
        found = _EXPORTED.search(stream.read(4096))
    if found is None:
        return None
    try:
        return date.fromisoformat((found[1] or found[2] or found[3]).decode())
    except ValueError:
        return None


# --- findings about the file as a whole ---------------------------------------------------------------------


def problems_of_the_file(index: Index) -> Iterator[Problem]:
    yield from _closed(index)
    yield from _duplicates(index)
    yield from index.land_use_problems
    if index.skipped:
        listed = ", ".join(f"{kind}: {count}" for kind, count in sorted(index.skipped.items()))
        yield Problem(
            "classes-not-read", "info", "", f"Pominięto obiekty, których system nie używa ({listed}). To nie jest błąd."
        )
    if index.objects[PARCEL] and not index.districts:
        yield Problem(
            "district-missing",
            "info",
            "",
            "Plik nie zawiera obrębów, więc nie sprawdzono, czy działki leżą w istniejących obrębach. "
            "Zamów eksport z klasą EGB_ObrebEwidencyjny.",
        )
    yield from _unit_mismatch(index)


def _closed(index: Index) -> Iterator[Problem]:
    reasons = {
        "koniecWersjaObiekt": ("closed-version", "zakończone wersje (zastąpione nowszymi)"),
        "koniecObiekt": ("ended-object", "obiekty już nieistniejące"),
    }
    for (kind, ended), names in sorted(index.closed.items()):
        rule, what = reasons[ended]
        yield Problem(rule, "info", "", f"Pominięto {what}, {NAMED[kind]}: {len(names)} ({examples(names)}).")


def _duplicates(index: Index) -> Iterator[Problem]:
    for (kind, identifier), later in index.later.items():
        sources = [index.first[kind, identifier], *later]
        yield Problem(
            "duplicate-id",
            "error",
            identifier,
            f"Identyfikator powtarza się {len(sources)} razy wśród obowiązujących obiektów ({NAMED[kind]}; "
            f"lokalnyId: {examples(sources)}). Nie wiadomo, który jest właściwy, więc odrzucono wszystkie. "
            "Wyjaśnij to z prowadzącym ewidencję.",
        )


def _unit_mismatch(index: Index) -> Iterator[Problem]:
    foreign = sorted(number for number in index.set_numbers if number not in index.counties)
    if foreign and index.counties:
        yield Problem(
            "unit-namespace-mismatch",
            "info",
            "",
            f"Przestrzeń nazw ma numer {', '.join(foreign)}, a działki należą do powiatu "
            f"{', '.join(sorted(index.counties))}. Zwykle jest to numer zbioru, a nie TERYT; "
            "sprawdź tylko, czy to plik właściwego powiatu.",
        )


def examples(names: list[str]) -> str:
    listed = ", ".join(names[:EXAMPLES])
    return f"{listed} i {len(names) - EXAMPLES} innych" if len(names) > EXAMPLES else listed


# --- readings shared by both passes ---------------------------------------------------------------------------


def register_group(text: str | None) -> str | None:
    """Number of the group from "7", "4.1" or "7 - osoby fizyczne"."""
    found = re.match(r"\s*([0-9]{1,2}(?:\.[0-9]{1,2})?)(?![0-9])", text or "")
    return found[1] if found else None


def registered_area(text: str, unit: str, name: str, problems: list[Problem]) -> int | None:
    area, is_exact = _area(text, unit)
    if area is None:
        message = f"Powierzchni „{text[:40]}” (jednostka „{unit[:20]}”) nie da się odczytać; pominięto ją."
        problems.append(Problem("area-unreadable", "warning", name, message))
        return None
    if not is_exact:
        message = f"Powierzchnię {text} {unit} zaokrąglono do {polish(area)} m². Ewidencja nie zna ułamków metra."
        problems.append(Problem("area-rounded", "info", name, message))
    return area


@lru_cache(maxsize=65536)
def _area(text: str, unit: str) -> tuple[int | None, bool]:
    """Square metres, None where they cannot be told, and whether the text said them without a fraction."""
    amount = decimal_of(text)
    area = square_metres(amount, unit) if amount is not None else None
    return area, amount is not None and area is not None and amounts.is_exact(amount, unit)


def land_use_part(node: etree._Element, name: str, problems: list[Problem]) -> LandUsePart | None:
    """Klasoużytek of either schema: in 2013 the codes stand one level deeper."""
    codes = node
    if (designation := child(node, "oznaczenieKlasouzytku")) is not None and len(designation):
        codes = designation[0]
    ofu, ozu, ozk = (child_text(codes, tag) for tag in ("OFU", "OZU", "OZK"))
    if ofu is None:
        problems.append(Problem("land-use-missing", "warning", name, "Klasoużytek nie podaje OFU; pominięto go."))
        return None
    problems.extend(Problem(rule, "warning", name, message) for rule, message in land_use.faults(ofu, ozu, ozk))
    holder = child(node, "powierzchnia")
    if holder is None:
        holder = child(node, "powierzchniaEwidencyjnaKlasouzytku")
    text = text_of(holder)
    area = registered_area(text, holder.get("uom") or "ha", name, problems) if holder is not None and text else None
    return LandUsePart(ofu, ozu, ozk, area)

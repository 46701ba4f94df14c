"""EGiB objects to cadastre records: the second pass over a delivery, one object at a time."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree
from shapely.geometry.base import BaseGeometry

from data.geometry import Box, GeometryRefusedError, refused, stored_point, stored_surface
from data.identifiers import (
    BUILDING_RE,
    DISTRICT_RE,
    PARCEL_RE,
    UNIT_RE,
    LandBookNumber,
    MalformedLandBookError,
    MalformedParcelIdError,
    ParcelId,
)
from data.readers import land_use
from data.readers.amounts import polish
from data.readers.egib_index import (
    ADDRESS,
    BUILDING,
    CLASS_CONTOUR,
    DISTRICT,
    LAND_USE_2013,
    NAMED,
    PARCEL,
    READ,
    REGISTER_UNIT,
    UNIT,
    USE_CONTOUR,
    Index,
    end_of,
    examples,
    is_egib,
    land_use_part,
    link_key,
    name_of,
    registered_area,
)
from data.readers.gml import read_geometry
from data.readers.parts import Part
from data.readers.xml import (
    XLINK_HREF,
    Limits,
    child,
    child_href,
    child_text,
    children,
    local_name,
    read_objects,
    text_of,
)
from data.records import (
    AddressRecord,
    BuildingRecord,
    CadastreRecord,
    DistrictRecord,
    LandUsePart,
    LandUseRecord,
    ParcelRecord,
    Problem,
    Surface,
    UnitRecord,
)

#: rodzaj budynku wg KŚT
BUILDING_KINDS = frozenset("mgtkzbhpsi")
AREA_TOLERANCE_SHARE = Decimal("0.02")
AREA_TOLERANCE_M2 = 20
PREDECESSORS = "Działki poprzednie: "  #: how ``dodatkoweInformacje`` of our own export begins where it names them


@dataclass(frozen=True, slots=True)
class Summary:
    """What a builder can tell only after the last object."""

    unlinked: dict[tuple[str, str], list[str]]
    incomplete_addresses: list[str]


class Builder:
    """Builds records of live objects; what is refused goes to ``problems`` and is not yielded."""

    def __init__(self, index: Index, problems: list[Problem], bounds: Box | None) -> None:
        self.index = index
        self.problems = problems
        self.bounds = bounds
        self.districts = frozenset(index.districts.values())
        self.addresses: set[str] = set()
        self.incomplete_addresses: list[str] = []
        self.unlinked: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.builders: dict[str, Callable[[etree._Element, str], CadastreRecord | None]] = {
            UNIT: self.unit,
            DISTRICT: self.district,
            PARCEL: self.parcel,
            USE_CONTOUR: self.use_contour,
            CLASS_CONTOUR: self.class_contour,
            BUILDING: self.building,
            ADDRESS: self.address,
        }

    def records(self, file: Path, limits: Limits, part: Part | None = None) -> Iterator[CadastreRecord]:
        """Live objects of the file or of a part of it; ``sum_up`` comes after all of them."""
        for element in read_objects(file, limits=limits, part=part):
            kind = local_name(element)
            if kind not in READ or not is_egib(element) or end_of(element):
                continue
            name = name_of(element)
            if (kind, name) in self.index.later:
                continue
            record = self.builders[kind](element, name)
            if record is not None:
                yield record

    # --- classes ---

    def unit(self, element: etree._Element, name: str) -> UnitRecord | None:
        if not UNIT_RE.fullmatch(name):
            self.refuse("unit-id-malformed", name, "Identyfikator jednostki ewidencyjnej ma mieć postać 120610_5.")
            return None
        return UnitRecord(name, child_text(element, "nazwaWlasna") or name, self.surface(element, name, required=False))

    def district(self, element: etree._Element, name: str) -> DistrictRecord | None:
        if not DISTRICT_RE.fullmatch(name):
            self.refuse("district-id-malformed", name, "Identyfikator obrębu ma mieć postać 120610_5.0007.")
            return None
        geometry = self.surface(element, name, required=False)
        return DistrictRecord(name, child_text(element, "nazwaWlasna") or name, geometry)

    def parcel(self, element: etree._Element, name: str) -> ParcelRecord | None:
        try:
            identifier = ParcelId.parse(name)
        except MalformedParcelIdError as fault:
            self.refuse("parcel-id-malformed", name, str(fault))
            return None
        name = str(identifier)
        geometry = self.surface(element, name)
        if geometry is None:
            return None
        area = self.area(element, name, "poleEwidencyjne", "powierzchniaEwidencyjna")
        self.check_parts(geometry, name)
        self.check_area(geometry, area, name)
        self.check_district(element, identifier)
        return ParcelRecord(
            identifier=name,
            geometry=geometry,
            registered_area_m2=area,
            area_precision=self.precision(element, name),
            register_group=self.group(element, name),
            land_uses=self.land_uses(element, name, area),
            land_book=self.land_book(element, name),
            predecessors=predecessors(element),
        )

    def use_contour(self, element: etree._Element, name: str) -> LandUseRecord | None:
        ofu = child_text(element, "OFU")
        if ofu is None:
            self.refuse("land-use-missing", name, "Kontur użytku nie podaje OFU. Uzupełnij użytek w ewidencji.")
            return None
        self.warn_land_use(name, ofu, None, None)
        geometry = self.surface(element, name)
        return LandUseRecord(name, ofu, None, None, geometry) if geometry is not None else None

    def class_contour(self, element: etree._Element, name: str) -> LandUseRecord | None:
        """A classification contour says nothing of the actual use; ``ofu`` repeats the OZU."""
        ozu, ozk = child_text(element, "OZU"), child_text(element, "OZK")
        if ozu is None:
            self.refuse("land-use-missing", name, "Kontur klasyfikacyjny nie podaje OZU. Uzupełnij go w ewidencji.")
            return None
        self.warn_land_use(name, None, ozu, ozk)
        geometry = self.surface(element, name)
        return LandUseRecord(name, ozu, ozu, ozk, geometry) if geometry is not None else None

    def building(self, element: etree._Element, name: str) -> BuildingRecord | None:
        geometry = self.surface(element, name)
        if geometry is None:
            return None
        if not BUILDING_RE.fullmatch(name):
            self.warn("building-id-malformed", name, "Identyfikator budynku ma mieć postać 120610_5.0007.12_BUD.")
        kind = child_text(element, "rodzajWgKST")
        if kind is not None and kind not in BUILDING_KINDS:
            self.warn("building-kind-unknown", name, f"Nieznany rodzaj budynku wg KŚT „{kind}”; pominięto go.")
            kind = None
        self.check_links(element, "dzialkaZabudowana", self.index.parcels, name, PARCEL)
        above = self.whole(element, name, "liczbaKondygnacjiNadziemnych")
        below = self.whole(element, name, "liczbaKondygnacjiPodziemnych")
        return BuildingRecord(name, geometry, kind, above, below)

    def address(self, element: etree._Element, name: str) -> AddressRecord | None:
        """Only an address with SIMC, number and a point is a record; flats of one house repeat it and count once."""
        simc = child_text(element, "idMiejscowosci") or child_text(element, "terytMiejscowosci")
        ulic = child_text(element, "idNazwyUlicy") or child_text(element, "terytUlicy")
        number = child_text(element, "numerPorzadkowy")
        holder = child(element, "geometria")
        if simc is None or number is None or holder is None or not re.fullmatch(r"[0-9]{7}", simc):
            self.incomplete_addresses.append(name)
            return None
        identifier = ".".join(part for part in (simc, ulic, number) if part)
        read = self.geometry(holder, identifier)
        if read is None or identifier in self.addresses:
            return None
        self.addresses.add(identifier)
        point = stored_point(read[0], epsg=read[1], name=identifier, problems=self.problems, bounds=self.bounds)
        postcode = child_text(element, "kodPocztowy")
        return AddressRecord(identifier, simc, ulic, number, postcode, point) if point is not None else None

    # --- parts of objects ---

    def geometry(self, holder: etree._Element, name: str) -> tuple[BaseGeometry, int] | None:
        try:
            return read_geometry(holder)
        except GeometryRefusedError as refusal:
            self.problems.append(refused(refusal, name))
            return None

    def surface(self, element: etree._Element, name: str, *, required: bool = True) -> Surface | None:
        holder = child(element, "geometria")
        if holder is None or (not len(holder) and not required):
            if required:
                self.refuse("geometry-empty", name, "Obiekt nie ma geometrii. Uzupełnij ją w ewidencji.")
            return None
        read = self.geometry(holder, name)
        if read is None:
            return None
        return stored_surface(read[0], epsg=read[1], name=name, problems=self.problems, bounds=self.bounds)

    def area(self, element: etree._Element, name: str, *fields: str) -> int | None:
        found = next((node for tag in fields if (node := child(element, tag)) is not None), None)
        text = text_of(found)
        if found is None or text is None:
            return None
        return registered_area(text, found.get("uom") or "ha", name, self.problems)

    def whole(self, element: etree._Element, name: str, tag: str) -> int | None:
        text = child_text(element, tag)
        if text is None:
            return None
        if not re.fullmatch(r"[0-9]{1,3}", text):
            self.warn("number-unreadable", name, f"Wartość „{text[:40]}” pola {tag} nie jest liczbą; pominięto ją.")
            return None
        return int(text)

    def precision(self, element: etree._Element, name: str) -> int | None:
        code = child_text(element, "dokladnoscReprezentacjiPola") or child_text(
            element, "informacjaODokladnReprezentacjiPola"
        )
        if code in (None, "1", "2"):
            return int(code) if code else None
        self.warn("area-precision-unknown", name, f"Nieznany kod dokładności pola „{code}” (dozwolone 1 i 2).")
        return None

    def group(self, element: etree._Element, name: str) -> str | None:
        link = child_href(element, "JRG2") or child_href(element, "JRG")
        if link is None:
            return None
        key = link_key(link)
        if key not in self.index.groups:
            self.unlinked[PARCEL, REGISTER_UNIT].append(name)
            return None
        return self.index.groups[key]

    def land_book(self, element: etree._Element, name: str) -> str | None:
        """First valid number; the message never quotes a number, because it is personal data."""
        for node in children(element, "numerKW"):
            text = text_of(node)
            if text is None:
                continue
            try:
                return str(LandBookNumber.parse(text))
            except MalformedLandBookError:
                self.warn(
                    "land-book-invalid",
                    name,
                    "Numer księgi wieczystej ma błędną postać lub cyfrę kontrolną; pominięto go. "
                    "Sprawdź numer w ewidencji.",
                )
        return None

    def land_uses(self, element: etree._Element, name: str, area: int | None) -> tuple[LandUsePart, ...]:
        parts: list[LandUsePart] = []
        for holder in children(element, "klasouzytek"):
            for node in holder:
                part = land_use_part(node, name, self.problems)
                if part is not None:
                    parts.append(part)
        for holder in children(element, "klasouzytekWGranicachDzialki"):
            key = link_key(holder.get(XLINK_HREF) or "")
            if key in self.index.land_uses:
                parts.append(self.index.land_uses[key])
            elif key:
                self.unlinked[PARCEL, LAND_USE_2013].append(name)
        total = sum(part.area_m2 or 0 for part in parts)
        if parts and area is not None and all(part.area_m2 is not None for part in parts) and total != area:
            self.warn(
                "land-use-area-sum",
                name,
                f"Klasoużytki mają razem {polish(total)} m², a pole ewidencyjne działki to {polish(area)} m². "
                "Podatku nie da się policzyć wiarygodnie: wyjaśnij różnicę z prowadzącym ewidencję.",
            )
        return tuple(parts)

    # --- checks ---

    def check_parts(self, geometry: Surface, name: str) -> None:
        if geometry.geom_type == "MultiPolygon":
            self.warn(
                "multipart-parcel",
                name,
                "Działka składa się z kilku rozłącznych części. Prawnie działka jest jednym ciągłym obszarem; "
                "sprawdź ją w ewidencji.",
            )

    def check_area(self, geometry: Surface, registered: int | None, name: str) -> None:
        problem = area_difference(geometry, registered, name)
        if problem is not None:
            self.problems.append(problem)

    def check_district(self, element: etree._Element, identifier: ParcelId) -> None:
        link = child_href(element, "lokalizacjaDzialki") or child_href(element, "lokalizacjaDzialki2")
        linked = self.index.districts.get(link_key(link)) if link else None
        if not self.districts:
            return
        if identifier.district not in self.districts:
            self.warn(
                "district-missing",
                str(identifier),
                f"W pliku nie ma obrębu {identifier.district} tej działki. Zamów eksport z tym obrębem.",
            )
        elif link and linked is None:
            self.unlinked[PARCEL, DISTRICT].append(str(identifier))
        elif linked is not None and linked != identifier.district:
            self.warn(
                "district-mismatch",
                str(identifier),
                f"Działka wskazuje obręb {linked}, a jej identyfikator mówi {identifier.district}. "
                "Przyjęto identyfikator; popraw powiązanie w ewidencji.",
            )

    def check_links(self, element: etree._Element, tag: str, known: set[str], name: str, target: str) -> None:
        for node in children(element, tag):
            href = node.get(XLINK_HREF)
            if href and link_key(href) not in known:
                self.unlinked[local_name(element), target].append(name)

    def warn_land_use(self, name: str, ofu: str | None, ozu: str | None, ozk: str | None) -> None:
        for rule, message in land_use.faults(ofu, ozu, ozk):
            self.warn(rule, name, message)

    # --- findings ---

    def warn(self, rule: str, name: str, message: str) -> None:
        self.problems.append(Problem(rule, "warning", name, message))

    def refuse(self, rule: str, name: str, message: str) -> None:
        self.problems.append(Problem(rule, "error", name, message))

    def summary(self) -> Summary:
        return Summary(dict(self.unlinked), self.incomplete_addresses)

    def absorb(self, summary: Summary) -> None:
        """Take over what the builder of a part keeps for the end."""
        for link, names in summary.unlinked.items():
            self.unlinked[link].extend(names)
        self.incomplete_addresses.extend(summary.incomplete_addresses)

    def sum_up(self) -> None:
        """Findings that are clear only after the last object."""
        for (kind, target), names in sorted(self.unlinked.items()):
            self.problems.append(
                Problem(
                    "orphan-relation",
                    "info",
                    "",
                    f"Odnośniki do {target} prowadzą do obiektów, których nie ma w pliku "
                    f"({NAMED[kind]}: {len(names)}; {examples(names)}). Jeśli są potrzebne, zamów eksport z tą klasą.",
                )
            )
        if self.incomplete_addresses:
            self.problems.append(
                Problem(
                    "address-incomplete",
                    "info",
                    "",
                    f"Pominięto adresy bez identyfikatora miejscowości, numeru lub punktu: "
                    f"{len(self.incomplete_addresses)}. Punkty adresowe wczytaj z rejestru adresów (PRG).",
                )
            )


def predecessors(element: etree._Element) -> tuple[str, ...]:
    """Parcels that this one came from, as our own export writes them; the schema itself has no place for them."""
    said = child_text(element, "dodatkoweInformacje") or ""
    if not said.startswith(PREDECESSORS):
        return ()
    return tuple(
        part.strip() for part in said.removeprefix(PREDECESSORS).split(";") if PARCEL_RE.fullmatch(part.strip())
    )


# --- shared with the reader of flat files --------------------------------------------------------------------


def area_difference(geometry: Surface, registered: int | None, name: str) -> Problem | None:
    """Warning when the register and the geometry differ by more than 2 % and 20 m²."""
    if registered is None:
        return None
    measured = geometry.area
    difference = abs(measured - registered)
    if difference <= max(float(AREA_TOLERANCE_SHARE) * registered, AREA_TOLERANCE_M2):
        return None
    return Problem(
        "area-differs",
        "warning",
        name,
        f"Pole ewidencyjne to {polish(registered)} m², a powierzchnia z geometrii {polish(measured)} m² "
        f"(różnica {polish(difference)} m²). W dokumentach obowiązuje pole ewidencyjne; wyjaśnij różnicę z prowadzącym "
        "ewidencję.",
    )

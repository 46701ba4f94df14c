"""Addresses of PRG (EMUiA) in GML: the model of 2021 (AD_...) and that of 2012 (PRG_...), streamed.

An address tells its gmina only through links, so the file is read twice: localities, streets and units first (a
few thousand), then the objects one at a time. Links carry the version of their target; where that version is not in
the file, the target's other version answers, and the finding says so.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, refused, stored_point, stored_surface, to_storage
from data.house_numbers import HouseNumber, MalformedHouseNumberError
from data.readers import prg_names
from data.readers.archives import Unpacked
from data.readers.gml import read_geometry
from data.readers.prg_index import (
    CLASSES,
    LOCALITY,
    STREET,
    UNIT,
    Index,
    Place,
    components_of,
    gml_id,
    link_of,
    links_of,
    place_of,
    simc_in,
)
from data.readers.xml import (
    child,
    child_text,
    local_name,
    namespace,
    read_objects,
)
from data.records import (
    AddressRecord,
    Line,
    LocalityRecord,
    Problem,
    Reading,
    StreetRecord,
    Surface,
    UnreadableFileError,
)
from data.records.addresses import AddressingCandidate
from data.records.candidates import Candidate
from data.teryt import LOCALITY_KINDS, SIMC_RE, ULIC_RE

SUFFIXES = (".gml", ".xml")
MODEL_2021, MODEL_2012 = "https://geoportal.gov.pl/schemas/prgad/1.0", "panstwowyrejestrgranicadresy"
_POSTCODE = re.compile(r"\d{2}-\d{3}")


def read_prg(path: str | Path) -> Reading[AddressingCandidate]:
    """Localities, streets and addresses with the gmina of each.

    Raises UnreadableFileError: those of ``read_objects``, unknown-namespace, no-objects, those of archives.
    """
    source = Unpacked.of(path, suffixes=SUFFIXES)
    index = Index()
    for element in read_objects(source.path):
        _refuse_other_schema(element)
        index.learn(element)
    if not index.objects:
        raise UnreadableFileError(
            "no-objects", "W pliku nie ma miejscowości, ulic ani adresów PRG. Sprawdź, czy to plik PRG z adresami."
        )
    reading: Reading[AddressingCandidate] = Reading(iter(()))
    reading.records = _records(source, index, reading)
    return reading


def _records(source: Unpacked, index: Index, reading: Reading[AddressingCandidate]) -> Iterator[AddressingCandidate]:
    closed = 0
    for element in read_objects(source.path):
        kind = CLASSES.get(local_name(element))
        if kind in (None, UNIT):
            continue
        reading.read += 1
        if _is_closed(element):
            closed += 1
        elif kind == LOCALITY:
            yield _locality(element, index)
        elif kind == STREET:
            yield from _streets(element, index)
        else:
            yield _address(element, index)
    if closed:
        message = f"Pominięto zakończone wersje (zastąpione nowszymi): {closed}. To nie jest błąd."
        reading.problems.append(Problem("closed-version", "info", "", message))


def _refuse_other_schema(element: etree._Element) -> None:
    said = namespace(element)
    if said != MODEL_2021 and MODEL_2012 not in said.lower():
        raise UnreadableFileError(
            "unknown-namespace",
            f"Obiekt {local_name(element)} jest w schemacie „{said[:100]}”, a adresy PRG czytamy w modelu 2021 "
            "(prgad/1.0) i 2012 (panstwowyRejestrGranicAdresy:1.0). Pobierz plik PRG z adresami.",
        )


# --- objects --------------------------------------------------------------------------------------------------


def _is_closed(element: etree._Element) -> bool:
    cycle = child(element, "cyklZycia")
    inside = child(cycle, "BT_CyklZyciaInfo") if cycle is not None else None
    ends = ("koniecWersjiObiektu", "koniecWersjaObiektu", "koniecObiektu", "waznyDo")
    return any(child_text(node, name) for node in (element, inside) if node is not None for name in ends)


def _identity(element: etree._Element) -> tuple[str, str]:
    """lokalnyId and the moment the version began."""
    holder = child(element, "idIIP")
    inside = holder[0] if holder is not None and len(holder) else element
    return child_text(inside, "lokalnyId") or gml_id(element), child_text(inside, "wersjaId") or ""


def _locality(element: etree._Element, index: Index) -> AddressingCandidate:
    place = place_of(element)
    owner = place.municipality or index.owner(place.simc)
    _, version = _identity(element)
    problems: list[Problem] = []
    if not SIMC_RE.fullmatch(place.simc):
        message = f"Kod SIMC „{place.simc[:20]}” nie ma siedmiu cyfr. Popraw go w ewidencji miejscowości."
        problems.append(Problem("simc-malformed", "error", gml_id(element), message))
        return Candidate(gml_id(element), None, owner, tuple(problems), version)
    name = child_text(element, "nazwa") or place.simc
    kind = LOCALITY_KINDS.get(child_text(element, "rodzaj") or "", "")
    shape = _surface(element, place.simc, problems)
    return Candidate(place.simc, LocalityRecord(place.simc, name, kind, shape), owner, tuple(problems), version)


def _streets(element: etree._Element, index: Index) -> Iterator[AddressingCandidate]:
    """One record for each locality the street belongs to."""
    identifier = gml_id(element)
    ulic, name = prg_names.ulic_of(element) or "", prg_names.name_of(element)
    _, version = _identity(element)
    for place, is_other in _places_of_street(element, index):
        problems = [_other_version(name)] if is_other else []
        if not ULIC_RE.fullmatch(ulic):
            message = f"Ulica „{name}” ma kod ULIC „{ulic[:20]}”, a powinna mieć pięć cyfr. Popraw go w ewidencji ulic."
            problems.append(Problem("ulic-malformed", "error", identifier, message))
            yield Candidate(identifier, None, place.municipality, tuple(problems), version)
            continue
        line = _line(element, f"{place.simc}.{ulic}", problems)
        record = StreetRecord(ulic, place.simc, name, line)
        yield Candidate(f"{place.simc}.{ulic}", record, place.municipality, tuple(problems), version)


def _places_of_street(element: etree._Element, index: Index) -> Iterator[tuple[Place, bool]]:
    links = links_of(element, "miejsce")
    if not links:
        for simc in sorted(index.streets_in.get(gml_id(element), ())):
            yield Place(simc, index.owner(simc)), False
    for link in links:
        place, is_other = index.place(link)
        if place is not None:
            yield place, is_other


def _address(element: etree._Element, index: Index) -> AddressingCandidate:
    identifier, version = _identity(element)
    problems: list[Problem] = []
    place, is_other = _place_of_address(element, index)
    owner = (place.municipality or index.owner(place.simc)) if place is not None else None
    if place is None:
        problems.append(_dangling(identifier, "miejscowości", "locality-link-dangling"))
    elif is_other:
        problems.append(_other_version(identifier))
    ulic = _ulic_of_address(element, index, identifier, problems)
    number = house_number(child_text(element, "numerPorzadkowy"), identifier, problems)
    point = _point(element, identifier, problems)
    if place is None or number is None or point is None or any(one.severity == "error" for one in problems):
        return Candidate(identifier, None, owner, tuple(problems), version)
    postcode = child_text(element, "kodPocztowy")
    record = AddressRecord(identifier, place.simc, ulic, number, postcode_of(postcode, identifier, problems), point)
    return Candidate(identifier, record, owner, tuple(problems), version)


def _place_of_address(element: etree._Element, index: Index) -> tuple[Place | None, bool]:
    if link := link_of(element, "miejscowosc"):
        return index.place(link)
    for name in components_of(element):
        if name in index.places or simc_in(name):
            return index.place(name)
    return None, False


def _ulic_of_address(element: etree._Element, index: Index, identifier: str, problems: list[Problem]) -> str | None:
    link = link_of(element, "ulica2", "ulica1", "ulica") or next(
        (name for name in components_of(element) if name in index.streets), None
    )
    if link is None:
        if child_text(element, "ulica"):  # 2012: the name is there, the street itself is not
            problems.append(_dangling(identifier, "ulicy", "street-link-dangling"))
        return None
    ulic, is_other = index.street(link)
    if ulic is None or not ULIC_RE.fullmatch(ulic):
        problems.append(_dangling(identifier, "ulicy", "street-link-dangling"))
        return None
    if is_other:
        problems.append(_other_version(identifier))
    return ulic


def _dangling(identifier: str, what: str, rule: str) -> Problem:
    return Problem(
        rule,
        "error",
        identifier,
        f"Adres odsyła do {what}, której nie ma w pliku, więc nie wiadomo, jak brzmi. Pobierz plik PRG jeszcze raz; "
        "jeśli to nie pomoże, uzupełnij obiekt w EMUiA.",
    )


def _other_version(identifier: str) -> Problem:
    return Problem(
        "link-other-version",
        "info",
        identifier,
        "Odesłanie podaje inną wersję obiektu niż ta w pliku; przyjęto tę z pliku.",
    )


def house_number(text: str | None, identifier: str, problems: list[Problem]) -> str | None:
    """The number in its written form; one of another form is kept as it is, with a warning; none is an error."""
    if not text:
        message = "Adres nie ma numeru porządkowego. Uzupełnij go w EMUiA."
        problems.append(Problem("house-number-missing", "error", identifier, message))
        return None
    try:
        return str(HouseNumber.parse(text))
    except MalformedHouseNumberError as fault:
        problems.append(Problem("house-number-unusual", "warning", identifier, str(fault)))
        return text.strip()[:20]


def postcode_of(text: str | None, identifier: str, problems: list[Problem]) -> str | None:
    """ "32-043"; anything else is left out with a warning."""
    if text is None or _POSTCODE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    if len(digits) == 5:
        return f"{digits[:2]}-{digits[2:]}"
    message = f"„{text[:20]}” nie jest kodem pocztowym; adres wczytano bez kodu. Popraw go w EMUiA."
    problems.append(Problem("postcode-malformed", "warning", identifier, message))
    return None


# --- geometry -------------------------------------------------------------------------------------------------


def _shape(element: etree._Element, *names: str) -> tuple[BaseGeometry, int] | None:
    for name in names:
        holder = child(element, name)
        if holder is not None and len(holder):
            return read_geometry(holder)
    return None


def _point(element: etree._Element, identifier: str, problems: list[Problem]) -> Point | None:
    try:
        found = _shape(element, "georeferencja", "pozycja", "geometria")
    except GeometryRefusedError as fault:
        problems.append(refused(fault, identifier))
        return None
    if found is None:
        message = "Adres nie ma położenia. Uzupełnij je w EMUiA."
        problems.append(Problem("geometry-empty", "error", identifier, message))
        return None
    return stored_point(found[0], epsg=found[1], name=identifier, problems=problems)


def _surface(element: etree._Element, name: str, problems: list[Problem]) -> Surface | None:
    """Area of a locality where the file has one; usually it has a point, which is no area and no defect."""
    try:
        found = _shape(element, "geometria", "georeferencja")
    except GeometryRefusedError as fault:
        problems.append(Problem(fault.rule, "warning", name, fault.message, fault.point))
        return None
    if found is None or not isinstance(found[0], Polygon | MultiPolygon):
        return None
    return stored_surface(found[0], epsg=found[1], name=name, problems=problems)


def _line(element: etree._Element, name: str, problems: list[Problem]) -> Line | None:
    """Axis of a street; of a square, which has an area, the outline."""
    try:
        found = _shape(element, "geometria")
        if found is None:
            return None
        stored = to_storage(found[0], epsg=found[1])
    except GeometryRefusedError as fault:
        problems.append(Problem(fault.rule, "warning", name, fault.message, fault.point))
        return None
    line = stored.boundary if isinstance(stored, Polygon | MultiPolygon) else stored
    return line if isinstance(line, LineString | MultiLineString) else None

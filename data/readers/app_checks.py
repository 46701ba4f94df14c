"""Rules of APP sets that the XSD does not see (dossier 3.4, 3.5); each yields named findings.

An error refuses the object, because publishing it could mislead; a warning keeps it as it was sent.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from data.app_schema import REGULATIONS, ZONES
from data.identifiers import APP_NAMESPACE_RE
from data.readers.amounts import decimal_of, polish
from data.readers.app_source import Source
from data.readers.xml import XLINK_HREF, children, local_name
from data.records import ActRecord, GeneralPlanZoneRecord, Problem, Surface
from data.records.plans import AccessStandards, RegulationRecord

type Severity = Literal["error", "warning", "info"]

MIN_PIECE_M2 = 1.0  #: smaller pieces are noise of the drawing, as in the ministry's own tool
MAX_SLENDERNESS = 10_000  #: perimeter² / area above which a piece is a sliver

INDICATORS = {
    "maksNadziemnaIntensywnoscZabudowy": "maksymalna intensywność zabudowy",
    "maksUdzialPowierzchniZabudowy": "maksymalny udział powierzchni zabudowy",
    "maksWysokoscZabudowy": "maksymalna wysokość zabudowy",
    "minUdzialPowierzchniBiologicznieCzynnej": "minimalny udział powierzchni biologicznie czynnej",
}
_SHARES = frozenset({"maksUdzialPowierzchniZabudowy", "minUdzialPowierzchniBiologicznieCzynnej"})
MAX_SHARE_PERCENT = 150  #: the ministry's form takes no more
_GREEN = "minUdzialPowierzchniBiologicznieCzynnej"
BUILT_ZONES = frozenset({"SW", "SJ", "SZ", "SU", "SH", "SP", "SR"})  #: intensity, coverage, height required
ZONES_WITHOUT_GREEN = frozenset({"SG", "SO", "SK"})
_VERSION = re.compile(r"[0-9]{8}T[0-9]{6}")
_ADDRESSES = frozenset({"lacze", "legenda"})  #: may hold "&"


# --- one object ---------------------------------------------------------------------------------------------


def of_plan(source: Source) -> Iterator[Problem]:
    """Findings about an act, without its geometry."""
    yield from _of_identity(source)
    yield from of_times(source)
    yield from _of_characters(source)


def of_zone(source: Source) -> Iterator[Problem]:
    """Findings about a zone of a general plan, without its geometry."""
    yield from _of_identity(source)
    yield from of_times(source)
    yield from _of_characters(source)
    yield from _of_label(source)
    yield from _of_profiles(source)
    yield from _of_indicators(source)


def _of_identity(source: Source) -> Iterator[Problem]:
    if not APP_NAMESPACE_RE.fullmatch(source.namespace or ""):
        yield _finding(
            source,
            "namespace-pattern",
            "error",
            f"Przestrzeń nazw „{source.namespace or ''}” jest błędna, więc nie wiadomo, której gminy dotyczy obiekt. "
            "Ma mieć postać PL.ZIPPZP.1234/120610-MPZP.",
        )
    if source.version is not None and not _VERSION.fullmatch(source.version):
        yield _finding(
            source,
            "version-pattern",
            "warning",
            f"Identyfikator wersji „{source.version}” powinien być datą i godziną, np. 20260819T010000.",
        )


def of_times(source: Source) -> Iterator[Problem]:
    """Order of the legal days and of the moments of the version, and the end that "nieaktualny" demands."""
    legal_from, legal_to = source.day("obowiazujeOd"), source.day("obowiazujeDo")
    if legal_from and legal_to and legal_from >= legal_to:
        yield _finding(
            source,
            "legal-dates-order",
            "error",
            f"Obowiązuje od {legal_from} do {legal_to}: koniec nie jest późniejszy niż początek. Popraw daty.",
        )
    begins, ends = source.moment("poczatekWersjiObiektu"), source.moment("koniecWersjiObiektu")
    if begins and ends and begins >= ends:
        yield _finding(
            source,
            "version-dates-order",
            "error",
            f"Wersja obiektu kończy się ({ends:%Y-%m-%d %H:%M}) przed swoim początkiem ({begins:%Y-%m-%d %H:%M}).",
        )
    if (source.code("status") == "obsolete" or source.text("koniecWersjiObiektu")) and legal_to is None:
        yield _finding(
            source,
            "obsolete-needs-end",
            "warning",
            "Obiekt jest nieaktualny, ale nie ma daty „obowiązuje do”. Uzupełnij ją, żeby było wiadomo, "
            "do kiedy obowiązywał.",
        )
    for name in ("obowiazujeOd", "obowiazujeDo", "poczatekWersjiObiektu", "koniecWersjiObiektu"):
        read = source.moment(name) if name.endswith("Obiektu") else source.day(name)
        if source.text(name) and read is None:
            yield _finding(
                source, "date-unreadable", "error", f"Daty „{source.text(name)}” ({name}) nie da się odczytać."
            )


def _of_characters(source: Source) -> Iterator[Problem]:
    for node in source.element:
        name = local_name(node)
        if name not in _ADDRESSES and not len(node) and set(node.text or "") & set("<>&"):
            yield _finding(
                source,
                "forbidden-characters",
                "warning",
                f"Pole {name} zawiera niedozwolony znak <, > lub &. Zastąp go słowem (np. „i”).",
            )


def of_regulation(source: Source) -> Iterator[Problem]:
    """Findings about an OUZ, OZS or OSD, without its geometry and its standards."""
    yield from _of_identity(source)
    yield from of_times(source)
    yield from _of_characters(source)
    kind = REGULATIONS[local_name(source.element)]
    label, symbol = source.text("oznaczenie") or "", source.text("symbol") or ""
    if symbol != kind:
        yield _finding(source, "symbol-unknown", "error", f"Obszar {kind} ma symbol „{symbol}”. Popraw symbol.")
    elif not re.fullmatch(rf"[1-9][0-9]{{0,4}}{kind}", label):
        message = f"Oznaczenie „{label}” powinno być numerem i symbolem obszaru, np. 1{kind}. Popraw oznaczenie."
        yield _finding(source, "label-pattern", "error", message)
    if not re.fullmatch(rf"[1-9][0-9]*POG-[0-9]+{kind}", source.local_id):
        message = f"Identyfikator obszaru „{source.local_id}” powinien mieć postać 1POG-3{kind}."
        yield _finding(source, "local-id-pattern", "warning", message)


def of_standards(name: str, standards: AccessStandards) -> Iterator[Problem]:
    """Least areas of public green that the law names: 1.5 ha in all, or 10 ha in one piece."""
    for said, least in ((standards.green_areas_total_ha, 1.5), (standards.green_area_ha, 10)):
        if said < least:
            message = (
                f"Standard zieleni publicznej to {polish(said, 2)} ha, a przepisy wymagają co najmniej "
                f"{polish(least, 2)} ha. Sprawdź go z uchwałą."
            )
            yield Problem("green-standard-too-small", "warning", name, message)


def _of_label(source: Source) -> Iterator[Problem]:
    label, symbol = source.text("oznaczenie") or "", source.text("symbol") or ""
    if symbol not in ZONES:
        yield _finding(source, "symbol-unknown", "error", f"Nie ma strefy planistycznej o symbolu „{symbol}”.")
    elif not re.fullmatch(rf"[1-9][0-9]{{0,4}}{symbol}", label):
        yield _finding(
            source,
            "label-pattern",
            "error",
            f"Oznaczenie „{label}” powinno być numerem i symbolem strefy, np. 1{symbol}. Popraw oznaczenie.",
        )
    if not re.fullmatch(r"[1-9][0-9]*POG-[0-9]+S[CGHIJKNOPRUWZ]", source.local_id):
        yield _finding(
            source,
            "local-id-pattern",
            "warning",
            f"Identyfikator strefy „{source.local_id}” powinien mieć postać 1POG-12SJ.",
        )


def _of_indicators(source: Source) -> Iterator[Problem]:
    symbol = source.text("symbol") or ""
    for name, called in INDICATORS.items():
        text = source.text(name)
        required = symbol not in ZONES_WITHOUT_GREEN if name == _GREEN else symbol in BUILT_ZONES
        if text is None:
            if required and symbol in ZONES:
                message = f"Strefa {symbol} musi mieć wskaźnik: {called}, a plik go nie podaje. Uzupełnij go."
                yield _finding(source, "required-indicators", "warning", message)
            continue
        number = decimal_of(text)
        if number is None or number < 0:
            message = f"Wartość „{text[:40]}” (wskaźnik: {called}) nie jest liczbą; pominięto ją."
            yield _finding(source, "indicator-unreadable", "warning", message)
        elif name in _SHARES and number > MAX_SHARE_PERCENT:
            message = f"Wskaźnik {text} ({called}) jest większy niż {MAX_SHARE_PERCENT}%. Sprawdź go z uchwałą."
            yield _finding(source, "indicator-too-large", "warning", message)
        elif number != round(number, 1):
            message = f"Wskaźnik {text} ({called}) ma więcej niż jedno miejsce po przecinku. Sprawdź go z uchwałą."
            yield _finding(source, "one-decimal", "warning", message)


def indicator(source: Source, name: str) -> float | None:
    """Value of an indicator exactly as sent; absent or unreadable is None, never zero."""
    number: Decimal | None = decimal_of(source.text(name) or "")
    return float(number) if number is not None and number >= 0 else None


def _of_profiles(source: Source) -> Iterator[Problem]:
    """All basic profiles of the zone, additional ones from its list only."""
    known = ZONES.get(source.text("symbol") or "")
    if known is None:
        return
    basic, additional = (set(profiles(source, tag)) for tag in ("profilPodstawowy", "profilDodatkowy"))
    if missing := sorted(known.basic - basic):
        message = f"Strefie brakuje obowiązkowych klas profilu podstawowego: {', '.join(missing)}. Uzupełnij je."
        yield _finding(source, "profile-incomplete", "warning", message)
    if strange := sorted((basic - known.basic) | (additional - known.additional)):
        message = f"Przepisy nie dopuszczają w tej strefie klas: {', '.join(strange)}. Sprawdź profile z uchwałą."
        yield _finding(source, "profile-foreign", "warning", message)


def profiles(source: Source, tag: str) -> tuple[str, ...]:
    """Symbols from addresses that end with KPT-MPZP-<symbol>."""
    hrefs = (node.get(XLINK_HREF) or "" for node in children(source.element, tag))
    return tuple(href.rpartition("KPT-MPZP-")[2] for href in hrefs if "KPT-MPZP-" in href)


def _finding(source: Source, rule: str, severity: Severity, message: str) -> Problem:
    return Problem(rule, severity, source.local_id, message)


# --- several objects ----------------------------------------------------------------------------------------


def duplicates(group: Sequence[Source]) -> Iterator[Problem]:
    """One finding per object, so that both are listed."""
    for source in group:
        label = source.text("oznaczenie") or source.text("tytul") or ""
        yield _finding(
            source,
            "duplicate-id",
            "error",
            f"Identyfikator „{source.local_id}” mają {len(group)} obiekty; ten to „{label}” (wersja {source.version}). "
            "Nie wiadomo, który jest właściwy, więc odrzucono wszystkie. Nadaj im różne identyfikatory.",
        )


def repeated_labels(zones: Iterable[GeneralPlanZoneRecord | RegulationRecord]) -> Iterator[Problem]:
    """A label is unique in its act."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for zone in zones:
        groups[zone.plan, zone.label].append(zone.identifier)
    for (_, label), identifiers in groups.items():
        if len(identifiers) > 1:
            listed = ", ".join(identifiers)
            for identifier in identifiers:
                message = f"Oznaczenie „{label}” mają: {listed}. W jednym planie musi być niepowtarzalne."
                yield Problem("duplicate-label", "warning", identifier, message)


def of_acts(plan: str, acts: Sequence[ActRecord]) -> Iterator[Problem]:
    """One adopting document, not older than the initiating one."""
    adopting = [act for act in acts if act.role == "adopts"]
    if len(adopting) > 1:
        message = f"Akt uchwalają {len(adopting)} dokumenty, a może jeden. Sprawdź powiązania dokumentów."
        yield Problem("one-adopting-act", "warning", plan, message)
    started = [act.adopted_on for act in acts if act.role == "initiates" and act.adopted_on]
    for act in adopting:
        if act.adopted_on and started and act.adopted_on < min(started):
            message = f"Akt uchwalono {act.adopted_on}, przed przystąpieniem ({min(started)}). Popraw daty dokumentów."
            yield Problem("act-dates-order", "warning", plan, message)


# --- cover of a general plan --------------------------------------------------------------------------------


def check_cover(boundary: Surface, zones: Sequence[GeneralPlanZoneRecord]) -> list[Problem]:
    """Gaps between zones, overlaps of zones, and zones outside of the act; areas in EPSG:2178.

    Zones of a general plan cover the gmina completely. Pieces below 1 m² and slivers are ignored, as the
    ministry's tool does. Warnings: the plan is kept, a person decides.
    """
    surfaces = [zone.geometry for zone in zones]
    covered = shapely.union_all(surfaces)
    problems = [_gap(piece) for piece in _pieces(boundary.difference(covered))]
    problems += [_outside(zone, piece) for zone in zones for piece in _pieces(zone.geometry.difference(boundary))]
    problems += _overlaps(zones, surfaces)
    return problems


def regulations_outside(boundary: Surface, areas: Sequence[RegulationRecord]) -> list[Problem]:
    """Parts of OUZ, OZS and OSD beyond the act; areas of one kind that overlap."""
    problems = []
    for area in areas:
        for piece in _pieces(area.geometry.difference(boundary)):
            message = (
                f"{polish(piece.area, 3)} m² obszaru {area.label} leży poza granicą planu. Dociągnij jego granicę."
            )
            problems.append(Problem("zones-outside", "warning", area.identifier, message, _point(piece)))
    for kind in sorted({area.kind for area in areas}):
        members = [area for area in areas if area.kind == kind]
        problems += _overlaps(members, [area.geometry for area in members])
    return problems


def _pieces(geometry: BaseGeometry) -> list[Polygon]:
    """Areal pieces worth a finding, largest first."""
    parts: Iterable[BaseGeometry] = shapely.get_parts(shapely.get_parts(geometry))
    kept = [
        part
        for part in parts
        if isinstance(part, Polygon) and part.area >= MIN_PIECE_M2 and part.length**2 / part.area <= MAX_SLENDERNESS
    ]
    return sorted(kept, key=lambda part: -part.area)


def _point(piece: Polygon) -> tuple[float, float]:
    inside = piece.representative_point()
    return inside.x, inside.y


def _gap(piece: Polygon) -> Problem:
    return Problem(
        "zones-gap",
        "warning",
        "",
        f"{polish(piece.area, 3)} m² planu nie należy do żadnej strefy. Strefy muszą pokrywać cały obszar planu: "
        "popraw granice stref przy wskazanym punkcie.",
        _point(piece),
    )


def _outside(zone: GeneralPlanZoneRecord, piece: Polygon) -> Problem:
    return Problem(
        "zones-outside",
        "warning",
        zone.identifier,
        f"{polish(piece.area, 3)} m² strefy {zone.label} leży poza granicą planu. Dociągnij granicę strefy do planu.",
        _point(piece),
    )


def _overlaps(zones: Sequence[GeneralPlanZoneRecord | RegulationRecord], surfaces: Sequence[Polygon]) -> list[Problem]:
    problems: list[Problem] = []
    first, second = STRtree(surfaces).query(surfaces, predicate="intersects")
    for one, two in sorted((int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b):
        for piece in _pieces(surfaces[one].intersection(surfaces[two])):
            message = (
                f"{zones[one].label} i {zones[two].label} nakładają się na {polish(piece.area, 3)} m². "
                "Teren może należeć tylko do jednej z nich: popraw granice."
            )
            problems.append(Problem("zones-overlap", "warning", zones[one].identifier, message, _point(piece)))
    return problems

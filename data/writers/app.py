"""Planning acts as an APP 2.0 data set: valid against the XSD of the ministry, north before east, EPSG:2178.

What the schema demands and a record does not say is told by ``missing`` before a byte is written. Only what follows
from the rest is filled in: the version from the moment of its beginning, the status from the days in force, and that
provisions of a general plan bind everybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely import MultiPolygon, Polygon

from data.app_schema import (
    ACT_TYPE,
    ACT_TYPES,
    CHARACTER,
    CODE_SPACE,
    DOCUMENT,
    DRAWING,
    FARMSTEADS,
    INDICATORS,
    JOURNAL,
    LEVEL,
    LEVELS,
    NAMESPACE_STEM,
    PLAN,
    PROFILE,
    PROFILE_TITLES,
    REGULATIONS,
    STANDARDS,
    STATUS,
    TITLES,
    ZONE,
    ZONE_NAME,
    ZONES,
)
from data.geometry import STORAGE
from data.identifiers import APP_NAMESPACE_RE
from data.readers.app_parts import Role, journal_reference
from data.records import ActRecord, GeneralPlanZoneRecord, PlanRecord
from data.records.plans import BaseMapRecord, DrawingRecord, RegulationRecord

APP = f"{NAMESPACE_STEM}2.0"
SYSTEM = f"http://www.opengis.net/def/crs/EPSG/0/{STORAGE}"
_HEAD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<wfs:FeatureCollection xmlns:app="{APP}" xmlns:gml="http://www.opengis.net/gml/3.2" \
xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:xlink="http://www.w3.org/1999/xlink" \
xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" timeStamp="{{time}}" numberReturned="{{count}}" \
numberMatched="{{count}}" xsi:schemaLocation="{APP} {APP}/planowaniePrzestrzenne_2_0.xsd \
http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd">
"""
_DATE_TYPES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#CI_DateTypeCode"
#: role of a document: its property of a plan, and the plan's property of it
_ROLES: dict[Role, tuple[str, str]] = {
    "initiates": ("przystapienie", "dokumentPrzystepujacy"),
    "adopts": ("uchwala", "dokumentUchwalajacy"),
    "changes": ("zmienia", "dokumentZmieniajacy"),
    "repeals": ("uchyla", "dokumentUchylajacy"),
    "annuls": ("uniewaznia", "dokumentUniewazniajacy"),
}
_DOCUMENT_ORDER: tuple[Role, ...] = ("adopts", "initiates", "changes", "repeals", "annuls")
_PLAN_ORDER: tuple[Role, ...] = ("initiates", "adopts", "changes", "repeals", "annuls")

type Part = GeneralPlanZoneRecord | RegulationRecord


@dataclass(frozen=True, slots=True)
class Act:
    """One planning act to write. ``version_from`` of the plan stands in for parts that have none of their own."""

    plan: PlanRecord
    zones: Sequence[GeneralPlanZoneRecord] = ()
    regulations: Sequence[RegulationRecord] = ()

    @property
    def parts(self) -> list[Part]:
        return [*self.zones, *self.regulations]


# --- what is missing --------------------------------------------------------------------------------------------


def missing(act: Act) -> Iterator[str]:
    """Polish sentences about what the schema demands and the act does not say; none: it may be written."""
    plan = act.plan
    if not APP_NAMESPACE_RE.fullmatch(plan.namespace or ""):
        yield f"plan {plan.code}: przestrzeń nazw (numer zbioru w EZiUDP)"
    if plan.version_from is None:
        yield f"plan {plan.code}: początek wersji"
    if plan.act_type is None and plan.kind not in ACT_TYPES:
        yield f"plan {plan.code}: typ aktu"
    if sum(one.role == "adopts" for one in plan.acts) > 1:
        yield f"plan {plan.code}: schemat dopuszcza jeden dokument uchwalający"
    for document in plan.acts:
        if document.adopted_on is None:
            yield f"dokument „{document.number or document.title}”: dzień wydania"
    for drawing in plan.drawings:
        if not drawing.link or drawing.scale is None:
            yield f"rysunek {drawing.code}: adres pliku i skala"
    for part in act.parts:
        if part.in_force_from is None and part.planned_from is None and _begun(plan) is None:
            yield f"obszar {part.identifier}: dzień wejścia w życie"
        if isinstance(part, GeneralPlanZoneRecord) and not part.profiles_basic:
            yield f"strefa {part.identifier}: profil podstawowy"


# --- writing ----------------------------------------------------------------------------------------------------


def write_app(stream: TextIO, acts: Sequence[Act], *, written_at: datetime) -> int:
    """Writes acts with their documents, drawings, zones and areas, and returns how many objects.

    A document that concerns several acts is written once. Acts for which ``missing`` says something are an error.
    """
    if faults := [fault for act in acts for fault in missing(act)]:
        raise ValueError("; ".join(faults))
    papers = _Papers.of(acts)
    members = [member for act in acts for member in _members(act, papers)]
    members += papers.written()
    stream.write(_HEAD.format(time=_moment(written_at), count=len(members)))
    for member in members:
        stream.write(f"<wfs:member>\n{member}</wfs:member>\n")
    stream.write("</wfs:FeatureCollection>\n")
    return len(members)


def _members(act: Act, papers: "_Papers") -> Iterator[str]:
    yield _plan(act, papers)
    for drawing in act.plan.drawings:
        yield _drawing(act.plan, drawing)
    for zone in act.zones:
        yield _zone(act.plan, zone)
    for area in act.regulations:
        yield _regulation(act.plan, area)


@dataclass(frozen=True, slots=True)
class _Identity:
    """idIIP of an object, and its names made from it."""

    kind: str
    namespace: str
    code: str
    version: str

    @classmethod
    def of_plan(cls, plan: PlanRecord) -> "_Identity":
        return cls(PLAN, plan.namespace or "", plan.code, plan.version or _stamp(plan.version_from))

    @classmethod
    def of_part(cls, kind: str, plan: PlanRecord, part: Part | DrawingRecord) -> "_Identity":
        own = part.code if isinstance(part, DrawingRecord) else part.identifier
        space = (part.namespace if isinstance(part, DrawingRecord) else None) or plan.namespace or ""
        return cls(kind, space, own, part.version or _stamp(part.version_from or plan.version_from))

    @property
    def address(self) -> str:
        return f"{CODE_SPACE}/{self.kind}/{self.namespace}/{self.code}/{self.version}"

    @property
    def gml_id(self) -> str:
        """An NCName: namespace, identifier and version joined, other signs made underscores."""
        joined = f"{self.namespace}_{self.code}_{self.version}".replace("/", "_")
        return "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in joined)

    def head(self) -> str:
        return (
            f'<app:{self.kind} gml:id="{self.gml_id}">\n'
            f'<gml:identifier codeSpace="{CODE_SPACE}">{escape(self.address)}</gml:identifier>\n'
            f"<app:idIIP><app:Identyfikator>{_text('przestrzenNazw', self.namespace)}{_text('lokalnyId', self.code)}"
            f"{_text('wersjaId', self.version)}</app:Identyfikator></app:idIIP>\n"
        )


def _plan(act: Act, papers: "_Papers") -> str:
    plan = act.plan
    identity = _Identity.of_plan(plan)
    lines = [
        identity.head(),
        _text("poczatekWersjiObiektu", _moment(plan.version_from)),
        _text("tytul", plan.title),
        *(_text("tytulAlternatywny", title) for title in plan.alternative_titles),
        _code_of("typPlanu", ACT_TYPE, plan.act_type or ACT_TYPES[plan.kind]),
        _code_of("poziomHierarchii", LEVEL, plan.level or LEVELS.get(plan.kind, "infraLocal")),
        _optional("obowiazujeOd", plan.in_force_from or plan.planned_from),
        _optional("obowiazujeDo", plan.in_force_to),
        _code_of("status", STATUS, plan.status or _status(plan)),
        _optional("zmiana", plan.change_count),
        _optional("modyfikacja", None if plan.is_partly_in_force is None else str(plan.is_partly_in_force).lower()),
        *map(_base_map, plan.base_maps or _assumed_base_map(plan)),
        f"<app:zasiegPrzestrzenny>{_multi_surface(plan.boundary, identity)}</app:zasiegPrzestrzenny>\n",
        *papers.links(plan),
        *(_link("rysunek", _Identity.of_part(DRAWING, plan, drawing)) for drawing in plan.drawings),
        *(_link("wydzielenie", _Identity.of_part(ZONE, plan, zone)) for zone in act.zones),
        *(_link("regulacja", _Identity.of_part(_CLASSES[area.kind], plan, area)) for area in act.regulations),
    ]
    return _closed(PLAN, lines)


_CLASSES = {symbol: name for name, symbol in REGULATIONS.items()}


def _drawing(plan: PlanRecord, drawing: DrawingRecord) -> str:
    lines = [
        _Identity.of_part(DRAWING, plan, drawing).head(),
        _text("poczatekWersjiObiektu", _moment(drawing.version_from or plan.version_from)),
        _text("tytul", drawing.title),
        _text("lacze", drawing.link),
        _optional("legenda", drawing.legend),
        _text("ukladOdniesieniaPrzestrzennego", drawing.crs),
        _text("rozdzielczoscPrzestrzenna", str(drawing.scale)),
        _optional("opis", drawing.description),
        _optional("obowiazujeOd", drawing.in_force_from),
        _optional("obowiazujeDo", drawing.in_force_to),
        _link("plan", _Identity.of_plan(plan)),
    ]
    return _closed(DRAWING, lines)


def _zone(plan: PlanRecord, zone: GeneralPlanZoneRecord) -> str:
    identity = _Identity.of_part(ZONE, plan, zone)
    name = f' xlink:href="{ZONE_NAME}{ZONES[zone.symbol].code}"' if zone.symbol in ZONES else ""
    lines = [
        identity.head(),
        _text("oznaczenie", zone.label),
        _text("symbol", zone.symbol),
        *_common(plan, zone, identity),
        f"<app:nazwa{name} xlink:title={quoteattr(zone.name)}/>\n",
        _optional("nazwaAlternatywna", zone.alternative_name),
        *(_profile("profilPodstawowy", symbol) for symbol in zone.profiles_basic),
        *(_profile("profilDodatkowy", symbol) for symbol in zone.profiles_additional),
        *(_indicator(tag, getattr(zone, field)) for field, tag in INDICATORS.items()),
    ]
    return _closed(ZONE, lines)


def _regulation(plan: PlanRecord, area: RegulationRecord) -> str:
    kind = _CLASSES[area.kind]
    identity = _Identity.of_part(kind, plan, area)
    lines = [
        identity.head(),
        _optional("nazwa", area.name),
        _text("oznaczenie", area.label),
        _text("symbol", area.symbol),
        *_common(plan, area, identity),
    ]
    if area.standards is not None:
        lines.append(_text(FARMSTEADS, str(area.standards.excludes_farmsteads).lower()))
        for tag, field in STANDARDS.items():
            lines.append(_measure(tag, getattr(area.standards, field), "ha" if field.endswith("_ha") else "m"))
    return _closed(kind, lines)


def _common(plan: PlanRecord, part: Part, identity: _Identity) -> Iterator[str]:
    """What zones and areas share, from the beginning of the version to the plan."""
    yield _text("poczatekWersjiObiektu", _moment(part.version_from or plan.version_from))
    yield _text("obowiazujeOd", str(part.in_force_from or part.planned_from or _begun(plan)))
    yield _optional("obowiazujeDo", part.in_force_to)
    yield _code_of("status", STATUS, part.status or plan.status or _status(plan))
    yield _code_of("charakterUstalenia", CHARACTER, part.character or "generallyBinding")
    yield f"<app:geometria>{_polygon(part.geometry, identity.gml_id + '.geom')}</app:geometria>\n"
    yield _link("plan", _Identity.of_plan(plan))


# --- documents --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Papers:
    """Documents of all acts, each once: a resolution that adopts one plan and repeals another is one document."""

    held: dict[tuple[str, str], tuple[_Identity, ActRecord, list[tuple[Role, _Identity]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, acts: Sequence[Act]) -> "_Papers":
        papers = cls()
        for act in acts:
            for document in act.plan.acts:
                key = _key(act.plan, document)
                version = document.version or _stamp(act.plan.version_from)
                identity = _Identity(DOCUMENT, *key, version)
                _, _, links = papers.held.setdefault(key, (identity, document, []))
                links.append((document.role, _Identity.of_plan(act.plan)))
        return papers

    def links(self, plan: PlanRecord) -> Iterator[str]:
        for role in _PLAN_ORDER:
            for document in plan.acts:
                if document.role == role:
                    yield _link(_ROLES[role][1], self.held[_key(plan, document)][0])

    def written(self) -> list[str]:
        return [_document(*said) for said in self.held.values()]


def _key(plan: PlanRecord, document: ActRecord) -> tuple[str, str]:
    """Namespace and identifier; a document that came without one is known by its number and day."""
    own = document.code or "-".join(f"{document.number or ''} {document.adopted_on}".replace("/", " ").split())
    return document.namespace or plan.namespace or "", own


def _document(identity: _Identity, document: ActRecord, links: Iterable[tuple[Role, _Identity]]) -> str:
    related = list(links)
    place = document.reference
    if place is None and document.journal_year and document.journal_position:
        place = journal_reference(document.journal_year, document.journal_position)
    journal = f'<app:dziennikUrzedowy xlink:href="{JOURNAL}{document.journal}"/>\n' if document.journal else ""
    lines = [
        identity.head(),
        _text("tytul", document.title),
        _optional("nazwaSkrocona", document.short_title),
        _optional("numerIdentyfikacyjny", document.number),
        _optional("organUstanawiajacy", document.issuer),
        _adopted(document.adopted_on),
        _optional("dataWejsciaWZycie", document.in_force_on),
        _optional("dataUchylenia", document.repealed_on),
        _optional("szczegoloweOdniesienie", place),
        journal,
        *(_text("lacze", link) for link in (document.link, *document.other_links) if link),
        *(_link(_ROLES[role][0], plan) for role in _DOCUMENT_ORDER for said, plan in related if said == role),
    ]
    return _closed(DOCUMENT, lines)


def _adopted(day: date | None) -> str:
    """Day of a document as ISO 19139 has it."""
    return (
        f"<app:data><gmd:CI_Date><gmd:date><gco:Date>{day}</gco:Date></gmd:date><gmd:dateType><gmd:CI_DateTypeCode "
        f'codeList="{_DATE_TYPES}" codeListValue="creation">utworzenie</gmd:CI_DateTypeCode></gmd:dateType>'
        "</gmd:CI_Date></app:data>\n"
    )


# --- small writings ---------------------------------------------------------------------------------------------


def _base_map(one: BaseMapRecord) -> str:
    said = f"{_text('data', str(one.on))}{_text('referencja', one.reference)}{_optional('lacze', one.link)}"
    return f"<app:mapaPodkladowa><app:MapaPodkladowa>{said}</app:MapaPodkladowa></app:mapaPodkladowa>\n"


def _assumed_base_map(plan: PlanRecord) -> list[BaseMapRecord]:
    """A plan that knows only the day of its map was drawn on a copy of the base map, as the law demands."""
    return [] if plan.base_map_on is None else [BaseMapRecord(plan.base_map_on, "mapa zasadnicza")]


def _begun(plan: PlanRecord) -> date | None:
    return plan.in_force_from or plan.planned_from


def _status(plan: PlanRecord) -> str:
    """State that follows from the days in force; the end of a plan is known to the day, not to the hour."""
    if plan.in_force_to is not None:
        return "obsolete"
    return "elaboration" if plan.in_force_from is None else "legalForce"


def _closed(kind: str, lines: Iterable[str]) -> str:
    return f"{''.join(lines)}</app:{kind}>\n"


def _text(tag: str, value: str) -> str:
    return f"<app:{tag}>{escape(value)}</app:{tag}>\n"


def _optional(tag: str, value: str | int | date | None) -> str:
    return "" if value is None else _text(tag, str(value))


def _link(tag: str, target: _Identity) -> str:
    return f"<app:{tag} xlink:href={quoteattr(target.address)}/>\n"


def _code_of(tag: str, codes: str, code: str) -> str:
    title = f" xlink:title={quoteattr(TITLES[code])}" if code in TITLES else ""
    return f"<app:{tag} xlink:href={quoteattr(codes + code)}{title}/>\n"


def _profile(tag: str, symbol: str) -> str:
    title = f" xlink:title={quoteattr(PROFILE_TITLES[symbol])}" if symbol in PROFILE_TITLES else ""
    return f"<app:{tag} xlink:href={quoteattr(PROFILE + symbol)}{title}/>\n"


def _indicator(tag: str, value: float | None) -> str:
    if tag == INDICATORS["max_height_m"]:
        return _measure(tag, value, "m")
    return "" if value is None else _text(tag, _number(value))


def _measure(tag: str, value: float | None, unit: str) -> str:
    return "" if value is None else f'<app:{tag} uom="{unit}">{_number(value)}</app:{tag}>\n'


def _number(value: float) -> str:
    """The shortest decimal that reads as the same number; never with an exponent."""
    text = f"{Decimal(repr(value)):f}"
    return text.removesuffix(".0")


def _moment(moment: datetime | None) -> str:
    if moment is None:
        raise ValueError("a version without a beginning")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _stamp(moment: datetime | None) -> str:
    """``wersjaId`` of the moment (dossier 3.4)."""
    if moment is None:
        raise ValueError("a version without a beginning")
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}"


def _multi_surface(geometry: Polygon | MultiPolygon, identity: _Identity) -> str:
    parts = geometry.geoms if isinstance(geometry, MultiPolygon) else [geometry]
    name = f"{identity.gml_id}.geom"
    members = "".join(
        f"<gml:surfaceMember>{_polygon(part, f'{name}.{number}')}</gml:surfaceMember>"
        for number, part in enumerate(parts, start=1)
    )
    return f'<gml:MultiSurface gml:id="{name}" srsName="{SYSTEM}" srsDimension="2">{members}</gml:MultiSurface>'


def _polygon(polygon: Polygon, name: str) -> str:
    rings = f"<gml:exterior>{_ring(polygon.exterior)}</gml:exterior>"
    rings += "".join(f"<gml:interior>{_ring(hole)}</gml:interior>" for hole in polygon.interiors)
    return f'<gml:Polygon gml:id="{name}" srsName="{SYSTEM}" srsDimension="2">{rings}</gml:Polygon>'


def _ring(ring: shapely.LinearRing) -> str:
    """North first; every digit that the coordinate has, so that reading gives the same number."""
    pairs = " ".join(f"{north!r} {east!r}" for east, north in shapely.get_coordinates(ring).tolist())
    return f"<gml:LinearRing><gml:posList>{pairs}</gml:posList></gml:LinearRing>"

"""What a reader yields and an importer publishes: plain facts, one class per kind of object.

Geometry is shapely, in EPSG:2178 (x = east, y = north, metres); a reader has already swapped axes and
transformed. Areas are whole square metres. ``None`` means that the source does not say: never zero, never "".
Field names of the source stand in brackets (EGiB regulation of 2021, APP 2.0, PRG 2021).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Self

from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon

from data.records.plans import BaseMapRecord, DrawingRecord, RegulationRecord

type Surface = Polygon | MultiPolygon
type Line = LineString | MultiLineString


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a reader or a demo check found in the source; becomes a finding of the data-quality report."""

    rule: str  #: stable name, e.g. "geometry-self-intersects"; described in docs/data-quality.md
    severity: Literal["error", "warning", "info"]  #: an error refuses the object it names
    object: str  #: identifier in the source, or "" for the file as a whole
    message: str  #: Polish, for the person who sent the file: what, what it means, what to do
    point: tuple[float, float] | None = None  #: place of the defect, EPSG:2178 (east, north)


# --- cadastre -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """Jednostka ewidencyjna."""

    identifier: str  #: "120610_5" [idJednostkiEwid]
    name: str  #: [nazwaWlasna]
    geometry: Surface | None = None


@dataclass(frozen=True, slots=True)
class DistrictRecord:
    """Obręb ewidencyjny."""

    identifier: str  #: "120610_5.0007" [idObrebu]
    name: str  #: [nazwaWlasna]
    geometry: Surface | None = None


@dataclass(frozen=True, slots=True)
class LandUsePart:
    """Klasoużytek w działce: how much of the parcel is of one use and class."""

    ofu: str  #: actual use: R, Ł, Ps, Ls, B, dr ... [OFU]
    ozu: str | None  #: use in the soil classification [OZU]
    ozk: str | None  #: soil class: I, II, IIIa ... VIz [OZK]
    area_m2: int | None  #: [powierzchnia]


@dataclass(frozen=True, slots=True)
class ParcelRecord:
    """Działka ewidencyjna, one version."""

    identifier: str  #: "120610_5.0007.123/4" or "....AR_2.123/4" [idDzialki]
    geometry: Surface
    registered_area_m2: int | None = None  #: pole ewidencyjne, the official area [poleEwidencyjne]
    area_precision: int | None = None  #: 1 to the square metre, 2 to the are [dokladnoscReprezentacjiPola]
    register_group: str | None = None  #: grupa rejestrowa, "7", "4.1" [grupaRejestrowa]
    land_uses: tuple[LandUsePart, ...] = ()
    #: KW "KR1P/00012345/2"; PRIVATE, published apart, not shown with the record [numerKW]
    land_book: str | None = field(default=None, repr=False)
    predecessors: tuple[str, ...] = ()  #: identifiers of parcels that this one was divided or merged from


@dataclass(frozen=True, slots=True)
class RetiredParcelRecord:
    """A parcel that no longer exists, kept so that an old deed still finds its successors."""

    identifier: str
    geometry: Surface
    registered_area_m2: int | None
    valid_from: date
    valid_to: date  #: exclusive
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LandUseRecord:
    """Kontur użytku gruntowego or klasyfikacyjny."""

    identifier: str  #: [idUzytku]
    ofu: str
    ozu: str | None
    ozk: str | None
    geometry: Surface


@dataclass(frozen=True, slots=True)
class BuildingRecord:
    """Budynek."""

    identifier: str  #: "120610_5.0007.12_BUD" [idBudynku]
    geometry: Surface
    kind: str | None = None  #: KŚT code: "m" housing, "g" farm, "t" transport, "h" trade ... [rodzajWgKST]
    floors_above: int | None = None  #: [liczbaKondygnacjiNadziemnych]
    floors_below: int | None = None  #: [liczbaKondygnacjiPodziemnych]


@dataclass(frozen=True, slots=True)
class LocalityRecord:
    """Miejscowość (SIMC)."""

    simc: str  #: 7 digits
    name: str
    kind: str  #: "miasto", "wieś", "przysiółek", "część wsi"
    geometry: Surface | None = None


@dataclass(frozen=True, slots=True)
class StreetRecord:
    """Ulica (ULIC in SIMC)."""

    ulic: str  #: 5 digits, unique together with simc
    simc: str
    name: str  #: "ul. Krakowska", "Rynek"
    geometry: Line | None = None


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """Punkt adresowy."""

    identifier: str  #: stable identifier of the register, or "simc.ulic.number"
    simc: str
    ulic: str | None  #: None where the locality has no streets
    number: str  #: numer porządkowy "12A"
    postcode: str | None
    geometry: Point


type CadastreRecord = (
    UnitRecord
    | DistrictRecord
    | ParcelRecord
    | RetiredParcelRecord
    | LandUseRecord
    | BuildingRecord
    | LocalityRecord
    | StreetRecord
    | AddressRecord
)


# --- planning -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActRecord:
    """Uchwała, zarządzenie zastępcze or wyrok: a document that makes, changes or ends a plan [DokumentFormalny]."""

    role: Literal["initiates", "adopts", "changes", "repeals", "annuls"]
    title: str
    number: str | None = None  #: "XXIV/186/2012" [numerIdentyfikacyjny]
    issuer: str | None = None  #: "Rada Miejska w Skale" [organUstanawiajacy]
    adopted_on: date | None = None  #: [data]
    in_force_on: date | None = None  #: [dataWejsciaWZycie]
    journal_year: int | None = None  #: Dz.Urz. Woj. Małop. year and position
    journal_position: int | None = None
    link: str | None = None  #: first address [lacze]
    other_links: tuple[str, ...] = ()
    code: str | None = None  #: [lokalnyId]
    namespace: str | None = None  #: [przestrzenNazw]
    version: str | None = None  #: [wersjaId]
    short_title: str | None = None  #: [nazwaSkrocona]
    repealed_on: date | None = None  #: [dataUchylenia]
    reference: str | None = None  #: where it says more than year and position [szczegoloweOdniesienie]
    journal: str | None = None  #: code of the journal [dziennikUrzedowy]


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """One unit of the resolution's text. ``key`` is unique in the plan; the parent stands before its children."""

    key: str  #: "r1", "p7", "p7.u1", "p7.u1.p2", "p7.u1.p2.a"
    parent: str | None
    kind: Literal["chapter", "paragraph", "section", "point", "letter", "indent"]
    #: rozdział, § , ust., pkt, lit., tiret
    number: str  #: printed without the sign: "7", "1", "2", "a"
    text: str  #: own text, without the children's
    heading: str | None = None  #: title of a chapter
    binds_whole_plan: bool = False  #: general provision, quoted in each extract
    zones: tuple[str, ...] = ()  #: symbols (as adopted) of the zones that this unit binds
    overlays: tuple[str, ...] = ()  #: keys of the overlays that this unit binds
    annulled_on: date | None = None  #: struck out by the voivode or a court from this day
    annulled_by: str | None = None  #: which ruling or judgement


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """Teren under one set of provisions."""

    symbol: str  #: exactly as adopted: "1MN", "MN.1", "KDD 5"
    name: str  #: purpose in words, "tereny zabudowy mieszkaniowej jednorodzinnej"
    geometry: Surface
    class_2021: str | None = None  #: class of the 2021 regulation, mapped by a person
    planning_fee_percent: int | None = None  #: stawka procentowa, art. 15 ust. 2 pkt 12


@dataclass(frozen=True, slots=True)
class OverlayRecord:
    """Strefa, linia or area that binds across zones: protection, building line, flood, archaeology, noise."""

    key: str
    kind: Literal["protection", "building-line", "flood", "archaeology", "landscape", "noise", "infrastructure"]
    name: str
    geometry: Surface | Line
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRecord:
    """Arkusz rysunku planu: a georeferenced raster at native resolution."""

    number: str  #: "1"
    path: str  #: GeoTIFF on disk, EPSG:2178
    scale: int  #: denominator of the drawing, 1000 or 2000
    rmse_m: float | None = None  #: residual of the georeference in metres


@dataclass(frozen=True, slots=True)
class RelationRecord:
    """What this plan does to another one."""

    kind: Literal["changes", "repeals", "annuls"]
    target: str  #: code of the other plan
    on: date
    scope: Surface | None = None  #: None = the whole of the other plan
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """Miejscowy plan with everything that belongs to it; legal time here, record time is set at publishing."""

    code: str  #: lokalnyId, unique in the municipality: "XXIV-186-2012"
    municipality: str  #: first six digits of TERYT, "120610"
    title: str
    boundary: Surface
    drawing_scale: int  #: 1000 or 2000
    in_force_from: date | None  #: None: adopted but not yet in force, or a project
    in_force_to: date | None = None  #: exclusive
    base_map_on: date | None = None  #: day of the cadastral map the drawing was made on
    kind: Literal["local-plan", "general-plan", "legacy-study", "other"] = "local-plan"
    namespace: str | None = None  #: [przestrzenNazw]
    version: str | None = None  #: [wersjaId]
    version_from: datetime | None = None  #: [poczatekWersjiObiektu]
    status: str | None = None  #: elaboration, adoption, legalForce, obsolete
    planned_from: date | None = None  #: day that a project hopes for; no law
    act_type: str | None = None  #: last part of the code [typPlanu]
    level: str | None = None  #: regional, local, infraLocal [poziomHierarchii]
    alternative_titles: tuple[str, ...] = ()  #: [tytulAlternatywny]
    change_count: int | None = None  #: number of changes [zmiana]
    is_partly_in_force: bool | None = None  #: [modyfikacja]
    is_sample: bool = False
    acts: tuple[ActRecord, ...] = ()
    zones: tuple[ZoneRecord, ...] = ()
    provisions: tuple[ProvisionRecord, ...] = ()
    overlays: tuple[OverlayRecord, ...] = ()
    sheets: tuple[SheetRecord, ...] = ()
    relations: tuple[RelationRecord, ...] = ()
    base_maps: tuple[BaseMapRecord, ...] = ()
    drawings: tuple[DrawingRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneralPlanZoneRecord:
    """Strefa planistyczna of a plan ogólny [StrefaPlanistyczna]. An absent indicator is "not set", never zero."""

    identifier: str  #: lokalnyId "1POG-12SJ"
    plan: str  #: lokalnyId of the act, "1POG"
    label: str  #: oznaczenie "12SJ"
    symbol: str  #: "SJ"
    name: str
    geometry: Polygon
    profiles_basic: tuple[str, ...] = ()
    profiles_additional: tuple[str, ...] = ()
    max_intensity: float | None = None
    max_coverage_percent: float | None = None
    max_height_m: float | None = None
    min_green_percent: float | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    version: str | None = None
    version_from: datetime | None = None
    alternative_name: str | None = None  #: [nazwaAlternatywna]
    status: str | None = None  #: elaboration, adoption, legalForce, obsolete
    character: str | None = None  #: generallyBinding, ... [charakterUstalenia]
    planned_from: date | None = None  #: day that a project hopes for; no law


type PlanningRecord = PlanRecord | GeneralPlanZoneRecord | RegulationRecord


# --- the contract of a reader -------------------------------------------------------------------------------


class UnreadableFileError(Exception):
    """The file as a whole cannot be used: truncated, unknown namespace, hostile, no CRS. Message in Polish."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """Readers of large files tell of it from another process."""
        return type(self), (self.rule, self.message)


@dataclass(slots=True)
class Reading[Record]:
    """Records of one file, streamed; ``problems`` fills while they are read, ``read`` counts source objects."""

    records: Iterator[Record]
    problems: list[Problem] = field(default_factory=list)
    read: int = 0
    state_on: date | None = None  #: day of the delivery, where the file says so

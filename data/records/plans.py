"""What an APP data set says of a planning act beside its zones: base maps, drawings, regulations of a general plan.

Names of the schema's fields stand in brackets (APP 2.0). Geometry is in EPSG:2178, distances metres, areas hectares.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shapely import Polygon


@dataclass(frozen=True, slots=True)
class BaseMapRecord:
    """Map that the act was drawn on [mapaPodkladowa]."""

    on: date  #: day of its state [data]
    reference: str  #: what it is [referencja]
    link: str | None = None  #: [lacze]


@dataclass(frozen=True, slots=True)
class DrawingRecord:
    """Description of a drawing; its file may lie anywhere [RysunekAktuPlanowaniaPrzestrzennego]."""

    code: str  #: [lokalnyId]
    title: str
    link: str  #: address of the georeferenced file [lacze]
    crs: str  #: as the source names it [ukladOdniesieniaPrzestrzennego]
    scale: int | None = None  #: denominator [rozdzielczoscPrzestrzenna]; None: unreadable
    namespace: str | None = None
    version: str | None = None
    version_from: datetime | None = None
    legend: str | None = None  #: address [legenda]
    description: str | None = None  #: [opis]
    in_force_from: date | None = None
    in_force_to: date | None = None


@dataclass(frozen=True, slots=True)
class AccessStandards:
    """Standards of access to social infrastructure [ObszarStandardowDostepnosciInfrastrukturySpolecznej]."""

    excludes_farmsteads: bool  #: [wylaczenieZabudowyZagrodowej]
    primary_school_m: float  #: [odlegloscDoSzkolyPodstawowej]
    green_areas_m: float  #: to public green areas of the total below [odlegloscDoObszarowZieleniPublicznej]
    green_areas_total_ha: float  #: [powierzchniaLacznaObszarowZieleniPublicznej]
    green_area_m: float  #: to one large area [odlegloscDoObszaruZieleniPublicznej]
    green_area_ha: float  #: [powierzchniaObszaruZieleniPublicznej]
    kindergarten_m: float | None = None  #: [odlegloscDoPrzedszkola]
    nursery_m: float | None = None  #: [odlegloscDoZlobka]
    clinic_m: float | None = None  #: [odlegloscDoAmbulatoriumPOZ]
    library_m: float | None = None  #: [odlegloscDoBiblioteki]
    culture_centre_m: float | None = None  #: [odlegloscDoDomuKultury]
    care_home_m: float | None = None  #: [odlegloscDoDomuPomocySpolecznej]
    sports_ground_m: float | None = None  #: [odlegloscDoUrzadzonegoTerenuSportu]
    transport_stop_m: float | None = None  #: [odlegloscDoPrzystanku]
    post_office_m: float | None = None  #: [odlegloscDoPlacowkiPocztowej]
    pharmacy_m: float | None = None  #: [odlegloscDoApteki]
    police_m: float | None = None  #: [odlegloscDoPosterunkuPolicji]
    fire_station_m: float | None = None  #: [odlegloscDoPosterunkuJednostkiOchronyPrzeciwpozarowej]


#: OUZ: built-up area to be filled in; OZS: downtown area; OSD: area with standards of access
type RegulationKind = Literal["OUZ", "OZS", "OSD"]


@dataclass(frozen=True, slots=True)
class RegulationRecord:
    """Area of a general plan that regulates across zones [Regulacja]."""

    kind: RegulationKind
    identifier: str  #: "1POG-3OUZ" [lokalnyId]
    plan: str  #: lokalnyId of the act
    label: str  #: "3OUZ" [oznaczenie]
    symbol: str  #: "OUZ"
    geometry: Polygon
    name: str | None = None
    standards: AccessStandards | None = None  #: of an OSD only
    status: str | None = None  #: elaboration, adoption, legalForce, obsolete
    character: str | None = None  #: generallyBinding, ... [charakterUstalenia]
    in_force_from: date | None = None
    in_force_to: date | None = None
    planned_from: date | None = None  #: hoped for by a project; no law
    version: str | None = None
    version_from: datetime | None = None

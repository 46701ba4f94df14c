"""Words of the APP 2.0 schema that its reader and its writer share: classes, code lists, zones and their profiles.

Source: APP 2.0 XSD and code lists of the ministry (dossier of planning, 3.5); profiles: regulation of 8 December 2023.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NAMESPACE_STEM = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/schemas/app/"
CODE_SPACE = "https://www.gov.pl/zagospodarowanieprzestrzenne/app"

PLAN = "AktPlanowaniaPrzestrzennego"
DOCUMENT = "DokumentFormalny"
DRAWING = "RysunekAktuPlanowaniaPrzestrzennego"
ZONE = "StrefaPlanistyczna"
REGULATIONS = {
    "ObszarUzupelnieniaZabudowy": "OUZ",
    "ObszarZabudowySrodmiejskiej": "OZS",
    "ObszarStandardowDostepnosciInfrastrukturySpolecznej": "OSD",
}

STATUS = "http://inspire.ec.europa.eu/codelist/ProcessStepGeneralValue/"
CHARACTER = "https://inspire.ec.europa.eu/codelist/RegulationNatureValue/"
LEVEL = "http://inspire.ec.europa.eu/codelist/LevelOfSpatialPlanValue/"
ACT_TYPE = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/codelist/TypAktuPlanowaniaPrzestrzennegoKod/"
ZONE_NAME = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/codelist/RodzajStrefyPlanistycznejKod/"
JOURNAL = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/codelist/DziennikUrzedowyKod/"
PROFILE = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/ontology/KPT#KPT-MPZP-"

TITLES: Mapping[str, str] = {
    "elaboration": "w opracowaniu",
    "adoption": "w trakcie przyjmowania",
    "legalForce": "prawnie wiążący lub realizowany",
    "obsolete": "nieaktualny",
    "generallyBinding": "ogólnie wiążące",
    "bindingForDevelopers": "wiążące dla inwestorów",
    "bindingOnlyForAuthorities": "wiążące tylko dla organów",
    "nonBinding": "niewiążące",
    "definedInLegislation": "określone w przepisach",
    "regional": "regionalny",
    "local": "lokalny",
    "infraLocal": "sublokalny",
    "planOgolnyGminy": "plan ogólny gminy",
    "miejscowyPlanZagospodarowaniaPrzestrzennego": "miejscowy plan zagospodarowania przestrzennego",
    "miejscowyPlanOdbudowy": "miejscowy plan odbudowy",
    "miejscowyPlanRewitalizacji": "miejscowy plan rewitalizacji",
    "studiumUwarunkowanIKierunkowZagospodarowaniaPrzestrzennegoGminy": "studium uwarunkowań i kierunków "
    "zagospodarowania przestrzennego gminy",
    "planZagospodarowaniaPrzestrzennegoWojewodztwa": "plan zagospodarowania przestrzennego województwa",
}
PROJECT = ("elaboration", "adoption")  #: states in which the day of coming into force is only hoped for
#: the usual code of each kind of act, and the level it stands on
ACT_TYPES = {
    "local-plan": "miejscowyPlanZagospodarowaniaPrzestrzennego",
    "general-plan": "planOgolnyGminy",
    "legacy-study": "studiumUwarunkowanIKierunkowZagospodarowaniaPrzestrzennegoGminy",
}
LEVELS = {"local-plan": "infraLocal", "general-plan": "local", "legacy-study": "local"}

#: attribute of an OSD in the schema -> field of AccessStandards, in the order of the schema
STANDARDS = {
    "odlegloscDoSzkolyPodstawowej": "primary_school_m",
    "odlegloscDoObszarowZieleniPublicznej": "green_areas_m",
    "powierzchniaLacznaObszarowZieleniPublicznej": "green_areas_total_ha",
    "odlegloscDoObszaruZieleniPublicznej": "green_area_m",
    "powierzchniaObszaruZieleniPublicznej": "green_area_ha",
    "odlegloscDoPrzedszkola": "kindergarten_m",
    "odlegloscDoZlobka": "nursery_m",
    "odlegloscDoAmbulatoriumPOZ": "clinic_m",
    "odlegloscDoBiblioteki": "library_m",
    "odlegloscDoDomuKultury": "culture_centre_m",
    "odlegloscDoDomuPomocySpolecznej": "care_home_m",
    "odlegloscDoUrzadzonegoTerenuSportu": "sports_ground_m",
    "odlegloscDoPrzystanku": "transport_stop_m",
    "odlegloscDoPlacowkiPocztowej": "post_office_m",
    "odlegloscDoApteki": "pharmacy_m",
    "odlegloscDoPosterunkuPolicji": "police_m",
    "odlegloscDoPosterunkuJednostkiOchronyPrzeciwpozarowej": "fire_station_m",
}
REQUIRED_STANDARDS = tuple(STANDARDS)[:5]
FARMSTEADS = "wylaczenieZabudowyZagrodowej"
#: field of a general zone -> its indicator
INDICATORS = {
    "max_intensity": "maksNadziemnaIntensywnoscZabudowy",
    "max_coverage_percent": "maksUdzialPowierzchniZabudowy",
    "max_height_m": "maksWysokoscZabudowy",
    "min_green_percent": "minUdzialPowierzchniBiologicznieCzynnej",
}


@dataclass(frozen=True, slots=True)
class ZoneKind:
    """A kind of planning zone: its name, the code of the name, the profiles it must and may have."""

    name: str
    code: str
    basic: frozenset[str]
    additional: frozenset[str]


def _zone(name: str, code: str, basic: str, additional: str) -> ZoneKind:
    return ZoneKind(name, code, frozenset(basic.split()), frozenset(additional.split()))


ZONES: Mapping[str, ZoneKind] = {
    "SW": _zone("strefa wielofunkcyjna z zabudową mieszkaniową wielorodzinną",
                "strefaWielofunkcyjnaZZabudowaMieszkaniowaWielorodzinna", "MW U K ZP ZD I", "MN H ZN L W"),
    "SJ": _zone("strefa wielofunkcyjna z zabudową mieszkaniową jednorodzinną",
                "strefaWielofunkcyjnaZZabudowaMieszkaniowaJednorodzinna", "MN U K ZP ZD I", "ML ZN L W"),
    "SZ": _zone("strefa wielofunkcyjna z zabudową zagrodową",
                "strefaWielofunkcyjnaZZabudowaZagrodowa", "RZM RZP RA K ZP ZD I", "RZW RN PEB U ZN L W"),
    "SU": _zone("strefa usługowa", "strefaUslugowa", "U K ZP ZD I", "PS PEF ZN L W"),
    "SH": _zone("strefa handlu wielkopowierzchniowego", "strefaHandluWielkopowierzchniowego",
                "H K ZP ZD I", "U PS PEF ZN L W"),
    "SP": _zone("strefa gospodarcza", "strefaGospodarcza", "P K ZP ZD I", "U ZN L W"),
    "SR": _zone("strefa produkcji rolniczej", "strefaProdukcjiRolniczej",
                "RZP RZW RA K ZD I", "RN PEB PEF PEW PEO ZP ZN L W"),
    "SI": _zone("strefa infrastrukturalna", "strefaInfrastrukturalna", "I K ZD", "U P ZP ZN L W"),
    "SN": _zone("strefa zieleni i rekreacji", "strefaZieleniIRekreacji",
                "ZP ZB W K ZD I", "US UK UHD UG UT UN UE UZ ZN L"),
    "SC": _zone("strefa cmentarzy", "strefaCmentarzy", "C K ZP ZD I", "UR UHD ZN L W"),
    "SG": _zone("strefa górnictwa", "strefaGornictwa", "G K ZD I", "P UH UL UG UA UN ZP ZN L W"),
    "SO": _zone("strefa otwarta", "strefaOtwarta", "RN L ZN W K ZD I", "PEW PEF PEG PEO PEB ZP"),
    "SK": _zone("strefa komunikacyjna", "strefaKomunikacyjna",
                "KDA KDS KDR KDG KK KKL KW KL KO ZD I", "KDZ UHD UG UT ZP L ZN W"),
}  # fmt: skip

#: names of land-use classes as the ministry's tool writes them; a class without one is written without a title
PROFILE_TITLES: Mapping[str, str] = {
    "C": "teren cmentarza",
    "G": "teren górnictwa i wydobycia",
    "H": "teren handlu wielkopowierzchniowego",
    "I": "teren infrastruktury technicznej",
    "K": "teren komunikacji",
    "KDA": "teren autostrady",
    "KDG": "teren drogi głównej",
    "KDR": "teren drogi głównej ruchu przyspieszonego",
    "KDS": "teren drogi ekspresowej",
    "KK": "teren komunikacji kolejowej i szynowej",
    "KKL": "teren komunikacji kolei linowej",
    "KL": "teren komunikacji lotniczej",
    "KO": "teren obsługi komunikacji",
    "KW": "teren komunikacji wodnej",
    "L": "teren lasu",
    "ML": "teren zabudowy letniskowej lub rekreacji indywidualnej",
    "MN": "teren zabudowy mieszkaniowej jednorodzinnej",
    "MW": "teren zabudowy mieszkaniowej wielorodzinnej",
    "P": "teren produkcji",
    "PEB": "teren biogazowni",
    "PEF": "teren elektrowni słonecznej",
    "PEG": "teren elektrowni geotermalnej",
    "PEO": "teren elektrowni wodnej",
    "PEW": "teren elektrowni wiatrowej",
    "RA": "teren akwakultury i obsługi rybactwa",
    "RN": "teren rolnictwa z zakazem zabudowy",
    "RZM": "teren zabudowy zagrodowej",
    "RZP": "teren produkcji w gospodarstwach rolnych",
    "RZW": "teren wielkotowarowej produkcji rolnej",
    "U": "teren usług",
    "W": "teren wód",
    "ZB": "teren plaży",
    "ZD": "teren ogrodów działkowych",
    "ZN": "teren zieleni naturalnej",
    "ZP": "teren zieleni urządzonej",
}

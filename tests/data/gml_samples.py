"""Hand-made GML, small enough to check in one's head; metres from a corner near Skała (EPSG:2178)."""

from collections.abc import Sequence
from pathlib import Path

EAST, NORTH = 7_418_000, 5_566_000
EGIB_2021 = "ewidencjaGruntowIBudynkow:1.0"
APP_2 = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/schemas/app/2.0"
URN_2178 = "urn:ogc:def:crs:EPSG::2178"

type Ring = Sequence[tuple[float, float]]


def square(east: float = 0, north: float = 0, side: float = 100) -> Ring:
    """Closed ring, east first, offsets from the corner."""
    return [(east, north), (east + side, north), (east + side, north + side), (east, north + side), (east, north)]


def pos_list(ring: Ring) -> str:
    """Coordinates as GML of Polish registers writes them: north before east."""
    return " ".join(f"{NORTH + north:.2f} {EAST + east:.2f}" for east, north in ring)


def polygon(*rings: Ring, srs: str | None = URN_2178) -> str:
    exterior, *interiors = rings
    name = f' srsName="{srs}"' if srs else ""
    sides = [
        f"<gml:exterior><gml:LinearRing><gml:posList>{pos_list(exterior)}</gml:posList></gml:LinearRing></gml:exterior>"
    ]
    sides += [
        f"<gml:interior><gml:LinearRing><gml:posList>{pos_list(ring)}</gml:posList></gml:LinearRing></gml:interior>"
        for ring in interiors
    ]
    return f"<gml:Polygon{name}>{''.join(sides)}</gml:Polygon>"


def collection(*members: str, namespace: str = EGIB_2021) -> str:
    body = "".join(f"<gml:featureMember>{member}</gml:featureMember>" for member in members)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:egb="{namespace}" '
        f'xmlns:app="{namespace}" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:gco="http://www.isotc211.org/2005/gco">{body}</gml:FeatureCollection>'
    )


def write(folder: Path, text: str, name: str = "dane.gml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def egb(tag: str, content: str) -> str:
    return f"<egb:{tag}>{content}</egb:{tag}>"


def app(tag: str, content: str) -> str:
    return f"<app:{tag}>{content}</app:{tag}>"


# --- EGiB ---


def feature(kind: str, number: int, fields: str, *, ended: str = "") -> str:
    uuid = f"00000000-0000-0000-0000-{number:012d}"
    return (
        f'<egb:{kind} gml:id="PL.PZGiK.1206.EGiB_{uuid}"><egb:idIIP><egb:EGB_IdentyfikatorIIP>'
        f"<egb:lokalnyId>{uuid}</egb:lokalnyId><egb:przestrzenNazw>PL.PZGiK.1206.EGiB</egb:przestrzenNazw>"
        f"</egb:EGB_IdentyfikatorIIP></egb:idIIP>{ended}{fields}</egb:{kind}>"
    )


def link(tag: str, number: int) -> str:
    return f'<egb:{tag} xlink:href="#PL.PZGiK.1206.EGiB_00000000-0000-0000-0000-{number:012d}"/>'


def parcel(
    identifier: str = "120610_5.0007.1",
    *,
    number: int = 1,
    geometry: str | None = None,
    area: str | None = "1.0000",
    uom: str = "ha",
    more: str = "",
    ended: str = "",
) -> str:
    shape = polygon(square()) if geometry is None else geometry
    registered = f'<egb:poleEwidencyjne uom="{uom}">{area}</egb:poleEwidencyjne>' if area is not None else ""
    fields = f"<egb:idDzialki>{identifier}</egb:idDzialki><egb:geometria>{shape}</egb:geometria>{registered}{more}"
    return feature("EGB_DzialkaEwidencyjna", number, fields, ended=ended)


def land_use(ofu: str, ozu: str = "", ozk: str = "", area: str = "1.0000") -> str:
    codes = f"<egb:OFU>{ofu}</egb:OFU>"
    codes += f"<egb:OZU>{ozu}</egb:OZU>" if ozu else ""
    codes += f"<egb:OZK>{ozk}</egb:OZK>" if ozk else ""
    area_field = f'<egb:powierzchnia uom="ha">{area}</egb:powierzchnia>'
    return f"<egb:klasouzytek><egb:EGB_Klasouzytek>{codes}{area_field}</egb:EGB_Klasouzytek></egb:klasouzytek>"


# --- APP ---

SPACE = "PL.ZIPPZP.1234/120610-POG"
_STATUS = "http://inspire.ec.europa.eu/codelist/ProcessStepGeneralValue/"
_PLAN_TYPES = "https://www.gov.pl/static/zagospodarowanieprzestrzenne/codelist/TypAktuPlanowaniaPrzestrzennegoKod/"
_OBJECTS = "https://www.gov.pl/zagospodarowanieprzestrzenne/app/"


def _identity(local_id: str, space: str) -> str:
    return (
        f"<app:idIIP><app:Identyfikator><app:przestrzenNazw>{space}</app:przestrzenNazw>"
        f"<app:lokalnyId>{local_id}</app:lokalnyId><app:wersjaId>20260819T010000</app:wersjaId>"
        "</app:Identyfikator></app:idIIP>"
    )


#: basic profiles of some zones (dossier of planning, 3.5)
BASIC = {
    "SJ": "MN U K ZP ZD I",
    "SN": "ZP ZB W K ZD I",
    "SP": "P K ZP ZD I",
    "SU": "U K ZP ZD I",
    "SO": "RN L ZN W K ZD I",
}


def plan(
    local_id: str = "1POG",
    *,
    space: str = SPACE,
    kind: str = "planOgolnyGminy",
    status: str = "legalForce",
    title: str = "Plan ogólny gminy Skała",
    ring: Ring | None = None,
    legal: str = "<app:obowiazujeOd>2026-09-01</app:obowiazujeOd>",
    more: str = "",
) -> str:
    shape = f"<gml:MultiSurface srsName='{URN_2178}'><gml:surfaceMember>{polygon(ring or square(), srs=None)}"
    return (
        f"<app:AktPlanowaniaPrzestrzennego>{_identity(local_id, space)}"
        "<app:poczatekWersjiObiektu>2026-08-19T01:00:00Z</app:poczatekWersjiObiektu>"
        f"<app:tytul>{title}</app:tytul><app:typPlanu xlink:href='{_PLAN_TYPES}{kind}'/>{legal}"
        f"<app:status xlink:href='{_STATUS}{status}'/>{more}"
        f"<app:zasiegPrzestrzenny>{shape}</gml:surfaceMember></gml:MultiSurface></app:zasiegPrzestrzenny>"
        "</app:AktPlanowaniaPrzestrzennego>"
    )


def zone(
    label: str = "1SN",
    symbol: str = "SN",
    *,
    local_id: str | None = None,
    ring: Ring | None = None,
    indicators: str = "<app:minUdzialPowierzchniBiologicznieCzynnej>70</app:minUdzialPowierzchniBiologicznieCzynnej>",
    legal: str = "<app:obowiazujeOd>2026-09-01</app:obowiazujeOd>",
    status: str = "legalForce",
    space: str = SPACE,
    profiles: str | None = None,
) -> str:
    classes = "".join(
        f"<app:profilPodstawowy xlink:href='https://www.gov.pl/static/zagospodarowanieprzestrzenne/ontology/KPT#KPT-MPZP-"
        f"{code}'/>"
        for code in (BASIC.get(symbol, "") if profiles is None else profiles).split()
    )
    return (
        f"<app:StrefaPlanistyczna>{_identity(local_id or f'1POG-{label}', space)}"
        f"<app:oznaczenie>{label}</app:oznaczenie><app:symbol>{symbol}</app:symbol>"
        f"<app:poczatekWersjiObiektu>2026-08-19T01:00:00Z</app:poczatekWersjiObiektu>{legal}"
        f"<app:status xlink:href='{_STATUS}{status}'/><app:geometria>{polygon(ring or square())}</app:geometria>"
        f"<app:plan xlink:href='{_OBJECTS}AktPlanowaniaPrzestrzennego/{space}/1POG'/>"
        f"<app:nazwa xlink:title='strefa {symbol}'/>{classes}{indicators}</app:StrefaPlanistyczna>"
    )


def regulation(
    label: str = "1OUZ",
    kind: str = "ObszarUzupelnieniaZabudowy",
    *,
    symbol: str = "OUZ",
    local_id: str | None = None,
    ring: Ring | None = None,
    standards: str = "",
) -> str:
    return (
        f"<app:{kind}>{_identity(local_id or f'1POG-{label}', SPACE)}<app:oznaczenie>{label}</app:oznaczenie>"
        f"<app:symbol>{symbol}</app:symbol><app:poczatekWersjiObiektu>2026-08-19T01:00:00Z</app:poczatekWersjiObiektu>"
        f"<app:obowiazujeOd>2026-09-01</app:obowiazujeOd><app:status xlink:href='{_STATUS}legalForce'/>"
        f"<app:geometria>{polygon(ring or square())}</app:geometria>"
        f"<app:plan xlink:href='{_OBJECTS}AktPlanowaniaPrzestrzennego/{SPACE}/1POG'/>{standards}</app:{kind}>"
    )


def document(local_id: str, relation: str, *, day: str = "2026-08-01", more: str = "", target: str = "1POG") -> str:
    return (
        f"<app:DokumentFormalny>{_identity(local_id, SPACE)}<app:tytul>Uchwała {local_id}</app:tytul>"
        f"<app:numerIdentyfikacyjny>{local_id}</app:numerIdentyfikacyjny>"
        f"<app:data><gco:Date>{day}</gco:Date></app:data>{more}"
        f"<app:{relation} xlink:href='{_OBJECTS}AktPlanowaniaPrzestrzennego/{SPACE}/{target}/20260819T010000'/>"
        "</app:DokumentFormalny>"
    )

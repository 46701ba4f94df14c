"""Hand-made files of PRG and TERYT, small enough to read. Codes are invented (SIMC 99..., ULIC 9...)."""

from collections.abc import Iterable

GML_2021 = """<?xml version="1.0" encoding="UTF-8"?>
<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:prgad="https://geoportal.gov.pl/schemas/prgad/1.0">{members}</gml:FeatureCollection>"""

GML_2012 = """<?xml version="1.0" encoding="UTF-8"?>
<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:bt="urn:gugik:specyfikacje:gmlas:modelPodstawowy:1.0"
  xmlns:mua="urn:gugik:specyfikacje:gmlas:ewidencjaMiejscowosciUlicAdresow:1.0"
  xmlns:prg-ad="urn:gugik:specyfikacje:gmlas:panstwowyRejestrGranicAdresy:1.0"
  gml:id="prg-ad"><gml:featureMembers>{members}</gml:featureMembers></gml:FeatureCollection>"""

#: Skała market square in EPSG:2180 as dossier 1.5 has it: east, north
RYNEK = (560863.23, 262948.91)


def prg_2021(*members: str) -> str:
    return GML_2021.format(members="".join(f"<gml:featureMember>{member}</gml:featureMember>" for member in members))


def _identity(local: str, version: str) -> str:
    return (
        f"<prgad:idIIP><prgad:AD_IdentyfikatorIIP><prgad:lokalnyId>{local}</prgad:lokalnyId>"
        f"<prgad:wersjaId>{version}</prgad:wersjaId></prgad:AD_IdentyfikatorIIP></prgad:idIIP>"
    )


def point(east: float, north: float, *, srs: str = "EPSG:2180") -> str:
    return (
        f'<prgad:georeferencja><gml:Point srsName="{srs}"><gml:pos>{east} {north}</gml:pos></gml:Point>'
        "</prgad:georeferencja>"
    )


def locality(simc: str, name: str, *, teryt: str = "1206105", kind: str = "01", extra: str = "") -> str:
    return (
        f'<prgad:AD_Miejscowosc gml:id="PL.X_{simc}_2025-01-01T00_00_00_01_00">{_identity(simc, "2025-01-01")}'
        f"<prgad:nazwa>{name}</prgad:nazwa><prgad:rodzaj>{kind}</prgad:rodzaj>"
        f"<prgad:identyfikatorSIMC>{simc}</prgad:identyfikatorSIMC>{point(*RYNEK)}"
        f"<prgad:TERYTGminy>{teryt}</prgad:TERYTGminy>{extra}</prgad:AD_Miejscowosc>"
    )


def street(ulic: str, simc: str, names: str, *, shape: str = "") -> str:
    return (
        f'<prgad:AD_UlicaPlac gml:id="PL.X_u{ulic}_2025-01-01T00_00_00_01_00">{_identity(f"u{ulic}", "2025-01-01")}'
        f"<prgad:geometria>{shape}</prgad:geometria>{names}"
        f"<prgad:identyfikatorULIC>{ulic}</prgad:identyfikatorULIC>"
        f'<prgad:miejsce xlink:href="#PL.X_{simc}_2025-01-01T00_00_00_01_00"/></prgad:AD_UlicaPlac>'
    )


def address(
    local: str,
    number: str,
    simc: str,
    *,
    ulic: str | None = None,
    version: str = "2025-01-01T00:00:00",
    place: tuple[float, float] = RYNEK,
    extra: str = "",
) -> str:
    link = f'<prgad:ulica2 xlink:href="#PL.X_u{ulic}_2025-01-01T00_00_00_01_00"/>' if ulic else ""
    return (
        f'<prgad:AD_PunktAdresowy gml:id="PL.X_{local}_{version}">{_identity(local, version)}'
        f"<prgad:numerPorzadkowy>{number}</prgad:numerPorzadkowy>{point(*place)}"
        f"<prgad:kodPocztowy>32-043</prgad:kodPocztowy>"
        f'<prgad:miejscowosc xlink:href="#PL.X_{simc}_2025-01-01T00_00_00_01_00"/>{link}{extra}'
        "</prgad:AD_PunktAdresowy>"
    )


def prg_2012(*, number: str = "2", ended: str = "") -> str:
    """One address at ul. gen. Józefa Bema in Cianowice; coordinates are north first (URN)."""
    base = "http://geoportal.gov.pl/PZGIK/dane"
    where = '<gml:Point srsName="urn:ogc:def:crs:EPSG::2180"><gml:pos>262948.91 560863.23</gml:pos></gml:Point>'
    members = f"""
    <prg-ad:PRG_PunktAdresowy gml:id="PL.X_a1">
      <prg-ad:idIIP><bt:BT_Identyfikator><bt:lokalnyId>a1</bt:lokalnyId>
        <bt:wersjaId>2022-09-09T18:18:16+02:00</bt:wersjaId></bt:BT_Identyfikator></prg-ad:idIIP>
      <prg-ad:cyklZycia><bt:BT_CyklZyciaInfo>{ended}</bt:BT_CyklZyciaInfo></prg-ad:cyklZycia>
      <prg-ad:miejscowosc>Cianowice</prg-ad:miejscowosc><prg-ad:ulica>Bema</prg-ad:ulica>
      <prg-ad:numerPorzadkowy>{number}</prg-ad:numerPorzadkowy><prg-ad:kodPocztowy>32-043</prg-ad:kodPocztowy>
      <prg-ad:pozycja>{where}</prg-ad:pozycja>
      <prg-ad:komponent xlink:href="{base}/PL.PZGIK.200_12"/>
      <prg-ad:komponent xlink:href="{base}/PL.PZGIK.200_120610"/>
      <prg-ad:komponent xlink:href="{base}/PL.X_9900003"/>
      <prg-ad:komponent xlink:href="{base}/PL.X_u1"/>
    </prg-ad:PRG_PunktAdresowy>
    <prg-ad:PRG_JednostkaAdministracyjnaNazwa gml:id="PL.PZGIK.200_12">
      <prg-ad:nazwa>małopolskie</prg-ad:nazwa><prg-ad:idTERYT>12</prg-ad:idTERYT>
    </prg-ad:PRG_JednostkaAdministracyjnaNazwa>
    <prg-ad:PRG_JednostkaAdministracyjnaNazwa gml:id="PL.PZGIK.200_120610">
      <prg-ad:nazwa>Skała</prg-ad:nazwa><prg-ad:idTERYT>1206103</prg-ad:idTERYT>
    </prg-ad:PRG_JednostkaAdministracyjnaNazwa>
    <prg-ad:PRG_MiejscowoscNazwa gml:id="PL.X_9900003">
      <prg-ad:nazwa>Cianowice</prg-ad:nazwa><prg-ad:idTERYT>9900003</prg-ad:idTERYT>
      <prg-ad:pozycja>{where}</prg-ad:pozycja>
    </prg-ad:PRG_MiejscowoscNazwa>
    <prg-ad:PRG_UlicaNazwa gml:id="PL.X_u1">
      <prg-ad:nazwa><mua:AD_NazwaUlicy><mua:przedrostek1Czesc>ulica</mua:przedrostek1Czesc>
        <mua:przedrostek2Czesc>gen.</mua:przedrostek2Czesc><mua:nazwaCzesc>Józefa</mua:nazwaCzesc>
        <mua:nazwaGlownaCzesc>Bema</mua:nazwaGlownaCzesc><mua:idTERYT>91001</mua:idTERYT>
      </mua:AD_NazwaUlicy></prg-ad:nazwa>
      <prg-ad:geometria><gml:Curve srsName="urn:ogc:def:crs:EPSG::2180"><gml:segments><gml:LineStringSegment>
        <gml:posList>262900 560800 262900 560900</gml:posList>
      </gml:LineStringSegment></gml:segments></gml:Curve></prg-ad:geometria>
    </prg-ad:PRG_UlicaNazwa>"""
    return GML_2012.format(members=members)


SIMC_HEAD = "WOJ;POW;GMI;RODZ_GMI;RM;MZ;NAZWA;SYM;SYMPOD;STAN_NA"
ULIC_HEAD = "WOJ;POW;GMI;RODZ_GMI;SYM;SYM_UL;CECHA;NAZWA_1;NAZWA_2;STAN_NA"


def table(head: str, rows: Iterable[str]) -> str:
    return "\n".join([head, *rows, ""])


def teryt_xml(name: str, head: str, rows: Iterable[str], *, as_columns: bool = False) -> str:
    """The same rows in the form of GUS's XML: elements, or <col name="..."> in older files."""
    columns = head.split(";")

    def cells(row: str) -> str:
        pairs = zip(columns, row.split(";"), strict=True)
        if as_columns:
            return "".join(f'<col name="{column}">{value}</col>' for column, value in pairs)
        return "".join(f"<{column}>{value}</{column}>" for column, value in pairs)

    body = "".join(f"<row>{cells(row)}</row>" for row in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?><teryt><catalog name="{name}" type="all">{body}</catalog></teryt>'

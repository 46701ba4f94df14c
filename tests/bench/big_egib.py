"""EGiB deliveries of any size, in the 2021 schema: districts of bent squares that share every vertex.

The same arguments give the same bytes. With ``changed`` every hundredth parcel has another registered area, as in the
next delivery of a county.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import sin
from pathlib import Path

EAST, NORTH = 7_400_000.0, 5_555_000.0
SIDE = 60.0  #: of a parcel, metres
ROW = 50  #: parcels in a row of a district
DISTRICTS_IN_ROW = 20

type Pair = tuple[float, float]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:egb="ewidencjaGruntowIBudynkow:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" gml:id="F">\n'
)


def write_egib(path: Path, *, parcels: int, per_district: int = 2500, changed: bool = False) -> Path:
    """About 4.4 kB for each parcel: with it half a contour of use, a third of a building, two boundary points."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for number in range((parcels + per_district - 1) // per_district):
            file.writelines(_district(number, min(per_district, parcels - number * per_district), changed=changed))
        file.write("</gml:FeatureCollection>\n")
    return path


def boundary(parcels: int, per_district: int = 2500) -> tuple[float, float, float, float]:
    """Rectangle of all districts, EPSG:2178."""
    districts = (parcels + per_district - 1) // per_district
    rows = (districts + DISTRICTS_IN_ROW - 1) // DISTRICTS_IN_ROW
    height = (per_district // ROW + 1) * SIDE
    return EAST, NORTH, EAST + DISTRICTS_IN_ROW * ROW * SIDE, NORTH + rows * height


def _district(number: int, parcels: int, *, changed: bool) -> Iterator[str]:
    name = f"120610_5.{number + 1:04d}"
    height = (parcels + ROW - 1) // ROW * SIDE
    east, north = EAST + number % DISTRICTS_IN_ROW * ROW * SIDE, NORTH + number // DISTRICTS_IN_ROW * ROW * SIDE
    width = min(parcels, ROW) * SIDE
    corners = [(east, north), (east + width, north), (east + width, north + height), (east, north + height)]
    said = f"<egb:idObrebu>{name}</egb:idObrebu><egb:nazwaWlasna>Obręb {number + 1}</egb:nazwaWlasna>"
    yield _member("EGB_ObrebEwidencyjny", f"OB{number}", said + _polygon(f"O{number}", [*corners, corners[0]]))
    for group in range(20):
        unit = f"<egb:idJednostkiRejestrowej>{name}.G{group + 1}</egb:idJednostkiRejestrowej>"
        kind = "<egb:grupaRejestrowa>7.1</egb:grupaRejestrowa>"
        yield _member("EGB_JednostkaRejestrowaGruntow", f"JRG{number}_{group}", unit + kind)
    for index in range(parcels):
        corner = (east + index % ROW * SIDE, north + index // ROW * SIDE)
        yield from _parcel(name, number, index, _ring(corner, (east, north, east + width, north + height)), changed)


def _parcel(district: str, number: int, index: int, ring: list[Pair], changed: bool) -> Iterator[str]:
    key = f"{number}_{index}"
    area = round(abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2)
    area += 3 if changed and index % 100 == 7 else 0
    uses = "".join(_use(*use) for use in (("R", "R", "IIIa", area // 3), ("Ł", "Ł", "IV", area - area // 3)))
    points = "".join(f'<egb:punktGranicyDzialki xlink:href="PG{key}_{corner}"/>' for corner in range(4))
    yield _member(
        "EGB_DzialkaEwidencyjna",
        f"DZ{key}",
        f"<egb:idDzialki>{district}.{index + 1}</egb:idDzialki>{_polygon(key, ring)}"
        f'<egb:poleEwidencyjne uom="ha">{area / 10_000:.4f}</egb:poleEwidencyjne>'
        f"<egb:dokladnoscReprezentacjiPola>1</egb:dokladnoscReprezentacjiPola>{uses}"
        f'<egb:JRG2 xlink:href="#JRG{number}_{index % 20}"/>{points}<egb:lokalizacjaDzialki xlink:href="#OB{number}"/>',
    )
    if index % 2 == 0:
        said = f"<egb:idUzytku>{district}.UG.{index + 1}</egb:idUzytku>{_polygon('U' + key, ring)}<egb:OFU>R</egb:OFU>"
        yield _member("EGB_KonturUzytkuGruntowego", f"UZ{key}", said)
    if index % 3 == 0:
        yield _building(district, key, index, ring[0])
    for corner in range(2):
        (east, north), name = ring[corner * 3], f"PG{key}_{corner}"
        said = f"<egb:idPunktu>{name}</egb:idPunktu><egb:geometria>{_point(name, east, north)}</egb:geometria>"
        yield _member("EGB_PunktGraniczny", name, said)


def _building(district: str, key: str, index: int, corner: Pair) -> str:
    east, north = corner[0] + 25, corner[1] + 25
    ring = [(east, north), (east + 10, north), (east + 10, north + 10), (east, north + 10), (east, north)]
    return _member(
        "EGB_Budynek",
        f"BU{key}",
        f"<egb:idBudynku>{district}.{index + 1}_BUD</egb:idBudynku>{_polygon('B' + key, ring)}"
        f'<egb:dzialkaZabudowana xlink:href="#DZ{key}"/><egb:rodzajWgKST>m</egb:rodzajWgKST>'
        "<egb:liczbaKondygnacjiNadziemnych>2</egb:liczbaKondygnacjiNadziemnych>",
    )


def _ring(corner: Pair, district: tuple[float, float, float, float]) -> list[Pair]:
    """Three points on each side, bent by a wave that depends on the place only, so that neighbours share them."""
    side = SIDE / 3
    steps = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 3), (2, 3), (1, 3), (0, 3), (0, 2), (0, 1), (0, 0)]
    return [_bent(corner[0] + right * side, corner[1] + up * side, district) for right, up in steps]


def _bent(east: float, north: float, district: tuple[float, float, float, float]) -> Pair:
    inside = district[0] + 1 < east < district[2] - 1 and district[1] + 1 < north < district[3] - 1
    return (round(east + 7 * sin(east * 0.013 + north * 0.017), 2) if inside else east), north


def _use(ofu: str, ozu: str, ozk: str, area: int) -> str:
    codes = f"<egb:OFU>{ofu}</egb:OFU><egb:OZU>{ozu}</egb:OZU><egb:OZK>{ozk}</egb:OZK>"
    amount = f'<egb:powierzchnia uom="ha">{area / 10_000:.4f}</egb:powierzchnia>'
    return f"<egb:klasouzytek><egb:EGB_Klasouzytek>{codes}{amount}</egb:EGB_Klasouzytek></egb:klasouzytek>"


def _polygon(key: str, ring: list[Pair]) -> str:
    places = " ".join(f"{north:.2f} {east:.2f}" for east, north in ring)
    return (
        f'<egb:geometria><gml:Polygon gml:id="P{key}" srsName="urn:ogc:def:crs:EPSG::2178" srsDimension="2">'
        f'<gml:exterior><gml:LinearRing><gml:posList srsDimension="2">{places}</gml:posList></gml:LinearRing>'
        "</gml:exterior></gml:Polygon></egb:geometria>"
    )


def _point(key: str, east: float, north: float) -> str:
    return (
        f'<gml:Point gml:id="T{key}" srsName="urn:ogc:def:crs:EPSG::2178"><gml:pos>{north:.2f} {east:.2f}</gml:pos>'
        "</gml:Point>"
    )


def _member(tag: str, key: str, said: str) -> str:
    identity = (
        f"<egb:idIIP><egb:EGB_IdentyfikatorIIP><egb:lokalnyId>{key}</egb:lokalnyId>"
        "<egb:przestrzenNazw>PL.PZGiK.206.EGiB</egb:przestrzenNazw><egb:wersjaId>2026-01-01T00:00:00</egb:wersjaId>"
        "</egb:EGB_IdentyfikatorIIP></egb:idIIP><egb:startObiekt>2020-01-01T00:00:00</egb:startObiekt>"
        "<egb:startWersjaObiekt>2026-01-01T00:00:00</egb:startWersjaObiekt>"
    )
    return f'<gml:featureMember><egb:{tag} gml:id="{key}">{identity}{said}</egb:{tag}></gml:featureMember>\n'

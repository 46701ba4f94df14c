"""Outlines of the two municipalities and facts about their offices.

The corners are public facts of the national register of borders (PRG), simplified and rounded to the metre,
EPSG:2178. Every other line of the demo data is invented.
Coordinates are written short: east - 7 400 000, north - 5 500 000.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shapely import MultiPolygon, Polygon

EAST, NORTH = 7_400_000, 5_500_000

type Pair = tuple[float, float]

SKALA_CORNERS: tuple[Pair, ...] = (
    (13413, 63295), (15000, 64384), (14451, 65755), (16715, 65657), (15555, 67457), (16795, 68261),
    (16839, 69802), (18019, 69615), (19173, 71053), (20778, 70911), (21696, 71703), (23674, 71520),
    (23350, 69773), (23915, 67673), (22822, 65288), (23539, 64255), (23415, 62705), (22436, 61189),
    (18344, 60258), (16987, 61178), (15675, 61125), (15531, 63325),
)  # fmt: skip
SULOSZOWA_CORNERS: tuple[Pair, ...] = (
    (14451, 65755), (13088, 66849), (12266, 68412), (9946, 67229), (8687, 68200), (7641, 69873),
    (6315, 70385), (5591, 70747), (5451, 74267), (7690, 74537), (8670, 73724), (10695, 73269),
    (12648, 71325), (14625, 71040), (15367, 72026), (16839, 69802), (16795, 68261), (15555, 67457),
    (16715, 65657),
)  # fmt: skip


def at(pairs: Iterable[Pair]) -> list[Pair]:
    """Short coordinates to EPSG:2178."""
    return [(EAST + east, NORTH + north) for east, north in pairs]


@dataclass(frozen=True, slots=True)
class DemoMunicipality:
    """A municipality of the demo with what its letters need."""

    teryt: str  #: first six digits of TERYT
    name: str
    outline: MultiPolygon  #: EPSG:2178
    office_name: str
    office_address: str
    head_title: str
    head_title_genitive: str  # "z up. Burmistrza ..."
    council: str


MUNICIPALITIES: dict[str, DemoMunicipality] = {
    "120610": DemoMunicipality(
        teryt="120610",
        name="Skała",
        outline=MultiPolygon([Polygon(at(SKALA_CORNERS))]),
        office_name="Urząd Miasta i Gminy w Skale",
        office_address="Rynek 29, 32-043 Skała",
        head_title="Burmistrz Miasta i Gminy Skała",
        head_title_genitive="Burmistrza Miasta i Gminy Skała",
        council="Rada Miejska w Skale",
    ),
    "120613": DemoMunicipality(
        teryt="120613",
        name="Sułoszowa",
        outline=MultiPolygon([Polygon(at(SULOSZOWA_CORNERS))]),
        office_name="Urząd Gminy Sułoszowa",
        office_address="ul. Krakowska 139, 32-045 Sułoszowa",
        head_title="Wójt Gminy Sułoszowa",
        head_title_genitive="Wójta Gminy Sułoszowa",
        council="Rada Gminy Sułoszowa",
    ),
}

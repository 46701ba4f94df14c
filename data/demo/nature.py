"""Ojców National Park and its buffer zone as sample outlines: near the real place, drawn by hand, of no legal use.

The park has 2146 ha, 57 % of it in Skała; all of Sułoszowa that is not park lies in the buffer zone.
"""

from collections.abc import Iterator
from datetime import date

import shapely
from shapely import Polygon

from data.demo.outlines import MUNICIPALITIES, Pair, at
from data.demo.shapes import surface_of
from data.records.nature import NATIONAL_PARK, ProtectedAreaRecord

PARK_CORNERS: tuple[Pair, ...] = (
    (17050, 60900), (17650, 61600), (17500, 62500), (17650, 63400), (17600, 64300), (17250, 65200), (16800, 65900),
    (16100, 66450), (15300, 67000), (14500, 67500), (13900, 68050), (13350, 68600), (12750, 68750), (12400, 68300),
    (12600, 67800), (13300, 67300), (13850, 66700), (14150, 66050), (13900, 65450), (13000, 65600), (12000, 65900),
    (11300, 65600), (11400, 65000), (12300, 64650), (13300, 64500), (13900, 64100), (14300, 63300), (15000, 62600),
    (15200, 61700), (15700, 61000),
)  # fmt: skip
ESTABLISHED_ON = date(1956, 1, 14)
BUFFER_M = 1500
SAMPLE = "(obrys przykładowy)"


def protected_areas(_teryt: str) -> Iterator[ProtectedAreaRecord]:
    """The same two areas for both municipalities: an area is kept whole."""
    park = Polygon(at(PARK_CORNERS))
    yield ProtectedAreaRecord(
        identifier="przyklad.PN.1",
        name=f"Ojcowski Park Narodowy {SAMPLE}",
        kind=NATIONAL_PARK,
        geometry=park,
        established_on=ESTABLISHED_ON,
        area_ha=2146,
    )
    around = shapely.union_all([MUNICIPALITIES["120613"].outline, park.buffer(BUFFER_M, quad_segs=2)])
    yield ProtectedAreaRecord(
        identifier="przyklad.PN.1.otulina",
        name=f"Ojcowski Park Narodowy - otulina {SAMPLE}",
        kind=NATIONAL_PARK,
        geometry=surface_of(shapely.difference(around, park)),
        is_buffer=True,
    )

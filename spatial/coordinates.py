"""Coordinates as people type and paste them, in the four systems that they meet here.

Degrees (decimal, or with minutes and seconds), PL-1992, PL-2000 zone 7 and the web map's metres. Polish surveyors name
the northing first (X), programs the easting: both orders are understood wherever they can be told apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched

from django.contrib.gis.geos import Point

from spatial import crs
from spatial.hits import NUMBERED, Hit
from spatial.words import NO_BREAK, polish_number

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
#: what may stand beside the numbers
_MARKS = re.compile(r"(?:[NSEWXYnsewxy=:;,°º'’′\"”″\s]|lat|lon|lng|stopni|min|sek)*")


@dataclass(frozen=True, slots=True)
class System:
    """``west`` to ``north`` hold Poland in the system's own numbers, east first."""

    srid: int
    name: str
    west: float
    south: float
    east: float
    north: float

    def holds(self, east: float, north: float) -> bool:
        return self.west <= east <= self.east and self.south <= north <= self.north


SYSTEMS = (
    System(crs.WGS84, "WGS 84", 14.0, 48.9, 24.3, 54.95),
    System(crs.PL_1992, "PL-1992", 170_000, 120_000, 870_000, 790_000),
    System(crs.PL_2000_7, "PL-2000, strefa 7", 7_310_000, 5_400_000, 7_690_000, 6_120_000),
    System(crs.WEB_MERCATOR, "EPSG:3857", 1_558_000, 6_260_000, 2_706_000, 7_360_000),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that was meant, in EPSG:2178, and the system in which it was written."""

    system: System
    east: float
    north: float

    def hit(self) -> Hit:
        lon, lat = moved(self.east, self.north, crs.PL_2000_7, crs.WGS84)
        label = f"{decimal(lat, 5)}°{NO_BREAK}N, {decimal(lon, 5)}°{NO_BREAK}E"
        place = f"X{NO_BREAK}{decimal(self.north, 2)}, Y{NO_BREAK}{decimal(self.east, 2)}"
        detail = f"{self.system.name} · PL-2000/7: {place}"
        return Hit("coordinates", label, detail, (self.east, self.north) * 2, score=2 * NUMBERED)


def moved(x: float, y: float, srid: int, onto: int) -> tuple[float, float]:
    """The spot in another system, east first in both."""
    x, y, *_far = Point(x, y, srid=srid).transform(onto, clone=True).extent
    return x, y


def decimal(number: float, places: int) -> str:
    return polish_number(Decimal(number).quantize(Decimal(1).scaleb(-places)))


def are_coordinates(text: str) -> bool:
    """Whether the text is two positions and nothing else, wherever they lie."""
    return numbers_of(text) is not None


def spots(text: str) -> list[Spot]:
    """Places in Poland that the text may mean: mostly one, two where PL-1992 can be read in both orders."""
    pair = numbers_of(text)
    if pair is None:
        return []
    return list(dict.fromkeys(read(*pair)))


def read(first: float, second: float) -> Iterator[Spot]:
    for system in SYSTEMS:
        for north, east in ((first, second), (second, first)):
            if system.holds(east, north):
                yield Spot(system, *moved(east, north, system.srid, crs.PL_2000_7))


def numbers_of(text: str) -> tuple[float, float] | None:
    """The two numbers of a pair, minutes and seconds counted in; None for other texts."""
    if not _MARKS.fullmatch(_NUMBER.sub("", text)):
        return None
    found = _NUMBER.findall(text)
    if len(found) == 1 and found[0].count(",") == 1 and "." not in found[0]:
        found = found[0].split(",")  # "5566123,7418123"
    values = [float(number.replace(",", ".")) for number in found]
    if len(values) == 2:
        has_fraction = any(not number.isdecimal() for number in found)
        return (values[0], values[1]) if has_fraction or min(values) >= 100_000 else None
    if len(values) in (4, 6) and all(part < 60 for place in halves(values) for part in place[1:]):
        first, second = (sum(part / 60**place for place, part in enumerate(half)) for half in halves(values))
        return first, second
    return None


def halves(values: list[float]) -> list[tuple[float, ...]]:
    return list(batched(values, len(values) // 2, strict=True))

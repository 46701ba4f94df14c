"""The old town of Skała: a market square and nine-by-nine streets round it, set out in the Middle Ages."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import shapely
from shapely import LineString, Polygon, affinity

from data.demo.chance import dice
from data.demo.ground import RYNEK

TURN = 11.0  #: degrees by which the grid is turned
GRID = (-292.0, -176.0, -60.0, 60.0, 176.0, 292.0)
HALF_STREET = 4.5
STREET_NAMES = {
    "u": ("ul. Bohaterów Września", "ul. Szkolna", "ul. Kościelna", "ul. Floriańska", "ul. Mickiewicza",
          "ul. Niecała"),
    "v": ("ul. Langiewicza", "ul. Krótka", "ul. Kazimierza Wielkiego", "ul. św. Jana", "ul. Podwalna",
          "ul. Targowa"),
}  # fmt: skip


@dataclass(slots=True)
class TownBlock:
    """One quarter, street or the square."""

    kind: str
    shape: Polygon
    group: str = "7"
    angle: float = 0.0
    cuts: list[LineString] = field(default_factory=list)


def _turned[G: shapely.Geometry](shape: G) -> G:
    moved = affinity.translate(shape, *RYNEK)
    return affinity.rotate(moved, TURN, origin=RYNEK)


@cache
def _corners() -> dict[tuple[int, int], tuple[float, float]]:
    """Crossings of the streets; the square is regular, the rest less so."""
    chance = dice("town corners")
    corners = {}
    for i, u in enumerate(GRID):
        for j, v in enumerate(GRID):
            slack = 0.0 if i in (2, 3) and j in (2, 3) else 5.0 if 0 < i < 5 and 0 < j < 5 else 0.0
            corners[i, j] = (u + slack * chance.uniform(-1, 1), v + slack * chance.uniform(-1, 1))
    return corners


@cache
def town_square() -> Polygon:
    """Outer edge of the old town, streets round it included."""
    reach = GRID[-1] + HALF_STREET
    return _turned(shapely.box(-reach, -reach, reach, reach))


def town_streets() -> list[tuple[str, LineString]]:
    """Named centre lines; round the square the name is Rynek."""
    corners = _corners()
    streets = []
    for n in range(6):
        streets.append((STREET_NAMES["u"][n], [corners[n, j] for j in range(6)]))
        streets.append((STREET_NAMES["v"][n], [corners[i, n] for i in range(6)]))
    square = Polygon([corners[2, 2], corners[3, 2], corners[3, 3], corners[2, 3]])
    named = [("Rynek", LineString(square.exterior))]
    for name, points in streets:
        rest = shapely.difference(LineString(points), square.buffer(1))
        named += [(name, part) for part in shapely.get_parts(rest)]
    return [(name, _turned(line)) for name, line in named]


def town_blocks() -> list[TownBlock]:
    """Quarters with their lots, then the square, then the streets between."""
    corners, blocks = _corners(), []
    for i in range(5):
        for j in range(5):
            around = Polygon([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]])
            quarter = around.buffer(-HALF_STREET, join_style="mitre")
            blocks.append(_quarter(quarter, i, j))
    quarters = shapely.union_all([b.shape for b in blocks])
    blocks += _streets(shapely.difference(town_square(), quarters))
    return blocks


def _quarter(shape: Polygon, i: int, j: int) -> TownBlock:
    turned, angle = _turned(shape), np.radians(TURN + (90 if (i + j) % 2 else 0))
    if (i, j) == (2, 2):
        return TownBlock("square", turned, "4", angle)
    if (i, j) == (3, 3):
        return TownBlock("church", turned, "9", angle)
    if (i, j) == (1, 3):
        return TownBlock("school", turned, "4", angle)
    near_square = max(abs(i - 2), abs(j - 2)) == 1
    cuts = _lot_lines(shape, 12.5 if near_square else 19.0, is_upright=(i + j) % 2 == 1, key=f"{i} {j}")
    return TownBlock("town", turned, "7", angle, [_turned(line) for line in cuts])


def _lot_lines(shape: Polygon, width: float, *, is_upright: bool, key: str) -> list[LineString]:
    """Two rows of narrow lots back to back, each with its front on a street."""
    chance = dice("quarter", key)
    west, south, east, north = shape.bounds
    middle = (south + north) / 2 + chance.uniform(-6, 6)
    lines = [LineString([(west - 5, middle), (east + 5, middle)])]
    for low, high in ((south - 5, middle), (middle, north + 5)):
        stations = west + np.cumsum(chance.uniform(0.7, 1.4, 30) * width)
        inside = stations[(stations > west + 8) & (stations < east - 8)]
        lines += [LineString([(u, low), (u + chance.normal(0, 0.6), high)]) for u in inside]
    if is_upright:
        centre = shapely.centroid(shape)
        lines = [affinity.rotate(line, 90, origin=centre) for line in lines]
    return lines


def _streets(area: shapely.Geometry) -> list[TownBlock]:
    """Street parcels: the six that run north whole, the crossing ones in pieces."""
    pieces: list[TownBlock] = []
    for u in GRID:
        band = _turned(shapely.box(u - 11, -400, u + 11, 400))
        pieces += [TownBlock("road", p, "4") for p in shapely.get_parts(shapely.intersection(area, band))]
        area = shapely.difference(area, band)
    pieces += [TownBlock("road", p, "4") for p in shapely.get_parts(area)]
    return pieces

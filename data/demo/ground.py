"""The lie of the land: a smooth bend that makes straight lines look grown, and a field of soil classes."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

from data.demo.chance import dice
from data.demo.outlines import EAST, MUNICIPALITIES, NORTH

type Floats = NDArray[np.float64]

RYNEK = (EAST + 18209.0, NORTH + 66697.0)
STEP_M = 45.0  #: longest straight piece of a bent line
SOIL_CLASSES = ("II", "IIIa", "IIIb", "IVa", "IVb", "V", "VI")

_WAVES = ((2600.0, 34.0), (2100.0, 28.0), (1300.0, 14.0), (900.0, 8.0), (520.0, 3.5), (330.0, 1.6))


def _border() -> shapely.Geometry:
    return shapely.union_all([m.outline.boundary for m in MUNICIPALITIES.values()])


_BORDER = _border()


def _calm(points: Floats) -> Floats:
    """Factor 0..1: nothing bends on the outline, little on the market square."""
    spots = shapely.points(points)
    from_border = np.clip(shapely.distance(spots, _BORDER) / 350.0, 0, 1)
    from_square = np.clip((shapely.distance(spots, Point(RYNEK)) - 150.0) / 700.0, 0.05, 1)
    factor = np.minimum(from_border, from_square)
    smooth: Floats = factor * factor * (3 - 2 * factor)
    return smooth


def bend(points: Floats) -> Floats:
    """Points (n, 2) moved by up to some tens of metres, neighbours alike; rounded to the centimetre."""
    shift = np.zeros_like(points)
    local = points - np.array([EAST, NORTH])
    for number, (length, height) in enumerate(_WAVES):
        chance = dice("bend", number)
        angles, phases = chance.uniform(0, np.pi, 2), chance.uniform(0, 2 * np.pi, 2)
        for axis in (0, 1):
            along = local @ np.array([np.cos(angles[axis]), np.sin(angles[axis])])
            shift[:, axis] += height * np.sin(2 * np.pi * along / length + phases[axis])
    moved: Floats = np.round(points + shift * _calm(points)[:, None], 2)
    return moved


def _pieces(starts: Floats, ends: Floats, counts: NDArray[np.int64]) -> Floats:
    """Points that cut each edge into its count of parts; the same points whichever way the edge runs."""
    flipped = (starts[:, 0] > ends[:, 0]) | ((starts[:, 0] == ends[:, 0]) & (starts[:, 1] > ends[:, 1]))
    low, high = np.where(flipped[:, None], ends, starts), np.where(flipped[:, None], starts, ends)
    edge = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = np.where(flipped[edge], counts[edge] - step, step) / counts[edge]
    points: Floats = low[edge] + (high - low)[edge] * share[:, None]
    return points


def bend_polygons(polygons: list[Polygon]) -> list[Polygon]:
    """Polygons of a coverage, bent together: an edge shared before is shared after."""
    _, coords, (rings, parts) = shapely.to_ragged_array(polygons)
    ends = np.roll(coords, -1, axis=0)
    lengths = np.hypot(*(ends - coords).T)
    counts = np.maximum(np.ceil(lengths / STEP_M), 1).astype(np.int64)
    counts[rings[1:] - 1] = 1  # the closing point of a ring starts no edge
    ends[rings[1:] - 1] = coords[rings[1:] - 1]
    dense = bend(_pieces(coords, ends, counts))
    new_rings = np.concatenate([[0], np.cumsum(counts)])[rings]
    bent = shapely.from_ragged_array(shapely.GeometryType.POLYGON, dense, (new_rings, parts))
    return list(bent)


def bend_line(line: LineString) -> LineString:
    """A line bent as the ground below it."""
    dense = shapely.get_coordinates(shapely.segmentize(line, STEP_M / 2))
    return LineString(bend(dense))


def soil_class(points: Floats) -> NDArray[np.int64]:
    """Index into SOIL_CLASSES; loess in the east is better than the limestone hills in the west."""
    local = (points - np.array([EAST, NORTH])) / 1000.0
    east, north = local[:, 0], local[:, 1]
    value = 3.2 - (east - 14) * 0.16
    value += 0.9 * np.sin(east * 2.1 + north * 1.3) + 0.7 * np.sin(east * 5.3 - north * 4.1 + 1.0)
    value += 0.45 * np.sin(east * 11.0 + 2.0) * np.sin(north * 13.0)
    classes: NDArray[np.int64] = np.clip(np.round(value), 0, len(SOIL_CLASSES) - 1).astype(np.int64)
    return classes

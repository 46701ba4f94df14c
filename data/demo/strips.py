"""Lines that cut a block into strips: along a village street, across an open field, through a forest."""

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon

from data.demo.chance import dice
from data.demo.places import Route

type Floats = NDArray[np.float64]


def _widths(total: float, chance: np.random.Generator, mean: float) -> Floats:
    """Stations from 0 to the total; neighbours have like widths, some much wider."""
    count = int(total / mean * 2) + 40
    group = np.repeat(chance.lognormal(0, 0.28, count // 5 + 1), 5)[:count]
    widths = np.clip(mean * 0.93 * group * chance.lognormal(0, 0.2, count), mean * 0.45, mean * 2.4)
    stations = np.cumsum(widths)
    return stations[stations < total - mean * 0.4]


def _smooth_normals(line: LineString, stations: Floats, reach: float) -> Floats:
    """Unit vectors to the left of the line, averaged so that long strips do not cross in a bend."""
    offsets = np.linspace(-1, 1, 9) * reach
    normals = np.zeros((len(stations), 2))
    for offset in offsets:
        spots = np.clip(stations + offset, 0, line.length - 2)
        start = np.array([line.interpolate(s).coords[0] for s in spots])
        end = np.array([line.interpolate(s + 2).coords[0] for s in spots])
        normals += np.column_stack([-(end - start)[:, 1], (end - start)[:, 0]])
    unit: Floats = normals / np.hypot(*normals.T)[:, None]
    return unit


def spine_cuts(line: LineString, route: Route) -> list[LineString]:
    """Strips at right angles to a street, on both sides; some are cut again behind the house and farther out."""
    cuts: list[LineString] = []
    for side in (1, -1):
        chance = dice("spine", route.name, side)
        stations = _widths(line.length, chance, 23.0 if route.depth > 160 else 24.0)
        feet = np.array([line.interpolate(s).coords[0] for s in stations])
        normals = side * _smooth_normals(line, stations, route.depth * 0.7)
        tips = feet + normals * (route.depth + 1)
        cuts += [LineString(pair) for pair in np.stack([feet, tips], axis=1)]
        cuts += _cross_cuts(feet, normals, route, chance)
    return cuts


def _cross_cuts(feet: Floats, normals: Floats, route: Route, chance: np.random.Generator) -> list[LineString]:
    cuts: list[LineString] = []
    depths: list[float] = []
    for strip in range(len(feet) - 1):
        if strip == 0 or chance.random() < 0.16:
            depths = _depths(route, chance)
        own = depths[1:] if chance.random() < 0.17 else depths
        for depth in own:
            ends = feet[strip : strip + 2] + normals[strip : strip + 2] * depth
            cuts.append(LineString(ends))
    return cuts


def _depths(route: Route, chance: np.random.Generator) -> list[float]:
    """Depths at which a run of neighbouring strips is cut."""
    house = route.lot * chance.uniform(0.85, 1.3)
    if route.depth < 200:
        return [house] if chance.random() < 0.5 else [house, house * 1.9]
    if route.depth < 600:
        return [house] if chance.random() < 0.6 else [house, house + route.depth * chance.uniform(0.25, 0.5)]
    kind = chance.random()
    if kind < 0.52:
        return [house]
    if kind < 0.82:
        return [house, chance.uniform(260, 700)]
    return [house, chance.uniform(190, 330), chance.uniform(520, 820)]


def field_cuts(shape: Polygon, angle: float, key: str, *, width: float | None = None) -> list[LineString]:
    """Parallel strips across a field, perhaps with one line that halves them."""
    chance = dice("field", key)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    coords = np.array(shape.exterior.coords)
    (low, high), (start, end) = _range(coords @ across), _range(coords @ along)
    mean = width or float(np.clip(chance.lognormal(np.log(23.5), 0.28), 13, 44))
    tilt = chance.normal(0, 0.035)
    cuts = []
    for station in low + _widths(high - low, chance, mean):
        first = across * (station - tilt * (end - start) / 2) + along * (start - 5)
        cuts.append(LineString([first, across * (station + tilt * (end - start) / 2) + along * (end + 5)]))
    if end - start > 230 and chance.random() < 0.62:
        middle = start + (end - start) * chance.uniform(0.35, 0.65)
        cuts.append(LineString([across * (low - 5) + along * middle, across * (high + 5) + along * middle]))
    return cuts


def _range(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def forest_cuts(shape: Polygon, angle: float, *, is_state: bool) -> list[LineString]:
    """Compartments of a state forest, or the broad strips of a private one."""
    key = f"forest {shape.centroid.x:.0f} {shape.centroid.y:.0f}"
    return field_cuts(shape, angle, key, width=230 if is_state else 42)

"""Buildings: a house by the street, a barn behind it, churches, schools, halls and the castle."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree, affinity
from shapely.geometry.base import BaseGeometry

from data.demo.chance import dice
from data.demo.shapes import box_corners, polygons_of
from data.demo.survey import Plot, bent_spine, streets_of_town, survey
from data.records import BuildingRecord

HOUSING, FARM, TRANSPORT, TRADE, INDUSTRY = "m", "g", "t", "h", "p"
SCHOOL, OFFICE, OTHER, STORE = "k", "b", "i", "s"


@dataclass(slots=True)
class House:
    """A building, its plot and the street that it looks on."""

    record: BuildingRecord
    plot: Plot
    street: str | None
    line: LineString | None


@cache
def houses(teryt: str) -> tuple[House, ...]:
    """All buildings of a municipality with what addresses need to know of them."""
    found: list[House] = []
    counts: dict[str, int] = {}
    for plot in survey(teryt):
        street, line = _street(plot)
        for shape, kind, floors, cellars in _on_plot(plot, line):
            counts[plot.district] = counts.get(plot.district, 0) + 1
            name = f"{plot.district}.{counts[plot.district]}_BUD"
            record = BuildingRecord(name, shape, kind, floors, cellars)
            found.append(House(record, plot, street, line))
    return tuple(found)


def buildings(teryt: str) -> Iterator[BuildingRecord]:
    """Building records in the order of their parcels."""
    return (house.record for house in houses(teryt))


@cache
def _town_tree() -> STRtree:
    return STRtree([line for _, line in streets_of_town()])


def _street(plot: Plot) -> tuple[str | None, LineString | None]:
    if plot.block.kind == "spine":
        return plot.block.street, bent_spine(plot.block)
    if plot.district == "120610_4.0001" and plot.block.kind in ("town", "church", "school"):
        return streets_of_town()[int(_town_tree().nearest(plot.shape))]
    return None, None


type Built = tuple[Polygon, str, int, int]


def _on_plot(plot: Plot, line: LineString | None) -> Iterator[Built]:
    if plot.kind == "lot" and line is not None and plot.shape.area > 150:
        yield from _homestead(plot, line)
    elif plot.kind in _LARGE and plot.shape.area > 400:
        yield from _large(plot)


def _homestead(plot: Plot, line: LineString) -> Iterator[Built]:
    chance = dice("house", plot.identifier)
    is_town = plot.block.kind == "town"
    if chance.random() > (0.96 if is_town else 0.9):
        return
    street = 6.0 if is_town else 9.0
    setback = 1.0 if is_town else float(chance.choice([4.0, 7.0, 10.0]))
    size = (float(chance.uniform(8, 13)), float(chance.uniform(8, 11.5)))
    house = _fitted(plot.shape, line, street + setback, street + setback + 16, size)
    if house is None:
        return
    kind = TRADE if is_town and chance.random() < 0.22 else HOUSING
    yield house, kind, int(chance.choice([1, 2, 2])), int(chance.random() < 0.5)
    yield from _behind(plot, line, house, street + setback + 19, chance)


def _behind(plot: Plot, line: LineString, house: Polygon, start: float, chance: np.random.Generator) -> Iterator[Built]:
    """A barn or a garage; in a village sometimes both."""
    wanted = [(FARM, (11.0, 8.0), 0.86), (TRANSPORT, (6.5, 4.2), 0.34)]
    if plot.block.kind == "town":
        wanted = [(FARM, (6.0, 5.0), 0.6)]
    for kind, size, odds in wanted:
        if chance.random() < odds:
            real = (size[0] * float(chance.uniform(0.8, 1.4)), size[1] * float(chance.uniform(0.8, 1.2)))
            shed = _fitted(plot.shape, line, start, start + 22, real)
            if shed is not None and shed.distance(house) > 2:
                yield shed, kind, 1, 0
                start += 22


def _fitted(plot: Polygon, line: LineString, near: float, far: float, size: tuple[float, float]) -> Polygon | None:
    """A rectangle on the part of the plot that lies so far from the street, or None where there is no room."""
    clip = plot.buffer(-1.2)
    parts = polygons_of(shapely.difference(shapely.intersection(clip, _belt(line, far)), _belt(line, near)))
    if not parts or parts[0].area < 25:
        return None
    centre = parts[0].centroid
    foot = line.interpolate(line.project(centre))
    angle = float(np.arctan2(centre.y - foot.y, centre.x - foot.x))
    for scale in (1.0, 0.85, 0.7, 0.55):
        shape = rectangle(centre, size[1] * scale, size[0] * scale, angle)
        if shape.area > 24 and shapely.contains_properly(clip, shape):
            return shape
    return None


_belts: dict[tuple[int, float], tuple[LineString, Polygon]] = {}  #: by id of the line, which is kept too


def _belt(line: LineString, reach: float) -> Polygon:
    key = (id(line), reach)
    if key not in _belts:
        _belts[key] = (line, line.buffer(reach, quad_segs=3))
    return _belts[key][1]


def rectangle(centre: Point, length: float, width: float, angle: float) -> Polygon:
    """Rectangle round a point, its length along the angle (radians), rounded to the centimetre."""
    along = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    across = np.array([-np.sin(angle), np.cos(angle)]) * width / 2
    middle = np.array([centre.x, centre.y])
    corners = [middle + along + across, middle - along + across, middle - along - across, middle + along - across]
    return Polygon(np.round(corners, 2))


#: Kind of plot: share of the plot's sides, KŚT kind, floors, form.
_LARGE: dict[str, tuple[float, float, str, int, str]] = {
    "church": (0.55, 0.32, OTHER, 1, "cross"),
    "castle": (0.62, 0.62, OTHER, 3, "court"),
    "school": (0.5, 0.3, SCHOOL, 3, "wing"),
    "works": (0.6, 0.4, INDUSTRY, 1, "hall"),
    "sport": (0.22, 0.18, SCHOOL, 1, "hall"),
    "cemetery": (0.12, 0.1, OTHER, 1, "hall"),
}


def _large(plot: Plot) -> Iterator[Built]:
    long_share, wide_share, kind, floors, form = _LARGE[plot.kind]
    box = box_corners(plot.shape)
    first, second = box[1] - box[0], box[2] - box[1]
    long, wide = (first, second) if np.hypot(*first) > np.hypot(*second) else (second, first)
    angle = float(np.arctan2(long[1], long[0]))
    centre = plot.shape.point_on_surface() if form == "hall" else plot.shape.centroid
    for scale in (1.0, 0.8, 0.6, 0.4):
        length, width = np.hypot(*long) * long_share * scale, np.hypot(*wide) * wide_share * scale
        shape = _formed(form, centre, min(length, 70), min(width, 48), angle)
        if shapely.contains_properly(plot.shape, shape):
            yield shape, kind, floors, int(form == "court")
            return


def _formed(form: str, centre: Point, length: float, width: float, angle: float) -> Polygon:
    body = rectangle(centre, length, width, angle)
    if form == "cross":
        nave = rectangle(centre, length, width * 0.62, angle)
        return _rounded(shapely.union(nave, rectangle(centre, length * 0.25, width, angle)))
    if form == "court":
        return _rounded(shapely.difference(body, rectangle(centre, length * 0.45, width * 0.42, angle)))
    if form == "wing":
        main = rectangle(centre, length, width * 0.5, angle)
        east, north = length * 0.35 * np.cos(angle), length * 0.35 * np.sin(angle)
        side = affinity.translate(rectangle(centre, length * 0.3, width, angle), east, north)
        return _rounded(shapely.union(main, side))
    return body


def _rounded(shape: BaseGeometry) -> Polygon:
    on_grid = shapely.transform(shape, lambda xy: np.round(xy, 2))
    return polygons_of(shapely.remove_repeated_points(on_grid))[0]

"""Blocks: what a municipality is made of before parcels are cut - roads, streams, town, villages, forests, fields."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, affinity
from shapely.geometry.base import BaseGeometry as Geometry
from shapely.ops import split, substring

from data.demo.chance import dice
from data.demo.districts import straight_districts
from data.demo.outlines import MUNICIPALITIES, at
from data.demo.places import FORESTS, ROADS, SITES, STREAMS, VALLEY_FORESTS, VILLAGES, Route, Village
from data.demo.shapes import box_corners, polygons_of
from data.demo.strips import field_cuts, forest_cuts, spine_cuts
from data.demo.town import town_blocks, town_square


@dataclass(slots=True)
class Block:
    """A connected piece of one district with one use. ``order`` sorts the parcels inside."""

    kind: str  #: road, field-road, stream, square, town, spine, forest, field, church, castle, school ...
    district: str
    shape: Polygon
    group: str = "7"  #: register group
    spine: LineString | None = None
    lot: float = 0.0  #: depth of a house plot, measured from the spine
    angle: float = 0.0  #: direction of the strips, radians
    street: str | None = None  #: name of the street on which the houses of a spine stand


@dataclass(slots=True)
class Layout:
    """Blocks and the lines that cut them into parcels."""

    teryt: str
    districts: dict[str, Geometry]
    blocks: list[Block] = field(default_factory=list)
    cuts: list[Geometry] = field(default_factory=list)
    taken: Geometry = field(default_factory=Polygon)

    def claim(self, shape: Geometry, kind: str, group: str = "7", **traits: Any) -> list[Block]:
        """Take what is still free of the shape, district by district."""
        free = shapely.difference(shape, self.taken)
        new = [
            Block(kind, name, part, group, **traits)
            for name, district in self.districts.items()
            if shapely.intersects(district, free)
            for part in polygons_of(shapely.intersection(district, free), over_m2=0.5)
        ]
        self.blocks += new
        self.taken = shapely.union(self.taken, shape)
        return new

    def cut(self, shape: Geometry, lines: list[LineString]) -> None:
        """Cut the shape by lines that may run beyond it."""
        if lines:
            ours = shapely.intersection(shape, MUNICIPALITIES[self.teryt].outline)
            inside = shapely.intersection(ours, np.array(lines, dtype=object))
            self.cuts += [g for g in inside if shapely.length(g) > 0.02]


def layout(teryt: str) -> Layout:
    """The whole municipality, in the order in which land is claimed."""
    plan = Layout(teryt, straight_districts(teryt))
    if teryt == "120610":
        _lay_town(plan)
    _lay_roads(plan)
    _lay_streams(plan)
    _lay_sites(plan)
    _lay_spines(plan)
    _lay_forests(plan)
    _lay_fields(plan)
    return plan


def route_line(route: Route, teryt: str) -> LineString:
    """Centre line with its corners rounded; in Skała it ends where the town grid begins."""
    line = LineString(at(route.line))
    smooth = LineString(_rounded(np.array(line.coords)))
    if teryt != "120610":
        return smooth
    outside = shapely.difference(smooth, town_square().buffer(-0.5))
    return max((p for p in shapely.get_parts(outside) if isinstance(p, LineString)), key=lambda p: p.length)


def _rounded(points: np.ndarray, passes: int = 2) -> np.ndarray:
    """Chaikin's corner cutting; ends stay."""
    for _ in range(passes):
        start, end = points[:-1], points[1:]
        pairs = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], pairs[1:-1], points[-1:]])
    return points


def _lay_town(plan: Layout) -> None:
    for piece in town_blocks():
        plan.claim(piece.shape, piece.kind, piece.group, angle=piece.angle)
        plan.cut(piece.shape, piece.cuts)


def _lay_roads(plan: Layout) -> None:
    for route in ROADS[plan.teryt]:
        line = route_line(route, plan.teryt)
        area = line.buffer(route.width / 2, cap_style="flat", join_style="mitre")
        free = shapely.difference(area, plan.taken)
        plan.claim(area, "road", route.group, spine=line)
        plan.cut(free, _cross_lines(line, route, 620))


def _cross_lines(line: LineString, route: Route, every: float) -> list[LineString]:
    """Lines across a road that end one road parcel and begin the next."""
    stations = np.arange(every * 0.7, line.length - every * 0.3, every)
    reach = route.width
    points = [(line.interpolate(s), line.interpolate(s + 1)) for s in stations]
    return [
        LineString([(a.x - reach * (b.y - a.y), a.y + reach * (b.x - a.x)),
                    (a.x + reach * (b.y - a.y), a.y - reach * (b.x - a.x))])
        for a, b in points
    ]  # fmt: skip


def _lay_streams(plan: Layout) -> None:
    for route in STREAMS[plan.teryt]:
        line = LineString(_rounded(np.array(at(route.line))))
        area = line.buffer(route.width / 2, cap_style="flat")
        free = shapely.difference(area, plan.taken)
        plan.claim(area, "stream", "1", spine=line)
        plan.cut(free, _cross_lines(line, route, 700))


def _lay_sites(plan: Layout) -> None:
    groups = {"church": "9", "school": "4", "sport": "4", "cemetery": "9", "castle": "1", "works": "15"}
    for kind, centre, width, depth, degrees in SITES[plan.teryt]:
        east, north = at([centre])[0]
        box = shapely.box(east - width / 2, north - depth / 2, east + width / 2, north + depth / 2)
        free = polygons_of(shapely.difference(affinity.rotate(box, degrees), plan.taken))
        plan.claim(free[0], kind, groups[kind])  # beyond a road or stream the site does not go on


def _lay_spines(plan: Layout) -> None:
    for route in sorted((r for r in ROADS[plan.teryt] if r.has_houses), key=lambda r: (r.depth < 1000, -r.width)):
        line = route_line(route, plan.teryt)
        near = shapely.intersection(line, _settled(plan.teryt))
        area = near.buffer(route.depth, cap_style="flat")
        free = shapely.difference(area, plan.taken)
        plan.claim(area, "spine", spine=line, lot=route.lot, street=route.street)
        plan.cut(free, spine_cuts(line, route))


def _settled(teryt: str) -> Geometry:
    """Land near the villages, where houses line the roads."""
    villages: tuple[Village, ...] = VILLAGES[teryt]
    return shapely.union_all([Point(at([v.centre])[0]).buffer(v.reach) for v in villages])


def _lay_forests(plan: Layout) -> None:
    name, meadow, slope = VALLEY_FORESTS[plan.teryt]
    stream = next(LineString(_rounded(np.array(at(r.line)))) for r in STREAMS[plan.teryt] if r.name == name)
    if plan.teryt == "120613":  # forest only below the castle, where the valley is narrow
        below = substring(stream, stream.project(Point(at([(12870, 68150)])[0])), stream.length)
        stream = LineString(below.coords)
    for block in plan.claim(stream.buffer(meadow), "meadow"):
        block.angle = _strip_angle(block.shape)
        plan.cut(block.shape, field_cuts(block.shape, block.angle, f"meadow {block.shape.area:.0f}", width=34))
    woods = [(stream.buffer(slope), True)]
    woods += [(_blob(pair, radius), number < 4) for number, (pair, radius) in enumerate(FORESTS[plan.teryt])]
    for shape, is_state in woods:
        for block in plan.claim(shape, "forest", "1" if is_state else "7"):
            block.angle = _strip_angle(block.shape)
            plan.cut(block.shape, forest_cuts(block.shape, block.angle, is_state=is_state))


def _blob(centre: tuple[float, float], radius: float) -> Polygon:
    """A circle that wavers."""
    chance = dice("forest", int(centre[0]), int(centre[1]))
    turns = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    rays = radius * (1 + 0.18 * np.sin(2 * turns + chance.uniform(0, 6)) + chance.uniform(-0.1, 0.1, 28))
    east, north = at([centre])[0]
    return Polygon(np.column_stack([east + rays * np.cos(turns), north + rays * np.sin(turns)]))


def _strip_angle(shape: Polygon) -> float:
    """Strips run along the short side of the block's smallest rectangle."""
    box = box_corners(shape)
    first, second = box[1] - box[0], box[2] - box[1]
    short = first if np.hypot(*first) < np.hypot(*second) else second
    return float(np.arctan2(short[1], short[0]) % np.pi)


def _lay_fields(plan: Layout) -> None:
    for district, area in plan.districts.items():
        for number, part in enumerate(polygons_of(shapely.difference(area, plan.taken), over_m2=0.5)):
            _split(plan, district, part, f"{district} {number}")


def _split(plan: Layout, district: str, shape: Polygon, key: str) -> None:
    """Halve a block, often along a field road, until it is small enough to be cut into strips."""
    chance = dice("split", key)
    angle = _strip_angle(shape)
    if shape.area < chance.uniform(90_000, 190_000) or key.count("/") > 9:
        plan.blocks.append(Block("field", district, shape, angle=angle))
        plan.cut(shape, field_cuts(shape, angle, key))
        return
    line = _halving_line(shape, angle + chance.normal(0, 0.09), chance)
    road = line.buffer(2.2 if chance.random() < 0.7 else 0.0, cap_style="flat")
    roads = polygons_of(shapely.intersection(shape, road), over_m2=0.5)
    plan.blocks += [Block("field-road", district, piece, "4", spine=line) for piece in roads]
    rest = shapely.difference(shape, road) if roads else split(shape, line)
    for number, part in enumerate(polygons_of(rest)):
        _split(plan, district, part, f"{key}/{number}")


def _halving_line(shape: Polygon, angle: float, chance: np.random.Generator) -> LineString:
    centre = shape.minimum_rotated_rectangle.centroid
    reach = np.hypot(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
    side = chance.uniform(-0.08, 0.08) * np.sqrt(shape.area)
    east, north = centre.x - side * np.sin(angle), centre.y + side * np.cos(angle)
    step = np.array([np.cos(angle), np.sin(angle)]) * reach
    return LineString([(east - step[0], north - step[1]), (east + step[0], north + step[1])])

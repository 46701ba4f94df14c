"""From parcels to the zones of a plan: boundary along parcel edges, lines offset from streets, zones that tile it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from data.demo.outlines import at
from data.demo.places import ROADS, Route
from data.demo.plan_list import PlanSpec
from data.demo.shapes import polygons_of
from data.demo.survey import Plot, bent_spine, survey
from data.demo.tiling import faces_of, shared_edges
from data.demo.zone_classes import CLASSES, OF_PLOT
from data.demo.zone_classes import ROADS as ROAD_CLASSES
from data.records import ZoneRecord

FEWEST_M2 = 250.0  #: a smaller island of one class joins its neighbour


@dataclass(slots=True)
class Zoning:
    """Boundary, zones and the parcels below them."""

    spec: PlanSpec
    boundary: Polygon
    zones: list[ZoneRecord]
    plots: list[Plot]  #: on the base map: all that touch the drawing


def zone(spec: PlanSpec) -> Zoning:
    """Draw a plan over the parcels of its municipality."""
    near = [p for p in survey(spec.teryt) if p.shape.intersects(spec.area.buffer(60))]
    cells = [(plot, cell) for plot in near for cell in _inside(plot, spec)]
    boundary = polygons_of(shapely.union_all([c for _, c in cells], grid_size=0.01))[0]
    boundary = Polygon(boundary.exterior)
    lines: list[Geometry] = [c.boundary for _, c in cells] + [boundary.exterior]
    lines += [shapely.intersection(line, boundary) for line in _offsets(near, spec)]
    faces = [f for f in faces_of(lines) if boundary.covers(f.point_on_surface())]
    classes = _classes(faces, near, spec)
    zones = list(_named(_merged(faces, classes), spec))
    return Zoning(spec, polygons_of(shapely.coverage_union_all(faces))[0], zones, near)


def _inside(plot: Plot, spec: PlanSpec) -> list[Polygon]:
    """The part of a parcel that the plan takes: all, none, or for a long one what lies in the frame."""
    common = shapely.intersection(plot.shape, spec.area)
    if plot.kind in ("road", "field-road", "stream"):
        return polygons_of(common, over_m2=20)
    share = common.area / plot.shape.area
    limit = 0.5 if plot.shape.area < spec.whole_below_m2 else 0.88
    if share >= limit:
        return [plot.shape]
    return polygons_of(common, over_m2=20) if share > 1 - limit else []


def _spines(plots: list[Plot]) -> list[tuple[Plot, LineString]]:
    """One plot of each road with the road's bent axis."""
    seen: dict[int, tuple[Plot, LineString]] = {}
    for plot in plots:
        if plot.kind == "road" and plot.block.spine is not None:
            seen.setdefault(id(plot.block.spine), (plot, bent_spine(plot.block)))
    return list(seen.values())


def _offsets(plots: list[Plot], spec: PlanSpec) -> Iterator[Geometry]:
    """Back lines of housing, and edges of roads that the plan makes wider than their parcels."""
    streets = [line for plot, line in _spines(plots) if _has_houses(plot, spec)]
    if streets:
        housing = shapely.union_all([line.buffer(spec.housing_depth, cap_style="flat") for line in streets])
        yield _tame(housing).boundary
    for _, area in _wider_roads(plots, spec):
        yield area.boundary


def _tame(shape: Geometry) -> Geometry:
    return shapely.simplify(shape, 0.5)


def _route(plot: Plot, spec: PlanSpec) -> Route | None:
    """The road of the list to which a road parcel belongs, by its axis."""
    if plot.block.spine is None:
        return None
    middle = plot.shape.centroid
    lines = {r.name: LineString(at(r.line)).distance(middle) for r in ROADS[spec.teryt]}
    name = min(lines, key=lambda n: lines[n])
    return next(r for r in ROADS[spec.teryt] if r.name == name)


def _has_houses(plot: Plot, spec: PlanSpec) -> bool:
    route = _route(plot, spec)
    return route is not None and route.has_houses


def _wider_roads(plots: list[Plot], spec: PlanSpec) -> list[tuple[str, Geometry]]:
    """Class and area of each road that the plan widens."""
    wider: list[tuple[str, Geometry]] = []
    for plot, line in _spines(plots):
        route = _route(plot, spec)
        if route is None:
            continue
        key = route.group if route.group in spec.wide_roads else "local" if route.depth < 160 else ""
        if (extra := spec.wide_roads.get(key)) is not None:
            reach = route.width / 2 + extra
            wider.append((road_class(route), shapely.simplify(line.buffer(reach, cap_style="flat"), 0.05)))
    return wider


def road_class(route: Route | None) -> str:
    """Class of a road by its owner and width."""
    if route is None:
        return "KDD"
    if route.group == "13":
        return "KDG"
    if route.group == "11":
        return "KDZ" if route.width >= 10 else "KDL"
    return "KDL" if route.width >= 8 else "KDD"


def _classes(faces: list[Polygon], plots: list[Plot], spec: PlanSpec) -> list[str]:
    spots = shapely.point_on_surface(np.array(faces, dtype=object))
    owner = STRtree([p.shape for p in plots]).nearest(spots)
    wider = _wider_roads(plots, spec)
    streets = [line for plot, line in _spines(plots) if _has_houses(plot, spec)]
    street_area = shapely.union_all([s.buffer(spec.housing_depth, cap_style="flat") for s in streets])
    return [_class(spot, plots[o], spec, wider, street_area) for spot, o in zip(spots, owner, strict=True)]


def _class(spot: Point, plot: Plot, spec: PlanSpec, wider: list[tuple[str, Geometry]], housing: Geometry) -> str:
    if plot.kind == "road":
        return road_class(_route(plot, spec))
    for name, area in wider:
        if area.contains(spot):
            return name
    for name, corners in spec.overrides:
        if plot.kind not in ("stream", "field-road") and Polygon(at(corners)).contains(plot.shape.centroid):
            return name
    if plot.kind in OF_PLOT:
        return OF_PLOT[plot.kind]
    if (plot.kind == "lot" and plot.shape.area < 1800) or housing.contains(spot):
        near = any(Point(at([pair])[0]).distance(spot) < reach for pair, reach in spec.centres)
        return "MN/U" if near else "MN"
    return "R"


def _merged(faces: list[Polygon], classes: list[str]) -> list[tuple[str, Polygon]]:
    """Neighbouring faces of one class as one area; tiny islands join the neighbour with the longest edge."""
    first, second, lengths = shared_edges(faces)
    for _ in range(3):
        groups = _components(len(faces), first, second, classes)
        areas: dict[int, float] = {}
        for face, group in enumerate(groups):
            areas[group] = areas.get(group, 0.0) + faces[face].area
        best: dict[int, tuple[float, str]] = {}
        edges: dict[tuple[int, str], float] = {}
        for a, b, length in zip(first, second, lengths, strict=True):
            for one, other in ((a, b), (b, a)):
                if groups[one] != groups[other] and areas[groups[one]] < FEWEST_M2:
                    key = (groups[one], classes[other])
                    edges[key] = edges.get(key, 0.0) + float(length)
        for (group, name), length in sorted(edges.items()):
            best[group] = max(best.get(group, (0.0, "")), (length, name))
        classes = [best[g][1] if g in best else c for g, c in zip(groups, classes, strict=True)]
    groups = _components(len(faces), first, second, classes)
    members: dict[int, list[int]] = {}
    for face, group in enumerate(groups):
        members.setdefault(group, []).append(face)
    merged = [(classes[own[0]], shapely.coverage_union_all([faces[i] for i in own])) for own in members.values()]
    return [(name, part) for name, shape in merged for part in polygons_of(shape)]


def _components(count: int, first: np.ndarray, second: np.ndarray, classes: list[str]) -> list[int]:
    """Group number of each face; faces of one class that share an edge are in one group."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in zip(first, second, strict=True):
        if classes[a] == classes[b]:
            low, high = sorted((root(int(a)), root(int(b))))
            parent[high] = low
    return [root(i) for i in range(count)]


def _named(areas: list[tuple[str, Polygon]], spec: PlanSpec) -> Iterator[ZoneRecord]:
    """Zones numbered per class from the north-west, as a planner would."""
    counts: dict[str, int] = {}
    order = list(CLASSES)
    for name, shape in sorted(areas, key=lambda a: (order.index(a[0]), -(a[1].centroid.y // 150), a[1].centroid.x)):
        counts[name] = counts.get(name, 0) + 1
        kind = CLASSES[name]
        yield ZoneRecord(
            symbol=spec.symbol_form.format(cls=kind.symbol, n=counts[name]),
            name=kind.name,
            geometry=shape,
            class_2021=kind.class_2021,
            planning_fee_percent=kind.fee_percent,
        )


def class_of(record: ZoneRecord) -> str:
    """Class of a zone, by its name."""
    return next(symbol for symbol, kind in CLASSES.items() if kind.name == record.name)


def is_road(record: ZoneRecord) -> bool:
    """Roads are drawn and described apart."""
    return class_of(record) in ROAD_CLASSES

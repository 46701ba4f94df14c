"""What binds across zones: building lines, protection, the national park, flood land, archaeology."""

from collections.abc import Iterator

import shapely
from shapely import MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry as Geometry

from data.demo.outlines import at
from data.demo.plan_list import CENTRE, OJCOW, PIESKOWA, WIELMOZA, PlanSpec
from data.demo.shapes import surface_of
from data.demo.zoning import Zoning, class_of
from data.records import OverlayRecord

CASTLE = (13003.0, 68257.0)


def overlays(zoning: Zoning) -> list[OverlayRecord]:
    """All overlays of a plan, cut at its boundary."""
    found = [*_building_lines(zoning), *_areas(zoning), *_flood(zoning)]
    return [o for o in found if not o.geometry.is_empty]


def _building_lines(zoning: Zoning) -> Iterator[OverlayRecord]:
    """Six metres from the edge of a road (four from a lane), where there is housing."""
    groups = {"KDG": 8.0, "KDZ": 6.0, "KDL": 6.0, "KDD": 4.0}
    if zoning.spec.code == CENTRE:
        groups = {"KDG": 6.0, "KDZ": 5.0}  # in the old town houses stand on the street
    housing = shapely.union_all([z.geometry for z in zoning.zones if class_of(z).startswith(("MN", "U"))])
    for name, away in groups.items():
        roads = shapely.union_all([z.geometry for z in zoning.zones if class_of(z) == name])
        if roads.is_empty:
            continue
        rim = shapely.simplify(roads.buffer(away, join_style="mitre"), 0.3).boundary
        lines = [p for p in shapely.get_parts(shapely.line_merge(shapely.intersection(rim, housing))) if p.length > 25]
        if lines:
            text = f"nieprzekraczalna linia zabudowy – {away:.0f} m od linii rozgraniczającej drogi {name}"
            yield OverlayRecord(f"linia-{name.lower()}", "building-line", text, _rounded(MultiLineString(lines)))


def _areas(zoning: Zoning) -> Iterator[OverlayRecord]:
    spec = zoning.spec
    for key, kind, name, symbol, area in _drawn(spec):
        shape = _rounded(shapely.intersection(area, zoning.boundary))
        if isinstance(shape, Polygon) and not shape.is_empty:
            yield OverlayRecord(key, kind, name, shape, symbol)  # type: ignore[arg-type]


def _drawn(spec: PlanSpec) -> Iterator[tuple[str, str, str, str, Geometry]]:
    def circle(east: float, north: float, reach: float) -> Polygon:
        return Point(at([(east, north)])[0]).buffer(reach, quad_segs=6)

    if spec.code == CENTRE:
        yield (
            "konserwator",
            "protection",
            "strefa ochrony konserwatorskiej układu staromiejskiego",
            "A",
            circle(18209, 66697, 265),
        )
        yield (
            "stanowisko",
            "archaeology",
            "stanowisko archeologiczne – miasto lokacyjne",
            "AZP",
            circle(18209, 66697, 130),
        )
    elif spec.code == OJCOW:
        park = Polygon(
            at([(15700, 63800), (16760, 63800), (16720, 64300), (16850, 64620), (16500, 65200), (15700, 65200)])
        )
        yield "park-narodowy", "landscape", "granica Ojcowskiego Parku Narodowego", "OPN", park
        yield "krajobraz", "landscape", "strefa ochrony krajobrazu doliny Prądnika", "K", circle(16560, 64500, 420)
        yield (
            "konserwator",
            "protection",
            "strefa ochrony konserwatorskiej zamku w Ojcowie",
            "B",
            circle(16350, 64560, 120),
        )
    elif spec.code == PIESKOWA:
        yield (
            "konserwator",
            "protection",
            "strefa ochrony konserwatorskiej zamku Pieskowa Skała",
            "A",
            circle(*CASTLE, 170),
        )
        yield "krajobraz", "landscape", "strefa ochrony krajobrazu pól wstęgowych", "K", circle(11800, 70200, 520)
    elif spec.code == WIELMOZA:
        yield "stanowisko", "archaeology", "stanowisko archeologiczne nr 7", "AZP", circle(13100, 70600, 60)


def _flood(zoning: Zoning) -> Iterator[OverlayRecord]:
    water = [z.geometry for z in zoning.zones if class_of(z) == "WS"]
    if not water or zoning.spec.scale != 2000:
        return
    shape = shapely.intersection(shapely.union_all(water).buffer(16), zoning.boundary)
    name = "obszar szczególnego zagrożenia powodzią (prawdopodobieństwo 1%)"
    yield OverlayRecord("powodz", "flood", name, surface_of(_rounded(shapely.simplify(shape, 0.3))), "Q1%")


def _rounded[G: Geometry](shape: G) -> G:
    return shapely.set_precision(shape, 0.01)

"""A water network of the demo: mains under the roads, hydrants every 150 m, valves at crossings, services to houses.

Invented throughout. Mains are cut where roads meet and where something stands on them, so that ends meet in nodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import shapely
from shapely import LineString, MultiLineString, Point
from shapely.ops import substring
from shapely.strtree import STRtree

from data.demo.blocks import route_line
from data.demo.buildings import HOUSING, houses
from data.demo.places import ROADS
from data.records.network import NetworkRecord, NodeKind, NodeRecord, PipeRecord

HYDRANTS_M = 150.0
REACH_M = 60.0  #: houses farther from a main have wells of their own
OWNER = {"120610": "Zakład Gospodarki Komunalnej w Skale", "120613": "Urząd Gminy Sułoszowa"}
LEAST_M = 5.0


def water_network(teryt: str) -> Iterator[NetworkRecord]:
    """Pipes and nodes in a stable order."""
    net = _Net(teryt)
    for main in _mains(teryt):
        net.lay(main)
    net.serve()
    yield from net.pipes
    yield from net.nodes


@cache
def _mains(teryt: str) -> tuple[LineString, ...]:
    """Centre lines of roads, cut where they meet."""
    lines = [route_line(route, teryt) for route in ROADS[teryt]]
    noded = shapely.get_parts(shapely.node(shapely.union_all(lines)))
    merged = shapely.line_merge(MultiLineString(list(noded)))
    pieces = [piece for piece in shapely.get_parts(merged) if piece.length >= LEAST_M]
    return tuple(sorted(pieces, key=lambda piece: (-piece.length, piece.coords[0])))


@dataclass(slots=True)
class _Net:
    teryt: str
    pipes: list[PipeRecord] = field(default_factory=list)
    nodes: list[NodeRecord] = field(default_factory=list)

    def lay(self, main: LineString) -> None:
        """A main in pieces between its hydrants; a valve where it begins."""
        count = max(1, round(main.length / HYDRANTS_M))
        step = main.length / count
        for number in range(count):
            piece = LineString(substring(main, number * step, (number + 1) * step).coords)
            self._pipe("distribution", piece, 160, "PVC")
            if number:
                self._node("hydrant", main.interpolate(number * step))
        self._node("valve", Point(main.coords[0]))

    def serve(self) -> None:
        """Service pipes from houses to the nearest main."""
        mains = [pipe.geometry for pipe in self.pipes]
        tree = STRtree(mains)
        for house in houses(self.teryt):
            if house.record.kind != HOUSING:
                continue
            place = house.record.geometry.centroid
            main = mains[int(tree.nearest(place))]
            if main.distance(place) <= REACH_M:
                tap = main.interpolate(main.project(place))
                self._pipe("service", LineString([tap, place]), 32, "PE")

    def _pipe(self, kind: str, line: LineString, diameter_mm: int, material: str) -> None:
        letter = "P" if kind == "service" else "W"
        self.pipes.append(
            PipeRecord(
                identifier=f"przyklad.{self.teryt}.{letter}.{len(self.pipes) + 1}",
                medium="water",
                kind="service" if kind == "service" else "distribution",
                geometry=line,
                origin="survey",
                diameter_mm=diameter_mm,
                material=material,
                built_year=1987 + len(self.pipes) % 35,
                owner=OWNER[self.teryt],
            )
        )

    def _node(self, kind: NodeKind, place: Point) -> None:
        name = f"przyklad.{self.teryt}.{kind}.{len(self.nodes) + 1}"
        self.nodes.append(NodeRecord(name, "water", kind, place, "survey", owner=OWNER[self.teryt]))

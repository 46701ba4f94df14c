"""Does the network hang together? Ends, services, lone parts, diameters (water dossier 6.2).

Findings are warnings: a register is corrected at its source, a pipe is never moved here.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import networkx
from shapely import Point
from shapely.strtree import STRtree

from data.records import Problem
from data.records.network import NodeRecord, PipeRecord

SNAP_M = 0.05  #: ends that lie this near are one place
MISSED_M = 0.5  #: ends that lie this near, and not nearer, were meant to meet
SHOWN = 200  #: findings of one rule in one delivery; the rest is summed up
_SOURCES = frozenset({"reservoir", "tank", "well", "pump"})


def defects(pipes: Sequence[PipeRecord], nodes: Sequence[NodeRecord]) -> Iterator[Problem]:
    """Everything that does not fit in one network of one medium and origin."""
    if not pipes:
        return
    net = Net(pipes, nodes)
    for rule in (missed_ends, loose_services, devices_off_pipes, lone_parts, pseudo_nodes, growing_diameters):
        found = rule(net)
        shown = list(islice(found, SHOWN))
        yield from shown
        if more := sum(1 for _ in found):
            yield Problem(shown[0].rule, "info", "", f"I jeszcze {more} takich samych ustaleń; pokazano {SHOWN}.")


class Net:
    """Lines and points with the places of pipes' ends; places nearer than 5 cm are one."""

    def __init__(self, pipes: Sequence[PipeRecord], nodes: Sequence[NodeRecord]) -> None:
        self.pipes, self.nodes = pipes, nodes
        self.lines = [pipe.geometry for pipe in pipes]
        self.ends = [Point(line.coords[place]) for line in self.lines for place in (0, -1)]
        self.line_tree, self.point_tree = STRtree(self.lines), STRtree([node.geometry for node in nodes])

    def end(self, pipe: int, which: int) -> Point:
        return self.ends[2 * pipe + which]

    def others_near(self, point: Point, pipe: int, distance: float) -> list[int]:
        """Other pipes whose line passes within the distance."""
        found = self.line_tree.query(point, predicate="dwithin", distance=distance)
        return [int(one) for one in found if one != pipe]

    def nodes_near(self, point: Point, distance: float) -> list[int]:
        return [int(one) for one in self.point_tree.query(point, predicate="dwithin", distance=distance)]

    def graph(self) -> Any:
        """Pipes that touch are joined; the numbers of the graph are those of the pipes."""
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(self.pipes)))
        first, second = self.line_tree.query(self.ends, predicate="dwithin", distance=SNAP_M)
        graph.add_edges_from(
            (int(one) // 2, int(two)) for one, two in zip(first, second, strict=True) if one // 2 != two
        )
        return graph


def missed_ends(net: Net) -> Iterator[Problem]:
    """An end that comes near to another pipe or device and does not reach it."""
    for place, pipe in enumerate(net.pipes):
        ends = [net.end(place, which) for which in (0, 1)]
        loose = [
            point for point in ends if not (net.others_near(point, place, SNAP_M) or net.nodes_near(point, SNAP_M))
        ]
        if pipe.kind == "service" and len(loose) < 2:
            continue  # its other end is in a house
        for point in loose:
            if net.others_near(point, place, MISSED_M) or net.nodes_near(point, MISSED_M):
                message = "Koniec przewodu nie dochodzi do sąsiada (brakuje mniej niż 0,5 m). Dociągnij go w źródle."
                yield _found("pipe-end-missed", pipe.identifier, message, point)


def loose_services(net: Net) -> Iterator[Problem]:
    """A service pipe none of whose ends lies on another pipe."""
    for place, pipe in enumerate(net.pipes):
        if pipe.kind != "service":
            continue
        ends = [net.end(place, which) for which in (0, 1)]
        if not any(net.others_near(point, place, SNAP_M) for point in ends):
            message = "Przyłącze nie dochodzi do żadnego przewodu sieci. Sprawdź, czy w pliku jest cała sieć."
            yield _found("service-off-main", pipe.identifier, message, ends[0])


def devices_off_pipes(net: Net) -> Iterator[Problem]:
    """A valve or a hydrant away from every pipe."""
    for node in net.nodes:
        if node.kind not in ("valve", "hydrant"):
            continue
        if not len(net.line_tree.query(node.geometry, predicate="dwithin", distance=MISSED_M)):
            message = "Zasuwa lub hydrant nie leży na żadnym przewodzie. Sprawdź położenie w źródle."
            yield _found("device-off-pipe", node.identifier, message, node.geometry)


def lone_parts(net: Net) -> Iterator[Problem]:
    """Parts that are joined with nothing else; the largest one is the network."""
    parts = sorted(networkx.connected_components(net.graph()), key=len, reverse=True)
    for part in parts[1:]:
        first = min(part)
        message = f"Część sieci (przewodów: {len(part)}) nie łączy się z resztą. Sprawdź, czy brakuje przewodu."
        yield _found("network-part-lone", net.pipes[first].identifier, message, net.end(first, 0))


def pseudo_nodes(net: Net) -> Iterator[Problem]:
    """Two pipes alike that meet where nothing else is: one pipe cut in two for no reason."""
    for place, pipe in enumerate(net.pipes):
        point = net.end(place, 1)
        others = net.others_near(point, place, SNAP_M)
        if len(others) != 1 or net.nodes_near(point, SNAP_M):
            continue
        other = net.pipes[others[0]]
        meets_end = min(point.distance(net.end(others[0], which)) for which in (0, 1)) <= SNAP_M
        if meets_end and _alike(pipe, other):
            message = f"Przewód ciągnie się dalej jako {other.identifier}, choć nic się tu nie zmienia."
            yield Problem("pipe-cut-idly", "info", pipe.identifier, message, (point.x, point.y))


def _alike(one: PipeRecord, two: PipeRecord) -> bool:
    def said(pipe: PipeRecord) -> tuple[object, ...]:
        return pipe.kind, pipe.status, pipe.diameter_mm, pipe.material, pipe.built_year

    return one.diameter_mm is not None and said(one) == said(two)


def growing_diameters(net: Net) -> Iterator[Problem]:
    """Pipes that are wider than the one they are fed by, counted from sources; nothing in a net without sources."""
    graph = net.graph()
    fed = {
        int(pipe)
        for node in net.nodes
        if node.kind in _SOURCES
        for pipe in net.line_tree.query(node.geometry, predicate="dwithin", distance=SNAP_M)
    }
    seen = set(fed)
    ring = sorted(fed)
    while ring:
        further = []
        for place in ring:
            for other in sorted(graph[place]):
                if other not in seen:
                    seen.add(other)
                    further.append(other)
                    yield from _wider(net, place, other)
        ring = further


def _wider(net: Net, feeding: int, fed: int) -> Iterable[Problem]:
    before, after = net.pipes[feeding].diameter_mm, net.pipes[fed].diameter_mm
    if before is not None and after is not None and after > before:
        message = f"Średnica rośnie od źródła: {before} mm, dalej {after} mm. Sprawdź średnice."
        yield _found("diameter-grows", net.pipes[fed].identifier, message, net.end(fed, 0))


def _found(rule: str, name: str, message: str, point: Point) -> Problem:
    return Problem(rule, "warning", name, message, (point.x, point.y))

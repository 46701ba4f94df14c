"""Water networks of EPANET (.inp) through WNTR: nodes and pipes in SI units, placed by a declared system.

A model has no system of its own and often no place at all; coordinates that cannot lie in Poland are refused.
"""

import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, refuse_unusable_coordinates, to_storage
from data.readers.xml import refuse_missing_or_empty
from data.records import Problem, Reading, UnreadableFileError
from data.records.network import NetworkRecord, NodeKind, NodeRecord, PipeKind, PipeRecord

MAX_BYTES = 50 << 20
_SECTION = re.compile(r"\s*\[([A-Za-z]+)")
_OF_SIMULATION = frozenset(
    {
        "TIMES",
        "REPORT",
        "RULES",
        "CONTROLS",
        "ENERGY",
        "REACTIONS",
        "QUALITY",
        "SOURCES",
        "MIXING",
        "BACKDROP",
        "LABELS",
    }
)
_NAMED = {
    "JUNCTIONS": "węzeł", "RESERVOIRS": "węzeł", "TANKS": "węzeł", "PIPES": "przewód", "PUMPS": "przewód",
    "VALVES": "przewód",
}  # fmt: skip
SERVICE_MM = 63  #: pipes of a model up to this diameter are services, larger ones distribute
TRANSMISSION_MM = 300


def read_epanet(path: str | Path, *, epsg: int) -> Reading[NetworkRecord]:
    """epsg: the system of the coordinates, east first.

    Raises UnreadableFileError: epanet-unreadable, epanet-schematic, epanet-repeated, empty-file, file-too-large.
    """
    file = Path(path)
    refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
    model = _model(file)
    nodes = dict(model.nodes())
    if not nodes:
        raise UnreadableFileError("no-objects", "Model nie ma żadnego węzła. Sprawdź, czy to właściwy plik.")
    _refuse_schematic([node.coordinates for node in nodes.values()], epsg)
    reading: Reading[NetworkRecord] = Reading(iter(()), read=len(nodes) + model.num_links)
    reading.records = iter([*_nodes(nodes, epsg), *_links(model, epsg, reading.problems)])
    return reading


def _model(file: Path) -> Any:
    """The network of the file; what only a simulation needs (times, rules, energy) is left out before WNTR reads it."""
    from wntr.epanet.io import InpFile  # noqa: PLC0415 - takes seconds to load, so only those wait who read a model

    lines = _decoded(file.read_bytes()).splitlines()
    _refuse_repeated(lines)
    with tempfile.TemporaryDirectory(prefix="epanet-") as folder:
        plain = Path(folder) / "model.inp"
        plain.write_text("\n".join(_of_network(lines)), encoding="utf-8")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return InpFile().read(str(plain))
        except Exception as fault:
            # the parser raises whatever Python did while it stumbled over a line
            said = " ".join(str(fault.__cause__ or fault.__context__ or fault).split()).replace(str(plain), file.name)
            raise UnreadableFileError(
                "epanet-unreadable",
                f"Modelu EPANET nie da się odczytać ({said[:200]}). Otwórz go w EPANET i zapisz ponownie.",
            ) from fault


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1250", errors="replace")


def _of_network(lines: Iterable[str]) -> Iterator[str]:
    """Lines outside of the sections that only a simulation needs."""
    is_needed = True
    for line in lines:
        if (found := _SECTION.match(line)) is not None:
            is_needed = found[1].upper() not in _OF_SIMULATION
        if is_needed and not line.strip().lower().startswith("quality"):
            yield line


def _refuse_repeated(lines: Iterable[str]) -> None:
    """Nodes of one name, and links of one name, would silently become one."""
    seen: dict[str, set[str]] = {"węzeł": set(), "przewód": set()}
    kind: str | None = None
    for line in lines:
        if (found := _SECTION.match(line)) is not None:
            kind = _NAMED.get(found[1].upper())
            continue
        name = line.partition(";")[0].split()[:1]
        if kind is None or not name:
            continue
        if name[0] in seen[kind]:
            message = f"W modelu jest dwa razy {kind} {name[0]}. Nadaj im różne nazwy."
            raise UnreadableFileError("epanet-repeated", message)
        seen[kind].add(name[0])


def _refuse_schematic(places: list[tuple[float, float]], epsg: int) -> None:
    try:
        refuse_unusable_coordinates(LineString([*places, places[0]]), epsg=epsg)
    except GeometryRefusedError as refusal:
        raise UnreadableFileError(
            "epanet-schematic",
            f"Współrzędne modelu nie leżą w Polsce w układzie EPSG:{epsg}. {refusal.message} Model jest schematem albo "
            "podano zły układ (--epsg).",
        ) from None


def _stored(shape: BaseGeometry, epsg: int) -> Any:
    return to_storage(shape, epsg=epsg)


_NODE_KINDS: dict[str, NodeKind] = {"Junction": "junction", "Tank": "tank", "Reservoir": "reservoir"}


def _nodes(nodes: dict[str, Any], epsg: int) -> Iterator[NodeRecord]:
    for name, node in nodes.items():
        yield NodeRecord(
            identifier=str(name),
            medium="water",
            kind=_NODE_KINDS.get(node.node_type, "device"),
            geometry=_stored(Point(node.coordinates), epsg),
            origin="epanet",
            elevation_m=_number(getattr(node, "elevation", None)),
        )


def _links(model: Any, epsg: int, problems: list[Problem]) -> Iterator[NetworkRecord]:
    """Pipes as lines; pumps and valves as devices half-way between their nodes."""
    for name, link in model.links():
        ends = [link.start_node.coordinates, *link.vertices, link.end_node.coordinates]
        if len({tuple(end) for end in ends}) < 2:
            message = "Przewód ma oba końce w jednym miejscu; pominięto go. Popraw współrzędne węzłów."
            problems.append(Problem("pipe-no-line", "warning", str(name), message))
            continue
        line = _stored(LineString(ends), epsg)
        if link.link_type == "Pipe":
            yield _pipe(str(name), link, line)
        else:
            kind: NodeKind = "pump" if link.link_type == "Pump" else "valve"
            middle = line.interpolate(0.5, normalized=True)
            yield NodeRecord(f"{name}", "water", kind, middle, "epanet", "closed" if _is_closed(link) else "active")


def _pipe(name: str, link: Any, line: LineString) -> PipeRecord:
    millimetres = round(link.diameter * 1000)
    kind: PipeKind = (
        "transmission" if millimetres > TRANSMISSION_MM else "service" if millimetres <= SERVICE_MM else "distribution"
    )
    return PipeRecord(
        identifier=name,
        medium="water",
        kind=kind,
        geometry=line,
        origin="epanet",
        status="closed" if _is_closed(link) else "active",
        diameter_mm=millimetres or None,
        length_m=_number(link.length),
        roughness=_number(link.roughness),
    )


def _is_closed(link: Any) -> bool:
    return str(link.initial_status).rpartition(".")[2].lower() == "closed"


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 6)

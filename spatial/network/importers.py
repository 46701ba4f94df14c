"""The water and sewage network from GESUT and from EPANET models, side by side: neither closes objects of the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from data.readers.epanet import read_epanet
from data.readers.gesut import read_gesut
from data.readers.joining import joined
from data.records import Reading
from data.records.network import NetworkRecord, NodeRecord, PipeRecord
from spatial.imports.registry import Argument, Delivery, Published, Source, WrongUse, register
from spatial.imports.staging import Counts, Stage
from spatial.network.models import NetworkNode, Pipe
from spatial.network.topology import defects

_TEXTS = {"purpose": 12, "owner": 200, "asset_number": 60, "material": 40, "accuracy": 10}
PART = "{row}.origin || ':' || {row}.medium"  #: scope: a file of water pipes says nothing about sewers


def publish_network(records: Iterable[NetworkRecord], delivery: Delivery) -> Published:
    """Pipes and nodes; what does not hang together becomes a finding."""
    pipes, nodes = Stage(Pipe, scope=PART), Stage(NetworkNode, scope=PART)
    parts: dict[str, tuple[list[PipeRecord], list[NodeRecord]]] = defaultdict(lambda: ([], []))
    for record in records:
        part = parts[f"{record.origin}:{record.medium}"]
        if isinstance(record, PipeRecord):
            part[0].append(record)
            pipes.add(record.identifier, record.geometry, **values_of(record))
        else:
            part[1].append(record)
            nodes.add(record.identifier, record.geometry, **values_of(record))
    for stage in (pipes, nodes):
        for identifier in stage.duplicates():
            delivery.refuse(
                "duplicate-id", identifier, "Identyfikator powtarza się w pliku; odrzucono wszystkie takie."
            )
    for _, (lines, points) in sorted(parts.items()):
        delivery.problems.extend(defects(lines, points))
    counts = {stage.name: stage.publish(delivery, set(parts)) for stage in (pipes, nodes)} if parts else {}
    return Published(
        counts={name: count.as_dict() for name, count in counts.items() if count != Counts()},
        written=sum(count.added + count.changed for count in counts.values()),
        scope=[f"{stage.name}:{part}" for stage in (pipes, nodes) for part in sorted(parts)],
        is_unchanged=not any(count.has_changes for count in counts.values())
        and all(stage.last_state in (None, delivery.state_on) for stage in (pipes, nodes)),
    )


def values_of(record: NetworkRecord) -> dict[str, Any]:
    """Columns of a record; what the source does not say is "" in texts."""
    said = {field.name: getattr(record, field.name) for field in fields(record)}
    values = {name: value for name, value in said.items() if name not in {"identifier", "geometry"}}
    return values | {name: str(values[name] or "")[:limit] for name, limit in _TEXTS.items() if name in values}


def read_gesut_files(paths: Sequence[Path], _options: Mapping[str, Any]) -> Reading[NetworkRecord]:
    return joined([read_gesut(path) for path in paths])


def read_epanet_file(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[NetworkRecord]:
    if len(paths) != 1:
        raise WrongUse("Model EPANET wczytuje się z jednego pliku.")
    return read_epanet(paths[0], epsg=int(options.get("epsg") or 2178))


register(
    Source(
        code="gesut",
        title="Sieć wodociągowa i kanalizacyjna (GESUT, GML 2021)",
        read=read_gesut_files,
        publish=publish_network,
        municipality_of=lambda _record: None,
        name_of=lambda record: record.identifier,
    )
)
register(
    Source(
        code="epanet",
        title="Model sieci wodociągowej (EPANET .inp)",
        read=read_epanet_file,
        publish=publish_network,
        municipality_of=lambda _record: None,
        name_of=lambda record: record.identifier,
        arguments=(Argument("epsg", "układ współrzędnych modelu, np. 2178", int),),
    )
)

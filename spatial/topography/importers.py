"""BDOT500 and BDOT10k: each class of a database is compared whole."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data.readers.bdot import read_bdot
from data.readers.joining import joined
from data.records import Reading
from data.records.network import TopographicRecord
from spatial.imports.registry import Delivery, Published, Source, register
from spatial.imports.staging import Counts, Stage
from spatial.topography.models import TopographicObject

BY_CLASS = "{row}.database || ':' || {row}.class_code"


def publish_topography(records: Iterable[TopographicRecord], delivery: Delivery) -> Published:
    """Objects as they came."""
    stage = Stage(TopographicObject, scope=BY_CLASS)
    classes = set()
    for record in records:
        classes.add(f"{record.database}:{record.class_code}")
        stage.add(
            record.identifier,
            record.geometry,
            database=record.database,
            class_code=record.class_code[:60],
            name=(record.name or "")[:200],
            attributes=dict(record.attributes),
        )
    for identifier in stage.duplicates():
        delivery.refuse("duplicate-id", identifier, "Identyfikator powtarza się w pliku; odrzucono wszystkie takie.")
    counts = stage.publish(delivery, classes) if classes else Counts()
    return Published(
        counts={stage.name: counts.as_dict()} if counts != Counts() else {},
        written=counts.added + counts.changed,
        scope=[f"{stage.name}:{one}" for one in sorted(classes)],
        is_unchanged=not counts.has_changes and stage.last_state in (None, delivery.state_on),
    )


def read_bdot_files(paths: Sequence[Path], _options: Mapping[str, Any]) -> Reading[TopographicRecord]:
    return joined([read_bdot(path) for path in paths])


register(
    Source(
        code="bdot",
        title="Obiekty topograficzne (BDOT500 i BDOT10k, GML)",
        read=read_bdot_files,
        publish=publish_topography,
        municipality_of=lambda _record: None,
        name_of=lambda record: record.identifier,
    )
)

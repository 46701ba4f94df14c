"""BDOT500 and BDOT10k in GML: any class, with its simple properties; labels and ended versions are left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from data.readers.egib_index import state_on
from data.readers.pzgik import is_ended, local_id, properties, stored_shape
from data.readers.xml import local_name, namespace, read_objects
from data.records import Problem, Reading, UnreadableFileError
from data.records.network import TopographicRecord

type Database = Literal["BDOT500", "BDOT10k"]

_MARKS: tuple[tuple[str, Database], ...] = (
    ("bazadanychobiektowtopograficznych500", "BDOT500"),
    ("bazadanychobiektowtopograficznych10k", "BDOT10k"),
    ("bdot500", "BDOT500"),
    ("bdot10k", "BDOT10k"),
)
_NAMES = ("nazwa", "nazwaWlasna", "nazwaUlicy", "nazwaCieku")
_LABELS = frozenset({"PrezentacjaGraficzna", "KR_ObiektKarto"})


def read_bdot(path: str | Path) -> Reading[TopographicRecord]:
    """Raises UnreadableFileError: bdot-namespace, no-objects, and those of ``read_objects``."""
    file = Path(path)
    first = next(iter(read_objects(file)), None)
    if first is None:
        raise UnreadableFileError("no-objects", "W pliku nie ma żadnego obiektu. Sprawdź zakres eksportu.")
    if _database(namespace(first)) is None:
        raise UnreadableFileError(
            "bdot-namespace",
            f"Plik ma przestrzeń nazw „{namespace(first)[:80]}”, a nie BDOT500 ani BDOT10k. Sprawdź plik.",
        )
    reading: Reading[TopographicRecord] = Reading(iter(()), state_on=state_on(file))
    reading.records = _records(file, reading)
    return reading


def _database(space: str) -> Database | None:
    plain = space.lower()
    return next((database for mark, database in _MARKS if mark in plain), None)


def _records(file: Path, reading: Reading[TopographicRecord]) -> Iterator[TopographicRecord]:
    ended = 0
    for element in read_objects(file):
        database, kind = _database(namespace(element)), local_name(element)
        if database is None or kind in _LABELS:
            continue
        reading.read += 1
        if is_ended(element):
            ended += 1
            continue
        name = local_id(element)
        if name is None:
            message = f"Obiekt {kind} nie ma identyfikatora (lokalnyId). Uzupełnij go w źródle."
            reading.problems.append(Problem("network-id-missing", "error", kind, message))
            continue
        shape = stored_shape(element, name, reading.problems)
        if shape is not None:
            said = properties(element)
            title = next((said[field] for field in _NAMES if field in said), None)
            yield TopographicRecord(name, database, kind, shape, title, said)
    if ended:
        message = f"Pominięto zakończone wersje obiektów: {ended}. To nie jest błąd."
        reading.problems.append(Problem("closed-version", "info", "", message))

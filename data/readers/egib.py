"""EGiB delivery in GML (schema of 2021 and its predecessor of 2013) to cadastre records.

Two passes: the first learns identifiers, register groups and links (text only), the second builds records one
at a time, so memory does not depend on geometry. Large files are read by two processes. Classes that describe
people are never opened.
"""

from collections.abc import Iterator
from pathlib import Path

from data.geometry import Box
from data.readers.egib_build import Builder, area_difference
from data.readers.egib_index import Index, indexed, problems_of_the_file, refuse_unknown, state_on
from data.readers.egib_parallel import PartReaders, TornError
from data.readers.parts import parts_of
from data.readers.xml import DEFAULT_LIMITS, Limits, refuse_unfit_file
from data.records import CadastreRecord, Reading

__all__ = ["area_difference", "read_egib"]

PROCESSES = 2


def read_egib(
    path: str | Path, *, bounds: Box | None = None, limits: Limits = DEFAULT_LIMITS, processes: int = PROCESSES
) -> Reading[CadastreRecord]:
    """Records of one EGiB file, only the versions that live.

    bounds: the municipality in EPSG:2178; off by default, see ``data.geometry.to_storage``.
    Raises UnreadableFileError at once for a file that cannot be used as a whole: the first pass reads all of it.
    """
    file = Path(path)
    refuse_unfit_file(file, limits=limits)
    index, readers = _index_in_parts(file, limits, bounds, processes)
    if index is None:
        index = indexed(file, limits)
    refuse_unknown(index)
    reading: Reading[CadastreRecord] = Reading(iter(()), state_on=state_on(file))
    reading.read = sum(index.objects.values())
    reading.problems.extend(problems_of_the_file(index))
    reading.records = _records(file, limits, Builder(index, reading.problems, bounds), readers)
    return reading


def _index_in_parts(
    file: Path, limits: Limits, bounds: Box | None, processes: int
) -> tuple[Index | None, PartReaders | None]:
    """Nothing for a file that is small or cannot be cut; a fault is then told by the reader of the whole."""
    parts = parts_of(file, count=processes)
    if not parts:
        return None, None
    readers = PartReaders(file, parts, limits, bounds)
    try:
        return readers.index(), readers
    except TornError:
        readers.end()
        return None, None


def _records(file: Path, limits: Limits, builder: Builder, readers: PartReaders | None) -> Iterator[CadastreRecord]:
    yield from readers.records(builder) if readers else builder.records(file, limits)
    builder.sum_up()

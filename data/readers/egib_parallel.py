"""An EGiB file of hundreds of megabytes read by two processes; the records are those of the reader of one.

Each process indexes its part, gets the index of the whole file back, and sends its records in batches. A pipe holds
few of them, so nobody runs ahead and memory stays bounded.
"""

import copyreg
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from itertools import batched
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from operator import attrgetter
from pathlib import Path
from typing import Any
from weakref import finalize

from data.geometry import Box
from data.readers.egib_build import Builder
from data.readers.egib_index import Index, index_objects
from data.readers.parts import Part
from data.readers.xml import Limits
from data.records import (
    AddressRecord,
    BuildingRecord,
    CadastreRecord,
    DistrictRecord,
    LandUsePart,
    LandUseRecord,
    ParcelRecord,
    Problem,
    UnitRecord,
    UnreadableFileError,
)

BATCH = 500


#: dataclasses with slots pickle slowly by themselves; half of the parent's time went there
for _record in (LandUsePart, UnitRecord, DistrictRecord, ParcelRecord, LandUseRecord, BuildingRecord, AddressRecord):
    _values = attrgetter(*(item.name for item in fields(_record)))
    copyreg.pickle(_record, partial(lambda make, values, record: (make, values(record)), _record, _values))


class TornError(Exception):
    """A part is no XML of its own, or its process died: the file has to be read as one."""


@dataclass(frozen=True, slots=True)
class Job:
    file: Path
    part: Part
    limits: Limits
    bounds: Box | None


class PartReaders:
    """Processes over the parts of one file. Raises TornError from ``index`` and ``records``."""

    def __init__(self, file: Path, parts: Sequence[Part], limits: Limits, bounds: Box | None) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would share the database's connection
        self.pipes: list[Connection] = []
        processes: list[BaseProcess] = []
        for part in parts:
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, Job(file, part, limits, bounds)), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            processes.append(process)
        self.end = finalize(self, _end, self.pipes, processes)

    def index(self) -> Index:
        """Of the whole file; every process has it then."""
        index = Index()
        for pipe in self.pipes:
            index.absorb(_received(pipe))
        index.settle()
        shared = index.for_builders()
        for pipe in self.pipes:
            pipe.send(shared)
        return index

    def records(self, builder: Builder) -> Iterator[CadastreRecord]:
        """Batches of all processes in turn, so that the order is the same each time; findings go to the builder."""
        waiting = list(self.pipes)
        try:
            while waiting:
                for pipe in list(waiting):
                    match _received(pipe):
                        case records, problems:
                            builder.problems.extend(problems)
                            yield from (record for record in records if _is_new(record, builder))
                        case summary:
                            builder.absorb(summary)
                            waiting.remove(pipe)
        finally:
            self.end()


def _is_new(record: CadastreRecord, builder: Builder) -> bool:
    """Flats of one house repeat its address, also across the parts."""
    if not isinstance(record, AddressRecord):
        return True
    is_new = record.identifier not in builder.addresses
    builder.addresses.add(record.identifier)
    return is_new


def _received(pipe: Connection) -> Any:
    try:
        message = pipe.recv()
    except (EOFError, ConnectionError) as fault:
        raise TornError from fault
    if isinstance(message, UnreadableFileError):
        raise TornError from message
    return message


def _end(pipes: Sequence[Connection], processes: Sequence[BaseProcess]) -> None:
    for pipe in pipes:
        pipe.close()
    for process in processes:
        process.terminate()
        process.join()


# --- in the process of a part -----------------------------------------------------------------------------------


def _work(pipe: Connection, job: Job) -> None:
    """Ends quietly when nobody listens any more."""
    with suppress(BrokenPipeError, ConnectionError, EOFError):
        try:
            pipe.send(index_objects(job.file, job.limits, job.part))
            _send_records(pipe, pipe.recv(), job)
        except UnreadableFileError as fault:
            pipe.send(fault)


def _send_records(pipe: Connection, index: Index, job: Job) -> None:
    problems: list[Problem] = []
    builder = Builder(index, problems, job.bounds)
    for batch in batched(builder.records(job.file, job.limits, job.part), BATCH, strict=False):
        pipe.send((batch, problems.copy()))
        problems.clear()
    pipe.send(((), problems.copy()))
    pipe.send(builder.summary())

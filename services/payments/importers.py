"""Statements of the office's bank accounts: MT940, camt.053, Elixir-O."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from data.bank.lines import StatementRecord
from data.bank.reading import BankFile, read_bank_file
from data.records import Problem, Reading
from services.payments.statements.importing import publish_statements
from spatial.errors import Refused
from spatial.imports.models import Snapshot
from spatial.imports.registry import Source, register


def read_statements(paths: Sequence[Path], _options: Mapping[str, Any]) -> Reading[StatementRecord]:
    """Several files are one delivery; all are read before anything is kept."""
    files = [read_bank_file(path) for path in paths]
    reading: Reading[StatementRecord] = Reading(records=iter(()))
    reading.records = counted(files, reading)
    reading.problems.extend(encoding_told(path, file) for path, file in zip(paths, files, strict=True))
    return reading


def counted(files: Sequence[BankFile], reading: Reading[StatementRecord]) -> Iterator[StatementRecord]:
    for statement in (one for file in files for one in file.statements):
        reading.read += len(statement.lines)
        yield statement


def encoding_told(path: Path, file: BankFile) -> Problem:
    form = file.statements[0].form
    return Problem("bank-encoding", "info", "", f"{path.name}: format {form}, kodowanie {file.encoding}.")


def take_back(_snapshot: Snapshot, _at: datetime) -> dict[str, int]:
    """Raises Refused: what was booked stays in the books."""
    raise Refused("Wyciągu nie można cofnąć, bo jego pozycje są już w księgach. Popraw je na stronie Wyciągi.")


register(
    Source(
        code="statement",
        title="Wyciągi bankowe",
        read=read_statements,
        publish=publish_statements,
        municipality_of=lambda _record: None,
        name_of=lambda record: str(record.number),
        take_back=take_back,
        stays_near=False,
        has_state_day=False,
        has_page_of_its_own=True,
    )
)

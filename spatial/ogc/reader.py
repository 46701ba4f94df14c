"""A question to the open schema over libpq itself: prepared once, sent as text, answered in binary.

psycopg's cursors serve any type and cost more than most questions of the front take PostgreSQL to answer. Here the
values of a question are numbers, texts and days, and answers are numbers, texts and tiles.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from threading import local
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

#: statements that a connection keeps prepared; filters of any kind make any number of them
KEPT = 200
BINARY = 1
#: a prepared statement over a table that was made anew with other columns
TABLE_CHANGED = b"0A000"
#: by the oid of the type; features and tiles stay bytes
DECODERS: dict[int, Callable[[bytes], Any]] = {
    16: lambda value: value == b"\x01",
    17: bytes,
    20: lambda value: int.from_bytes(value, signed=True),
    23: lambda value: int.from_bytes(value, signed=True),
    25: bytes,
    27: bytes,  # a row's place
    1043: bytes.decode,
}


class Reader:
    """A connection of each thread, made anew when it breaks. Is an ``Ask`` of ``spatial.ogc.open_data``, but for texts
    (not varchar), which it leaves as the bytes they came in.
    """

    reads_by_row = False

    def __init__(self, address: str, *settings: str) -> None:
        self.address = address
        self.options = " ".join(f"-c {one}" for one in ("statement_timeout=10s", "jit=off", *settings))
        self._held = local()

    def __call__(self, statement: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Raises psycopg.Error."""
        connection = self._connection()
        result = self._sent(connection, statement, values)
        if result.status != ExecStatus.TUPLES_OK and (
            connection.status == ConnStatus.BAD or result.error_field(DiagnosticField.SQLSTATE) == TABLE_CHANGED
        ):
            self._held.connection.close()
            result = self._sent(self._connection(), statement, values)
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result, encoding="utf-8")
        return rows_of(result)

    def _connection(self) -> PGconn:
        held: psycopg.Connection[Any] | None = getattr(self._held, "connection", None)
        if held is None or held.closed:
            held = psycopg.connect(self.address, autocommit=True, options=self.options, client_encoding="utf-8")
            self._held.connection, self._held.prepared = held, {}
        return held.pgconn

    def _sent(self, connection: PGconn, statement: str, values: Sequence[Any]) -> PGresult:
        told = [as_text(value) for value in values]
        names: dict[str, bytes] = self._held.prepared
        name = names.get(statement)
        if name is None:
            if len(names) >= KEPT:
                return connection.exec_params(numbered(statement), told, result_format=BINARY)
            name = f"open_{len(names)}".encode()
            made = connection.prepare(name, numbered(statement))
            if made.status != ExecStatus.COMMAND_OK:
                return made
            names[statement] = name
        return connection.exec_prepared(name, told, result_format=BINARY)


@lru_cache(maxsize=1024)
def numbered(statement: str) -> bytes:
    """``%s`` as ``$1``, ``$2``...; no other percent sign stands in a statement of ours."""
    first, *rest = statement.split("%s")
    return (first + "".join(f"${place}{part}" for place, part in enumerate(rest, start=1))).encode()


def as_text(value: Any) -> bytes:
    """As PostgreSQL reads it, whatever type the statement gives the parameter; bytes are EWKB of a geometry."""
    if isinstance(value, bytes):
        return value.hex().encode()
    return str(value).encode()


def rows_of(result: PGresult) -> list[tuple[Any, ...]]:
    cell, rows = result.get_value, range(result.ntuples)
    columns: list[list[Any]] = []
    for column in range(result.nfields):
        decode = DECODERS[result.ftype(column)]
        values: list[Any] = [cell(row, column) for row in rows]
        if decode is not bytes:
            values = [None if value is None else decode(value) for value in values]
        columns.append(values)
    return list(zip(*columns, strict=True))


class PlaceReader(Reader):
    """Finds by place, and reads rows in the order in which they lie: without plain index scans PostgreSQL collects
    places first and sorts them. A question may then stop at its limit; ``ORDER BY`` would read all.
    """

    reads_by_row = True

    def __init__(self, address: str) -> None:
        super().__init__(address, "enable_indexscan=off", "enable_seqscan=off")

"""Reading the schema ``open``: the connection that may read nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.pq import TransactionStatus


class Ask(Protocol):
    """A question to the database."""

    @property
    def reads_by_row(self) -> bool:
        """Whether rows found by place come in the order in which they lie in the table."""
        ...

    def __call__(self, statement: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class DjangoAsk:
    """An ``Ask`` over a connection of Django's."""

    alias: str
    reads_by_row: bool = False

    def __call__(self, statement: str, values: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(statement, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


class OpenRouter:
    """No migration ever runs on the connection of the open views."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return False if db == "open" else None


@contextmanager
def reading() -> Iterator[Ask]:
    """What is asked within the block is asked as the role of the open schema.

    An installation has a connection of its own for that. Tests, whose rows no other connection sees, lend their own
    to the role.
    """
    alias, role = settings.OPEN_DATA_ALIAS, settings.OPEN_DATA_ROLE

    ask = DjangoAsk(alias)
    if role is None:
        yield ask
        return
    _as_role(alias, sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    try:
        yield ask
    finally:
        if connections[alias].connection.info.transaction_status != TransactionStatus.INERROR:
            _as_role(alias, sql.SQL("RESET ROLE"))


def _as_role(alias: str, statement: sql.Composable) -> None:
    connections[alias].ensure_connection()
    with connections[alias].connection.cursor() as cursor:
        cursor.execute(statement)

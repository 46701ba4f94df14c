"""How a transaction opens the private registers: an entry of the log first, then settings that name it.

The policies of the database (migration ``owners.0002``) open rows only to the transaction that has written such an
entry itself; settings without one open nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from psycopg.pq import TransactionStatus

from spatial.imports.models import Snapshot

#: for entries that a delivery writes: the office receives the data for its public tasks
KEEPING = "register-keeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log before the database has stamped it."""

    municipality: str
    action: str
    ground: str
    user: AbstractBaseUser | None
    role: str = ""
    case_number: str = ""
    parcels: Sequence[str] | None = None
    fields: Sequence[str] = ()
    snapshot: int | None = None


def write(entry: Entry) -> int:
    """Key of the new line. It is open to the rest of this transaction, and to no other."""
    user = entry.user
    name = getattr(user, "display_name", "") or (user.get_username() if user else "")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO private.access_entry (municipality_id, action, ground, user_id, user_name, role, case_number,
                parcels, fields, snapshot_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
            """,
            [
                entry.municipality,
                entry.action,
                entry.ground,
                user.pk if user else None,
                name[:200],
                entry.role,
                entry.case_number,
                None if entry.parcels is None else list(entry.parcels),
                list(entry.fields),
                entry.snapshot,
            ],
        )
        return int(cursor.fetchone()[0])


@contextmanager
def opened(kind: str, key: int | str, *, municipality: str, ground: str) -> Iterator[None]:
    """Rows are open within the block; kind: "reading", "writing" or "reviewing". For use inside a transaction."""
    names = (f"miedza.{kind}", "miedza.municipality", "miedza.ground")
    before = _settings(names)
    _set(dict(zip(names, (str(key), municipality, ground), strict=True)))
    try:
        yield
    finally:
        if not _is_broken():
            _set(before)


@contextmanager
def reopened(snapshot: Snapshot, *, table: str, by: AbstractBaseUser | None) -> Iterator[None]:
    """Open for writing where the delivery has written here, in this transaction or in an earlier one."""
    key = _entry_of(snapshot)
    if key is None and any(part.startswith(f"{table}:") for part in snapshot.scope):
        key = write(
            Entry(
                municipality=snapshot.municipality_id,
                action="take-back",
                ground=KEEPING,
                user=by,
                snapshot=snapshot.pk,
            )
        )
    if key is None:
        yield
        return
    with opened("writing", key, municipality=snapshot.municipality_id, ground=KEEPING):
        yield


def entry_for(snapshot: Snapshot) -> int:
    """Key of the entry of this delivery, written at its first need."""
    found = _entry_of(snapshot)
    return (
        found
        if found is not None
        else write(
            Entry(
                municipality=snapshot.municipality_id,
                action="import",
                ground=KEEPING,
                user=snapshot.published_by,
                snapshot=snapshot.pk,
            )
        )
    )


def _entry_of(snapshot: Snapshot) -> int | None:
    """The line that this transaction has written for the delivery; those of others are hidden from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM private.access_entry WHERE snapshot_id = %s "
            "AND transaction = txid_current_if_assigned()",
            [snapshot.pk],
        )
        key: int | None = cursor.fetchone()[0]
        return key


def _is_broken() -> bool:
    """A broken transaction answers nothing more, and its settings end with it."""
    status = connection.connection.info.transaction_status
    return connection.needs_rollback or status == TransactionStatus.INERROR


def _settings(names: Sequence[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, coalesce(current_setting(name, true), '') FROM unnest(%s::text[]) AS name", [list(names)]
        )
        return dict(cursor.fetchall())


def _set(values: dict[str, str]) -> None:
    """For the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS said (name, value)",
            [list(values), list(values.values())],
        )

"""Taking a delivery back: its versions are withdrawn, and those it had closed stand again.

Nothing is deleted. A withdrawn version stays for the documents that name it; a version opened again is a new row
with the same content, so that what we believed at any moment can still be told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from psycopg import sql

from spatial.errors import Refused
from spatial.imports import plain, registry
from spatial.imports.agreement import versioned_models
from spatial.imports.locking import one_at_a_time
from spatial.imports.models import Snapshot
from spatial.versions import Versioned, table_of
from spatial.words import polish_date

#: columns that a row opened again does not take from the one that had been closed
_NEW = {"id", "valid_to", "closed_at", "closed_by_id", "superseded_at", "recorded_at"}


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """{"parcel": {"withdrawn": 2, "restored": 3}}"""

    counts: dict[str, dict[str, int]]


@transaction.atomic
def roll_back(*, snapshot: Snapshot, by: AbstractBaseUser | None, note: str, now: datetime) -> RollbackReport:
    """Bring the registers to what they said before the delivery.

    Raises Refused when the delivery was taken back already or a later one speaks of the same part of the registers.
    """
    one_at_a_time(snapshot.municipality)
    snapshot = Snapshot.objects.select_for_update().get(pk=snapshot.pk)
    _refuse_impossible(snapshot)
    counts = {}
    for model in versioned_models():
        with model.writable(snapshot, by):
            counts[str(model._meta.model_name)] = _take_back(model, snapshot, now)
    counts["names"] = plain.put_back(snapshot)
    own = registry.source_if_known(snapshot.source)
    if own is not None and own.take_back is not None:
        counts[snapshot.source] = own.take_back(snapshot, now)
    snapshot.rolled_back_at, snapshot.rolled_back_by_id, snapshot.rollback_note = now, by.pk if by else None, note
    snapshot.save(update_fields=["rolled_back_at", "rolled_back_by", "rollback_note"])
    return RollbackReport({name: moved for name, moved in counts.items() if any(moved.values())})


def later_deliveries(snapshot: Snapshot) -> list[Snapshot]:
    """Standing deliveries that came after this one and speak of a part of the same registers, newest first."""
    rows = Snapshot.objects.standing().filter(municipality=snapshot.municipality_id, pk__gt=snapshot.pk)
    return list(rows.filter(scope__overlap=snapshot.scope).order_by("-pk"))


def _refuse_impossible(snapshot: Snapshot) -> None:
    if snapshot.rolled_back_at is not None:
        raise Refused(f"Tę dostawę cofnięto już {polish_date(snapshot.rolled_back_at.date())}.")
    if later := later_deliveries(snapshot):
        newest = later[0]
        raise Refused(
            f"Na tym samym zakresie stoi nowsza dostawa ({newest.file_name}, stan na dzień "
            f"{polish_date(newest.state_on)}). Najpierw cofnij ją."
        )


def _take_back(model: type[Versioned], snapshot: Snapshot, now: datetime) -> dict[str, int]:
    """Withdraw what the delivery brought; open again, as copies, what it had closed or withdrawn."""
    columns = [str(field.column) for field in model._meta.concrete_fields if field.column not in _NEW]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    forgotten = model.learnt_after_closing
    kept = sql.SQL(", ").join(
        sql.Literal(forgotten[column]) if column in forgotten else sql.Identifier(column) for column in columns
    )
    values: dict[str, Any] = {"snapshot": snapshot.pk, "now": now}
    table = table_of(model)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "UPDATE {table} SET superseded_at = %(now)s WHERE snapshot_id = %(snapshot)s AND superseded_at IS NULL"
            ).format(table=table),
            values,
        )
        withdrawn = cursor.rowcount
        cursor.execute(
            sql.SQL(
                """
                WITH closed AS (
                    UPDATE {table} SET superseded_at = coalesce(superseded_at, %(now)s)
                    WHERE closed_by_id = %(snapshot)s AND snapshot_id <> %(snapshot)s RETURNING *)
                INSERT INTO {table} ({names}, recorded_at) SELECT {kept}, %(now)s FROM closed
                """
            ).format(table=table, names=names, kept=kept),
            values,
        )
        return {"withdrawn": withdrawn, "restored": cursor.rowcount}

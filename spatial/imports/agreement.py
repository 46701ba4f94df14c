"""What exactly a reviewer agreed to: the numbers, and a mark of every row that would be written or closed."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from psycopg import sql

from spatial.imports.models import Snapshot
from spatial.versions import Versioned, table_of


@dataclass(frozen=True, slots=True)
class Agreement:
    counts: Mapping[str, Mapping[str, int]]
    mark: str


def versioned_models() -> Iterator[type[Versioned]]:
    """Every register table, in one order."""
    found = [model for model in apps.get_models() if issubclass(model, Versioned)]
    return iter(sorted(found, key=lambda model: model._meta.label_lower))


def mark_of(snapshot: Snapshot) -> str:
    """Equal for two runs that bring the same versions and close the same ones; to be asked before the commit."""
    marks = []
    for model in versioned_models():
        with model.writable(snapshot, snapshot.published_by):
            marks.append(_mark(model, snapshot))
    return hashlib.sha256(" ".join(marks).encode()).hexdigest()


def _mark(model: type[Versioned], snapshot: Snapshot) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                """
                SELECT md5(string_agg(identifier || fingerprint || (snapshot_id = %(snapshot)s)::text, ','
                    ORDER BY identifier COLLATE "C", fingerprint))
                FROM {table} WHERE snapshot_id = %(snapshot)s OR closed_by_id = %(snapshot)s
                """
            ).format(table=table_of(model)),
            {"snapshot": snapshot.pk},
        )
        return str(cursor.fetchone()[0])

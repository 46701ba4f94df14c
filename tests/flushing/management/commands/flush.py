"""``flush`` as the tests need it after each one that commits: rows go, what ``migrate`` writes for the models stays.

Django's own truncates all tables and makes permissions and views anew, which takes a second; few tables have rows.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

KEPT = {"auth_permission", "django_content_type"}
#: with triggers of our own (history, rows that only come), and behind policies that show rows for a reason only
GUARDED = "SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid WHERE NOT tgisinternal"
HIDDEN = "SELECT relname FROM pg_class WHERE relforcerowsecurity"


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        alias = options["database"]
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            for statement in emptying(cursor, tables_of(alias)):
                cursor.execute(statement)


@cache
def tables_of(alias: str) -> tuple[str, ...]:
    names = connections[alias].introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - KEPT))


def emptying(cursor: CursorWrapper, tables: tuple[str, ...]) -> Iterator[str]:
    """Waits first for whoever still writes: a page that nobody waits for any more."""
    yield f"LOCK TABLE {listed(tables)} IN EXCLUSIVE MODE"
    filled = names(cursor, " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in tables))
    guarded, hidden = filled & names(cursor, GUARDED), names(cursor, HIDDEN) & set(tables)
    if hidden:
        yield f"TRUNCATE {listed(hidden)}"
    for table in guarded - hidden:
        yield f'ALTER TABLE "{table}" DISABLE TRIGGER USER'
    for table in filled - hidden:
        yield f'DELETE FROM "{table}"'
    yield "SET CONSTRAINTS ALL IMMEDIATE"
    for table in guarded - hidden:
        yield f'ALTER TABLE "{table}" ENABLE TRIGGER USER'


def names(cursor: CursorWrapper, question: str) -> set[str]:
    cursor.execute(question)
    return {name for (name,) in cursor.fetchall()}


def listed(tables: tuple[str, ...] | set[str]) -> str:
    return ", ".join(f'"{table}"' for table in sorted(tables))

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
#: triggers that refuse or note the end of a row; those that keep the open copies ("d parcels by …") do their work
GUARDS = """
    SELECT relname, tgname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid
    WHERE NOT tgisinternal AND tgname NOT LIKE '_ % by %'
"""


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
    yield f"LOCK TABLE {', '.join(map(quoted, tables))} IN EXCLUSIVE MODE"
    cursor.execute(" UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM {quoted(one)})" for one in tables))
    filled = {table for (table,) in cursor.fetchall()}
    cursor.execute(GUARDS)
    guards = [f"{quoted(table)} {{}} TRIGGER {quoted(name)}" for table, name in cursor.fetchall() if table in filled]
    for guard in guards:
        yield f"ALTER TABLE {guard.format('DISABLE')}"
    for table in filled:
        yield f"DELETE FROM {quoted(table)}"
    yield "SET CONSTRAINTS ALL IMMEDIATE"
    for guard in guards:
        yield f"ALTER TABLE {guard.format('ENABLE')}"


def quoted(name: str) -> str:
    return f'"{name}"'

"""What the registry publishes, and nothing else, written down in SQL.

Three schemas' worth of one thing. ``open_live`` holds a view of each collection, over the registers as they are; only
the database itself reads it. ``open`` holds what maps and the OGC API read, as a role that may read nothing else: a
table of each collection with answers ready to send (``spatial.ogc.open_tables``), kept by triggers, and a view of all
days where the collection has time. All are made anew after migrations; live views and triggers are dropped before,
because tables under a view cannot change. The tables of ``open`` stay meanwhile, so the map does not go out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join
from psycopg import ClientCursor, sql

from spatial.ogc.registry import Collection, Registry, TimeSpan, collections

SCHEMA, LIVE = "open", "open_live"
ROLE = "miedza_open"  #: reads the schema open; made by deploy/postgres.sh

KEY, GEOMETRY, START, END = "_key", "geom", "_start", "_end"


@dataclass(frozen=True, slots=True)
class View:
    """One view: rows of now, or of all days."""

    collection: Collection
    of_now: bool

    @property
    def name(self) -> str:
        return self.collection.id if self.of_now else f"{self.collection.id}-of-all-days"

    @property
    def table(self) -> str:
        """As it stands after FROM."""
        return f'"{LIVE if self.of_now else SCHEMA}"."{self.name}"'

    def rows(self) -> QuerySet[Any]:
        return self.collection.public() if self.of_now else self.time.ever()

    @property
    def time(self) -> TimeSpan:
        """Raises ImproperlyConfigured where the collection knows no other days."""
        if self.collection.time is None:
            raise ImproperlyConfigured(f"Collection {self.collection.id!r} has no time.")
        return self.collection.time

    def columns(self) -> dict[str, Combinable]:
        """Public properties by name, the geometry to serve (EPSG:2178), and what pages need, with an underscore."""
        held = self.collection
        found: dict[str, Combinable] = {name: field.expression for name, field in held.fields.items()}
        found |= {GEOMETRY: held.outline(of_now=self.of_now), KEY: F("pk")}
        if not self.of_now:
            found |= {START: F(self.time.start), END: F(self.time.end)}
        return found

    def query(self) -> QuerySet[Any]:
        """The rows as tuples of the columns."""
        return with_columns(self.rows(), self.columns())


def views(registry: Registry[Collection] = collections) -> Iterator[View]:
    for collection in registry:
        yield View(collection, of_now=True)
        if collection.time:
            yield View(collection, of_now=False)


def definition(view: View) -> str:
    """CREATE VIEW with every value written out.

    Raises ImproperlyConfigured for a day among them: it would be today for ever.
    """
    body = written_out(view.query())
    names = ", ".join(quoted(name) for name in view.columns())
    return f"CREATE VIEW {view.table} ({names}) AS {body}"


def written_out(rows: QuerySet[Any]) -> str:
    """SQL of a queryset with its values in place. Raises ImproperlyConfigured for a day among them."""
    text, parameters = rows.query.sql_with_params()
    if any(isinstance(value, date) for value in parameters):
        raise ImproperlyConfigured(f"Rows of {rows.model.__name__} name a fixed day; say spatial.ogc.registry.Today().")
    connection.ensure_connection()
    return str(ClientCursor(connection.connection).mogrify(text, parameters))


def with_columns(rows: QuerySet[Any], columns: Mapping[str, Combinable]) -> QuerySet[Any]:
    """The rows as tuples of the columns. Tables that only columns need are joined so that PostgreSQL leaves them out
    of questions that do not ask for these.
    """
    needed = {alias for alias, count in rows.query.alias_refcount.items() if count}
    chosen = rows.order_by().values(**{f"open_{place}": column for place, column in enumerate(columns.values())})
    joins = chosen.query.alias_map
    for alias, join in joins.items():
        if alias not in needed and isinstance(join, Join) and join.join_type == INNER:
            joins[alias] = join.promote()
    return chosen


def quoted(name: str) -> str:
    """Raises ImproperlyConfigured for a name that could leave its quotes."""
    if '"' in name or "%" in name:
        raise ImproperlyConfigured(f"No name of a column: {name!r}.")
    return f'"{name}"'


def has_tables(registry: Registry[Collection] = collections) -> bool:
    """False in the middle of migrations, when a table or a column of the registry is not there yet."""
    with connection.cursor() as cursor:
        for view in views(registry):
            model = view.rows().model
            cursor.execute(
                "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0",
                [connection.ops.quote_name(model._meta.db_table)],
            )
            held = set(cursor.fetchone()[0] or ())
            if not held >= {field.column for field in model._meta.concrete_fields}:
                return False
    return True


def has_role() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [ROLE])
        return bool(cursor.fetchone()[0])


def drop() -> None:
    """Live views, and with them the triggers; and the views of all days. What is served of now stays."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(LIVE)))
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [SCHEMA])
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP VIEW {}").format(sql.Identifier(SCHEMA, name)))


def mark_of_schema() -> str | None:
    """What the views were made from; None where there are none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [LIVE])
        row = cursor.fetchone()
        return str(row[0]) if row else None


def mark_of(statements: list[str]) -> str:
    return sha256("\n".join([*statements, ROLE if has_role() else ""]).encode()).hexdigest()

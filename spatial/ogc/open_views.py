"""Views of the database schema ``open``: what the registry publishes, and nothing else, written down in SQL.

Maps and the OGC API read these views as a role that may read nothing else (``spatial.ogc.open_data``). They are made
anew after migrations, and dropped before, because tables under a view cannot change. PostgreSQL looks through them,
so the indexes of the tables serve as before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join
from psycopg import ClientCursor, sql

from spatial.ogc.registry import Collection, Registry, TimeSpan, collections

SCHEMA = "open"
ROLE = "miedza_open"  #: reads the views; made by deploy/postgres.sh

KEY, GEOMETRY, SHAPE, START, END = "_key", "geom", "_shape", "_start", "_end"


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
        """As Django writes it after FROM."""
        return f'"{SCHEMA}"."{self.name}"'

    def rows(self) -> QuerySet[Any]:
        return self.collection.public() if self.of_now else self.time.ever()

    @property
    def time(self) -> TimeSpan:
        """Raises ImproperlyConfigured where the collection knows no other days."""
        if self.collection.time is None:
            raise ImproperlyConfigured(f"Collection {self.collection.id!r} has no time.")
        return self.collection.time

    def columns(self) -> dict[str, Combinable]:
        """Public properties by name, the geometry, and what filters and orders need, with an underscore."""
        held = self.collection
        found: dict[str, Combinable] = {name: field.expression for name, field in held.fields.items()}
        found |= {GEOMETRY: F(held.geometry), KEY: F("pk")}
        found |= {order_column(place): F(path.lstrip("-")) for place, path in enumerate(held.order)}
        found |= {key_column(path): F(path) for path in (held.narrow("") if held.narrow else ())}
        if self.of_now and held.shape:
            found[SHAPE] = held.outline()
        if not self.of_now:
            found |= {START: F(self.time.start), END: F(self.time.end)}
        return found


def order_column(place: int) -> str:
    return f"_order_{place}"


def key_column(path: str) -> str:
    return f"_by_{path}"


def views(registry: Registry[Collection] = collections) -> Iterator[View]:
    for collection in registry:
        yield View(collection, of_now=True)
        if collection.time:
            yield View(collection, of_now=False)


def refresh(registry: Registry[Collection] = collections) -> bool:
    """Make the views anew where they are not those of the registry; answers whether it did."""
    statements = [definition(view) for view in views(registry)]
    mark = sha256("\n".join([*statements, ROLE if has_role() else ""]).encode()).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('miedza.open'))")
        if mark_of_schema() == mark:
            return False
        drop()
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(SCHEMA), sql.Literal(mark)))
        if has_role():
            names = {"schema": sql.Identifier(SCHEMA), "role": sql.Identifier(ROLE)}
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
            cursor.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))
    return True


def drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA)))


def definition(view: View) -> str:
    """CREATE VIEW with every value written out.

    Raises ImproperlyConfigured for a day among them: it would be today for ever.
    """
    columns = view.columns()
    query = with_columns(view.rows(), columns).query
    text, parameters = query.sql_with_params()
    if any(isinstance(value, date) for value in parameters):
        raise ImproperlyConfigured(
            f"Collection {view.collection.id!r} names a fixed day; say spatial.ogc.registry.Today()."
        )
    connection.ensure_connection()
    body = ClientCursor(connection.connection).mogrify(text, parameters)
    names = ", ".join(quoted(name) for name in columns)
    return f"CREATE VIEW {view.table} ({names}) AS {body}"


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


def mark_of_schema() -> str | None:
    """What the views were made from; None where there are none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        row = cursor.fetchone()
        return str(row[0]) if row else None

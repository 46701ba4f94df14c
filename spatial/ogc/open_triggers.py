"""Who must write which rows anew: the tables under a live view, and the triggers on them.

A collection hears of changes in its own table, in tables that its rows are joined with (read off the query), and in
tables that it names itself (``Follows``, for subqueries). ``unheard`` finds what would be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import ForeignObject, Model, QuerySet, TextField
from django.db.models.expressions import Func
from django.db.models.sql.datastructures import Join

from spatial.ogc.open_views import LIVE, View, quoted, written_out
from spatial.ogc.registry import Collection

FUNCTIONS = {"INSERT": "NEW TABLE AS arrived", "UPDATE": "OLD TABLE AS gone NEW TABLE AS arrived",
             "DELETE": "OLD TABLE AS gone"}  # fmt: skip


class Changed(Func):
    """The values that a trigger collected; stands for ``__in`` of a queryset that becomes its statement."""

    template = "(SELECT unnest(changed))"
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Follower:
    """``collection`` writes anew the rows ``keys`` when ``column`` of a table has values ``changed``."""

    collection: str
    table: str  #: as it stands after FROM
    primary_key: str
    column: str
    keys: str  #: SELECT of keys, over the array ``changed``
    is_own: bool  #: the collection's own table

    @property
    def name(self) -> str:
        return f"{self.collection} by {self.table.strip('"').replace('"."', '.')}.{self.column}"


def followers(collection: Collection) -> Iterator[Follower]:
    view = View(collection, of_now=True)
    model = view.rows().model
    own_key = model._meta.pk.column
    yield follower(collection, model, own_key, "SELECT unnest(changed)", is_own=True)
    named = {(one.model, one.column) for one in collection.follows}
    for path, joined, column in joins(view.query()):
        if (joined, column) not in named:
            rows = model._base_manager.filter(**{f"{path}__in": Changed()})
            yield follower(collection, joined, column, keys_of(rows))
    for one in collection.follows:
        yield follower(collection, one.model, one.column, keys_of(one.reached(Changed())))


def follower(collection: Collection, model: type[Model], column: str, keys: str, *, is_own: bool = False) -> Follower:
    table, key = connection.ops.quote_name(model._meta.db_table), str(model._meta.pk.column)
    return Follower(collection.id, table, key, column, keys, is_own)


def keys_of(rows: QuerySet[Any]) -> str:
    return written_out(rows.order_by().values("pk"))


def joins(rows: QuerySet[Any]) -> Iterator[tuple[str, type[Model], str]]:
    """Relations by which the query joins other tables: path, model, column joined on."""
    paths: dict[str, str] = {}
    for alias, join in rows.query.alias_map.items():
        if not isinstance(join, Join) or not rows.query.alias_refcount.get(alias):
            continue
        relation = join.join_field
        assert isinstance(relation, ForeignObject)
        before = paths.get(join.parent_alias, "")
        paths[alias] = path = f"{before}__{relation.name}".lstrip("_")
        related = relation.related_model
        assert isinstance(related, type)
        yield path, related, join.join_cols[0][1]


def triggers(one: Follower) -> Iterator[str]:
    """The function and its triggers. Only columns that the live view reads count as a change."""
    told = columns_read(one)
    key, column = quoted(one.primary_key), quoted(one.column)
    row = ", ".join(f"{{0}}.{quoted(name)}" for name in told)
    changed_rows = (
        f"SELECT unnest(ARRAY[n.{column}, o.{column}]) AS value "  # noqa: S608 - names of models
        f"FROM arrived AS n FULL JOIN gone AS o USING ({key}) "
        f"WHERE ROW({row.format('n')}) IS DISTINCT FROM ROW({row.format('o')})"
    )
    kind = type_of(one)
    shared = "_shared" if one.is_own else ""
    name = f'"{LIVE}".{quoted(one.name)}'
    yield f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $keep$
DECLARE
    changed {kind}[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        changed := ARRAY(SELECT DISTINCT {column} FROM arrived WHERE {column} IS NOT NULL);
    ELSIF TG_OP = 'DELETE' THEN
        changed := ARRAY(SELECT DISTINCT {column} FROM gone WHERE {column} IS NOT NULL);
    ELSIF TG_OP = 'UPDATE' THEN
        changed := ARRAY(SELECT DISTINCT value FROM ({changed_rows}) AS c WHERE value IS NOT NULL);
    ELSE
        PERFORM "{LIVE}"."settle {one.collection}"(ARRAY(SELECT "_key" FROM "open"."{one.collection}"));
        RETURN NULL;
    END IF;
    IF cardinality(changed) > 0 THEN
        PERFORM pg_advisory_xact_lock{shared}(hashtext('miedza.open'), hashtext('{one.collection}'));
        PERFORM "{LIVE}"."settle {one.collection}"(ARRAY({one.keys}));
    END IF;
    RETURN NULL;
END $keep$"""  # noqa: S608 - names of the registry
    for operation, tables in FUNCTIONS.items():
        yield (
            f"CREATE TRIGGER {quoted(f'{operation[0].lower()} {one.name}')} AFTER {operation} ON {one.table} "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    yield (
        f"CREATE TRIGGER {quoted(f't {one.name}')} AFTER TRUNCATE ON {one.table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def columns_read(one: Follower) -> list[str]:
    """Columns of the table that the live view reads, as the database itself knows, with the key and the column."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT a.attname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = %s::regclass AND d.refobjid = %s::regclass
            """,
            [f'"{LIVE}"."{one.collection}"', one.table],
        )
        read = {str(name) for (name,) in cursor.fetchall()}
    return sorted(read | {one.primary_key, one.column})


def type_of(one: Follower) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            [one.table, one.column],
        )
        row = cursor.fetchone()
    if row is None:
        raise ImproperlyConfigured(f"{one.table} has no column {one.column!r}, which {one.collection!r} follows.")
    return str(row[0])


def unheard(collection: Collection) -> set[str]:
    """Tables under the live view whose changes the collection would not hear of."""
    heard = {one.table for one in followers(collection)}
    return {name for name, _ in tables_under(collection) if name not in heard}


def refuse_private(collection: Collection) -> None:
    """Raises ImproperlyConfigured for a collection over rows that the database shows to some only: what is kept ready
    would be shown to all.
    """
    if private := [name for name, is_private in tables_under(collection) if is_private]:
        raise ImproperlyConfigured(f"Collection {collection.id!r} reads {private[0]}, which has row-level security.")


def tables_under(collection: Collection) -> list[tuple[str, bool]]:
    """Tables that the live view reads, as they stand after FROM, and whether they have row-level security."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT n.nspname, c.relname, c.relrowsecurity FROM pg_depend d
            JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'r'
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = %s::regclass
            """,
            [f'"{LIVE}"."{collection.id}"'],
        )
        return [
            (quoted(name) if schema == "public" else f"{quoted(schema)}.{quoted(name)}", bool(is_private))
            for schema, name, is_private in cursor.fetchall()
        ]

"""Answers kept ready: a table of each collection that the database itself keeps equal to the live view.

Beside the public columns a row holds its feature as GeoJSON text, its outline in EPSG:3857, for far views a simpler
one, and, where the one search looks, its words without case and accents. A page of features is then read, not made;
so is a vector tile. Triggers on every table that a live view reads write rows anew when these change, by whatever
hand: form, import, API or plain SQL, in the same transaction.
Every change is noted with its place (``open_live.changes``), for caches.
"""

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from spatial import crs
from spatial.ogc.open_triggers import followers, refuse_private, triggers
from spatial.ogc.open_views import (
    GEOMETRY,
    KEY,
    LIVE,
    ROLE,
    SCHEMA,
    View,
    definition,
    drop,
    has_role,
    mark_of,
    mark_of_schema,
    quoted,
    views,
)
from spatial.ogc.reference_systems import STORED
from spatial.ogc.registry import Collection, Registry, Searching, collections

TEXT, MERCATOR, ROUGH, WORDS = "_text", "_mercator", "_rough", "_words"
#: what the rough outline leaves out, metres on the ground: less than a screen pixel at the zoom ROUGH_ZOOM
ROUGH_M = 5
DEGREE_DECIMALS = 7
#: side of the squares in which places of change are told, metres of EPSG:3857
CHANGE_SQUARE = 1223
MANY = 10_000  #: rows after which the planner is told at once
CHANGES_KEPT = "2 days"
CHANNEL = "miedza_open"  #: NOTIFY after each change, with the collection's id


def refresh(registry: Registry[Collection] = collections) -> bool:
    """Make everything anew where it is not what the registry says; answers whether it did.

    Writers of the registers wait meanwhile, readers do not.
    """
    made = [definition(view) for view in views(registry)]
    written = [statement for collection in registry for statement in table_of(collection)]
    functions = [settling(collection) for collection in registry]
    followed = [follower for collection in registry for follower in followers(collection)]
    mark = mark_of([*made, *written, *functions, *(str(follower) for follower in followed), SHARED])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('miedza.open'))")
        if mark_of_schema() == mark:
            return False
        cursor.execute("SET LOCAL statement_timeout = 0")
        drop()
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{SCHEMA}"; CREATE SCHEMA "{LIVE}"; {SHARED}')
        for statement in made:
            cursor.execute(statement)
        for collection in registry:
            refuse_private(collection)
        for statement in functions:
            cursor.execute(statement)
        for follower in followed:
            for statement in triggers(follower):
                cursor.execute(statement)
        drop_tables()
        for statement in written:
            cursor.execute(statement)
        cursor.execute(f'INSERT INTO "{LIVE}".day VALUES (%s)', [timezone.localdate()])  # noqa: S608
        cursor.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(LIVE), sql.Literal(mark)))
        if has_role():
            names = {"schema": sql.Identifier(SCHEMA), "role": sql.Identifier(ROLE)}
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
            cursor.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))
    return True


def drop_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA])
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(SCHEMA, name)))


SHARED = f"""
CREATE TABLE "{LIVE}".day (of date NOT NULL);
CREATE TABLE "{LIVE}".changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    collection text NOT NULL,
    box geometry(Polygon, {crs.WEB_MERCATOR}) NOT NULL
);
CREATE INDEX changes_at ON "{LIVE}".changes (at);
CREATE INDEX changes_box ON "{LIVE}".changes USING gist (box);
"""


def columns_of(collection: Collection) -> list[str]:
    """Columns of the table in order, quoted."""
    shapes = [MERCATOR] if collection.geometry_type == "Point" else [MERCATOR, ROUGH]
    words = [WORDS] if collection.search else []
    return [quoted(name) for name in (*collection.fields, GEOMETRY, KEY, *shapes, *words, TEXT)]


def selection(collection: Collection, *, where: str = "true") -> str:
    """Rows of the live view with what is kept ready, as ``SELECT``. A geometry that is computed is computed once:
    PostgreSQL does not look through ``OFFSET 0``.
    """
    fields = [quoted(name) for name in collection.fields]
    mercator = on_map(GEOMETRY, crs.WEB_MERCATOR)
    shapes = [mercator]
    if collection.geometry_type != "Point":
        shapes.append(on_map(f"ST_SimplifyPreserveTopology({GEOMETRY}, {ROUGH_M})", crs.WEB_MERCATOR))
    degrees = f"ST_AsGeoJSON({on_map(GEOMETRY, crs.WGS84)}, {DEGREE_DECIMALS}, 0)"
    words = [words_of(collection.search)] if collection.search else []
    chosen = ", ".join([*fields, GEOMETRY, quoted(KEY), *shapes, *words, feature_text(collection, degrees)])
    live = View(collection, of_now=True).table
    return f"SELECT {chosen} FROM (SELECT * FROM {live} WHERE {where} OFFSET 0) AS l"  # noqa: S608 - names of ours


def words_of(search: Searching) -> str:
    """SQL of what ``spatial.words.search_key`` makes of the words."""
    words = ", ".join(f"{quoted(name)}::text" for name in search.words)
    return f"trim(regexp_replace(lower(unaccent(concat_ws(' ', {words}))), '[^0-9a-z/]+', ' ', 'g'))"


def on_map(shape: str, srid: int) -> str:
    """The geometry in another system, null where it lies outside the country: no projection is asked about that."""
    west, south, east, north = STORED.area
    inside = f"{GEOMETRY} @ ST_MakeEnvelope({west}, {south}, {east}, {north}, {crs.PL_2000_7})"
    return f"CASE WHEN {inside} THEN ST_Transform({shape}, {srid}) END"


def feature_text(collection: Collection, geometry: str, names: tuple[str, ...] | None = None) -> str:
    """SQL of a feature as text; ``geometry`` is SQL of its GeoJSON, ``names`` are the properties (None: all)."""
    named = tuple(collection.fields) if names is None else names
    properties = ", ".join(quoted(name) for name in named)
    told = f"(SELECT row_to_json(p)::text FROM (SELECT {properties}) AS p)" if named else "'{}'"  # noqa: S608
    return (
        f"""'{{"type":"Feature","id":' || coalesce(to_json({quoted(collection.id_field)})::text, 'null')"""
        f""" || ',"geometry":' || coalesce({geometry}, 'null') || ',"properties":' || {told} || '}}'"""
    )


def table_of(collection: Collection) -> Iterator[str]:
    """Statements that make the table and fill it."""
    name = f'"{SCHEMA}"."{collection.id}"'
    columns = ", ".join(columns_of(collection))
    yield f"CREATE TABLE {name} ({columns}) AS {selection(collection)} ORDER BY {GEOMETRY}"
    # Swept at night only (``sweep``): until then a row written anew never takes a place that a reader has passed.
    yield f"ALTER TABLE {name} SET (autovacuum_enabled = false)"
    yield f"ALTER TABLE {name} ADD PRIMARY KEY ({quoted(KEY)})"
    yield f"CREATE INDEX ON {name} ({quoted(collection.id_field)})"
    yield f"CREATE INDEX ON {name} USING gist ({quoted(MERCATOR)})"
    if collection.search:
        yield f"CREATE INDEX ON {name} USING gin ({quoted(WORDS)} gin_trgm_ops)"
    yield f"ANALYZE {name}"


def settling(collection: Collection) -> str:
    """A function that writes the rows of the keys anew, and notes where."""
    name, columns = f'"{SCHEMA}"."{collection.id}"', ", ".join(columns_of(collection))
    key, mercator = quoted(KEY), quoted(MERCATOR)
    note = f"""
    INSERT INTO "{LIVE}".changes (collection, box)
    SELECT '{collection.id}',
        ST_SetSRID(ST_Envelope(ST_Expand(ST_Extent({mercator})::geometry, 0.01)), {crs.WEB_MERCATOR})
    FROM {name} WHERE {key} = ANY(keys) AND NOT ST_IsEmpty({mercator})
    GROUP BY floor(ST_XMin({mercator}) / {CHANGE_SQUARE}), floor(ST_YMin({mercator}) / {CHANGE_SQUARE});"""  # noqa: S608
    return f"""
CREATE FUNCTION "{LIVE}"."settle {collection.id}"(keys anyarray) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $settle$
BEGIN
    IF cardinality(keys) = 0 THEN RETURN; END IF;{note}
    DELETE FROM {name} WHERE {key} = ANY(keys);
    INSERT INTO {name} ({columns}) {selection(collection, where=f"{key} = ANY(keys)")} ORDER BY {GEOMETRY};{note}
    IF cardinality(keys) > {MANY} THEN ANALYZE {name}; END IF;
    NOTIFY {CHANNEL}, '{collection.id}';
END $settle$"""  # noqa: S608


def differing(collection: Collection) -> str:
    """SELECT of the keys whose rows are not what the live view says."""
    name, key, text = f'"{SCHEMA}"."{collection.id}"', quoted(KEY), quoted(TEXT)
    live = selection(collection)
    return (
        f"WITH live ({', '.join(columns_of(collection))}) AS ({live}) "  # noqa: S608 - names of the registry
        f"SELECT coalesce(o.{key}, live.{key}) AS {key} FROM {name} AS o FULL JOIN live USING ({key}) "
        f"WHERE o.{text} IS DISTINCT FROM live.{text}"
    )


def mend(collection: Collection) -> int:
    """Write anew what differs from the live view; the number of rows. Triggers leave nothing to mend but what the
    calendar changed, or what was loaded with triggers switched off.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"SELECT array_agg({quoted(KEY)}) FROM ({differing(collection)}) AS d")  # noqa: S608
        keys = cursor.fetchone()[0] or []
        if keys:
            cursor.execute(f'SELECT "{LIVE}"."settle {collection.id}"(%s)', [keys])
        return len(keys)


def depends_on_day(collection: Collection) -> bool:
    return "now()" in definition(View(collection, of_now=True))


def turn_day(registry: Registry[Collection] = collections) -> bool:
    """A new day may bring plans into force without a change of any table; answers whether there was a new day."""
    today = timezone.localdate()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SELECT of FROM "{LIVE}".day FOR UPDATE')  # noqa: S608 - a name of ours
        row = cursor.fetchone()
        if row is None or row[0] == today:
            return False
        for collection in registry:
            if depends_on_day(collection):
                mend(collection)
        cursor.execute(f'UPDATE "{LIVE}".day SET of = %s', [today])  # noqa: S608
    return True


def sweep(registry: Registry[Collection] = collections) -> None:
    """Free the room of rows that are gone, renew what the planner knows, forget old changes. Outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        try:
            for collection in registry:
                cursor.execute(f'VACUUM (ANALYZE) "{SCHEMA}"."{collection.id}"')
            cursor.execute(f'DELETE FROM "{LIVE}".changes WHERE at < now() - %s::interval', [CHANGES_KEPT])  # noqa: S608
        finally:
            cursor.execute("RESET statement_timeout")

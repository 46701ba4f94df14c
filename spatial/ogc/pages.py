"""A page of features: one statement over the table of ready answers, or over the view of all days.

Pages follow each other by the key of their last row, so that nothing is told twice or left out while others write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db.models import IntegerField

from spatial import crs
from spatial.errors import Malformed
from spatial.ogc.open_data import Ask
from spatial.ogc.open_tables import MERCATOR, TEXT, feature_text, on_map
from spatial.ogc.open_views import END, GEOMETRY, KEY, SCHEMA, START, View, quoted
from spatial.ogc.questions import Days, Question
from spatial.ogc.reference_systems import CRS84, Box, ReferenceSystem
from spatial.ogc.registry import Collection

#: a box up to this large (m² of EPSG:3857; 100 km² on the ground) holds so few objects that all are found and counted
SMALL_BOX = 100e6 / 0.41
#: matches that are counted one by one; beyond it the number is an estimate, or not told
COUNTED = 20_000
LONGEST_ID = 300
PLACE = re.compile(r"\(\d+,\d+\)")
MARK = re.compile(r"\d{1,10}\.\d{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Features as ready JSON texts, UTF-8."""

    features: list[bytes]
    matched: int | None = None  #: exact; None: many more, see ``estimated``
    estimated: int | None = None
    has_more: bool = False
    last: str = ""  #: key of the last row


@dataclass(slots=True)
class Where:
    """Conditions of one question, joined by AND."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        self.parts.append(condition)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts) or "true"


def page(collection: Collection, question: Question, ask: Ask) -> Page:
    """Raises Malformed for ``after`` that is no mark of a page."""
    if question.is_elsewhere:
        return Page([], matched=0)
    box = small_box(question)
    if box is not None:
        return page_of_box(collection, question, box, ask)
    return page_in_order(collection, question, ask)


def small_box(question: Question) -> Box | None:
    """The box on the map, when the question is one of place alone and all that lies there may be found at once."""
    in_steps = question.hits_only or question.order or question.offset
    if question.area is None or question.days is not None or in_steps:
        return None
    box = question.area.on_map()
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) > SMALL_BOX:
        return None
    return box


def page_of_box(collection: Collection, question: Question, box: Box, ask: Ask) -> Page:
    """In the order in which rows lie in the table, so that reading stops when the page is full.

    A row written anew goes to the end, also when its place is free again: the tables are swept at night only.
    """
    table, where = table_of(collection, question), conditions(collection, question)
    # What lies inside the box needs no exact test. Points have none.
    if collection.geometry_type != "Point":
        where.add(f"CASE WHEN {MERCATOR} @ _box THEN true ELSE ST_Intersects({MERCATOR}, _box) END")
    if question.after is not None:
        where.add("o.ctid > %s::tid", row_of(question.after))
    found = (
        f"WITH e AS MATERIALIZED (SELECT ST_MakeEnvelope(%s, %s, %s, %s, {crs.WEB_MERCATOR}) AS _box) "  # noqa: S608
        f"SELECT o.ctid, {text_of(collection, question)} FROM e, {table} AS o WHERE {MERCATOR} && _box AND {where.sql} "
    )
    values = [*box, *where.values, question.limit + 1]
    rows = ask(f"{found}LIMIT %s", values) if ask.reads_by_row else []
    if not ask.reads_by_row or any(one[0] > next_one[0] for one, next_one in pairwise(rows)):
        rows = ask(f"{found}ORDER BY o.ctid LIMIT %s", values)
    is_all = len(rows) <= question.limit and question.after is None
    return page_of(rows, question, matched=len(rows) if is_all else None)


def page_in_order(collection: Collection, question: Question, ask: Ask) -> Page:
    """Found in the order asked for until the page is full; the count is a question of its own."""
    table, where = table_of(collection, question), conditions(collection, question, with_area=True)
    if question.hits_only:
        return Page([], matched=ask(f"SELECT count(*) FROM {table} WHERE {where.sql}", where.values)[0][0])  # noqa: S608
    order = ", ".join([*(f"{quoted(name)}{' DESC' if down else ''}" for name, down in question.order), KEY])
    shown, values = Where([*where.parts], [*where.values]), [question.limit + 1]
    if question.after is not None:
        shown.add(f"{KEY} > %s", key_of(collection, question.after))
    if question.offset:
        values.append(question.offset)
    keys = (
        f"SELECT {KEY} FROM {table} WHERE {shown.sql} ORDER BY {order} LIMIT %s"  # noqa: S608
        f"{' OFFSET %s' if question.offset else ''}"
    )
    # Texts of rows that are passed over would be written for nothing.
    statement = (
        f"SELECT {KEY}, {text_of(collection, question)} FROM {table} AS o WHERE {KEY} IN ({keys}) ORDER BY {order}"  # noqa: S608
    )
    rows = ask(statement, [*shown.values, *values])
    if (rows or not question.offset) and len(rows) <= question.limit and question.after is None:
        return page_of(rows, question, matched=question.offset + len(rows))
    matched = counted(table, where, ask)
    estimated = None if matched is not None or where.parts else rows_of(table, ask)
    return page_of(rows, question, matched=matched, estimated=estimated)


def page_of(
    rows: Sequence[tuple[Any, ...]], question: Question, *, matched: int | None, estimated: int | None = None
) -> Page:
    shown = rows[: question.limit]
    last = mark_of(shown[-1][0]) if shown else ""
    return Page([as_bytes(row[1]) for row in shown], matched, estimated, len(rows) > question.limit, last)


def mark_of(key: Any) -> str:
    """What ``after`` names the row by: a key, or a place ``block.row`` as both connections tell it."""
    if isinstance(key, bytes):
        return f"{int.from_bytes(key[:4])}.{int.from_bytes(key[4:])}"
    text = str(key)
    return text[1:-1].replace(",", ".") if PLACE.fullmatch(text) else text


def row_of(mark: str) -> str:
    """Raises Malformed."""
    block, _, row = mark.partition(".")
    if not (MARK.fullmatch(mark) and int(block) < 2**32 and int(row) < 2**16):
        raise not_a_mark()
    return f"({block},{row})"


def not_a_mark() -> Malformed:
    return Malformed("after: to nie jest znak następnej strony / not a mark of a next page.")


def as_bytes(text: str | bytes) -> bytes:
    """Django's connection decodes a text, the front's leaves it as it came."""
    return text if isinstance(text, bytes) else text.encode()


def counted(table: str, where: Where, ask: Ask) -> int | None:
    """Number of matches, None beyond COUNTED."""
    few = f"SELECT 1 FROM {table} WHERE {where.sql} LIMIT {COUNTED + 1}"  # noqa: S608
    found: int = ask(f"SELECT count(*) FROM ({few}) AS few", where.values)[0][0]  # noqa: S608
    return found if found <= COUNTED else None


def rows_of(table: str, ask: Ask) -> int:
    """The database's own estimate of a table's rows."""
    return int(ask("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])[0][0])


def item(collection: Collection, identifier: str, system: ReferenceSystem, ask: Ask) -> bytes | None:
    """The feature as JSON text, None where the id is not public."""
    if "\0" in identifier or len(identifier) > LONGEST_ID:
        return None
    question = Question(system=system)
    statement = (
        f"SELECT {text_of(collection, question)} FROM {table_of(collection, question)} AS o "  # noqa: S608
        f"WHERE {quoted(collection.id_field)} = %s LIMIT 1"
    )
    rows = ask(statement, [identifier])
    return as_bytes(rows[0][0]) if rows else None


def is_of_now(collection: Collection, question: Question) -> bool:
    return question.days is None or collection.time is None


def table_of(collection: Collection, question: Question) -> str:
    if is_of_now(collection, question):
        return f'"{SCHEMA}"."{collection.id}"'
    return View(collection, of_now=False).table


def text_of(collection: Collection, question: Question) -> str:
    """SQL of a feature's text: the one kept ready, where it is what was asked for."""
    is_ready = question.system is CRS84 and question.properties is None and question.geometry
    if is_ready and is_of_now(collection, question):
        return TEXT
    geometry = geojson_of(question.system) if question.geometry else "NULL"
    return feature_text(collection, geometry, question.properties)


def geojson_of(system: ReferenceSystem) -> str:
    """SQL of the geometry in the system's coordinates and order of axes."""
    shape = GEOMETRY if system.srid == crs.PL_2000_7 else on_map(GEOMETRY, system.srid)
    if system.north_first:
        shape = f"ST_FlipCoordinates({shape})"
    return f"ST_AsGeoJSON({shape}, {system.decimals}, 0)"


def conditions(collection: Collection, question: Question, *, with_area: bool = False) -> Where:
    where = Where()
    if with_area and question.area is not None:
        where.add(f"ST_Intersects({GEOMETRY}, %s::geometry)", question.area.polygon())
    for name, value in (question.equal or {}).items():
        where.add(f"{quoted(name)} = %s", value)
    if question.condition is not None:
        where.add(question.condition.sql, *question.condition.values)
    if question.days is not None and collection.time is not None:
        within(where, question.days)
    return where


def within(where: Where, days: Days) -> None:
    """Rows whose legal time meets the days."""
    if days.end:
        where.add(f"{START} <= %s", days.end)
    if days.start:
        where.add(f"({END} IS NULL OR {END} > %s)", days.start)


def key_of(collection: Collection, text: str) -> int | str:
    """Raises Malformed."""
    if not isinstance(collection.public().model._meta.pk, IntegerField):
        return text
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise not_a_mark()
    return int(text)

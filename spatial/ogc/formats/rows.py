"""Rows that a question finds, read in portions: a file of a whole municipality is never held in memory."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import connections

from spatial import crs
from spatial.ogc.open_data import reading
from spatial.ogc.open_tables import on_map
from spatial.ogc.open_views import END, GEOMETRY, KEY, START, quoted
from spatial.ogc.pages import conditions, is_of_now, key_of, table_of
from spatial.ogc.questions import Question
from spatial.ogc.registry import Collection

PORTION = 2_000
#: of one file; ``offset`` leads on
MOST = 500_000


def selected(collection: Collection, question: Question) -> tuple[str, ...]:
    """Names of the properties asked for."""
    return tuple(collection.fields) if question.properties is None else question.properties


def geometry_in(question: Question) -> str:
    """SQL of the geometry in the system asked for, x first."""
    srid = question.system.srid
    return GEOMETRY if srid == crs.PL_2000_7 else on_map(GEOMETRY, srid)


def statement(collection: Collection, question: Question, columns: Sequence[str]) -> tuple[str, list[Any]]:
    """SELECT of the columns (SQL) over the rows in their order, and its values."""
    if question.is_elsewhere or question.hits_only:
        return f"SELECT {', '.join(columns)} FROM {table_of(collection, question)} AS o WHERE false", []  # noqa: S608
    where = conditions(collection, question, with_area=True)
    if question.after is not None:
        where.add(f"{KEY} > %s", key_of(collection, question.after))
    order = ", ".join([*(f"{quoted(name)}{' DESC' if down else ''}" for name, down in question.order), KEY])
    text = (
        f"SELECT {', '.join(columns)} FROM {table_of(collection, question)} AS o WHERE {where.sql} "  # noqa: S608
        f"ORDER BY {order} LIMIT %s OFFSET %s"
    )
    return text, [*where.values, question.limit, question.offset]


def rows(collection: Collection, question: Question, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    text, values = statement(collection, question, columns)
    with reading(), connections[settings.OPEN_DATA_ALIAS].chunked_cursor() as cursor:
        cursor.execute(text, values)
        while portion := cursor.fetchmany(PORTION):
            yield from portion


def days(collection: Collection, question: Question) -> list[str]:
    """SQL of the first and the last legal day, where the collection knows them."""
    if collection.time is None:
        return []
    if is_of_now(collection, question):
        names = (collection.time.start, collection.time.end)
        return [quoted(name) if name in collection.fields else "NULL::date" for name in names]
    return [START, f"{END} - 1"]

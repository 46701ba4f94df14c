"""The part of the one search that every collection gets by saying ``search=`` in the registry."""

from string import Formatter

from spatial.hits import SIMILAR, Hit, check
from spatial.ogc.open_data import Ask
from spatial.ogc.open_tables import WORDS
from spatial.ogc.open_views import GEOMETRY, SCHEMA, quoted
from spatial.ogc.registry import Collection, Registry, Searching, collections
from spatial.words import search_key

#: SQL: likeness up to 1, half more for a whole word, half more for the beginning
LIKENESS = """greatest(similarity({words}, asked.key), 0.9 * word_similarity(asked.key, {words}))
    + CASE WHEN ' ' || {words} || ' ' LIKE '%% ' || asked.key || ' %%' THEN 0.5 ELSE 0 END
    + CASE WHEN starts_with({words}, asked.key) THEN 0.5 ELSE 0 END"""


def find(*, query: str, ask: Ask, limit: int = 10, registry: Registry[Collection] = collections) -> list[Hit]:
    """Rows of all searched collections whose words are like the query, best first, at most ``limit`` of each.

    Raises Malformed.
    """
    check(query)
    key = search_key(query)
    if not key:
        return []
    searched = [collection for collection in registry if collection.search]
    if not searched:
        return []
    parts = [f"({statement_of(collection, collection.search)})" for collection in searched if collection.search]
    statement = f"WITH asked AS MATERIALIZED (SELECT %s::text AS key) {' UNION ALL '.join(parts)}"
    hits = [
        Hit(kind, label, detail, (west, south, east, north), score=score, collection=name, id=key_of)
        for name, kind, key_of, label, detail, west, south, east, north, score in ask(
            statement, [key, *[SIMILAR, limit] * len(parts)]
        )
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def statement_of(collection: Collection, search: Searching) -> str:
    """Takes the least likeness and the most rows; reads the search key from ``asked``."""
    one, words, name = quoted(collection.id_field), quoted(WORDS), f'"{SCHEMA}"."{collection.id}"'
    box = ", ".join(f"ST_{side}(ST_Extent(shape))" for side in ("XMin", "YMin", "XMax", "YMax"))
    # spots of one name are many places, areas of one name are parts
    apart = ", id" if collection.geometry_type == "Point" else ""
    return f"""
SELECT '{collection.id}', '{search.kind}', min(id), label, detail, {box}, max(score) AS score FROM (
    SELECT {one}::text AS id, {written(search.label)} AS label, {written(search.detail)} AS detail,
        {quoted(GEOMETRY)} AS shape, {LIKENESS.format(words=words)} AS score
    FROM asked, {name} WHERE asked.key <%% {words} OR {words} LIKE '%%' || asked.key || '%%'
) AS found WHERE score >= %s GROUP BY label, detail{apart} ORDER BY score DESC, label LIMIT %s"""  # noqa: S608


def written(pattern: str) -> str:
    """SQL of a pattern of properties."""
    parts = []
    for text, name, _format, _conversion in Formatter().parse(pattern):
        if text:
            parts.append("'" + text.replace("'", "''").replace("%", "%%") + "'")
        if name:
            parts.append(f"{quoted(name)}::text")
    return f"concat({', '.join(parts)})"

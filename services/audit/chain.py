"""Walking the chains of the logs: is every entry there, as it was written and in its order?

``audit.entry`` is read as it lies. Entries of ``private.access_entry`` are hidden by row-level security even from the
owner of the table, so each municipality's are opened by ``spatial.owners.access.verifying``, which is itself an entry.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from spatial.owners.access import verifying

ENTRIES, OWNERS = "audit.entry", "private.access_entry"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends. Kept elsewhere (printed, published), it tells later whether the past was rewritten."""

    log: str
    municipality: str  #: "": entries of no municipality
    number: int
    digest: str  #: SHA-256, hexadecimal

    def __str__(self) -> str:
        return f"{self.log} {self.municipality or '-'} {self.number} {self.digest}"


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold."""

    head: Head
    number: int  #: of the link; 0: there is none
    row: int  #: key of the entry; 0: there is none
    text: str  #: Polish

    def __str__(self) -> str:
        return f"{self.head.log} {self.head.municipality or '-'}: ogniwo {self.number}, wpis {self.row}: {self.text}"


#: links in their order, each beside its entry and the link before it; {table} is one of the two above. A chain starts
#: after the links that retention took away
WALK = """
    WITH start AS (
        SELECT coalesce(max(number), 0) AS number, coalesce((array_agg(digest ORDER BY id DESC))[1], '') AS digest
        FROM audit.forgotten WHERE log = %(log)s AND municipality = %(municipality)s),
    walked AS (
        SELECT l.number, l.row_id, l.digest, r.id AS found, audit.canonical(r) AS entry,
            lag(l.digest, 1, start.digest) OVER in_order AS digest_before,
            lag(l.number, 1, start.number) OVER in_order AS number_before
        FROM start, audit.link l
        LEFT JOIN {table} r ON r.id = l.row_id AND coalesce(r.municipality_id, '') = l.municipality
        WHERE l.log = %(log)s AND l.municipality = %(municipality)s
        WINDOW in_order AS (ORDER BY l.number))
    SELECT number, row_id, CASE
        WHEN number <> number_before + 1 THEN 'brakuje ogniw przed tym'
        WHEN found IS NULL THEN 'wpisu nie ma'
        ELSE 'wpis albo kolejność zmieniono' END
    FROM walked
    WHERE number <> number_before + 1 OR found IS NULL OR digest <> sha256(digest_before || entry)
    UNION ALL
    SELECT 0, r.id, 'wpisu nie ma w łańcuchu' FROM {table} r
    WHERE coalesce(r.municipality_id, '') = %(municipality)s AND r.id <> %(own)s
        AND NOT EXISTS (SELECT FROM audit.link l WHERE l.log = %(log)s AND l.row_id = r.id)
    UNION ALL
    SELECT %(number)s, 0, 'koniec łańcucha ucięto albo zmieniono'
    WHERE NOT EXISTS (SELECT FROM audit.link l WHERE l.log = %(log)s AND l.municipality = %(municipality)s
        AND l.number = %(number)s AND l.digest = decode(%(digest)s, 'hex'))
        AND NOT EXISTS (SELECT FROM start WHERE number = %(number)s AND digest = decode(%(digest)s, 'hex'))
    ORDER BY 1, 2
"""


def heads(municipality: str | None = None) -> list[Head]:
    """Of all chains, or of one municipality's; -1 where links or entries have lost their head."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH chains AS (
                SELECT log, municipality FROM audit.head UNION SELECT log, municipality FROM audit.link
                UNION SELECT 'audit.entry', coalesce(municipality_id, '') FROM audit.entry)
            SELECT log, municipality, coalesce(number, -1), encode(coalesce(digest, ''), 'hex')
            FROM chains LEFT JOIN audit.head USING (log, municipality)
            WHERE %(one)s::text IS NULL OR municipality = %(one)s ORDER BY log, municipality
            """,
            {"one": municipality},
        )
        return [Head(*row) for row in cursor.fetchall()]


def breaks(head: Head) -> Iterator[Break]:
    """Where the chain does not hold; nothing for one that does. Links newer than the head are looked at too."""
    seeing: AbstractContextManager[int] = verifying(head.municipality) if head.log == OWNERS else nullcontext(0)
    table = {ENTRIES: ENTRIES, OWNERS: OWNERS}[head.log]
    with seeing as own, connection.cursor() as cursor:
        cursor.execute(WALK.format(table=table), {**asdict(head), "own": own})
        found = cursor.fetchall()
    for number, row, text in found:
        yield Break(head, number, row, text)


def is_kept(digest: str) -> bool:
    """Whether a digest that was kept elsewhere still stands in some chain, or where one starts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM audit.link WHERE encode(digest, 'hex') = %(digest)s) "
            "OR EXISTS (SELECT FROM audit.forgotten WHERE encode(digest, 'hex') = %(digest)s)",
            {"digest": digest},
        )
        return bool(cursor.fetchone()[0])


def forget(*, years: int) -> int:
    """Entries of ``audit.entry`` and changes older than that go (``audit.0004``); how many.

    The database refuses what is younger than two years. Entries of the owners' registers stay: no policy of
    row-level security lets anybody delete them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT audit.forget(%s)", [years])
        return int(cursor.fetchone()[0])

"""Versioned publishing: COPY into a temporary table, then a comparison by sets with what we hold.

One mechanism for every register table. A version is known by its identifier and fingerprint: equal pairs stay
untouched, current rows without a pair are closed on the day of the delivery, new pairs are inserted from that day.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.db import connection
from django.db.models import JSONField
from psycopg import sql
from psycopg.types.json import Jsonb
from shapely.geometry.base import BaseGeometry

from data.records import Surface
from spatial import crs
from spatial.imports.differences import Difference, Differences, Kind
from spatial.imports.models import Snapshot
from spatial.imports.registry import Delivery
from spatial.versions import Versioned, table_of

BATCH = 5_000  #: rows kept in memory between two COPY commands
REMOVALS_SHARE, REMOVALS_LEAST = 0.2, 20  #: more missing objects than both look like an excerpt, not like a state
DISTRICT = "left({row}.identifier, 13)"  #: scope of cadastral objects: the district in the identifier

_KEPT_BY_US = {
    "id", "municipality_id", "snapshot_id", "valid_from", "valid_to", "recorded_at", "closed_at", "superseded_at",
    "closed_by_id", "fingerprint",
}  # fmt: skip
_CURRENT = "t.valid_to IS NULL AND t.superseded_at IS NULL"

#: identifier, columns before, columns after, shape before, shape after
_DIFFERENT: dict[Kind, str] = {
    "added": """
        SELECT s.identifier, NULL, {said}, NULL, {said_shape} FROM {stage} s
        WHERE NOT EXISTS (SELECT FROM {table} t WHERE {current} AND {ours} AND t.identifier = s.identifier)
        ORDER BY s.identifier LIMIT %(limit)s
        """,
    "changed": """
        SELECT s.identifier, {held}, {said}, {held_shape}, {said_shape}
        FROM {stage} s JOIN {table} t ON t.identifier = s.identifier AND t.fingerprint <> s.fingerprint
        WHERE {current} AND {ours} ORDER BY s.identifier LIMIT %(limit)s
        """,
    "removed": """
        SELECT t.identifier, {held}, NULL, {held_shape}, NULL FROM {table} t
        WHERE {current} AND {ours} AND NOT EXISTS (SELECT FROM {stage} s WHERE s.identifier = t.identifier)
        ORDER BY t.identifier LIMIT %(limit)s
        """,
}


@dataclass(frozen=True, slots=True)
class Counts:
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def has_changes(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def as_dict(self) -> dict[str, int]:
        return {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": self.unchanged,
        }


class Stage:
    """The temporary twin of one register table; lives as long as the transaction.

    scope: SQL of the part of the register a row belongs to, with ``{row}`` for the row. Rows are closed only in
    parts that the delivery speaks of.
    derived: columns computed from others by our own rules; they do not enter the fingerprint.
    is_private: what changes is counted, never shown to a reviewer.
    A table without a column ``geom`` is staged without geometries.
    """

    def __init__(
        self, model: type[Versioned], *, scope: str = DISTRICT, derived: Iterable[str] = (), is_private: bool = False
    ) -> None:
        self.name = model._meta.model_name or ""
        self.table = table_of(model)
        self.stage = sql.Identifier(f"stage_{self.name}")
        columns = [str(field.column) for field in model._meta.concrete_fields]
        self.columns = [column for column in columns if column not in _KEPT_BY_US | {"identifier", "geom"}]
        self.shape = ["geom"] if "geom" in columns else []
        kinds = [getattr(field, "geom_type", "") for field in model._meta.concrete_fields if field.column == "geom"]
        self.holds_many = kinds == ["MULTIPOLYGON"]
        self.json = {str(field.column) for field in model._meta.concrete_fields if isinstance(field, JSONField)}
        self.derived = frozenset(derived)
        self.scope = scope
        self.is_private = is_private
        self.rows: list[tuple[str, BaseGeometry | None, dict[str, Any]]] = []
        self.is_empty = True
        self.is_partial = False
        self.last_state: date | None = None  #: newest state we hold of the scopes; known once published
        self._create()

    def add(self, identifier: str, geometry: BaseGeometry | None, **values: Any) -> None:
        self.rows.append((identifier, geometry, values))
        self.is_empty = False
        if len(self.rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Send the rows in memory to the temporary table."""
        if not self.rows:
            return
        copy_in = sql.SQL("COPY {} ({}) FROM STDIN").format(self.stage, _names(self._written()))
        geometries = self._promoted(array_of([geometry for _, geometry, _ in self.rows]))
        marks = fingerprints(geometries, [self._said(row) for row in self.rows])
        shapes = [[geom] for geom in ewkb(geometries)] if self.shape else [[] for _ in self.rows]
        with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
            for (identifier, _, values), mark, shape in zip(self.rows, marks, shapes, strict=True):
                copy.write_row([identifier, mark, *shape, *self._adapted(values)])
        self.rows.clear()

    def _promoted(self, geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """A single polygon as the multipolygon that the column holds."""
        if self.holds_many:
            single = shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON
            geometries[single] = shapely.multipolygons(geometries[single].reshape(-1, 1))
        return geometries

    def _written(self) -> list[str]:
        return ["identifier", "fingerprint", *self.shape, *self.columns]

    def duplicates(self) -> list[str]:
        """Identifiers that came more than once; all their rows leave the stage."""
        self.flush()
        rows = self._all("SELECT identifier FROM {stage} GROUP BY identifier HAVING count(*) > 1 ORDER BY identifier")
        found = [identifier for (identifier,) in rows]
        if found:
            self._run("DELETE FROM {stage} WHERE identifier = ANY(%(found)s)", found=found)
        return found

    def keep_only(self, identifiers: set[str]) -> None:
        """Rows of other objects leave the stage."""
        self.flush()
        self._run("DELETE FROM {stage} WHERE NOT identifier = ANY(%(kept)s)", kept=list(identifiers))

    def identifiers(self) -> set[str]:
        self.flush()
        return {identifier for (identifier,) in self._all("SELECT identifier FROM {stage}")}

    def scopes(self) -> set[str]:
        self.flush()
        return {scope for (scope,) in self._all("SELECT DISTINCT {scope} FROM {stage} s", row="s")}

    def shapes_by_scope(self, only: str = "true") -> Iterator[tuple[str, list[str], npt.NDArray[np.object_]]]:
        """Scope, identifiers and geometries of what was staged, one scope at a time, in their order.

        only: SQL condition on the row ``s``.
        """
        self.flush()
        text = "SELECT {scope}, s.identifier, ST_AsBinary(s.geom) FROM {stage} s WHERE ONLY ORDER BY 1"
        query = self._compose(text.replace("ONLY", only), "s", ())
        connection.ensure_connection()
        with connection.connection.cursor(name=f"shapes_{self.name}") as cursor:
            cursor.itersize = BATCH
            cursor.execute(query)
            for scope, rows in groupby(cursor, key=itemgetter(0)):
                _, identifiers, shapes = zip(*rows, strict=True)
                yield scope, list(identifiers), shapely.from_wkb(shapes)

    def publish(self, delivery: Delivery, scopes: set[str], *, is_partial: bool = False) -> Counts:
        """Compare with the current versions in the scopes and write the difference.

        is_partial: nothing is closed for being absent; so it is also when the delivery's terms say it.

        Adds an error to the delivery, and writes nothing more, when the delivery is older than what we hold, when
        it would change a state of the same day, and when too much is missing from it.
        """
        self.flush()
        self._run("CREATE INDEX ON {stage} (identifier)")
        self._run("ANALYZE {stage}")
        self.is_partial = is_partial or delivery.terms.is_partial
        self.last_state = last = self._last_state(delivery, scopes)
        if last is not None and delivery.state_on < last:
            refuse_older(delivery, last)
            return Counts()
        missing, held = self._missing(delivery, scopes)
        if missing > max(REMOVALS_LEAST, REMOVALS_SHARE * held) and not delivery.terms.accept_removals:
            self._refuse_removals(delivery, missing, held)
            return Counts()
        return self._write(delivery, scopes, is_same_day=last == delivery.state_on)

    # --- steps ---

    def _create(self) -> None:
        """The twin has the columns of the register with their types, and no rows."""
        self._run("DROP TABLE IF EXISTS pg_temp.{stage}")
        self._run(
            "CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA",
            names=self._written(),
        )

    def _write(self, delivery: Delivery, scopes: set[str], *, is_same_day: bool) -> Counts:
        known = self._known(delivery, scopes)
        if delivery.differences is not None and not self.is_private:
            self._note_differences(delivery.differences, delivery, scopes)
        closed, changed = self._close(delivery, scopes)
        if closed and is_same_day and not delivery.terms.is_correction:
            delivery.refuse(
                "same-state-day",
                "",
                f"Mamy już stan na dzień {delivery.state_on:%d.%m.%Y}, a ten plik mówi o nim co innego "
                f"({self.name}: {closed}). Jeśli poprawia on poprzednią dostawę, wczytaj go z opcją --correction.",
            )
            return Counts()
        inserted = self._insert(delivery, known)
        total = int(self._one("SELECT count(*) FROM {stage}"))
        if inserted:
            self._run("ANALYZE {table}")
        return Counts(added=inserted - changed, changed=changed, removed=closed - changed, unchanged=total - inserted)

    def _note_differences(self, differences: Differences, delivery: Delivery, scopes: set[str]) -> None:
        """Objects that will be added, changed and removed, in the order of their identifiers."""
        for kind, text in _DIFFERENT.items():
            if kind == "removed" and self.is_partial:
                continue
            rows = self._all(
                text, row="t", limit=differences.room(self.name, kind), **self._where(delivery, scopes)
            )  # fmt: skip
            differences.add(
                Difference(self.name, kind, name, _decoded(before), _decoded(after), *shapes)
                for name, before, after, *shapes in rows
            )

    def _close(self, delivery: Delivery, scopes: set[str]) -> tuple[int, int]:
        """Close current versions that the delivery does not repeat: (all, those that get a new version).

        A version that would have lived no day was wrong: it is withdrawn instead.
        """
        row = self._all(
            """
            WITH closed AS (
                UPDATE {table} t SET closed_by_id = %(snapshot)s,
                    valid_to = CASE WHEN t.valid_from < %(day)s THEN %(day)s::date END,
                    closed_at = CASE WHEN t.valid_from < %(day)s THEN %(now)s::timestamptz END,
                    superseded_at = CASE WHEN t.valid_from >= %(day)s THEN %(now)s::timestamptz END
                WHERE {current} AND {ours}
                AND NOT EXISTS (SELECT FROM {stage} s
                    WHERE s.identifier = t.identifier AND s.fingerprint = t.fingerprint)
                AND (NOT %(partial)s OR EXISTS (SELECT FROM {stage} s WHERE s.identifier = t.identifier))
                RETURNING t.identifier)
            SELECT count(*), count(*) FILTER (WHERE EXISTS
                (SELECT FROM {stage} s WHERE s.identifier = closed.identifier)) FROM closed
            """,
            row="t",
            day=delivery.state_on,
            now=delivery.snapshot.published_at,
            snapshot=delivery.snapshot.pk,
            partial=self.is_partial,
            **self._where(delivery, scopes),
        )
        return row[0][0], row[0][1]

    def _insert(self, delivery: Delivery, known: set[str]) -> int:
        return self._run(
            """
            INSERT INTO {table} ({columns}, municipality_id, snapshot_id, recorded_at, valid_from)
            SELECT {columns}, %(municipality)s, %(snapshot)s, %(now)s,
                CASE WHEN {scope} = ANY(%(known)s) THEN %(day)s::date ELSE %(first)s::date END
            FROM {stage} s
            WHERE NOT EXISTS (SELECT FROM {table} t
                WHERE {current} AND t.identifier = s.identifier AND t.fingerprint = s.fingerprint
                AND t.municipality_id = %(municipality)s)
            """,
            row="s",
            names=self._written(),
            municipality=delivery.municipality.pk,
            snapshot=delivery.snapshot.pk,
            now=delivery.snapshot.published_at,
            known=list(known),
            day=delivery.state_on,
            first=delivery.terms.valid_from or delivery.state_on,
        )

    def _known(self, delivery: Delivery, scopes: set[str]) -> set[str]:
        """Scopes of which we hold rows already: their new objects are new in the register, not only to us."""
        where = self._where(delivery, scopes)
        found = self._all(
            "SELECT DISTINCT {scope} FROM {table} t WHERE t.superseded_at IS NULL AND {ours}", row="t", **where
        )
        return {scope for (scope,) in found}

    def _missing(self, delivery: Delivery, scopes: set[str]) -> tuple[int, int]:
        """How many current rows have no successor in the delivery, and how many current rows there are."""
        if self.is_partial:
            return 0, 0
        row = self._all(
            """
            SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM {stage} s WHERE s.identifier = t.identifier)),
                count(*)
            FROM {table} t WHERE {current} AND {ours}
            """,
            row="t",
            **self._where(delivery, scopes),
        )
        return row[0][0], row[0][1]

    def _last_state(self, delivery: Delivery, scopes: set[str]) -> date | None:
        """Day of the newest delivery that spoke of any of the scopes."""
        ours = (
            Snapshot.objects.standing()
            .filter(municipality=delivery.municipality, scope__overlap=[f"{self.name}:{scope}" for scope in scopes])
            .exclude(pk=delivery.snapshot.pk)
        )
        told = ours.order_by("-state_on").values_list("state_on", flat=True).first()
        held = self._one(
            "SELECT max(t.valid_from) FROM {table} t WHERE {current} AND {ours}",
            row="t",
            **self._where(delivery, scopes),
        )
        return max((day for day in (told, held) if day is not None), default=None)

    def _where(self, delivery: Delivery, scopes: set[str]) -> dict[str, Any]:
        return {
            "municipality": delivery.municipality.pk,
            "scopes": sorted(scopes),
            "refused": sorted(delivery.refused()),
        }

    def _refuse_removals(self, delivery: Delivery, missing: int, held: int) -> None:
        delivery.refuse(
            "many-removed",
            "",
            f"W pliku brakuje {missing} z {held} obiektów, które mamy ({self.name}). Wygląda to na wycinek, a nie na "
            "pełny stan obrębu. Wycinek wczytaj z opcją --partial; jeśli obiekty naprawdę zniknęły, potwierdź to "
            "opcją --accept-removals.",
        )

    # --- SQL ---

    def _shown(self, row: str) -> sql.Composable:
        """The columns that the source filled, as one JSON object."""
        columns = [column for column in self.columns if column not in self.derived]
        pairs = [
            sql.SQL("{}, {}.{}").format(sql.Literal(column), sql.Identifier(row), sql.Identifier(column))
            for column in columns
        ]
        return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs))

    def _shape(self, row: str) -> sql.Composable:
        return sql.SQL("{}.geom::text" if self.shape else "NULL::text").format(sql.Identifier(row))

    def _compose(self, text: str, row: str, names: Sequence[str]) -> sql.Composed:
        scope = sql.SQL(self.scope.format(row=row))
        ours = sql.SQL(
            "t.municipality_id = %(municipality)s AND {scope} = ANY(%(scopes)s) AND NOT t.identifier = ANY(%(refused)s)"
        ).format(scope=scope)
        return sql.SQL(text).format(
            table=self.table,
            stage=self.stage,
            scope=scope,
            ours=ours,
            current=sql.SQL(_CURRENT),
            columns=_names(names),
            held=self._shown("t"),
            said=self._shown("s"),
            held_shape=self._shape("t"),
            said_shape=self._shape("s"),
        )

    def _run(self, text: str, *, row: str = "t", names: Sequence[str] = ("identifier",), **values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._compose(text, row, names), values or None)
            return int(cursor.rowcount)

    def _all(self, text: str, *, row: str = "t", **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._compose(text, row, ("identifier",)), values or None)
            return list(cursor.fetchall())

    def _one(self, text: str, *, row: str = "t", **values: Any) -> Any:
        return self._all(text, row=row, **values)[0][0]

    def _adapted(self, values: dict[str, Any]) -> list[Any]:
        return [Jsonb(values[name]) if name in self.json else values[name] for name in self.columns]

    def _said(self, row: tuple[str, BaseGeometry | None, dict[str, Any]]) -> list[Any]:
        return [row[2][name] for name in self.columns if name not in self.derived]


def _decoded(said: str | None) -> dict[str, Any] | None:
    """Django's cursors hand JSON over as text."""
    return None if said is None else json.loads(said)


def refuse_older(delivery: Delivery, last: date) -> None:
    """Once for a delivery, although several tables notice it."""
    if any(problem.rule == "older-state" for problem in delivery.problems):
        return
    delivery.refuse(
        "older-state",
        "",
        f"Plik mówi o stanie na dzień {delivery.state_on:%d.%m.%Y}, a mamy już stan na dzień {last:%d.%m.%Y}. "
        "Starszy stan nie może zastąpić nowszego. Sprawdź datę (--state-on) albo zamów aktualny eksport.",
    )


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def array_of(geometries: Sequence[BaseGeometry | None]) -> npt.NDArray[np.object_]:
    """One geometry for one element; numpy alone would look into the parts of a multi-geometry."""
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def ewkb(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.str_]:
    """Hexadecimal EWKB in the storage system."""
    result: npt.NDArray[np.str_] = shapely.to_wkb(
        shapely.set_srid(geometries, crs.PL_2000_7), hex=True, include_srid=True
    )
    return result


def fingerprints(geometries: npt.NDArray[np.object_], said: Sequence[Any]) -> list[str]:
    """MD5 of the values and of the shape (if any) to a tenth of a millimetre, whatever vertex the ring starts at."""
    rounded = shapely.transform(geometries, _to_tenth_of_millimetre)
    shapes = shapely.to_wkb(shapely.normalize(rounded))
    return [
        hashlib.md5(json.dumps(values, default=str).encode() + (shape or b""), usedforsecurity=False).hexdigest()
        for values, shape in zip(said, shapes, strict=True)
    ]


def _to_tenth_of_millimetre(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(coordinates, 4) + 0.0  # + 0.0 turns -0.0 into 0.0


def many(geometry: Surface) -> shapely.MultiPolygon:
    """A surface as the MultiPolygon that columns hold."""
    return geometry if isinstance(geometry, shapely.MultiPolygon) else shapely.MultiPolygon([geometry])

"""Conditions on public properties as SQL: allowed columns, allowed functions, bound values, nothing else.

CQL2 text and CQL2 JSON are two ways of writing these. Negation is the database's own: a row without a value satisfies
neither a predicate nor its negation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from spatial.errors import Malformed
from spatial.ogc.open_views import GEOMETRY as COLUMN
from spatial.ogc.open_views import quoted
from spatial.ogc.reference_systems import CRS84, ReferenceSystem, area_of, geometry_of
from spatial.ogc.registry import FieldSpec
from spatial.ogc.values import typed, unknown_property

GEOMETRY = "geometry"  #: its name in a filter
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: predicate of (literal, property) said as one of (property, literal)
CONVERSE = {"contains": "within", "within": "contains"}
OPERATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
RELATIONS = {
    "intersects": "ST_Intersects", "disjoint": "ST_Disjoint", "contains": "ST_Contains", "within": "ST_Within",
    "touches": "ST_Touches", "crosses": "ST_Crosses", "overlaps": "ST_Overlaps", "equals": "ST_Equals",
}  # fmt: skip
MOMENTS = {"before": "<", "after": ">", "equals": "=", "intersects": "="}

type Value = str | int | float | date


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL with ``%s`` in place of each value."""

    sql: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(f"({self.sql} AND {other.sql})", self.values + other.values)

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(f"({self.sql} OR {other.sql})", self.values + other.values)

    def __invert__(self) -> "Condition":
        return Condition(f"(NOT {self.sql})", self.values)


NOTHING = Condition("false")


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    field: FieldSpec | None  #: None: the geometry

    @property
    def column(self) -> str:
        return COLUMN if self.field is None else quoted(self.name)


@dataclass(frozen=True, slots=True)
class Shape:
    """WKT text, x first, or the numbers of a BBOX as they were written."""

    text: str = ""
    numbers: tuple[float, ...] = ()


class Predicates:
    """What may be said of the rows of one collection; literals are in ``system``. All raise Malformed."""

    def __init__(self, fields: Mapping[str, FieldSpec], system: ReferenceSystem = CRS84) -> None:
        self.fields, self.system = fields, system

    def known(self, name: str) -> Property:
        if name == GEOMETRY:
            return Property(GEOMETRY, None)
        if name not in self.fields:
            raise unknown_property(name, self.fields)
        return Property(name, self.fields[name])

    def comparison(self, prop: Property, operator: str, value: Value) -> Condition:
        return Condition(f"({prop.column} {operator} %s)", (self.checked(prop, value),))

    def comparison_folded(self, prop: Property, operator: str, value: str) -> Condition:
        if operator not in ("=", "<>"):
            raise Malformed("filter: CASEI łączy się tylko z =, <> i LIKE / CASEI goes with =, <> and LIKE only.")
        return Condition(f"(upper({self.text_column(prop)}) {operator} upper(%s))", (self.checked(prop, value),))

    def likeness(self, prop: Property, pattern: str, *, folded: bool = False) -> Condition:
        """``%`` any text, ``_`` one character; the database's own LIKE, which no pattern can make explode."""
        operator = "ILIKE" if folded else "LIKE"
        return Condition(f"({self.text_column(prop)} {operator} %s)", (without_loose_escape(pattern),))

    def range(self, prop: Property, low: Value, high: Value) -> Condition:
        values = (self.checked(prop, low), self.checked(prop, high))
        return Condition(f"({prop.column} BETWEEN %s AND %s)", values)

    def choice(self, prop: Property, options: Sequence[Value]) -> Condition:
        values = tuple(self.checked(prop, option) for option in options)
        return Condition(f"({prop.column} IN ({', '.join(['%s'] * len(values))}))", values)

    def absence(self, prop: Property) -> Condition:
        return Condition(f"({prop.column} IS NULL)")

    def relation(self, name: str, prop: Property, shape: Shape) -> Condition:
        """``name`` is a key of RELATIONS."""
        if prop.field is not None:
            raise Malformed(f"filter: {prop.name} nie jest geometrią / is not a geometry.")
        if shape.text:
            wkb = geometry_of(shape.text, self.system)
        else:
            area = area_of(shape.numbers, self.system)
            if area is None:
                return ~NOTHING if name == "disjoint" else NOTHING
            wkb = area.polygon()
        return Condition(f"{RELATIONS[name]}({COLUMN}, %s::geometry)", (wkb,))

    def moment(self, name: str, prop: Property, day: date) -> Condition:
        if operator := MOMENTS.get(name):
            return self.comparison(prop, operator, day)
        raise Malformed("filter: T_DURING oczekuje INTERVAL / T_DURING takes an INTERVAL.")

    def span(self, name: str, prop: Property, start: str, end: str) -> Condition:
        if name not in {"during", "intersects"}:
            raise Malformed(f"filter: T_{name.upper()} nie przyjmuje INTERVAL / does not take an INTERVAL.")
        after, before = (">", "<") if name == "during" else (">=", "<=")  # during excludes both ends
        found = ~self.absence(prop)
        if start != "..":
            found &= self.comparison(prop, after, edge_day(start))
        if end != "..":
            found &= self.comparison(prop, before, edge_day(end))
        return found

    def text_column(self, prop: Property) -> str:
        self.checked(prop, "")
        if prop.field is None or prop.field.type != "string":
            raise Malformed(f"filter: LIKE łączy się tylko z tekstem, a {prop.name} nim nie jest / LIKE takes text.")
        return prop.column

    def checked(self, prop: Property, value: Value) -> Any:
        if prop.field is None:
            raise Malformed("filter: geometrię porównuje się predykatami S_* / use S_* predicates with geometry.")
        return typed(value, prop.field.type, name=prop.name)


def edge_day(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Malformed("filter: INTERVAL oczekuje dni albo '..' / INTERVAL takes dates or '..'.") from None


def without_loose_escape(pattern: str) -> str:
    r"""``\`` takes the next sign literally, or itself at the end."""
    trailing = len(pattern) - len(pattern.rstrip("\\"))
    return f"{pattern}\\" if trailing % 2 else pattern

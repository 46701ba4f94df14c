"""CQL2 text to a Django condition: allowed properties, allowed functions, bound values, nothing else.

Supported: AND OR NOT, comparisons, LIKE, BETWEEN, IN, IS NULL, CASEI, DATE and TIMESTAMP, the spatial predicates
``S_*`` against WKT or BBOX, the temporal ``T_BEFORE T_AFTER T_DURING T_EQUALS T_INTERSECTS``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import BooleanField, F, Func, Q
from django.db.models import Value as Bound
from lark import Lark, Transformer, v_args
from lark.exceptions import LarkError, VisitError

from spatial.errors import Malformed
from spatial.ogc.reference_systems import CRS84, ReferenceSystem, box_of, geometry_of
from spatial.ogc.registry import FieldSpec
from spatial.ogc.values import alias_of, number_of, typed, unknown_property

MAX_LENGTH = 8000
#: brackets and negations; what nests deeper is no question of a person and would exhaust the stack
MAX_NESTING = 100

LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: predicate of (literal, property) said as one of (property, literal)
CONVERSE = {"contains": "within", "within": "contains"}
NOTHING = Q(pk__in=[])
GEOMETRY = "geometry"

type Value = str | int | float | date


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    field: FieldSpec | None  #: None: the geometry


@dataclass(frozen=True, slots=True)
class Shape:
    """WKT text or the numbers of a BBOX."""

    text: str = ""
    numbers: tuple[float, ...] = ()


def condition(text: str, *, fields: Mapping[str, FieldSpec], geometry: str, system: ReferenceSystem = CRS84) -> Q:
    """Condition over annotations ``alias_of(name)`` and the geometry column; literals in ``system``.

    Raises Malformed for a text that is no CQL2, an unknown property or a value of another type.
    """
    if len(text) > MAX_LENGTH or len(re.findall(r"\(|\bnot\b", text, re.IGNORECASE)) > MAX_NESTING:
        raise Malformed("filter: warunek jest zbyt złożony / the filter is too complex.")
    try:
        tree = grammar().parse(text)
        found = Conditions(fields, geometry, system).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, Malformed):
            raise error.orig_exc from None
        raise
    except LarkError as error:
        place = getattr(error, "column", None)
        where = f" (znak {place})" if isinstance(place, int) and place > 0 else ""
        raise Malformed(f"filter: nie jest poprawnym CQL2{where} / not valid CQL2 text.") from None
    assert isinstance(found, Q)
    return found


@cache
def grammar() -> Lark:
    return Lark.open("cql2.lark", rel_to=__file__, parser="lalr", maybe_placeholders=False)


@v_args(inline=True)
class Conditions(Transformer[Any, Q]):
    """One method for each rule of the grammar.

    Negation is the database's own: properties are annotations, to which Django adds no test for null, so a row
    without a value satisfies neither a predicate nor its negation.
    """

    def __init__(self, fields: Mapping[str, FieldSpec], geometry: str, system: ReferenceSystem) -> None:
        super().__init__()
        self.fields, self.geometry, self.system = fields, geometry, system

    # words

    def bare_name(self, name: str) -> Property:
        if name == GEOMETRY:
            return Property(GEOMETRY, None)
        if name not in self.fields:
            raise unknown_property(name, self.fields)
        return Property(name, self.fields[name])

    def quoted_name(self, name: str) -> Property:
        return self.bare_name(name[1:-1])

    def text(self, token: str) -> str:
        return str(token)[1:-1].replace("''", "'")

    def number(self, token: str) -> int | float:
        return number_of(str(token), "filter")

    def day(self, token: str) -> date:
        try:
            return date.fromisoformat(self.text(token))
        except ValueError:
            raise Malformed("filter: DATE oczekuje dnia RRRR-MM-DD / DATE takes YYYY-MM-DD.") from None

    def moment(self, token: str) -> date:
        """The registers know days; a moment is its day."""
        try:
            return datetime.fromisoformat(self.text(token)).date()
        except ValueError:
            raise Malformed("filter: TIMESTAMP oczekuje chwili RFC 3339 / TIMESTAMP takes RFC 3339.") from None

    def position(self, *numbers: str) -> str:
        """Height is left out; x comes first inside."""
        first, second = (float(number) for number in numbers[:2])
        return f"{second} {first}" if self.system.north_first else f"{first} {second}"

    def nest(self, *parts: str) -> str:
        return f"({','.join(parts)})"

    def wkt(self, kind: str, body: str) -> Shape:
        return Shape(text=f"{kind}{body}")

    def box(self, *numbers: str) -> Shape:
        return Shape(numbers=tuple(float(number) for number in numbers))

    # logic

    def both(self, left: Q, right: Q) -> Q:
        return left & right

    def either(self, left: Q, right: Q) -> Q:
        return left | right

    def inverse(self, inner: Q) -> Q:
        return ~inner

    # comparison

    def compare(self, prop: Property, operator: str, value: Value) -> Q:
        name, value = self.checked(prop, value)
        if operator == "<>":
            return ~Q(**{name: value})
        return Q(**{f"{name}__{LOOKUPS[operator]}": value})

    def compare_turned(self, value: Value, operator: str, prop: Property) -> Q:
        return self.compare(prop, TURNED.get(operator, operator), value)

    def folded(self, prop: Property) -> Property:
        return prop

    def compare_folded(self, prop: Property, operator: str, value: str) -> Q:
        name, value = self.checked(prop, value)
        if operator == "=":
            return Q(**{f"{name}__iexact": value})
        if operator == "<>":
            return ~Q(**{f"{name}__iexact": value})
        raise Malformed("filter: CASEI łączy się tylko z =, <> i LIKE / CASEI goes with =, <> and LIKE only.")

    def like(self, prop: Property, pattern: str) -> Q:
        return self.matching(prop, pattern, operator=Like)

    def not_like(self, prop: Property, pattern: str) -> Q:
        return ~self.like(prop, pattern)

    def like_folded(self, prop: Property, pattern: str) -> Q:
        return self.matching(prop, pattern, operator=LikeFolded)

    def not_like_folded(self, prop: Property, pattern: str) -> Q:
        return ~self.like_folded(prop, pattern)

    def matching(self, prop: Property, pattern: str, *, operator: type["Like"]) -> Q:
        name, _ = self.checked(prop, pattern)
        if prop.field is None or prop.field.type != "string":
            raise Malformed(f"filter: LIKE łączy się tylko z tekstem, a {prop.name} nim nie jest / LIKE takes text.")
        return Q(operator(F(name), Bound(without_loose_escape(pattern))))

    def between(self, prop: Property, low: Value, high: Value) -> Q:
        name, low = self.checked(prop, low)
        _, high = self.checked(prop, high)
        return Q(**{f"{name}__gte": low, f"{name}__lte": high})

    def not_between(self, prop: Property, low: Value, high: Value) -> Q:
        return ~self.between(prop, low, high)

    def within(self, prop: Property, *options: Value) -> Q:
        name, _ = self.checked(prop, options[0])
        return Q(**{f"{name}__in": [self.checked(prop, option)[1] for option in options]})

    def not_within(self, prop: Property, *options: Value) -> Q:
        return ~self.within(prop, *options)

    def missing(self, prop: Property) -> Q:
        return Q(**{f"{self.column(prop)}__isnull": True})

    def present(self, prop: Property) -> Q:
        return Q(**{f"{self.column(prop)}__isnull": False})

    # space and time

    def spatial(self, predicate: str, prop: Property, shape: Shape) -> Q:
        return self.related(predicate.lower().removeprefix("s_"), prop, shape)

    def spatial_turned(self, predicate: str, shape: Shape, prop: Property) -> Q:
        lookup = predicate.lower().removeprefix("s_")
        return self.related(CONVERSE.get(lookup, lookup), prop, shape)

    def related(self, lookup: str, prop: Property, shape: Shape) -> Q:
        if prop.field is not None:
            raise Malformed(f"filter: {prop.name} nie jest geometrią / is not a geometry.")
        if shape.text:
            return Q(**{f"{self.geometry}__{lookup}": geometry_of(shape.text, self.system)})
        area = box_of(shape.numbers, self.system)
        if area is None:
            return ~NOTHING if lookup == "disjoint" else NOTHING
        return Q(**{f"{self.geometry}__{lookup}": area})

    def temporal(self, predicate: str, prop: Property, day: date) -> Q:
        operators = {"T_BEFORE": "<", "T_AFTER": ">", "T_EQUALS": "=", "T_INTERSECTS": "="}
        if operator := operators.get(predicate.upper()):
            return self.compare(prop, operator, day)
        raise Malformed("filter: T_DURING oczekuje INTERVAL / T_DURING takes an INTERVAL.")

    def temporal_span(self, predicate: str, prop: Property, start: str, end: str) -> Q:
        kind = predicate.upper()
        if kind not in {"T_DURING", "T_INTERSECTS"}:
            raise Malformed(f"filter: {kind} nie przyjmuje INTERVAL / does not take an INTERVAL.")
        after, before = (">", "<") if kind == "T_DURING" else (">=", "<=")  # during excludes both ends
        found = Q()
        if start != "..":
            found &= self.compare(prop, after, edge_day(start))
        if end != "..":
            found &= self.compare(prop, before, edge_day(end))
        return found or self.present(prop)

    def column(self, prop: Property) -> str:
        return self.geometry if prop.field is None else alias_of(prop.name)

    def checked(self, prop: Property, value: Value) -> tuple[str, Any]:
        if prop.field is None:
            raise Malformed("filter: geometrię porównuje się predykatami S_* / use S_* predicates with geometry.")
        return alias_of(prop.name), typed(value, prop.field.type, name=prop.name)


def edge_day(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Malformed("filter: INTERVAL oczekuje dni albo '..' / INTERVAL takes dates or '..'.") from None


class Like(Func):
    """The database's own LIKE; a regular expression of the same meaning can be too complex for it."""

    template = "(%(expressions)s)"
    arg_joiner = " LIKE "
    output_field = BooleanField()


class LikeFolded(Like):
    arg_joiner = " ILIKE "


def without_loose_escape(pattern: str) -> str:
    r"""``%`` any text, ``_`` one character, ``\`` takes the next sign literally, or itself at the end."""
    trailing = len(pattern) - len(pattern.rstrip("\\"))
    return f"{pattern}\\" if trailing % 2 else pattern

"""CQL2 text to a condition.

Supported: AND OR NOT, comparisons, LIKE, BETWEEN, IN, IS NULL, CASEI, DATE and TIMESTAMP, the spatial predicates
``S_*`` against WKT or BBOX, the temporal ``T_BEFORE T_AFTER T_DURING T_EQUALS T_INTERSECTS``.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from lark import Lark, Transformer, v_args
from lark.exceptions import LarkError, VisitError

from spatial.errors import Malformed
from spatial.ogc.conditions import CONVERSE, TURNED, Condition, Predicates, Property, Shape, Value
from spatial.ogc.reference_systems import CRS84, ReferenceSystem
from spatial.ogc.registry import FieldSpec
from spatial.ogc.values import number_of

MAX_LENGTH = 8000
#: brackets and negations; what nests deeper is no question of a person and would exhaust the stack
MAX_NESTING = 100


def condition(text: str, *, fields: Mapping[str, FieldSpec], system: ReferenceSystem = CRS84) -> Condition:
    """Raises Malformed for a text that is no CQL2, an unknown property or a value of another type."""
    if len(text) > MAX_LENGTH or len(re.findall(r"\(|\bnot\b", text, re.IGNORECASE)) > MAX_NESTING:
        raise Malformed("filter: warunek jest zbyt złożony / the filter is too complex.")
    try:
        found = Conditions(Predicates(fields, system)).transform(grammar().parse(text))
    except VisitError as error:
        if isinstance(error.orig_exc, Malformed):
            raise error.orig_exc from None
        raise
    except LarkError as error:
        place = getattr(error, "column", None)
        where = f" (znak {place})" if isinstance(place, int) and place > 0 else ""
        raise Malformed(f"filter: nie jest poprawnym CQL2{where} / not valid CQL2 text.") from None
    assert isinstance(found, Condition)
    return found


@cache
def grammar() -> Lark:
    return Lark.open("cql2.lark", rel_to=__file__, parser="lalr", maybe_placeholders=False)


@v_args(inline=True)
class Conditions(Transformer[Any, Condition]):
    """One method for each rule of the grammar."""

    def __init__(self, say: Predicates) -> None:
        super().__init__()
        self.say = say

    # words

    def bare_name(self, name: str) -> Property:
        return self.say.known(str(name))

    def quoted_name(self, name: str) -> Property:
        return self.say.known(name[1:-1])

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
        return f"{second} {first}" if self.say.system.north_first else f"{first} {second}"

    def nest(self, *parts: str) -> str:
        return f"({','.join(parts)})"

    def wkt(self, kind: str, body: str) -> Shape:
        return Shape(text=f"{kind}{body}")

    def box(self, *numbers: str) -> Shape:
        return Shape(numbers=tuple(float(number) for number in numbers))

    # logic

    def both(self, left: Condition, right: Condition) -> Condition:
        return left & right

    def either(self, left: Condition, right: Condition) -> Condition:
        return left | right

    def inverse(self, inner: Condition) -> Condition:
        return ~inner

    # comparison

    def compare(self, prop: Property, operator: str, value: Value) -> Condition:
        return self.say.comparison(prop, str(operator), value)

    def compare_turned(self, value: Value, operator: str, prop: Property) -> Condition:
        return self.say.comparison(prop, TURNED.get(operator, str(operator)), value)

    def folded(self, prop: Property) -> Property:
        return prop

    def compare_folded(self, prop: Property, operator: str, value: str) -> Condition:
        return self.say.comparison_folded(prop, str(operator), value)

    def like(self, prop: Property, pattern: str) -> Condition:
        return self.say.likeness(prop, pattern)

    def not_like(self, prop: Property, pattern: str) -> Condition:
        return ~self.like(prop, pattern)

    def like_folded(self, prop: Property, pattern: str) -> Condition:
        return self.say.likeness(prop, pattern, folded=True)

    def not_like_folded(self, prop: Property, pattern: str) -> Condition:
        return ~self.like_folded(prop, pattern)

    def between(self, prop: Property, low: Value, high: Value) -> Condition:
        return self.say.range(prop, low, high)

    def not_between(self, prop: Property, low: Value, high: Value) -> Condition:
        return ~self.between(prop, low, high)

    def within(self, prop: Property, *options: Value) -> Condition:
        return self.say.choice(prop, options)

    def not_within(self, prop: Property, *options: Value) -> Condition:
        return ~self.within(prop, *options)

    def missing(self, prop: Property) -> Condition:
        return self.say.absence(prop)

    def present(self, prop: Property) -> Condition:
        return ~self.missing(prop)

    # space and time

    def spatial(self, predicate: str, prop: Property, shape: Shape) -> Condition:
        return self.say.relation(relation_of(predicate), prop, shape)

    def spatial_turned(self, predicate: str, shape: Shape, prop: Property) -> Condition:
        name = relation_of(predicate)
        return self.say.relation(CONVERSE.get(name, name), prop, shape)

    def temporal(self, predicate: str, prop: Property, day: date) -> Condition:
        return self.say.moment(relation_of(predicate), prop, day)

    def temporal_span(self, predicate: str, prop: Property, start: str, end: str) -> Condition:
        return self.say.span(relation_of(predicate), prop, start, end)


def relation_of(predicate: str) -> str:
    """``S_INTERSECTS`` and ``T_AFTER`` without their letter, small."""
    return predicate.lower()[2:]

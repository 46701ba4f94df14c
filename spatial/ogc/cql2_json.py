"""CQL2 JSON to a condition: the same conditions as the text, written as a tree of ``{"op", "args"}``."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from json import dumps, loads
from typing import Any

from shapely import transform
from shapely.errors import ShapelyError
from shapely.geometry import shape as shape_of

from spatial.errors import Malformed
from spatial.ogc.conditions import CONVERSE, OPERATORS, TURNED, Condition, Predicates, Property, Shape, Value
from spatial.ogc.cql2 import MAX_LENGTH, MAX_NESTING, relation_of
from spatial.ogc.reference_systems import CRS84, ReferenceSystem
from spatial.ogc.registry import FieldSpec
from spatial.ogc.values import LARGEST

KINDS = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})


def condition(text: str, *, fields: Mapping[str, FieldSpec], system: ReferenceSystem = CRS84) -> Condition:
    """Raises Malformed for a text that is no CQL2 JSON, an unknown property or a value of another type."""
    if len(text) > MAX_LENGTH:
        raise Malformed("filter: warunek jest zbyt złożony / the filter is too complex.")
    try:
        tree = loads(text)
    except (ValueError, RecursionError):
        raise Malformed("filter: nie jest poprawnym JSON / not valid JSON.") from None
    return Tree(Predicates(fields, system)).condition(tree)


def wrong(what: object) -> Malformed:
    return Malformed(f"filter: nie jest poprawnym CQL2 / not valid CQL2 JSON: {dumps(what, ensure_ascii=False)[:80]}.")


class Tree:
    """One method for each kind of node."""

    def __init__(self, say: Predicates) -> None:
        self.say = say
        self.depth = 0

    def condition(self, node: Any) -> Condition:
        """Raises Malformed."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Malformed("filter: warunek jest zbyt złożony / the filter is too complex.")
        match node:
            case {"op": "and" | "or" as operator, "args": [_, _, *_] as parts}:
                found = [self.condition(part) for part in parts]
                return self.joined(found, operator)
            case {"op": "not", "args": [inner]}:
                return ~self.condition(inner)
            case {"op": str(operator), "args": list(parts)}:
                return self.predicate(operator, parts)
        raise wrong(node)

    def joined(self, found: list[Condition], operator: str) -> Condition:
        first, *rest = found
        for one in rest:
            first = first & one if operator == "and" else first | one
        return first

    def predicate(self, operator: str, parts: list[Any]) -> Condition:  # noqa: PLR0911 - one for each operator
        match operator, parts:
            case "isNull", [prop]:
                return self.say.absence(self.property(prop))
            case "like", [{"op": "casei", "args": [prop]}, {"op": "casei", "args": [str(pattern)]}]:
                return self.say.likeness(self.property(prop), pattern, folded=True)
            case "like", [prop, str(pattern)]:
                return self.say.likeness(self.property(prop), pattern)
            case "between", [prop, low, high]:
                return self.say.range(self.property(prop), self.value(low), self.value(high))
            case "in", [prop, [_, *_] as options]:
                return self.say.choice(self.property(prop), [self.value(option) for option in options])
        if operator in OPERATORS and len(parts) == 2:
            return self.comparison(operator, *parts)
        if operator.startswith("s_") and len(parts) == 2:
            return self.spatial(operator, *parts)
        if operator.startswith("t_") and len(parts) == 2:
            return self.temporal(operator, *parts)
        raise Malformed(f"filter: działania {operator[:40]!r} nie obsługujemy / operator not supported.")

    def comparison(self, operator: str, left: Any, right: Any) -> Condition:
        match left, right:
            case {"op": "casei", "args": [prop]}, {"op": "casei", "args": [str(text)]}:
                return self.say.comparison_folded(self.property(prop), operator, text)
            case {"property": _}, _:
                return self.say.comparison(self.property(left), operator, self.value(right))
            case _, {"property": _}:
                return self.say.comparison(self.property(right), TURNED.get(operator, operator), self.value(left))
        raise wrong([left, right])

    def spatial(self, operator: str, left: Any, right: Any) -> Condition:
        name = relation_of(operator)
        if isinstance(right, dict) and "property" in right:
            name, left, right = CONVERSE.get(name, name), right, left
        return self.named(self.say.relation, name, left, self.shape(right))

    def temporal(self, operator: str, left: Any, right: Any) -> Condition:
        name = relation_of(operator)
        match right:
            case {"interval": [str(start), str(end)]}:
                return self.say.span(name, self.property(left), start, end)
        day = self.value(right)
        if not isinstance(day, date):
            raise wrong(right)
        return self.say.moment(name, self.property(left), day)

    def named(self, say: Callable[[str, Property, Shape], Condition], name: str, prop: Any, shape: Shape) -> Condition:
        try:
            return say(name, self.property(prop), shape)
        except KeyError:
            raise Malformed(f"filter: działania s_{name[:40]} nie obsługujemy / operator not supported.") from None

    def property(self, node: Any) -> Property:
        match node:
            case {"property": str(name)}:
                return self.say.known(name)
        raise wrong(node)

    def value(self, node: Any) -> Value:
        match node:
            case bool():
                raise wrong(node)
            case int() | float() if abs(node) < LARGEST:
                return node
            case str():
                return node
            case {"date": str(text)} | {"timestamp": str(text)}:
                try:
                    return datetime.fromisoformat(text).date()
                except ValueError:
                    raise wrong(node) from None
        raise wrong(node)

    def shape(self, node: Any) -> Shape:
        match node:
            case {"bbox": list(numbers)} if all(type(number) in (int, float) for number in numbers):
                return Shape(numbers=tuple(float(number) for number in numbers))
            case {"type": str(kind), "coordinates": list()} if kind in KINDS:
                try:
                    geometry = shape_of(node)
                    if self.say.system.north_first:
                        geometry = transform(geometry, lambda xy: xy[:, ::-1])
                    return Shape(text=geometry.wkt)
                except (ShapelyError, ValueError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
                    raise Malformed("filter: nie umiemy odczytać geometrii / unreadable geometry.") from None
        raise wrong(node)

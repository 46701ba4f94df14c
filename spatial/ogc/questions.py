"""Query parameters of ``/items``: read strictly, once, into a Question. What is not understood is refused.

A parameter quietly ignored would be a wrong answer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from spatial.errors import Malformed
from spatial.ogc import cql2, cql2_json
from spatial.ogc.conditions import Condition
from spatial.ogc.reference_systems import CRS84, Area, ReferenceSystem, area_of, system_of
from spatial.ogc.registry import Collection, collections
from spatial.ogc.values import from_text, unknown_property

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000

#: control characters, and what stands where bytes were no UTF-8
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")

PRESENTATION = frozenset({"f", "lang"})
ITEM_PARAMETERS = PRESENTATION | {"crs"}
ITEMS_PARAMETERS = ITEM_PARAMETERS | {
    "bbox", "bbox-crs", "limit", "offset", "after", "sortby", "properties", "skipGeometry", "resulttype",
    "datetime", "filter", "filter-lang", "filter-crs",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """Closed interval; None is open."""

    start: date | None
    end: date | None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one page of a collection should hold."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    after: str | None = None  #: key of the row that the page before ended with
    area: Area | None = None  #: what the objects share at least a point with
    is_elsewhere: bool = False  #: the bbox misses the country
    days: Days | None = None
    equal: Mapping[str, Any] | None = None  #: property -> value
    condition: Condition | None = None
    order: tuple[tuple[str, bool], ...] = ()  #: (property, descending)
    properties: tuple[str, ...] | None = None  #: None: all
    geometry: bool = True
    hits_only: bool = False
    system: ReferenceSystem = CRS84


def strict(parameters: Iterable[tuple[str, str]], allowed: frozenset[str]) -> dict[str, str]:
    """One value for each parameter. Raises Malformed for unknown or repeated ones and for control characters."""
    given: dict[str, str] = {}
    for name, value in parameters:
        if name not in allowed:
            raise Malformed(
                f"Nieznany parametr / unknown parameter: {name[:60]!r}. "
                f"Dozwolone / allowed: {', '.join(sorted(allowed))}."
            )
        if name in given:
            raise Malformed(f"{name}: parametr podano więcej niż raz / given more than once.")
        if FORBIDDEN.search(value):
            raise Malformed(f"{name}: niedozwolony znak / character not allowed.")
        given[name] = value
    return given


def read_question(parameters: Iterable[tuple[str, str]], collection: Collection) -> Question:
    """Raises Malformed, naming the parameter.

    ``datetime`` may be asked of every collection; objects that know no days match any
    (OGC 17-069r4, /req/core/fc-time-response).
    """
    given = strict(parameters, ITEMS_PARAMETERS | frozenset(collection.fields))
    area, is_elsewhere = read_area(given)
    return Question(
        limit=min(whole(given, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT),
        offset=whole(given, "offset", 0, most=MAX_OFFSET),
        after=read_after(given),
        area=area,
        is_elsewhere=is_elsewhere,
        days=read_days(given["datetime"]) if "datetime" in given else None,
        equal={
            name: from_text(text, collection.fields[name].type, name=name)
            for name, text in given.items()
            if name in collection.fields
        },
        condition=read_filter(given, collection),
        order=read_order(given.get("sortby"), collection),
        properties=read_selection(given.get("properties"), collection),
        geometry=not choice(given, "skipGeometry", {"true": True, "false": False}, "false"),
        hits_only=choice(given, "resulttype", {"hits": True, "results": False}, "results"),
        system=read_system(given),
    )


def read_system(given: Mapping[str, str]) -> ReferenceSystem:
    return system_of(given["crs"], parameter="crs") if "crs" in given else CRS84


def whole(given: Mapping[str, str], name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or len(text) > 30:
        raise Malformed(f"{name}: oczekiwano liczby całkowitej / expected a whole number.")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise Malformed(f"{name}: liczba poza zakresem / number out of range.")
    return number


def choice[T](given: Mapping[str, str], name: str, options: Mapping[str, T], default: str) -> T:
    try:
        return options[given.get(name, default)]
    except KeyError:
        raise Malformed(f"{name}: dozwolone / allowed: {', '.join(options)}.") from None


def read_after(given: Mapping[str, str]) -> str | None:
    if "after" in given and ({"offset", "sortby"} & set(given)):
        raise Malformed("after nie łączy się z offset ani sortby / does not go with offset or sortby.")
    return given.get("after")


def read_area(given: Mapping[str, str]) -> tuple[Area | None, bool]:
    if "bbox" not in given:
        if "bbox-crs" in given:
            raise Malformed("bbox-crs podano bez bbox / given without bbox.")
        return None, False
    system = system_of(given["bbox-crs"], parameter="bbox-crs") if "bbox-crs" in given else CRS84
    try:
        numbers = [float(part) for part in given["bbox"].split(",")]
    except ValueError:
        raise Malformed("bbox: oczekiwano liczb rozdzielonych przecinkami / expected numbers and commas.") from None
    area = area_of(numbers, system)
    return area, area is None


def read_days(text: str) -> Days:
    """``2026-11-23``, an RFC 3339 moment, or ``start/end`` with ``..`` or nothing for an open end."""
    parts = text.split("/")
    if len(parts) == 1 and parts[0] not in {"", ".."}:
        day = read_day(parts[0])
        return Days(day, day)
    if len(parts) != 2:
        raise Malformed("datetime: oczekiwano dnia albo początek/koniec / expected a day or start/end.")
    start, end = (None if part in {"", ".."} else read_day(part) for part in parts)
    if start and end and start > end:
        raise Malformed("datetime: początek po końcu / the start lies after the end.")
    return Days(start, end)


def read_day(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Malformed("datetime: oczekiwano zapisu RFC 3339 / expected RFC 3339.") from None


def read_filter(given: Mapping[str, str], collection: Collection) -> Condition | None:
    if "filter" not in given:
        if stray := {"filter-lang", "filter-crs"} & set(given):
            raise Malformed(f"{stray.pop()} podano bez filter / given without filter.")
        return None
    language = choice(given, "filter-lang", {"cql2-text": "text", "cql2-json": "json"}, "cql2-text")
    system = system_of(given["filter-crs"], parameter="filter-crs") if "filter-crs" in given else CRS84
    return filter_of(collection.id, given["filter"], language, system)


@lru_cache(maxsize=512)
def filter_of(collection: str, text: str, language: str, system: ReferenceSystem) -> Condition:
    """Programs ask the same filter of many boxes."""
    read = cql2_json.condition if language == "json" else cql2.condition
    return read(text, fields=collections[collection].fields, system=system)


def read_order(text: str | None, collection: Collection) -> tuple[tuple[str, bool], ...]:
    """``sortby=-number,district``; a plus sign in an address arrives as a space."""
    if text is None:
        return ()
    order = [(part.lstrip("+- "), part.startswith("-")) for part in text.split(",")]
    for name, _ in order:
        if name not in collection.fields:
            raise unknown_property(name, collection.fields)
    return tuple(order)


def read_selection(text: str | None, collection: Collection) -> tuple[str, ...] | None:
    if text is None:
        return None
    chosen = set(text.split(",")) if text else set()
    for name in sorted(chosen):
        if name not in collection.fields:
            raise unknown_property(name, collection.fields)
    return tuple(name for name in collection.fields if name in chosen)

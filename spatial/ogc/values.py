"""Values of requests: text to the type of a public property, or a refusal."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from spatial.errors import Malformed
from spatial.ogc.registry import FieldType

LARGEST = 2**62  #: beyond it a number fits no column


def unknown_property(name: str, known: Iterable[str]) -> Malformed:
    return Malformed(
        f"Nieznana właściwość / unknown property: {name[:60]!r}. Dozwolone / allowed: {', '.join(sorted(known))}."
    )


def number_of(text: str, name: str) -> int | float:
    """Raises Malformed for what is no number or fits no column."""
    try:
        number: int | float = int(text) if len(text) < 20 and text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise Malformed(f"{name}: oczekiwano liczby / expected a number.") from None
    if not abs(number) < LARGEST:
        raise Malformed(f"{name}: liczba jest zbyt duża / the number is too large.")
    return number


def typed(value: Any, kind: FieldType, *, name: str) -> Any:
    """A literal as the property's type; raises Malformed when it is of another kind."""
    is_number = isinstance(value, int | float)
    fits = {
        "string": isinstance(value, str),
        "integer": is_number,
        "number": is_number,
        "date": isinstance(value, date),
    }
    if kind == "date" and isinstance(value, str):
        return day_of(value, name=name)
    if not fits[kind]:
        raise Malformed(f"{name}: oczekiwano wartości typu {kind} / expected a value of type {kind}.")
    return value


def from_text(text: str, kind: FieldType, *, name: str) -> Any:
    """Value of a query parameter ``name=text``."""
    if kind in {"integer", "number"}:
        return typed(number_of(text, name), kind, name=name)
    return day_of(text, name=name) if kind == "date" else text


def day_of(text: str, *, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"{name}: oczekiwano dnia RRRR-MM-DD / expected YYYY-MM-DD.") from None

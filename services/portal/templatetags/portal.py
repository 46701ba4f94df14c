"""Numbers and dates of the parcel report, as the office writes them."""

from datetime import date

from django import template
from django.utils.formats import date_format

from spatial.words import NO_BREAK, polish_area

register = template.Library()


@register.filter
def area(area_m2: float) -> str:
    """``"1 234 m²"``."""
    return polish_area(round(area_m2))


@register.filter
def percent(text: str) -> str:
    """``"61,2"`` -> ``"61,2 %"``, kept on one line."""
    return f"{text}{NO_BREAK}%"


@register.filter
def width(text: str) -> str:
    """``"61,2"`` -> ``"61.2"`` for a bar of 100; a share that is there at all shows as a line."""
    return str(max(float(text.replace(",", ".")), 0.5))


@register.filter
def day(on: date | str) -> str:
    """``"2026-11-23"`` -> ``"23 listopada 2026"``, kept on one line."""
    return date_format(date.fromisoformat(on) if isinstance(on, str) else on, "j E Y").replace(" ", NO_BREAK)

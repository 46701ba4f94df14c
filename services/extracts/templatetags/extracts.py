"""Numbers as the office writes them."""

from decimal import Decimal

from django import template

from planning.extracts import shares
from planning.report import percent_text
from spatial.cadastre.models import Parcel
from spatial.words import NO_BREAK, polish_area

register = template.Library()


@register.filter
def area(area_m2: int) -> str:
    return polish_area(area_m2)


@register.filter
def percent(value: Decimal) -> str:
    return f"{percent_text(value)}{NO_BREAK}%"


@register.filter
def official_area(parcel: Parcel) -> str:
    return polish_area(shares.official_area(parcel))

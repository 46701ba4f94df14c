"""Numbers of the planner's page, written the way of the page's language; documents use spatial.words."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from planning.extracts import shares
from spatial.cadastre.models import Parcel
from spatial.words import NO_BREAK

register = template.Library()


@register.filter
def area(area_m2: int) -> str:
    """``"1 234 m²"``."""
    return f"{number_format(area_m2, force_grouping=True)}{NO_BREAK}m²"


@register.filter
def percent(value: Decimal) -> str:
    """``"61,2 %"``."""
    return f"{number_format(value.quantize(Decimal('0.1')), force_grouping=True)}{NO_BREAK}%"


@register.filter
def official_area(parcel: Parcel) -> str:
    return area(shares.official_area(parcel))

"""What the map of a form needs."""

from django import template

from services.forms.places import home

register = template.Library()


@register.simple_tag
def home_box() -> str:
    """West, south, east, north of all municipalities, degrees; empty where there are none."""
    return ",".join(f"{edge:.6f}" for edge in home() or ())

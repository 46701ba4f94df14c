"""Words as documents print them."""

from django import template

register = template.Library()

WORD_JOINER = "\u2060"


@register.filter
def unbroken(text: str) -> str:
    """Parcel numbers never break over lines: a slash is no place to break."""
    return text.replace("/", f"/{WORD_JOINER}")

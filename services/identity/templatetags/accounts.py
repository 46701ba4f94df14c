"""What pages of accounts say of the installation."""

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("identity/parts/mail_note.html")
def mail_note() -> dict[str, object]:
    """In the demo letters are files, and the page says where."""
    return {"folder": settings.EMAIL_FOLDER if settings.DEMO else None}


@register.filter
def in_fours(secret: str) -> str:
    """A long key as people copy it, and so that it finds room on a phone."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))

"""What pages of accounts say of the installation."""

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("identity/parts/mail_note.html")
def mail_note() -> dict[str, object]:
    """In the demo letters are files, and the page says where."""
    return {"folder": settings.EMAIL_FOLDER if settings.DEMO else None}

"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def office(request: HttpRequest) -> dict[str, object]:
    """Whether this installation shows sample data, and whether the visitor works here."""
    return {
        "demo": settings.DEMO,
        "is_staff_member": request.user.is_authenticated and request.user.roles.exists(),
    }

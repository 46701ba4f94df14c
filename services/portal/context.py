"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from services.notices.models import Notice
from services.notifications.models import Delivery
from services.parties.acting import link_of
from spatial.municipalities.models import Municipality


def office(request: HttpRequest) -> dict[str, object]:
    """Whose office this is, whether it shows sample data, and what the visitor does here."""
    user = getattr(request, "user", None)  # a request that is refused early has nobody yet
    offices = list(Municipality.objects.order_by("name").values_list("name", "office_name"))
    known = user if user is not None and user.is_authenticated else None
    return {
        "demo": settings.DEMO,
        "office_name": offices[0][1] if len(offices) == 1 else "e-Urząd Miedza",
        "office_places": " · ".join(name for name, _ in offices),
        "roles": set(known.roles.values_list("role", flat=True)) if known else set(),
        "acting": link_of(request) if known else None,
        "unread": Notice.objects.unread(known).count() + Delivery.objects.unread(known).count() if known else 0,
    }

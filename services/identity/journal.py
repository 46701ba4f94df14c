"""The log of sign-ins: who, when, how and how surely; also tries that failed."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from services.identity.base import Level
from services.identity.client import known_address
from services.identity.models import SignIn, User

KEPT = timedelta(days=2 * 366)  #: two years at least (KRI 2024 § 20: logs)


def write(
    request: HttpRequest, *, user: User | None, provider: str, means: str = "", level: Level | None = None
) -> None:
    """``level`` of a sign-in; None says that it failed. ``user`` is None where nobody has such a login."""
    SignIn.objects.create(
        user=user, at=timezone.now(), is_successful=level is not None, provider=provider, means=means,
        level=level or 0, address=known_address(request.META),
    )  # fmt: skip


def forget() -> int:
    """Rows that are older than they are kept; how many went."""
    return SignIn.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]

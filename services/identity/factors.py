"""The second factor: who owes one, and whether this session has given it.

Staff owes it always (KSC/NIS2), residents when they have set one up. django-allauth asks for it and checks it; what it
tells by its signals stands in the session and in the log of sign-ins.
"""

from time import time
from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest

from services.identity import journal
from services.identity.access import STRICT_IDLENESS
from services.identity.base import PASSWORDS
from services.identity.models import User
from services.identity.protected import opened

GIVEN, MEANS = "second-factor-of", "second-factor"  #: in the session
DEMO_SECRET = "MIEDZAPRZYKLADOWYKLUCZABCDEFGHIJ"  # noqa: S105 - known to everybody; accounts exist in demo mode only


def factors_of(user: User) -> "QuerySet[Authenticator]":
    """Applications and keys; recovery codes only stand in for them."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return found.exclude(type=Authenticator.Type.RECOVERY_CODES)


def is_given(request: HttpRequest) -> bool:
    """In this session, and there is one still: what went with a lost telephone is set up anew."""
    if not isinstance(request.user, User) or request.session.get(GIVEN) != request.user.pk:
        return False
    return factors_of(request.user).exists()


def is_owed(request: HttpRequest) -> bool:
    """The person works for an office, and this session has not shown a second factor."""
    if not settings.STAFF_SECOND_FACTOR or not isinstance(request.user, User) or is_given(request):
        return False
    return request.user.is_staff or request.user.is_superuser or request.user.roles.exists()


@receiver(signals.authenticator_used)
@receiver(signals.authenticator_added)
def remember(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Who has just set one up has shown it. A session that became one of staff lies unused as shortly as theirs do."""
    request.session[GIVEN], request.session[MEANS] = user.pk, authenticator.type
    if user.roles.exists():
        request.session.set_expiry(int(STRICT_IDLENESS.total_seconds()))


@receiver(signals.authenticator_removed)
def forget(request: HttpRequest, user: User, **_: Any) -> None:
    if not factors_of(user).exists():
        request.session.pop(GIVEN, None)


@receiver(signals.authentication_failed)
def write_down(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    journal.write(request, user=user, provider=PASSWORDS.code, means=authenticator.type)


def give_demo_factor(user: User) -> None:
    """An application with the secret that everybody knows, unless the person has one of their own."""
    if not factors_of(user).exists():
        TOTP.activate(user, DEMO_SECRET)


def demo_code(user: User | None) -> str:
    """What the application of a demo account shows now; "" for any other secret, and outside the demo."""
    found = factors_of(user).filter(type=Authenticator.Type.TOTP).first() if user and settings.DEMO else None
    if found is None or opened(found.data["secret"].encode()) != DEMO_SECRET:
        return ""
    return str(format_hotp_value(hotp_value(DEMO_SECRET, int(time()) // 30)))

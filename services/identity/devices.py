"""Where a person is signed in, told by devices, and how to sign out of those that are not at hand."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from allauth.account import signals
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.identity.access import ADDRESS, AGENT, ENTERED, STRICT_IDLENESS, USED
from services.identity.models import Session, StaffRole, User
from services.identity.protected import fingerprint
from services.identity.sessions import SessionStore

#: signs in the name that a browser gives itself, the first that fits: Android calls itself Linux too, Edge Chrome
SYSTEMS: Mapping[str, str | Promise] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": _("telefon albo tablet z Androidem"),
    "Windows": _("komputer z Windows"),
    "CrOS": "Chromebook",
    "Macintosh": _("komputer Mac"),
    "Linux": _("komputer z Linuksem"),
}
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung Internet", "Firefox/": "Firefox", "FxiOS/": "Firefox",
    "CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One session as its person sees it."""

    code: str  #: names it in a form; the key of the session stays secret
    name: str
    address: str | None  #: IP, at the sign-in
    entered_at: datetime | None
    used_at: datetime | None  #: within a minute
    is_this: bool


def devices_of(request: HttpRequest) -> list[Device]:
    """Own sessions that are open: this one first, then the last used."""
    found = [device(row, request.session.session_key) for row in open_sessions(cast(User, request.user))]
    return sorted(found, key=lambda one: (one.is_this, one.used_at or datetime.min.replace(tzinfo=UTC)), reverse=True)


def open_sessions(user: User) -> Iterator[Session]:
    """Neither expired nor begun by an earlier password."""
    for row in Session.objects.filter(user=user, expire_date__gt=timezone.now()):
        if row.get_decoded().get(HASH_SESSION_KEY) == user.get_session_auth_hash():
            yield row


def device(row: Session, here: str | None) -> Device:
    told = row.get_decoded()
    return Device(
        code=fingerprint(row.session_key), name=device_name(told.get(AGENT, "")), address=told.get(ADDRESS),
        entered_at=moment(told.get(ENTERED)), used_at=moment(told.get(USED) or told.get(ENTERED)),
        is_this=row.session_key == here,
    )  # fmt: skip


def device_name(agent: str) -> str:
    """ "komputer z Windows, Firefox": what the browser says of itself, in words."""
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), _("nieznane urządzenie"))
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    return f"{system}, {browser}" if browser else str(system)


def moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def sign_out(request: HttpRequest, *, code: str = "") -> int:
    """Ends the own session of the code, without one all but this; how many."""
    own = [row.session_key for row in open_sessions(cast(User, request.user))]
    ended = [key for key in own if key != request.session.session_key and code in ("", fingerprint(key))]
    return Session.objects.filter(session_key__in=ended).delete()[0]


@receiver(post_save, sender=StaffRole)
def shorten(instance: StaffRole, **_: Any) -> None:
    """What became a session of staff lies unused as shortly as theirs do."""
    for row in open_sessions(instance.user):
        store = SessionStore(row.session_key)
        if store.get_expiry_age() > STRICT_IDLENESS.total_seconds():
            store.set_expiry(int(STRICT_IDLENESS.total_seconds()))
            with suppress(UpdateError):  # it has ended meanwhile
                store.save()


@receiver(signals.password_changed)
@receiver(signals.password_set)
@receiver(signals.password_reset)
def sign_out_others(request: HttpRequest, user: User, **_: Any) -> None:
    """A new password ends what was begun by another one; the row goes, not only its use."""
    Session.objects.filter(user=user).exclude(session_key=request.session.session_key or "").delete()

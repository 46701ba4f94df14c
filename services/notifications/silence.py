"""A person's own quiet hours: chosen on the page of notifications, kept until they choose others."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from services.identity.models import User
from services.notifications.models import OwnQuiet
from services.notifications.quiet import DAY, Hours, hours, leaves_too_little
from spatial.errors import Malformed

HOURS = {str(hour): hour for hour in range(DAY)}


def choose(user: User, *, begin: str, end: str) -> None:
    """Full hours as the page sends them; two empty ones leave only the night of everybody. Raises Malformed."""
    if not (begin or end):
        OwnQuiet.objects.filter(user=user).delete()
        return
    if begin not in HOURS or end not in HOURS or begin == end:
        raise Malformed(_("Wybierz dwie różne godziny: od której i do której nie pisać."))
    first, last = HOURS[begin], HOURS[end]
    if leaves_too_little(hours(first, last)):
        raise Malformed(_("Zostaw nam choć dwie godziny dnia. Między 21 a 7 i tak nie piszemy."))
    OwnQuiet.objects.update_or_create(user=user, defaults={"begin": first, "end": last})


def of(users: Iterable[int]) -> dict[int, Hours]:
    """By primary key, of those who chose any."""
    rows = OwnQuiet.objects.filter(user__in=list(users))
    return {row.user_id: hours(row.begin, row.end) for row in rows}

"""A warning that runs out: whoever it reached is told so, where those who sent it asked for that.

Nobody has looked whether the danger is over: the words do not say that it is, and they wait for the morning.
"""

from datetime import datetime

from django.db import transaction

from services.notifications.audience import available
from services.notifications.endings import LONGEST_TITLE
from services.notifications.models import Message
from services.notifications.queueing import queue
from spatial.ogc.text import Text

WORDS = Text("Ostrzeżenie przestało obowiązywać", "The warning has run out")


def tell(*, at: datetime) -> int:
    """How many warnings were told of; each once, within a day of its end, unless somebody has ended it."""
    wanted = Message.objects.lapsed(at=at).filter(tells_expiry=True)
    keys = wanted.exclude(followers__follow=Message.Follow.EXPIRED).values_list("pk", flat=True)
    return sum(tell_of(pk, at=at) for pk in keys)


@transaction.atomic
def tell_of(pk: int, *, at: datetime) -> bool:
    """The word and its letters are there together or not at all. False where it was told, or ended meanwhile."""
    standing = Message.objects.lapsed(at=at).select_for_update(of=("self",)).select_related("municipality")
    warning = standing.filter(pk=pk).first()
    if warning is None:
        return False
    word = notice(warning, at=at)
    Message.objects.bulk_create([word], ignore_conflicts=True)  # the database holds one for each warning
    return any(queue(one, at=at) for one in Message.objects.filter(public_id=word.public_id))


def notice(warning: Message, *, at: datetime) -> Message:
    """Those who approved the warning approved this with it. Not loud, however great the danger was."""
    ways = available(warning.municipality)
    return Message(
        municipality=warning.municipality, topic=warning.topic, title_pl=title(warning, "pl"),
        title_en=title(warning, "en") if warning.title_en else "", severity=Message.Severity.MINOR,
        category=warning.category, channels=[one for one in warning.channels if one in ways],
        audience=warning.audience, group=warning.group, area=warning.area, duty_reason=warning.duty_reason,
        follows=warning, follow=Message.Follow.EXPIRED, state=Message.State.APPROVED,
        created_by=warning.created_by, created_at=at, approved_by=warning.approved_by, approved_at=at,
        expires_at=warning.expires_at + Message.SHOWN,
    )  # fmt: skip


def title(warning: Message, language: str) -> str:
    return f"{WORDS[language]}: {warning.title(language)}"[:LONGEST_TITLE]

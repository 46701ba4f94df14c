"""What follows a warning that went out: its end, or a correction, told to exactly those whom it reached.

An end is in the portal's own words. That it was a mistake, or that a lesser warning is over, one person may say at
once; that a danger is over a second person confirms, because people will drink the water. Own words always need two.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from services.identity.models import User
from services.notifications.audience import available
from services.notifications.messages import approve, check
from services.notifications.models import Message
from spatial.errors import Conflict
from spatial.ogc.text import Text

Follow = Message.Follow
LONGEST_TITLE = 160
WORDS = {
    Follow.OVER: Text("Zagrożenie minęło", "The danger is over"),
    Follow.MISTAKE: Text("Ostrzeżenie było pomyłką", "The warning was a mistake"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a clerk corrects; names are of ``Message``."""

    title_pl: str
    body_pl: str = ""
    title_en: str = ""
    body_en: str = ""
    expires_at: datetime


@transaction.atomic
def end(warning: Message, follow: Message.Follow, *, by: User, at: datetime) -> Message:
    """Approved where one person is enough, otherwise a draft for another. Raises Conflict, Malformed."""
    title_en = title(warning, follow, "en") if warning.title_en else ""
    words = Correction(title_pl=title(warning, follow, "pl"), title_en=title_en, expires_at=at + Message.SHOWN)
    message = put(warning, follow, words, by=by, at=at)
    return approve(message, by=by, version=message.version, at=at) if message.is_one_persons else message


def title(warning: Message, follow: Message.Follow, language: str) -> str:
    return f"{WORDS[follow][language]}: {warning.title(language)}"[:LONGEST_TITLE]


@transaction.atomic
def correct(warning: Message, words: Correction, *, by: User, at: datetime) -> Message:
    """A draft. Raises Conflict, Malformed."""
    return put(warning, Follow.CORRECTION, words, by=by, at=at)


def put(warning: Message, follow: Message.Follow, words: Correction, *, by: User, at: datetime) -> Message:
    """To the same people by the same ways, as loud as the warning."""
    warning = Message.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=warning.pk)
    if not warning.stands(at=at):
        raise Conflict(_("To ostrzeżenie już nie obowiązuje."))
    if warning.followers.filter(follow=follow, state=Message.State.DRAFT).exists():
        raise Conflict(_("Ktoś już to przygotował. Szkic czeka na drugą osobę."))
    ways = available(warning.municipality)
    message = Message(
        municipality=warning.municipality, topic=warning.topic, title_pl=words.title_pl, body_pl=words.body_pl,
        title_en=words.title_en, body_en=words.body_en, severity=warning.severity, category=warning.category,
        channels=[one for one in warning.channels if one in ways], audience=warning.audience, group=warning.group,
        area=warning.area, duty_reason=warning.duty_reason, follows=warning, follow=follow, created_by=by,
        created_at=at, expires_at=words.expires_at,
        tells_expiry=warning.tells_expiry and follow == Follow.CORRECTION,
    )  # fmt: skip
    check(message, at=at)
    message.save()
    return message

"""A message from its draft to its sending. Two people look at what goes to many.

Only the author's words go out: an approval names the version that was looked at, and any change takes it back.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from django.contrib.gis.geos import MultiPolygon
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from services.identity.models import User
from services.notifications.audience import available, outlook, sms_length
from services.notifications.channels.sms import MOST_PARTS
from services.notifications.models import OUTWARD, Channel, Consent, Delivery, Group, Message
from services.notifications.queueing import queue
from services.notifications.topics import COMPOSED, Topic
from spatial.errors import Conflict, Malformed, Refused
from spatial.municipalities.models import Municipality

State, Audience = Message.State, Message.Audience
WAITING = (State.DRAFT, State.APPROVED, State.SCHEDULED, State.SENDING)
AUTOMATIC_LIVES = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a clerk composes; names are of ``Message``."""

    topic: str
    title_pl: str
    body_pl: str = ""
    title_en: str = ""
    body_en: str = ""
    severity: str = Message.Severity.MINOR
    category: str = Message.Category.INFRA
    channels: Collection[str] = (Channel.INBOX,)
    audience: str = Audience.SUBSCRIBERS
    group: Group | None = None
    area: MultiPolygon | None = field(default=None, repr=False)  #: EPSG:2178
    person: User | None = field(default=None, repr=False)
    duty_reason: str = ""
    send_at: datetime | None = None
    expires_at: datetime

    def put_on(self, message: Message) -> None:
        for one in fields(self):
            setattr(message, one.name, getattr(self, one.name))
        message.channels = [Channel.INBOX, *(one for one in OUTWARD if one in self.channels)]


def draft(words: Words, *, municipality: Municipality, author: User, at: datetime) -> Message:
    """Raises Malformed."""
    message = Message(municipality=municipality, created_by=author, created_at=at)
    words.put_on(message)
    check(message, at=at)
    message.save()
    return message


@transaction.atomic
def change(message: Message, words: Words, *, author: User, at: datetime) -> Message:
    """Who changes a draft is its author from now on. Raises Malformed, Conflict."""
    message = locked(message, State.DRAFT)
    words.put_on(message)
    message.created_by, message.version = author, message.version + 1
    check(message, at=at)
    message.save()
    return message


@transaction.atomic
def regroup(group: Group, people: Collection[User]) -> None:
    """Other people of a group: who has read a draft to it reads it again. Raises Conflict where one is approved."""
    rows = Message.objects.select_for_update().filter(group=group)
    if rows.filter(state__in=[State.APPROVED, State.SCHEDULED]).exists():
        raise Conflict(_("Do tej grupy czeka zatwierdzona wiadomość. Odwołaj ją albo poczekaj, aż wyjdzie."))
    rows.filter(state=State.DRAFT).update(version=F("version") + 1)
    group.members.set(people)


def check(message: Message, *, at: datetime) -> None:
    """Raises Malformed for what must not be sent so."""
    if message.topic not in {one.code for one in COMPOSED}:
        raise Malformed(_("O tym portal pisze sam. Wybierz inny temat."))
    target = {Audience.GROUP: message.group, Audience.AREA: message.area, Audience.PERSON: message.person}
    if target.get(Audience(message.audience), message) is None:
        raise Malformed(_("Wskaż, kto ma dostać wiadomość."))
    if message.group is not None and message.group.municipality_id != message.municipality_id:
        raise Malformed(_("To grupa innej gminy."))
    if message.expires_at <= max(at, message.send_at or at):
        raise Malformed(_("Wiadomość straciłaby ważność, zanim wyjdzie. Podaj późniejszy termin."))
    if message.is_by_duty and not (message.is_danger and message.topic == "warning"):
        raise Malformed(_("Bez zgód wolno wysłać tylko ostrzeżenie o dużej wadze albo o zagrożeniu życia."))
    if missing := set(message.channels) - set(available(message.municipality)):
        raise Malformed(_("Urząd nie ma jeszcze tej drogi: %(channel)s.") % {"channel": Channel(missing.pop()).label})
    longest = max(sms_length(message, language).parts for language in ("pl", "en"))
    if Channel.SMS in message.channels and longest > MOST_PARTS:
        raise Malformed(_("Na SMS to za długo (części: %(parts)d). Skróć treść.") % {"parts": longest})


@transaction.atomic
def approve(message: Message, *, by: User, version: int, at: datetime) -> Message:
    """It goes out within a minute, or waits for its hour. Raises Conflict, Malformed, Refused for the author."""
    message = locked(message, State.DRAFT)
    if message.version != version:
        raise Conflict(_("Wiadomość zmieniła się, odkąd ją czytasz. Przeczytaj ją jeszcze raz."))
    if by.pk == message.created_by_id and message.audience != Audience.PERSON:
        raise Refused(_("Swojej wiadomości do wielu osób nie zatwierdzisz. Poproś drugą osobę z urzędu."))
    check(message, at=at)
    message.state, message.approved_by, message.approved_at = State.APPROVED, by, at
    if message.send_at and message.send_at > at:
        message.state = State.SCHEDULED
    message.counts = outlook(message).as_counts()
    message.save(update_fields=["state", "approved_by", "approved_at", "counts"])
    return message


@transaction.atomic
def cancel(message: Message, *, at: datetime) -> Message:
    """What has not left the office stays. Raises Conflict."""
    message = locked(message, *WAITING)
    message.state = State.CANCELLED
    message.save(update_fields=["state"])
    waiting = message.deliveries.filter(state=Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.CANCELLED, ended_at=at)
    return message


def locked(message: Message, *states: Message.State) -> Message:
    """As it stands now. Raises Conflict for another state."""
    message = Message.objects.select_for_update(of=("self",)).select_related("municipality", "group").get(pk=message.pk)
    if message.state not in states:
        raise Conflict(_("Wiadomość jest już w stanie: %(state)s.") % {"state": message.get_state_display()})
    return message


def tell(
    person: User, topic: Topic, *, municipality: Municipality, origin: str, link: str, at: datetime,
    words: tuple[str, str] | None = None,
) -> Message | None:  # fmt: skip
    """An automatic message about the person's own affair, once for each origin; None where nobody wants it.

    Inside the caller's transaction. ``words`` (title, body) stand in the inbox; outside goes only the topic's sentence.
    Without words there is no row in the inbox: the caller shows the news itself. ``link``: a path of the portal.
    """
    given = Consent.objects.given(municipality, topic.code).filter(user=person, channel__in=OUTWARD)
    channels = [Channel.INBOX] if words else []
    channels += [one for one in available(municipality) if one in set(given.values_list("channel", flat=True))]
    if not channels:
        return None
    title, body = words or (topic.outward.pl, "")
    message, is_new = Message.objects.get_or_create(
        origin=origin, person=person,
        defaults={
            "municipality": municipality, "topic": topic.code, "title_pl": title, "body_pl": body, "link": link,
            "channels": channels, "audience": Audience.PERSON, "is_automatic": True, "state": State.APPROVED,
            "created_at": at, "expires_at": at + AUTOMATIC_LIVES,
        },
    )  # fmt: skip
    if is_new:
        queue(message, at=at)
    return message

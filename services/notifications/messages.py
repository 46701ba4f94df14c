"""A message from its draft to its sending. Two people look at what goes to many.

Only the author's words go out: an approval names the version that was looked at, and any change takes it back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from django.contrib.gis.geos import MultiPolygon
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from services.identity.access import municipalities_of
from services.identity.models import StaffRole, User
from services.notifications.audience import available, outlook, sms_length
from services.notifications.channels.sms import MOST_PARTS
from services.notifications.models import OUTWARD, Channel, Consent, Delivery, Group, Message
from services.notifications.queueing import queue_own
from services.notifications.topics import Topic, is_composed
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
    tells_expiry: bool = False

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
    if message.follow:
        raise Conflict(_("Zakończenia ani poprawki nie zmienisz. Odwołaj szkic i zacznij od ostrzeżenia."))
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
    if not is_composed(message.topic):
        raise Malformed(_("O tym portal pisze sam. Wybierz inny temat."))
    target = {Audience.GROUP: message.group, Audience.AREA: message.area, Audience.PERSON: message.person}
    if target.get(Audience(message.audience), message) is None:
        raise Malformed(_("Wskaż, kto ma dostać wiadomość."))
    if message.group is not None and message.group.municipality_id != message.municipality_id:
        raise Malformed(_("To grupa innej gminy."))
    if bool(message.title_en) != bool(message.body_en) and (message.body_pl or message.body_en):
        raise Malformed(_("Po angielsku podaj i tytuł, i treść albo nic: inaczej część osób jej nie przeczyta."))
    if message.area is not None and not message.follow:
        check_area(message.area, message.municipality)
    if message.expires_at <= max(at, message.send_at or at):
        raise Malformed(_("Wiadomość straciłaby ważność, zanim wyjdzie. Podaj późniejszy termin."))
    if message.is_by_duty and not (message.is_danger and message.topic == "warning"):
        raise Malformed(_("Bez zgód wolno wysłać tylko ostrzeżenie o dużej wadze albo o zagrożeniu życia."))
    if message.tells_expiry and (message.topic != "warning" or message.audience == Audience.PERSON):
        raise Malformed(_("O końcu ważności powiadamiamy tylko po ostrzeżeniu dla wielu osób."))
    if missing := set(message.channels) - set(available(message.municipality)):
        raise Malformed(_("Urząd nie ma jeszcze tej drogi: %(channel)s.") % {"channel": Channel(missing.pop()).label})
    longest = max(sms_length(message, language).parts for language in ("pl", "en"))
    if Channel.SMS in message.channels and longest > MOST_PARTS:
        raise Malformed(_("Na SMS to za długo (części: %(parts)d). Skróć treść.") % {"parts": longest})


def check_area(area: MultiPolygon, municipality: Municipality) -> None:
    """Part of it may lie beyond the border: floods do not stop there. Raises Malformed."""
    if not area.valid:
        raise Malformed(_("Granica obszaru przecina samą siebie. Narysuj ją jeszcze raz."))
    if not municipality.boundary.intersection(area).area:
        raise Malformed(_("Ten obszar leży poza gminą %(name)s.") % {"name": municipality.name})


@transaction.atomic
def approve(message: Message, *, by: User, version: int, at: datetime) -> Message:
    """It goes out within a minute, or waits for its hour.

    Raises Conflict, Malformed, and Refused for the author and for whoever is no clerk of the office any more.
    """
    message = locked(message, State.DRAFT)
    if not municipalities_of(by, StaffRole.Role.CLERK).filter(pk=message.municipality_id).exists():
        raise Refused(_("Nie prowadzisz już powiadomień tej gminy."))
    if message.version != version:
        raise Conflict(_("Wiadomość zmieniła się, odkąd ją czytasz. Przeczytaj ją jeszcze raz."))
    if by.pk == message.created_by_id and not message.is_one_persons:
        raise Refused(_("Swojej wiadomości do wielu osób nie zatwierdzisz. Poproś drugą osobę z urzędu."))
    check(message, at=at)
    message.state, message.approved_by, message.approved_at = State.APPROVED, by, at
    if message.send_at and message.send_at > at:
        message.state = State.SCHEDULED
    if message.follows is not None:
        take_place(message.follows, at=at)
    message.counts = outlook(message).as_counts()
    message.save(update_fields=["state", "approved_by", "approved_at", "counts"])
    return message


@transaction.atomic
def cancel(message: Message, *, at: datetime) -> Message:
    """What has not left the office stays. Raises Conflict."""
    message = locked(message, *WAITING)
    if message.follow and message.state != State.DRAFT:
        raise Conflict(_("To już obowiązuje. Jeśli trzeba, napisz nowe ostrzeżenie."))
    message.state = State.CANCELLED
    message.save(update_fields=["state"])
    hold_back(message, at=at)
    return message


def take_place(warning: Message, *, at: datetime) -> None:
    """Of a warning that was ended or corrected. Raises Conflict where somebody was faster."""
    standing = Message.objects.filter(pk=warning.pk, replaced_at=None)
    if not standing.update(replaced_at=at):
        raise Conflict(_("Ktoś już zakończył albo poprawił to ostrzeżenie. Zobacz jego stronę."))
    hold_back(warning, at=at)


def hold_back(message: Message, *, at: datetime) -> None:
    """What waits does not go, nor does the word that the message ran out."""
    notices = message.followers.filter(follow=Message.Follow.EXPIRED)
    notices.update(replaced_at=at)
    waiting = Delivery.objects.filter(message__in=[message, *notices], state=Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.CANCELLED, ended_at=at)


def locked(message: Message, *states: Message.State) -> Message:
    """As it stands now. Raises Conflict for another state."""
    message = Message.objects.select_for_update(of=("self",)).select_related("municipality", "group").get(pk=message.pk)
    if message.state not in states:
        raise Conflict(_("Wiadomość jest już w stanie: %(state)s.") % {"state": message.get_state_display()})
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """What is to be told to one person about their own affair."""

    person: int  #: primary key of the account
    origin: str  #: what it follows from; told once
    link: str  #: a path of the portal
    words: tuple[str, str] | None = None  #: title and body in the inbox; None: the caller shows the news itself
    english: tuple[str, str] = ("", "")


def tell(
    person: User, topic: Topic, *, municipality: Municipality, origin: str, link: str, at: datetime,
    words: tuple[str, str] | None = None, english: tuple[str, str] = ("", ""),
) -> Message | None:  # fmt: skip
    """One affair (``tell_all``); None where nobody wants it or it was told before."""
    affair = Affair(person=person.pk, origin=origin, link=link, words=words, english=english)
    return next(iter(tell_all([affair], topic, municipality=municipality, at=at)), None)


def tell_all(affairs: Sequence[Affair], topic: Topic, *, municipality: Municipality, at: datetime) -> list[Message]:
    """Automatic messages, each once for its origin and person, to those who want to hear; in a handful of questions.

    Inside the caller's transaction. Words stand in the inbox only; outside goes no more than the topic's sentence.
    """
    ways = wanted_ways(affairs, topic, municipality)
    messages = [
        Message(
            municipality=municipality, topic=topic.code, origin=one.origin, person_id=one.person, link=one.link,
            title_pl=one.words[0] if one.words else topic.outward.pl, body_pl=one.words[1] if one.words else "",
            title_en=one.english[0], body_en=one.english[1],
            channels=channels, audience=Audience.PERSON, is_automatic=True, state=State.SENDING,
            created_at=at, expires_at=at + AUTOMATIC_LIVES,
        )
        for one in affairs
        if (channels := ([Channel.INBOX] if one.words else []) + ways.get(one.person, []))
    ]  # fmt: skip
    if not messages:
        return []
    Message.objects.bulk_create(messages, ignore_conflicts=True)  # those told before are left
    told = list(Message.objects.filter(public_id__in=[one.public_id for one in messages]))
    queue_own(told, at=at)
    return told


def wanted_ways(affairs: Sequence[Affair], topic: Topic, municipality: Municipality) -> dict[int, list[Channel]]:
    """By the person: ways out of the office that they agreed to and the office has."""
    people = {one.person for one in affairs}
    given = Consent.objects.given(municipality, topic.code).filter(user__in=people, channel__in=OUTWARD)
    agreed = set(given.values_list("user", "channel"))
    if not agreed:
        return {}
    offered = available(municipality)
    return {person: [one for one in offered if (person, one) in agreed] for person in people}

"""Whom a message may reach, as questions to the database, and how many they are."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from services.identity.models import User
from services.notifications.channels import push, sms
from services.notifications.channels.gsm import Length, length
from services.notifications.models import (
    OUTWARD,
    Channel,
    ChannelAddress,
    Consent,
    Delivery,
    Message,
    SmsAccount,
    WatchedPlace,
)
from spatial.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Reach:
    """One channel: addresses that the message goes to, people with an address who did not agree."""

    channel: Channel
    addresses: int
    without_consent: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What sending would do now."""

    people: int
    reaches: list[Reach]
    sms_parts: int = 0  #: of all phones together
    sms_cost_gr: int = 0

    def as_counts(self) -> dict[str, Any]:
        """For ``Message.counts``."""
        by_channel = {one.channel.value: [one.addresses, one.without_consent] for one in self.reaches}
        return {
            "people": self.people, "channels": by_channel, "sms_parts": self.sms_parts, "sms_cost_gr": self.sms_cost_gr
        }  # fmt: skip


def available(municipality: Municipality) -> list[Channel]:
    """Channels that the office can use; the inbox always."""
    found = [Channel.INBOX, Channel.EMAIL]
    if SmsAccount.objects.filter(municipality=municipality).exists():
        found.append(Channel.SMS)
    if push.is_ready():
        found.append(Channel.PUSH)
    return found


def people(message: Message) -> QuerySet[User]:
    """The audience, whatever they agreed to; consents are asked for each channel."""
    return User.objects.filter(is_active=True, pk__in=chosen(message))


def chosen(message: Message) -> QuerySet[Any] | list[Any]:
    if message.follows_id:  # exactly those who have heard of it
        return told_before(message).filter(channel=Channel.INBOX).values("recipient")
    match message.audience:
        case Message.Audience.PERSON:
            return [message.person_id]
        case Message.Audience.GROUP:
            assert message.group is not None
            return message.group.members.values("pk")
        case Message.Audience.AREA:
            watched = WatchedPlace.objects.filter(municipality=message.municipality)
            return watched.filter(point__coveredby=message.area).values("user")
    rows = Consent.objects.given(message.municipality, message.topic)
    if message.is_by_duty:  # whoever has ever heard of the office
        rows = Consent.objects.filter(municipality=message.municipality)
    return rows.values("user")


def told_before(message: Message) -> QuerySet[Delivery]:
    """Letters of what the message follows."""
    return Delivery.objects.filter(message__in=message.earlier)


def addresses(message: Message, channel: str) -> QuerySet[ChannelAddress]:
    """Where the message goes by the channel."""
    found = usable(message, channel)
    return found if message.is_by_duty else agreed(found, message, channel)


def usable(message: Message, channel: str) -> QuerySet[ChannelAddress]:
    """Addresses of the audience, whatever was agreed to; the end of a warning goes where the warning may have come."""
    found = ChannelAddress.objects.usable().filter(channel=channel, user__in=people(message))
    if not message.follows_id:
        return found
    left = told_before(message).exclude(handed_at=None)
    came = left.exclude(state__in=[Delivery.State.FAILED, Delivery.State.BOUNCED])
    return found.filter(pk__in=came.values("address"))


def agreed(rows: QuerySet[Any], message: Message, channel: str) -> QuerySet[Any]:
    """Those of the rows whose ``user`` agrees now."""
    given = Consent.objects.given(message.municipality, message.topic)
    return rows.filter(user__in=given.filter(channel=channel).values("user"))


def outlook(message: Message) -> Outlook:
    reaches = [reach(message, channel) for channel in OUTWARD if channel in message.channels]
    parts = sms_parts(message) if Channel.SMS in message.channels else 0
    account = SmsAccount.objects.filter(municipality=message.municipality).first()
    cost = parts * account.part_price_gr if account else 0
    return Outlook(people(message).count(), reaches, parts, cost)


def reach(message: Message, channel: Channel) -> Reach:
    reached = addresses(message, channel).count()
    return Reach(channel, reached, usable(message, channel).count() - reached)


def sms_parts(message: Message) -> int:
    languages = addresses(message, Channel.SMS).values_list("language").annotate(many=Count("pk"))
    return sum(sms_length(message, language).parts * many for language, many in languages)


def sms_length(message: Message, language: str) -> Length:
    return length(sms.text_of(*message.outward(language), absolute(message.get_absolute_url())))


def absolute(path: str) -> str:
    """Addresses in letters; jobs of the worker have no request to ask."""
    return f"{settings.SITE or 'http://localhost:8000'}{path}"

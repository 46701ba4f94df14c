"""Mails that come back after they were taken: counted, and a bad address is suspended with a word to its owner.

They are told of by reports in a mailbox (``mailbox``), or by a service of django-anymail (its signal ``tracking``).
"""

from datetime import datetime, timedelta
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason  # type: ignore[import-untyped]
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from services.notifications import topics
from services.notifications.channels.dsn import Returned, Verdict, verdict
from services.notifications.messages import tell
from services.notifications.models import Channel, ChannelAddress, Delivery
from spatial.errors import Conflict
from spatial.municipalities.models import Municipality
from spatial.ogc.text import Text

SOFT_DAYS, SOFT_MOST = timedelta(days=14), 3  #: so many in so long suspend an address too
ON_ITS_WAY = timedelta(minutes=5)
TITLES = {
    Channel.EMAIL: Text(
        "Nie możemy dostarczyć listów na Twój adres e-mail", "We cannot deliver to your e-mail address"
    ),
    Channel.SMS: Text("Nie możemy wysłać SMS na Twój numer telefonu", "We cannot send SMS to your phone number"),
}
BODY = Text(
    "Wiadomości wracają, więc wstrzymaliśmy ich wysyłanie. Popraw adres albo potwierdź go jeszcze raz.",
    "Messages come back, so we have stopped sending them. Correct the address or confirm it once more.",
)


def take_in(one: Returned, *, at: datetime) -> bool:
    """Whether it was a letter of ours; a second report of the same changes nothing."""
    return note(Delivery.objects.filter(key=one.key), one.verdict, one.addresses, at=at)


@transaction.atomic
def note(letters: QuerySet[Delivery], why: Verdict, addresses: tuple[str, ...], *, at: datetime) -> bool:
    """addresses: whom the other side names; where none is ours, a box behind that of our person has failed."""
    sent = letters.filter(channel=Channel.EMAIL).exclude(handed_at=None)
    letter = sent.select_for_update(of=("self",)).select_related("address__user", "message__municipality").first()
    if letter is None or letter.address is None:
        return False
    if letter.state != Delivery.State.BOUNCED:
        letter.state, letter.ended_at, letter.next_try = Delivery.State.BOUNCED, at, None
        letter.status_code, letter.error = why.reply, why.status
        letter.save(update_fields=["state", "ended_at", "next_try", "status_code", "error"])
        is_hard = why.is_hard and names(letter.address, addresses)
        if is_hard or soft(letter.address, at=at) >= SOFT_MOST:
            suspend(letter.address, municipality=letter.message.municipality, at=at)
    return True


def names(address: ChannelAddress, said: tuple[str, ...]) -> bool:
    return not said or address.value.lower() in {one.lower() for one in said}


def soft(address: ChannelAddress, *, at: datetime) -> int:
    """Letters that came back of late, since the address was confirmed."""
    returned = address.deliveries.filter(state=Delivery.State.BOUNCED, ended_at__gt=at - SOFT_DAYS)
    return returned.filter(queued_at__gte=address.confirmed_at).count()


def suspend(address: ChannelAddress, *, municipality: Municipality, at: datetime) -> None:
    """Nothing goes there until its owner confirms it again; they read of it in the portal."""
    standing = ChannelAddress.objects.usable().filter(pk=address.pk)
    if standing.update(revoked_at=at, revoked_why=ChannelAddress.SUSPENDED):
        title = TITLES[Channel(address.channel)]
        tell(
            address.user, topics.ADDRESS, municipality=municipality, at=at, link="/moje/powiadomienia/#adresy",
            origin=f"suspended:{address.pk}:{at:%Y%m%dT%H%M%S}", words=(title.pl, BODY.pl), english=(title.en, BODY.en),
        )  # fmt: skip


def heard(event: AnymailTrackingEvent, **_signal: Any) -> None:
    """A service of mail tells what became of a letter. Raises Conflict where it should tell again."""
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED} or not event.message_id:
        return
    now = timezone.now()
    letters = Delivery.objects.filter(channel=Channel.EMAIL, provider_id=event.message_id)
    addresses = (event.recipient,) if event.recipient else ()
    if not note(letters, reason(event), addresses, at=now) and is_sending(at=now):
        raise Conflict(_("Ten list może być jeszcze w drodze. Zgłoś to ponownie."))


def reason(event: AnymailTrackingEvent) -> Verdict:
    """A service that calls an address invalid has seen no server; otherwise the server's words count."""
    if event.reject_reason == RejectReason.INVALID:
        return Verdict("5.1.3", 550)
    return verdict("", event.mta_response or "")


def is_sending(*, at: datetime) -> bool:
    """A report may overtake the answer that gives the letter its number."""
    handed = Delivery.objects.filter(channel=Channel.EMAIL, state=Delivery.State.HANDED)
    return handed.filter(handed_at__gt=at - ON_ITS_WAY).exists()

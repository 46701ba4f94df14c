"""How long is kept who got what: a year, then only how many."""

from datetime import datetime, timedelta

from django.db import transaction

from services.identity.models import User
from services.notifications import consents
from services.notifications.delivering import tally
from services.notifications.models import ChannelAddress, Delivery, Group, Message, OwnQuiet, WatchedPlace

YEAR = timedelta(days=365)


def forget(*, at: datetime) -> int:
    """Rows of old messages go, their numbers stay with the message; how many rows."""
    ended = [Message.State.SENT, Message.State.CANCELLED]
    kept = Delivery.objects.filter(queued_at__lte=at - YEAR).values("message")
    return sum(fold(message) for message in Message.objects.filter(pk__in=kept, state__in=ended))


@transaction.atomic
def forget_person(user: User, *, at: datetime) -> None:
    """The account is closed: the ledger of consents stays as proof, and says that all were taken back."""
    consents.withdraw_all(user, at=at)
    Message.objects.filter(person=user).delete()
    Delivery.objects.filter(recipient=user).delete()
    ChannelAddress.objects.filter(user=user).delete()
    WatchedPlace.objects.filter(user=user).delete()
    OwnQuiet.objects.filter(user=user).delete()
    for group in Group.objects.filter(members=user):
        group.members.remove(user)


@transaction.atomic
def fold(message: Message) -> int:
    states = [[channel, state, many] for (channel, state), many in tally(message).items()]
    message.counts = {**message.counts, "states": states}
    message.save(update_fields=["counts"])
    gone, _of_what = message.deliveries.all().delete()
    return gone

"""Giving and withdrawing. Each word is a line of the ledger; what stands is the newest."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from services.identity.models import User
from services.notifications.models import Channel, Consent
from services.notifications.topics import TEXT_VERSION, TOPICS
from spatial.errors import Malformed
from spatial.municipalities.models import Municipality

type Box = tuple[str, str]  #: topic, channel


def standing(user: User, municipality: Municipality) -> set[Box]:
    """What the person agrees to now."""
    newest = Consent.objects.filter(user=user, municipality=municipality).newest()
    return {(one.topic, one.channel) for one in newest if one.is_given}


@transaction.atomic
def settle(user: User, municipality: Municipality, *, wanted: Iterable[Box], at: datetime) -> None:
    """The person agrees to these and to no others; only what changes is written. Raises Malformed."""
    wanted = set(wanted)
    if any(topic not in TOPICS or channel not in Channel.values for topic, channel in wanted):
        raise Malformed(_("Nie ma takiego tematu albo takiej drogi. Odśwież stronę i zaznacz jeszcze raz."))
    changed = wanted ^ locked(user, municipality)
    write(user, municipality, changed, given=wanted, at=at, source=Consent.Source.PORTAL)


@transaction.atomic
def withdraw(user: User, municipality: Municipality, box: Box, *, at: datetime) -> None:
    """By the link of a message; what was not given stays so."""
    changed = {box} & locked(user, municipality)
    write(user, municipality, changed, given=(), at=at, source=Consent.Source.LINK)


@transaction.atomic
def withdraw_all(user: User, *, at: datetime) -> None:
    """The account is closed."""
    for municipality in Municipality.objects.filter(pk__in=Consent.objects.filter(user=user).values("municipality")):
        write(user, municipality, locked(user, municipality), given=(), at=at, source=Consent.Source.CLOSING)


def locked(user: User, municipality: Municipality) -> set[Box]:
    """What stands, once nobody else is changing it."""
    User.objects.select_for_update().get(pk=user.pk)
    return standing(user, municipality)


def write(
    user: User,
    municipality: Municipality,
    changed: Collection[Box],
    *,
    given: Collection[Box],
    at: datetime,
    source: Consent.Source,
) -> None:
    Consent.objects.bulk_create(
        Consent(
            user=user, municipality=municipality, topic=topic, channel=channel, is_given=(topic, channel) in given,
            text_version=TEXT_VERSION, at=at, source=source, actor=user,
        )
        for topic, channel in sorted(changed)
    )  # fmt: skip

"""Out by one click, without signing in: the address is signed and says which consent it takes back."""

from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, dumps, loads
from django.utils.translation import gettext as _

from services.identity.models import User
from services.notifications import consents
from services.notifications.models import Channel, Delivery
from services.notifications.topics import TOPICS
from spatial.errors import NotFound
from spatial.municipalities.models import Municipality

SALT = "notifications.unsubscribe"


@dataclass(frozen=True, slots=True)
class Leave:
    """One person's one consent."""

    user: User
    municipality: Municipality
    topic: str
    channel: Channel

    @property
    def title(self) -> str:
        return str(TOPICS[self.topic].title)


def token(one: Delivery) -> str:
    return dumps([one.recipient_id, one.message.municipality_id, one.message.topic, one.channel], salt=SALT)


def read(text: str) -> Leave:
    """Raises NotFound for an address that we have not made."""
    try:
        user, municipality, topic, channel = loads(text, salt=SALT)
    except BadSignature:
        raise NotFound(_("Ten adres jest niepełny. Otwórz odnośnik z wiadomości jeszcze raz.")) from None
    found = User.objects.filter(pk=user).first()
    place = Municipality.objects.filter(pk=municipality).first()
    if found is None or place is None or topic not in TOPICS:
        raise NotFound(_("Tej zgody już nie ma."))
    return Leave(found, place, topic, Channel(channel))


def leave(one: Leave, *, at: datetime) -> None:
    """A second time changes nothing."""
    consents.withdraw(one.user, one.municipality, (one.topic, one.channel), at=at)

"""The contract of a way by which letters of the office travel, and the choice among those that are there.

The order is that of KPA art. 39: the account, the address for electronic delivery, then paper, hybrid before our own
printer. ``services.delivery`` registers its channels; a channel keeps the numbers of its shipments in rows of its own.
A day of delivery comes from its evidence, never from a count of days.
"""

from typing import Protocol

from services.correspondence.models import Correspondence
from services.identity.models import User
from spatial.municipalities.models import Municipality

Channel = Correspondence.Channel

#: in which they are asked whether they take a letter
ORDER = (Channel.PORTAL, Channel.ADE, Channel.HYBRID, Channel.POST)


class DeliveryChannel(Protocol):
    """One way of delivering."""

    @property
    def code(self) -> Correspondence.Channel: ...

    def takes(self, addressee: User, *, municipality: Municipality, has_document: bool) -> bool:
        """Whether letters of the office go to the person by this way; the person's own wish counts."""

    def send(self, letter: Correspondence) -> str:
        """Of a letter that is in the register already; its shipment. Inside the transaction: what leaves the office
        waits for its end (``on_commit``).
        """

    def status(self, letter: Correspondence) -> Correspondence.Status:
        """As the channel knows it now."""


class PortalAccount:
    """The letter lies in the account of the person (KPA art. 39): the row of the register is the shipment."""

    code = Channel.PORTAL

    def takes(self, addressee: User, *, municipality: Municipality, has_document: bool) -> bool:
        return True

    def send(self, letter: Correspondence) -> str:
        return str(letter)

    def status(self, letter: Correspondence) -> Correspondence.Status:
        return Correspondence.Status(letter.status)


PORTAL: DeliveryChannel = PortalAccount()
_channels: dict[Correspondence.Channel, DeliveryChannel] = {PORTAL.code: PORTAL}


def register(channel: DeliveryChannel) -> None:
    """The channel of its code from now on."""
    _channels[channel.code] = channel


def channel_for(addressee: User | None, *, municipality: Municipality, has_document: bool) -> DeliveryChannel:
    """The first in the order of art. 39 that takes the letter; everybody who writes here has an account.

    addressee: None for a party without one, whose letters go on paper
    """
    there = [_channels[code] for code in ORDER if code in _channels]
    if addressee is None:
        return there[-1]
    for channel in there:
        if channel.takes(addressee, municipality=municipality, has_document=has_document):
            return channel
    return there[0]

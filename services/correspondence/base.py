"""The contract of a way by which letters of the office travel, and the one of today: the account in the portal.

e-Doręczenia and the hybrid letter will be other ``DeliveryChannel``s; the order among them is that of KPA art. 39: the
account, then the address for electronic delivery, then paper. A channel whose shipments have numbers of their own keeps
them in rows of its own, by the letter. A day of delivery comes from its evidence, never from a count of days.
"""

from typing import Protocol

from services.correspondence.models import Correspondence
from services.identity.models import User


class DeliveryChannel(Protocol):
    """One way of delivering."""

    @property
    def code(self) -> Correspondence.Channel: ...

    def send(self, letter: Correspondence) -> str:
        """Of a letter that is in the register already; its shipment. Inside the transaction: what leaves the office
        waits for its end (``on_commit``).
        """

    def status(self, letter: Correspondence) -> Correspondence.Status:
        """As the channel knows it now."""


class PortalAccount:
    """The letter lies in the account of the person (KPA art. 39): the row of the register is the shipment."""

    code = Correspondence.Channel.PORTAL

    def send(self, letter: Correspondence) -> str:
        return str(letter)

    def status(self, letter: Correspondence) -> Correspondence.Status:
        return Correspondence.Status(letter.status)


PORTAL: DeliveryChannel = PortalAccount()


def channel_for(_addressee: User) -> DeliveryChannel:
    """By which way a letter goes to the person: everybody who writes here has an account."""
    return PORTAL

"""The contract of an operator of online payments. What all of them must keep to:

- our row is written first; its key is the operator's name of the payment (``sessionId``, ``extOrderId``);
- a message is believed by its signature, never by the return of the payer, and told twice it changes nothing;
- amount and currency must equal the stored row, otherwise nothing is booked and the office is told;
- the day of payment is the one that the operator says (OP art. 60 § 1 pt 2), otherwise the one on which we heard of it;
- sums that go to different bank accounts are different payments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from spatial.errors import ServiceError

CURRENCY = "PLN"
NOTHING = UUID(int=0)


class State(StrEnum):
    """Of a payment; the names are those of python-getpaid-core."""

    NEW = "new"
    PREPARED = "prepared"
    STARTED = "charge_started"
    PAID = "paid"
    REFUND_STARTED = "refund_started"
    REFUNDED = "refunded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.NEW, State.PREPARED, State.STARTED)  #: the payer may still pay


def as_key(session: str) -> UUID:
    """Of a payment or a refund of ours; a key of nothing for a name that is none of ours."""
    try:
        return UUID(session)
    except ValueError:
        return NOTHING


class OperatorFailed(ServiceError):
    """The operator did not answer, or what it said is no answer; whether it did what was asked is not known."""

    code = "operator-failed"
    status = 502


class OperatorRefused(ServiceError):
    """The operator said no."""

    code = "operator-refused"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of one contract between a municipality and an operator."""

    url: str  #: of the operator, without a slash at the end
    merchant_id: str
    pos_id: str
    secrets: Mapping[str, str] = field(repr=False)
    allows_md5: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the payer is to pay."""

    session: str
    amount_gr: int
    title: str
    email: str = field(repr=False)
    language: str
    return_url: str
    notify_url: str
    minutes: int  #: in which it can be paid
    ip: str = field(repr=False)
    agent: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The order stands at the operator."""

    url: str  #: where the payer goes on
    order_id: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the operator says of a payment, or of a refund where ``refund`` names one of ours."""

    session: str
    state: State
    amount_gr: int
    currency: str
    order_id: str
    is_confirmed: bool = True  #: False: the operator keeps the money until ``confirm``
    refund: str = ""
    paid_at: datetime | None = None  #: when the payer paid; None where the operator does not say it here

    @property
    def event(self) -> str:
        """The same for the same message told again; money that waits and money that is taken are two."""
        said = (self.session, self.order_id, self.refund, self.state, str(self.amount_gr), self.currency)
        return ":".join(said if self.is_confirmed else (*said, "waits"))


class Operator(Protocol):
    """One operator under the credentials of one municipality."""

    code: str
    title: str
    secrets: tuple[str, ...]  #: names of what ``Credentials.secrets`` holds

    def __init__(self, credentials: Credentials) -> None: ...

    @staticmethod
    def addressed(body: bytes) -> tuple[str, str]:
        """Point of sale ("" where it is not said) and session that a message names; nothing is believed yet.

        Raises Malformed for what is no message.
        """

    def check(self) -> None:
        """Raises OperatorRefused where the credentials are wrong."""

    def start(self, order: Order) -> Started:
        """Raises OperatorRefused, OperatorFailed."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> Said:
        """Raises Malformed for a message that is wrong or not signed by the operator."""

    def confirm(self, said: Said) -> None:
        """Takes the money. Raises OperatorRefused, OperatorFailed."""

    def status(self, session: str, *, order_id: str) -> Said | None:
        """Asked anew; None where the operator knows of no payment. Raises OperatorFailed."""

    def refund(self, said: Said, *, description: str, notify_url: str) -> State:
        """Gives ``said.amount_gr`` back under ``said.refund``; asked again with the same name it is one.

        notify_url: "" where no message is wanted; the operator then has one of its own.
        Raises OperatorRefused, OperatorFailed.
        """


@runtime_checkable
class TakesBlik(Protocol):
    """An operator that takes a BLIK code on our own page."""

    def blik(self, token: str, code: str) -> None:
        """Sends the six digits; the payer then agrees in the bank's application. Raises OperatorRefused."""

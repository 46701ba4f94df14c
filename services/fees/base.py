"""The contract of whoever takes money, and the one who does it today: the clerk at the cash desk.

An operator (Przelewy24, PayU) will be another ``PaymentProvider``. What all of them must keep to:

- a payment carries an identifier of ours (``Payment.key`` is the provider's name of what happened, unique with its
  ``code``), so that a message told twice changes nothing the second time;
- amount and currency must equal the stored sum, otherwise nothing is written and the office is told;
- sums that go to different bank accounts are different payments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _

from services.fees.models import Due
from services.fees.money import grosze
from spatial.errors import Conflict, Malformed
from spatial.ogc.text import Text


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came for one sum."""

    how: Due.How
    key: str  #: of the receipt or the bank's line; an operator's order with its state
    amount_gr: int | None  #: None: the whole sum
    paid_on: date  #: the day on which the payer's account was charged, or cash was given


class PaymentProvider(Protocol):
    """One way of paying."""

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> Text: ...

    def start(self, due: Due) -> str:
        """Where the payer goes on: an address, or a sentence that says what to do. Raises Conflict when settled."""

    def notify(self, due: Due, message: Mapping[str, str]) -> Payment:
        """What the message says; nothing is written yet. Raises Malformed for one that is wrong or not signed."""

    def status(self, due: Due) -> State:
        """Of the last payment, asked anew where the provider can be asked."""

    def refund(self, due: Due, *, reason: str) -> State:
        """Gives the sum back (stamp-duty act, art. 9). Raises Conflict when that cannot be done this way."""


class CashDesk:
    """Cash, or a transfer that the clerk sees in the bank statement; the message is the clerk's own entry."""

    code = "cash-desk"
    title = Text("Kasa urzędu albo przelew", "Cash desk or bank transfer")
    taken = (Due.How.CASH, Due.How.TRANSFER)

    def start(self, due: Due) -> str:
        if due.is_settled:
            raise Conflict(_("Ta opłata jest już rozliczona."))
        return _("Zapłać w kasie urzędu albo przelewem na konto gminy. W tytule podaj: %(number)s.") % {
            "number": due.case.number
        }

    def notify(self, due: Due, message: Mapping[str, str]) -> Payment:
        how, number = message.get("sposob", ""), message.get("numer", "").strip()
        if how not in self.taken:
            raise Malformed(_("Wybierz, jak zapłacono."))
        if not number:
            raise Malformed(_("Podaj numer dowodu wpłaty."))
        try:
            day = date.fromisoformat(message.get("dzien", ""))
        except ValueError:
            raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28.")) from None
        typed = message.get("kwota", "").strip()
        return Payment(how=Due.How(how), key=number[:60], amount_gr=grosze(typed) if typed else None, paid_on=day)

    def status(self, due: Due) -> State:
        return State.PAID if due.paid_on else State.NEW

    def refund(self, due: Due, *, reason: str) -> State:
        raise Conflict(_("Zwrot wypłaca kasa urzędu. Portal nie zapisuje jeszcze zwrotów."))


CASH_DESK: PaymentProvider = CashDesk()

"""The cash desk: money that the clerk has seen, in cash or in the bank statement.

Operators of online payments stand in ``services.payments.base``; both book in the same ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from services.fees.models import Due
from services.payments.base import State
from services.payments.money import grosze
from spatial.errors import Conflict, Malformed
from spatial.ogc.text import Text

IN_FORCE = date(2007, 1, 1)  #: of the stamp-duty act


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came for one sum."""

    how: Due.How
    key: str  #: of the receipt or the bank's line
    amount_gr: int | None  #: None: the whole sum
    paid_on: date  #: the day on which the payer's account was charged, or cash was given


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
        if day < IN_FORCE:
            raise Malformed(_("Sprawdź rok dnia zapłaty."))
        typed = message.get("kwota", "").strip()
        return Payment(how=Due.How(how), key=number[:60], amount_gr=grosze(typed) if typed else None, paid_on=day)

    def status(self, due: Due) -> State:
        if due.is_refunded:
            return State.REFUNDED
        return State.PAID if due.paid_on else State.NEW


CASH_DESK = CashDesk()

"""Payouts of operators: one transfer that brings the money of many payments, which the books hold as announced.

A payout is known by the operator's name in its title or payer. It confirms the payments whose sessions the title
names, else those of one day, else all that wait, whichever come to its amount; otherwise a person looks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import F

from services.identity.models import User
from services.payments.ledger.books import confirm
from services.payments.ledger.models import Entry, LedgerAccount
from services.payments.statements.models import PayoutPart, StatementLine
from services.payments.statements.posting import voucher

State, Reason = StatementLine.State, StatementLine.Reason

_SESSION = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announced:
    """A payment that an operator has told of and no payout has brought yet."""

    operation: int
    key: str  #: "payment:<session>"
    operator: str  #: as the books name it, "Przelewy24"
    nrb: str
    value_date: object
    amount_gr: int


def announced(municipality: str) -> list[Announced]:
    """In the order of their days."""
    rows = Entry.objects.filter(
        account__kind=LedgerAccount.Kind.ANNOUNCED,
        account__municipality=municipality,
        operation__kind="payment",
        operation__payout=None,
        amount_gr__gt=0,
    )
    told = rows.order_by("operation__value_date", "operation").values_list(
        "operation", "operation__key", "operation__source", F("account__bank_account__nrb"), "operation__value_date",
        "amount_gr",
    )  # fmt: skip
    return [Announced(pk, key, source.split()[0], nrb, day, amount) for pk, key, source, nrb, day, amount in told]

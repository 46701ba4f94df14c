"""Payouts of operators: one transfer that brings the money of many payments, which the books hold as announced.

A payout is known by the operator's name in its title or payer. It confirms the payments whose sessions the title
names, else those of one day, else all that wait, each without and then with the refunds that the operator took off
(of named sessions their own), whichever come to its amount; otherwise a person says what it brought
(``deciding.take_payout``).

A transfer that the clerk wrote down in a case is announced too: a line that names its charge, of the same amount and
account, is that transfer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from django.db.models import QuerySet, Sum

from services.identity.models import User
from services.payments.ledger.books import confirm
from services.payments.ledger.models import Entry, LedgerAccount, Operation
from services.payments.models import Payment, Refund
from services.payments.statements.matching import Clue, clues
from services.payments.statements.models import PayoutPart, StatementLine
from services.payments.statements.posting import voucher
from spatial.words import polish_money

State, Reason = StatementLine.State, StatementLine.Reason

ONLINE, WRITTEN, REFUNDED = "payment:", "due:", "refund:"  #: beginnings of keys of operations
BY_HAND = ":payout"  #: end of the key of a payout that a person took
_SESSION = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announced:
    """A payment that an operator has told of, or a refund that it takes off a payout."""

    operation: int
    key: str  #: "payment:<session>", "refund:<key>"
    payment: str  #: key of the payment, for a refund of the one that goes back
    operator: str  #: in capitals: "PRZELEWY24"
    source: str  #: as the books name it, for people
    nrb: str
    value_date: date
    amount_gr: int  #: below zero for a refund

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)


def take_payouts(
    lines: Sequence[StatementLine], *, at: datetime, by: User | None
) -> tuple[list[StatementLine], list[PayoutPart]]:
    """Confirms what payouts bring; gives the lines that are none, and parts to be saved once the lines are."""
    waiting = waiting_of(lines[0].municipality_id, hold=True) if lines else []
    others: list[StatementLine] = []
    parts: list[PayoutPart] = []
    for line in lines:
        sent_by = operator_of(line, waiting)
        if not sent_by:
            others.append(line)
            continue
        found = brought(line, [one for one in waiting if (one.operator, one.nrb) == (sent_by, line.bank_account.nrb)])
        if found:
            parts.extend(taken(line, found, at=at, by=by))
            waiting = [one for one in waiting if one not in found]
        else:
            line.reason = Reason.PAYOUT_DIFFERS
    return others, parts


def take_written(
    lines: Sequence[StatementLine], *, at: datetime, by: User | None
) -> tuple[list[StatementLine], list[PayoutPart]]:
    """As ``take_payouts``, of transfers that the clerk has written down already."""
    waiting = written(lines[0].municipality_id) if lines else {}
    if not waiting:
        return list(lines), []
    found = clues(lines)
    others: list[StatementLine] = []
    parts: list[PayoutPart] = []
    for place, line in enumerate(lines):
        told = [waiting[key] for key in named(found.get(place)) if key in waiting]
        same = [one for one in told if (one.amount_gr, one.nrb) == (line.amount_gr, line.bank_account.nrb)]
        if same:
            parts.extend(taken(line, same[:1], at=at, by=by))
            waiting = {charge: one for charge, one in waiting.items() if one != same[0]}
        else:
            others.append(line)
    return others, parts


def named(clue: Clue | None) -> list[int]:
    """Keys of charges: by their own numbers, where the title has such."""
    if clue is None:
        return []
    return [charge.pk for charge in clue.charges if charge.pk in clue.alone or not clue.alone]


def written(municipality: str) -> dict[int, Announced]:
    """Transfers that the clerk wrote down and no statement has shown yet, by the key of the charge."""
    told = {one.operation: one for one in announced(municipality, of=WRITTEN)}
    rows = Entry.objects.filter(operation__in=told, charge__isnull=False)
    return {charge: told[operation] for charge, operation in rows.values_list("charge", "operation")}


def waiting_of(municipality: str, *, hold: bool = False) -> list[Announced]:
    """Payments and refunds of operators that no payout has brought yet.

    ``hold``: until the transaction ends nobody else takes them, so that two payouts do not bring the same payment.
    Bookings of new payments go on meanwhile.
    """
    if hold:
        rows = LedgerAccount.objects.filter(municipality=municipality, kind=LedgerAccount.Kind.ANNOUNCED)
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return [*announced(municipality), *refunded(municipality)]


def announced(municipality: str, *, of: str = ONLINE) -> list[Announced]:
    """In the order of their days."""
    rows = unbrought(municipality).filter(operation__kind=Operation.Kind.PAYMENT, operation__key__startswith=of)
    return told_by(rows.filter(amount_gr__gt=0))


def refunded(municipality: str) -> list[Announced]:
    """What operators gave back out of announced money; what the office gave back by itself no payout lacks."""
    rows = unbrought(municipality).filter(operation__kind=Operation.Kind.REFUND, operation__key__startswith=REFUNDED)
    keys = [key.removeprefix(REFUNDED) for key in rows.values_list("operation__key", flat=True)]
    online = Refund.objects.filter(municipality=municipality, key__in=keys, payment__isnull=False)
    found = online.select_related("payment__merchant")
    payments = {f"{REFUNDED}{one.key}": one.payment for one in found if one.payment}
    told = told_by(rows.filter(operation__key__in=payments, amount_gr__lt=0))
    return [given_back(one, payments[one.key]) for one in told]


def given_back(one: Announced, payment: Payment) -> Announced:
    return replace(one, operator=payment.merchant.title.upper(), payment=payment.booking_key)


def unbrought(municipality: str) -> "QuerySet[Entry]":
    return entries(municipality).filter(operation__payout=None)


def brought_by(line: StatementLine) -> list[Announced]:
    return told_by(entries(line.municipality_id).filter(operation__payout__line=line))


def commission_of(line: StatementLine) -> str:
    """In words; "" where the operator kept none."""
    rows = Entry.objects.filter(
        account__kind=LedgerAccount.Kind.EXPENSE, account__municipality=line.municipality_id,
        operation__key=f"{line.key}{BY_HAND}",
    )  # fmt: skip
    kept = rows.aggregate(sum=Sum("amount_gr"))["sum"]
    return polish_money(kept) if kept else ""


def entries(municipality: str) -> "QuerySet[Entry]":
    return Entry.objects.filter(account__kind=LedgerAccount.Kind.ANNOUNCED, account__municipality=municipality)


def told_by(rows: "QuerySet[Entry]") -> list[Announced]:
    found = rows.order_by("operation__value_date", "operation").values_list(
        "operation", "operation__key", "operation__source", "account__bank_account__nrb", "operation__value_date",
        "amount_gr",
    )  # fmt: skip
    return [
        Announced(pk, key, key, source.split()[0].upper(), source, nrb, day, amount)
        for pk, key, source, nrb, day, amount in found
    ]


def operator_of(line: StatementLine, waiting: Sequence[Announced]) -> str:
    """Named in the title or as the payer; "" where none of those that are waited for is."""
    words = f"{line.title} {line.payer}".upper()
    return next((one.operator for one in waiting if one.operator in words), "")


def brought(line: StatementLine, waiting: Sequence[Announced]) -> list[Announced]:
    """Payments and refunds that come to the amount; empty where none do."""
    return next((found for found in choices(line, waiting) if sum_of(found) == line.amount_gr), [])


def choices(line: StatementLine, waiting: Sequence[Announced]) -> Iterator[list[Announced]]:
    sessions = {f"{ONLINE}{session.lower()}" for session in _SESSION.findall(line.title)}
    told = [one for one in waiting if (one.payment in sessions if sessions else one.value_date <= line.booked_on)]
    payments = [one for one in told if one.amount_gr > 0]
    refunds = [one for one in told if one.amount_gr < 0 and one.value_date <= line.booked_on]
    days = [] if sessions else [list(one_day) for _day, one_day in groupby(payments, key=lambda one: one.value_date)]
    yield from [*days, payments]
    if refunds:
        yield from ([*chosen, *refunds] for chosen in [*days, payments])


def sum_of(chosen: Sequence[Announced]) -> int:
    """In grosze, refunds taken off."""
    return sum(one.amount_gr for one in chosen)


def taken(line: StatementLine, chosen: Sequence[Announced], *, at: datetime, by: User | None) -> Iterator[PayoutPart]:
    confirm(line.amount_gr, bank_account=line.bank_account, voucher=voucher(line, at=at, by=by))
    return parts_of(line, chosen)


def parts_of(line: StatementLine, chosen: Sequence[Announced]) -> Iterator[PayoutPart]:
    """To be saved once the line is; the line says that it brought them."""
    line.state, line.reason, line.left_gr, line.is_booked = State.MATCHED, Reason.PAYOUT, 0, True
    return (PayoutPart(line=line, operation_id=one.operation) for one in chosen)

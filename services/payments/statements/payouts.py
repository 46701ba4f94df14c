"""Payouts of operators: one transfer that brings the money of many payments, which the books hold as announced.

A payout is known by the operator's name in its title or payer. It confirms the payments whose sessions the title
names, else those of one day, else all that wait, whichever come to its amount; otherwise a person looks.

A transfer that the clerk wrote down in a case is announced too: a line that names its charge, of the same amount and
account, is that transfer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from services.identity.models import User
from services.payments.ledger.books import confirm
from services.payments.ledger.models import Entry, LedgerAccount, Operation
from services.payments.statements.matching import Clue, clues
from services.payments.statements.models import PayoutPart, StatementLine
from services.payments.statements.posting import voucher

State, Reason = StatementLine.State, StatementLine.Reason

ONLINE, WRITTEN = "payment:", "due:"  #: beginnings of keys of operations
_SESSION = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announced:
    """A payment that an operator has told of and no payout has brought yet."""

    operation: int
    key: str  #: "payment:<session>"
    operator: str  #: as the books name it, in capitals: "PRZELEWY24"
    nrb: str
    value_date: date
    amount_gr: int


def take_payouts(
    lines: Sequence[StatementLine], *, at: datetime, by: User | None
) -> tuple[list[StatementLine], list[PayoutPart]]:
    """Confirms what payouts bring; gives the lines that are none, and parts to be saved once the lines are."""
    waiting = announced(lines[0].municipality_id) if lines else []
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


def announced(municipality: str, *, of: str = ONLINE) -> list[Announced]:
    """In the order of their days."""
    rows = Entry.objects.filter(
        account__kind=LedgerAccount.Kind.ANNOUNCED, account__municipality=municipality, amount_gr__gt=0,
        operation__kind=Operation.Kind.PAYMENT, operation__payout=None, operation__key__startswith=of,
    ).order_by("operation__value_date", "operation")  # fmt: skip
    told = rows.values_list(
        "operation", "operation__key", "operation__source", "account__bank_account__nrb", "operation__value_date",
        "amount_gr",
    )  # fmt: skip
    return [
        Announced(pk, key, source.split()[0].upper(), nrb, day, amount) for pk, key, source, nrb, day, amount in told
    ]


def operator_of(line: StatementLine, waiting: Sequence[Announced]) -> str:
    """Named in the title or as the payer; "" where none of those that are waited for is."""
    words = f"{line.title} {line.payer}".upper()
    return next((one.operator for one in waiting if one.operator in words), "")


def brought(line: StatementLine, waiting: Sequence[Announced]) -> list[Announced]:
    """Payments that come to the amount; empty where none do."""
    return next((found for found in choices(line, waiting) if sum_of(found) == line.amount_gr), [])


def choices(line: StatementLine, waiting: Sequence[Announced]) -> Iterator[list[Announced]]:
    sessions = {f"payment:{session.lower()}" for session in _SESSION.findall(line.title)}
    if sessions:
        yield [one for one in waiting if one.key in sessions]
        return
    earlier = [one for one in waiting if one.value_date <= line.booked_on]
    for _day, one_day in groupby(earlier, key=lambda one: one.value_date):
        yield list(one_day)
    yield earlier


def sum_of(payments: Sequence[Announced]) -> int:
    return sum(one.amount_gr for one in payments)


def taken(line: StatementLine, payments: Sequence[Announced], *, at: datetime, by: User | None) -> Iterator[PayoutPart]:
    confirm(line.amount_gr, bank_account=line.bank_account, voucher=voucher(line, at=at, by=by))
    line.state, line.reason, line.left_gr, line.is_booked = State.MATCHED, Reason.PAYOUT, 0, True
    return (PayoutPart(line=line, operation_id=one.operation) for one in payments)

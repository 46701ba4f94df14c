"""Lines into the books: money in the bank, the charges that it pays, the rest on the account "do wyjaśnienia".

A line has one key in the books, so it is booked once however often it is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from services.identity.models import User
from services.payments.ledger.books import Receipt, Settled, Voucher, account, lock, settle_all
from services.payments.ledger.models import LedgerAccount
from services.payments.statements.matching import Clue, Verdict, clues, suggestions, verdict
from services.payments.statements.models import LineCharge, StatementLine

State, Reason = StatementLine.State, StatementLine.Reason

_UNKNOWN = Verdict(State.EXCEPTION, Reason.UNKNOWN)


@transaction.atomic
def post(lines: Sequence[StatementLine], *, at: datetime, by: User | None) -> list[LineCharge]:
    """Matches new lines of one municipality, books them, and says on each what became of it.

    Lines and their parts, which it gives, are yet to be saved: ten thousand rows are written once and not twice.
    """
    found = clues(lines)
    left = lock(charge for clue in found.values() for charge in clue.charges)
    verdicts = [decided(line, found.get(place), left) for place, line in enumerate(lines)]
    banks = bank_accounts(lines)
    receipts = [
        Receipt(
            voucher=voucher(line, at=at, by=by),
            amount_gr=line.amount_gr,
            into=banks[line.bank_account_id],
            charges=one.charges,
        )
        for line, one in zip(lines, verdicts, strict=True)
    ]
    booked = settle_all(receipts)
    for line, one, settled in zip(lines, verdicts, booked, strict=True):
        line.state, line.reason = one.state, one.reason
        line.left_gr, line.is_booked = settled.surplus_gr, True
    suggest([line for line in lines if line.reason == Reason.UNKNOWN])
    return list(parts_of(zip(lines, booked, strict=True)))


def decided(line: StatementLine, clue: Clue | None, left: dict[int, int]) -> Verdict:
    """``left`` is lowered by what the line pays: the next one finds the charge as it will be."""
    if clue is None:
        return _UNKNOWN
    found = verdict(line.amount_gr, clue, left)
    rest = line.amount_gr
    for charge in found.charges:
        part = min(rest, left[charge.pk])
        rest, left[charge.pk] = rest - part, left[charge.pk] - part
    return found


def suggest(lines: Sequence[StatementLine]) -> None:
    alike = suggestions(lines)
    for place, line in enumerate(lines):
        if charge := alike.get(place):
            line.suggestion, line.state, line.reason = charge, State.SUGGESTED, Reason.SIMILAR


def parts_of(booked: Iterable[tuple[StatementLine, Settled]]) -> Iterator[LineCharge]:
    for line, one in booked:
        for charge, part in one.parts:
            yield LineCharge(line=line, charge_id=charge, amount_gr=part)


def bank_accounts(lines: Iterable[StatementLine]) -> dict[int, LedgerAccount]:
    """Accounts of the books by the key of the bank's."""
    banks = {line.bank_account_id: line.bank_account for line in lines}
    return {key: account(bank.municipality_id, LedgerAccount.Kind.BANK, bank) for key, bank in banks.items()}


def voucher(line: StatementLine, *, at: datetime, by: User | None, step: str = "") -> Voucher:
    """Of the line as the bank tells it, or of a later step of a person.

    The day of payment is the value date: OP art. 60 counts the day on which the payer's account was charged, which a
    transfer within a day shares and a statement does not tell.
    """
    source = f"wyciąg {line.statement.number}, poz. {line.number}"[:60]
    return Voucher(key=f"{line.key}{step}", source=source, value_date=line.value_on, at=at, by=by)

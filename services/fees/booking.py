"""A due in the books of ``services.payments``: its charge, and what the office hears back of it.

The charge is locked before its due, here as where a payment comes in; ``reference`` joins the two.
"""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from services.cases.services import record
from services.fees.models import Due
from services.identity.models import User
from services.payments.ledger.books import Voucher, account, add, assess, lock, write_off
from services.payments.ledger.models import Charge, LedgerAccount, Operation
from spatial.words import polish_date, polish_money

KIND = "stamp-duty"  #: of charges and of the bank account that takes them
OFFICE = "urząd"  #: source of what the office itself decides


def assessed(due: Due, *, at: datetime, by: User | None = None) -> Charge | None:
    """The charge of the due, from now on; None where no amount is known or nothing is to be paid."""
    if not due.amount_gr or due.exemption:
        return None
    applicant = due.case.applicant
    charge = Charge(
        municipality_id=due.municipality_id, kind=KIND, title=f"{due.title}, {due.case.number}"[:250],
        payer=applicant,
        payer_name=applicant.display_name, amount_gr=due.amount_gr, due_on=due.due_on, reference=f"due:{due.pk}",
    )  # fmt: skip
    return assess(charge, voucher=decision(due, "assess", at=at, by=by))


def charge_of(due: Due) -> Charge | None:
    return Charge.objects.filter(municipality=due.municipality_id, reference=f"due:{due.pk}").first()


def locked_charge(due: Due) -> tuple[Charge | None, int]:
    """With what is left of it in grosze; nobody else books on it until the transaction ends."""
    charge = charge_of(due)
    return (charge, lock([charge])[charge.pk]) if charge else (None, 0)


def decision(due: Due, what: str, *, at: datetime, by: User | None) -> Voucher:
    key = f"due:{due.pk}:{what}:{at.isoformat()}"
    return Voucher(key=key, source=OFFICE, value_date=timezone.localdate(at), at=at, by=by)


def not_owed(due: Due, charge: Charge | None, *, at: datetime, by: User) -> None:
    """An exemption: what is left is written off."""
    if charge:
        write_off(charge, voucher=decision(due, "exempt", at=at, by=by))


def owed_again(due: Due, charge: Charge | None, *, at: datetime, by: User) -> None:
    """The exemption is refused; what was paid meanwhile stays paid."""
    if charge is None:
        assessed(due, at=at, by=by)
    elif missing_gr := (due.amount_gr or 0) - charge.paid_gr:
        add(charge, missing_gr, voucher=decision(due, "owed", at=at, by=by))


def taken_into(due: Due, charge: Charge, *, how: str, on: date) -> LedgerAccount:
    """Cash is there; a transfer that the clerk writes down is announced until the statement shows it."""
    if how == Due.How.CASH:
        return account(due.municipality_id, LedgerAccount.Kind.CASH)
    return account(due.municipality_id, LedgerAccount.Kind.ANNOUNCED, charge.account_on(on))


def how_of(operation: Operation) -> Due.How:
    """By the key of the operation: a payment of an operator, the clerk's own entry, otherwise a line of the bank."""
    first, *rest = operation.key.split(":")
    if first == "payment":
        return Due.How.ONLINE
    return Due.How(rest[1]) if first == "due" else Due.How.TRANSFER


def due_of(charge: Charge) -> Due | None:
    """Its row, locked; None for a charge of something else."""
    first, _, key = charge.reference.partition(":")
    if first != "due" or charge.kind != KIND:
        return None
    return Due.objects.select_for_update(of=["self"]).select_related("case").filter(pk=key).first()


def hear_settled(charge: Charge, operation: Operation, **_sent: Any) -> None:
    """The charge is paid whole: the due and the course of its case say so."""
    due = due_of(charge)
    if due is None or due.is_settled or due.amount_gr is None:
        return
    due.paid_gr, due.paid_on, due.written_by = due.amount_gr, operation.value_date, operation.by
    due.how, due.number = how_of(operation), operation.source[:60]
    due.save()
    text = (
        f"Zapłacono {polish_money(due.amount_gr)} ({due.title}) {polish_date(operation.value_date)}, "
        f"dowód wpłaty {due.number}."
    )
    record(due.case, kind="fee-paid", text=text, actor=operation.by, at=operation.at)


def hear_returned(charge: Charge, amount_gr: int, operation: Operation, **_sent: Any) -> None:
    """Money for the charge has gone back, all or a part; it is not owed any more."""
    due = due_of(charge)
    if due is None:
        return
    due.refunded_gr, due.refunded_on = due.paid_gr - charge.paid_gr, operation.value_date
    due.save()
    text = f"Zwrócono {polish_money(amount_gr)} ({due.title}) {polish_date(operation.value_date)}."
    record(due.case, kind="fee-refunded", text=text, actor=operation.by, at=operation.at)

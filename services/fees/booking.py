"""A due in the books of ``services.payments``: its charge, and what the office hears back of it.

The charge is locked before its due, here as where a payment comes in; ``reference`` joins the two.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from services.cases.models import CaseEvent
from services.cases.services import record, record_all
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
    applicant, party = due.case.applicant, due.case.on_behalf_of
    charge = Charge(
        municipality_id=due.municipality_id, kind=KIND, title=f"{due.title}, {due.case.number}"[:250],
        payer=applicant, party=party, payer_name=(party.name if party else applicant.display_name)[:200],
        amount_gr=due.amount_gr, due_on=due.due_on, reference=f"due:{due.pk}",
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


def due_key(charge: Charge) -> int | None:
    """None for a charge of something else."""
    first, _, key = charge.reference.partition(":")
    return int(key) if first == "due" and charge.kind == KIND else None


def dues_of(charges: Iterable[Charge]) -> dict[int, Due]:
    """By the key of the charge, their rows, locked in one order."""
    keys = {charge.pk: key for charge in charges if (key := due_key(charge))}
    rows = Due.objects.select_for_update(of=["self"]).select_related("case__municipality").order_by("pk")
    found = rows.in_bulk(keys.values())
    return {charge: found[key] for charge, key in keys.items() if key in found}


def hear_settled(payments: Sequence[tuple[Charge, Operation]], **_sent: Any) -> None:
    """Charges are paid whole: the dues and the courses of their cases say so."""
    dues = dues_of(charge for charge, _ in payments)
    paid = {
        charge.pk: operation
        for charge, operation in payments
        if (due := dues.get(charge.pk)) and not due.is_settled and due.amount_gr is not None
    }
    for charge, operation in paid.items():
        note_payment(dues[charge], operation, amount_gr=dues[charge].left_gr)
    Due.objects.bulk_update(
        [dues[charge] for charge in paid], ["paid_gr", "paid_on", "written_by", "how", "number"], batch_size=1000
    )
    record_all(payment_event(dues[charge], operation) for charge, operation in paid.items())


def note_payment(due: Due, operation: Operation, *, amount_gr: int) -> None:
    due.paid_gr, due.paid_on, due.written_by = amount_gr, operation.value_date, operation.by
    due.how, due.number = how_of(operation), operation.source[:60]


def payment_event(due: Due, operation: Operation) -> CaseEvent:
    text = (
        f"Zapłacono {polish_money(due.paid_gr or 0)} ({due.title}) {polish_date(operation.value_date)}, "
        f"dowód wpłaty {due.number}."
    )
    return CaseEvent(case=due.case, kind="fee-paid", text=text, actor=operation.by, at=operation.at)


def hear_returned(charge: Charge, amount_gr: int, operation: Operation, **_sent: Any) -> None:
    """Money for the charge has gone back, all or a part; it is not owed any more."""
    due = dues_of([charge]).get(charge.pk)
    if due is None:
        return
    due.refunded_gr, due.refunded_on = due.paid_gr - charge.paid_gr, operation.value_date
    due.save()
    text = f"Zwrócono {polish_money(amount_gr)} ({due.title}) {polish_date(operation.value_date)}."
    record(due.case, kind="fee-refunded", text=text, actor=operation.by, at=operation.at)


def hear_redated(charges: Sequence[Charge], was: Operation, operation: Operation, **_sent: Any) -> None:
    """Dues that ``was`` settled were paid on the day of ``operation``."""
    for due in dues_of(charges).values():
        if (due.how, due.number, due.paid_on) == (how_of(was), was.source[:60], was.value_date):
            due.paid_on = operation.value_date
            due.save()
            text = (
                f"Zapłacono ({due.title}) {polish_date(operation.value_date)}, nie {polish_date(was.value_date)}: "
                f"{operation.source}."
            )
            record(due.case, kind="fee-redated", text=text, actor=operation.by, at=operation.at)

"""Money given back: asked by one person, approved by another, paid out by the operator or by the office itself."""

import logging
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from services.identity.models import User
from services.payments.base import CURRENCY, OperatorFailed, OperatorRefused, Said, State, as_key
from services.payments.ledger.books import Voucher, account, give_back, give_back_surplus, lock
from services.payments.ledger.models import Charge, Entry, LedgerAccount, Operation
from services.payments.models import Merchant, Payment, PaymentFault, Refund, StatementLine
from services.payments.news import returned
from spatial.errors import Conflict, Malformed, Refused
from spatial.words import polish_money

LOGGER = logging.getLogger(__name__)
WAITING = (Refund.Status.ASKED, Refund.Status.SENT)


@transaction.atomic
def ask_back(
    charge: Charge,
    *,
    reason: str,
    by: User,
    at: datetime,
    ground: Refund.Ground = Refund.Ground.NOT_MADE,
    amount_gr: int | None = None,
) -> Refund:
    """amount_gr: a part of what was paid for the charge and has not gone back; None: all of it.

    Raises Malformed without a reason and for an amount that cannot be, Conflict where nothing can go back.
    """
    lock([charge])
    if Refund.objects.filter(charge=charge, status__in=WAITING).exists():
        raise Conflict(_("Zwrot tej opłaty już czeka."))
    paid_gr = charge.paid_gr
    if not paid_gr:
        raise Conflict(_("Ta opłata nie jest zapłacona."))
    amount_gr = paid_gr if amount_gr is None else amount_gr
    if not 0 < amount_gr <= paid_gr:
        most = polish_money(paid_gr)
        raise Malformed(_("Zwrócić można od 0,01 zł do %(most)s.") % {"most": most})
    return Refund.objects.create(
        municipality=charge.municipality, charge=charge, payment=online_of(charge, amount_gr), amount_gr=amount_gr,
        ground=ground, reason=given(reason), asked_by=by, asked_at=at,
    )  # fmt: skip


def online_of(charge: Charge, amount_gr: int) -> Payment | None:
    """The payment by which an operator can give so much back: the last for the charge, if it has so much left.

    None where the operator has refused before: then the office pays by itself.
    """
    booked = operation_of(charge)
    if booked is None:
        return None
    payments = Payment.objects.filter(items__charge=charge, state=State.PAID)
    online = next((one for one in payments if one.booking_key == booked.key), None)
    if online is None or online.refunds.filter(charge=charge, status=Refund.Status.FAILED).exists():
        return None
    brought = booked.entries.filter(charge=charge).aggregate(sum=Sum("amount_gr"))["sum"] or 0
    gone = online.refunds.filter(charge=charge, status=Refund.Status.DONE).aggregate(sum=Sum("amount_gr"))["sum"] or 0
    return online if amount_gr <= -brought - gone else None


@transaction.atomic
def ask_surplus_back(fault: PaymentFault, *, reason: str, by: User, at: datetime) -> Refund:
    """What is left of the surplus. Raises Malformed without a reason, Conflict where nothing is left."""
    fault = PaymentFault.objects.select_for_update().get(pk=fault.pk)
    if not fault.left_gr or fault.resolved_at:
        raise Conflict(_("Tu nie ma już czego zwracać."))
    is_refused = fault.refunds.filter(status=Refund.Status.FAILED).exists()
    refund = Refund.objects.create(
        municipality=fault.municipality, payment=None if is_refused else fault.payment, fault=fault,
        amount_gr=fault.left_gr,
        ground=Refund.Ground.UNEXPLAINED, reason=given(reason), asked_by=by, asked_at=at,
    )  # fmt: skip
    fault.resolved_at, fault.resolved_by, fault.decision = at, by, f"Zwrot: {refund.reason}"[:300]
    fault.save()
    return refund


def given(reason: str) -> str:
    """Raises Malformed."""
    if not reason.strip():
        raise Malformed(_("Napisz, dlaczego."))
    return reason.strip()[:300]


def operation_of(charge: Charge) -> Operation | None:
    """The last payment that was booked for the charge."""
    rows = Operation.objects.filter(kind=Operation.Kind.PAYMENT, entries__charge=charge)
    return rows.order_by("-pk").first()


def decide(refund: Refund, *, is_approved: bool, by: User, at: datetime, address: str) -> Refund:
    """The second person's word; an approved one goes out at once.

    address: of the office, for messages of the operator, "" where it is not known. Raises Refused for the one who
    asked and for the one whose money it is, Conflict where it has been decided.
    """
    with transaction.atomic():
        refund = Refund.objects.select_for_update().get(pk=refund.pk)
        if refund.status != Refund.Status.ASKED:
            raise Conflict(_("Ten zwrot jest już rozstrzygnięty."))
        if refund.asked_by_id == by.pk:
            raise Refused(_("Zwrot zatwierdza inna osoba niż ta, która o niego wystąpiła."))
        if by.pk in payers_of(refund):
            raise Refused(_("To zwrot Twoich pieniędzy, więc rozstrzyga o nim inna osoba (art. 24 KPA)."))
        refund.decided_by, refund.decided_at = by, at
        refund.status = Refund.Status.SENT if is_approved else Refund.Status.REFUSED
        refund.save()
        if not is_approved:
            reopen(refund)
        elif refund.payment is None:
            pay_out(refund, at=at)
    if is_approved and refund.payment is not None:
        send(refund, at=at, address=address)
    return refund


def payers_of(refund: Refund) -> set[int | None]:
    """Accounts whose money it is; whose a line of the bank is, nobody knows for sure."""
    whose = (refund.charge, refund.payment, refund.fault.payment if refund.fault else None)
    return {one.payer_id for one in whose if one}


def send(refund: Refund, *, at: datetime, address: str) -> None:
    """Tells the operator; until it says what became of it, the job tells it again under the same name."""
    payment = refund.payment
    if payment is None:
        return
    said = Said(
        session=str(payment.key), state=State.REFUND_STARTED, amount_gr=refund.amount_gr, currency=payment.currency,
        order_id=payment.order_id, refund=refund.session,
    )  # fmt: skip
    notify = f"{address}/platnosci/{payment.merchant.operator}/powiadomienie" if address else ""
    try:
        state = payment.merchant.connect().refund(said, description="Zwrot opłaty", notify_url=notify)
    except OperatorRefused:
        fail(refund, at=at)
    except OperatorFailed:
        LOGGER.warning("refund %s: the operator does not answer", refund.pk)
    else:
        with transaction.atomic():
            heard(payment.merchant, replace(said, state=state), at=at)


@transaction.atomic
def fail(refund: Refund, *, at: datetime) -> None:
    found = Refund.objects.select_for_update().get(pk=refund.pk)
    if found.status != Refund.Status.SENT:
        return
    found.status = Refund.Status.FAILED
    found.save()
    reopen(found)
    PaymentFault.objects.create(
        municipality=found.municipality, kind=PaymentFault.Kind.REFUND, payment=found.payment, at=at,
        text=f"Operator odmówił zwrotu {found.amount}. Wystąp o zwrot jeszcze raz: urząd wypłaci go sam.",
    )  # fmt: skip


def reopen(refund: Refund) -> None:
    """The surplus or the line waits for another decision."""
    if refund.fault_id:
        PaymentFault.objects.filter(refunds=refund).update(resolved_at=None, resolved_by=None, decision="")
    if line := refund.line:
        line.state = StatementLine.State.SUGGESTED if line.suggestion_id else StatementLine.State.EXCEPTION
        line.note, line.decided_by, line.decided_at = "", None, None
        line.save()


def heard(merchant: Merchant, said: Said, *, at: datetime) -> None:
    """The operator says what became of a refund; another sum than was asked for is a fault."""
    refund = Refund.objects.select_for_update().filter(payment__merchant=merchant, key=as_key(said.refund)).first()
    is_same = refund and (said.amount_gr, said.currency) == (refund.amount_gr, CURRENCY)
    if refund is None or not is_same:
        text = f"Operator podaje zwrot, o który nie prosiliśmy: zamówienie {said.order_id}."
        PaymentFault.objects.create(municipality=merchant.municipality, kind=PaymentFault.Kind.REFUND, text=text, at=at)
    elif said.state is State.REFUNDED and refund.status in {Refund.Status.SENT, Refund.Status.FAILED}:
        book_heard(refund, at=at)
    elif said.state is State.FAILED:
        fail(refund, at=at)


def book_heard(refund: Refund, *, at: datetime) -> None:
    """After a refusal the same money may have gone back otherwise, or to another charge: then a person decides."""
    try:
        with transaction.atomic():
            pay_out(refund, at=at)
    except Conflict:
        refund.status, refund.done_on = Refund.Status.FAILED, None
        refund.save()
        PaymentFault.objects.create(
            municipality=refund.municipality, kind=PaymentFault.Kind.REFUND, payment=refund.payment, at=at,
            text=f"Operator podaje, że zwrócił {refund.amount}, ale te pieniądze zwrócono już albo rozliczono inaczej. "
            "Nic nie zapisano.",
        )  # fmt: skip


def pay_out(refund: Refund, *, at: datetime) -> None:
    """Into the books: the money is gone. Raises Conflict where so much does not lie there."""
    today = timezone.localdate(at)
    voucher = Voucher(
        key=f"refund:{refund.key}", source=f"zwrot {refund.reason}"[:60], value_date=today, at=at, by=refund.decided_by
    )
    refund.status, refund.done_on = Refund.Status.DONE, today
    refund.save()
    if refund.charge is None:
        refuse_other_money(refund)
        give_back_surplus(refund.amount_gr, voucher=voucher, out_of=surplus_of(refund))
        PaymentFault.objects.filter(refunds=refund).update(left_gr=0)
        StatementLine.objects.filter(refunds=refund).update(
            state=StatementLine.State.RETURNED, reason=StatementLine.Reason.HAND, left_gr=0
        )
        return
    made = give_back(refund.charge, refund.amount_gr, voucher=voucher, out_of=by_whom(refund, came_into(refund.charge)))
    returned.send(Charge, charge=refund.charge, amount_gr=refund.amount_gr, operation=made)


def refuse_other_money(refund: Refund) -> None:
    """Raises Conflict where less is left of the surplus: the rest of the account is of other people."""
    fault = PaymentFault.objects.select_for_update().filter(refunds=refund).first()
    if fault and fault.left_gr < refund.amount_gr:
        raise Conflict(_("Tu nie ma już czego zwracać."))


def surplus_of(refund: Refund) -> LedgerAccount:
    """Where surplus money is paid out of."""
    return brought_by_line(refund.line) if refund.line else by_whom(refund, announced_of(refund.fault_id))


def brought_by_line(line: StatementLine) -> LedgerAccount:
    return account(line.municipality_id, LedgerAccount.Kind.BANK, line.bank_account)


def announced_of(fault: int | None) -> LedgerAccount:
    """Where the payment of the surplus was booked; its contract may pay out to another account by now."""
    payment = Payment.objects.get(faults=fault)
    rows = Entry.objects.select_related("account__bank_account").filter(amount_gr__gt=0)
    booked = rows.get(operation__municipality=payment.municipality_id, operation__key=payment.booking_key)
    return booked.account


def by_whom(refund: Refund, found: LedgerAccount) -> LedgerAccount:
    """What the operator does not give back itself it still brings, and the office pays out of the bank."""
    if refund.payment is None and found.kind == LedgerAccount.Kind.ANNOUNCED and found.bank_account:
        return account(found.municipality_id, LedgerAccount.Kind.BANK, found.bank_account)
    return found


def came_into(charge: Charge) -> LedgerAccount:
    """Where the money for the charge came last; of money that was a surplus at first, where it came as such."""
    entry = Entry.objects.select_related("account").get(operation=operation_of(charge), amount_gr__gt=0)
    if entry.account.kind != LedgerAccount.Kind.UNEXPLAINED:
        return entry.account
    source, key, *_rest = entry.operation.key.split(":")
    if source == "fault":
        return announced_of(int(key))
    lines = StatementLine.objects.filter(municipality=charge.municipality_id)
    return brought_by_line(lines.select_related("bank_account").get(fingerprint=key))  # ``StatementLine.key``


def repeat(*, at: datetime, address: str) -> None:
    """Job: refunds that the operator has not answered for are told again."""
    for refund in Refund.objects.filter(status=Refund.Status.SENT, payment__isnull=False).order_by("pk")[:100]:
        send(refund, at=at, address=address)

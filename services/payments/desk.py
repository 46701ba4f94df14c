"""What the office decides about money that fits nothing, and about a day that no operator said."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.identity.models import User
from services.payments.ledger.books import Voucher, account, lock, redate, settle
from services.payments.ledger.models import Charge, LedgerAccount, Operation
from services.payments.models import Payment, PaymentFault
from services.payments.news import redated
from services.payments.refunds import given
from services.payments.statements.matching import PAID_WHOLE
from spatial.errors import Conflict, Malformed
from spatial.words import polish_date


@transaction.atomic
def match(fault: PaymentFault, charge: Charge, *, by: User, at: datetime) -> PaymentFault:
    """The surplus goes to the charge, as far as it reaches.

    Raises Conflict where there is nothing to go or to pay, and for a part of a charge that is paid whole.
    """
    fault = locked(fault)
    owed_gr = lock([charge])[charge.pk]
    part = min(fault.left_gr, owed_gr)
    if not part or charge.municipality_id != fault.municipality_id:
        raise Conflict(_("Tej wpłaty nie można zaliczyć na tę opłatę."))
    if part < owed_gr and charge.kind in PAID_WHOLE:
        raise Conflict(_("Tę opłatę płaci się w całości, a wpłata jest niższa. Zwróć ją albo wezwij do dopłaty."))
    day = fault.payment.paid_on if fault.payment else None
    voucher = Voucher(
        key=f"fault:{fault.pk}:left:{fault.left_gr}", source=f"nadpłata {fault.pk}",
        value_date=day or timezone.localdate(fault.at), at=at, by=by,
    )  # fmt: skip
    settle([charge], part, voucher=voucher, into=account(fault.municipality, LedgerAccount.Kind.UNEXPLAINED))
    fault.left_gr -= part
    if not fault.left_gr:
        resolve(fault, f"Zaliczono na: {charge.title}", by=by, at=at)
    fault.save()
    return fault


@transaction.atomic
def note(fault: PaymentFault, text: str, *, by: User, at: datetime) -> PaymentFault:
    """Explained by words. Raises Malformed without them, Conflict while money is left."""
    fault = locked(fault)
    if fault.left_gr:
        raise Conflict(_("Zostały pieniądze. Zalicz je na opłatę albo zwróć."))
    resolve(fault, given(text), by=by, at=at)
    fault.save()
    return fault


@transaction.atomic
def correct_day(payment: Payment, day: date, *, proof: str, by: User, at: datetime) -> Payment:
    """It was paid on an earlier day than was assumed, as the payer has shown (OP art. 60 § 1 pt 2).

    Raises Malformed without the proof and for a day on which it cannot have been, Conflict for a day that is known.
    """
    payment = Payment.objects.select_for_update(of=["self"]).get(pk=payment.pk)
    charges = list(Charge.objects.filter(payment_items__payment=payment))
    lock(charges)
    was = Operation.objects.filter(municipality=payment.municipality_id, key=payment.booking_key).first()
    if not payment.is_day_assumed or was is None:
        raise Conflict(_("Dzień tej zapłaty jest znany."))
    proof, first = given(proof), timezone.localdate(payment.started_at)
    if not first <= day < was.value_date:
        since, until = polish_date(first), polish_date(was.value_date)
        raise Malformed(_("Podaj dzień od %(since)s, przed %(until)s.") % {"since": since, "until": until})
    voucher = Voucher(key=f"day:{payment.key}", source=f"dowód: {proof}"[:60], value_date=day, at=at, by=by)
    made = redate(was, voucher=voucher)
    payment.shown_on = day
    payment.save(update_fields=["shown_on"])
    redated.send(Charge, charges=charges, was=was, operation=made)
    return payment


def locked(fault: PaymentFault) -> PaymentFault:
    """Raises Conflict where it has been resolved."""
    found = PaymentFault.objects.select_for_update(of=["self"]).select_related("payment").get(pk=fault.pk)
    if found.resolved_at:
        raise Conflict(_("To jest już wyjaśnione."))
    return found


def resolve(fault: PaymentFault, decision: str, *, by: User, at: datetime) -> None:
    fault.resolved_at, fault.resolved_by, fault.decision = at, by, decision[:300]

"""What is due, that it was paid, and that it need not be. Each step locks the row and is recorded in the case."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import record
from services.cases.terms import Term
from services.fees.base import Payment
from services.fees.booking import assessed, charge_of, locked_charge, not_owed, owed_again, taken_into
from services.fees.charges import Priced
from services.fees.models import Due
from services.identity.models import User
from services.payments.ledger.books import Voucher, settle
from services.payments.models import PaymentItem, Refund
from services.payments.refunds import WAITING, ask_back
from spatial.errors import Conflict, Malformed
from spatial.words import polish_money

REFUND_YEARS = 5  #: after the year of payment (art. 9)
STAMP_DUTY = "ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej"
#: until when one is called to pay, at most (KPA art. 261 § 1: 7 to 14 days)
CALLED = Term(14, "days", "art. 261 § 1 KPA")


def owe(case: Case, charges: Sequence[Priced], *, on: date) -> None:
    """At filing: the duty arises with the application, and stands in the books as far as its amount is known."""
    if charges:
        dues = Due.objects.bulk_create(
            Due(
                municipality_id=case.municipality_id, case=case, title=one.title,
                basis=one.rate.source if one.rate else "", amount_gr=one.amount_gr, due_on=on,
                exemption=one.charge.exemption[:300], mandate=one.charge.mandate,
            )
            for one in charges
        )  # fmt: skip
        for due in dues:
            assessed(due, at=case.filed_at)


def owe_document(case: Case, *, title: str, amount_gr: int, at: datetime) -> Due:
    """Stamp duty that was counted on the finished document."""
    due = Due.objects.create(
        municipality_id=case.municipality_id, case=case, title=duty_title(title), basis=STAMP_DUTY,
        amount_gr=amount_gr, due_on=timezone.localdate(at),
    )  # fmt: skip
    assessed(due, at=at)
    return due


def duty_title(title: str) -> str:
    """Of the stamp duty on a document."""
    return f"Opłata skarbowa: {title}"[:250]


@transaction.atomic
def pay(due: Due, payment: Payment, *, by: User | None, at: datetime) -> Due:
    """The same payment told twice is one. A sum without a rate becomes what was paid.

    Raises Malformed for another amount and for a day that has not come, Conflict when it is settled otherwise.
    """
    charge, left_gr = locked_charge(due)
    due = locked(due)
    if due.paid_on and (due.how, due.number) == (payment.how, payment.key):
        return due
    refuse_settled(due)
    if charge is None:
        due.amount_gr = due.amount_gr or payment.amount_gr
        due.save()
        charge = assessed(due, at=at, by=by)
        left_gr = due.amount_gr or 0
    if charge is None or not left_gr:
        raise Malformed(_("Nie znamy kwoty tej opłaty. Wpisz, ile zapłacono."))
    if payment.amount_gr not in {None, left_gr}:
        left = polish_money(left_gr)
        raise Malformed(_("Do zapłaty jest %(amount)s. Zapisz wpłatę w tej kwocie.") % {"amount": left})
    if payment.paid_on > timezone.localdate(at):
        raise Malformed(_("Dzień zapłaty nie może być po dniu dzisiejszym."))
    voucher = Voucher(
        key=f"due:{due.pk}:{payment.how}:{payment.key}", source=payment.key, value_date=payment.paid_on, at=at, by=by
    )
    into = taken_into(due, charge, how=payment.how, on=payment.paid_on)
    settle([charge], left_gr, voucher=voucher, into=into)  # ``booking.hear_settled`` hears of it
    due.refresh_from_db()
    return due


@transaction.atomic
def exempt(due: Due, *, reason: str, by: User, at: datetime) -> Due:
    """Nothing is to be paid. Raises Malformed without a reason, Conflict when it is settled."""
    charge, _left_gr = locked_charge(due)
    due = locked(due)
    refuse_settled(due)
    due.exemption, due.written_by = given(reason), by
    due.save()
    not_owed(due, charge, at=at, by=by)
    record(due.case, kind="fee-exempt", text=f"Zwolnienie z opłaty ({due.title}): {due.exemption}", actor=by, at=at)
    return due


@transaction.atomic
def refuse_exemption(due: Due, *, reason: str, by: User, at: datetime) -> Due:
    """It is to be paid after all. Raises Malformed without a reason, Conflict where nobody was exempt."""
    charge, _left_gr = locked_charge(due)
    due = locked(due)
    if not due.exemption:
        raise Conflict(_("Tej opłaty nie obejmuje zwolnienie."))
    reason = given(reason)
    due.exemption, due.written_by = "", by
    due.save()
    owed_again(due, charge, at=at, by=by)
    record(
        due.case, kind="fee-owed", text=f"Zwolnienie z opłaty ({due.title}) nie przysługuje: {reason}", actor=by, at=at
    )
    return due


@transaction.atomic
def ask_refund(
    due: Due,
    *,
    reason: str,
    by: User,
    at: datetime,
    ground: Refund.Ground = Refund.Ground.NOT_MADE,
    amount_gr: int | None = None,
) -> Refund:
    """Stamp duty goes back on request when the act was not made (stamp-duty act, art. 9), and what was overpaid also
    when it was (OP art. 72); within five years from the end of the year of payment.

    amount_gr: a part, None: all that has not gone back. Another person approves (``services.payments.refunds``).
    Raises Malformed without a reason and for an amount that cannot be, Conflict where it may not go back.
    """
    charge = charge_of(due)
    if charge is None or due.paid_on is None or due.is_refunded:
        raise Conflict(_("Ta opłata nie jest zapłacona."))
    case = Case.objects.select_for_update(no_key=True).get(pk=due.case_id)  # nobody issues it meanwhile
    if ground == Refund.Ground.NOT_MADE and case.status == Case.Status.ISSUED:
        raise Conflict(_("Urząd wykonał czynność, więc opłata się należy (art. 9 ustawy o opłacie skarbowej)."))
    if timezone.localdate(at).year > due.paid_on.year + REFUND_YEARS:
        raise Conflict(_("Minęło 5 lat od końca roku, w którym zapłacono. Opłaty nie można już zwrócić."))
    return ask_back(charge, reason=reason, by=by, at=at, ground=ground, amount_gr=amount_gr)


def goes_back(due: Due) -> bool:
    """Whether a refund because the act is not made is asked for or under way."""
    charge = charge_of(due)
    waiting = Refund.objects.filter(charge=charge, ground=Refund.Ground.NOT_MADE, status__in=WAITING)
    return charge is not None and waiting.exists()


def refuse_being_paid(case: Case) -> None:
    """Raises Conflict while a payment of its dues goes on at an operator: it may have been made within the term."""
    charges = [f"due:{key}" for key in case.dues.values_list("pk", flat=True)]
    rows = PaymentItem.objects.filter(charge__municipality=case.municipality_id, charge__reference__in=charges)
    if rows.filter(is_open=True).exists():
        raise Conflict(_("Opłata w tej sprawie jest właśnie płacona w internecie. Sprawdź jeszcze raz za pół godziny."))


def locked(due: Due) -> Due:
    return Due.objects.select_for_update(of=["self"]).select_related("case__applicant").get(pk=due.pk)


def refuse_settled(due: Due) -> None:
    if due.is_settled:
        raise Conflict(_("Ta opłata jest już rozliczona."))


def given(reason: str) -> str:
    """Raises Malformed."""
    if not reason.strip():
        raise Malformed(_("Napisz, z czego to wynika, na przykład z którego przepisu."))
    return reason.strip()[:300]


def call_to_pay(dues: Iterable[Due]) -> str:
    """Words of a call for what is not paid (KPA art. 261), Polish; empty where nothing is."""
    unpaid = [due for due in dues if due.left_gr]
    if not unpaid:
        return ""
    sums = ", ".join(f"{due.title} {due.amount}" for due in unpaid)
    return (
        f"Zapłać w kasie urzędu albo przelewem na konto gminy: {sums}. Jeżeli nie zapłacisz w terminie, "
        "zwrócimy wniosek (art. 261 KPA). Zwolnienie z opłaty wykaż, podając jego podstawę."
    )

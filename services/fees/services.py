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
from services.fees.charges import Priced
from services.fees.models import Due
from services.identity.models import User
from spatial.errors import Conflict, Malformed
from spatial.words import polish_date, polish_money

STAMP_DUTY = "ustawa z dnia 16 listopada 2006 r. o opłacie skarbowej"
#: until when one is called to pay, at most (KPA art. 261 § 1: 7 to 14 days)
CALLED = Term(14, "days", "art. 261 § 1 KPA")


def owe(case: Case, charges: Sequence[Priced], *, on: date) -> None:
    """At filing: the duty arises with the application."""
    if charges:
        Due.objects.bulk_create(
            Due(
                municipality_id=case.municipality_id, case=case, title=one.title,
                basis=one.rate.source if one.rate else "", amount_gr=one.amount_gr, due_on=on,
                exemption=one.charge.exemption[:300],
            )
            for one in charges
        )  # fmt: skip


def owe_document(case: Case, *, title: str, amount_gr: int, on: date) -> Due:
    """Stamp duty that was counted on the finished document."""
    return Due.objects.create(
        municipality_id=case.municipality_id, case=case, title=duty_title(title), basis=STAMP_DUTY,
        amount_gr=amount_gr, due_on=on,
    )  # fmt: skip


def duty_title(title: str) -> str:
    """Of the stamp duty on a document."""
    return f"Opłata skarbowa: {title}"[:250]


@transaction.atomic
def pay(due: Due, payment: Payment, *, by: User | None, at: datetime) -> Due:
    """The same payment told twice is one. A sum without a rate becomes what was paid.

    Raises Malformed for another amount and for a day that has not come, Conflict when it is settled otherwise.
    """
    due = Due.objects.select_for_update().get(pk=due.pk)
    if due.paid_on and (due.how, due.number) == (payment.how, payment.key):
        return due
    refuse_settled(due)
    amount_gr = payment.amount_gr if due.amount_gr is None else due.amount_gr
    if not amount_gr:
        raise Malformed(_("Nie znamy kwoty tej opłaty. Wpisz, ile zapłacono."))
    if payment.amount_gr not in {None, amount_gr}:
        raise Malformed(_("Do zapłaty jest %(amount)s. Zapisz wpłatę w tej kwocie.") % {"amount": due.amount})
    if payment.paid_on > timezone.localdate(at):
        raise Malformed(_("Dzień zapłaty nie może być po dniu dzisiejszym."))
    due.amount_gr = due.paid_gr = amount_gr
    due.paid_on, due.how, due.number, due.written_by = payment.paid_on, payment.how, payment.key, by
    due.save()
    day = polish_date(payment.paid_on)
    text = f"Zapłacono {polish_money(amount_gr)} ({due.title}) {day}, dowód wpłaty {payment.key}."
    record(due.case, kind="fee-paid", text=text, actor=by, at=at)
    return due


@transaction.atomic
def exempt(due: Due, *, reason: str, by: User, at: datetime) -> Due:
    """Nothing is to be paid. Raises Malformed without a reason, Conflict when it is settled."""
    due = Due.objects.select_for_update().get(pk=due.pk)
    refuse_settled(due)
    due.exemption, due.written_by = given(reason), by
    due.save()
    record(due.case, kind="fee-exempt", text=f"Zwolnienie z opłaty ({due.title}): {due.exemption}", actor=by, at=at)
    return due


@transaction.atomic
def refuse_exemption(due: Due, *, reason: str, by: User, at: datetime) -> Due:
    """It is to be paid after all. Raises Malformed without a reason, Conflict where nobody was exempt."""
    due = Due.objects.select_for_update().get(pk=due.pk)
    if not due.exemption:
        raise Conflict(_("Tej opłaty nie obejmuje zwolnienie."))
    reason = given(reason)
    due.exemption, due.written_by = "", by
    due.save()
    record(
        due.case, kind="fee-owed", text=f"Zwolnienie z opłaty ({due.title}) nie przysługuje: {reason}", actor=by, at=at
    )
    return due


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

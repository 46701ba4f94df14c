"""A payment from the choice of charges to the books: begun, told by the operator, asked about, given up.

The payment's row is locked first, then its charges; nothing waits for an operator under a lock.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.identity.models import User
from services.payments import refunds
from services.payments.base import OperatorFailed, OperatorRefused, Order, Said, State, as_key
from services.payments.ledger.books import Voucher, account, lock, settle
from services.payments.ledger.models import BankAccount, Charge, LedgerAccount
from services.payments.models import Merchant, Payment, PaymentFault, PaymentItem, PaymentMessage
from services.payments.operators import OPERATORS
from spatial.errors import Conflict, NotFound
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

LOGGER = logging.getLogger(__name__)
MINUTES = 20  #: in which a payment can be made; operators are told so
GRACE = timedelta(minutes=10)  #: after them, before it is given up
ASKED_AFTER = timedelta(minutes=3)  #: a message of the operator usually comes within seconds
GIVEN_UP_UNANSWERED = timedelta(days=1)
SKEW = timedelta(minutes=5)  #: between clocks of operators and ours; Przelewy24 says whole minutes
DAY_INSISTED_ON = timedelta(days=7)  #: so long a message is put off rather than booked on a day that may be wrong
AT_ONCE = 200
SHORTEST, LONGEST = 1, 100_000_000  #: grosze of one payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The browser of the payer and where it finds us."""

    address: str  #: of the office, "https://urzad.gmina.pl"
    language: str
    ip: str = field(repr=False)
    agent: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Charges that go to one bank account, so that one payment pays them."""

    municipality: Municipality
    bank_account: BankAccount | None
    merchant: Merchant | None
    charges: tuple[Charge, ...]  #: with ``left``, the oldest first

    @property
    def total_gr(self) -> int:
        return sum(charge.left for charge in self.charges)

    @property
    def total(self) -> str:
        return polish_money(self.total_gr)


def baskets(charges: Iterable[Charge], *, on: date) -> list[Group]:
    """By municipality and number of the account; charges carry ``left`` and their municipality."""
    placed = [(charge, charge.account_on(on)) for charge in charges]
    by_account = lambda pair: (pair[0].municipality_id, pair[1].nrb if pair[1] else "")  # noqa: E731
    found = []
    for _key, pairs in groupby(sorted(placed, key=by_account), key=by_account):
        rows = list(pairs)
        bank_account = rows[0][1]
        group = tuple(charge for charge, _account in rows)
        found.append(Group(group[0].municipality, bank_account, merchant_for(bank_account), group))
    return found


def merchant_for(bank_account: BankAccount | None) -> Merchant | None:
    """Who takes payments for the account; None: it is paid by transfer or at the cash desk."""
    if bank_account is None:
        return None
    rows = Merchant.objects.filter(municipality=bank_account.municipality_id, bank_account__nrb=bank_account.nrb)
    return rows.filter(is_active=True).order_by("pk").first()


def begin(payer: User, charges: Sequence[Charge], *, visit: Visit, at: datetime) -> Payment:
    """One payment of all that is left of the charges; the one there is where the same is being paid.

    Raises Conflict where they go to different accounts, are paid, or one of them is being paid otherwise;
    OperatorRefused and OperatorFailed.
    """
    payment, is_new = opened(payer, charges, at=at)
    if not is_new:
        return payment
    try:
        started = payment.merchant.connect().start(order_of(payment, visit))
    except (OperatorRefused, OperatorFailed):
        close(payment, State.FAILED)
        raise
    Payment.objects.filter(pk=payment.pk, state=State.NEW).update(
        state=State.STARTED, url=started.url, order_id=started.order_id[:100], token=started.token[:100]
    )
    payment.refresh_from_db()
    return payment


@transaction.atomic
def opened(payer: User, charges: Sequence[Charge], *, at: datetime) -> tuple[Payment, bool]:
    """The row, before the operator hears of it."""
    left = lock(charges)
    unpaid = Charge.objects.unpaid().select_related("municipality").filter(pk__in=left)
    groups = baskets(unpaid, on=timezone.localdate(at))
    if len(groups) != 1 or len(groups[0].charges) != len(left):
        raise Conflict(_("Wybierz opłaty, które nie są zapłacone i trafiają na jeden rachunek."))
    [group] = groups
    if group.merchant is None or not SHORTEST <= group.total_gr <= LONGEST:
        raise Conflict(_("Tej opłaty nie można zapłacić w internecie. Zapłać przelewem albo w kasie urzędu."))
    if being_paid := Payment.objects.filter(items__charge__in=left, items__is_open=True).distinct().first():
        return same(being_paid, payer, left), False
    payment = Payment.objects.create(
        municipality=group.municipality, merchant=group.merchant, payer=payer, amount_gr=group.total_gr,
        title=title_of(group.charges), started_at=at, expires_at=at + timedelta(minutes=MINUTES) + GRACE,
    )  # fmt: skip
    PaymentItem.objects.bulk_create(
        PaymentItem(payment=payment, charge=charge, amount_gr=charge.left) for charge in group.charges
    )
    return payment, True


def same(payment: Payment, payer: User, left: Mapping[int, int]) -> Payment:
    """Raises Conflict where another payment holds one of the charges."""
    items = dict(payment.items.values_list("charge", "amount_gr"))
    if payment.payer_id != payer.pk or items != left:
        raise Conflict(_("Jedna z tych opłat jest właśnie płacona. Dokończ tamtą płatność albo ją przerwij."))
    return payment


def title_of(charges: Sequence[Charge]) -> str:
    """Polish: for the operator and the bank."""
    return charges[0].title if len(charges) == 1 else f"{charges[0].title} i inne, razem {len(charges)}"[:250]


def order_of(payment: Payment, visit: Visit) -> Order:
    return Order(
        session=str(payment.key), amount_gr=payment.amount_gr, title=payment.title, email=payment.payer.email,
        language=visit.language, return_url=f"{visit.address}/platnosci/{payment.key}/",
        notify_url=f"{visit.address}/platnosci/{payment.merchant.operator}/powiadomienie", minutes=MINUTES,
        ip=visit.ip, agent=visit.agent,
    )  # fmt: skip


def notified(operator: str, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
    """A message of an operator; told again it changes nothing.

    Raises Malformed for one that is wrong or not signed, NotFound where nobody here takes money by this operator,
    OperatorFailed where it must be told again.
    """
    if operator not in OPERATORS:
        raise NotFound(_("Nie ma takiego operatora płatności."))
    merchant = merchant_of(operator, *OPERATORS[operator].addressed(body))
    said = merchant.connect().read(body, headers)
    take(merchant, said, digest=sha256(body).hexdigest(), at=at)


def merchant_of(operator: str, pos_id: str, session: str) -> Merchant:
    """By the point of sale, or by the payment where the message does not name one. Raises NotFound."""
    rows = Merchant.objects.select_related("municipality", "bank_account").filter(operator=operator)
    found = rows.filter(pos_id=pos_id) if pos_id else rows.filter(payments__key=as_key(session))
    if merchant := found.first():
        return merchant
    raise NotFound(_("Nie ma takiej płatności."))


def take(merchant: Merchant, said: Said, *, at: datetime, digest: str = "") -> None:
    """Books what the operator says.

    Raises OperatorFailed where the operator must confirm the payment, or say its day, and does not answer.
    """
    if PaymentMessage.objects.filter(merchant=merchant, event=said.event).exists():
        return
    rows = Payment.objects.select_related("merchant__bank_account").filter(merchant=merchant, key=as_key(said.session))
    payment = rows.first()
    fault = fault_of(payment, said)
    if fault is None and payment and is_new_money(payment, said):
        said = dated(payment, said, at=at)
        fault = None if said.is_confirmed else confirmed(payment, said)
    with transaction.atomic():
        payment = rows.select_for_update(of=["self"]).first()
        values = {"digest": digest, "outcome": outcome_of(said, is_fault=fault is not None), "at": at}
        _row, is_new = PaymentMessage.objects.get_or_create(merchant=merchant, event=said.event, defaults=values)
        if not is_new:
            return
        if fault:
            tell(merchant, payment, fault, at=at)
        elif said.refund:
            refunds.heard(merchant, said, at=at)
        elif payment and said.state is State.PAID:
            book(payment, said, at=at)
        elif payment and said.state in {State.CANCELLED, State.FAILED}:
            close(payment, said.state)


def tell(merchant: Merchant, payment: Payment | None, fault: tuple[PaymentFault.Kind, str], *, at: datetime) -> None:
    """The desk."""
    kind, text = fault
    PaymentFault.objects.create(municipality=merchant.municipality, kind=kind, text=text[:300], payment=payment, at=at)


def outcome_of(said: Said, *, is_fault: bool) -> PaymentMessage.Outcome:
    if is_fault:
        return PaymentMessage.Outcome.FAULT
    is_money = said.state in {State.PAID, State.REFUNDED}
    return PaymentMessage.Outcome.BOOKED if is_money else PaymentMessage.Outcome.NOTED


def fault_of(payment: Payment | None, said: Said) -> tuple[PaymentFault.Kind, str] | None:
    """Why nothing may be booked, Polish; None where it may."""
    if payment is None:
        return PaymentFault.Kind.UNKNOWN, f"Operator podaje płatność, której nie ma: zamówienie {said.order_id}."
    if said.refund or said.state is not State.PAID:
        return None
    if (said.amount_gr, said.currency) != (payment.amount_gr, payment.currency):
        told = f"{polish_money(said.amount_gr)} ({said.currency})"
        return PaymentFault.Kind.AMOUNT, f"Operator podaje {told}, płatność jest na {payment.amount}. Nic nie zapisano."
    if payment.state == State.PAID and payment.order_id != said.order_id and not said.is_confirmed:
        return PaymentFault.Kind.UNKNOWN, f"Operator podaje drugą zapłatę tej samej płatności: {said.order_id}."
    return None


def is_new_money(payment: Payment, said: Said) -> bool:
    """Whether it says of money that is not in the books: the payment, or a second order that paid it again."""
    return said.state is State.PAID and (payment.state != State.PAID or payment.order_id != said.order_id)


def dated(payment: Payment, said: Said, *, at: datetime) -> Said:
    """With the time of payment as far as the operator says one that can be.

    It is asked for where the message is silent and the day may be another than today, before the money is taken.
    Raises OperatorFailed where the operator does not answer, within a week; later the day of hearing must do.
    """
    paid_at = asked_when(payment, said, at=at) if is_day_open(payment, said, at=at) else said.paid_at
    if paid_at and not payment.started_at - SKEW <= paid_at <= at + SKEW:
        LOGGER.warning("payment %s: the operator says a time that cannot be", payment.pk)
        paid_at = None
    return replace(said, paid_at=paid_at and min(max(paid_at, payment.started_at), at))


def is_day_open(payment: Payment, said: Said, *, at: datetime) -> bool:
    """Whether it may have been paid on an earlier day than that of ``at``, and the operator does not say when."""
    return said.paid_at is None and timezone.localdate(payment.started_at) != timezone.localdate(at)


def asked_when(payment: Payment, said: Said, *, at: datetime) -> datetime | None:
    """Raises OperatorFailed."""
    try:
        known = payment.merchant.connect().status(said.session, order_id=said.order_id)
    except OperatorRefused:
        return None
    except OperatorFailed:
        if at < payment.started_at + DAY_INSISTED_ON:
            raise
        return None
    return known.paid_at if known and (known.state, known.order_id) == (State.PAID, said.order_id) else None


def confirmed(payment: Payment, said: Said) -> tuple[PaymentFault.Kind, str] | None:
    """Takes the money at the operator, or says why it was not given, Polish. Raises OperatorFailed."""
    operator = payment.merchant.connect()
    try:
        operator.confirm(said)
    except OperatorRefused:  # perhaps it was confirmed before and we did not hear of it
        known = operator.status(said.session, order_id=said.order_id)
        if known is None or known.event != replace(said, is_confirmed=True).event:
            return PaymentFault.Kind.REFUSED, f"Operator odmówił potwierdzenia zapłaty: zamówienie {said.order_id}."
    return None


def book(payment: Payment, said: Said, *, at: datetime) -> None:
    """Into the books as announced money, on the day of payment; what its charges do not take is to be explained.

    The payment is locked. A second order that paid it again takes no charges.
    """
    if not is_new_money(payment, said):
        return
    merchant, key, charges = payment.merchant, f"{payment.booking_key}:{said.order_id}", Charge.objects.none()
    why = f"Tę samą płatność zapłacono drugi raz, zamówienie {said.order_id}."
    if payment.state != State.PAID:
        key, why = payment.booking_key, "Opłatę rozliczono wcześniej inaczej."
        charges = Charge.objects.filter(payment_items__payment=payment).order_by("due_on", "pk")
        payment.state, payment.order_id = State.PAID, said.order_id[:100]
        payment.paid_at, payment.heard_at = said.paid_at, at
        payment.save()
        payment.items.update(is_open=False)
    source, day = f"{merchant.title} {said.order_id}"[:60], timezone.localdate(said.paid_at or at)
    voucher = Voucher(key=key, source=source, value_date=day, at=at)
    into = account(payment.municipality_id, LedgerAccount.Kind.ANNOUNCED, merchant.bank_account)
    done = settle(charges, said.amount_gr, voucher=voucher, into=into)
    if done.is_new and done.surplus_gr:
        PaymentFault.objects.create(
            municipality=payment.municipality, kind=PaymentFault.Kind.SURPLUS, payment=payment, at=at,
            left_gr=done.surplus_gr, text=f"{why} Nadpłata: {polish_money(done.surplus_gr)}.",
        )  # fmt: skip


@transaction.atomic
def close(payment: Payment, state: State) -> None:
    """Its charges may be paid otherwise. A payment that has ended stays as it is."""
    found = Payment.objects.select_for_update().get(pk=payment.pk)
    if found.is_open:
        found.state = state
        found.save(update_fields=["state"])
        found.items.update(is_open=False)


def give_up(payment: Payment, *, at: datetime) -> None:
    """The payer leaves it; asked once more, because it may be paid. Raises OperatorFailed."""
    ask(payment, at=at)
    close(payment, State.CANCELLED)


def ask(payment: Payment, *, at: datetime) -> None:
    """What the operator knows of it; paid, it is booked. Raises OperatorFailed, OperatorRefused.

    While the payment can be made, one whose day is open waits for the message, which may say it (PayU).
    """
    said = payment.merchant.connect().status(str(payment.key), order_id=payment.order_id)
    if said is None or said.session != str(payment.key) or said.state not in {State.PAID, State.CANCELLED}:
        return
    if said.state is State.CANCELLED or at >= payment.expires_at or not is_day_open(payment, said, at=at):
        take(payment.merchant, said, at=at)


def reconcile(*, at: datetime) -> None:
    """Job: payments without a message are asked about; those whose time is over are then given up.

    A contract whose operator does not answer is asked once, so that it does not hold up payments of others.
    """
    rows = Payment.objects.open().filter(started_at__lte=at - ASKED_AFTER).select_related("merchant__bank_account")
    silent: set[int] = set()
    answered = 0
    for payment in rows.order_by("started_at"):
        is_told = payment.merchant_id not in silent and is_answered(payment, silent, at=at)
        if payment.expires_at + (timedelta(0) if is_told else GIVEN_UP_UNANSWERED) <= at:
            close(payment, State.CANCELLED)
        answered += is_told
        if answered == AT_ONCE:
            break


def is_answered(payment: Payment, silent: set[int], *, at: datetime) -> bool:
    """Whether the operator says the state of the payment; a contract without any answer is added to ``silent``."""
    try:
        ask(payment, at=at)
    except (OperatorFailed, OperatorRefused) as fault:
        LOGGER.warning("payment %s: the operator does not say its state", payment.pk)
        if isinstance(fault, OperatorFailed):
            silent.add(payment.merchant_id)
        return False
    return True

"""The day of an online payment is the payer's, not that on which we hear of it.

OP art. 60 § 1 pt 2: the day on which the payer's account was charged, or the transaction by card or BLIK authorised.
Days are those of Warsaw.
"""

import json
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from services.identity.models import StaffRole
from services.payments import desk, paying
from services.payments.base import OperatorFailed, Said, State
from services.payments.ledger.books import balance, settle
from services.payments.ledger.models import LedgerAccount, Operation
from services.payments.models import Payment, PaymentFault, PaymentMessage
from services.payments.operators.asking import moment
from services.payments.statements.payouts import waiting_of
from spatial.errors import Conflict
from tests.conftest import person
from tests.services.payments.conftest import VISIT, voucher
from tests.services.payments.test_ledger import refuse_unbalanced
from tests.simulators.base import UNAVAILABLE, Says

pytestmark = pytest.mark.django_db
LATE = timedelta(days=2)


def warsaw(*parts: int) -> datetime:
    return timezone.make_aware(datetime(*parts))


NOON = warsaw(2026, 11, 27, 12, 0)


def heard(letter, *, at: datetime, operator: str = "przelewy24") -> None:
    body, headers = letter
    paying.notified(operator, body, {name.lower(): value for name, value in headers.items()}, at=at)


@pytest.fixture
def begin(merchant, make_charge, anna):
    def begun(at: datetime) -> Payment:
        return paying.begin(anna, [make_charge()], visit=VISIT, at=at)

    return begun


def booked(payment: Payment) -> date:
    return Operation.objects.get(key=payment.booking_key).value_date


CASES = {
    "before midnight": ((2026, 11, 28, 23, 50), (2026, 11, 28, 23, 59), (2026, 11, 29, 0, 1), date(2026, 11, 28)),
    "after midnight": ((2026, 11, 28, 23, 50), (2026, 11, 29, 0, 0), (2026, 11, 29, 0, 1), date(2026, 11, 29)),
    "end of a month": ((2026, 9, 30, 23, 55), (2026, 9, 30, 23, 58), (2026, 10, 1, 0, 0), date(2026, 9, 30)),
    "end of a year": ((2025, 12, 31, 23, 55), (2025, 12, 31, 23, 59), (2026, 1, 2, 9, 0), date(2025, 12, 31)),
    "summer, still yesterday in UTC": ((2026, 7, 1, 0, 10), (2026, 7, 1, 0, 30), (2026, 7, 3, 8, 0), date(2026, 7, 1)),
    "two days late": ((2026, 11, 25, 14, 0), (2026, 11, 25, 14, 5), (2026, 11, 27, 14, 5), date(2026, 11, 25)),
}


@pytest.mark.parametrize(("started", "paid", "told", "day"), CASES.values(), ids=CASES)
def test_is_the_day_on_which_the_payer_paid(begin, operator, started, paid, told, day):
    payment = begin(warsaw(*started))

    heard(operator.pay(payment.key, at=warsaw(*paid)), at=warsaw(*told))

    payment.refresh_from_db()
    assert (booked(payment), payment.paid_on, payment.is_day_assumed) == (day, day, False)
    assert (payment.paid_at, payment.heard_at) == (warsaw(*paid), warsaw(*told))


def test_is_said_by_the_message_of_payu(begin, merchant, payu):
    merchant.delete()
    payment, paid = begin(warsaw(2025, 12, 31, 23, 55)), warsaw(2025, 12, 31, 23, 59)

    heard(payu.pay(payment.key, at=paid), at=warsaw(2026, 1, 2, 9, 0), operator="payu")

    payment.refresh_from_db()
    assert (booked(payment), payment.paid_at) == (date(2025, 12, 31), paid)


def test_is_found_by_the_job_too(begin, operator):
    payment = begin(warsaw(2026, 11, 28, 23, 50))
    operator.pay(payment.key, at=warsaw(2026, 11, 28, 23, 58))

    paying.reconcile(at=warsaw(2026, 11, 29, 0, 5))

    assert booked(payment) == date(2026, 11, 28)


def test_of_payu_waits_for_the_message_while_the_payment_can_be_made(begin, merchant, payu):
    """Asked about, PayU does not say when it was paid."""
    merchant.delete()
    payment = begin(warsaw(2026, 11, 28, 23, 50))
    letter = payu.pay(payment.key, at=warsaw(2026, 11, 28, 23, 58))

    paying.reconcile(at=warsaw(2026, 11, 29, 0, 5))
    payment.refresh_from_db()
    assert payment.is_open

    heard(letter, at=warsaw(2026, 11, 29, 0, 10), operator="payu")
    assert booked(payment) == date(2026, 11, 28)


def test_of_payu_without_a_message_is_that_of_the_answer(begin, merchant, payu):
    merchant.delete()
    payment = begin(warsaw(2026, 11, 28, 23, 50))
    payu.pay(payment.key, at=warsaw(2026, 11, 28, 23, 58))

    paying.reconcile(at=warsaw(2026, 11, 29, 0, 25))

    payment.refresh_from_db()
    assert (booked(payment), payment.is_day_assumed) == (date(2026, 11, 29), True)


def test_of_the_same_day_is_not_asked_for(begin, operator):
    payment = begin(NOON)
    letter = operator.pay(payment.key, at=NOON)
    operator.questions.clear()

    heard(letter, at=NOON + timedelta(hours=2))

    payment.refresh_from_db()
    assert (len(operator.questions), booked(payment), payment.is_day_assumed) == (1, NOON.date(), False)  # verify


def test_that_is_not_said_is_the_day_of_hearing_and_stands_so(begin, operator):
    payment = begin(NOON)
    letter = operator.pay(payment.key, at=NOON)
    operator.order(payment.key).told_time = ""

    heard(letter, at=NOON + LATE)

    payment.refresh_from_db()
    assert (booked(payment), payment.paid_at, payment.is_day_assumed) == ((NOON + LATE).date(), None, True)


def test_that_cannot_be_is_none(begin):
    """Before the payment was begun, after it was heard of, and far away; clocks may differ by 5 minutes."""
    payment, at = begin(NOON), NOON + LATE

    def believed(written: str) -> datetime | None:
        paid_at = moment({"when": written}, "when")
        said = Said(session="", state=State.PAID, amount_gr=1, currency="PLN", order_id="1", paid_at=paid_at)
        assert paid_at
        return paying.dated(payment, said, at=at).paid_at

    for wrong in ("202611271154", "202611291206", "2026-11-27T10:00:00Z", "000101010000", "999912312359",
                  "0001-01-01T00:00:00+14:00"):  # fmt: skip
        assert believed(wrong) is None, wrong
    assert [believed(one) for one in ("202611271155", "202611271201", "202611291205")] == [
        NOON, NOON + timedelta(minutes=1), at,
    ]  # fmt: skip


def test_said_a_little_before_the_beginning_by_another_clock_is_not_before_it(begin, operator):
    payment = begin(warsaw(2026, 11, 27, 0, 1))
    letter = operator.pay(payment.key, at=warsaw(2026, 11, 26, 23, 58))

    heard(letter, at=NOON + LATE)

    payment.refresh_from_db()
    assert (booked(payment), payment.paid_at) == (date(2026, 11, 27), payment.started_at)


def test_of_another_order_is_none(begin, operator):
    payment = begin(NOON)
    letter = operator.pay(payment.key, at=NOON)
    order = operator.order(payment.key)
    answer = {"sessionId": order.session, "status": 1, "amount": 17_00, "currency": "PLN", "orderId": 5}
    operator.lie(says(answer | {"dateOfTransaction": "202611271205"}))

    heard(letter, at=NOON + LATE)

    assert booked(payment) == (NOON + LATE).date()


def says(data: dict) -> Says:
    return Says(json.dumps({"data": data}).encode())


def test_is_insisted_on_for_a_week_before_the_money_is_taken(begin, operator):
    payment = begin(NOON)
    letter = operator.pay(payment.key, at=NOON)
    operator.lie(UNAVAILABLE)
    with pytest.raises(OperatorFailed):
        heard(letter, at=NOON + LATE)
    assert not operator.order(payment.key).is_taken
    assert not PaymentMessage.objects.exists()

    heard(letter, at=NOON + LATE)
    assert booked(payment) == NOON.date()


def test_is_given_up_after_a_week(begin, operator):
    payment = begin(NOON)
    letter = operator.pay(payment.key, at=NOON)
    operator.lie(UNAVAILABLE)

    heard(letter, at=NOON + timedelta(days=8))

    payment.refresh_from_db()
    assert (booked(payment), payment.state, payment.is_day_assumed) == (date(2026, 12, 5), State.PAID, True)


def test_that_payu_leaves_out_is_that_of_hearing(begin, merchant, payu):
    merchant.delete()
    payment = begin(NOON)
    letter = payu.pay(payment.key, at=NOON)
    payu.order(payment.key).told_time = ""

    heard(payu.notification(payu.order(payment.key)), at=NOON + LATE, operator="payu")

    assert letter != payu.notification(payu.order(payment.key))
    assert booked(payment) == (NOON + LATE).date()


def test_goes_with_a_surplus_to_another_charge(begin, operator, cash, make_charge, jadwiga):
    payment = begin(NOON)
    settle([payment.items.get().charge], 17_00, voucher=voucher("kp"), into=cash)
    heard(operator.pay(payment.key, at=NOON + timedelta(minutes=5)), at=NOON + LATE)
    other = make_charge()

    desk.match(PaymentFault.objects.get(), other, by=jadwiga, at=NOON + timedelta(days=5))

    assert Operation.objects.get(key__startswith="fault:").value_date == NOON.date()


class TestPages:
    def test_say_the_day_to_the_payer_and_to_the_clerk(self, begin, operator, anna, skala):
        payment = begin(NOON)
        heard(operator.pay(payment.key, at=NOON), at=NOON + LATE)

        of_payer = signed_in(anna).get(f"/platnosci/{payment.key}/").content.decode()
        of_clerk = signed_in(clerk_of(skala)).get("/urzad/platnosci/").content.decode()

        assert "Dzień zapłaty: 27 listopada 2026." in of_payer
        assert "Operator potwierdził wpłatę 29 listopada 2026, 12:00" in of_payer
        assert "27 listopada 2026" in signed_in(anna).get(f"/moje/oplaty/{charge(payment)}/").content.decode()
        assert '<span class="nowrap">27 listopada 2026</span>' in of_clerk
        assert "dzień przyjęty" not in of_clerk
        assert "Operator nie podał" not in of_payer

    def test_say_that_it_is_assumed(self, begin, operator, anna, skala):
        payment = begin(NOON)
        letter = operator.pay(payment.key, at=NOON)
        operator.order(payment.key).told_time = ""
        heard(letter, at=NOON + LATE)

        assert "Operator nie podał" in signed_in(anna).get(f"/platnosci/{payment.key}/").content.decode()
        assert "dzień przyjęty" in signed_in(clerk_of(skala)).get("/urzad/platnosci/").content.decode()


class TestCorrected:
    """The payer brings the bank's confirmation of a payment whose day was assumed."""

    @pytest.fixture
    def payment(self, begin, operator) -> Payment:
        payment = begin(NOON)
        letter = operator.pay(payment.key, at=NOON)
        operator.order(payment.key).told_time = ""
        heard(letter, at=NOON + LATE)
        payment.refresh_from_db()
        return payment

    def test_counts_on_the_day_that_was_shown_and_changes_no_balance(self, payment, skala):
        before, (waits,) = trial(skala), waiting_of(skala.pk)
        clerk, step = signed_in(clerk_of(skala)), f"/urzad/platnosci/{payment.key}/dzien/"
        assert step in clerk.get("/urzad/platnosci/").content.decode()

        for _ in range(2):
            assert clerk.post(step, {"dzien": "2026-11-28", "dowod": "wyciąg z banku"}).status_code == 302

        payment.refresh_from_db()
        assert (payment.paid_on, payment.is_day_assumed, payment.paid_at) == (date(2026, 11, 28), False, None)
        rows = Operation.objects.filter(key__startswith="day:").order_by("value_date")
        assert [(one.value_date, one.source) for one in rows] == [
            (date(2026, 11, 28), "dowód: wyciąg z banku"), (date(2026, 11, 29), "nie tego dnia, dowód: wyciąg z banku"),
        ]  # fmt: skip
        assert payment.items.get().charge.paid_gr == 17_00
        assert (trial(skala), waiting_of(skala.pk)) == (before, [waits])
        refuse_unbalanced()

    def test_not_without_a_proof_and_only_between_the_beginning_and_the_hearing(self, payment, skala):
        clerk = signed_in(clerk_of(skala))
        for sent in ({}, {"dzien": "2026-11-28"}, {"dzien": "2026-11-26", "dowod": "x"},
                     {"dzien": "2026-11-29", "dowod": "x"}, {"dzien": "\0", "dowod": "\0"},
                     {"dzien": "9999-99-99", "dowod": "x"}):  # fmt: skip
            assert clerk.post(f"/urzad/platnosci/{payment.key}/dzien/", sent).status_code == 302, sent

        payment.refresh_from_db()
        assert (payment.is_day_assumed, Operation.objects.filter(key__startswith="day:").exists()) == (True, False)

    def test_not_where_the_operator_said_it_nor_by_another_office(
        self, begin, operator, payment, skala, suloszowa, emil
    ):
        said = begin(NOON)
        heard(operator.pay(said.key, at=NOON), at=NOON + LATE)
        with pytest.raises(Conflict):
            desk.correct_day(said, date(2026, 11, 28), proof="x", by=clerk_of(skala), at=NOON + LATE)

        StaffRole.objects.create(user=emil, municipality=suloszowa, role="tax-clerk", job_title="x")
        sent = {"dzien": "2026-11-28", "dowod": "x"}
        assert signed_in(emil).post(f"/urzad/platnosci/{payment.key}/dzien/", sent).status_code == 404


def trial(skala) -> list[int]:
    return [balance(one) for one in LedgerAccount.objects.filter(municipality=skala).order_by("pk")]


def charge(payment: Payment) -> int:
    return payment.items.get().charge_id


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def clerk_of(skala):
    clerk = person("irena", "Irena", "Lis")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="inspektor")
    return clerk


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("202611271205", warsaw(2026, 11, 27, 12, 5)),
        (202611271205, warsaw(2026, 11, 27, 12, 5)),
        ("20260701000030", warsaw(2026, 7, 1, 0, 0, 30)),
        ("2026-11-27 12:05:09", warsaw(2026, 11, 27, 12, 5, 9)),
        ("2016-03-02T12:58:14.828+01:00", warsaw(2016, 3, 2, 12, 58, 14, 828_000)),
        ("2022-04-24T11:21:36.265+02:00", warsaw(2022, 4, 24, 11, 21, 36, 265_000)),  # a notification of PayU's sandbox
        (None, None), ({}, None), ([], None), (True, None), (1e99, None), ("\ud800:", None),
        ("2026112712051", None), ("", None), ("x", None),
        ("2026-11-27", None), ("20261127", None), ("202611271360", None), ("29.11.2026 12:00", None),
        ("2026-11-27T12:05+99:00", None),
    ],
)  # fmt: skip
def test_is_read_as_operators_write_it(told, at):
    assert moment({"when": told}, "when") == at

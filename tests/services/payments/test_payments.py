"""Paying through Przelewy24 over HTTP: one settlement whatever the operator says, however often and in what order.

States: python-getpaid-core. Verify before the money is passed on: OpenAPI 1.0.16 of Przelewy24.
"""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from services.identity.models import StaffRole
from services.payments import desk, paying, refunds
from services.payments.base import OperatorRefused, Said, State
from services.payments.ledger.books import account, add, balance, settle
from services.payments.ledger.models import BankAccount, LedgerAccount, Operation
from services.payments.models import Merchant, Payment, PaymentFault, PaymentItem, PaymentMessage, Refund
from services.payments.operators.przelewy24 import Przelewy24
from services.payments.transfer import transfer_for
from services.payments.views import mine
from spatial.errors import Conflict, Malformed, Refused, ServiceError
from tests.conftest import person
from tests.services.payments.conftest import OTHER_NRB, VISIT, voucher
from tests.services.payments.test_ledger import refuse_unbalanced
from tests.simulators.base import UNAVAILABLE, CutsOff, Says

pytestmark = pytest.mark.django_db
DOOR = "/platnosci/przelewy24/powiadomienie"
Kind = PaymentFault.Kind
REFUND_STEPS = ("ask", "ask-surplus", "approve", "match", "done", "refused", "job")


@pytest.fixture
def begun(merchant, make_charge, anna):
    """One payment of 17 zł that waits for its payer."""
    return paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())


@pytest.fixture
def irena(skala):
    clerk = person("irena", "Irena", "Lis")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="inspektor")
    return clerk


def told(letter) -> int:
    body, _headers = letter
    return Client().post(DOOR, body, content_type="application/json").status_code


def charge_of(payment):
    return payment.items.get().charge


def announced(payment) -> int:
    return balance(account(payment.municipality, LedgerAccount.Kind.ANNOUNCED, payment.merchant.bank_account))


def told_by_payu(letter) -> int:
    body, headers = letter
    door = DOOR.replace("przelewy24", "payu")
    return Client().post(door, body, content_type="application/json", headers=headers).status_code


class TestBegins:
    def test_once_for_the_same_charges(self, begun, anna):
        again = paying.begin(anna, [charge_of(begun)], visit=VISIT, at=timezone.now())

        assert again == begun
        assert begun.state == State.STARTED
        assert begun.url.endswith(f"/trnRequest/{begun.token}")

    def test_with_what_the_operator_must_know(self, begun, operator):
        order = operator.order(begun.key)
        assert (order.amount, order.title, order.has_payer) == (17_00, "Opłata skarbowa", True)
        assert order.notify_url == f"http://testserver{DOOR}"
        assert order.return_url == f"http://testserver/platnosci/{begun.key}/"

    def test_with_a_title_of_signs_that_the_operator_takes(self, merchant, make_charge, anna, operator):
        charge = make_charge(title="„Opłata” × 2, (OR.1510)")

        payment = paying.begin(anna, [charge], visit=VISIT, at=timezone.now())

        assert operator.order(payment.key).title == "„Opłata” × 2, (OR.1510)"

    def test_not_while_one_of_them_is_being_paid(self, begun, make_charge, anna):
        with pytest.raises(Conflict):
            paying.begin(anna, [charge_of(begun), make_charge()], visit=VISIT, at=timezone.now())

    def test_not_for_two_accounts_at_once(self, merchant, make_charge, anna, skala):
        BankAccount.objects.create(
            municipality=skala, nrb=OTHER_NRB, title="Odpady", purpose="waste", valid_from="2020-01-01"
        )
        charges = [make_charge(), make_charge(kind="waste")]

        with pytest.raises(Conflict):
            paying.begin(anna, charges, visit=VISIT, at=timezone.now())
        assert len(paying.baskets([*_with_left(charges)], on=timezone.localdate())) == 2

    def test_a_basket_is_one_payment(self, merchant, make_charge, anna, operator):
        charges = [make_charge(17_00), make_charge(5_50)]

        payment = paying.begin(anna, charges, visit=VISIT, at=timezone.now())
        assert told(operator.pay(payment.key)) == 200

        assert payment.amount_gr == 22_50
        assert [charge.left_gr for charge in charges] == [0, 0]

    @pytest.mark.parametrize("lie", [UNAVAILABLE, Says(b"{}"), Says(b'{"data":{"token":"../x?y"}}')])
    def test_again_after_the_operator_failed(self, merchant, make_charge, anna, operator, lie):
        charge = make_charge()
        operator.lie(lie)
        with pytest.raises(ServiceError):
            paying.begin(anna, [charge], visit=VISIT, at=timezone.now())

        assert paying.begin(anna, [charge], visit=VISIT, at=timezone.now()).state == State.STARTED
        assert not PaymentItem.objects.filter(is_open=True).exclude(payment__state=State.STARTED).exists()

    def test_at_the_whole_address_of_the_operator(self, payu, make_charge, anna):
        """PayU puts a token with the payer's address of mail into it: 430 characters and more."""
        address = f"{payu.root}/pay/?token={'x' * 600}"
        payu.lie(Says(b'{"access_token":"zeton-1"}'))
        payu.lie(Says(json.dumps({"redirectUri": address, "orderId": "1"}).encode()))

        assert paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now()).url == address

    def test_not_with_a_part_of_an_address_of_mail(self, merchant, make_charge, anna):
        """Przelewy24 takes 50 characters; the first 50 of a longer address may be somebody else's."""
        anna.email = f"{'a' * 40}@example.com.pl"
        anna.save()

        with pytest.raises(OperatorRefused, match="50 znaków"):
            paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())


def _with_left(charges):
    rows = type(charges[0]).objects.unpaid().select_related("municipality")
    return rows.filter(pk__in=[one.pk for one in charges])


class TestMessages:
    def test_settle_once(self, begun, operator):
        letter = operator.pay(begun.key)

        assert [told(letter), told(letter)] == [200, 200]

        begun.refresh_from_db()
        order = operator.order(begun.key)
        assert (begun.state, begun.order_id, order.is_taken) == (State.PAID, order.number, True)
        assert (charge_of(begun).left_gr, announced(begun)) == (0, 17_00)
        assert PaymentMessage.objects.get().outcome == "booked"
        assert not PaymentFault.objects.exists()

    @pytest.mark.parametrize("lies", [{"sign": "0" * 96}, {"sign": "ł"}, {"sign": None}])
    def test_with_a_wrong_sign_write_nothing(self, begun, operator, lies):
        operator.pay(begun.key)

        assert told(operator.notification(operator.order(begun.key), **lies)) == 400

        assert charge_of(begun).left_gr == 17_00
        assert not PaymentMessage.objects.exists()

    @pytest.mark.parametrize("lies", [{"amount": 17_01}, {"amount": 1}, {"currency": "EUR"}])
    def test_of_another_amount_or_currency_go_to_the_desk(self, begun, operator, lies):
        operator.pay(begun.key)

        assert told(operator.notification(operator.order(begun.key), **lies)) == 200

        assert PaymentFault.objects.get().kind == Kind.AMOUNT
        assert (charge_of(begun).left_gr, announced(begun)) == (17_00, 0)
        assert told(operator.notification(operator.order(begun.key))) == 200  # the right one comes after all
        assert charge_of(begun).left_gr == 0

    @pytest.mark.parametrize("session", ["x", "00000000-0000-0000-0000-000000000001"])
    def test_of_another_session_go_to_the_desk(self, begun, operator, session):
        operator.pay(begun.key)

        assert told(operator.notification(operator.order(begun.key), sessionId=session)) == 200

        assert PaymentFault.objects.get().kind == Kind.UNKNOWN
        assert charge_of(begun).left_gr == 17_00

    @pytest.mark.parametrize("lie", [UNAVAILABLE, Says(b'{"error":"Too many requests","code":429}', 429)])
    def test_wait_where_the_operator_does_not_confirm(self, begun, operator, lie):
        letter = operator.pay(begun.key)
        operator.lie(lie)

        assert told(letter) == 502
        assert charge_of(begun).left_gr == 17_00
        assert told(letter) == 200
        assert charge_of(begun).left_gr == 0

    def test_confirmed_before_we_knew_are_booked(self, begun, operator):
        letter = operator.pay(begun.key)
        operator.order(begun.key).is_taken = True  # our worker was killed after it had verified

        assert told(letter) == 200
        assert charge_of(begun).left_gr == 0

    def test_refused_by_the_operator_go_to_the_desk(self, begun, operator):
        letter = operator.pay(begun.key)
        operator.order(begun.key).paid = 18_00  # another sum than it tells

        assert told(letter) == 200
        assert PaymentFault.objects.get().kind == Kind.REFUSED
        assert charge_of(begun).left_gr == 17_00

    def test_of_money_taken_after_all_are_booked(self, payu, make_charge, anna):
        """PayU refuses our capture, because it takes the money by itself; then it says COMPLETED."""
        payment = paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
        payu.pay(payment.key)
        order = payu.order(payment.key)
        token = Says(b'{"access_token":"zeton-1"}')
        waits = {"orders": [payu._fields(order) | {"status": "WAITING_FOR_CONFIRMATION"}]}
        for lie in (token, Says(b"{}", 400), token, Says(json.dumps(waits).encode())):
            payu.lie(lie)

        assert told_by_payu(payu.notification(order, status="WAITING_FOR_CONFIRMATION")) == 200
        assert (PaymentFault.objects.get().kind, charge_of(payment).left_gr) == (Kind.REFUSED, 17_00)
        assert told_by_payu(payu.notification(order)) == 200

        assert charge_of(payment).left_gr == 0

    def test_of_a_payment_that_was_cancelled_at_the_operator_are_booked(self, payu, make_charge, anna):
        """The payer refuses, comes back to the page of PayU and pays after all."""
        payment = paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
        order = payu.order(payment.key)
        assert told_by_payu(payu.notification(order, status="CANCELED")) == 200
        payment.refresh_from_db()
        assert (payment.state, payment.items.get().is_open) == (State.CANCELLED, False)

        assert told_by_payu(payu.pay(payment.key)) == 200

        payment.refresh_from_db()
        assert (payment.state, charge_of(payment).left_gr, announced(payment)) == (State.PAID, 0, 17_00)
        assert told_by_payu(payu.notification(order, status="CANCELED")) == 200  # and it stays paid
        payment.refresh_from_db()
        assert payment.state == State.PAID

    def test_of_a_payment_whose_beginning_failed_are_booked(self, merchant, make_charge, anna, operator):
        """The order came to the operator, its answer did not come to us."""
        charge = make_charge()
        operator.lie(CutsOff())
        with pytest.raises(ServiceError):
            paying.begin(anna, [charge], visit=VISIT, at=timezone.now())
        payment = Payment.objects.get(state=State.FAILED)

        assert told(operator.pay(payment.key)) == 200

        assert (charge.left_gr, announced(payment), PaymentFault.objects.count()) == (0, 17_00, 0)

    def test_of_a_second_order_for_a_paid_session_go_to_the_desk(self, begun, operator):
        assert told(operator.pay(begun.key)) == 200
        order = operator.order(begun.key)
        second = operator.notification(order, orderId=int(order.number) + 500)

        assert [told(second), told(second)] == [200, 200]

        fault = PaymentFault.objects.get()
        assert (fault.kind, str(int(order.number) + 500) in fault.text) == (Kind.UNKNOWN, True)
        assert (charge_of(begun).paid_gr, announced(begun)) == (17_00, 17_00)

    def test_of_a_second_order_whose_money_is_taken_are_a_surplus(self, payu, make_charge, anna):
        payment = paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
        assert told_by_payu(payu.pay(payment.key)) == 200
        second = payu.notification(payu.order(payment.key), orderId="SECOND")

        assert [told_by_payu(second), told_by_payu(second)] == [200, 200]

        fault = PaymentFault.objects.get()
        assert (fault.kind, fault.left_gr, "SECOND" in fault.text) == (Kind.SURPLUS, 17_00, True)
        assert (charge_of(payment).paid_gr, announced(payment)) == (17_00, 34_00)
        refuse_unbalanced()

    def test_of_two_orders_at_the_same_moment_are_a_payment_and_a_surplus(self, begun, operator, monkeypatch):
        """The second comes while the first is being confirmed at the operator."""
        letter = operator.pay(begun.key)
        order = operator.order(begun.key)
        other = Said(
            session=str(begun.key), state=State.PAID, amount_gr=17_00, currency="PLN", order_id="77", is_confirmed=True
        )
        confirm = Przelewy24.confirm

        def slow(self, said):
            paying.take(begun.merchant, other, at=timezone.now())
            confirm(self, said)

        monkeypatch.setattr(Przelewy24, "confirm", slow)
        assert told(letter) == 200

        begun.refresh_from_db()
        assert (begun.order_id, charge_of(begun).paid_gr, announced(begun)) == ("77", 17_00, 34_00)
        fault = PaymentFault.objects.get()
        assert (fault.kind, fault.left_gr, order.number in fault.text) == (Kind.SURPLUS, 17_00, True)

    def test_of_two_payments_for_one_charge_settle_it_once(self, begun, operator, anna):
        """Left at the operator, begun and paid anew; then the first one is paid too."""
        charge, now = charge_of(begun), timezone.now()
        paying.give_up(begun, at=now)
        again = paying.begin(anna, [charge], visit=VISIT, at=now)
        assert again != begun

        assert [told(operator.pay(one.key)) for one in (again, begun)] == [200, 200]

        fault = PaymentFault.objects.get()
        assert (fault.kind, fault.payment, fault.left_gr) == (Kind.SURPLUS, begun, 17_00)
        assert (charge.left_gr, charge.paid_gr, announced(begun)) == (0, 17_00, 34_00)
        refuse_unbalanced()

    def test_after_it_was_settled_otherwise_are_a_surplus(self, begun, operator, cash):
        settle([charge_of(begun)], 17_00, voucher=voucher("kp"), into=cash)

        assert told(operator.pay(begun.key)) == 200

        fault = PaymentFault.objects.get()
        assert (fault.kind, fault.left_gr) == (Kind.SURPLUS, 17_00)
        assert announced(begun) == 17_00

    @pytest.mark.parametrize(
        ("address", "body", "status"),
        [
            (DOOR, b"", 400), (DOOR, b"{}", 400), (DOOR, b"\xff\x00", 400), (DOOR, b"x" * 70_000, 413),
            (DOOR, b'{"posId":5,"sessionId":"x"}', 404), ("/platnosci/x/powiadomienie", b"{}", 404),
            ("/platnosci/payu/powiadomienie", b'{"order":[]}', 400),
            (DOOR, b'{"posId":"\\ud800","sessionId":"x"}', 400), (DOOR, b'{"posId":"999","sessionId":"\\u0000"}', 400),
            (DOOR, b'{"posId":"999","sessionId":"x","statement":"\\ud800","sign":"\\ud800"}', 400),
            (DOOR, b'{"posId":"999","sessionId":"x","statement":[[{}]],"amount":1e999}', 400),
        ],
    )  # fmt: skip
    def test_of_nonsense_are_answered_and_nothing_is_written(self, merchant, address, body, status):
        assert Client().post(address, body, content_type="application/json").status_code == status
        assert not PaymentMessage.objects.exists()

    @given(steps=st.lists(st.sampled_from(["tell", "wrong", "job", "late", "give-up", "cash"]), min_size=1, max_size=8))
    @tried(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_in_any_order_settle_once(self, merchant, make_charge, anna, operator, cash, steps):
        """Doubled, wrong, before and after the job, after the payer had left, after it was paid in cash."""
        with transaction.atomic():
            now = timezone.now()
            payment = paying.begin(anna, [make_charge()], visit=VISIT, at=now)
            letter = operator.pay(payment.key)
            came = 0
            for at, step in enumerate(steps):
                if step == "tell":
                    assert told(letter) == 200
                elif step == "wrong":
                    assert told(operator.notification(operator.order(payment.key), amount=1)) == 200
                elif step == "job":
                    paying.reconcile(at=now + timedelta(minutes=5))
                elif step == "late":
                    paying.reconcile(at=now + timedelta(days=2))
                elif step == "give-up":
                    paying.give_up(payment, at=now)
                else:
                    came += 17_00
                    settle([charge_of(payment)], 17_00, voucher=voucher(f"kp:{at}"), into=cash)
            told(letter)

            payment.refresh_from_db()
            assert (payment.state, announced(payment)) == (State.PAID, 17_00)
            assert Operation.objects.filter(key=payment.booking_key).count() == 1
            assert charge_of(payment).paid_gr == 17_00
            assert -balance(account(payment.municipality, LedgerAccount.Kind.UNEXPLAINED)) == came
            refuse_unbalanced()
            transaction.set_rollback(True)


class TestJob:
    def test_finds_what_was_paid_without_a_message(self, begun, operator):
        operator.pay(begun.key)

        paying.reconcile(at=timezone.now() + timedelta(minutes=5))

        begun.refresh_from_db()
        assert (begun.state, operator.order(begun.key).is_taken) == (State.PAID, True)
        assert charge_of(begun).left_gr == 0

    def test_gives_up_what_was_left_and_a_late_message_still_counts(self, begun, operator):
        paying.reconcile(at=timezone.now() + timedelta(minutes=10))
        begun.refresh_from_db()
        assert begun.is_open

        paying.reconcile(at=timezone.now() + timedelta(hours=1))
        begun.refresh_from_db()
        assert (begun.state, PaymentItem.objects.filter(is_open=True).count()) == (State.CANCELLED, 0)

        assert told(operator.pay(begun.key)) == 200
        assert charge_of(begun).left_gr == 0

    def test_goes_on_after_a_contract_whose_keys_cannot_be_opened(self, begun, operator, merchant):
        operator.pay(begun.key)
        spoilt = Merchant.objects.create(
            municipality=merchant.municipality, operator="payu", bank_account=merchant.bank_account, pos_id="1",
            merchant_id="1", sealed_secrets=b"of another key",
        )  # fmt: skip
        Payment.objects.create(
            municipality=merchant.municipality, merchant=spoilt, payer=begun.payer, amount_gr=1, title="x",
            started_at=timezone.now() - timedelta(hours=1), expires_at=timezone.now(),
        )  # fmt: skip

        paying.reconcile(at=timezone.now() + timedelta(minutes=5))

        begun.refresh_from_db()
        assert begun.state == State.PAID

    def test_asks_others_where_one_operator_is_silent(self, begun, operator, payu, make_charge, anna, monkeypatch):
        monkeypatch.setattr(paying, "AT_ONCE", 1)
        secret = Merchant.objects.get(operator="payu")
        for _ in range(2):
            Payment.objects.create(
                municipality=secret.municipality, merchant=secret, payer=anna, amount_gr=1, title="x", order_id="1",
                started_at=timezone.now() - timedelta(hours=1), expires_at=timezone.now(), state=State.STARTED,
            )  # fmt: skip
        operator.pay(begun.key)
        payu.always = UNAVAILABLE

        paying.reconcile(at=timezone.now() + timedelta(minutes=5))

        begun.refresh_from_db()
        assert (begun.state, len(payu.questions)) == (State.PAID, 1)

    def test_waits_a_day_for_an_operator_that_is_silent(self, begun, operator):
        operator.always = UNAVAILABLE
        paying.reconcile(at=timezone.now() + timedelta(hours=3))
        begun.refresh_from_db()
        assert begun.is_open

        paying.reconcile(at=timezone.now() + timedelta(hours=25))
        begun.refresh_from_db()
        assert not begun.is_open


class TestRefund:
    @pytest.fixture
    def asked(self, begun, operator, jadwiga):
        told(operator.pay(begun.key))
        return refunds.ask_back(charge_of(begun), reason="Wniosek wycofany", by=jadwiga, at=timezone.now())

    def approve(self, refund, by):
        return refunds.decide(refund, is_approved=True, by=by, at=timezone.now(), address="http://testserver")

    def test_needs_two_people(self, asked, jadwiga):
        with pytest.raises(Refused):
            self.approve(asked, jadwiga)

    def test_is_not_decided_by_the_one_who_gets_the_money(self, asked, begun, skala, irena):
        """A clerk is a resident too (KPA art. 24 par. 1 point 1)."""
        StaffRole.objects.create(user=begun.payer, municipality=skala, role=StaffRole.Role.CLERK, job_title="x")
        with pytest.raises(Refused, match="Twoich pieniędzy"):
            self.approve(asked, begun.payer)

        assert self.approve(asked, irena).status == Refund.Status.SENT

    def test_goes_out_once_and_is_booked_when_the_operator_says_so(self, asked, begun, operator, irena):
        self.approve(asked, irena)
        refunds.repeat(at=timezone.now(), address="http://testserver")  # told again
        order = operator.order(begun.key)
        assert order.refunds == {asked.session: 17_00}
        assert charge_of(begun).paid_gr == 17_00

        letter = operator.refund_notification(order, asked.session)
        assert [told(letter), told(letter)] == [200, 200]

        asked.refresh_from_db()
        assert asked.status == Refund.Status.DONE
        assert (charge_of(begun).paid_gr, charge_of(begun).left_gr, announced(begun)) == (0, 0, 0)
        refuse_unbalanced()

    def test_rejected_by_the_operator_goes_to_the_desk(self, asked, begun, operator, irena):
        self.approve(asked, irena)

        assert told(operator.refund_notification(operator.order(begun.key), asked.session, status=1)) == 200

        asked.refresh_from_db()
        assert asked.status == Refund.Status.FAILED
        assert PaymentFault.objects.get().kind == Kind.REFUND
        assert charge_of(begun).paid_gr == 17_00

    def test_refused_by_the_operator_is_paid_by_the_office_and_done_after_all_is_told(
        self, asked, begun, operator, jadwiga, irena
    ):
        self.approve(asked, irena)
        order, charge = operator.order(begun.key), charge_of(begun)
        done_after_all = operator.refund_notification(order, asked.session)
        told(operator.refund_notification(order, asked.session, status=1))

        again = self.approve(refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now()), irena)
        assert (again.payment, again.status) == (None, Refund.Status.DONE)
        assert [told(done_after_all), told(done_after_all)] == [200, 200]

        assert (charge.paid_gr, charge.left_gr, announced(begun)) == (0, 0, 17_00)
        assert balance(account(begun.municipality, LedgerAccount.Kind.BANK, begun.merchant.bank_account)) == -17_00
        assert PaymentFault.objects.filter(text__contains="zwrócono już").count() == 1
        refuse_unbalanced()

    def test_nobody_asked_for_goes_to_the_desk(self, begun, operator):
        told(operator.pay(begun.key))
        order = operator.order(begun.key)
        order.refunds["0" * 32] = 17_00

        assert told(operator.refund_notification(order, "0" * 32)) == 200

        assert PaymentFault.objects.get().kind == Kind.REFUND
        assert charge_of(begun).paid_gr == 17_00

    def test_made_in_the_panel_of_payu_goes_to_the_desk(self, payu, make_charge, anna):
        """PayU names its own refund only (PayU-EMEA/openpayu_php, issue 112)."""
        payment = paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
        told_by_payu(payu.pay(payment.key))
        refund = {"refundId": "5000024357", "status": "FINALIZED", "reason": "refund", "refundDate": "2026-11-29"}
        order = payu.order(payment.key)
        letter = payu._signed({"orderId": order.number, "extOrderId": order.session, "refund": refund}, None)

        assert [told_by_payu(letter), told_by_payu(letter)] == [200, 200]

        assert PaymentFault.objects.get().kind == Kind.REFUND
        assert charge_of(payment).paid_gr == 17_00

    @pytest.mark.parametrize(("state", "status", "paid_gr"), [(1, "done", 0), (4, "failed", 17_00), (2, "sent", 17_00)])
    def test_whose_message_was_lost_is_asked_about(self, asked, begun, operator, irena, state, status, paid_gr):
        self.approve(asked, irena)
        operator.order(begun.key).refund_states[asked.session] = state

        for _ in range(2):
            refunds.repeat(at=timezone.now(), address="http://testserver")

        asked.refresh_from_db()
        assert (asked.status, charge_of(begun).paid_gr) == (status, paid_gr)
        assert (
            told(operator.refund_notification(operator.order(begun.key), asked.session, status=int(state == 4))) == 200
        )
        assert charge_of(begun).paid_gr == (17_00 if state == 4 else 0)
        refuse_unbalanced()

    @pytest.mark.parametrize(("state", "status"), [("FINALIZED", "done"), ("CANCELED", "failed"), ("PENDING", "sent")])
    def test_told_again_to_payu_says_what_became_of_it(self, payu, make_charge, anna, jadwiga, irena, state, status):
        payment = paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
        told_by_payu(payu.pay(payment.key))
        refund = refunds.ask_back(charge_of(payment), reason="x", by=jadwiga, at=timezone.now())
        assert self.approve(refund, irena).status == Refund.Status.SENT
        payu.order(payment.key).refund_states[refund.session] = state

        refunds.repeat(at=timezone.now(), address="")

        refund.refresh_from_db()
        assert refund.status == status
        refuse_unbalanced()

    def test_told_while_it_is_being_taken_is_not_refused(self, asked, operator, irena):
        """The word of the specification for the same request at the same moment."""
        self.approve(asked, irena)
        operator.lie(Says(b'{"error":"Concurrent call","code":400}', 400))

        refunds.repeat(at=timezone.now(), address="http://testserver")

        asked.refresh_from_db()
        assert (asked.status, PaymentFault.objects.exists()) == (Refund.Status.SENT, False)

    @given(steps=st.lists(st.tuples(st.sampled_from(REFUND_STEPS), st.integers(0, 3)), min_size=4, max_size=14))
    @tried(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_in_any_order_no_grosz_goes_back_twice(self, begun, operator, jadwiga, irena, make_charge, steps):
        """Of a charge and of a surplus: refused, done after all, done twice, told anew, put to another charge."""
        order = operator.order(begun.key)
        order.is_taken, order.refunds = False, {}  # what was written for the last example is rolled back
        with transaction.atomic():
            told(operator.pay(begun.key))
            double = paying.begin(begun.payer, [make_charge()], visit=VISIT, at=timezone.now())
            settle([charge_of(double)], 17_00, voucher=voucher("kp"), into=account(begun.municipality, "cash"))
            told(operator.pay(double.key))
            surplus, other, now = (
                PaymentFault.objects.get(kind=Kind.SURPLUS),
                make_charge(9_00, kind="waste"),
                timezone.now(),
            )
            for step, at in steps:
                sent = list(Refund.objects.filter(payment__isnull=False, decided_at__isnull=False).order_by("pk"))
                try:
                    with transaction.atomic():
                        if step == "ask":
                            refunds.ask_back(
                                charge_of(begun), reason="x", by=jadwiga, at=now, amount_gr=5_00 * (at + 1)
                            )
                        elif step == "ask-surplus":
                            refunds.ask_surplus_back(surplus, reason="x", by=jadwiga, at=now)
                        elif step == "match":
                            desk.match(surplus, other, by=jadwiga, at=now)
                        elif step == "approve":
                            self.approve(Refund.objects.filter(status="asked").earliest("pk"), irena)
                        elif step == "job":
                            refunds.repeat(at=now, address="http://testserver")
                        elif sent:
                            one = sent[at % len(sent)]
                            order = operator.order(one.payment.key)
                            order.refunds[one.session] = one.amount_gr
                            assert (
                                told(operator.refund_notification(order, one.session, status=int(step == "refused")))
                                == 200
                            )
                except (Conflict, Malformed, Refund.DoesNotExist):
                    continue
            surplus.refresh_from_db()
            done = Refund.objects.filter(status="done")
            unexplained = -balance(account(begun.municipality, LedgerAccount.Kind.UNEXPLAINED))
            assert unexplained == surplus.left_gr
            assert surplus.left_gr + other.paid_gr + sum(one.amount_gr for one in done.filter(fault=surplus)) == 17_00
            assert charge_of(begun).paid_gr + sum(one.amount_gr for one in done.filter(charge__isnull=False)) == 17_00
            refuse_unbalanced()
            transaction.set_rollback(True)

    def test_of_cash_is_booked_by_the_second_person(self, make_charge, cash, jadwiga, irena):
        charge = make_charge()
        settle([charge], 17_00, voucher=voucher("kp"), into=cash)
        refund = refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now())
        with pytest.raises(Conflict):
            refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now())

        assert self.approve(refund, irena).status == Refund.Status.DONE

        assert (charge.paid_gr, balance(cash)) == (0, 0)
        with pytest.raises(Conflict):
            self.approve(refund, irena)

    def test_by_the_office_leaves_the_bank_and_not_what_is_announced(
        self, make_charge, stamp_account, skala, jadwiga, irena
    ):
        """A transfer that a clerk wrote down is announced until the statement brings it."""
        charge = make_charge(17_00)
        waiting = account(skala, LedgerAccount.Kind.ANNOUNCED, stamp_account)
        settle([charge], 17_00, voucher=voucher("transfer"), into=waiting)

        refund = refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now())
        self.approve(refund, by=irena)

        in_bank = account(skala, LedgerAccount.Kind.BANK, stamp_account)
        assert (balance(waiting), balance(in_bank), charge.paid_gr) == (17_00, -17_00, 0)
        refuse_unbalanced()

    def test_of_a_part_goes_by_the_operator_and_the_rest_later(self, begun, operator, jadwiga, irena):
        told(operator.pay(begun.key))
        charge, order = charge_of(begun), operator.order(begun.key)
        for amount_gr in (7_00, 10_00):
            refund = refunds.ask_back(
                charge, reason="za dużo stron", by=jadwiga, at=timezone.now(), amount_gr=amount_gr,
                ground=Refund.Ground.OVERPAID,
            )  # fmt: skip
            self.approve(refund, irena)
            letter = operator.refund_notification(order, refund.session)
            assert [told(letter), told(letter)] == [200, 200]

        assert sorted(order.refunds.values()) == [7_00, 10_00]
        assert (charge.paid_gr, charge.left_gr, announced(begun)) == (0, 0, 0)
        with pytest.raises(Conflict):
            refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now())
        refuse_unbalanced()

    @pytest.mark.parametrize("amount_gr", [0, -1, 17_01])
    def test_is_of_no_more_than_was_paid(self, make_charge, cash, jadwiga, amount_gr):
        charge = make_charge()
        settle([charge], 17_00, voucher=voucher("kp"), into=cash)

        with pytest.raises(Malformed):
            refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now(), amount_gr=amount_gr)

    def test_more_than_the_operator_brought_is_given_back_by_hand(self, begun, operator, make_charge, cash, jadwiga):
        told(operator.pay(begun.key))
        charge = charge_of(begun)
        add(charge, 3_00, voucher=voucher("more"))
        settle([charge], 3_00, voucher=voucher("kp"), into=cash)

        assert refunds.ask_back(charge, reason="x", by=jadwiga, at=timezone.now(), amount_gr=20_00).payment is None


class TestDesk:
    @pytest.fixture
    def surplus(self, begun, operator, cash):
        settle([charge_of(begun)], 17_00, voucher=voucher("kp"), into=cash)
        told(operator.pay(begun.key))
        return PaymentFault.objects.get()

    def test_a_surplus_goes_to_another_charge(self, surplus, make_charge, jadwiga):
        small, other = make_charge(10_00), make_charge(30_00, kind="waste")
        now = timezone.now()

        assert desk.match(surplus, small, by=jadwiga, at=now).left_gr == 7_00
        with pytest.raises(Conflict):
            desk.note(surplus, "nic", by=jadwiga, at=now)
        assert desk.match(surplus, other, by=jadwiga, at=now).resolved_by == jadwiga

        assert (small.left_gr, other.left_gr) == (0, 23_00)
        with pytest.raises(Conflict):
            desk.match(surplus, other, by=jadwiga, at=now)

    def test_a_surplus_pays_no_part_of_stamp_duty(self, surplus, make_charge, jadwiga):
        duty = make_charge(30_00)
        with pytest.raises(Conflict, match="w całości"):
            desk.match(surplus, duty, by=jadwiga, at=timezone.now())

        assert duty.left_gr == 30_00

    @pytest.mark.parametrize("parts", [(8_50, 8_50), (10_00, 7_00)])
    def test_a_surplus_goes_twice_to_a_charge_that_grew(self, surplus, make_charge, jadwiga, parts):
        first, more = parts
        charge = make_charge(first)
        desk.match(surplus, charge, by=jadwiga, at=timezone.now())
        add(charge, more, voucher=voucher("more"))

        assert desk.match(surplus, charge, by=jadwiga, at=timezone.now()).left_gr == 0

        assert (charge.left_gr, charge.paid_gr) == (0, 17_00)

    def test_or_back_to_the_payer(self, surplus, begun, operator, jadwiga, irena):
        refund = refunds.ask_surplus_back(surplus, reason="Zapłacono dwa razy", by=jadwiga, at=timezone.now())
        refunds.decide(refund, is_approved=True, by=irena, at=timezone.now(), address="http://testserver")

        told(operator.refund_notification(operator.order(begun.key), refund.session))

        surplus.refresh_from_db()
        assert (surplus.left_gr, announced(begun)) == (0, 0)
        assert charge_of(begun).paid_gr == 17_00  # the cash stays

    def test_goes_back_out_of_where_it_was_announced(self, surplus, begun, operator, skala, jadwiga, irena):
        """The contract pays out to another account since."""
        other = BankAccount.objects.create(
            municipality=skala, nrb=OTHER_NRB, title="Inny", purpose="waste", valid_from="2020-01-01"
        )
        Merchant.objects.update(bank_account=other)
        refund = refunds.ask_surplus_back(surplus, reason="x", by=jadwiga, at=timezone.now())
        refunds.decide(refund, is_approved=True, by=irena, at=timezone.now(), address="http://testserver")

        told(operator.refund_notification(operator.order(begun.key), refund.session))

        assert announced(begun) == 0

    def test_refused_by_the_operator_is_paid_by_the_office(self, surplus, begun, operator, jadwiga, irena):
        for _ in range(2):
            refund = refunds.ask_surplus_back(surplus, reason="x", by=jadwiga, at=timezone.now())
            refunds.decide(refund, is_approved=True, by=irena, at=timezone.now(), address="http://testserver")
            told(operator.refund_notification(operator.order(begun.key), refund.session, status=1))

        refund.refresh_from_db()
        surplus.refresh_from_db()
        in_bank = account(begun.municipality, LedgerAccount.Kind.BANK, begun.merchant.bank_account)
        assert (refund.payment, refund.status, surplus.left_gr) == (None, Refund.Status.DONE, 0)
        assert (balance(in_bank), announced(begun)) == (-17_00, 17_00)

    def test_back_after_it_paid_a_charge_takes_no_money_of_others(
        self, surplus, begun, operator, make_charge, cash, jadwiga, irena
    ):
        """The operator refused, the clerk put the surplus to a charge, the operator gave it back after all."""
        refund = refunds.ask_surplus_back(surplus, reason="x", by=jadwiga, at=timezone.now())
        refunds.decide(refund, is_approved=True, by=irena, at=timezone.now(), address="http://testserver")
        told(operator.refund_notification(operator.order(begun.key), refund.session, status=1))
        desk.match(surplus, make_charge(17_00), by=jadwiga, at=timezone.now())
        settle([], 50_00, voucher=voucher("of-others"), into=cash)

        assert told(operator.refund_notification(operator.order(begun.key), refund.session)) == 200

        refund.refresh_from_db()
        assert (refund.status, refund.done_on) == (Refund.Status.FAILED, None)
        assert balance(account(begun.municipality, LedgerAccount.Kind.UNEXPLAINED)) == -50_00
        assert PaymentFault.objects.filter(text__contains="rozliczono inaczej", kind=Kind.REFUND).count() == 1

    def test_refused_it_waits_again(self, surplus, jadwiga, irena):
        refund = refunds.ask_surplus_back(surplus, reason="x", by=jadwiga, at=timezone.now())
        refunds.decide(refund, is_approved=False, by=irena, at=timezone.now(), address="")

        surplus.refresh_from_db()
        assert (surplus.resolved_at, surplus.left_gr) == (None, 17_00)

    def test_its_pages(self, surplus, make_charge, office, jadwiga, irena, emil):
        charge = make_charge(17_00)
        page = office.get("/urzad/platnosci/").content.decode()
        assert "Nadpłata: 17,00" in page

        office.post(f"/urzad/platnosci/wyjasnij/{surplus.pk}/", {"decyzja": "zwroc", "tekst": "Dwa razy"})
        refund = Refund.objects.get()
        office.post(f"/urzad/platnosci/zwrot/{refund.pk}/", {"decyzja": "zatwierdz"})
        refund.refresh_from_db()
        assert refund.status == "asked"  # the same person
        second = Client()
        second.force_login(irena)
        second.post(f"/urzad/platnosci/zwrot/{refund.pk}/", {"decyzja": "odrzuc"})
        second.post(f"/urzad/platnosci/wyjasnij/{surplus.pk}/", {"decyzja": "zalicz", "oplata": charge.pk})
        assert charge.left_gr == 0
        stranger = Client()
        stranger.force_login(emil)
        assert stranger.get("/urzad/platnosci/").status_code == 403

    @pytest.mark.parametrize(
        "sent", [{}, {"decyzja": "x"}, {"decyzja": "zalicz", "oplata": "٣"}, {"decyzja": "zwroc", "tekst": "\x00"}]
    )
    def test_nonsense_changes_nothing(self, surplus, office, sent):
        assert office.post(f"/urzad/platnosci/wyjasnij/{surplus.pk}/", sent).status_code == 302
        surplus.refresh_from_db()
        assert surplus.left_gr == 17_00
        assert surplus.resolved_at is None

    def test_of_another_office_is_not_there(self, surplus, suloszowa):
        clerk = person("ola", "Ola", "Mazur")
        StaffRole.objects.create(user=clerk, municipality=suloszowa, role="tax-clerk", job_title="inspektor")
        stranger = Client()
        stranger.force_login(clerk)

        assert "Nadpłata" not in stranger.get("/urzad/platnosci/").content.decode()
        assert stranger.post(f"/urzad/platnosci/wyjasnij/{surplus.pk}/", {"decyzja": "zwroc"}).status_code == 404


class TestPagesOfThePayer:
    def test_choose_and_pay_and_see_the_proof(self, client, anna, merchant, make_charge, operator):
        client.force_login(anna)
        charge = make_charge()
        page = client.get("/moje/oplaty/").content.decode()
        assert "17,00" in page

        gone = client.post("/moje/oplaty/zaplac/", {"oplata": charge.pk})["Location"]
        assert "/trnRequest/" in client.get(gone).content.decode()
        payment = Payment.objects.get()
        waiting = client.get(f"/platnosci/{payment.key}/").content.decode()
        assert "Przetwarzamy" in waiting
        assert "Zapłacono" not in waiting
        assert 'http-equiv="refresh"' in waiting

        told(operator.pay(payment.key))

        assert "Zapłacono" in client.get(f"/platnosci/{payment.key}/").content.decode()
        proof = client.get(f"/moje/oplaty/{charge.pk}/").content.decode()
        assert f"Przelewy24 {payment.order_id}"[:16] in proof
        assert "wpłata" in proof

    def test_the_operator_hears_of_the_payer_and_not_of_our_proxy(self, rf, anna):
        request = rf.get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.7"})
        assert mine.visit_of(request).ip == "192.0.2.7"

    def test_the_time_is_the_one_that_the_operator_was_told(self, client, anna, begun):
        client.force_login(anna)
        page = client.get(f"/platnosci/{begun.key}/zaplac/").content.decode()
        until = timezone.localtime(begun.started_at + timedelta(minutes=paying.MINUTES))
        assert f"dokończyć do {until:%H:%M}" in page

    def test_blik_code(self, client, anna, begun, operator):
        client.force_login(anna)
        assert client.post(f"/platnosci/{begun.key}/blik/", {"kod": "12x456"}).status_code == 422
        assert client.post(f"/platnosci/{begun.key}/blik/", {"kod": "777 123"}).status_code == 302
        assert operator.order(begun.key).is_paid

    def test_codes_of_blik_are_not_guessed(self, client, anna, begun, operator):
        """The operator hears ten of one account in ten minutes."""
        client.force_login(anna)
        asked = len(operator.questions)

        answers = [client.post(f"/platnosci/{begun.key}/blik/", {"kod": "000000"}) for _ in range(12)]

        assert {answer.status_code for answer in answers} == {422}
        assert "Za dużo prób" in answers[-1].content.decode()
        assert len(operator.questions) - asked == 10

    def test_leaving_frees_the_charge(self, client, anna, begun):
        client.force_login(anna)
        client.post(f"/platnosci/{begun.key}/przerwij/")
        assert "Płatność przerwana" in client.get(f"/platnosci/{begun.key}/").content.decode()
        assert client.post("/moje/oplaty/zaplac/", {"oplata": charge_of(begun).pk}).status_code == 302
        assert Payment.objects.open().count() == 1

    def test_of_others_are_not_there(self, client, celina, begun):
        client.force_login(celina)
        charge = charge_of(begun)
        assert client.get(f"/platnosci/{begun.key}/").status_code == 404
        assert client.get(f"/moje/oplaty/{charge.pk}/").status_code == 404
        assert client.post("/moje/oplaty/zaplac/", {"oplata": charge.pk}).status_code == 302
        assert Payment.objects.count() == 1

    @pytest.mark.parametrize("typed", [[], ["x"], ["9" * 30], ["٣"], ["-1"], ["\x00"]])
    def test_nonsense_is_a_word(self, client, anna, merchant, typed):
        client.force_login(anna)
        assert (
            "Wybierz, co chcesz" in client.post("/moje/oplaty/zaplac/", {"oplata": typed}, follow=True).content.decode()
        )


class TestTransfer:
    def test_code_of_the_banks(self, stamp_account, make_charge):
        charge = make_charge(title="Opłata skarbowa za zaświadczenie | 1")

        transfer = transfer_for(charge, stamp_account, amount_gr=17_00)

        fields = transfer.code.split("|")
        assert fields[1:4] == ["PL", stamp_account.nrb, "001700"]
        assert fields[4:6] == ["Urząd Miasta i Gminy", f"N/{charge.pk} Opłata skarbowa za zaświadczenie"[:32]]
        assert len(fields) == 9
        assert len(transfer.code) <= 160
        assert transfer.picture.startswith("data:image/svg+xml")

    def test_none_for_more_than_six_digits(self, stamp_account, make_charge):
        assert transfer_for(make_charge(), stamp_account, amount_gr=10_000_00).picture == ""


class TestSecrets:
    def test_are_sealed_and_never_shown(self, merchant, operator):
        row = Merchant.objects.get()
        assert operator.crc.encode() not in bytes(row.sealed_secrets)
        assert operator.crc not in repr(row.connect().own)
        assert operator.crc not in str(row)

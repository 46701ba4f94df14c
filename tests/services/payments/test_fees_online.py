"""Stamp duty in the books: owed with the application, paid online, written off, given back, owed again.

Refund: stamp-duty act of 16.11.2006, art. 9 (the act was not made; five years from the end of the year of payment).
"""

from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from services.cases.models import Case
from services.fees.base import CASH_DESK
from services.fees.booking import charge_of
from services.fees.models import Due, FeeRate
from services.fees.services import ask_refund, exempt, pay, refuse_exemption
from services.identity.models import StaffRole
from services.payments import desk, paying
from services.payments.base import State
from services.payments.ledger.books import account, balance, settle
from services.payments.ledger.models import LedgerAccount
from services.payments.models import PaymentFault, Refund
from spatial.errors import Conflict
from tests import office as cases
from tests.conftest import person
from tests.services.payments.conftest import VISIT, voucher
from tests.services.payments.test_ledger import refuse_unbalanced
from tests.services.payments.test_payments import told

pytestmark = pytest.mark.django_db
CODE = "zaswiadczenie-o-przeznaczeniu"
PAID = {"sposob": "cash", "numer": "KP 12/2026", "dzien": timezone.localdate().isoformat()}


@pytest.fixture
def due(filing, make_parcel, anna) -> Due:
    import_module("services.fees.migrations.0002_rates").add_rate(apps, None)
    parcel = make_parcel(number="123/4", side=100).identifier
    return cases.filed(CODE, anna, parcels=[parcel], purpose="bank").dues.get()


def online(due, anna, operator):
    payment = paying.begin(anna, [charge_of(due)], visit=VISIT, at=timezone.now())
    assert told(operator.pay(payment.key)) == 200
    payment.refresh_from_db()
    due.refresh_from_db()
    return payment


def test_owed_with_the_application(due, anna):
    charge = charge_of(due)
    assert (charge.left_gr, charge.payer, charge.kind, charge.due_on) == (17_00, anna, "stamp-duty", due.due_on)


def test_paid_online_stands_in_the_case(due, merchant, anna, operator, client):
    payment = online(due, anna, operator)

    assert (due.paid_gr, due.how, due.paid_on) == (17_00, "online", timezone.localdate())
    assert due.number == f"Przelewy24 {payment.order_id}"
    assert due.case.events.filter(kind="fee-paid").count() == 1
    client.force_login(anna)
    page = client.get(f"/moje/sprawy/{due.case_id}/").content.decode()
    assert "zapłacono" in page
    assert payment.order_id in page
    with pytest.raises(Conflict):
        pay(due, CASH_DESK.notify(due, PAID), by=anna, at=timezone.now())


def test_paid_in_time_and_heard_of_later_is_paid_in_time(due, merchant, anna, operator, danuta):
    """A day late over the end of a year, where the five years of a refund (art. 9) begin a year earlier too."""
    paid, told_at = (timezone.make_aware(datetime(*day)) for day in ((2025, 12, 31, 23, 58), (2026, 1, 2, 8, 0)))
    payment = paying.begin(anna, [charge_of(due)], visit=VISIT, at=paid - timedelta(minutes=5))
    paying.notified("przelewy24", operator.pay(payment.key, at=paid)[0], {}, at=told_at)

    due.refresh_from_db()
    assert due.paid_on == date(2025, 12, 31)
    event = due.case.events.get(kind="fee-paid")
    assert ("31 grudnia 2025" in event.text.replace("\xa0", " "), event.at) == (True, told_at)
    with pytest.raises(Conflict, match="5 lat"):
        ask_refund(due, reason="x", by=danuta, at=timezone.make_aware(datetime(2031, 1, 1)))
    ask_refund(due, reason="x", by=danuta, at=timezone.make_aware(datetime(2030, 12, 31, 23, 59)))


def test_paid_on_the_day_that_the_payer_has_shown(due, merchant, anna, operator, danuta):
    begun, told_at = (timezone.make_aware(datetime(*day)) for day in ((2025, 12, 31, 23, 50), (2026, 1, 2, 8, 0)))
    payment = paying.begin(anna, [charge_of(due)], visit=VISIT, at=begun)
    letter = operator.pay(payment.key)
    operator.order(payment.key).told_time = ""
    paying.notified("przelewy24", letter[0], {}, at=told_at)
    due.refresh_from_db()
    assert due.paid_on == date(2026, 1, 2)

    desk.correct_day(payment, date(2025, 12, 31), proof="wyciąg mBanku", by=danuta, at=told_at)

    due.refresh_from_db()
    assert (due.paid_on, due.paid_gr) == (date(2025, 12, 31), 17_00)
    event = due.case.events.get(kind="fee-redated")
    assert "31 grudnia 2025, nie 2 stycznia 2026: dowód: wyciąg mBanku" in event.text.replace("\xa0", " ")
    assert event.actor == danuta


def test_a_case_is_not_left_while_it_is_being_paid(due, merchant, anna, operator, danuta, client):
    """The payer may have paid within the term and the operator has not said so yet."""
    payment = paying.begin(anna, [charge_of(due)], visit=VISIT, at=timezone.now())
    Case.objects.filter(pk=due.case_id).update(
        status=Case.Status.AWAITING, awaits_until=timezone.localdate() - timedelta(days=1)
    )
    step = f"/urzad/sprawy/{due.case_id}/krok/pozostaw/"
    client.force_login(danuta)
    refused = client.post(step)
    assert (refused.status_code, "płacona w internecie" in refused.content.decode()) == (422, True)

    paying.close(payment, State.CANCELLED)
    assert client.post(step).status_code == 302


def test_paid_at_the_desk_is_in_the_books_and_a_late_online_payment_is_a_surplus(due, merchant, anna, operator, danuta):
    payment = paying.begin(anna, [charge_of(due)], visit=VISIT, at=timezone.now())

    for _ in range(2):
        pay(due, CASH_DESK.notify(due, PAID), by=danuta, at=timezone.now())
    told(operator.pay(payment.key))

    due.refresh_from_db()
    assert (due.how, due.number, due.written_by) == ("cash", "KP 12/2026", danuta)
    assert balance(account(due.municipality, LedgerAccount.Kind.CASH)) == 17_00
    assert PaymentFault.objects.get().left_gr == 17_00
    assert due.case.events.filter(kind="fee-paid").count() == 1
    refuse_unbalanced()


def test_paid_by_a_line_of_the_bank(due, stamp_account):
    bank = account(due.municipality, LedgerAccount.Kind.BANK, stamp_account)
    one = voucher("line:9:1", source="wyciąg 12/2026", value_date=timezone.localdate() - timedelta(days=1))

    settle([charge_of(due)], 17_00, voucher=one, into=bank)

    due.refresh_from_db()
    assert (due.how, due.number, due.paid_on) == ("transfer", "wyciąg 12/2026", one.value_date)


def test_an_exemption_writes_it_off_and_refused_it_is_owed_again(due, danuta):
    for _ in range(2):
        exempt(due, reason="art. 7", by=danuta, at=timezone.now())
        assert charge_of(due).left_gr == 0
        refuse_exemption(due, reason="Nie przysługuje", by=danuta, at=timezone.now())
        assert charge_of(due).left_gr == 17_00
    refuse_unbalanced()


def test_without_a_rate_it_is_owed_when_the_sum_is_known(due, anna, danuta):
    FeeRate.objects.all().delete()
    unknown = cases.filed(CODE, anna, parcels=["120610_5.0007.123/4"], purpose="bank").dues.get()
    assert charge_of(unknown) is None

    pay(unknown, CASH_DESK.notify(unknown, PAID | {"kwota": "17"}), by=danuta, at=timezone.now())

    assert (charge_of(unknown).left_gr, charge_of(unknown).paid_gr) == (0, 17_00)


class TestRefund:
    @pytest.fixture
    def irena(self, skala):
        clerk = person("irena", "Irena", "Lis")
        StaffRole.objects.create(user=clerk, municipality=skala, role="tax-clerk", job_title="inspektor")
        return clerk

    def test_on_request_of_one_and_word_of_another(self, due, merchant, anna, operator, danuta, irena):
        payment = online(due, anna, operator)
        planner = Client()
        planner.force_login(danuta)
        step = f"/urzad/sprawy/{due.case_id}/krok/zwrot/"
        assert planner.post(step, {"oplata": due.pk, "tekst": " "}).status_code == 422
        assert planner.post(step, {"oplata": due.pk, "tekst": "Wniosek wycofany"}).status_code == 302
        refund = Refund.objects.get()
        clerk = Client()
        clerk.force_login(irena)

        clerk.post(f"/urzad/platnosci/zwrot/{refund.pk}/", {"decyzja": "zatwierdz"})
        told(operator.refund_notification(operator.order(payment.key), refund.session))

        due.refresh_from_db()
        assert due.refunded_on == timezone.localdate()
        assert CASH_DESK.status(due) is State.REFUNDED
        assert charge_of(due).left_gr == 0
        assert due.case.events.filter(kind="fee-refunded").count() == 1
        with pytest.raises(Conflict):
            ask_refund(due, reason="x", by=danuta, at=timezone.now())

    def test_of_a_part_that_was_too_much_also_when_the_act_was_made(self, due, danuta, irena):
        pay(due, CASH_DESK.notify(due, PAID), by=danuta, at=timezone.now())
        Case.objects.filter(pk=due.case_id).update(status=Case.Status.ISSUED)
        planner, clerk = Client(), Client()
        planner.force_login(danuta)
        clerk.force_login(irena)
        step, said = f"/urzad/sprawy/{due.case_id}/krok/zwrot/", {"oplata": due.pk, "tekst": "Zapłacono za dużo"}
        for wrong in ({"podstawa": "x"}, {"podstawa": "not-made"}, {"podstawa": "overpaid", "kwota": "17,01"},
                      {"podstawa": "overpaid", "kwota": "0"}, {"podstawa": "overpaid", "kwota": "x"}):  # fmt: skip
            assert planner.post(step, said | wrong).status_code == 422, wrong

        assert planner.post(step, said | {"podstawa": "overpaid", "kwota": "7"}).status_code == 302
        clerk.post(f"/urzad/platnosci/zwrot/{Refund.objects.get().pk}/", {"decyzja": "zatwierdz"})

        due.refresh_from_db()
        assert (due.refunded_gr, due.is_refunded, CASH_DESK.status(due)) == (7_00, False, State.PAID)
        assert (charge_of(due).paid_gr, charge_of(due).left_gr) == (10_00, 0)
        page = planner.get(f"/urzad/sprawy/{due.case_id}/").content.decode().replace("\xa0", " ")
        assert "zwrócono 7,00 zł" in page
        assert "Najwyżej 10,00 zł" in page
        refuse_unbalanced()

    def test_not_when_the_act_was_made(self, due, merchant, anna, operator, danuta):
        """Also while the page of the one who asks was being read."""
        online(due, anna, operator)
        due = Due.objects.select_related("case").get()
        Case.objects.filter(pk=due.case_id).update(status=Case.Status.ISSUED)
        with pytest.raises(Conflict, match="wykonał"):
            ask_refund(due, reason="x", by=danuta, at=timezone.now())

    @pytest.mark.parametrize(("years", "may"), [(5, True), (6, False)])
    def test_within_five_years_of_the_year_of_payment(self, due, merchant, anna, operator, danuta, years, may):
        online(due, anna, operator)
        at = timezone.now().replace(year=timezone.localdate().year + years, month=12, day=30)
        if may:
            assert ask_refund(due, reason="x", by=danuta, at=at).amount_gr == 17_00
        else:
            with pytest.raises(Conflict, match="5 lat"):
                ask_refund(due, reason="x", by=danuta, at=at)

    def test_not_of_what_is_not_paid(self, due, danuta):
        with pytest.raises(Conflict):
            ask_refund(due, reason="x", by=danuta, at=timezone.now())
        assert not Refund.objects.exists()

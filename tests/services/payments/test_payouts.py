"""Payouts of operators: what they bring is confirmed once, with refunds taken off and commissions kept."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from services.identity.models import StaffRole
from services.payments import paying, refunds
from services.payments.ledger.books import account, balance, settle
from services.payments.ledger.models import BankAccount, Entry, LedgerAccount, Operation
from services.payments.statements import deciding
from services.payments.statements.models import PayoutPart, StatementLine
from spatial.errors import Conflict, Malformed
from tests.conftest import person
from tests.data.bank_samples import DAY, OFFICE, OTHER_OFFICE, Said, mt940
from tests.services.payments.conftest import NRB, VISIT, voucher
from tests.services.payments.test_statements import only_line, refuse_lost_money, signed_in

pytestmark = pytest.mark.django_db
Account, State, Reason = LedgerAccount.Kind, StatementLine.State, StatementLine.Reason
EARLIER, LATER = date(2026, 11, 25), date(2026, 11, 26)  #: days before DAY


@pytest.fixture
def balances(skala, bank):
    """Of ANNOUNCED, BANK, UNEXPLAINED and EXPENSE."""

    def told() -> list[int]:
        own = [account(skala, kind, bank) for kind in (Account.ANNOUNCED, Account.BANK)]
        return [balance(one) for one in [*own, account(skala, Account.UNEXPLAINED), account(skala, Account.EXPENSE)]]

    return told


@pytest.fixture
def irena(skala):
    clerk = person("irena", "Irena", "Lis")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="inspektor")
    return clerk


def waiting() -> list[int]:
    """Keys of what the only line may have brought, in the order of its page."""
    return [one.operation for one in deciding.waiting_for(only_line())]


def take(chosen, *, by, commission_gr: int = 0, line: StatementLine | None = None) -> StatementLine:
    at = timezone.now()
    return deciding.take_payout(line or only_line(), chosen, commission_gr=commission_gr, by=by, at=at)


class TestByThemselves:
    def test_bring_what_was_announced_on_a_day(self, bring, announce, balances):
        announce(500, day=EARLIER)
        announce(1700), announce(300)
        announce(100, day=LATER)
        bring(mt940([Said(2000, "Wyplata P24-ABC Przelewy24", "PAYPRO S.A.")]))

        assert (only_line().state, only_line().reason, only_line().left_gr) == (State.MATCHED, Reason.PAYOUT, 0)
        assert balances()[0] == 600  # of the two other days
        bring(mt940([Said(600, "Wyplata P24-ABD Przelewy24")], number="229", opening_gr=2000))
        assert balances() == [0, 2600, 0, 0]
        refuse_lost_money()

    def test_the_session_in_the_title_says_which(self, bring, announce, balances):
        announce(1700)
        second = announce(1700)
        bring(mt940([Said(1700, f"PRZELEWY24 {second.key}")]))

        assert balances()[0] == 1700
        assert only_line().payouts.get().operation.key == second.booking_key

    def test_sessions_in_the_title_lack_their_own_refunds(self, bring, announce, give_back, balances):
        first, second, other = announce(1700, day=EARLIER), announce(2000, day=LATER), announce(900, day=LATER)
        refund = give_back(first, 300, day=LATER)
        give_back(other, 100, day=LATER)
        bring(mt940([Said(3400, f"PRZELEWY24 {first.key} {second.key}")]))

        assert (only_line().state, only_line().reason, only_line().left_gr) == (State.MATCHED, Reason.PAYOUT, 0)
        keys = set(PayoutPart.objects.values_list("operation__key", flat=True))
        assert keys == {first.booking_key, second.booking_key, f"refund:{refund.key}"}
        assert balances() == [800, 3400, 0, 0]
        bring(mt940([Said(800, f"Przelewy24 {other.key}")], number="229", opening_gr=3400))
        assert balances() == [0, 4200, 0, 0]
        refuse_lost_money()

    def test_sessions_in_the_title_lack_a_refund_of_one_that_came_before(self, bring, announce, give_back, balances):
        old = announce(1700, day=EARLIER)
        bring(mt940([Said(1700, f"Przelewy24 {old.key}")]))
        new = announce(2000, day=LATER)
        give_back(old, 500, day=LATER)
        bring(mt940([Said(1500, f"Przelewy24 {new.key} zwrot {old.key}")], number="229", opening_gr=1700))

        assert balances() == [0, 3200, 0, 0]
        refuse_lost_money()

    def test_sessions_in_the_title_come_whole_where_nothing_was_taken_off(self, bring, announce, give_back, balances):
        paid = announce(1700, day=EARLIER)
        give_back(paid, 300, day=LATER)
        bring(mt940([Said(1700, f"PRZELEWY24 {paid.key}")]))

        assert only_line().payouts.get().operation.key == paid.booking_key
        assert balances() == [-300, 1700, 0, 0]

    @pytest.mark.parametrize(("amount_gr", "day"), [(1400, date(2026, 11, 28)), (1399, EARLIER)])
    def test_sessions_in_the_title_wait_for_a_person_with_another_sum(
        self, bring, announce, give_back, balances, amount_gr, day
    ):
        """The first refund is of a day after the payout."""
        paid = announce(1700, day=EARLIER)
        give_back(paid, 300, day=day)
        bring(mt940([Said(amount_gr, f"PRZELEWY24 {paid.key}")]))

        assert (only_line().state, only_line().reason) == (State.EXCEPTION, Reason.PAYOUT_DIFFERS)
        assert balances() == [1400, 0, 0, 0]

    def test_another_sum_waits_for_a_person(self, bring, announce, balances):
        announce(1700)
        bring(mt940([Said(1650, "Przelewy24")]))

        assert (only_line().state, only_line().reason, balances()[0]) == (State.EXCEPTION, Reason.PAYOUT_DIFFERS, 1700)

    def test_is_counted_once_with_the_payment(self, bring, announce, balances):
        announce(1700)
        bring(mt940([Said(1700, "Przelewy24", reference="R1")]))
        bring(mt940([Said(1700, "Przelewy24", reference="R1")], number="48"))

        assert balances() == [0, 1700, 0, 0]

    def test_wait_for_the_account_whatever_its_purpose(self, bring, bank, skala, make_charge):
        taxes = BankAccount.objects.create(
            municipality=skala, nrb=OFFICE, title="Podatki", purpose="tax", valid_from="2020-01-01"
        )
        into = account(skala, Account.ANNOUNCED, taxes)
        settle([make_charge()], 1700, voucher=voucher("payment:1", source="Przelewy24 5", value_date=DAY), into=into)
        bring(mt940([Said(1700, "Przelewy24")]))

        assert set(LedgerAccount.objects.filter(kind=Account.ANNOUNCED).values_list("bank_account", flat=True)) == {
            bank.pk
        }
        assert balance(into) == 0

    def test_lack_a_refund_that_the_operator_took_off(self, bring, announce, give_back, balances):
        announce(2000, day=EARLIER)
        paid = announce(1700, day=LATER)
        refund = give_back(paid, 300, day=LATER)
        bring(mt940([Said(1400, "Przelewy24")]))

        assert (only_line().state, only_line().reason) == (State.MATCHED, Reason.PAYOUT)
        keys = PayoutPart.objects.values_list("operation__key", flat=True)
        assert set(keys) == {paid.booking_key, f"refund:{refund.key}"}
        assert balances() == [2000, 1400, 0, 0]
        bring(mt940([Said(2000, "Przelewy24")], number="229", opening_gr=1400))  # the refund is taken off once
        assert balances() == [0, 3400, 0, 0]
        refuse_lost_money()

    def test_lack_a_refund_of_money_that_came_long_ago(self, bring, announce, give_back, balances):
        old = announce(1700, day=EARLIER)
        bring(mt940([Said(1700, "Przelewy24")]))
        give_back(old, 500, day=LATER)
        announce(2000, day=LATER), announce(100, day=DAY)
        bring(mt940([Said(1600, "Przelewy24")], number="229", opening_gr=1700))  # all that wait: 2000 + 100 - 500

        assert balances() == [0, 3300, 0, 0]
        refuse_lost_money()

    def test_do_not_lack_what_is_given_back_later(self, bring, announce, give_back, balances):
        give_back(announce(1700, day=LATER), 300, day=date(2026, 11, 28))
        bring(mt940([Said(1400, "Przelewy24", reference="1"), Said(1700, "Przelewy24", reference="2")]))

        assert list(StatementLine.objects.order_by("number").values_list("reason", flat=True)) == [
            Reason.PAYOUT_DIFFERS, Reason.PAYOUT,
        ]  # fmt: skip
        assert balances() == [-300, 1700, 0, 0]
        refuse_lost_money()


class TestByHand:
    @pytest.fixture
    def payout(self, bring, announce, give_back):
        """17 zł and 20 zł of two days; of the first 3 zł went back; the operator kept 0,50 zł of the rest."""
        give_back(announce(1700, day=EARLIER), 300, day=LATER)
        announce(2000, day=LATER)
        bring(mt940([Said(3350, "Wyplata Przelewy24")]))
        return only_line()

    def test_the_commission_is_a_cost_of_the_office(self, payout, teresa, balances):
        line = take(waiting(), commission_gr=50, by=teresa)

        assert (line.state, line.reason, line.left_gr, line.decided_by) == (State.MATCHED, Reason.PAYOUT, 0, teresa)
        assert balances() == [0, 3350, 0, 50]
        booked = Operation.objects.get(key=f"{line.key}:payout")
        assert sorted(booked.entries.values_list("account__kind", "amount_gr")) == [
            (Account.ANNOUNCED, -3350), (Account.ANNOUNCED, -50), (Account.BANK, 3350), (Account.EXPENSE, 50),
        ]  # fmt: skip
        assert PayoutPart.objects.count() == 3
        refuse_lost_money()

    def test_twice_is_done_once(self, payout, teresa, balances):
        chosen = waiting()
        take(chosen, commission_gr=50, by=teresa)

        with pytest.raises(Conflict):
            take(chosen, commission_gr=50, by=teresa, line=payout)
        assert balances() == [0, 3350, 0, 50]

    @pytest.mark.parametrize(("left_out", "commission_gr"), [(0, 0), (0, 49), (0, 51), (1, 50)])
    def test_sums_that_differ_are_both_said(self, payout, teresa, balances, left_out, commission_gr):
        with pytest.raises(Malformed, match=r"33,50"):
            take(waiting()[left_out:], commission_gr=commission_gr, by=teresa)
        assert balances() == [3400, 0, 0, 0]

    def test_of_nothing_is_refused(self, payout, teresa):
        with pytest.raises(Malformed):
            take([], commission_gr=0, by=teresa)

    def test_what_another_payout_has_brought_comes_no_second_time(self, bring, payout, teresa, balances):
        chosen = waiting()
        take(chosen, commission_gr=50, by=teresa)
        bring(mt940([Said(3350, "Wyplata Przelewy24 druga")], number="229", opening_gr=3350))
        other = only_line(statement__number="229")

        with pytest.raises(Conflict):
            take(chosen, commission_gr=50, by=teresa, line=other)
        assert balances() == [0, 6700, -3350, 50]

    def test_of_another_office_or_account_is_not_among_them(self, payout, skala, suloszowa, make_charge, teresa):
        others = BankAccount.objects.create(
            municipality=suloszowa, nrb=OTHER_OFFICE, title="x", purpose="x", valid_from="2020-01-01"
        )
        second = BankAccount.objects.create(
            municipality=skala, nrb=NRB, title="x", purpose="x", valid_from="2020-01-01"
        )
        foreign = []
        for office, bank in ((suloszowa, others), (skala, second)):
            said = voucher(f"payment:{office.pk}", source="Przelewy24 5", value_date=DAY)
            into = account(office, Account.ANNOUNCED, bank)
            foreign.append(settle([], 3350, voucher=said, into=into).operation.pk)

        assert not set(foreign) & set(waiting())
        for key in foreign:
            with pytest.raises(Conflict):
                take([key], by=teresa)

    def test_a_line_that_named_no_operator_is_taken_out_of_the_unexplained(self, bring, announce, teresa, balances):
        announce(1700, day=LATER)
        bring(mt940([Said(1650, "P24-ABC", "PAYPRO S.A.")]))
        assert (only_line().reason, balances()) == (Reason.UNKNOWN, [1700, 1650, -1650, 0])

        take(waiting(), commission_gr=50, by=teresa)

        assert (only_line().reason, balances()) == (Reason.PAYOUT, [0, 1650, 0, 50])
        refuse_lost_money()

    def test_money_that_left_or_is_foreign_brings_nothing(self, bring, announce, teresa):
        payment = announce(1700)
        operation = Operation.objects.get(key=payment.booking_key).pk
        bring(mt940([Said(-1700, "Przelewy24")], opening_gr=1700))
        bring(mt940([Said(1700, "Przelewy24")], currency="EUR", number="9"))
        for line in StatementLine.objects.all():
            assert deciding.waiting_for(line) == []
            with pytest.raises(Conflict):
                take([operation], by=teresa, line=line)


class TestPage:
    @pytest.fixture
    def address(self, bring, announce, give_back):
        """Of a payout of 21,50 zł: two payments of a day, a refund of 3 zł, a commission of 0,50 zł."""
        give_back(announce(1700, day=LATER), 300, day=LATER)
        announce(800, day=LATER), announce(4000, day=DAY)
        bring(mt940([Said(2150, "Wyplata Przelewy24")]))
        return f"/urzad/wyciagi/pozycje/{only_line().pk}/"

    def test_a_day_a_refund_and_the_commission(self, address, teresa, balances):
        client = signed_in(teresa)
        page = client.get(address).content.decode()
        for said in ("Co przyniosła ta wypłata?", "26 listopada 2026", "Przelewy24 555", "zwrot Nadpłata", "-3,00"):
            assert said in page.replace("\xa0", " ")
        refund = Entry.objects.get(operation__key__startswith="refund:", account__kind=Account.ANNOUNCED).operation_id

        sent = {"krok": "wyplata", "dzien": LATER.isoformat(), "wplata": refund, "prowizja": "0,50"}
        assert client.post(address, sent).status_code == 302
        assert client.post(address, sent).status_code == 422  # pressed twice

        assert balances() == [4000, 2150, 0, 50]
        page = client.get(address).content.decode().replace("\xa0", " ")
        assert "Co przyszło tym przelewem" in page
        assert "Prowizja operatora: 0,50 zł" in page
        assert "Rozlicz wypłatę" not in page
        books = client.get("/urzad/ksiegi/").content.decode()
        assert "Koszty urzędu" in books
        assert "Księgi się bilansują" in books

    def test_says_both_sums_and_keeps_what_was_ticked(self, address, teresa):
        sent = {"krok": "wyplata", "dzien": LATER.isoformat(), "prowizja": "0,5 "}
        assert signed_in(teresa).post(address, sent).status_code == 422
        response = signed_in(teresa).post(address, sent | {"prowizja": "1"})

        page = response.content.decode().replace("\xa0", " ")
        assert response.status_code == 422
        assert "dają 24,00 zł, a wypłata to 21,50 zł" in page
        assert f'name="dzien" value="{LATER.isoformat()}" checked' in page
        assert 'value="1"' in page

    def test_a_line_that_names_no_operator_offers_the_same(self, bring, announce, teresa, balances):
        announce(1700, day=LATER)
        bring(mt940([Said(1700, "P24-ABC", "PAYPRO S.A.")]))
        client, address = signed_in(teresa), f"/urzad/wyciagi/pozycje/{only_line().pk}/"

        assert "Czy to wypłata operatora płatności?" in client.get(address).content.decode()
        sent = {"krok": "wyplata", "wplata": waiting(), "prowizja": "0"}
        assert (client.post(address, sent).status_code, balances()) == (302, [0, 1700, 0, 0])

    @pytest.mark.parametrize(
        "said", [{}, {"wplata": ["x", "9" * 17, "9" * 5000, "\0"]}, {"wplata": "1", "prowizja": "-1"},
                 {"dzien": "\0", "prowizja": "0"}, {"dzien": "2026-11-26", "prowizja": "9" * 400},
                 {"dzien": "2026-11-26", "prowizja": "9999999,99"}, {"wplata": "٣", "prowizja": "0"}],
    )  # fmt: skip
    def test_nonsense_is_answered_in_words(self, address, teresa, balances, said):
        response = signed_in(teresa).post(address, {"krok": "wyplata"} | said)

        assert (response.status_code, 'role="alert"' in response.content.decode()) == (422, True)
        assert balances() == [6200, 0, 0, 0]

    def test_a_clerk_looks_and_confirms_nothing(self, address, skala, celina, balances):
        StaffRole.objects.create(user=celina, municipality=skala, role=StaffRole.Role.CLERK, job_title="x")
        client = signed_in(celina)

        assert "Rozlicz wypłatę" not in client.get(address).content.decode()
        sent = {"krok": "wyplata", "dzien": LATER.isoformat(), "prowizja": "3,50"}
        assert (client.post(address, sent).status_code, balances()[1]) == (403, 0)


def test_from_the_payer_to_the_line_of_the_bank(skala, merchant, operator, make_charge, anna, teresa, irena, bring):
    payment = paying.begin(anna, [make_charge()], visit=VISIT, at=timezone.now())
    heard(operator.pay(payment.key))
    charge = payment.items.get().charge
    refund = refunds.ask_back(charge, reason="za dużo", by=teresa, at=timezone.now(), amount_gr=300)
    refunds.decide(refund, is_approved=True, by=irena, at=timezone.now(), address="http://testserver")
    heard(operator.refund_notification(operator.order(payment.key), refund.session))
    today = timezone.localdate()
    bring(mt940([Said(1400, "Wyplata Przelewy24")], account=NRB, day=today))
    bring(mt940([Said(1400, "Przelewy24 druga")], account=NRB, day=today, number="229", opening_gr=1400))

    first, second = StatementLine.objects.order_by("pk")
    assert (first.reason, first.payouts.count()) == (Reason.PAYOUT, 2)
    assert second.payouts.count() == 0
    own = [account(skala, kind, merchant.bank_account) for kind in (Account.ANNOUNCED, Account.BANK)]
    assert [balance(one) for one in own] == [0, 2800]
    refuse_lost_money()


def heard(letter) -> None:
    body, _headers = letter
    client = Client()
    door = "/platnosci/przelewy24/powiadomienie"
    assert client.post(door, body, content_type="application/json").status_code == 200

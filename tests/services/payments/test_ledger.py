"""Books that only grow and always balance: whatever comes, in whatever order, however often, and killed at any point.

Oldest first: OP art. 62 § 1. Double entry: accountancy act of 29.09.1994, art. 15. NRB: dossier, section 8.
"""

import os
import signal
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from services.payments import refunds
from services.payments.ledger.books import (
    Receipt,
    account,
    add,
    balance,
    confirm,
    give_back,
    give_back_surplus,
    settle,
    settle_all,
    write_off,
)
from services.payments.ledger.models import BankAccount, Charge, Entry, LedgerAccount, Operation, refuse_wrong_nrb
from services.payments.models import Refund
from services.payments.news import settled
from spatial.errors import Conflict, Malformed
from tests.services.payments.conftest import NRB, OTHER_NRB, voucher

Kind = LedgerAccount.Kind
pytestmark = pytest.mark.django_db


def refuse_unbalanced() -> None:
    """Of all books together and of each operation."""
    connection.check_constraints()
    rows = Operation.objects.annotate(sum=Sum("entries__amount_gr")).values_list("sum", flat=True)
    assert all(total == 0 for total in rows)
    for charge in Charge.objects.with_left():
        assert charge.left >= 0
        assert charge.paid_gr >= 0


class TestNumbersOfAccounts:
    @pytest.mark.parametrize("nrb", [NRB, "61109010140000071219812874"])
    def test_right_ones_are_taken(self, nrb):
        refuse_wrong_nrb(nrb)

    @pytest.mark.parametrize("nrb", ["", "72102028920000510200000001", NRB[:-1], f"PL{NRB}", "x" * 26, NRB[::-1]])
    def test_wrong_ones_are_not(self, nrb):
        with pytest.raises(ValidationError):
            refuse_wrong_nrb(nrb)

    def test_are_written_in_groups(self, stamp_account):
        assert stamp_account.written == "71 1020 2892 0000 5102 0000 0001"

    def test_the_account_of_the_day_takes_the_money(self, stamp_account, skala, make_charge):
        charge = make_charge()
        later = BankAccount.objects.create(
            municipality=skala, nrb=NRB, title="x", purpose="stamp-duty", valid_from="2027-01-01"
        )

        assert charge.account_on(date(2026, 12, 31)) == stamp_account
        assert charge.account_on(date(2027, 1, 1)) == later
        assert charge.account_on(date(2019, 1, 1)) is None


class TestSettling:
    def test_one_charge(self, make_charge, cash):
        charge = make_charge(17_00)
        assert charge.left_gr == 17_00

        done = settle([charge], 17_00, voucher=voucher("a"), into=cash)

        assert (done.parts, done.surplus_gr, done.is_new) == (((charge.pk, 17_00),), 0, True)
        assert (charge.left_gr, charge.paid_gr, balance(cash)) == (0, 17_00, 17_00)

    def test_told_twice_is_once_and_of_another_amount_a_conflict(self, make_charge, cash):
        charge = make_charge(17_00)
        first = settle([charge], 20_00, voucher=voucher("a"), into=cash)

        again = settle([charge], 20_00, voucher=voucher("a"), into=cash)

        assert (again.operation, again.parts, again.surplus_gr) == (first.operation, first.parts, 3_00)
        assert not again.is_new
        assert balance(cash) == 20_00
        with pytest.raises(Conflict):
            settle([charge], 17_00, voucher=voucher("a"), into=cash)

    def test_goes_in_order_and_the_rest_is_to_be_explained(self, make_charge, cash, skala):
        old, new, other = make_charge(10_00), make_charge(20_00), make_charge(5_00)

        done = settle([old, new], 15_00, voucher=voucher("a"), into=cash)
        more = settle([old, new], 40_00, voucher=voucher("b"), into=cash)

        assert done.parts == ((old.pk, 10_00), (new.pk, 5_00))
        assert (more.parts, more.surplus_gr) == (((new.pk, 15_00),), 25_00)
        assert other.left_gr == 5_00
        assert balance(account(skala, Kind.UNEXPLAINED)) == -25_00

    def test_tells_who_is_paid_up_once(self, make_charge, cash):
        old, new = make_charge(10_00), make_charge(20_00)
        heard = []
        listen = lambda payments, **_: heard.extend((charge, one.key) for charge, one in payments)  # noqa: E731
        settled.connect(listen)
        try:
            for key, amount in (("a", 15_00), ("a", 15_00), ("b", 15_00)):
                settle([old, new], amount, voucher=voucher(key), into=cash)
        finally:
            settled.disconnect(listen)

        assert heard == [(old, "a"), (new, "b")]

    def test_a_statement_at_once(self, make_charge, cash, django_assert_max_num_queries):
        charges = [make_charge(10_00) for _ in range(40)]
        receipts = [
            Receipt(voucher=voucher(f"line:{at}"), amount_gr=10_00 + at, into=cash, charges=(charge,))
            for at, charge in enumerate(charges)
        ]

        with django_assert_max_num_queries(12):
            done = settle_all([*receipts, receipts[0]])

        assert [one.surplus_gr for one in done] == [*range(40), 0]
        assert settle_all(receipts[:1])[0].is_new is False
        assert not Charge.objects.unpaid().exists()
        refuse_unbalanced()

    def test_announced_money_is_confirmed_by_the_bank(self, make_charge, stamp_account, skala):
        announced = account(skala, Kind.ANNOUNCED, stamp_account)
        settle([make_charge(17_00)], 17_00, voucher=voucher("a"), into=announced)

        for _ in range(2):
            confirm(17_00, bank_account=stamp_account, voucher=voucher("line:1"))

        assert (balance(announced), balance(account(skala, Kind.BANK, stamp_account))) == (0, 17_00)

    def test_one_number_is_one_account_of_the_books_whatever_row_is_given_it_later(self, stamp_account, skala):
        """An older row, unused until now, is given the number of one that took money."""
        planned = BankAccount.objects.create(
            municipality=skala, nrb=OTHER_NRB, title="Odpady", purpose="waste", valid_from="2020-01-01"
        )
        used = BankAccount.objects.create(
            municipality=skala, nrb="83101010230000261395100000", title="x", purpose="other", valid_from="2020-01-01"
        )
        first = account(skala, Kind.ANNOUNCED, used)
        BankAccount.objects.filter(pk=planned.pk).update(nrb=used.nrb)

        assert account(skala, Kind.ANNOUNCED, used) == first
        planned.refresh_from_db()
        assert account(skala, Kind.ANNOUNCED, planned) == first

    def test_what_was_unexplained_finds_its_charge(self, make_charge, cash, skala):
        settle([], 17_00, voucher=voucher("a"), into=cash)
        unexplained = account(skala, Kind.UNEXPLAINED)
        charge = make_charge(17_00)

        settle([charge], 17_00, voucher=voucher("b"), into=unexplained)

        assert (charge.left_gr, balance(unexplained), balance(cash)) == (0, 0, 17_00)

    def test_goes_back_no_more_than_came(self, make_charge, cash, skala):
        charge = make_charge(17_00)
        settle([charge], 20_00, voucher=voucher("a"), into=cash)
        with pytest.raises(Conflict):
            give_back(charge, 17_01, voucher=voucher("x"), out_of=cash)
        with pytest.raises(Conflict):
            give_back_surplus(3_01, voucher=voucher("x"), out_of=cash)

        for _ in range(2):
            give_back(charge, 17_00, voucher=voucher("b"), out_of=cash)
            give_back_surplus(3_00, voucher=voucher("c"), out_of=cash)

        assert (charge.left_gr, charge.paid_gr, balance(cash)) == (0, 0, 0)
        assert balance(account(skala, Kind.INCOME)) == 0

    def test_a_write_off_takes_what_is_left_and_it_may_be_owed_again(self, make_charge, cash):
        charge = make_charge(17_00)
        settle([charge], 7_00, voucher=voucher("a"), into=cash)

        assert write_off(charge, voucher=voucher("b")) == 10_00
        assert write_off(charge, voucher=voucher("c")) == 0
        add(charge, 10_00, voucher=voucher("d"))

        assert charge.left_gr == 10_00


class TestTheDatabase:
    def test_refuses_what_does_not_sum_to_zero(self, make_charge, cash):
        charge = make_charge()
        made = settle([charge], 17_00, voucher=voucher("a"), into=cash).operation

        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(operation=made, account=cash, amount_gr=1)
            connection.check_constraints()

    def test_refuses_an_operation_of_nothing(self, skala):
        values = {"kind": "payment", "key": "x", "source": "x", "value_date": "2026-01-01", "at": "2026-01-01T00:00Z"}
        with pytest.raises(IntegrityError), transaction.atomic():
            Operation.objects.create(municipality=skala, **values)
            connection.check_constraints()

    def test_refuses_two_municipalities_in_one_operation(self, make_charge, suloszowa):
        with pytest.raises(IntegrityError), transaction.atomic():
            settle([make_charge()], 1, voucher=voucher("a"), into=account(suloszowa, Kind.CASH))
            connection.check_constraints()

    @pytest.mark.parametrize(
        ("rows", "change"), [(Operation.objects, {"source": "x"}), (Entry.objects, {"amount_gr": 1})]
    )
    def test_only_takes_rows(self, make_charge, rows, change):
        make_charge()
        with pytest.raises(Error, match="rows only come"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(Error, match="rows only come"), transaction.atomic():
            rows.all()._raw_delete("default")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["settle", "surplus", "match", "write_off", "add", "give_back", "give_back_surplus", "refund", "fail"]
        ),
        st.integers(0, 2),
        st.integers(1, 50_00),
        st.integers(0, 5),
    ),
    max_size=14,
)


def approved_part(charge: Charge, amount_gr: int, *, by, other) -> None:
    """A part goes back by two people; asked for while another waits it is a Conflict."""
    now = timezone.now()
    refund = refunds.ask_back(charge, reason="x", by=by, at=now, amount_gr=amount_gr, ground=Refund.Ground.OVERPAID)
    with pytest.raises(Conflict):
        refunds.ask_back(charge, reason="x", by=by, at=now)
    refunds.decide(refund, is_approved=True, by=other, at=now, address="")


def refuse_given_twice(charges) -> None:
    """What came for a charge is what is kept and what went back, to the grosz."""
    for charge in charges:
        sums = dict(
            charge.entries.filter(account__kind=Kind.RECEIVABLE)
            .values_list("operation__kind").annotate(sum=Sum("amount_gr"))
        )  # fmt: skip
        assert charge.paid_gr == -sums.get("payment", 0) - sums.get("refund", 0)
        done = Refund.objects.filter(charge=charge, status=Refund.Status.DONE).aggregate(sum=Sum("amount_gr"))["sum"]
        assert (done or 0) <= sums.get("refund", 0) <= -sums.get("payment", 0)


class TestAnySequence:
    @given(steps=STEPS)
    @tried(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_leaves_the_books_balanced(self, steps, make_charge, cash, skala, jadwiga, bogdan):
        """Keys are few, so that many steps are told again; a step may fail after it has written."""
        with transaction.atomic():
            charges = [make_charge(amount) for amount in (10_00, 17_00, 25_50)]
            unexplained, matched = account(skala, Kind.UNEXPLAINED), set()
            for name, at, amount, key in steps:
                one = voucher(f"{name}:{at}:{key}")
                try:
                    with transaction.atomic():
                        if name == "settle":
                            settle(charges[at:], amount, voucher=one, into=cash)
                        elif name == "surplus":
                            settle([], amount, voucher=one, into=cash)
                        elif name == "match":
                            if there := min(amount, -balance(unexplained)):
                                matched.add(at)
                                settle([charges[at]], there, voucher=one, into=unexplained)
                        elif name == "write_off":
                            write_off(charges[at], voucher=one)
                        elif name == "add":
                            add(charges[at], amount, voucher=one)
                        elif name == "give_back":
                            give_back(charges[at], amount, voucher=one, out_of=cash)
                        elif name == "give_back_surplus":
                            give_back_surplus(amount, voucher=one, out_of=cash)
                        elif name == "refund" and at not in matched:  # a match is of no line or fault here
                            approved_part(charges[at], amount, by=jadwiga, other=bogdan)
                        elif name == "fail":
                            settle(charges, amount, voucher=one, into=cash)
                            raise Conflict("x")
                except (Conflict, Malformed):
                    continue
            refuse_unbalanced()
            refuse_given_twice(charges)
            assert balance(cash) >= 0
            assert balance(unexplained) <= 0
            transaction.set_rollback(True)


#: books a payment and stops before it is committed
WORKER = """
import time, django
django.setup()
from django.db import transaction
from services.payments.ledger.books import account, settle
from services.payments.ledger.models import Charge
from tests.services.payments.conftest import voucher
with transaction.atomic():
    charge = Charge.objects.get()
    done = settle([charge], 17_00, voucher=voucher("a"), into=account(charge.municipality_id, "cash"))
    print(done.parts[0][1], flush=True)
    time.sleep(600)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_booked_and_the_next_one_books(make_charge, skala):
    charge = make_charge(17_00)
    at = connection.settings_dict
    address = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "services.portal.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=settings.ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout.readline().strip() == "1700"
        worker.send_signal(signal.SIGKILL)

    assert charge.left_gr == 17_00
    done = settle(
        [charge], 17_00, voucher=voucher("a"), into=account(skala, Kind.CASH)
    )  # waits for the dead one's lock
    assert done.is_new
    assert charge.left_gr == 0
    refuse_unbalanced()

"""The trial balance against sums counted by hand from operations that are known; days are those of Warsaw."""

import csv
import io
from datetime import date, datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from services.identity.models import StaffRole
from services.payments.ledger.books import account, assess, give_back_surplus, settle, write_off
from services.payments.ledger.models import Charge, Entry, LedgerAccount, Operation
from services.payments.ledger.turnover import trial_balance
from tests.conftest import person
from tests.services.payments.conftest import voucher

pytestmark = pytest.mark.django_db
Kind = LedgerAccount.Kind
FEBRUARY = {"since": date(2026, 2, 1), "until": date(2026, 2, 28)}


def at(*moment: int) -> datetime:
    return timezone.make_aware(datetime(*moment))


@pytest.fixture
def booked(skala, anna, stamp_account):
    def owed(reference: str, amount_gr: int, moment: datetime) -> Charge:
        row = Charge(
            municipality=skala, kind="stamp-duty", title="Opłata", payer=anna, payer_name="Anna Nowak",
            amount_gr=amount_gr, due_on=date(2026, 1, 31), reference=reference,
        )  # fmt: skip
        return assess(row, voucher=voucher(f"assess:{reference}", at=moment))

    bank = account(skala, Kind.BANK, stamp_account)
    first = owed("a", 17_00, at(2025, 12, 31, 23, 59))
    second = owed("b", 100_00, at(2026, 1, 1, 0, 0))
    settle([first], 17_00, voucher=voucher("kp:1", at=at(2026, 2, 5, 10)), into=account(skala, Kind.CASH))
    settle([second], 120_00, voucher=voucher("line:1", at=at(2026, 2, 20, 10)), into=bank)
    give_back_surplus(20_00, voucher=voucher("back:1", at=at(2026, 2, 28, 23, 59)), out_of=bank)
    write_off(owed("c", 5_00, at(2026, 3, 1, 0, 0)), voucher=voucher("off:c", at=at(2026, 3, 1, 0, 1)))


@pytest.fixture
def halina(skala):
    user = person("halina", "Halina", "Dąbrowska")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="skarbnik")
    return user


@pytest.fixture
def treasurer(halina):
    client = Client()
    client.force_login(halina)
    return client


#: opening, turnover of February, turnover of the year, balance; each debit and credit, in złotys
EXPECTED = {
    "Należności": (17, 0, 0, 117, 100, 117, 0, 0),
    "Dochody": (0, 17, 0, 0, 0, 100, 0, 117),
    "Kasa": (0, 0, 17, 0, 17, 0, 17, 0),
    "Rachunek bankowy": (0, 0, 120, 20, 120, 20, 100, 0),
    "Do wyjaśnienia": (0, 0, 20, 20, 20, 20, 0, 0),
    "Razem": (17, 17, 157, 157, 257, 257, 117, 117),
}


def test_each_account_and_the_whole(booked, skala):
    found = trial_balance(skala, **FEBRUARY)

    sums = {row.get_kind_display().capitalize(): one for row, one in found.rows} | {"Razem": found.total}
    assert {name: tuple(gr for pair in one.pairs for gr in pair) for name, one in sums.items()} == {
        name: tuple(100 * zloty for zloty in row) for name, row in EXPECTED.items()
    }
    assert (found.balances, found.journal_gr) == (True, 157_00)


def test_of_another_office_there_is_nothing(booked, suloszowa):
    found = trial_balance(suloszowa, **FEBRUARY)
    assert (found.rows, found.journal_gr, found.balances) == ((), 0, True)


def test_a_lone_entry_is_found(booked, skala, suloszowa, treasurer):
    entry = Entry.objects.filter(account__kind=Kind.CASH).get()
    with transaction.atomic():  # the database would refuse it when the transaction ends
        Entry.objects.create(operation=entry.operation, account=entry.account, amount_gr=1)
        found = trial_balance(skala, **FEBRUARY)
        page = treasurer.get("/urzad/ksiegi/?od=2026-02-01&do=2026-02-28").content.decode()
        transaction.set_rollback(True)

    assert (found.balances, found.uneven) == (False, (entry.operation_id,))
    assert "Księgi się nie bilansują" in page
    assert str(entry.operation_id) in page


def test_entries_that_crossed_to_another_office_are_found(booked, skala, suloszowa):
    entry = Entry.objects.filter(account__kind=Kind.CASH).get()
    cash = account(suloszowa, Kind.CASH)
    with transaction.atomic():
        for amount_gr in (1, -1):
            Entry.objects.create(operation=entry.operation, account=cash, amount_gr=amount_gr)
        found, theirs = trial_balance(skala, **FEBRUARY), trial_balance(suloszowa, **FEBRUARY)
        transaction.set_rollback(True)

    assert (found.balances, found.uneven) == (False, (entry.operation_id,))
    assert (theirs.balances, theirs.uneven) == (False, (entry.operation_id,))


def test_two_operations_that_make_up_for_each_other_are_found(booked, skala):
    """Outside of the period and the year too, where all columns are even."""
    first, second = Operation.objects.order_by("at")[:2]
    with transaction.atomic():
        for operation, amount_gr in ((first, 1), (second, -1)):
            Entry.objects.create(operation=operation, account=account(skala, Kind.CASH), amount_gr=amount_gr)
        found = trial_balance(skala, since=date(2027, 2, 1), until=date(2027, 2, 28))
        transaction.set_rollback(True)

    assert found.total.is_even
    assert (found.balances, found.uneven) == (False, tuple(sorted((first.pk, second.pk))))


def test_asks_as_much_of_many_operations_as_of_few(booked, skala, django_assert_num_queries):
    """Accounts, one pass over their entries, the journal."""
    with django_assert_num_queries(3):
        trial_balance(skala, **FEBRUARY)


def test_the_page_and_the_spreadsheet(booked, treasurer):
    page = treasurer.get("/urzad/ksiegi/?od=2026-02-01&do=2026-02-28")
    sheet = treasurer.get("/urzad/ksiegi/120610/zestawienie.csv?od=2026-02-01&do=2026-02-28")

    assert "Księgi się bilansują" in page.content.decode()
    assert "Rachunek bankowy: Opłata skarbowa, 71 1020 2892 0000 5102 0000 0001" in page.content.decode()
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    assert {row[0].partition(":")[0]: tuple(row[1:]) for row in rows[1:]} == {
        name: tuple(f"{zloty},00" for zloty in row) for name, row in EXPECTED.items()
    }


def test_days_that_are_none(booked, treasurer):
    years = "od=2025-12-31&do=2026-01-01"
    for days in ("od=x&do=2026-01-01", "od=2026-02-01&do=2026-01-01", years, "od=0001-01-01&do=0001-01-02", "do="):
        assert treasurer.get(f"/urzad/ksiegi/?{days}").status_code == 422, days
        assert treasurer.get(f"/urzad/ksiegi/120610/zestawienie.csv?{days}").status_code == 400, days


def test_books_are_for_whoever_keeps_them(booked, treasurer, suloszowa, office, client, anna):
    assert treasurer.get(f"/urzad/ksiegi/?gmina={suloszowa.pk}").status_code == 404
    assert treasurer.get("/urzad/ksiegi/120613/zestawienie.csv").status_code == 404
    assert office.get("/urzad/ksiegi/").status_code == 403
    client.force_login(anna)
    assert client.get("/urzad/ksiegi/120610/zestawienie.csv").status_code == 403

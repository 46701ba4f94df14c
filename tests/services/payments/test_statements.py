"""Statements of banks in the books: nothing lost, nothing doubled, nothing settled that only looks alike."""

import json
import logging
import os
import signal
from datetime import date
from io import StringIO
from time import perf_counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from services.cases.models import Case
from services.fees.base import CASH_DESK
from services.fees.models import Due
from services.fees.services import pay
from services.identity.models import StaffRole
from services.payments import refunds
from services.payments.ledger.books import account, add, balance
from services.payments.ledger.models import BankAccount, Entry, LedgerAccount, Operation
from services.payments.models import Refund
from services.payments.statements import deciding, importing
from services.payments.statements.individual import individual_account
from services.payments.statements.models import AccountMask, BankStatement, IndividualAccount, LineCharge, StatementLine
from services.payments.statements.tokens import case_numbers
from spatial.errors import Conflict, Malformed, Refused
from tests.data.bank_samples import DAY, MASK, OFFICE, OTHER_OFFICE, PAYER, Said, camt, elixir, entry, mt940, payment
from tests.services.payments.conftest import voucher

pytestmark = pytest.mark.django_db
Account, State, Reason = LedgerAccount.Kind, StatementLine.State, StatementLine.Reason
#: what may be decided of a line, by two people where money goes out
STEPS = ("explain", "back", "approve", "refuse", "part", "ignore", "payout", "refunded")
#: numbers 1 and 2 below MASK, by schwifty: IBAN.generate("PL", "99900012", "7001000000000001")
FIRST_NRB, SECOND_NRB = "38999000127001000000000001", "11999000127001000000000002"
OTHER_PAYER = "61109010140000071219812874"  #: example of the IBAN registry (SWIFT, PL)


@pytest.fixture
def mask(skala, bank) -> AccountMask:
    return AccountMask.objects.create(municipality=skala, bank_account=bank, mask=MASK)


@pytest.fixture
def make_case_charge(skala, anna, make_charge):
    """A fee of a case, with its number."""

    def make(number: str, *amounts: int, **fields):
        case, _ = Case.objects.get_or_create(
            municipality=skala, number=number,
            defaults={"service": "x", "title": "x", "applicant": anna, "filed_at": timezone.now()},
        )  # fmt: skip
        dues = [
            Due.objects.create(municipality=skala, case=case, title="Opłata", amount_gr=amount, due_on=DAY)
            for amount in amounts
        ]
        made = [make_charge(due.amount_gr, reference=f"due:{due.pk}", **fields) for due in dues]
        return made if len(made) > 1 else made[0]

    return make


def decide(refund: Refund, *, by, is_approved: bool = True) -> Refund:
    return refunds.decide(refund, is_approved=is_approved, by=by, at=timezone.now(), address="")


def only_line(**asked) -> StatementLine:
    return StatementLine.objects.get(**asked)


def told(report) -> set[str]:
    return {finding.rule for finding in report.findings}


def refuse_lost_money() -> None:
    """Every grosz that came is in the bank of the books once, and on charges, "do wyjaśnienia" or what was announced.

    What no payout has brought is on ANNOUNCED, what operators kept on EXPENSE.
    """
    connection.check_constraints()
    told = Entry.objects.filter(account__kind=Account.ANNOUNCED).exclude(operation__kind=Operation.Kind.TRANSFER)
    kept = Entry.objects.filter(account__kind=Account.EXPENSE)
    booked = StatementLine.objects.filter(is_booked=True).annotate(paid=Coalesce(Sum("parts__amount_gr"), 0))
    for line in booked.exclude(state__in=[State.RETURNED, State.IGNORED]):
        brought = sum_of(told.filter(operation__payout__line=line))
        commission = sum_of(kept.filter(operation__key__startswith=line.key))
        assert line.amount_gr == line.paid + line.left_gr + brought - commission
    paid = LineCharge.objects.aggregate(sum=Sum("amount_gr"))["sum"] or 0
    rest = sum(line.left_gr for line in booked)
    brought = sum_of(told.filter(operation__payout__isnull=False)) - sum_of(kept)
    by_kind = dict(Entry.objects.values_list("account__kind").annotate(sum=Sum("amount_gr")))
    gone = sum_of(Refund.objects.filter(line=None, payment=None, status=Refund.Status.DONE))
    assert by_kind.get(Account.BANK, 0) == paid + rest + brought - gone
    assert -by_kind.get(Account.UNEXPLAINED, 0) == rest
    assert by_kind.get(Account.ANNOUNCED, 0) == sum_of(told.filter(operation__payout=None))


def sum_of(rows) -> int:
    return rows.aggregate(sum=Sum("amount_gr"))["sum"] or 0


class TestMatching:
    @pytest.mark.parametrize(
        "title",
        ["OR.1510.12.2026", "opłata or . 1510 . 12 . 2026", "OR 1510 12 2026 za Jana", "OR/1510/12/2026zaświadczenie",
         "SPRAWA NR: OR-1510-12-2026"],
    )  # fmt: skip
    def test_a_number_of_a_case_in_the_title(self, bring, make_case_charge, title):
        charge = make_case_charge("OR.1510.12.2026", 1700)
        report = bring(mt940([Said(1700, title)]))

        line = only_line()
        assert (report.outcome, report.counts["match"]["matched"]) == ("published", 1)
        assert (line.state, line.reason, line.left_gr) == (State.MATCHED, Reason.TITLE, 0)
        assert charge.left_gr == 0
        refuse_lost_money()

    def test_a_number_that_goes_on_beside_is_another(self, bring, make_case_charge):
        charge = make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(1700, "OR.1510.12.20261", "KTO INNY"), Said(1700, "XOR.1510.12.2026", "KTO INNY")]))

        assert charge.left_gr == 1700

    def test_an_individual_account_of_a_charge_comes_before_the_title(self, bring, mask, make_charge, make_case_charge):
        charge, other = make_charge(5000, kind="waste"), make_case_charge("OR.1510.12.2026", 5000)
        nrb = individual_account(mask, charge=charge)
        bring(mt940([Said(5000, "OR.1510.12.2026", to=nrb)]))

        assert (only_line().reason, charge.left_gr, other.left_gr) == (Reason.ACCOUNT, 0, 5000)
        assert only_line().credited_nrb == nrb

    def test_an_individual_account_of_a_person_pays_the_oldest_first(self, bring, mask, anna, make_charge):
        newer = make_charge(3000, kind="waste", due_on=date(2026, 11, 1))
        older = make_charge(3000, kind="waste", due_on=date(2026, 5, 1))
        bring(mt940([Said(4000, to=individual_account(mask, payer=anna))]))

        assert (older.left_gr, newer.left_gr) == (0, 2000)  # OP art. 62 § 1
        assert only_line().state == State.MATCHED

    def test_the_number_that_mbank_cuts_out(self, bring, mask, make_charge):
        charge = make_charge(1, kind="waste")
        assert individual_account(mask, charge=charge) == FIRST_NRB
        details = f"911 TRANSAKCJA COLLECT; ID IPH: XX000000000001; Z RACH.: {PAYER}; OD: JAN NOWAK; TYT.: X; TNR: 1.1"
        text = mt940([Said(1)])
        start, end = text.index(":86:"), text.index(":62F:")
        bring(f"{text[:start]}:86:{details}\r\n{text[end:]}")

        assert (charge.left_gr, only_line().reference) == (0, "1.1")

    def test_one_transfer_for_several_charges(self, bring, make_case_charge):
        first, second = make_case_charge("OR.1510.12.2026", 1700, 500)
        third = make_case_charge("GP.6727.3.2026", 3000)
        bring(mt940([Said(5200, "OR.1510.12.2026 i GP.6727.3.2026")]))

        assert [charge.left_gr for charge in (first, second, third)] == [0, 0, 0]
        assert LineCharge.objects.count() == 3

    def test_one_of_the_charges_of_a_case_by_its_amount(self, bring, make_case_charge):
        first, second = make_case_charge("OR.1510.12.2026", 1700, 500)
        bring(mt940([Said(500, "OR.1510.12.2026")]))

        assert (first.left_gr, second.left_gr) == (1700, 0)

    def test_stamp_duty_is_paid_whole(self, bring, make_case_charge):
        charge = make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(1000, "OR.1510.12.2026")]))

        line = only_line()
        assert (line.state, line.reason, line.left_gr, charge.left_gr) == (State.EXCEPTION, Reason.PART, 1000, 1700)
        refuse_lost_money()

    def test_a_part_of_a_tax_is_taken(self, bring, make_case_charge):
        charge = make_case_charge("FN.3120.1.2026", 10_000, kind="waste")
        bring(mt940([Said(4000, "FN.3120.1.2026")]))

        assert (charge.left_gr, only_line().state) == (6000, State.MATCHED)

    def test_more_than_is_owed_waits_for_a_person(self, bring, make_case_charge):
        charge = make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(2000, "OR.1510.12.2026")]))

        line = only_line()
        assert (line.state, line.reason, line.left_gr, charge.left_gr) == (State.EXCEPTION, Reason.SURPLUS, 300, 0)
        refuse_lost_money()

    def test_two_lines_for_one_charge(self, bring, make_case_charge):
        make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(1700, "OR.1510.12.2026"), Said(1700, "OR.1510.12.2026")]))

        assert [(one.state, one.reason, one.left_gr) for one in StatementLine.objects.order_by("number")] == [
            (State.MATCHED, Reason.TITLE, 0), (State.EXCEPTION, Reason.NOTHING_OWED, 1700),
        ]  # fmt: skip
        refuse_lost_money()

    def test_likeness_only_suggests(self, bring, make_charge):
        charge = make_charge(1700)  # of Anna Nowak
        bring(mt940([Said(1700, "za papiery", "NOWAK ANNA UL. POLNA 5"), Said(1700, "za papiery", "JAN KOT")]))

        alike, strange = StatementLine.objects.order_by("number")
        assert (alike.state, alike.suggestion, charge.left_gr) == (State.SUGGESTED, charge, 1700)
        assert (strange.state, strange.reason) == (State.EXCEPTION, Reason.UNKNOWN)
        refuse_lost_money()

    def test_the_account_that_paid_before_suggests_too(self, bring, make_case_charge, make_charge):
        make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(1700, "OR.1510.12.2026", "A N")]))
        later = make_charge(2100)
        bring(mt940([Said(2100, "jak zwykle", "A N")], number="229", opening_gr=1700))

        assert only_line(amount_gr=2100).suggestion == later

    def test_money_that_left_and_foreign_money_wait_unbooked(self, bring, make_case_charge):
        make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(-1700, "OR.1510.12.2026")], opening_gr=5000))
        bring(mt940([Said(1700, "OR.1510.12.2026")], currency="EUR", number="9"))

        assert list(StatementLine.objects.order_by("pk").values_list("reason", "is_booked")) == [
            (Reason.DEBIT, False), (Reason.CURRENCY, False),
        ]  # fmt: skip
        assert not Operation.objects.filter(kind=Operation.Kind.PAYMENT).exists()

    def test_charges_of_another_office_are_none_of_ours(self, bring, suloszowa, make_charge):
        theirs = make_charge(1700, municipality=suloszowa)
        bring(mt940([Said(1700, "za papiery", "ANNA NOWAK")]))

        assert only_line().suggestion is None
        assert theirs.left_gr == 1700

    def test_a_sum_beyond_the_books_waits(self, bring):
        bring(mt940([Said(2**31)]))

        assert (only_line().reason, only_line().is_booked) == (Reason.TOO_LARGE, False)

    def test_the_mark_that_our_own_transfers_carry(self, bring, make_charge):
        charge, other = make_charge(1700), make_charge(1700)
        bring(mt940([Said(1700, f"{charge.mark} Opłata skarbowa"), Said(1, f"SN/{other.pk} ul. Polna 1N/{other.pk}")]))

        assert (charge.left_gr, other.left_gr) == (0, 1700)

    @pytest.mark.parametrize("title", ["FAKTURA N/{}/2026", "DECYZJA WŁN/{}", "FAKTURA FN/{}"])
    def test_a_mark_within_another_number_is_none(self, bring, make_charge, title):
        charge = make_charge(1700)
        bring(mt940([Said(1700, title.format(charge.pk))]))

        assert charge.left_gr == 1700

    def test_the_charge_of_the_mark_is_paid_before_others_of_its_case(self, bring, make_case_charge):
        first, second = make_case_charge("OR.1510.12.2026", 1700, 1700)
        bring(mt940([Said(1700, f"{second.mark} Oplata, OR.1510.12.2026")]))
        assert (first.left_gr, second.left_gr) == (1700, 0)

        bring(mt940([Said(1700, "OR.1510.12.2026")], number="229", opening_gr=1700))
        assert first.left_gr == 0

    def test_an_individual_account_pays_what_belongs_to_its_bank_account(self, bring, mask, skala, anna, make_charge):
        BankAccount.objects.create(
            municipality=skala, nrb=OTHER_OFFICE, title="Odpady", purpose="waste", valid_from="2020-01-01"
        )
        waste = make_charge(1700, kind="waste", due_on=date(2026, 5, 1))
        duty = make_charge(1700, kind="stamp-duty", due_on=date(2026, 11, 1))
        bring(mt940([Said(1700, to=individual_account(mask, payer=anna))]))

        assert (waste.left_gr, duty.left_gr) == (1700, 0)

    @pytest.mark.parametrize("title", ["A " * 5000, "A" * 10_000, "N/" * 5000])
    def test_a_long_title_is_read_at_once(self, title):
        started = perf_counter()
        assert not list(case_numbers(title))
        assert perf_counter() - started < 1  # it took 12 to 30 s

    @pytest.mark.parametrize("form", ["mt940", "camt"])
    def test_a_correction_of_the_bank_pays_nothing(self, bring, make_charge, form):
        charge = make_charge(1700)
        if form == "mt940":
            bring(mt940([Said(1700, charge.mark)]).replace("C17,00N152", "RD17,00N152"))
        else:
            said = entry("17.00", payment("A", "17.00", charge.mark)).replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
            bring(camt(said, opening="0.00", closing="17.00"))

        assert (only_line().reason, only_line().is_booked, charge.left_gr) == (Reason.DOUBT, False, 1700)

    def test_a_number_that_is_too_long_for_an_account_is_none(self, bring):
        text = mt940([Said(1)])
        start, end = text.index(":86:"), text.index(":62F:")
        bring(f"{text[:start]}:86:911 COLLECT; ID IPH: {'9' * 5000}; OD: JAN NOWAK; TYT.: X; TNR: 1.1\r\n{text[end:]}")

        assert only_line().credited_nrb == ""

    def test_units_with_dots_are_tried_with_each_word_before(self):
        assert list(case_numbers("ZA SPRAWE GP.II.6727.45.2026")) == [
            "II.6727.45.2026", "GP.II.6727.45.2026", "SPRAWE.GP.II.6727.45.2026",
        ]  # fmt: skip


class TestWrittenByTheClerk:
    @pytest.fixture
    def write(self, make_case_charge, danuta):
        """The clerk has seen the transfer for the charge, under a number of her own."""

        def written(charge, number: str = "1") -> None:
            due = Due.objects.get(pk=charge.reference.removeprefix("due:"))
            said = {"sposob": "transfer", "numer": number, "dzien": DAY.isoformat()}
            pay(due, CASH_DESK.notify(due, said), by=danuta, at=timezone.now())

        return written

    def test_the_line_is_the_transfer(self, bring, bank, skala, make_case_charge, write):
        charge = make_case_charge("OR.1510.11.2026", 1700)
        write(charge)
        bring(mt940([Said(1700, "OR.1510.11.2026"), Said(1700, "OR.1510.11.2026")]))

        first, second = StatementLine.objects.order_by("number")
        assert (first.state, first.left_gr) == (State.MATCHED, 0)
        assert (second.state, second.reason) == (State.EXCEPTION, Reason.NOTHING_OWED)  # it came twice
        kinds = (Account.ANNOUNCED, bank, 0), (Account.BANK, bank, 3400), (Account.UNEXPLAINED, None, -1700)
        assert [balance(account(skala, kind, where)) for kind, where, _ in kinds] == [left for *_, left in kinds]

    def test_another_charge_of_the_case_is_paid_by_its_mark(self, bring, bank, skala, make_case_charge, write):
        first, second = make_case_charge("OR.1510.11.2026", 1700, 1700)
        write(first)
        bring(mt940([Said(1700, f"{second.mark} OR.1510.11.2026"), Said(1700, "OR.1510.11.2026")]))

        assert (second.left_gr, balance(account(skala, Account.ANNOUNCED, bank))) == (0, 0)

    def test_its_number_is_no_name_of_an_operator(self, bring, make_case_charge, write):
        write(make_case_charge("OR.1510.11.2026", 1700), number="1")
        other = make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(1700, "OR.1510.12.2026")]))

        assert (only_line().reason, other.left_gr) == (Reason.TITLE, 0)


class TestOnce:
    def test_the_same_file_and_the_same_statement_in_another(self, bring, make_case_charge):
        make_case_charge("OR.1510.12.2026", 1700)
        first = mt940([Said(1700, "OR.1510.12.2026")])
        second = mt940([Said(500, "x")], number="229", opening_gr=1700)

        outcomes = [bring(first).outcome, bring(first).outcome, bring(first + second).outcome]

        assert outcomes == ["published", "unchanged", "published"]
        assert list(StatementLine.objects.order_by("pk").values_list("amount_gr", flat=True)) == [1700, 500]
        refuse_lost_money()

    def test_one_statement_in_two_formats(self, bring):
        bring(mt940([Said(1700, "a"), Said(300, "b")]))
        entries = entry("3.00", payment("A", "3.00", "b")) + entry("17.00", payment("B", "17.00", "a"))
        report = bring(camt(entries, opening="0.00", closing="20.00"))

        assert (report.outcome, "bank-statement-known" in told(report)) == ("unchanged", True)
        assert StatementLine.objects.count() == 2

    def test_another_statement_under_the_same_number_is_refused(self, bring):
        bring(mt940([Said(1700)]))
        report = bring(mt940([Said(1800)]))

        assert (report.outcome, report.exit_code, "bank-statement-differs" in told(report)) == ("refused", 1, True)

    def test_a_reference_told_again_by_a_statement_of_the_week(self, bring):
        bring(mt940([Said(1700, reference="R1")]))
        week = mt940([Said(1700, reference="R1"), Said(1700, reference="R2")], number="48")
        report = bring(week)

        assert "bank-line-known" in told(report)
        assert sorted(StatementLine.objects.values_list("reference", flat=True)) == ["R1", "R2"]
        assert not StatementLine.objects.filter(reason=Reason.DOUBLED).exists()

    @pytest.mark.parametrize("form", ["mt940", "camt"])
    def test_what_payers_write_as_a_reference_many_may_write(self, bring, make_charge, form):
        """Two payers of one sum on one day, in two statements of it: both have paid."""
        charges = [make_charge(1700), make_charge(1700)]
        for place, charge in enumerate(charges):
            before = 1700 * place
            if form == "mt940":
                text = mt940([Said(1700, charge.mark)], number=str(228 + place), opening_gr=before)
                bring(text.replace("NONREF//", "OPLATA"))
                continue
            own = payment("OPLATA", "17.00", charge.mark).replace("AcctSvcrRef", "EndToEndId")
            said = entry("17.00", own).replace("<AcctSvcrRef>REF-ENTRY</AcctSvcrRef>", "")
            text = camt(said, opening=f"{before / 100:.2f}", closing=f"{before / 100 + 17:.2f}")
            bring(text.replace(b"<ElctrncSeqNb>228", f"<ElctrncSeqNb>{228 + place}".encode()))

        assert [charge.left_gr for charge in charges] == [0, 0]

    def test_without_a_reference_a_person_decides(self, bring, make_case_charge, teresa):
        charge = make_case_charge("OR.1510.12.2026", 1700, kind="waste")
        bring(mt940([Said(1000, "OR.1510.12.2026"), Said(1000, "OR.1510.12.2026", payer_nrb=OTHER_PAYER)]))
        bring(elixir(1000, "OR.1510.12.2026"), name="raport.txt")

        doubtful = only_line(reason=Reason.DOUBLED)
        assert (doubtful.state, doubtful.is_booked, charge.left_gr) == (State.EXCEPTION, False, 0)
        deciding.ignore(doubtful, note="jest w wyciągu", by=teresa, at=timezone.now())
        refuse_lost_money()

    def test_equal_lines_of_one_statement_are_two(self, bring):
        bring(mt940([Said(1700, reference="R1"), Said(1700, reference="R1")]))

        assert StatementLine.objects.count() == 2

    def test_the_database_refuses_doubles_whatever_the_program_does(self, bring):
        bring(mt940([Said(1700)]))
        line = only_line()
        line.pk, line.number = None, 2
        with pytest.raises(IntegrityError), transaction.atomic():
            line.save()


class TestRefusals:
    def test_wrong_sums_with_the_place(self, bring):
        report = bring(mt940([Said(1700), Said(500)], closing_gr=2700))

        (finding,) = [one for one in report.findings if one.severity == "error"]
        assert (report.outcome, finding.rule) == ("refused", "bank-sums-differ")
        assert "różnica 5,00" in finding.message.replace("\u00a0", " ")
        assert "pozycja 2" in finding.message
        assert not StatementLine.objects.exists()

    def test_one_bad_statement_refuses_the_file(self, bring):
        report = bring(mt940([Said(100)]) + mt940([Said(200)], number="2", opening_gr=100, closing_gr=1))

        assert report.outcome == "refused"
        assert not BankStatement.objects.exists()

    def test_an_account_of_another_office(self, bring, suloszowa):
        BankAccount.objects.create(
            municipality=suloszowa, nrb=OTHER_OFFICE, title="x", purpose="x", valid_from="2020-01-01"
        )
        report = bring(mt940([Said(1700)], account=OTHER_OFFICE))
        assert (report.outcome, told(report) >= {"bank-account-foreign"}) == ("refused", True)

        assert bring(elixir(100, "x") + elixir(100, "x", to=OTHER_OFFICE)).outcome == "refused"

    def test_a_gap_between_statements_is_said(self, bring):
        bring(mt940([Said(1700)]))
        report = bring(mt940([Said(100)], number="230", opening_gr=9999))

        assert (report.outcome, "bank-balance-gap" in told(report)) == ("published", True)

    def test_a_trial_keeps_nothing(self, bring, make_case_charge):
        charge = make_case_charge("OR.1510.12.2026", 1700)
        report = bring(mt940([Said(1700, "OR.1510.12.2026")]), dry_run=True)

        assert (report.outcome, report.counts["match"]["matched"]) == ("dry-run", 1)
        assert (StatementLine.objects.count(), charge.left_gr) == (0, 1700)

    def test_a_report_of_payments_finds_its_account(self, bring, mask, make_charge):
        charge = make_charge(1700, kind="waste")
        nrb = individual_account(mask, charge=charge)
        bring(elixir(1700, "x", to=nrb).encode("iso-8859-2"))

        assert (charge.left_gr, BankStatement.objects.get().nrb) == (0, OFFICE)

    def test_names_and_titles_stay_out_of_logs_and_reports(self, bring, caplog):
        caplog.set_level(logging.DEBUG)
        report = bring(mt940([Said(1700, "TYTUL TAJNY", "OSOBA TAJNA")]))

        assert "TAJN" not in caplog.text + json.dumps(report.as_json()) + repr(list(StatementLine.objects.all()))


class TestIndividualAccounts:
    def test_are_given_once_and_never_again(self, mask, anna, make_charge):
        charge = make_charge()
        first, again = individual_account(mask, charge=charge), individual_account(mask, charge=charge)
        other = individual_account(mask, payer=anna)

        assert (first, other) == (FIRST_NRB, SECOND_NRB)
        assert again == first
        assert IndividualAccount.objects.count() == 2

    def test_end_with_the_mask(self, skala, bank, anna, make_charge):
        mask = AccountMask.objects.create(municipality=skala, bank_account=bank, mask="9" * 22)
        IndividualAccount.objects.create(mask=mask, number=99, nrb="1" * 26, payer=anna)

        with pytest.raises(Conflict):
            individual_account(mask, charge=make_charge())


class TestDecisions:
    def test_a_suggestion_is_accepted_by_one_press_and_once(self, bring, make_charge, teresa):
        charge = make_charge(1700)
        bring(mt940([Said(1700, "za papiery", "ANNA NOWAK")]))
        client, address = signed_in(teresa), f"/urzad/wyciagi/pozycje/{only_line().pk}/"

        first, second = (client.post(address, {"krok": "przyjmij"}) for _ in range(2))

        assert (first.status_code, second.status_code) == (302, 422)
        line = only_line()
        assert (line.state, line.decided_by, line.left_gr, charge.left_gr) == (State.MATCHED, teresa, 0, 0)
        refuse_lost_money()

    def test_a_surplus_pays_another_charge_found_by_its_case(self, bring, make_case_charge, teresa):
        make_case_charge("OR.1510.12.2026", 1700)
        other = make_case_charge("GP.6727.3.2026", 300)
        bring(mt940([Said(2000, "OR.1510.12.2026")]))
        client, address = signed_in(teresa), f"/urzad/wyciagi/pozycje/{only_line().pk}/"

        found = client.get(address, {"szukaj": "gp 6727 3 2026"}).content.decode()
        assert f'name="naleznosc" value="{other.pk}"' in found
        client.post(address, {"krok": "rozlicz", "naleznosc": [other.pk]})

        assert (only_line().state, other.left_gr, LineCharge.objects.count()) == (State.MATCHED, 0, 2)
        refuse_lost_money()

    def test_a_part_of_stamp_duty_cannot_be_settled_by_hand_either(self, bring, make_charge, teresa):
        charge = make_charge(1700)
        bring(mt940([Said(1000)]))

        with pytest.raises(Conflict, match="w całości"):
            deciding.explain(only_line(), [charge], by=teresa, at=timezone.now())
        assert charge.left_gr == 1700

    def test_money_goes_back_by_two_people(self, bring, bank, skala, teresa, celina):
        bring(mt940([Said(1000)]))
        unexplained, in_bank = account(skala, Account.UNEXPLAINED), account(skala, Account.BANK, bank)
        with pytest.raises(Malformed):
            deciding.ask_back(only_line(), note=" ", by=teresa, at=timezone.now())

        refund = deciding.ask_back(only_line(), note="pomyłka", by=teresa, at=timezone.now())
        assert (only_line().state, balance(unexplained), balance(in_bank)) == (State.RETURNING, -1000, 1000)
        with pytest.raises(Refused):
            decide(refund, by=teresa)
        for again in (deciding.ask_back, deciding.ignore):
            with pytest.raises(Conflict):
                again(only_line(), note="x", by=teresa, at=timezone.now())

        decide(refund, by=celina)
        line = only_line()
        assert (line.state, line.left_gr, balance(unexplained), balance(in_bank)) == (State.RETURNED, 0, 0, 0)
        with pytest.raises(Conflict):
            decide(refund, by=celina)
        refuse_lost_money()

    def test_what_the_second_person_refuses_waits_again(self, bring, make_charge, teresa, celina):
        charge = make_charge(1700)
        bring(mt940([Said(1700, "x", "ANNA NOWAK")]))
        refund = deciding.ask_back(only_line(), note="pomyłka", by=teresa, at=timezone.now())

        decide(refund, by=celina, is_approved=False)

        line = only_line()
        assert (line.state, line.note, line.suggestion) == (State.SUGGESTED, "", charge)
        deciding.ask_back(line, note="jednak pomyłka", by=celina, at=timezone.now())
        assert Refund.objects.count() == 2
        refuse_lost_money()

    def test_a_surplus_that_paid_a_charge_goes_back_out_of_the_bank(
        self, bring, bank, make_charge, skala, teresa, celina
    ):
        bring(mt940([Said(2000)]))
        charge = make_charge(1700)
        deciding.explain(only_line(), [charge], by=teresa, at=timezone.now())

        decide(refunds.ask_back(charge, reason="x", by=teresa, at=timezone.now(), amount_gr=500), by=celina)

        in_bank, unexplained = account(skala, Account.BANK, bank), account(skala, Account.UNEXPLAINED)
        assert (charge.paid_gr, balance(in_bank), balance(unexplained)) == (1200, 1500, -300)
        refuse_lost_money()

    def test_a_charge_that_two_lines_paid_goes_back_out_of_the_bank_of_the_last(
        self, bring, bank, skala, make_charge, teresa, celina
    ):
        other = BankAccount.objects.create(
            municipality=skala, nrb=OTHER_PAYER, title="Inny", purpose="waste", valid_from="2020-01-01"
        )
        charge, now = make_charge(30_00, kind="waste"), timezone.now()
        bring(mt940([Said(40_00, "x")]))
        bring(mt940([Said(2_00, "y")], account=OTHER_PAYER))
        deciding.explain(only_line(amount_gr=40_00), [charge], by=teresa, at=now)
        add(charge, 5_00, voucher=voucher("more"))
        for amount_gr in (2_00, 40_00):  # the first line pays again
            deciding.explain(only_line(amount_gr=amount_gr), [charge], by=teresa, at=now)

        decide(refunds.ask_back(charge, reason="x", by=teresa, at=now, amount_gr=3_00), by=celina)

        assert [balance(account(skala, Account.BANK, one)) for one in (bank, other)] == [37_00, 2_00]

    def test_only_the_rest_of_a_line_goes_back(self, bring, make_case_charge, teresa, celina):
        charge = make_case_charge("OR.1510.12.2026", 1700)
        bring(mt940([Said(2000, "OR.1510.12.2026")]))

        refund = deciding.ask_back(only_line(), note="za dużo", by=teresa, at=timezone.now())
        decide(refund, by=celina)

        assert (refund.amount_gr, charge.paid_gr, only_line().left_gr) == (300, 1700, 0)
        refuse_lost_money()

    def test_the_pages_of_a_refund(self, bring, skala, teresa, celina):
        StaffRole.objects.create(user=celina, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="x")
        bring(mt940([Said(1000)]))
        first, second = signed_in(teresa), signed_in(celina)
        address = f"/urzad/wyciagi/pozycje/{only_line().pk}/"
        assert first.post(address, {"krok": "zwroc", "powod": "pomyłka"}).status_code == 302
        refund = Refund.objects.get()

        assert "wystąpił(a) Teresa" in first.get(address).content.decode()
        assert address in second.get("/urzad/platnosci/").content.decode()
        first.post(f"/urzad/platnosci/zwrot/{refund.pk}/", {"decyzja": "zatwierdz"})
        assert only_line().state == State.RETURNING
        second.post(f"/urzad/platnosci/zwrot/{refund.pk}/", {"decyzja": "zatwierdz"})
        assert only_line().state == State.RETURNED
        assert "Kto zatwierdził" in first.get(address).content.decode()

    @pytest.mark.parametrize("more", [300, 1000, 200])
    def test_a_rest_goes_again_to_a_charge_that_grew(self, bring, make_charge, teresa, more):
        bring(mt940([Said(2000)]))
        charge = make_charge(1000, kind="waste")
        deciding.explain(only_line(), [charge], by=teresa, at=timezone.now())
        add(charge, more, voucher=voucher("more"))

        deciding.explain(only_line(), [charge], by=teresa, at=timezone.now())

        assert (only_line().left_gr, charge.left_gr) == (1000 - more, 0)
        assert [one.amount_gr for one in LineCharge.objects.all()] == [1000 + more]
        refuse_lost_money()

    def test_of_nothing_is_settled_with_nothing(self, bring, make_charge, teresa):
        bring(mt940([Said(0)]))

        with pytest.raises(Conflict):
            deciding.explain(only_line(), [make_charge(1700, kind="waste")], by=teresa, at=timezone.now())

    def test_what_is_no_payment_is_ignored_with_a_reason(self, bring, teresa):
        bring(mt940([Said(1000, "subwencja"), Said(-300, "prowizja")]))
        for line in StatementLine.objects.all():
            deciding.ignore(line, note="nie dotyczy opłat", by=teresa, at=timezone.now())

        assert set(StatementLine.objects.values_list("state", "note")) == {(State.IGNORED, "nie dotyczy opłat")}
        refuse_lost_money()

    def test_debits_settle_nothing(self, bring, make_charge, teresa):
        bring(mt940([Said(-1700)], opening_gr=1700))

        with pytest.raises(Conflict):
            deciding.explain(only_line(), [make_charge(1700)], by=teresa, at=timezone.now())

    @tried(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        amounts=st.lists(st.integers(1, 4000), min_size=1, max_size=6),
        steps=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(STEPS)), max_size=8),
    )
    def test_no_grosz_is_lost_whatever_is_decided(
        self, bring, make_case_charge, announce, give_back, teresa, celina, amounts, steps
    ):
        with transaction.atomic():
            charge = make_case_charge("OR.1510.12.2026", 1700, kind="waste")
            other = make_case_charge("OR.1510.13.2026", 1500, kind="waste")
            announced = [announce(one) for one in (300, 700, 1200)]
            titles = ["Przelewy24", "OR.1510.12.2026", "x"]
            bring(mt940([Said(one, titles[one % 3], "Z") for one in amounts]))
            lines = list(StatementLine.objects.order_by("number"))
            for place, step in steps:
                line, at = lines[place % len(lines)], timezone.now()
                try:
                    with transaction.atomic():
                        if step == "explain":
                            deciding.explain(line, [charge, other], by=teresa, at=at)
                        elif step == "back":
                            deciding.ask_back(line, note="x", by=teresa, at=at)
                        elif step in {"approve", "refuse"}:
                            if refund := line.refunds.last():
                                decide(refund, by=celina, is_approved=step == "approve")
                        elif step == "payout":
                            waiting = deciding.waiting_for(line)[: place + 1]
                            kept = max(sum(one.amount_gr for one in waiting) - line.left_gr, 0)
                            chosen = {one.operation for one in waiting}
                            deciding.take_payout(line, chosen, commission_gr=kept, by=teresa, at=at)
                        elif step == "refunded":
                            give_back(announced[place % 3], 100)
                        elif step == "part":
                            if refund := Refund.objects.filter(charge=charge).last():
                                decide(refund, by=celina)
                            refunds.ask_back(charge, reason="x", by=teresa, at=at, amount_gr=100 * (place + 1))
                        else:
                            deciding.ignore(line, note="x", by=teresa, at=at)
                except (Conflict, Malformed):
                    continue
            refuse_lost_money()
            transaction.set_rollback(True)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestPages:
    def test_a_file_is_brought_and_its_lines_are_seen(self, bank, make_case_charge, teresa):
        make_case_charge("OR.1510.12.2026", 1700)
        client = signed_in(teresa)
        text = mt940([Said(1700, "OR.1510.12.2026 Żółć"), Said(300, "nie wiadomo")]).encode("cp1250")
        file = SimpleUploadedFile("wyciag.sta", text)

        response = client.post("/urzad/wyciagi/", {"gmina": "120610", "plik": file}, follow=True)

        page = response.content.decode()
        assert "Wczytano pozycji: 2. Rozliczone: 1, propozycje: 0, do wyjaśnienia: 1." in page
        assert "kodowanie Windows-1250" in page
        assert BankStatement.objects.get().imported_by == teresa
        shown = client.get(f"/urzad/wyciagi/{BankStatement.objects.get().pk}/").content.decode()
        assert "OR.1510.12.2026 Żółć" in shown
        waiting = client.get("/urzad/wyciagi/do-wyjasnienia/").content.decode()
        assert "nie wiadomo" in waiting
        assert "Żółć" not in waiting

    @pytest.mark.parametrize("content", [b"", b"\0\1", b"Ala", mt940([Said(1)], closing_gr=5).encode()])
    def test_a_bad_file_is_answered_in_words(self, bank, teresa, content):
        file = SimpleUploadedFile("wyciag.sta", content)
        response = signed_in(teresa).post("/urzad/wyciagi/", {"gmina": "120610", "plik": file})

        assert response.status_code == 422
        assert 'role="alert"' in response.content.decode() or 'class="error"' in response.content.decode()

    def test_a_clerk_looks_and_decides_nothing(self, bring, skala, celina, make_charge):
        StaffRole.objects.create(user=celina, municipality=skala, role=StaffRole.Role.CLERK, job_title="x")
        charge = make_charge(1700)
        bring(mt940([Said(1700, "x", "ANNA NOWAK")]))
        client, address = signed_in(celina), f"/urzad/wyciagi/pozycje/{only_line().pk}/"

        assert client.get(address).status_code == 200
        assert client.post(address, {"krok": "przyjmij"}).status_code == 403
        file = SimpleUploadedFile("x.sta", mt940([Said(1)], number="9").encode())
        assert client.post("/urzad/wyciagi/", {"gmina": "120610", "plik": file}).status_code == 422
        assert (charge.left_gr, BankStatement.objects.count()) == (1700, 1)

    def test_others_see_nothing(self, bring, suloszowa, anna, celina):
        bring(mt940([Said(1700)]))
        StaffRole.objects.create(user=celina, municipality=suloszowa, role=StaffRole.Role.TAX_CLERK, job_title="x")
        line = only_line()
        addresses = [f"/urzad/wyciagi/pozycje/{line.pk}/", f"/urzad/wyciagi/{line.statement_id}/"]

        assert [signed_in(celina).get(address).status_code for address in addresses] == [404, 404]
        assert [signed_in(anna).get(address).status_code for address in addresses] == [403, 403]
        assert [Client().get(address).status_code for address in addresses] == [302, 302]

    @pytest.mark.parametrize(
        "said", [{}, {"krok": "x"}, {"krok": "rozlicz"}, {"krok": "rozlicz", "naleznosc": ["x", "9" * 30, "\0"]},
                 {"krok": "zwroc"}, {"krok": "pomin", "powod": " \0"}, {"krok": "przyjmij"},
                 {"krok": "rozlicz", "naleznosc": ["9" * 5000]}],
    )  # fmt: skip
    def test_odd_decisions_are_answered_in_words(self, bring, teresa, said):
        bring(mt940([Said(1700)]))
        response = signed_in(teresa).post(f"/urzad/wyciagi/pozycje/{only_line().pk}/", said)

        assert response.status_code == 422
        assert only_line().state == State.EXCEPTION

    def test_a_nul_is_left_out(self, bring, teresa):
        bring(mt940([Said(1700)]))
        client, address = signed_in(teresa), f"/urzad/wyciagi/pozycje/{only_line().pk}/"

        assert client.get(address, {"szukaj": "OR\0"}).status_code == 200
        assert client.post(address, {"krok": "pomin", "powod": "subwencja\0"}).status_code == 302
        assert only_line().note == "subwencja"

    def test_a_long_name_of_a_file_is_cut(self, bank, teresa):
        file = SimpleUploadedFile(f"{'ł' * 200}.sta", mt940([Said(17)]).encode())

        assert signed_in(teresa).post("/urzad/wyciagi/", {"gmina": "120610", "plik": file}).status_code == 302
        assert BankStatement.objects.get().file_name.endswith("ł.sta")


class TestCommand:
    def test_codes_and_json(self, bank, tmp_path):
        path = tmp_path / "a.sta"

        def code_of(content: bytes) -> int:
            path.write_bytes(content)
            try:
                call_command("import", "statement", str(path), municipality="120610", stdout=StringIO())
            except SystemExit as ended:
                return int(ended.code)
            return 0

        good = mt940([Said(1700)]).encode()
        codes = [code_of(good), code_of(good), code_of(mt940([Said(1)], closing_gr=9).encode()), code_of(b"Ala")]

        assert codes == [0, 0, 1, 2]

    def test_real_mass_payments(self, skala, make_charge, shared_data):
        nrb = "29114010810000267002001002"
        bank = BankAccount.objects.create(
            municipality=skala, nrb=nrb, title="x", purpose="waste", valid_from="2010-01-01"
        )
        mask = AccountMask.objects.create(municipality=skala, bank_account=bank, mask="114010810000")
        charges = [make_charge(1, kind="waste") for _ in range(3)]
        for charge in charges:
            individual_account(mask, charge=charge)
        out = StringIO()
        file = shared_data / "bank/mt940/mBank_mt940.sta"

        call_command("import", "statement", str(file), municipality="120610", json=True, stdout=out)

        assert json.loads(out.getvalue())["counts"]["match"] == {"matched": 3, "suggested": 0, "exception": 0}
        assert [charge.left_gr for charge in charges] == [0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_in_the_middle_is_begun_again(skala, bank, bring, monkeypatch):
    said = mt940([Said(100)], number="1") + mt940([Said(200)], number="2", opening_gr=100)
    connection.close()  # the child opens its own
    if not (child := os.fork()):
        killed_after_booking(said, bring, monkeypatch)
    _, ended = os.waitpid(child, 0)

    assert os.WTERMSIG(ended) == signal.SIGKILL
    assert not StatementLine.objects.exists()
    assert not Operation.objects.exists()
    assert [bring(said).outcome for _ in range(2)] == ["published", "unchanged"]
    assert balance(account(skala, Account.BANK, bank)) == 300
    refuse_lost_money()


def killed_after_booking(said: str, bring, monkeypatch) -> None:
    """Both statements are booked, nothing is committed; the process ends here whatever happens."""
    post = importing.post

    def killing(lines, **more):
        parts = post(lines, **more)
        if lines[0].statement.number == "2":
            os.kill(os.getpid(), signal.SIGKILL)
        return parts

    try:
        monkeypatch.setattr(importing, "post", killing)
        bring(said)
    finally:
        os._exit(1)

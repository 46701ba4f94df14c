"""What an application costs: dated rates, exemptions, who paid when and how; filing never waits for a rate.

17 zł for a certificate: annex to the stamp-duty act of 16.11.2006, part II. Calls to pay: KPA art. 261.
"""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from services.cases.models import Case
from services.catalogue import upo
from services.catalogue.models import Filing
from services.fees.base import CASH_DESK, State
from services.fees.booking import assessed, charge_of
from services.fees.charges import Charge, Priced, priced
from services.fees.models import Due, FeeRate
from services.fees.services import CALLED, exempt, pay
from services.identity.models import User
from services.identity.protected import sealed
from services.notices.models import Notice
from services.notifications import consents
from services.notifications.models import ChannelAddress, Delivery
from services.payments.ledger.books import Receipt, Voucher, account, settle_all
from services.payments.ledger.models import LedgerAccount
from services.payments.money import grosze
from spatial.errors import Conflict, Malformed
from spatial.words import polish_money
from tests import office

pytestmark = pytest.mark.django_db

CODE = "zaswiadczenie-o-przeznaczeniu"
PAGE = f"/urzad/uslugi/120610/{CODE}/"
TODAY = timezone.localdate().isoformat()
PAID_ON = date(2026, 11, 27)
PAID = {"sposob": "cash", "numer": "KP 12/2026", "dzien": TODAY}


@pytest.fixture(autouse=True)
def law(db):
    """As the migration adds it; tests that commit empty the tables of others."""
    import_module("services.fees.migrations.0002_rates").add_rate(apps, None)


@pytest.fixture
def parcel(filing, make_parcel) -> str:
    return make_parcel(number="123/4", side=100).identifier


@pytest.fixture
def certificate(parcel, anna):
    def make(**answers: str) -> Case:
        return office.filed(CODE, anna, parcels=[parcel], purpose="bank", **answers)

    return make


@pytest.fixture
def planner(danuta) -> Client:
    client = Client()
    client.force_login(danuta)
    return client


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode().replace("\u00a0", " ")


def step(client: Client, due: Due, action: str, **sent: str):
    return client.post(f"/urzad/sprawy/{due.case_id}/krok/{action}/", {"oplata": str(due.pk)} | sent)


class TestMoney:
    @given(st.integers(0, 999_999_999))
    def test_what_is_written_is_read_back(self, amount):
        assert grosze(polish_money(amount)) == amount

    @given(st.decimals(0, 9_999_999, places=2))
    def test_is_exact(self, zlotys):
        assert grosze(str(zlotys).replace(".", ",")) == int(zlotys * 100)
        assert grosze(f"{zlotys:f}") * Decimal("0.01") == zlotys

    @given(st.text(max_size=20))
    def test_of_any_text_is_an_amount_or_a_word(self, typed):
        with suppress(Malformed):
            assert grosze(typed) >= 0

    @pytest.mark.parametrize("typed", ["", "-1", "1,5", "1.000,00", "1e3", "١٧", "17,555", "NaN", "12345678"])
    def test_is_never_guessed(self, typed):
        with pytest.raises(Malformed):
            grosze(typed)

    @given(st.lists(st.tuples(st.integers(1, 100_000_00), st.integers(1, 20)), max_size=6))
    def test_of_charges_is_the_sum_of_what_is_charged(self, wanted):
        rates = [(FeeRate(title="x", amount_gr=amount), count) for amount, count in wanted]

        charges = [Priced(Charge("x", count), rate) for rate, count in rates]

        assert sum(one.amount_gr or 0 for one in charges) == sum(amount * count for amount, count in wanted)
        assert all(isinstance(one.amount_gr, int) for one in charges)


class TestRates:
    def test_the_law_is_there_from_the_beginning(self, skala):
        [one] = priced([Charge("zaswiadczenie")], municipality=skala, on=date(2026, 11, 29))

        assert one.amount_gr == 17_00

    def test_of_the_day_and_of_the_own_office(self, skala, suloszowa):
        begun = ((None, 20_00, "2026-06-01"), (skala, 5_00, "2026-03-01"), (skala, 6_00, "2026-09-01"))
        for place, amount, day in begun:
            FeeRate.objects.create(
                municipality=place, code="zaswiadczenie", title="x", amount_gr=amount, valid_from=day, source="x"
            )

        def amount(place, month, day):
            return priced([Charge("zaswiadczenie")], municipality=place, on=date(2026, month, day))[0].amount_gr

        assert [amount(suloszowa, 5, 31), amount(suloszowa, 6, 1)] == [17_00, 20_00]
        assert [amount(skala, 2, 28), amount(skala, 8, 31), amount(skala, 9, 1)] == [17_00, 5_00, 6_00]

    def test_two_of_the_country_for_one_day_cannot_be(self, db):
        with pytest.raises(IntegrityError), transaction.atomic():
            FeeRate.objects.create(code="zaswiadczenie", title="x", amount_gr=1, valid_from="2007-01-01", source="x")

    def test_the_officer_sets_one_from_today_and_old_cases_stay(self, planner, certificate, anna):
        before = certificate()
        sent = {"czynnosc": "oplata", "kod": "zaswiadczenie", "nazwa": "Opłata skarbowa", "kwota": "19,50", "od": TODAY}

        assert planner.post(PAGE, sent | {"zrodlo": "ustawa"}).status_code == 302

        assert certificate().dues.get().amount_gr == 19_50
        assert before.dues.get().amount_gr == 17_00
        assert "19,50 zł" in shown(planner, PAGE)
        assert "19,50 zł</strong> (Skała)" in shown(planner, f"/uslugi/{CODE}/")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kwota": "0"}, {"kwota": "x"}, {"kwota": "1234567"}, {"kod": "podatek"}, {"nazwa": " "}, {"zrodlo": ""},
            {"od": "2020-01-01"}, {"od": "jutro"},
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, planner, certificate, wrong):
        sent = {"czynnosc": "oplata", "kod": "zaswiadczenie", "nazwa": "x", "kwota": "1", "od": TODAY, "zrodlo": "x"}

        assert planner.post(PAGE, sent | wrong).status_code == 422
        assert FeeRate.objects.filter(code="zaswiadczenie").count() == 1

    def test_only_an_own_one_that_has_not_begun_is_taken_back(self, planner, certificate):
        later = (timezone.localdate() + timedelta(30)).isoformat()
        sent = {"czynnosc": "oplata", "kod": "zaswiadczenie", "nazwa": "x", "kwota": "1", "od": later, "zrodlo": "x"}
        planner.post(PAGE, sent)
        national, own = FeeRate.objects.filter(code="zaswiadczenie").order_by("pk")

        assert planner.post(PAGE, {"czynnosc": f"cofnij-oplate:{national.pk}"}).status_code == 422
        assert planner.post(PAGE, {"czynnosc": f"cofnij-oplate:{own.pk}"}).status_code == 302
        assert FeeRate.objects.get(code="zaswiadczenie") == national


class TestFiling:
    def test_the_person_knows_before_and_after(self, client, anna, parcel, danuta):
        client.force_login(anna)
        assert "17,00 zł" in shown(client, f"/uslugi/{CODE}/")
        first = client.post(f"/uslugi/{CODE}/wniosek/?dzialka={parcel}")["Location"]
        summary = client.post(first, {"parcels": parcel, "purpose": "bank"})["Location"]
        assert "17,00 zł" in shown(client, summary)

        page = shown(client, client.post(summary)["Location"])

        assert "17,00 zł" in page
        assert "do zapłaty" in page
        assert "Zapłać w kasie urzędu" in page

    def test_the_receipt_says_it_and_stays_when_it_is_paid(self, certificate, danuta):
        case = certificate()
        filing = Filing.objects.get(case=case)
        before = upo.as_pdf(filing)

        pay(case.dues.get(), CASH_DESK.notify(case.dues.get(), PAID), by=danuta, at=timezone.now())

        assert ["Opłata", "Opłata skarbowa za zaświadczenie: 17,00\u00a0zł"] in filing.told
        assert upo.as_pdf(filing) == before

    def test_a_housing_matter_is_exempt_until_the_clerk_says_no(self, certificate, planner, client, anna):
        due = certificate(exemption="housing").dues.get()
        assert due.left_gr == 0
        assert "budownictwa mieszkaniowego" in shown(planner, f"/urzad/sprawy/{due.case_id}/")

        assert step(planner, due, "bez-zwolnienia", tekst="Działka rolna.").status_code == 302

        due.refresh_from_db()
        assert due.left_gr == 17_00
        client.force_login(anna)
        assert "nie przysługuje: Działka rolna." in shown(client, f"/moje/sprawy/{due.case_id}/")

    def test_without_a_rate_goes_on_and_the_clerk_writes_the_sum(self, certificate, planner):
        FeeRate.objects.all().delete()

        due = certificate().dues.get()

        assert due.amount_gr is None
        assert "nie ma stawki" in shown(planner, f"/urzad/sprawy/{due.case_id}/")
        assert step(planner, due, "oplacono", **PAID).status_code == 422  # how much?
        assert step(planner, due, "oplacono", **PAID, kwota="17").status_code == 302
        due.refresh_from_db()
        assert (due.amount_gr, due.paid_gr) == (17_00, 17_00)

    def test_asks_two_questions_more_and_none_where_nothing_is_charged(self, certificate, anna, parcel):
        def asked(make) -> list[str]:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                make()
            return [one["sql"] for one in seen if "fees_" in one["sql"]]

        letter = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?"}
        assert len(asked(certificate)) == 2
        assert asked(lambda: office.filed("pismo-ogolne", anna, **letter)) == []


class TestPaying:
    def test_is_recorded_once_for_all_to_see(self, certificate, planner, client, anna, danuta):
        due = certificate().dues.get()

        assert step(planner, due, "oplacono", **PAID).status_code == 302
        assert step(planner, due, "oplacono", **PAID).status_code == 302  # pressed twice

        due.refresh_from_db()
        assert (due.paid_gr, due.how, due.number, due.written_by) == (17_00, "cash", "KP 12/2026", danuta)
        assert due.case.events.filter(kind="fee-paid").count() == 1
        client.force_login(anna)
        page = shown(client, f"/moje/sprawy/{due.case_id}/")
        assert "zapłacono" in page
        assert "Zapłać w kasie" not in page
        assert CASH_DESK.status(due) is State.PAID

    def test_of_another_receipt_is_a_conflict(self, certificate, planner):
        due = certificate().dues.get()
        step(planner, due, "oplacono", **PAID)

        answer = step(planner, due, "oplacono", **PAID | {"numer": "KP 13/2026"})

        assert answer.status_code == 422
        assert "już rozliczona" in answer.content.decode()
        assert Due.objects.get().number == "KP 12/2026"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"sposob": "online"}, "Wybierz, jak"), ({"numer": " "}, "Podaj numer"), ({"numer": "\x00"}, "Podaj numer"),
            ({"dzien": "wczoraj"}, "Podaj dzień"), ({"dzien": "0026-11-28"}, "Sprawdź rok"),
            ({"dzien": "2099-01-01"}, "po dniu dzisiejszym"),
            ({"kwota": "16,99"}, "17,00"), ({"kwota": "x"}, "Podaj kwotę"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_written(self, certificate, planner, wrong, said):
        due = certificate().dues.get()

        answer = step(planner, due, "oplacono", **PAID | wrong)

        assert answer.status_code == 422
        assert said in answer.content.decode().replace("\u00a0", " ")
        due.refresh_from_db()
        assert due.paid_on is None

    @pytest.mark.parametrize("key", ["", "x", "-1", "0", "9" * 30, "٣"])
    def test_of_nothing_is_told(self, certificate, planner, key):
        case = certificate()

        answer = planner.post(f"/urzad/sprawy/{case.pk}/krok/oplacono/", {"oplata": key} | PAID)

        assert answer.status_code == 422

    def test_of_another_case_is_not_there(self, certificate, planner, emil):
        mine, other = certificate().dues.get(), certificate().dues.get()

        answer = planner.post(f"/urzad/sprawy/{mine.case_id}/krok/oplacono/", {"oplata": other.pk} | PAID)
        assert answer.status_code == 422
        stranger = Client()
        stranger.force_login(emil)
        assert step(stranger, mine, "oplacono", **PAID).status_code in {403, 404}
        assert not Due.objects.exclude(paid_on=None).exists()

    def test_an_exemption_has_a_reason_and_no_payment(self, certificate, danuta):
        due, now = certificate().dues.get(), timezone.now()
        with pytest.raises(Malformed):
            exempt(due, reason=" ", by=danuta, at=now)

        exempt(due, reason="art. 7 pkt 2", by=danuta, at=now)

        with pytest.raises(Conflict):
            pay(due, CASH_DESK.notify(due, PAID), by=danuta, at=now)

    def test_the_database_keeps_half_a_payment_out(self, certificate):
        with pytest.raises(IntegrityError), transaction.atomic():
            Due.objects.filter(pk=certificate().dues.get().pk).update(paid_gr=1, paid_on=TODAY)


class TestDesk:
    def test_unpaid_warns_and_offers_the_call(self, certificate, planner, danuta):
        case = certificate()
        page = shown(planner, f"/urzad/sprawy/{case.pk}/")
        assert "Opłata nie jest jeszcze zapłacona" in page
        assert "Opłata skarbowa za zaświadczenie 17,00 zł" in page
        until = CALLED.ends(timezone.localdate())
        assert timedelta(14) <= until - timezone.localdate() <= timedelta(14 + 4)
        assert f'value="{until.isoformat()}"' in page

        office.decided(case, danuta, text="Zaświadcza się, że plan obowiązuje.")

        case.refresh_from_db()
        assert case.status == Case.Status.ISSUED
        assert "Opłata nie jest" not in shown(planner, f"/urzad/sprawy/{case.pk}/")
        assert step(planner, case.dues.get(), "oplacono", **PAID).status_code == 302  # also when it has ended

    def test_the_extract_costs_what_stands_in_it(self, land, anna, danuta, client):
        case = office.extract(anna, land.identifier)
        assert not case.dues.exists()

        [document] = office.decided(case, danuta)

        due = case.dues.get()
        assert due.amount_gr == document.inputs["fee_gr"] > 0
        client.force_login(anna)
        assert due.amount.replace("\u00a0", " ") in shown(client, f"/moje/sprawy/{case.pk}/")


class TestStatement:
    """What a line of the bank settles is heard by the due, the case and its people; lines come by thousands."""

    @pytest.fixture
    def owed(self, skala):
        """So many cases, each of another person, with 17 zł to pay."""

        def make(many: int) -> list[Due]:
            return [self.due_of(skala, User.objects.create_user(f"p{User.objects.count()}")) for _ in range(many)]

        return make

    def due_of(self, skala, person) -> Due:
        now = timezone.now()
        case = Case.objects.create(
            municipality=skala, number=f"X.{person.pk}", service="x", title="x", applicant=person, filed_at=now
        )
        due = Due.objects.create(
            municipality=skala, case=case, title="Opłata", amount_gr=17_00, due_on=timezone.localdate()
        )
        assessed(due, at=now)
        return due

    def paid(self, dues: list[Due], skala) -> int:
        """How many questions the database was asked."""
        into, at = account(skala, LedgerAccount.Kind.CASH), timezone.now()
        receipts = [
            Receipt(
                voucher=Voucher(key=f"line:{due.pk}", source="wyciąg 1", value_date=PAID_ON, at=at),
                amount_gr=17_00, into=into, charges=(charge_of(due),),
            )
            for due in dues
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            settle_all(receipts)
        return len(asked)

    def test_each_case_and_person_hears_and_nobody_else(self, owed, skala):
        unpaid, *dues = owed(4)
        wants, closed = dues[0].case.applicant, dues[1].case.applicant
        for one in (wants, closed):
            ChannelAddress.objects.create(
                user=one, channel="email", sealed=sealed("a@example.org"), fingerprint=str(one.pk),
                added_at=timezone.now(), confirmed_at=timezone.now(),
            )  # fmt: skip
            consents.settle(one, skala, wanted={("application.status", "email")}, at=timezone.now())
        User.objects.filter(pk=closed.pk).update(is_active=False)

        self.paid(dues, skala)

        for due in dues:
            due.refresh_from_db()
            assert (due.paid_gr, due.paid_on, due.how, due.number) == (17_00, PAID_ON, "transfer", "wyciąg 1")
            assert [one.text for one in due.case.events.all()] == [
                "Zapłacono 17,00\u00a0zł (Opłata) 27\u00a0listopada\u00a02026, dowód wpłaty wyciąg 1."
            ]
        assert {one.user for one in Notice.objects.all()} == {due.case.applicant for due in dues}
        assert [one.recipient for one in Delivery.objects.all()] == [wants]
        assert not unpaid.case.events.exists()

    def test_many_ask_no_more_than_few(self, owed, skala):
        self.paid(owed(1), skala)  # opens the accounts of the books

        assert self.paid(owed(12), skala) == self.paid(owed(2), skala)

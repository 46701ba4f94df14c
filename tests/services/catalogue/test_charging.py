"""What is asked for waits for its stamp duty: 30 zł for a wypis up to five pages and 20 zł for each A4 part of a wyrys
(annex to the stamp-duty act, part I), 17 zł for a certificate (part II); KPA art. 261.
"""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from services.cases.models import Case
from services.catalogue.charging import CHARGED
from services.documents.models import IssuedDocument
from services.fees.services import call_to_pay
from services.notices.models import Notice
from tests import office

pytestmark = pytest.mark.django_db

PAID = {"sposob": "cash", "numer": "KP 12/2026", "dzien": timezone.localdate().isoformat()}


@pytest.fixture
def extract(drawn_plan, make_parcel, rate, filing, anna) -> Case:
    make_parcel(east=0, north=0, side=100, number="123/4")
    return office.extract(anna, "120610_5.0007.123/4")


@pytest.fixture
def planner(client, danuta):
    client.force_login(danuta)
    return client


def step(client, case, action, **posted):
    return client.post(f"/urzad/sprawy/{case.pk}/krok/{action}/", posted)


def seen(case):
    return case.events.order_by("-pk").values_list("pk", flat=True)[0]


def issue(client, case, **posted):
    return step(client, case, "odpowiedz", widziane=seen(case), **posted)


class TestExtract:
    def test_is_charged_then_paid_then_issued_at_the_same_price(self, extract, planner):
        assert step(planner, extract, "nalicz").status_code == 302
        due = extract.dues.get()
        assert due.amount_gr == 30_00 + 20_00

        refused = issue(planner, extract)
        assert refused.status_code == 422
        assert "Opłata nie jest jeszcze zapłacona" in refused.content.decode()
        assert not IssuedDocument.objects.exists()

        assert step(planner, extract, "oplacono", oplata=due.pk, **PAID).status_code == 302
        assert issue(planner, extract).status_code == 302
        assert IssuedDocument.objects.get().inputs["fee_gr"] == 50_00
        assert extract.dues.count() == 1

    def test_before_it_is_charged_is_not_issued(self, extract, planner):
        answer = issue(planner, extract)

        assert answer.status_code == 422
        assert "Najpierw nalicz opłatę" in answer.content.decode()

    def test_is_charged_once_and_the_applicant_is_told(self, extract, planner, anna):
        step(planner, extract, "nalicz")

        again = step(planner, extract, "nalicz")

        assert again.status_code == 422
        assert "jest już naliczona" in again.content.decode()
        assert extract.dues.count() == extract.events.filter(kind=CHARGED).count() == 1
        assert "50,00" in Notice.objects.get(user=anna).text

    def test_that_became_dearer_owes_the_rest(self, extract, planner):
        step(planner, extract, "nalicz")
        extract.dues.update(amount_gr=20_00)
        step(planner, extract, "oplacono", oplata=extract.dues.get().pk, **PAID)

        issue(planner, extract)

        assert sorted(extract.dues.values_list("amount_gr", flat=True)) == [20_00, 30_00]

    def test_is_issued_unpaid_only_with_a_reason_that_stays_in_the_office(self, extract, planner, client, anna):
        step(planner, extract, "nalicz")
        assert issue(planner, extract, mimo="  ").status_code == 422

        assert issue(planner, extract, mimo="Ważny interes strony.").status_code == 302

        event = extract.events.get(kind="issued-unpaid")
        assert "Ważny interes strony." in event.text
        assert not event.is_public
        client.force_login(anna)
        assert "Ważny interes" not in client.get(f"/moje/sprawy/{extract.pk}/").content.decode()


class TestCertificate:
    @pytest.fixture
    def certificate(self, drawn_plan, make_parcel, rate, filing, anna) -> Case:
        import_module("services.fees.migrations.0002_rates").add_rate(apps, None)
        make_parcel(east=0, north=0, side=100, number="123/4")
        return office.filed("zaswiadczenie-o-przeznaczeniu", anna, parcels=["120610_5.0007.123/4"], purpose="bank")

    def test_waits_for_what_was_due_at_filing(self, certificate, planner):
        assert issue(planner, certificate, tekst="Zaświadcza się to i owo.").status_code == 422
        step(planner, certificate, "oplacono", oplata=certificate.dues.get().pk, **PAID)

        assert issue(planner, certificate, tekst="Zaświadcza się to i owo.").status_code == 302

    def test_is_refused_without_waiting(self, certificate, planner):
        answer = step(planner, certificate, "odmow", widziane=seen(certificate), tekst="Nie ma takiej działki.")

        assert answer.status_code == 302
        certificate.refresh_from_db()
        assert certificate.status == Case.Status.REFUSED

    @pytest.mark.parametrize(
        ("words", "follows"),
        [
            ("Podaj ulicę", "Podaj ulicę. Jeżeli nie uzupełnisz wniosku w tym terminie, pozostanie bez rozpoznania"),
            ("Bez ulicy wniosek pozostanie bez rozpoznania.", "wniosek pozostanie bez rozpoznania."),
            (None, "zwrócimy wniosek (art. 261 KPA)"),
        ],
    )
    def test_a_call_says_what_follows_without_an_answer(self, certificate, planner, words, follows):
        """KPA art. 64 § 2: with the instruction; art. 261: what was not paid for is sent back."""
        words = words or call_to_pay(certificate.dues.all())
        until = (timezone.localdate() + timedelta(days=30)).isoformat()
        assert step(planner, certificate, "wezwij", tekst=words, do=until).status_code == 302

        called = certificate.events.get(kind="called").text
        assert follows in called
        assert called.count("bez rozpoznania") == (0 if "261" in follows else 1)

    def test_has_nothing_to_count(self, certificate, planner):
        assert step(planner, certificate, "nalicz").status_code == 422

    def test_a_letter_costs_nothing_and_waits_for_nothing(self, certificate, planner, anna, jadwiga, client):
        letter = office.filed("pismo-ogolne", anna, office="120610", kind="question", subject="x", text="y")
        client.force_login(jadwiga)

        assert issue(client, letter, tekst="Odpowiadamy na pismo.").status_code == 302

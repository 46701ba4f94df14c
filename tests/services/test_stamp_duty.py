"""Stamp duty by itself. Sums: annex to the act of 16.11.2006 (dossier "taxes, identity, cases", 1.10)."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import F
from django.utils import timezone

from services.catalogue.charging import obstacle
from services.catalogue.declaration import eservices
from services.catalogue.filing import Unfit
from services.documents.models import IssuedDocument
from services.fees.base import CASH_DESK
from services.fees.services import ask_refund, pay, refuse_exemption
from services.identity.models import StaffRole
from services.payments.refunds import decide
from services.stamp_duty.eservice import draft
from tests import office
from tests.conftest import person

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate().isoformat()


@pytest.fixture(autouse=True)
def law(db, filing):
    """As migrations add it; tests that commit empty the tables of others."""
    import_module("services.fees.migrations.0002_rates").add_rate(apps, None)
    import_module("services.stamp_duty.migrations.0001_rates").add_rates(apps, None)


@pytest.fixture
def halina(skala):
    user = person("halina", "Halina", "Dąbrowska")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="inspektor")
    return user


@pytest.fixture
def duty(anna):
    def file(**answers):
        said = {"office": "120610", "exemption": "none"} | answers
        if said["act"] != "pelnomocnictwo":
            said.setdefault("represented", "no")
        return office.filed("oplata-skarbowa", anna, **said)

    return file


class TestSums:
    @pytest.mark.parametrize(
        ("answers", "zloty"),
        [
            ({"act": "zaswiadczenie"}, [17]),
            ({"act": "pelnomocnictwo", "relations": 2}, [34]),
            ({"act": "warunki-zabudowy"}, [598]),
            ({"act": "warunki-zabudowy", "represented": "paid"}, [598, 17]),
            ({"act": "przeniesienie-warunkow"}, [56]),
            ({"act": "uwarunkowania"}, [205]),
            ({"act": "odpis", "pages": 7}, [35]),
            ({"act": "odpis", "pages": "7,0"}, [35]),
        ],
    )
    def test_are_those_of_the_annex(self, duty, answers, zloty):
        case = duty(**answers)

        assert [one.amount_gr for one in case.dues.order_by("pk")] == [100 * one for one in zloty]
        assert all(one.left_gr for one in case.dues.all())

    @pytest.mark.parametrize(
        ("answers", "left"),
        [
            ({"act": "uwarunkowania", "exemption": "housing"}, 0),
            ({"act": "warunki-zabudowy", "exemption": "owner"}, 0),
            ({"act": "warunki-zabudowy", "exemption": "owner", "represented": "paid"}, 17_00),
            ({"act": "zaswiadczenie", "represented": "family"}, 17_00),
            ({"act": "pelnomocnictwo", "relations": 1, "exemption": "family"}, 0),
            ({"act": "warunki-zabudowy", "exemption": "social", "represented": "paid"}, 0),
            ({"act": "uwarunkowania", "exemption": "public", "represented": "paid"}, 0),
            ({"act": "pelnomocnictwo", "relations": 2, "exemption": "poverty"}, 0),
            ({"act": "uwarunkowania", "exemption": "housing", "represented": "paid"}, 17_00),
        ],
    )
    def test_are_not_due_where_the_act_says_so(self, duty, answers, left):
        assert sum(one.left_gr for one in duty(**answers).dues.all()) == left

    @pytest.mark.parametrize(
        ("act", "exemption"),
        [("warunki-zabudowy", "housing"), ("zaswiadczenie", "family"), ("odpis", "owner")],
    )
    def test_have_no_exemption_of_another_act(self, duty, act, exemption):
        with pytest.raises(Unfit) as fault:
            duty(act=act, exemption=exemption, **({"pages": 1} if act == "odpis" else {}))

        assert list(fault.value.faults) == ["exemption"]

    @pytest.mark.parametrize("pages", [0, -1, 1001, "1.5", "x"])
    def test_need_a_number_of_pages(self, duty, pages):
        with pytest.raises(Unfit):
            duty(act="odpis", pages=pages)


class TestProof:
    def test_is_issued_when_it_is_paid(self, duty, client, halina):
        case = duty(act="odpis", pages=3)
        client.force_login(halina)
        page = f"/urzad/sprawy/{case.pk}/"
        seen = case.events.order_by("-pk").first().pk
        text = {"tekst": "Potwierdza się wpłatę.", "widziane": seen}
        assert client.post(f"{page}krok/odpowiedz/", text).status_code == 422
        assert not IssuedDocument.objects.exists()

        paid = {"oplata": case.dues.get().pk, "sposob": "transfer", "numer": "WB 3/2026", "dzien": TODAY}
        client.post(f"{page}krok/oplacono/", paid)
        shown = client.get(page).content.decode()
        assert "15,00 zł, zapłacono" in shown.replace("\xa0", " ")
        assert "dowód WB 3/2026" in shown

        text["widziane"] = case.events.order_by("-pk").first().pk
        assert client.post(f"{page}krok/odpowiedz/", text).status_code == 302
        assert IssuedDocument.objects.get().title == "Potwierdzenie opłaty skarbowej"

    def test_says_the_exemption_and_when_it_was_refused(self, duty, halina):
        case = duty(act="zaswiadczenie", exemption="housing", mark="GP.6727.45.2026")
        today = timezone.localdate()
        assert "zwolnienie, sprawa budownictwa mieszkaniowego" in draft(case.filing, today)
        assert "sprawa GP.6727.45.2026" in draft(case.filing, today)

        refuse_exemption(case.dues.get(), reason="to nie budownictwo", by=halina, at=timezone.now())

        assert "17,00 zł, nie zapłacono" in draft(case.filing, today).replace("\xa0", " ")

    def test_is_not_issued_on_a_duty_that_was_given_back(self, duty):
        case = duty(act="odpis", pages=3)
        letters = eservices.get(case.service).letters
        paid = {"paid_gr": F("amount_gr"), "paid_on": TODAY}
        case.dues.update(**paid)
        assert not obstacle(case, letters)

        case.dues.update(refunded_on=TODAY, refunded_gr=F("amount_gr") - 1)
        assert not obstacle(case, letters)  # a part that was too much
        case.dues.update(refunded_gr=F("amount_gr"))

        assert "zwrócona" in obstacle(case, letters)

    def test_is_not_issued_while_a_refund_of_its_duty_waits(self, duty, halina, celina):
        case = duty(act="odpis", pages=3)
        letters, due, now = eservices.get(case.service).letters, case.dues.get(), timezone.now()
        paid = {"sposob": "cash", "numer": "KP 1", "dzien": TODAY}
        due = pay(due, CASH_DESK.notify(due, paid), by=halina, at=now)

        refund = ask_refund(due, reason="wniosek cofnięty", by=halina, at=now)
        assert "Zwrot" in obstacle(case, letters)

        decide(refund, is_approved=False, by=celina, at=now, address="")
        assert not obstacle(case, letters)

"""The stamp duty on the document of a mandate: act of 16.11.2006, art. 1 ust. 1 pkt 2, art. 2, 6, 7, annex part IV.

17 zł of each relation: dossier 1.10. The Minister of Finance counts documents filed in cases (answer to the
interpellation 10785), so how often one document is taxed is a dated row.
"""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from services.cases.models import Case
from services.catalogue.filing import apply
from services.documents.uploads import checked
from services.fees.models import Due, MandateRule
from services.fees.services import refuse_exemption
from services.parties import mandates
from services.parties.models import PartyLink
from services.parties.people import Known
from spatial.errors import Malformed
from tests import office
from tests.services.parties.conftest import NIP, PESEL, pdf
from tests.services.parties.test_acting import act_for, begun, shown

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?", "signing": "alone"}


@pytest.fixture(autouse=True)
def classes(filing):
    """Both offices file."""


@pytest.fixture
def file(filing):
    def make(link, service="pismo-ogolne", **answers) -> Case:
        said, wanted = answers or LETTER, office.service(service)
        return apply(wanted, owner=link.user, answers=said, at=timezone.now(), representation=link)

    return make


def duty(**answers) -> dict[str, object]:
    return {"office": "120610", "act": "zaswiadczenie", "exemption": "none"} | answers


def amounts(case: Case) -> list[int]:
    """What is left to pay of each sum, in złotys."""
    return [due.left_gr // 100 for due in case.dues.order_by("pk")]


class TestOnce:
    def test_the_second_case_says_where_it_was_charged(self, file, for_celina):
        first, second = file(for_celina), file(for_celina)

        assert (amounts(first), amounts(second)) == ([17], [])
        assert ["Opłata", f"za pełnomocnictwo naliczono w sprawie {first.number}"] in second.filing.told

    def test_the_summary_says_so_before_filing(self, signed_in, anna, file, for_celina):
        first = file(for_celina)
        client = signed_in(anna)
        act_for(client, for_celina)
        page = shown(client, begun(client))

        assert f"Opłatę za pełnomocnictwo naliczyliśmy już w sprawie {first.number}" in page
        assert "17,00 zł" not in page

    def test_another_document_is_another_duty(self, file, for_celina, make_link, principal, anna):
        file(for_celina)

        assert amounts(file(make_link(anna, principal))) == [17]

    def test_an_office_may_take_it_in_each_case_from_a_day_on(self, file, for_celina, skala):
        file(for_celina)
        rule = ("mandate_duty", "120610", "each-case", "--source", "interpelacja 10785")
        call_command(*rule, "--from", (TODAY + timedelta(days=1)).isoformat())
        assert amounts(file(for_celina)) == []

        call_command(*rule, "--from", TODAY.isoformat())
        assert amounts(file(for_celina)) == [17]
        assert not MandateRule.objects.is_once("120610", TODAY)
        assert MandateRule.objects.is_once("120613", TODAY)

    def test_the_rule_of_no_municipality_is_refused(self, db):
        with pytest.raises(CommandError):
            call_command("mandate_duty", "999999", "once", "--source", "x", "--from", "2026-01-01")

    def test_what_was_charged_before_the_rule_came_counts(self, file, for_celina):
        first = file(for_celina)
        first.dues.update(mandate=None)
        import_module("services.fees.migrations.0005_mandate_once").name_mandates(apps, None)

        assert first.dues.get().mandate == for_celina
        assert amounts(file(for_celina)) == []

    def test_money_that_went_back_whole_is_owed_again(self, file, for_celina):
        first = file(for_celina)
        Due.objects.filter(case=first).update(
            paid_gr=1700, paid_on=TODAY, how="cash", number="KP 1", refunded_gr=1700, refunded_on=TODAY
        )

        assert amounts(file(for_celina)) == [17]


class TestExemptions:
    @pytest.mark.parametrize(
        ("ground", "law"),
        [
            ("spouse", "załącznik, część IV"), ("ascendant", "załącznik, część IV"),
            ("descendant", "załącznik, część IV"), ("sibling", "załącznik, część IV"),
            ("receipt", "załącznik, część IV"), ("foreign", "art. 7 pkt 1"), ("budget", "art. 7 pkt 2"),
            ("local", "art. 7 pkt 3"), ("charity", "art. 7 pkt 4"), ("poverty", "art. 7 pkt 5"),
        ],
    )  # fmt: skip
    def test_are_those_of_the_act(self, file, make_link, anna, principal, ground, law):
        [due] = file(make_link(anna, principal, duty_free=ground)).dues.all()

        assert (due.left_gr, law in due.exemption) == (0, True)

    def test_one_that_is_refused_is_owed_once(self, file, make_link, anna, principal, jadwiga):
        link = make_link(anna, principal, duty_free="sibling")
        first, second = file(link), file(link)
        refuse_exemption(first.dues.get(), reason="to szwagier", by=jadwiga, at=timezone.now())

        assert (amounts(first), amounts(second), amounts(file(link))) == ([17], [], [])

    def test_a_guardian_and_a_representative_bear_none(self, file, make_link, for_firm, anna, principal):
        assert amounts(file(make_link(anna, principal, basis="guardian"))) == []
        assert amounts(file(for_firm)) == []

    def test_art_2_is_of_the_case_and_the_next_one_pays(self, file, for_celina):
        social = file(for_celina, "oplata-skarbowa", **duty(exemption="social"))
        housing = file(for_celina, "oplata-skarbowa", **duty(exemption="housing"))

        assert [due.exemption[:9] for due in social.dues.order_by("pk")] == ["alimenty,", "alimenty,"]
        assert amounts(housing) == [0, 17]  # housing is no exemption of a mandate


class TestAsking:
    def wish(self, municipality, **fields) -> mandates.Wish:
        known = Known(name="Wiśniewska", first_name="Celina", pesel=PESEL)
        values = {"principal": known, "municipality": municipality, "basis": PartyLink.Basis.MANDATE}
        return mandates.Wish(**values | {"valid_from": date(2026, 1, 1)} | fields)

    @pytest.mark.parametrize("ground", ["budget", "local", "charity", "foreign"])
    def test_a_person_is_no_office(self, anna, skala, ground):
        with pytest.raises(Malformed):
            mandates.ask(anna, self.wish(skala, duty_free=ground), checked("p.pdf", pdf().read()), at=timezone.now())

    @pytest.mark.parametrize("ground", ["spouse", "ascendant", "poverty"])
    def test_a_firm_has_no_family(self, anna, skala, ground):
        wish = self.wish(skala, principal=Known(name="Piekarnia", nip=NIP), duty_free=ground)
        with pytest.raises(Malformed):
            mandates.ask(anna, wish, checked("p.pdf", pdf().read()), at=timezone.now())

    def test_is_stated_with_the_document_and_shown_to_the_clerk(self, signed_in, anna, jadwiga, skala):
        page = shown(signed_in(anna), "/moje/w-imieniu/nowe/")
        assert "Czy pełnomocnictwo jest zwolnione z opłaty skarbowej?" in page
        said = {
            "municipality": "120610", "kind": "person", "pesel": PESEL, "first_name": "Celina", "name": "Wiśniewska",
            "basis": "mandate", "duty_free": "descendant", "valid_from": TODAY.isoformat(), "document": pdf(),
        }  # fmt: skip
        answer = signed_in(anna).post("/moje/w-imieniu/nowe/", said)

        assert answer.status_code == 302, answer.content.decode()
        link = PartyLink.objects.get(user=anna)
        assert link.duty_free == "descendant"
        page = shown(signed_in(jadwiga), f"/urzad/umocowania/{link.pk}/")
        assert "zwolnienie według pełnomocnika: pełnomocnik jest dzieckiem, wnukiem albo wnuczką mocodawcy" in page


class TestStampDutyService:
    """Who acts by a mandate that the office knows is not asked about one, and pays it once."""

    def test_does_not_ask_twice(self, signed_in, anna, for_celina):
        client = signed_in(anna)
        question = "Czy w sprawie działa pełnomocnik?"
        first = client.post("/uslugi/oplata-skarbowa/wniosek/")["Location"]
        second = client.post(first, {"office": "120610", "act": "zaswiadczenie", "mark": ""})["Location"]
        assert question in shown(client, second)

        act_for(client, for_celina)
        first = client.post("/uslugi/oplata-skarbowa/wniosek/")["Location"]
        second = client.post(first, {"office": "120610", "act": "zaswiadczenie", "mark": ""})["Location"]
        assert question not in shown(client, second)
        assert client.post(second, {"exemption": "none"}).status_code == 302

    def test_charges_the_mandate_once(self, file, for_celina):
        assert amounts(file(for_celina, "oplata-skarbowa", **duty())) == [17, 17]
        assert amounts(file(for_celina, "oplata-skarbowa", **duty())) == [17]

    def test_a_mandate_paid_by_itself_is_the_one_that_is_used(self, file, for_celina):
        case = file(for_celina, "oplata-skarbowa", **duty(act="pelnomocnictwo", relations=1))

        assert amounts(case) == [17]
        assert case.dues.get().mandate == for_celina
        assert amounts(file(for_celina)) == []

    def test_in_a_case_that_has_the_duty_already_none_is_owed(self, file, for_celina, anna, celina, bogdan):
        letter = file(for_celina)
        for person in (celina, anna):
            said = duty(mark=letter.number, represented="paid")
            assert amounts(office.filed("oplata-skarbowa", person, **said)) == [17]
        stranger = office.filed("oplata-skarbowa", bogdan, **duty(mark=letter.number, represented="paid"))
        assert amounts(stranger) == [17, 17]
        assert letter.number not in str([row for row in stranger.filing.told if row[0] == "Opłata"])

"""What an office changes by itself: words and questions of a form, the class of cases, the term; from a day on."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from services.cases.models import CaseClass, TermRule
from services.catalogue.models import Draft, Filing, FormEdition
from services.identity.models import StaffRole, User
from tests import office as cases
from tests.conftest import person

pytestmark = pytest.mark.django_db

PAGE = "/urzad/uslugi/120610/pismo-ogolne/"
LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy będzie?"}
ASKED = {
    "czynnosc": "dodaj", "krok": "pismo", "rodzaj": "choice", "label-pl": "Skąd wiesz o usłudze?", "label-en": "",
    "hint-pl": "", "hint-en": "", "odpowiedzi": "od sąsiada\nz gazety", "wymagane": "1",
}  # fmt: skip


@pytest.fixture
def clerk(client, skala, filing):
    user = person("jadwiga", "Jadwiga", "Kaczmarek")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    client.force_login(user)
    return client


def published(clerk, **changes) -> None:
    assert clerk.post(PAGE, ASKED | changes).status_code == 302
    assert clerk.post(PAGE, {"czynnosc": "opublikuj", "przyczyna": "zarządzenie 12/2026"}).status_code == 302


def first_step(client, user) -> str:
    client.force_login(user)
    return client.post("/uslugi/pismo-ogolne/wniosek/")["Location"]


class TestForms:
    def test_a_question_of_the_office_is_asked_once_the_office_is_known(self, clerk, anna, suloszowa):
        published(clerk)
        address = first_step(clerk, anna)
        assert "Skąd wiesz" not in clerk.get(address).content.decode()

        answer = clerk.post(address, LETTER | {"pokazane": "office kind subject text files"})

        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Skąd wiesz o usłudze?" in page
        assert "wynikają jeszcze nowe pytania" in page
        assert "Odpowiedz na to pytanie." not in page  # nobody has asked it before

        other = clerk.post(address, LETTER | {"office": "120613"})
        assert other.status_code == 302  # the other municipality has no such question

    def test_a_filing_keeps_its_version_and_the_words_it_was_asked_in(self, clerk, anna):
        published(clerk)
        name = FormEdition.objects.get().added[0]["name"]

        case = cases.filed("pismo-ogolne", anna, **LETTER, **{name: "2"})
        clerk.post(PAGE, {"czynnosc": f"usun:{name}"})
        clerk.post(PAGE, {"czynnosc": "opublikuj", "przyczyna": "zarządzenie 13/2026"})

        filing = Filing.objects.get(case=case)
        assert filing.form_version == "2.1"
        assert ["Skąd wiesz o usłudze?", "z gazety"] in filing.told
        assert cases.filed("pismo-ogolne", anna, **LETTER).filing.form_version == "2.2"

    def test_words_are_changed_in_one_municipality(self, clerk, anna, suloszowa):
        clerk.post(PAGE, {"czynnosc": "slowa", "label-pl-subject": "Temat pisma", "label-en-subject": "Subject"})
        clerk.post(PAGE, {"czynnosc": "opublikuj", "przyczyna": "prostszy język"})

        here = clerk.get("/uslugi/pismo-ogolne/schemat.json?gmina=120610").json()
        there = clerk.get("/uslugi/pismo-ogolne/schemat.json?gmina=120613").json()
        assert here["properties"]["subject"]["title"] == "Temat pisma"
        assert there["properties"]["subject"]["title"] == "Czego dotyczy?"

    def test_a_version_withdrawn_while_somebody_fills_it_in_keeps_what_was_typed(self, clerk, anna):
        published(clerk)
        name = FormEdition.objects.get().added[0]["name"]
        jadwiga = User.objects.get(username="jadwiga")
        address = first_step(clerk, anna)
        second = clerk.post(address, LETTER | {name: "1"})["Location"]
        summary = clerk.post(second, {})["Location"]
        clerk.force_login(jadwiga)
        assert clerk.post(PAGE, {"czynnosc": "wycofaj:1"}).status_code == 302

        clerk.force_login(anna)
        answer = clerk.post(summary)

        assert answer.status_code == 422
        assert "Formularz zmienił się" in answer.content.decode()
        assert Draft.objects.get().typed["subject"] == ["Lampa"]
        assert clerk.post(summary).status_code == 302  # seen and filed
        assert Filing.objects.get().form_version == "2"

    def test_the_preview_shows_what_is_not_published_yet(self, clerk):
        clerk.post(PAGE, ASKED)

        assert "Skąd wiesz o usłudze?" in clerk.get(f"{PAGE}podglad/").content.decode()
        assert "own_1_1" not in clerk.get("/uslugi/pismo-ogolne/schemat.json?gmina=120610").content.decode()

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            (ASKED | {"label-pl": " "}, "Napisz treść pytania"),
            (ASKED | {"label-pl": "x" * 201}, "Skróć tekst do 200"),
            (ASKED | {"odpowiedzi": "jedna"}, "od 2 do 30"),
            (ASKED | {"rodzaj": "bomba"}, "Wybierz rodzaj"),
            (ASKED | {"krok": "nie-ma"}, "Wybierz rodzaj pytania i krok"),
            ({"czynnosc": "slowa", "label-pl-subject": "\x00"}, "musi mieć treść"),
            ({"czynnosc": "opublikuj", "przyczyna": "x"}, "nie różni się"),
            ({"czynnosc": "opublikuj", "przyczyna": " "}, "z czego wynika"),
            ({"czynnosc": "wycofaj:99999999999"}, "nie można wycofać"),
            ({"czynnosc": "wycofaj:7"}, "nie można wycofać"),
        ],
    )
    def test_what_is_wrong_is_said(self, clerk, sent, said):
        answer = clerk.post(PAGE, sent)

        assert answer.status_code == 422
        assert said in answer.content.decode()


class TestRules:
    def test_a_new_class_counts_from_its_day(self, clerk, anna):
        sent = {"czynnosc": "klasa", "komorka": "ORG", "klasa": "0551", "kategoria": "BE10", "zrodlo": "zarządzenie 5"}
        assert clerk.post(PAGE, sent | {"od": timezone.localdate().isoformat()}).status_code == 302

        assert cases.filed("pismo-ogolne", anna, **LETTER).number == f"ORG.0551.1.{timezone.localdate().year}"
        row = CaseClass.objects.get(jrwa="0551")
        assert (row.archive_category, row.source) == ("BE10", "zarządzenie 5")

    def test_a_new_term_moves_the_day_of_settling(self, clerk, anna):
        sent = {"czynnosc": "termin", "ile": "14", "czego": "days", "przepis": "art. 35 § 3a", "zrodlo": "statut"}
        clerk.post(PAGE, sent | {"od": timezone.localdate().isoformat()})

        case = cases.filed("pismo-ogolne", anna, **LETTER)

        assert case.term_basis == "art. 35 § 3a"
        assert timedelta(14) <= case.due_on - timezone.localdate() <= timedelta(14 + 4)  # an end on a free day moves

    def test_a_rule_that_has_not_begun_can_be_taken_back(self, clerk):
        later = timezone.localdate() + timedelta(30)
        sent = {"czynnosc": "termin", "ile": "2", "czego": "months", "przepis": "art. 35", "zrodlo": "x"}
        clerk.post(PAGE, sent | {"od": later.isoformat()})
        rule = TermRule.objects.get()

        assert clerk.post(PAGE, {"czynnosc": f"cofnij-termin:{rule.pk}"}).status_code == 302
        assert not TermRule.objects.exists()

    def test_one_in_force_cannot(self, clerk):
        row = CaseClass.objects.filter(service="pismo-ogolne", municipality="120610").get()

        assert clerk.post(PAGE, {"czynnosc": f"cofnij-klase:{row.pk}"}).status_code == 422
        assert CaseClass.objects.filter(pk=row.pk).exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"komorka": "<b>"}, {"klasa": "67"}, {"klasa": "٦٧٢٧"}, {"kategoria": "X"}, {"kategoria": "B0"},
            {"od": "wczoraj"}, {"od": "2020-01-01"}, {"zrodlo": " "},
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, clerk, wrong):
        before = CaseClass.objects.count()
        sent = {"czynnosc": "klasa", "komorka": "OR", "klasa": "0551", "kategoria": "B5", "zrodlo": "x"}

        answer = clerk.post(PAGE, sent | {"od": (timezone.localdate() + timedelta(1)).isoformat()} | wrong)

        assert answer.status_code == 422
        assert CaseClass.objects.count() == before

    def test_two_rules_of_one_day_are_refused_in_words(self, clerk):
        sent = {"czynnosc": "termin", "ile": "2", "czego": "weeks", "przepis": "art. 35", "zrodlo": "x"}
        sent["od"] = (timezone.localdate() + timedelta(3)).isoformat()
        clerk.post(PAGE, sent)

        with transaction.atomic():
            assert clerk.post(PAGE, sent).status_code == 422


class TestWhoMay:
    def test_only_services_and_municipalities_of_the_own_role(self, clerk, suloszowa, anna):
        assert clerk.get("/urzad/uslugi/").status_code == 200
        assert clerk.get("/urzad/uslugi/120613/pismo-ogolne/").status_code == 404
        assert clerk.get("/urzad/uslugi/120610/wypis-i-wyrys/").status_code == 404  # the planner keeps it
        assert clerk.get("/urzad/uslugi/999999/x/").status_code == 404
        clerk.force_login(anna)
        assert clerk.get(PAGE).status_code == 403
        assert clerk.post(PAGE, ASKED).status_code == 403


def test_a_draft_that_names_its_office_in_the_address_files_with_the_office_s_questions(clerk, anna):
    """Nobody posted the step that says which office it is; the summary asks once more and then files."""
    published(clerk)
    edition = FormEdition.objects.get()
    edition.added[0]["is_required"] = False
    FormEdition.objects.update(added=edition.added)
    clerk.force_login(anna)
    query = "?office=120610&kind=question&subject=Lampa&text=Kiedy"
    summary = clerk.post(f"/uslugi/pismo-ogolne/wniosek/{query}")["Location"].rsplit("/", 2)[0] + "/"

    assert clerk.post(summary).status_code == 422
    assert clerk.post(summary).status_code == 302
    assert Filing.objects.get().form_version.endswith(".1")

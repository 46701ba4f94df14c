"""How long files are kept, and what is told of personal data when filing."""

from datetime import date

import pytest
from django.utils import timezone

from services.cases.archive import kept_until
from services.cases.models import Case, CaseClass
from tests import office as cases

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "=Lampa", "text": "Kiedy będzie?"}


@pytest.mark.parametrize(
    ("category", "until"),
    [
        ("B5", date(2032, 1, 1)),  # closed in 2026: five whole years, 2027 to 2031
        ("BE5", date(2032, 1, 1)),
        ("B10", date(2037, 1, 1)),
        ("B25", date(2052, 1, 1)),
        ("Bc", date(2027, 1, 1)),
        ("A", None),
        ("", None),
        ("B0", None),
        ("B٥", None),
    ],
)
def test_years_count_from_the_year_after_closing(category, until):
    assert kept_until(category, closed_on=date(2026, 6, 30)) == until


@pytest.fixture
def old(anna, jadwiga, filing) -> Case:
    """A case whose years are over."""
    case = cases.filed("pismo-ogolne", anna, **LETTER)
    cases.decided(case, jadwiga, text="Lampę naprawiono w piątek.")
    Case.objects.update(kept_until=timezone.localdate())
    return case


class TestKeeping:
    def test_a_case_takes_the_category_of_its_class_and_counts_from_closing(self, anna, jadwiga, filing):
        CaseClass.objects.filter(service="pismo-ogolne").update(archive_category="B10")
        case = cases.filed("pismo-ogolne", anna, **LETTER)
        assert case.archive_category == "B10"
        CaseClass.objects.filter(service="pismo-ogolne").update(archive_category="B2")  # later cases only

        cases.decided(case, jadwiga, text="Lampę naprawiono w piątek.")

        case.refresh_from_db()
        assert case.kept_until == date(timezone.localdate().year + 11, 1, 1)

    def test_is_marked_with_the_consent_and_stays(self, old, office):
        assert old.number in office.get("/urzad/archiwum/").content.decode()

        answer = office.post("/urzad/archiwum/", {"sprawa": old.pk, "zgoda": "AP-KR 12/2032"})

        assert answer.status_code == 302
        old.refresh_from_db()
        assert old.disposal_on == timezone.localdate()
        assert "AP-KR 12/2032" in old.events.last().text
        assert not old.events.last().is_public
        assert old.number not in office.get("/urzad/archiwum/").content.decode()

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"zgoda": "AP 1"}, "co najmniej jedną"),
            ({"zgoda": " ", "sprawa": "{old}"}, "numer zgody"),
            ({"zgoda": "AP 1", "sprawa": "x"}, "co najmniej jedną"),
        ],
    )
    def test_what_is_missing_is_said(self, old, office, sent, said):
        answer = office.post("/urzad/archiwum/", {name: str(value).format(old=old.pk) for name, value in sent.items()})

        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert Case.objects.get().disposal_on is None

    def test_not_before_its_day(self, old, office):
        Case.objects.update(kept_until=date(2999, 1, 1))

        assert office.post("/urzad/archiwum/", {"sprawa": old.pk, "zgoda": "AP 1"}).status_code == 422
        assert Case.objects.get().disposal_on is None

    def test_the_list_as_csv_has_no_formulas(self, old, office):
        Case.objects.update(title="=1+1")
        told = b"".join(office.get("/urzad/archiwum/spis.csv")).decode("utf-8-sig").splitlines()

        assert told[0].startswith("znak sprawy;")
        assert old.number in told[1]
        assert ";=1+1" not in told[1]

    def test_another_office_sees_nothing(self, old, client, emil, anna):
        client.force_login(emil)
        assert old.number not in client.get("/urzad/archiwum/").content.decode()
        client.force_login(anna)
        assert client.get("/urzad/archiwum/").status_code == 403
        assert client.get("/urzad/archiwum/spis.csv").status_code == 403


class TestClause:
    def test_is_shown_before_filing_and_kept_as_it_was_shown(self, client, anna, filing):
        client.force_login(anna)
        first = client.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
        summary = client.post(client.post(first, LETTER)["Location"], {})["Location"]
        page = client.get(summary).content.decode()
        assert "Administratorem Twoich danych jest Burmistrz" in page
        assert "5 lat od końca roku" in page

        case = client.post(summary)["Location"]
        CaseClass.objects.update(archive_category="A")

        assert "5 lat od końca roku" in client.get(case).content.decode()

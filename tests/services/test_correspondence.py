"""The register of letters: numbers without gaps, letters of the portal and of paper, who sees which."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import close_old_connections, transaction
from django.test import Client
from django.utils import timezone

from services.cases.models import Case, CaseSeries
from services.catalogue import filing as drafts
from services.catalogue.declaration import eservices
from services.correspondence.models import Correspondence, OrganisationalUnit
from services.correspondence.services import Channel, Direction, Letter, enter
from services.documents.models import IssuedDocument
from services.identity.models import StaffRole
from spatial.errors import Malformed
from tests.conftest import person
from tests.office import collected
from tests.services.catalogue.test_filing import LETTER, filed

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 11, 25, 12, tzinfo=WARSAW)
PAPER = {
    "direction": "in", "unit": "OR", "channel": "post", "case_number": "", "party_name": "Spółka Młyn",
    "subject": "Faktura", "written_on": "2026-11-20", "their_mark": "FV/7", "attachments": "2",
}  # fmt: skip


@pytest.fixture
def units(skala, suloszowa):
    for owner in (skala, suloszowa):
        OrganisationalUnit.objects.create(
            municipality=owner, symbol="OR", name="Referat Organizacyjny", valid_from=date(2011, 1, 1)
        )
    OrganisationalUnit.objects.create(
        municipality=skala, symbol="ZZ", name="Dawny", valid_from=date(2011, 1, 1), valid_to=date(2020, 1, 1)
    )


@pytest.fixture
def kazimierz(suloszowa):
    clerk = person("kazimierz", "Kazimierz", "Piotrowski")
    StaffRole.objects.create(user=clerk, municipality=suloszowa, role=StaffRole.Role.CLERK, job_title="inspektor")
    return clerk


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@transaction.atomic
def letter(owner, *, at=NOON, unit="OR", **said) -> Correspondence:
    wanted = {"direction": Direction.IN, "channel": Channel.POST, "subject": "Pismo", "party_name": "Jan"} | said
    return enter(Letter(**wanted), municipality=owner, unit=unit, at=at)


def exported(client, query="") -> list[list[str]]:
    response = client.get(f"/urzad/korespondencja/120610/dziennik.csv{query}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


class TestNumbers:
    def test_run_by_municipality_unit_direction_and_year(self, skala, suloszowa):
        late = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC"))  # already 2027 in Warsaw
        numbers = [
            letter(skala).number,
            letter(skala).number,
            letter(skala, unit="GP").number,
            letter(skala, direction=Direction.OUT).number,
            letter(suloszowa).number,
            letter(skala, at=late).number,
        ]

        assert numbers == ["RPW/1/2026", "RPW/2/2026", "RPW/1/2026", "ROK/1/2026", "RPW/1/2026", "RPW/1/2027"]

    def test_of_a_transaction_that_fails_are_given_again(self, skala):
        with pytest.raises(RuntimeError), transaction.atomic():
            letter(skala)
            raise RuntimeError

        assert letter(skala).number == "RPW/1/2026"

    def test_are_not_spent_on_what_cannot_be_entered(self, skala):
        for wrong in ({"party_name": "  "}, {"channel": Channel.HYBRID}):
            with pytest.raises(Malformed):
                letter(skala, **wrong)

        assert not CaseSeries.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_many_letters_at_once_have_no_gap_and_no_double(self, skala):
        def enter_one(_):
            try:
                return letter(skala).number
            finally:
                close_old_connections()

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(enter_one, range(40)))

        assert sorted(int(number.split("/")[1]) for number in numbers) == list(range(1, 41))

    def test_many_filings_and_paper_letters_share_one_series(self, anna, filing, skala):
        service = eservices.get("pismo-ogolne")
        typed = {name: [value] for name, value in LETTER.items()}
        held = [drafts.begin(service, owner=anna, typed=typed, at=timezone.now()) for _ in range(15)]

        def one(draft):
            try:
                drafts.submit(service, draft, at=timezone.now())
                letter(skala, at=timezone.now())
            finally:
                close_old_connections()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(one, held * 2))

        numbers = sorted(int(row.number.split("/")[1]) for row in Correspondence.objects.all())
        assert numbers == list(range(1, 46))
        assert Case.objects.count() == 15


class TestLettersOfThePortal:
    def test_a_case_from_filing_to_the_answer(self, resident, office):
        case = filed(resident)
        step, until = f"/urzad/sprawy/{case.pk}/krok/", (timezone.localdate() + timedelta(days=90)).isoformat()
        office.post(f"{step}wezwij/", {"tekst": "Podaj ulicę.", "do": until})
        resident.post(f"/moje/sprawy/{case.pk}/uzupelnij/", {"tekst": "Rynek 5"})
        office.post(f"{step}przedluz/", {"tekst": "Czekamy na opinię.", "do": until})
        office.post(f"{step}zawies/", {"tekst": "Zagadnienie wstępne, art. 97 § 1 pkt 4 KPA."})
        office.post(f"{step}podejmij/", {"tekst": "Sąd rozstrzygnął."})
        seen = case.events.order_by("-pk").first().pk
        office.post(f"{step}odpowiedz/", {"tekst": "Latarnie staną w maju.", "widziane": seen})

        rows = list(Correspondence.objects.order_by("pk"))
        year = timezone.localdate().year
        assert [(row.number, row.subject.partition(":")[0]) for row in rows] == [
            (f"RPW/1/{year}", "Pismo"),
            (f"ROK/1/{year}", "Wezwanie do uzupełnienia"),
            (f"RPW/2/{year}", "Uzupełnienie"),
            (f"ROK/2/{year}", "Zawiadomienie o nowym terminie"),
            (f"ROK/3/{year}", "Zawieszenie postępowania"),
            (f"ROK/4/{year}", "Podjęcie postępowania"),
            (f"ROK/5/{year}", "Odpowiedź na pismo"),
        ]
        assert {(row.unit_symbol, row.party, row.case, row.channel) for row in rows} == {
            ("OR", case.applicant, case, "portal")
        }
        assert rows[-1].document == IssuedDocument.objects.get()

    def test_a_withdrawal_is_a_letter(self, resident):
        case = filed(resident)
        resident.post(f"/moje/sprawy/{case.pk}/wycofaj/")

        assert Correspondence.objects.latest("pk").subject == "Wycofanie: Pismo: Światło na Rynku"

    def test_a_step_that_is_refused_enters_nothing(self, resident, office):
        case = filed(resident)
        office.post(f"/urzad/sprawy/{case.pk}/krok/wezwij/", {"tekst": "", "do": "2030-01-01"})
        office.post(f"/urzad/sprawy/{case.pk}/krok/odpowiedz/", {"tekst": "Całe zdanie.", "widziane": "0"})
        resident.post(f"/moje/sprawy/{case.pk}/uzupelnij/", {"tekst": "Rynek 5"})

        assert Correspondence.objects.count() == 1

    def test_the_unit_is_that_of_the_case(self, resident, make_parcel):
        parcel = make_parcel(number="123/4")
        filed(resident, {"parcels": parcel.identifier, "purpose": "bank"}, "zaswiadczenie-o-przeznaczeniu")

        assert str(Correspondence.objects.get()).startswith("GP RPW/1/")


class TestOwnLetters:
    def test_are_those_of_the_person_without_what_is_for_the_office(self, resident, office, anna, skala, celina):
        case = filed(resident)
        office.post(f"/urzad/sprawy/{case.pk}/krok/notatka/", {"tekst": "Uwaga wewnętrzna"})
        letter(skala, subject="Cudze pismo", party=celina)
        letter(skala, subject="Niczyje pismo", party_name="Anna Nowak")  # of the name only: nobody's account

        page = resident.get("/moje/korespondencja/").content.decode()

        assert "Światło na Rynku" in page
        assert f'href="/moje/sprawy/{case.pk}/"' in page
        assert not any(words in page for words in ("Uwaga wewnętrzna", "Cudze", "Niczyje", "Jadwiga"))
        assert "/moje/korespondencja/" in resident.get("/moje/").content.decode()

    def test_lead_to_the_document(self, resident, office):
        case = filed(resident)
        seen = case.events.order_by("-pk").first().pk
        office.post(f"/urzad/sprawy/{case.pk}/krok/odpowiedz/", {"tekst": "Latarnie staną w maju.", "widziane": seen})
        assert "/dokumenty/" not in resident.get("/moje/korespondencja/").content.decode()
        collected(case)

        assert (
            f"/dokumenty/{IssuedDocument.objects.get().code}.pdf"
            in resident.get("/moje/korespondencja/").content.decode()
        )

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", {"Stare", "Nowe", "Sąsiednie"}),
            ("?rok=2025", {"Stare"}),
            ("?rok=2026", {"Nowe", "Sąsiednie"}),
            ("?gmina=120613", {"Sąsiednie"}),
            ("?sprawa=OR.1.1.2026", set()),
        ],
    )
    def test_are_filtered(self, client, anna, skala, suloszowa, query, shown):
        letter(skala, subject="Stare", party=anna, at=datetime(2025, 12, 31, 23, 30, tzinfo=WARSAW))
        letter(skala, subject="Nowe", party=anna, at=datetime(2026, 1, 1, 0, 30, tzinfo=WARSAW))
        letter(suloszowa, subject="Sąsiednie", party=anna)
        client.force_login(anna)

        page = client.get(f"/moje/korespondencja/{query}").content.decode()

        assert {words for words in ("Stare", "Nowe", "Sąsiednie") if words in page} == shown

    def test_need_signing_in(self, client, skala):
        assert client.get("/moje/korespondencja/")["Location"].startswith("/logowanie/")


class TestRegister:
    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", {"Faktura", "Skarga", "Decyzja"}),
            ("?komorka=GP", {"Decyzja"}),
            ("?kierunek=out", {"Decyzja"}),
            ("?rok=2025", {"Skarga"}),
            ("?szukaj=fakt", {"Faktura"}),
            ("?szukaj=młyn", {"Faktura"}),
            ("?szukaj=ROK/1/2026", {"Decyzja"}),
            ("?szukaj=brak", set()),
        ],
    )
    def test_is_filtered_and_exported_likewise(self, office, skala, query, shown):
        letter(skala, subject="Faktura", party_name="Spółka Młyn")
        letter(skala, subject="Skarga", at=datetime(2025, 5, 5, 12, tzinfo=WARSAW))
        letter(skala, subject="Decyzja", direction=Direction.OUT, unit="GP")

        page = office.get(f"/urzad/korespondencja/{query}").content.decode()

        assert {words for words in ("Faktura", "Skarga", "Decyzja") if words in page} == shown
        assert {row[7] for row in exported(office, query)} == shown

    def test_finds_letters_of_a_case_by_its_number(self, resident, office, skala):
        case = filed(resident)
        letter(skala, subject="Inne")

        assert [row[12] for row in exported(office, f"?szukaj={case.number}")] == [case.number]

    def test_comes_in_pages(self, office, skala):
        for number in range(51):
            letter(skala, subject=f"Pismo {number}.", at=NOON + timedelta(minutes=number))

        first, second = (office.get(f"/urzad/korespondencja/?strona={page}").content.decode() for page in (1, 2))

        assert "Pismo 50." in first
        assert "Pismo 0." not in first
        assert "Pismo 0." in second
        assert len(exported(office)) == 51

    @pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
    def test_no_cell_of_the_export_is_a_formula(self, office, skala, first):
        text = f'{first}HYPERLINK("http://zly.example","Kliknij")'
        letter(skala, subject=text, party_name=f"{first}x", their_mark=f"{first}1+1")

        [row] = exported(office)

        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
        assert text in row[7]

    def test_another_office_sees_nothing(self, kazimierz, skala, suloszowa, units):
        row = letter(skala, subject="Tajne", direction=Direction.OUT)
        stranger = signed_in(kazimierz)

        assert "Tajne" not in stranger.get("/urzad/korespondencja/").content.decode()
        assert stranger.get("/urzad/korespondencja/?gmina=120610").status_code == 404
        for path in ("dziennik.csv", "nowe/"):
            assert stranger.get(f"/urzad/korespondencja/120610/{path}").status_code == 404
        assert stranger.post("/urzad/korespondencja/120610/nowe/", PAPER).status_code == 404
        assert stranger.post(f"/urzad/korespondencja/pismo/{row.pk}/doreczenie/", {"wynik": "zwrot"}).status_code == 404
        assert Correspondence.objects.get() == row

    def test_is_for_clerks_only(self, danuta, celina, skala):
        letter(skala)
        for stranger in (danuta, celina):
            for path, status in (("", 403), ("120610/nowe/", 403), ("120610/dziennik.csv", 404)):
                assert signed_in(stranger).get(f"/urzad/korespondencja/{path}").status_code == status

    def test_is_never_cached(self, office):
        assert "no-store" in office.get("/urzad/korespondencja/")["Cache-Control"]


class TestPaper:
    def test_a_letter_in_gets_a_number(self, office, units, skala, jadwiga):
        response = office.post("/urzad/korespondencja/120610/nowe/", PAPER, follow=True)

        year = timezone.localdate().year
        row = Correspondence.objects.get()
        assert f"RPW/1/{year}" in response.content.decode()
        assert (row.party, row.party_name, row.written_on) == (None, "Spółka Młyn", date(2026, 11, 20))
        assert (row.their_mark, row.attachments, row.status, row.entered_by) == ("FV/7", 2, "received", jadwiga)

    def test_of_a_case_belongs_to_its_applicant(self, resident, office, units, anna):
        case = filed(resident)
        said = PAPER | {"direction": "out", "party_name": "", "case_number": case.number, "subject": "List polecony"}

        assert office.post("/urzad/korespondencja/120610/nowe/", said).status_code == 302

        row = Correspondence.objects.latest("pk")
        assert (row.case, row.party, row.status) == (case, anna, "sent")
        assert "List polecony" in resident.get("/moje/korespondencja/").content.decode()

    def test_of_somebody_else_in_a_case_is_not_shown_to_the_applicant(self, resident, office, units):
        case = filed(resident)
        said = PAPER | {"case_number": case.number, "subject": "Opinia sąsiada", "party_name": "Jan Sąsiad"}

        office.post("/urzad/korespondencja/120610/nowe/", said)

        assert Correspondence.objects.latest("pk").case == case
        assert "Opinia sąsiada" not in resident.get("/moje/korespondencja/").content.decode()

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"direction": ""}, "Wybierz, czy pismo przyszło"),
            ({"unit": ""}, "Wybierz komórkę"),
            ({"unit": "ZZ"}, "Wybierz poprawną wartość"),
            ({"party_name": ""}, "Wpisz, od kogo albo do kogo"),
            ({"subject": ""}, "Napisz, czego dotyczy"),
            ({"case_number": "OR.1510.999.2026"}, "Nie ma sprawy o takim znaku"),
            ({"attachments": "-1"}, "0"),
            ({"attachments": "99999999999999999999"}, "1000"),
            ({"written_on": "jutro"}, "data"),
            ({"subject": "a\x00b"}, "Znaki null"),
            ({"channel": "portal"}, "Wybierz poprawną wartość"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_entered(self, office, units, wrong, words):
        response = office.post("/urzad/korespondencja/120610/nowe/", PAPER | wrong)

        assert response.status_code == 422
        assert words.lower() in response.content.decode().lower()
        assert not Correspondence.objects.exists()

    def test_the_case_is_one_of_the_office(self, resident, kazimierz, units):
        case = filed(resident)
        response = signed_in(kazimierz).post(
            "/urzad/korespondencja/120613/nowe/", PAPER | {"case_number": case.number, "party_name": ""}
        )

        assert response.status_code == 422
        assert "Nie ma sprawy o takim znaku" in response.content.decode()

    def test_an_office_without_units_is_told_so(self, office, skala):
        page = office.get("/urzad/korespondencja/120610/nowe/").content.decode()

        assert "nie wpisał jeszcze swoich komórek" in page


class TestDelivery:
    def post(self, office, row, **said):
        return office.post(f"/urzad/korespondencja/pismo/{row.pk}/doreczenie/", said, follow=True).content.decode()

    def test_is_written_once(self, office, skala):
        row = letter(skala, direction=Direction.OUT, at=timezone.now())
        today = timezone.localdate()

        assert "Zapisano doręczenie" in self.post(office, row, wynik="doreczono", dnia=today.isoformat())
        assert "już zapisane" in self.post(office, row, wynik="zwrot")
        row.refresh_from_db()
        assert (row.status, row.delivered_on) == ("delivered", today)

    def test_of_a_letter_in_an_account_is_not_written_by_hand(self, resident, office):
        case = filed(resident)
        until = (timezone.localdate() + timedelta(days=90)).isoformat()
        office.post(f"/urzad/sprawy/{case.pk}/krok/wezwij/", {"tekst": "Podaj ulicę.", "do": until})
        row = Correspondence.objects.get(direction="out")

        page = self.post(office, row, wynik="doreczono", dnia=timezone.localdate().isoformat())

        assert "na stronie „Doręczenia”" in page
        row.refresh_from_db()
        assert (row.status, row.delivered_on) == ("sent", None)

    def test_or_the_letter_came_back(self, office, skala):
        row = letter(skala, direction=Direction.OUT, at=timezone.now())
        self.post(office, row, wynik="zwrot", dnia="2026-11-29")

        row.refresh_from_db()
        assert (row.status, row.delivered_on) == ("returned", None)

    @pytest.mark.parametrize("said", [
        {"wynik": "doreczono", "dnia": ""}, {"wynik": "doreczono", "dnia": "2020-01-01"},
        {"wynik": "doreczono", "dnia": "2099-01-01"}, {"wynik": "x"}, {"dnia": "2026-11-29"},
    ])  # fmt: skip
    def test_of_a_day_that_cannot_be_is_refused(self, office, skala, said):
        row = letter(skala, direction=Direction.OUT, at=timezone.now())

        assert "alert danger" in self.post(office, row, **said)
        row.refresh_from_db()
        assert row.status == "sent"

    def test_of_a_letter_that_came_in_makes_no_sense(self, office, skala):
        assert "nikt nie doręcza" in self.post(office, letter(skala), wynik="zwrot")


@pytest.mark.parametrize(
    "query",
    ["rok=x", "rok=99999999999999", "rok=2100", "strona=x", "strona=-1", "strona=999999", "szukaj=%00", "gmina=%00",
     "gmina=x", "kierunek=x", "komorka=%00", "sprawa=%00", "szukaj=%25_'", "rok=2099&strona=2"],
)  # fmt: skip
def test_rubbish_gets_an_answer(resident, office, skala, query):
    assert resident.get(f"/moje/korespondencja/?{query}").status_code in {200, 422}
    assert office.get(f"/urzad/korespondencja/?{query}").status_code in {200, 404, 422}
    assert office.get(f"/urzad/korespondencja/120610/dziennik.csv?{query}").status_code in {200, 400}

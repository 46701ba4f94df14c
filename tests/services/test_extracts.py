"""From an application to a document, and every way to go wrong."""

import json
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from planning.extracts.order import ExtractOrder
from planning.extracts.pdf.document import build_extract
from services.cases.models import Case
from services.catalogue import amending
from services.catalogue.deciding import newest
from services.catalogue.filing import Unfit
from services.catalogue.models import Filing
from services.documents.models import IssuedDocument
from services.extracts import bench
from services.extracts.papers import Blocked
from services.extracts.wanted import Wanted, analysis_of
from services.forms.reading import as_typed
from spatial.errors import Conflict, Malformed, ServiceError
from tests import factories, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(land, anna) -> Case:
    return office.extract(anna, land.identifier, purpose="sprzedaż")


def issue(application, planner):
    return office.decided(application, planner)


class TestFiling:
    def test_registers_a_case_with_its_number(self, application, anna):
        assert application.number.startswith("GP.6727.1.")
        assert application.applicant == anna
        assert application.title == "Wypis i wyrys z planu: działka 123/4, Cianowice"
        assert Filing.objects.get().answers["parcels"] == ["120610_5.0007.123/4"]

    @pytest.mark.parametrize(
        ("identifiers", "message"),
        [
            (["120610_5.0007.999"], "Nie znaleźliśmy działki 120610_5.0007.999"),
            (["ala ma kota"], "identyfikator"),
            ([], "Odpowiedz na to pytanie"),
            ([f"120610_5.0007.{number}" for number in range(1, 22)], "najwyżej 20"),
        ],
    )
    def test_says_what_is_wrong_and_registers_nothing(self, land, anna, identifiers, message):
        with pytest.raises(Unfit, match=message):
            office.extract(anna, *identifiers)

        assert Case.objects.count() == 0

    def test_a_day_ahead_cannot_be_asked(self, land, anna):
        with pytest.raises(Unfit, match="dzisiejszy"):
            office.extract(anna, land.identifier, as_of=timezone.localdate() + timedelta(days=1))

    def test_two_municipalities_need_two_applications(self, land, suloszowa, anna):
        other = factories.parcel(suloszowa, east=900)

        with pytest.raises(Unfit, match="dwóch gminach"):
            office.extract(anna, land.identifier, other.identifier)


class TestIssuing:
    def test_stores_the_document_with_its_hash_and_inputs(self, application, danuta):
        [document] = issue(application, danuta)

        stored = document.file.read()
        application.refresh_from_db()
        assert stored[:5] == b"%PDF-"
        assert sha256(stored).hexdigest() == document.sha256
        assert application.status == Case.Status.ISSUED
        assert document.inputs["fee_gr"] == 5000

    def test_can_be_made_again_byte_for_byte(self, application, danuta):
        [document] = issue(application, danuta)

        again = build_extract(ExtractOrder.from_json(document.inputs["order"]))

        assert sha256(again.pdf).hexdigest() == document.sha256

    def test_one_document_for_each_plan(self, application, danuta, make_plan, make_sheet, local_plan):
        plan = make_plan(code="II-2-20", east=100, north=0, width=50, height=50)
        zone = factories.zone(plan, "U.1", east=100, north=0, side=50)
        factories.provision(plan, "1", "Usługi.", zones=[zone])
        make_sheet(plan, east=90, north=-10, width=70, height=70)
        local_plan.boundary = factories.rectangle(east=-500, north=-500, width=600, height=2000)
        local_plan.save()
        local_plan.zones.filter(symbol_raw="2U/MN").update(
            geom=factories.rectangle(east=30, north=-500, width=70, height=2000)
        )
        wide = factories.parcel(application.municipality, east=50, north=0, width=100, height=50, number="77")
        wanted = office.extract(application.applicant, wide.identifier)

        documents = issue(wanted, danuta)

        assert len({document.code for document in documents}) == 2

    def test_a_blocking_finding_stops_it_and_nothing_is_stored(self, application, danuta, local_plan):
        local_plan.zones.filter(symbol_raw="1MN").delete()

        with pytest.raises(Blocked, match="w żadnym jego terenie"):
            issue(application, danuta)

        application.refresh_from_db()
        assert application.status == Case.Status.FILED
        assert IssuedDocument.objects.count() == 0

    def test_a_damaged_drawing_stops_it_and_nothing_is_stored(self, application, danuta, local_plan):
        with open(local_plan.sheets.get().file.path, "r+b") as file:
            file.truncate(1000)

        with pytest.raises(ServiceError, match="Wczytaj arkusz jeszcze raz"):
            issue(application, danuta)

        assert IssuedDocument.objects.count() == 0

    def test_twice_is_a_conflict(self, application, danuta):
        issue(application, danuta)

        with pytest.raises(Conflict, match="już zakończona"):
            issue(application, danuta)

    def test_what_the_planner_did_not_see_is_not_issued(self, application, danuta):
        seen = newest(application)
        correct(application, danuta, "120610_5.0007.123/4")

        with pytest.raises(Conflict, match="Sprawdź ją jeszcze raz"):
            office.decided(application, danuta, seen=seen)

        assert IssuedDocument.objects.count() == 0

    def test_codes_lead_to_the_public_address(self, client, application, danuta, settings):
        settings.SITE = "https://urzad.skala.pl"
        client.force_login(danuta)
        client.post(
            f"/urzad/sprawy/{application.pk}/krok/odpowiedz/", {"widziane": newest(application), "mimo": "próba"}
        )

        document = IssuedDocument.objects.get()
        address = document.inputs["order"]["verification_url"]
        assert address == f"https://urzad.skala.pl/weryfikacja/{document.code}/"

    def test_only_offered_slivers_can_be_confirmed(self, application, danuta):
        bench.confirm(application, keys=["x|y|z"], planner=danuta, at=timezone.now())

        assert Wanted.of(application.filing).confirmed == ()


def correct(case, planner, *parcels, note="zły obręb"):
    answers = {"parcels": list(parcels), "scope": "both", "as_of": timezone.localdate().isoformat()}
    service = office.service("wypis-i-wyrys")
    typed = as_typed(service.form.questions(), answers)
    return amending.amend(service, case, typed, note=note, clerk=planner, at=timezone.now())


class TestCorrecting:
    def test_changes_the_parcels_and_tells_the_applicant(self, application, danuta, make_parcel):
        other = make_parcel(east=0, north=100, side=50, number="124")

        correct(application, danuta, other.identifier)

        filing = Filing.objects.get()
        assert Wanted.of(filing).parcels == (other.identifier,)
        assert filing.answers["parcels"] == ["120610_5.0007.123/4"]  # as it was filed
        assert application.events.last().text == "Urząd poprawił wniosek: zły obręb"

    def test_stays_in_the_municipality(self, application, danuta, suloszowa):
        other = factories.parcel(suloszowa, east=900)

        with pytest.raises(Malformed, match="innej gminy niż Skała"):
            correct(application, danuta, other.identifier)

    def test_says_what_and_why(self, application, danuta):
        with pytest.raises(Malformed, match="co i dlaczego"):
            correct(application, danuta, "120610_5.0007.123/4", note=" ")

    def test_wrong_words_keep_what_was_typed(self, client, application, danuta):
        client.force_login(danuta)
        address = f"/urzad/sprawy/{application.pk}/popraw/"
        assert "120610_5.0007.123/4</textarea>" in client.get(address).content.decode()

        answer = client.post(
            address, {"parcels": "120610_5.0007.999", "scope": "both", "as_of": "2026-11-23", "uwaga": "pomyłka"}
        )

        assert answer.status_code == 422
        assert "Nie znaleźliśmy działki 120610_5.0007.999" in answer.content.decode()
        assert 'value="pomyłka"' in answer.content.decode()


class TestRefusing:
    def test_ends_the_case_with_a_letter(self, application, danuta):
        [letter] = office.decided(application, danuta, is_positive=False, text="Działka leży poza planem miejscowym.")

        application.refresh_from_db()
        assert application.status == Case.Status.REFUSED
        assert letter.title == "Odmowa wydania wypisu i wyrysu"
        assert letter.inputs["text"] == "Działka leży poza planem miejscowym."

    def test_needs_a_sentence(self, application, danuta):
        with pytest.raises(Malformed, match="Napisz treść"):
            office.decided(application, danuta, is_positive=False, text="nie")


def typed_in(client, **changes):
    """Answer to the one step of the form; the day is filled in already."""
    address = client.post("/uslugi/wypis-i-wyrys/wniosek/")["Location"]
    day = timezone.localdate().isoformat()
    assert f'value="{day}"' in client.get(address).content.decode()
    return client.post(address, {"parcels": "120610_5.0007.123/4", "scope": "both", "as_of": day} | changes)


class TestPages:
    def test_an_application_with_errors_keeps_what_was_typed(self, client, land, anna):
        client.force_login(anna)

        answer = typed_in(client, parcels="120610_5.0007.999", purpose="kredyt")

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Nie znaleźliśmy działki 120610_5.0007.999" in page
        assert "120610_5.0007.999</textarea>" in page
        assert 'value="kredyt"' in page

    @pytest.mark.parametrize("day", ["", "wczoraj", "2026-13-45", "0001-01-01", "99999-01-01", "2999-01-01", "\x00"])
    def test_bad_days_are_explained(self, client, land, anna, day):
        client.force_login(anna)

        answer = typed_in(client, as_of=day)

        assert answer.status_code == 422
        assert 'href="#pole-as_of"' in answer.content.decode()
        assert Case.objects.count() == 0

    def test_filing_leads_to_the_case(self, client, land, anna):
        client.force_login(anna)

        summary = typed_in(client)["Location"]
        answer = client.post(summary, follow=True)

        assert "Znak sprawy: GP.6727.1." in answer.content.decode()

    def test_the_planner_previews_issues_and_the_resident_downloads(self, client, application, anna, danuta):
        pk = application.pk
        client.force_login(danuta)
        assert application.number in client.get("/urzad/").content.decode()
        preview = client.get(f"/urzad/sprawy/{pk}/podglad/0.pdf")
        assert preview["Content-Type"] == "application/pdf"
        answer = client.post(
            f"/urzad/sprawy/{pk}/krok/odpowiedz/", {"widziane": newest(application), "mimo": "próba"}, follow=True
        )
        assert "Wydano: Wypis i wyrys" in answer.content.decode()

        client.force_login(anna)
        document = IssuedDocument.objects.get()
        office.collected(application)
        assert document.code in client.get(f"/moje/sprawy/{pk}/").content.decode()
        pdf = b"".join(client.get(f"/dokumenty/{document.code}.pdf?pobierz"))
        assert sha256(pdf).hexdigest() == document.sha256

    def test_a_plan_that_is_not_there_has_no_preview(self, client, application, danuta):
        client.force_login(danuta)

        assert client.get(f"/urzad/sprawy/{application.pk}/podglad/7.pdf").status_code == 409


class TestWhoMayWhat:
    """Role x page: strangers learn nothing, not even that a case exists."""

    @pytest.fixture
    def pages(self, application):
        pk = application.pk
        return {
            "resident": [f"/moje/sprawy/{pk}/"],
            "planner": [f"/urzad/sprawy/{pk}/", f"/urzad/sprawy/{pk}/podglad/0.pdf"],
            "actions": [
                *(f"/urzad/sprawy/{pk}/krok/{action}/" for action in ("odpowiedz", "odmow", "fragmenty")),
                f"/urzad/sprawy/{pk}/popraw/",
            ],
        }

    def test_a_visitor_is_asked_to_sign_in(self, client, pages):
        for address in [*pages["resident"], *pages["planner"], "/moje/", "/urzad/", "/uslugi/wypis-i-wyrys/wniosek/"]:
            assert client.get(address).status_code == 302
        for address in pages["actions"]:
            assert client.post(address).status_code == 302

    def test_another_resident_sees_nothing(self, client, pages, celina):
        client.force_login(celina)

        assert [client.get(address).status_code for address in pages["resident"]] == [404]
        assert [client.get(address).status_code for address in pages["planner"]] == [403, 403]
        assert {client.post(address).status_code for address in pages["actions"]} == {403}

    def test_the_applicant_cannot_act_as_the_office(self, client, pages, anna):
        client.force_login(anna)

        assert {client.post(address).status_code for address in pages["actions"]} == {403}

    def test_the_planner_of_the_other_municipality_sees_nothing(self, client, pages, application, emil):
        client.force_login(emil)

        assert [client.get(address).status_code for address in pages["planner"]] == [404, 404]
        assert {client.post(address).status_code for address in pages["actions"]} == {404}
        assert application.number not in client.get("/urzad/").content.decode()
        assert Case.objects.get().status == Case.Status.FILED

    def test_documents_are_for_the_applicant_and_the_office(self, client, application, anna, celina, danuta, emil):
        [document] = issue(application, danuta)
        seen = {}
        for user in (anna, danuta, celina, emil):
            client.force_login(user)
            seen[user.username] = client.get(f"/dokumenty/{document.code}.pdf").status_code

        assert seen == {"anna": 200, "danuta": 200, "celina": 404, "emil": 404}


class TestVerification:
    @pytest.fixture
    def document(self, application, danuta):
        return issue(application, danuta)[0]

    def test_anyone_sees_what_was_issued_and_nobody_s_name(self, client, document):
        page = client.get(f"/weryfikacja/{document.code}/").content.decode()

        assert document.sha256 in page
        assert "120610_5.0007.123/\u20604" in page
        assert "Anna" not in page
        assert "Nowak" not in page

    def test_the_code_may_be_typed_without_care(self, client, document):
        typed = document.code.replace("-", " ").lower()

        assert client.get("/weryfikacja/", {"kod": typed})["Location"] == f"/weryfikacja/{document.code}/"

    @pytest.mark.parametrize("code", ["ABCD", "0", "%00", "a" * 500, "<script>"])
    def test_an_unknown_code_says_so(self, client, document, code):
        answer = client.get(f"/weryfikacja/{code}/")

        assert answer.status_code == 404
        assert "<script>" not in answer.content.decode().split("<main")[1]

    def test_a_file_is_compared(self, client, document):
        same = document.file.read()
        results = [
            client.post(f"/weryfikacja/{document.code}/", {"plik": SimpleUploadedFile("a.pdf", content)})
            for content in (same, same + b" ", b"")
        ]

        pages = [answer.content.decode() for answer in results]
        assert "Plik jest zgodny" in pages[0]
        assert "Plik jest inny" in pages[1]
        assert "Wybierz plik" in pages[2]


class TestCommand:
    def test_makes_a_preview_and_leaves_nothing(self, land, danuta, tmp_path, capsys):
        call_command("extract", land.identifier, "--preview", "--json", "--out", str(tmp_path / "a.pdf"))

        answer = json.loads(capsys.readouterr().out)
        assert [row["symbol"] for row in answer["parcels"][0]["shares"]] == ["2U/MN", "1MN"]
        assert answer["fees"][0]["total_gr"] == 5000
        assert (tmp_path / "a.pdf").read_bytes()[:5] == b"%PDF-"
        assert Case.objects.count() == 0

    def test_issues_through_a_case(self, land, danuta, tmp_path):
        call_command("extract", land.identifier, "--out", str(tmp_path / "a.pdf"))

        assert Case.objects.get().status == Case.Status.ISSUED
        assert IssuedDocument.objects.get().sha256 == sha256((tmp_path / "a.pdf").read_bytes()).hexdigest()

    @pytest.mark.parametrize(
        "arguments", [["120610_5.0007.999"], ["ala"], ["120610_5.0007.123/4", "--as-of", "2001-01-01"]]
    )
    def test_wrong_use_is_2_and_leaves_nothing(self, land, danuta, tmp_path, arguments):
        with pytest.raises(SystemExit) as stop:
            call_command("extract", *arguments, "--out", str(tmp_path / "a.pdf"))

        assert stop.value.code == 2
        assert Case.objects.count() == 0

    def test_an_obstacle_is_1_and_takes_no_case_number(self, land, danuta, local_plan, tmp_path):
        local_plan.zones.all().delete()

        with pytest.raises(SystemExit) as stop:
            call_command("extract", land.identifier, "--out", str(tmp_path / "a.pdf"))

        assert stop.value.code == 1
        assert Case.objects.count() == 0


def test_the_day_decides_the_plan(application, land, local_plan):
    local_plan.in_force_from = date(2020, 1, 1)
    local_plan.save()

    analysis = analysis_of(Wanted(case=application, parcels=(land.identifier,), as_of=date(2019, 12, 31)))

    assert analysis.families == ()
    assert analysis.blocked

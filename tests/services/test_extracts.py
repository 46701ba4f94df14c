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
from services.documents.models import IssuedDocument
from services.extracts import services
from services.extracts.models import ExtractApplication
from spatial.errors import Malformed
from tests import factories

pytestmark = pytest.mark.django_db


def filed(applicant, *identifiers, **changes):
    values = {"scope": "both", "purpose": "sprzedaż", "as_of": timezone.localdate(), "at": timezone.now()}
    return services.file_application(applicant=applicant, identifiers=identifiers, **values | changes)


@pytest.fixture
def application(land, anna):
    return filed(anna, land.identifier)


def issue(application, planner):
    return services.issue_extract(application, planner=planner, site="http://testserver", at=timezone.now())


class TestFiling:
    def test_registers_a_case_with_its_number(self, application, anna):
        assert application.case.number.startswith("GP.6727.1.")
        assert application.case.applicant == anna
        assert application.parcels == ["120610_5.0007.123/4"]

    @pytest.mark.parametrize(
        ("identifiers", "message"),
        [
            (["120610_5.0007.999"], "Nie znaleźliśmy działki 120610_5.0007.999"),
            (["ala ma kota"], "."),
            ([], "od 1 do 20"),
            (["120610_5.0007.1"] * 21, "od 1 do 20"),
        ],
    )
    def test_says_what_is_wrong_and_registers_nothing(self, land, anna, identifiers, message):
        with pytest.raises(Malformed, match=message):
            filed(anna, *identifiers)

        assert Case.objects.count() == 0

    def test_a_day_ahead_cannot_be_asked(self, land, anna):
        with pytest.raises(Malformed, match="dzisiejszy"):
            filed(anna, land.identifier, as_of=timezone.localdate() + timedelta(days=1))

    def test_two_municipalities_need_two_applications(self, land, suloszowa, anna):
        other = factories.parcel(suloszowa, east=900)

        with pytest.raises(Malformed, match="dwóch gminach"):
            filed(anna, land.identifier, other.identifier)


class TestIssuing:
    def test_stores_the_document_with_its_hash_and_inputs(self, application, danuta):
        [document] = issue(application, danuta)

        stored = document.file.read()
        assert stored[:5] == b"%PDF-"
        assert sha256(stored).hexdigest() == document.sha256
        assert application.case.status == Case.Status.ISSUED
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
        wide = factories.parcel(application.case.municipality, east=50, north=0, width=100, height=50, number="77")
        application.parcels = [wide.identifier]
        application.save()

        documents = issue(application, danuta)

        assert len({document.code for document in documents}) == 2

    def test_a_blocking_finding_stops_it_and_nothing_is_stored(self, application, danuta, local_plan):
        local_plan.zones.filter(symbol_raw="1MN").delete()

        with pytest.raises(services.Blocked, match="w żadnym jego terenie"):
            issue(application, danuta)

        application.case.refresh_from_db()
        assert application.case.status == Case.Status.FILED
        assert IssuedDocument.objects.count() == 0

    def test_a_damaged_drawing_stops_it_and_nothing_is_stored(self, application, danuta, local_plan):
        with open(local_plan.sheets.get().file.path, "r+b") as file:
            file.truncate(1000)

        with pytest.raises(services.ServiceError, match="Wczytaj arkusz jeszcze raz"):
            issue(application, danuta)

        assert IssuedDocument.objects.count() == 0

    def test_twice_is_a_conflict(self, application, danuta):
        issue(application, danuta)

        with pytest.raises(services.Conflict, match="już zakończona"):
            issue(application, danuta)

    def test_what_the_planner_did_not_see_is_not_issued(self, application, danuta):
        seen = services.last_event(application)
        TestCorrecting().correct(application, danuta, application.parcels)

        with pytest.raises(services.Conflict, match="Sprawdź ją jeszcze raz"):
            services.issue_extract(application, planner=danuta, site="", at=timezone.now(), seen=seen)

        assert IssuedDocument.objects.count() == 0

    def test_codes_lead_to_the_public_address(self, client, application, danuta, settings):
        settings.SITE = "https://urzad.skala.pl"
        client.force_login(danuta)
        client.post(f"/urzad/sprawy/{application.case_id}/wydaj/")

        document = IssuedDocument.objects.get()
        address = document.inputs["order"]["verification_url"]
        assert address == f"https://urzad.skala.pl/weryfikacja/{document.code}/"

    def test_only_offered_slivers_can_be_confirmed(self, application, danuta):
        services.confirm_slivers(application, keys=["x|y|z"], planner=danuta, at=timezone.now())

        assert application.confirmed_slivers == []


class TestCorrecting:
    def correct(self, application, planner, identifiers, **changes):
        values = {"scope": "both", "as_of": timezone.localdate(), "note": "zły obręb", "at": timezone.now()}
        services.correct_application(application, planner=planner, identifiers=identifiers, **values | changes)

    def test_changes_the_parcels_and_tells_the_applicant(self, application, danuta, make_parcel):
        other = make_parcel(east=0, north=100, side=50, number="124")

        self.correct(application, danuta, [other.identifier])

        application.refresh_from_db()
        assert application.parcels == [other.identifier]
        assert application.case.events.last().text == "Urząd poprawił wniosek: zły obręb"

    def test_stays_in_the_municipality(self, application, danuta, suloszowa):
        other = factories.parcel(suloszowa, east=900)

        with pytest.raises(Malformed, match="nie leżą w gminie Skała"):
            self.correct(application, danuta, [other.identifier])

    def test_wrong_words_keep_what_was_typed(self, client, application, danuta):
        client.force_login(danuta)

        answer = client.post(
            f"/urzad/sprawy/{application.case_id}/popraw/",
            {"parcels": "120610_5.0007.999", "scope": "both", "as_of": "2026-11-23", "note": "pomyłka"},
        )

        assert answer.status_code == 422
        assert "Nie znaleźliśmy działki 120610_5.0007.999" in answer.content.decode()
        assert 'value="pomyłka"' in answer.content.decode()


class TestRefusing:
    def test_ends_the_case_with_the_reason(self, application, danuta):
        services.refuse(application, planner=danuta, reason="Działka leży poza planem miejscowym.", at=timezone.now())

        application.case.refresh_from_db()
        assert application.case.status == Case.Status.REFUSED
        assert application.case.events.last().text == "Odmowa: Działka leży poza planem miejscowym."

    def test_needs_a_sentence(self, application, danuta):
        with pytest.raises(Malformed, match="dlaczego"):
            services.refuse(application, planner=danuta, reason="nie", at=timezone.now())


class TestPages:
    def test_an_application_with_errors_keeps_what_was_typed(self, client, land, anna):
        client.force_login(anna)

        answer = client.post(
            "/uslugi/wypis-i-wyrys/",
            {"parcels": "120610_5.0007.999", "scope": "both", "as_of": "2026-11-23", "purpose": "kredyt"},
        )

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Nie znaleźliśmy działki 120610_5.0007.999" in page
        assert "120610_5.0007.999</textarea>" in page
        assert 'value="kredyt"' in page

    @pytest.mark.parametrize("day", ["", "wczoraj", "2026-13-45", "0001-01-01", "99999-01-01", "\x00"])
    def test_bad_days_are_explained(self, client, land, anna, day):
        client.force_login(anna)

        answer = client.post(
            "/uslugi/wypis-i-wyrys/", {"parcels": land.identifier, "scope": "both", "as_of": day, "purpose": ""}
        )

        assert answer.status_code == 422
        assert Case.objects.count() == 0

    def test_filing_leads_to_the_case(self, client, land, anna):
        client.force_login(anna)

        answer = client.post(
            "/uslugi/wypis-i-wyrys/",
            {"parcels": land.identifier, "scope": "both", "as_of": timezone.localdate().isoformat(), "purpose": ""},
            follow=True,
        )

        assert "Znak sprawy: GP.6727.1." in answer.content.decode()

    def test_the_planner_previews_issues_and_the_resident_downloads(self, client, application, anna, danuta):
        pk = application.case_id
        client.force_login(danuta)
        assert application.case.number in client.get("/urzad/").content.decode()
        preview = client.get(f"/urzad/sprawy/{pk}/podglad/0.pdf")
        assert preview["Content-Type"] == "application/pdf"
        answer = client.post(f"/urzad/sprawy/{pk}/wydaj/", follow=True)
        assert "Wydano dokumenty" in answer.content.decode()

        client.force_login(anna)
        document = IssuedDocument.objects.get()
        assert document.code in client.get(f"/moje/sprawy/{pk}/").content.decode()
        pdf = b"".join(client.get(f"/dokumenty/{document.code}.pdf?pobierz"))
        assert sha256(pdf).hexdigest() == document.sha256

    def test_a_plan_that_is_not_there_has_no_preview(self, client, application, danuta):
        client.force_login(danuta)

        assert client.get(f"/urzad/sprawy/{application.case_id}/podglad/7.pdf").status_code == 409


class TestWhoMayWhat:
    """Role x page: strangers learn nothing, not even that a case exists."""

    @pytest.fixture
    def pages(self, application):
        pk = application.case_id
        return {
            "resident": [f"/moje/sprawy/{pk}/"],
            "planner": [f"/urzad/sprawy/{pk}/", f"/urzad/sprawy/{pk}/podglad/0.pdf"],
            "actions": [f"/urzad/sprawy/{pk}/{action}/" for action in ("wydaj", "odmow", "fragmenty", "popraw")],
        }

    def test_a_visitor_is_asked_to_sign_in(self, client, pages):
        for address in [*pages["resident"], *pages["planner"], "/moje/", "/urzad/", "/uslugi/wypis-i-wyrys/"]:
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
        assert application.case.number not in client.get("/urzad/").content.decode()
        assert ExtractApplication.objects.get().case.status == Case.Status.FILED

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
    application.as_of = date(2019, 12, 31)

    analysis = services.analysis_of(application)

    assert analysis.families == ()
    assert analysis.blocked

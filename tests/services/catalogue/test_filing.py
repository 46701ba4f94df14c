"""From the catalogue to the delivered letter, by plain HTTP without scripts; and what goes wrong on the way."""

import inspect
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import jsonschema
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cases import handling
from services.cases.models import Case, CaseSeries
from services.cases.terms import APPEAL
from services.catalogue import filing as drafts
from services.catalogue.declaration import eservices
from services.catalogue.models import Attachment, Draft, Filing
from services.documents.models import IssuedDocument
from tests.office import collected
from tests.signing import authority, jan, plain_pdf, signed_pdf, signed_xml, trusting

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Światło na Rynku", "text": "Kiedy będzie?\n\nDziękuję."}
JSON = {"Accept": "application/json"}


def begun(client, code="pismo-ogolne", query="") -> str:
    """Address of the first step of a new draft."""
    response = client.post(f"/uslugi/{code}/wniosek/{query}")
    assert response.status_code == 302, response.content
    return response["Location"]


def filed(client, answers=None, code="pismo-ogolne") -> Case:
    address = begun(client, code)
    response = client.post(address, LETTER if answers is None else answers)
    assert response.status_code == 302, response.content.decode()
    address = response["Location"]
    if address.count("/") > 5:  # the second step
        address = client.post(address, {}, follow=False)["Location"]
    response = client.post(address)
    assert response.status_code == 302, response.content.decode()
    return Case.objects.get(pk=int(re.search(r"/moje/sprawy/(\d+)/", response["Location"])[1]))


class TestCatalogue:
    def test_has_a_card_of_each_service(self, client, skala):
        page = client.get("/uslugi/").content.decode()

        assert all(service.card.title.pl in page for service in eservices)

    @pytest.mark.parametrize("code", ["pismo-ogolne", "informacja-publiczna", "zaswiadczenie-o-przeznaczeniu"])
    def test_cards_say_cost_time_and_law(self, client, skala, code):
        page = client.get(f"/uslugi/{code}/").content.decode()

        for words in ("Ile to kosztuje?", "Jak długo to trwa?", "Podstawa prawna", "Wypełnij wniosek"):
            assert words in page

    def test_an_unknown_service_is_not_there(self, client, skala):
        assert client.get("/uslugi/nic/").status_code == 404

    def test_declarations_are_short(self):
        """A service of ordinary complexity takes under 150 lines."""
        for name in ("general", "public_information", "certificates"):
            module = __import__(f"services.{name}.eservice", fromlist=["FORM"])
            assert len(inspect.getsource(module).splitlines()) < 150


class TestDrafts:
    def test_what_is_wrong_is_kept_and_named(self, resident):
        address = begun(resident)

        response = resident.post(address, LETTER | {"subject": "", "kind": "answer", "text": "Moja treść"})

        page = response.content.decode()
        assert response.status_code == 422
        assert "Odpowiedz na to pytanie." in page
        assert "Moja treść" in page
        assert 'href="#pole-subject"' in page
        assert 'name="their_number"' in page  # the kind of letter asks for it now
        assert Draft.objects.get().typed["text"] == ["Moja treść"]

    def test_is_found_again_at_home(self, resident):
        address = begun(resident)
        resident.post(address, {"subject": "Na później", "pozniej": "1"})

        assert address in resident.get("/moje/").content.decode()
        assert "Na później" in resident.get(address).content.decode()
        again = resident.get("/uslugi/pismo-ogolne/wniosek/").content.decode()
        assert "Masz już rozpoczęty wniosek" in again

    def test_saves_itself_for_scripts(self, resident):
        address = begun(resident)

        response = resident.post(address, {"subject": "x" * 900, "autozapis": "1"})

        assert re.fullmatch(r"\d\d:\d\d", response.json()["saved_at"])
        assert Draft.objects.get().typed["subject"] == ["x" * 900]

    def test_of_others_is_not_there(self, resident, celina):
        address = begun(resident)
        resident.force_login(celina)

        assert resident.get(address).status_code == 404
        assert resident.post(address, LETTER).status_code == 404

    def test_expires(self, resident):
        address = begun(resident)
        Draft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert resident.get(address).status_code == 404
        assert drafts.forget(at=timezone.now()) == 1

    def test_a_visitor_signs_in_first(self, client, skala):
        assert client.get("/uslugi/pismo-ogolne/wniosek/")["Location"].startswith("/logowanie/")

    def test_takes_the_parcel_from_the_map(self, resident, make_parcel):
        parcel = make_parcel(number="123/4")

        address = begun(resident, "zaswiadczenie-o-przeznaczeniu", f"?dzialka={parcel.identifier}")

        assert parcel.identifier in resident.get(address).content.decode()

    def test_takes_answers_from_the_address_for_the_person_to_see(self, resident):
        address = begun(resident, query="?kind=complaint&subject=B%C5%82%C4%85d+na+mapie&files=x&nic=1")

        page = resident.get(address).content.decode()
        assert 'value="Błąd na mapie"' in page
        held = Draft.objects.get().typed
        assert held == {"kind": ["complaint"], "subject": ["Błąd na mapie"], "signing": ["alone"]}

    def test_start_from_the_parcel(self, client, make_parcel):
        parcel = make_parcel(number="123/4")

        offered = {
            one["title"]: one["url"]
            for one in client.get(f"/mapa/otoczenie?dzialka={parcel.identifier}").json()["services"]
        }
        page = client.get(f"/dzialki/{parcel.identifier}/").content.decode()
        assert offered["Zaświadczenie o przeznaczeniu działki w planie"].endswith("?dzialka=120610_5.0007.123/4")
        assert "kind=complaint" in offered["Zgłoś błąd na mapie"]
        assert all(title in page for title in offered)

    def test_things_are_added_copied_removed_and_brought_back_without_scripts(self, resident):
        address = begun(resident)
        others = resident.post(address, LETTER)["Location"]

        resident.post(others, {"others": [""], "czynnosc": "add:others:"})
        resident.post(
            others, {"others": ["", "0"], "others-0-name": "Jan", "others-0-address": "", "czynnosc": "copy:others:0"}
        )
        page = resident.post(others, {
            "others": ["", "0", "1"], "others-0-name": "Jan", "others-1-name": "Ewa", "czynnosc": "remove:others:0",
        }).content.decode()  # fmt: skip
        assert 'value="Ewa"' in page
        assert 'value="Jan"' not in page
        assert "Cofnij usunięcie" in page
        page = resident.post(others, {
            "others": ["", "1"], "others-1-name": "Ewa", "others-removed": ["0"], "czynnosc": "restore:others:0",
        }).content.decode()  # fmt: skip

        assert 'value="Jan"' in page
        assert 'value="Ewa"' in page

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.dictionaries(
            st.sampled_from(
                [*LETTER, "their_number", "others", "others-0-name", "czynnosc", "autozapis", "wstecz", "x"]
            ),
            st.text(max_size=60)
            | st.sampled_from(["\x00", "answer", "add:others:", "copy:others:9", "remove::", "\ud7ff"]),
            max_size=6,
        )
    )
    def test_rubbish_gets_an_answer(self, resident, anna, typed):
        draft = drafts.begin(eservices.get("pismo-ogolne"), owner=anna, typed={}, at=timezone.now())
        address = f"/uslugi/pismo-ogolne/wniosek/{draft.pk}/pismo/"

        assert resident.post(address, typed).status_code in {200, 302, 413, 422}
        assert resident.get(address).status_code == 200


class TestFiling:
    def test_registers_a_case_with_its_term_and_keeps_the_answers(self, resident, anna):
        case = filed(resident)

        kept = Filing.objects.get()
        assert case.number == f"OR.1510.1.{timezone.localdate().year}"
        assert (case.applicant, case.title) == (anna, "Pismo: Światło na Rynku")
        assert case.due_on > timezone.localdate()
        assert kept.answers == LETTER | {"others": [], "signing": "alone"}
        canonical = json.dumps(kept.answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert kept.sha256 == sha256(canonical.encode()).hexdigest()
        jsonschema.validate(kept.answers, resident.get("/uslugi/pismo-ogolne/schemat.json").json())

    def test_gives_a_receipt_with_the_hash(self, resident, tmp_path):
        case = filed(resident)

        response = resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.pdf")
        path = tmp_path / "upo.pdf"
        path.write_bytes(response.content)
        text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
        words = "".join(text.split())

        assert Filing.objects.get().sha256 in words
        assert "ŚwiatłonaRynku" in words
        assert response.content == resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.pdf").content

    def test_pressed_twice_files_once(self, resident):
        address = begun(resident)
        summary = resident.post(resident.post(address, LETTER)["Location"], {})["Location"]

        first, second = resident.post(summary), resident.post(summary)

        assert first["Location"] == second["Location"]
        assert Case.objects.count() == 1

    def test_of_something_missing_files_nothing(self, resident):
        address = begun(resident)
        resident.post(address, LETTER | {"subject": ""})
        summary = address.rsplit("/", 2)[0] + "/"

        response = resident.post(summary)

        assert response.status_code == 422
        assert Case.objects.count() == 0
        assert "?popraw" in response.content.decode()

    def test_of_a_form_that_changed_meanwhile_asks_to_look_again(self, resident):
        address = begun(resident)
        summary = resident.post(resident.post(address, LETTER)["Location"], {})["Location"]
        Draft.objects.update(form_version="0")

        response = resident.post(summary)
        assert response.status_code == 422
        assert "zmienił się" in response.content.decode()
        assert resident.post(summary).status_code == 302

    def test_without_a_class_of_the_office_says_so_and_loses_nothing(self, client, anna, skala):
        client.force_login(anna)
        address = begun(client)
        summary = client.post(client.post(address, LETTER)["Location"], {})["Location"]

        response = client.post(summary)

        assert response.status_code == 422
        assert "nie ustalił jeszcze klasy spraw" in response.content.decode()
        assert CaseSeries.objects.count() == 0
        assert Draft.objects.get().typed["subject"] == ["Światło na Rynku"]

    def test_of_an_unknown_parcel_is_told_at_the_question(self, resident, skala):
        address = begun(resident, "zaswiadczenie-o-przeznaczeniu")
        response = resident.post(address, {"parcels": "120610_5.0007.999", "purpose": "bank"})
        summary = address.rsplit("/", 2)[0] + "/"

        assert response.status_code == 422
        assert "Nie znaleźliśmy działki 120610_5.0007.999" in response.content.decode()
        assert "Nie znaleźliśmy" in resident.get(f"{address}?popraw").content.decode()
        assert "Nie znaleźliśmy" in resident.get(summary).content.decode()
        assert resident.post(summary).status_code == 422


class TestHandling:
    def test_a_letter_is_answered_and_the_answer_can_be_checked(self, resident, office, tmp_path):
        case = filed(resident)
        assert case.number in office.get("/urzad/").content.decode()
        office.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/")
        page = office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        seen = re.search(r'name="widziane" value="(\d+)"', page)[1]

        response = office.post(
            f"/urzad/sprawy/{case.pk}/krok/odpowiedz/",
            {"tekst": "Latarnie staną w maju.\n\nZ poważaniem", "widziane": seen},
        )

        assert response.status_code == 302, response.content.decode()
        case.refresh_from_db()
        document = IssuedDocument.objects.get()
        assert case.status == "issued"
        collected(case)
        assert document.code in resident.get(f"/moje/sprawy/{case.pk}/").content.decode()
        path = tmp_path / "letter.pdf"
        path.write_bytes(document.file.read())
        text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
        for words in ("Latarnie staną w maju.", "Anna Nowak", case.number, document.code, "Jadwiga Kaczmarek"):
            assert words in text.replace("\u00a0", " ")
        assert resident.get(f"/weryfikacja/{document.code}/").status_code == 200

    def test_a_call_stops_the_term_and_the_answer_starts_it(self, resident, office, jadwiga, anna):
        case = filed(resident)
        due, now = case.due_on, timezone.now()
        until = (timezone.localdate() + timedelta(days=20)).isoformat()
        office.post(f"/urzad/sprawy/{case.pk}/krok/wezwij/", {"tekst": "Podaj ulicę.", "do": until})
        assert "Urząd czeka na Twoje uzupełnienie" in resident.get("/moje/").content.decode()

        case.refresh_from_db()
        handling.mend(case, applicant=anna, text="Rynek 5", at=now + timedelta(days=10))

        case.refresh_from_db()
        assert case.status == "in-review"
        assert (case.due_on - due).days >= 10
        assert "Rynek 5" in office.get(f"/urzad/sprawy/{case.pk}/").content.decode()

    @pytest.mark.parametrize(
        ("action", "typed", "words"),
        [
            ("wezwij", {"tekst": "", "do": "2027-12-01"}, "Napisz, co"),
            ("wezwij", {"tekst": "Podaj ulicę.", "do": "2020-01-01"}, "art. 64"),
            ("wezwij", {"tekst": "Podaj ulicę.", "do": "jutro"}, "rok-miesiąc-dzień"),
            ("przedluz", {"tekst": "", "do": "2030-01-01"}, "art. 36"),
            ("przedluz", {"tekst": "Urlop.", "do": "2020-01-01"}, "późniejszy"),
            ("odpowiedz", {"tekst": "x"}, "co najmniej jedno zdanie"),
            ("odpowiedz", {"tekst": "Całe zdanie.", "widziane": "0"}, "Ktoś zmienił tę sprawę"),
            ("odmow", {"tekst": "Całe zdanie.", "widziane": "x"}, "Ktoś zmienił tę sprawę"),
            ("pozostaw", {}, "nie minął"),
        ],
    )
    def test_a_wrong_step_is_told_and_keeps_what_was_typed(self, resident, office, action, typed, words):
        case = filed(resident)

        response = office.post(f"/urzad/sprawy/{case.pk}/krok/{action}/", typed)

        page = response.content.decode()
        assert response.status_code == 422
        assert words in page
        if len(typed.get("tekst", "")) > 1:
            assert typed["tekst"] in page
        case.refresh_from_db()
        assert case.status == "filed"

    def test_is_left_after_a_call_that_nobody_answered(self, resident, office):
        case = filed(resident)
        until = (timezone.localdate() + timedelta(days=20)).isoformat()
        office.post(f"/urzad/sprawy/{case.pk}/krok/wezwij/", {"tekst": "Podaj ulicę.", "do": until})
        Case.objects.update(awaits_until=timezone.localdate() - timedelta(days=1))
        assert "nie jest jeszcze doręczone" in office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        assert office.post(f"/urzad/sprawy/{case.pk}/krok/pozostaw/").status_code == 422

        collected(case)
        Case.objects.update(awaits_until=timezone.localdate() - timedelta(days=1))
        assert office.post(f"/urzad/sprawy/{case.pk}/krok/pozostaw/").status_code == 302
        case.refresh_from_db()
        assert case.status == "left"

    def test_is_called_again_where_the_call_reached_nobody(self, resident, office):
        case, call = filed(resident), {"tekst": "Podaj ulicę."}
        step, today = f"/urzad/sprawy/{case.pk}/krok/wezwij/", timezone.localdate()
        office.post(step, call | {"do": (today + timedelta(days=20)).isoformat()})
        assert office.post(step, call | {"do": (today + timedelta(days=30)).isoformat()}).status_code == 422
        Case.objects.update(awaits_until=today - timedelta(days=1), paused_on=today - timedelta(days=21))

        assert office.post(step, call | {"do": (today + timedelta(days=30)).isoformat()}).status_code == 302

        case.refresh_from_db()
        assert (case.status, case.paused_on) == ("awaiting", today - timedelta(days=21))
        assert case.awaits_until > today

    def test_an_overdue_case_gets_no_new_day_that_has_passed(self, resident, office):
        case = filed(resident)
        today = timezone.localdate()
        Case.objects.update(due_on=today - timedelta(days=30))
        said = {"tekst": "Urlop.", "do": (today - timedelta(days=5)).isoformat()}

        response = office.post(f"/urzad/sprawy/{case.pk}/krok/przedluz/", said)

        assert response.status_code == 422
        assert "już minął" in response.content.decode()
        case.refresh_from_db()
        assert case.due_on == today - timedelta(days=30)

    def test_a_refusal_tells_until_when_to_appeal(self, resident, office):
        case = filed(resident)
        seen = case.events.order_by("-pk").first().pk
        office.post(f"/urzad/sprawy/{case.pk}/krok/odmow/", {"tekst": "Nie jesteśmy właściwi.", "widziane": seen})

        collected(case)

        page = resident.get(f"/moje/sprawy/{case.pk}/").content.decode()
        assert "możesz się odwołać" in page
        assert date_format(APPEAL.ends(timezone.localdate()), "j E Y") in page

    def test_is_withdrawn_once(self, resident):
        case = filed(resident)
        resident.post(f"/moje/sprawy/{case.pk}/wycofaj/")
        page = resident.post(f"/moje/sprawy/{case.pk}/wycofaj/", follow=True).content.decode()

        assert "jest już zakończona" in page

    def test_of_another_municipality_or_role_is_not_there(self, resident, danuta, emil, suloszowa):
        case = filed(resident)
        for stranger in (danuta, emil):
            clerk = Client()
            clerk.force_login(stranger)
            assert clerk.get(f"/urzad/sprawy/{case.pk}/").status_code == 404
            assert clerk.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/").status_code == 404
            assert case.number not in clerk.get("/urzad/").content.decode()

    def test_of_others_is_not_theirs(self, resident, celina):
        case = filed(resident)
        resident.force_login(celina)

        for path in ("", "poswiadczenie.pdf"):
            assert resident.get(f"/moje/sprawy/{case.pk}/{path}").status_code == 404
        for action in ("uzupelnij", "wycofaj"):
            assert resident.post(f"/moje/sprawy/{case.pk}/{action}/", {"tekst": "x"}).status_code == 404
        assert resident.get("/urzad/").status_code == 403

    def test_course_of_the_case_is_a_document(self, resident, office, tmp_path, celina):
        case = filed(resident)
        office.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/")
        path = tmp_path / "metryka.pdf"
        path.write_bytes(office.get(f"/urzad/sprawy/{case.pk}/metryka.pdf").content)
        text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout

        for words in (
            "Metryka sprawy",
            "Złożono wniosek.",
            "Anna Nowak",
            "Sprawę prowadzi Jadwiga Kaczmarek.",
            "inspektor",
        ):
            assert words in text.replace("\u00a0", " ")
        assert resident.get(f"/urzad/sprawy/{case.pk}/metryka.pdf").status_code == 403

    def test_notes_are_for_the_office(self, resident, office):
        case = filed(resident)
        office.post(f"/urzad/sprawy/{case.pk}/krok/notatka/", {"tekst": "Uwaga wewnętrzna"})

        assert "Uwaga wewnętrzna" in office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        assert "Uwaga wewnętrzna" not in resident.get(f"/moje/sprawy/{case.pk}/").content.decode()


class TestCertificate:
    def test_proposes_what_the_plan_says(self, resident, danuta, make_parcel, make_zone):
        parcel = make_parcel(number="123/4", side=100)
        make_zone("MN.1", east=-100, north=-100, width=400, height=400)
        case = filed(resident, {"parcels": parcel.identifier, "purpose": "bank"}, "zaswiadczenie-o-przeznaczeniu")
        planner = Client()
        planner.force_login(danuta)

        page = planner.get(f"/urzad/sprawy/{case.pk}/").content.decode().replace("\u00a0", " ")

        assert case.term_basis == "art. 217 § 3 KPA"
        assert "(100,0%) pod symbolem MN.1" in page

    def test_says_that_no_plan_is_in_force(self, resident, danuta, make_parcel):
        parcel = make_parcel(number="123/4", side=100)
        case = filed(resident, {"parcels": parcel.identifier, "purpose": "bank"}, "zaswiadczenie-o-przeznaczeniu")
        planner = Client()
        planner.force_login(danuta)

        assert "nie jest objęta obowiązującym" in planner.get(f"/urzad/sprawy/{case.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_many_at_once_get_numbers_without_gaps(self, anna, filing, skala):
        """Each draft is submitted three times by threads that race each other."""
        service, now = eservices.get("pismo-ogolne"), timezone.now()
        typed = {name: [value] for name, value in LETTER.items()}
        held = [drafts.begin(service, owner=anna, typed=typed, at=now) for _ in range(40)]

        def submit(draft):
            try:
                return drafts.submit(service, draft, at=timezone.now()).pk
            finally:
                close_old_connections()

        with ThreadPoolExecutor(8) as pool:
            cases = list(pool.map(submit, held * 3))

        numbers = sorted(int(number.split(".")[2]) for number in Case.objects.values_list("number", flat=True))
        assert numbers == list(range(1, 41))
        assert len(set(cases)) == 40


class TestAttachments:
    def upload(self, resident, address, *files, **more):
        typed = LETTER | {"files": list(files), "czynnosc": "upload:files:"} | more
        return resident.post(address, typed)

    def test_are_kept_with_the_case_and_seen_by_who_handles_it(self, resident, office, celina):
        address = begun(resident)
        page = self.upload(
            resident, address, SimpleUploadedFile("plan.txt", b"Szkic"), SimpleUploadedFile("x.exe", b"MZ")
        )
        assert "plan.txt" in page.content.decode()
        assert "Nie przyjmujemy takich plików jak „x.exe”" in page.content.decode()
        summary = resident.post(resident.post(address, LETTER)["Location"], {})["Location"]
        case = Case.objects.get(pk=int(re.search(r"(\d+)/$", resident.post(summary)["Location"])[1]))

        [kept] = Attachment.objects.all()
        file = f"/zalaczniki/{kept.pk}/"
        for visitor in (resident, office):
            response = visitor.get(file)
            assert b"".join(response.streaming_content) == b"Szkic"
            assert response["Content-Disposition"].startswith("attachment")
            assert "sandbox" in response["Content-Security-Policy"]
        assert file in office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        stranger = Client()
        stranger.force_login(celina)
        assert stranger.get(file).status_code == 404

    def test_are_named_by_the_office_never_by_the_page(self, resident):
        address = begun(resident)
        self.upload(resident, address, SimpleUploadedFile("a.txt", b"A"))
        resident.post(address, LETTER | {"files": "00000000-0000-0000-0000-000000000000 cudzy.pdf"})

        [named] = Draft.objects.get().typed["files"]
        assert named.endswith(" a.txt")

    def test_that_are_dropped_go_from_the_disk_when_nobody_else_has_them(
        self, resident, django_capture_on_commit_callbacks
    ):
        address = begun(resident)
        self.upload(resident, address, SimpleUploadedFile("a.txt", b"A"), SimpleUploadedFile("b.txt", b"A"))
        first, second = Attachment.objects.order_by("name")
        assert first.path == second.path

        for one, is_left in ((first, True), (second, False)):
            with django_capture_on_commit_callbacks(execute=True):
                resident.post(address, LETTER | {"czynnosc": f"drop:files:{one.pk}"})
            assert default_storage.exists(one.path) is is_left

    def test_go_with_the_draft(self, resident, django_capture_on_commit_callbacks):
        self.upload(resident, begun(resident), SimpleUploadedFile("a.txt", b"A"))
        [kept] = Attachment.objects.all()
        Draft.objects.update(expires_at=timezone.now())

        with django_capture_on_commit_callbacks(execute=True):
            assert drafts.forget(at=timezone.now()) == 1
        assert not default_storage.exists(kept.path)

    def test_are_ten_at_most(self, resident):
        address = begun(resident)
        files = [SimpleUploadedFile(f"{number}.txt", str(number).encode()) for number in range(12)]

        page = self.upload(resident, address, *files).content.decode()
        assert "najwyżej 10 plików" in page
        assert Attachment.objects.count() == 10


class TestSignedFiles:
    """Who signed an attachment is found when it is attached, and stands beside it on the clerk's page."""

    def test_are_told_on_the_desk_and_kept_byte_for_byte(self, resident, office, settings, tmp_path):
        settings.TRUST_DIR = trusting(tmp_path / "trust", authority())
        signed = signed_pdf(plain_pdf(), jan(end_days=3000))
        changed = signed_xml(b"<pismo>100</pismo>", jan(end_days=3000)).replace(b"100", b"900")
        address = begun(resident)
        files = [
            SimpleUploadedFile("zgoda.pdf", signed), SimpleUploadedFile("pismo.xml", changed),
            SimpleUploadedFile("szkic.txt", b"Szkic"),
        ]  # fmt: skip
        resident.post(address, LETTER | {"files": files, "czynnosc": "upload:files:"})
        summary = resident.post(resident.post(address, LETTER)["Location"], {})["Location"]
        case = Case.objects.get(pk=int(re.search(r"(\d+)/$", resident.post(summary)["Location"])[1]))
        settings.TRUST_DIR = tmp_path / "none"  # it was found when the file came

        page = office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        assert page.count("✓ Podpis ważny") == 1
        assert page.count("✕ Podpis nieważny") == 1
        assert page.count("Jan Kowalski") == 2
        assert "******01458" in page
        assert "44051401458" not in page
        kept = Attachment.objects.get(name="zgoda.pdf")
        assert default_storage.open(kept.path).read() == signed

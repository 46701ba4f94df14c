"""A copy of one's own data, and its erasure: all of it, of nobody else, and not what archives must keep."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from services.audit.models import AuditEntry
from services.cases import handling
from services.cases.models import Case
from services.catalogue import amending, attaching
from services.catalogue import filing as drafts
from services.catalogue.declaration import eservices
from services.catalogue.models import Attachment, Draft, Filing
from services.documents.models import IssuedDocument
from services.forms.questions import Files
from services.forms.reading import as_typed
from services.identity import access
from services.identity.base import Level
from services.identity.models import SignIn, StaffRole, User
from services.identity.news import NaturalPerson, identified
from services.parties.models import ExternalRef, Party, Person
from services.personal import erasing
from spatial.words import polish_date
from tests import office
from tests.conftest import person

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Światło na Rynku", "text": "Kiedy będzie?\n\nDziękuję."}
TEXT = "Latarnia będzie naprawiona w piątek."


@pytest.fixture
def jadwiga(skala):
    clerk = person("jadwiga", "Jadwiga", "Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="referent")
    return clerk


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begun(user: User, *, content: bytes = b"", subject: str = "Światło na Rynku") -> Draft:
    service, now = eservices.get("pismo-ogolne"), timezone.now()
    typed = {name: [value] for name, value in (LETTER | {"subject": subject}).items()}
    draft = drafts.begin(service, owner=user, typed=typed, at=now)
    if content:
        [question] = [one for one in service.form.questions() if isinstance(one, Files)]
        assert attaching.attach(draft, question, [SimpleUploadedFile("szkic.txt", content)], at=now) == []
    return draft


def filed(user: User, **more) -> Case:
    return drafts.submit(eservices.get("pismo-ogolne"), begun(user, **more), at=timezone.now())


def answered(case: Case, clerk: User) -> IssuedDocument:
    return office.decided(case, clerk, text=TEXT)[0]


def downloaded(user: User) -> ZipFile:
    response = signed_in(user).post("/moje/dane/pobierz/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert "attachment" in response["Content-Disposition"]
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


def read(packed: ZipFile, name: str):
    return json.loads(packed.read(name))


class TestCopy:
    def test_of_an_empty_account_is_whole_too(self, anna, skala):
        packed = downloaded(anna)

        assert packed.testzip() is None
        lists = [
            "klucze-programow.json", "logowania.json", "powiadomienia.json", "sprawy.json", "umocowania.json",
            "wersje-robocze.json", "wglady.json",
        ]  # fmt: skip
        assert sorted(packed.namelist()) == sorted(["readme.txt", "konto.json", "wiadomosci.json", *lists])
        assert read(packed, "konto.json")["email"] == "anna@example.pl"
        assert [read(packed, name) for name in lists] == [[]] * 7

    @pytest.mark.parametrize("level", [Level.ACCOUNT, Level.TRUSTED])
    def test_holds_the_pesel_for_whom_the_node_has_identified_in_this_session(self, anna, client, level):
        """What the node once said is not told to whoever knows a password."""
        person = NaturalPerson(identifier="02070803628", first_name="Anna", last_name="Nowak")
        identified.send(User, user=anna, person=person)
        client.force_login(anna)
        session = client.session
        session[access.LEVEL] = int(level)
        session.save()

        content = b"".join(client.post("/moje/dane/pobierz/").streaming_content)

        told = read(ZipFile(BytesIO(content)), "konto.json")
        assert told.get("pesel") == ("02070803628" if level is Level.TRUSTED else None)

    def test_says_what_is_what(self, anna, skala):
        packed = downloaded(anna)
        told = packed.read("readme.txt").decode()

        assert [name for name in packed.namelist() if name != "readme.txt" and name not in told] == []

    def test_holds_cases_answers_events_and_files(self, filing, anna, jadwiga):
        case = filed(anna, content=b"Szkic latarni")
        document = answered(case, jadwiga)
        office.collected(case)
        packed = downloaded(anna)

        [told] = read(packed, "sprawy.json")
        assert (told["number"], told["status"]) == (case.number, "załatwiona")
        assert told["filing"]["answers"]["subject"] == "Światło na Rynku"
        today = timezone.localdate()
        assert [event["text"] for event in told["events"]] == [
            "Złożono wniosek.",
            "Wydano: Odpowiedź na pismo.",
            f"Doręczono pismo {polish_date(today)}: Odpowiedź na pismo (ROK/1/{today.year}).",
        ]
        [attachment], [letter] = told["attachments"], told["documents"]
        assert packed.read(attachment["file"]) == b"Szkic latarni"
        assert sha256(packed.read(letter["file"])).hexdigest() == document.sha256

    def test_holds_drafts_and_looks(self, filing, anna, jadwiga):
        begun(anna, subject="Na później")
        case = filed(anna)
        signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/")
        packed = downloaded(anna)

        [draft] = read(packed, "wersje-robocze.json")
        assert draft["typed"]["subject"] == ["Na później"]
        [look] = read(packed, "wglady.json")
        assert (look["user_name"], look["case_number"]) == ("Jadwiga Kaczmarek", case.number)
        assert "art. 6 ust. 1 lit. c RODO" in look["ground"]

    def test_holds_what_the_office_corrected(self, land, anna, danuta):
        case = office.extract(anna, land.identifier, purpose="kredyt")
        service = office.service("wypis-i-wyrys")
        typed = as_typed(service.form.questions(), case.filing.answers) | {"purpose": ["sprzedaż"]}
        amending.amend(service, case, typed, note="pomyłka", clerk=danuta, at=timezone.now())

        [told] = read(downloaded(anna), "sprawy.json")
        assert told["filing"]["answers"]["purpose"] == "kredyt"
        [mended] = told["amendments"]
        assert mended["note"] == "pomyłka"
        assert ["Do czego potrzebujesz dokumentu?", "sprzedaż"] in mended["told"]

    def test_two_files_of_one_name_are_both_there(self, filing, anna):
        filed(anna, content=b"pierwszy")
        filed(anna, content=b"drugi")
        packed = downloaded(anna)

        names = [name for name in packed.namelist() if name.endswith("szkic.txt")]
        assert {packed.read(name) for name in names} == {b"pierwszy", b"drugi"}

    def test_a_file_that_is_lost_is_named(self, filing, anna):
        case = filed(anna, content=b"Szkic")
        default_storage.delete(Attachment.objects.get(draft__case=case).path)
        packed = downloaded(anna)

        assert packed.read("brakujace-pliki.txt").decode().endswith("/szkic.txt")
        assert "szkic.txt" not in " ".join(packed.namelist())

    def test_notes_of_the_office_are_not_there(self, filing, anna, jadwiga):
        handling.note(filed(anna), clerk=jadwiga, text="Tylko dla urzędu", at=timezone.now())

        packed = downloaded(anna)
        assert all("Tylko dla urzędu".encode() not in packed.read(name) for name in packed.namelist())

    def test_of_others_nothing_is_there(self, filing, anna, bogdan, jadwiga):
        case = filed(anna, content=b"Szkic latarni")
        answered(case, jadwiga)
        begun(anna)
        signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/")

        packed = downloaded(bogdan)
        assert not [name for name in packed.namelist() if "/" in name]
        for name in packed.namelist():
            content = packed.read(name).decode()
            assert [word for word in ("Nowak", "anna", case.number, "Światło") if word in content] == []

    def test_is_made_only_on_demand_and_for_the_signed_in(self, anna, client):
        assert client.post("/moje/dane/pobierz/")["Location"].startswith("/logowanie/")
        assert signed_in(anna).get("/moje/dane/pobierz/").status_code == 405


def erased(user: User, password: str = "miedza-demo"):
    return signed_in(user).post("/moje/dane/usun/", {"haslo": password})


class TestErasure:
    def test_an_account_without_cases_is_emptied_and_closed(self, anna, filing):
        begun(anna, content=b"Szkic")

        assert erased(anna)["Location"] == "/"

        user = User.objects.get(pk=anna.pk)
        assert (user.first_name, user.last_name, user.email, user.is_active) == ("", "", "", False)
        assert "anna" not in user.username
        assert not user.has_usable_password()
        assert not Draft.objects.exists()
        assert not Attachment.objects.exists()

    def test_files_of_drafts_go_from_the_disk(self, anna, filing, django_capture_on_commit_callbacks):
        [attachment] = begun(anna, content=b"Szkic").attachments.all()
        assert default_storage.exists(attachment.path)

        with django_capture_on_commit_callbacks(execute=True):
            erased(anna)

        assert not default_storage.exists(attachment.path)

    def test_nobody_signs_in_any_more(self, anna, client):
        other_place = signed_in(anna)
        erased(anna)

        assert other_place.get("/moje/")["Location"].startswith("/logowanie/")
        assert not client.login(username="anna", password="miedza-demo")

    def test_with_an_open_case_only_drafts_go(self, filing, anna):
        case = filed(anna)
        begun(anna)

        page = signed_in(anna).get("/moje/dane/").content.decode()
        assert case.number in page
        assert "dlatego konto na razie pozostanie" in page
        assert erased(anna)["Location"] == "/moje/dane/"

        user = User.objects.get(pk=anna.pk)
        assert (user.username, user.email, user.is_active) == ("anna", "anna@example.pl", True)
        assert list(Draft.objects.values_list("case", flat=True)) == [case.pk]

    def test_what_the_archive_keeps_stays_with_the_name(self, filing, anna, jadwiga):
        case = filed(anna, content=b"Szkic")
        document = answered(case, jadwiga)
        office.collected(case)
        page = signed_in(anna).get("/moje/dane/").content.decode()
        assert "art. 17 ust. 3 lit. b RODO" in page
        assert case.number in page

        erased(anna)

        user = User.objects.get(pk=anna.pk)
        assert (user.first_name, user.last_name, user.email, user.is_active) == ("Anna", "Nowak", "", False)
        assert Filing.objects.get(case=case).answers["subject"] == "Światło na Rynku"
        assert Attachment.objects.get().draft.case_id == case.pk
        assert default_storage.exists(document.file.name)
        assert "Anna Nowak" in signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/").content.decode()

    @pytest.mark.parametrize("named", [False, True])
    def test_the_person_goes_with_the_pesel_unless_a_register_names_them(self, anna, bogdan, skala, named):
        for user, pesel in ((anna, "02070803628"), (bogdan, "44051401458")):
            person = NaturalPerson(identifier=pesel, first_name=user.first_name, last_name=user.last_name)
            identified.send(User, user=user, person=person)
        party = Party.objects.get(links__user=anna)
        if named:
            ExternalRef.objects.create(party=party, municipality=skala, register="tax", key="1")

        assert erased(anna)["Location"] == "/"

        assert Person.objects.filter(last_name="Nowak").exists() == named
        assert Person.objects.filter(last_name="Kowalski").exists()
        assert not anna.party_links.filter(state="approved").exists()

    @pytest.mark.parametrize("password", ["", "zle", "miedza-demo ", "x" * 5000, "\x00"])
    def test_without_the_password_nothing_goes(self, filing, anna, password):
        begun(anna)
        response = erased(anna, password)

        assert response.status_code == 422
        assert "Hasło jest błędne. Nic nie zostało usunięte." in response.content.decode()
        assert Draft.objects.count() == 1
        assert User.objects.get(pk=anna.pk).is_active
        assert not AuditEntry.objects.filter(action="erasure").exists()

    def test_guessing_the_password_ends_after_five_and_is_written_down(self, anna):
        client = signed_in(anna)
        told = [client.post("/moje/dane/usun/", {"haslo": f"zle-{n}"}).content.decode() for n in range(5)]
        assert all("Hasło jest błędne" in page for page in told)

        answer = client.post("/moje/dane/usun/", {"haslo": "miedza-demo"})
        assert (answer.status_code, "Za dużo nieudanych prób" in answer.content.decode()) == (422, True)
        assert User.objects.get(pk=anna.pk).is_active
        assert SignIn.objects.filter(user=anna, is_successful=False).count() == 5

    def test_of_others_nothing_goes(self, filing, anna, bogdan):
        begun(bogdan, content=b"Szkic")
        erased(anna)

        assert User.objects.get(pk=bogdan.pk).is_active
        assert Draft.objects.filter(owner=bogdan).count() == 1
        assert Attachment.objects.count() == 1

    def test_an_account_of_the_office_stays(self, jadwiga):
        response = erased(jadwiga)

        assert response.status_code == 422
        assert "To konto pracownika" in response.content.decode()
        assert User.objects.get(pk=jadwiga.pk).is_active

    def test_is_a_line_of_the_log_that_names_nobody(self, anna, filing):
        begun(anna)
        erased(anna)

        [entry] = AuditEntry.objects.filter(action="erasure", subject=anna)
        assert (entry.user_id, entry.ground, entry.municipality) == (anna.pk, "own-request", None)
        assert entry.thing == "wersje robocze: 1, konto zamknięte"
        assert "Nowak" not in entry.user_name

    def test_is_whole_or_nothing(self, anna, filing, monkeypatch):
        begun(anna)
        monkeypatch.setattr("services.personal.erasing.write", lambda **_: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            erased(anna)

        assert User.objects.get(pk=anna.pk).username == "anna"
        assert Draft.objects.count() == 1

    def test_a_get_erases_nothing(self, anna):
        assert signed_in(anna).get("/moje/dane/usun/").status_code == 405

    def test_a_forged_page_cannot_do_it(self, anna):
        client = Client(enforce_csrf_checks=True)
        client.force_login(anna)

        assert client.post("/moje/dane/usun/", {"haslo": "miedza-demo"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_erasure_and_a_filing_at_once_do_not_wait_in_a_ring(anna, filing, monkeypatch):
    """The filing holds its draft when the erasure, which holds the account, comes to the drafts."""
    draft, service = begun(anna), eservices.get("pismo-ogolne")
    has_draft, has_account = threading.Event(), threading.Event()
    ready, remove = drafts.ready, erasing.remove

    def slowly(*args, **more):
        found = ready(*args, **more)
        has_draft.set()
        has_account.wait(timeout=5)
        return found

    def removed(rows):
        has_account.set()
        return remove(rows)

    def file() -> Case:
        try:
            return drafts.submit(service, draft, at=timezone.now())
        finally:
            connection.close()

    monkeypatch.setattr(drafts, "ready", slowly)
    monkeypatch.setattr(erasing, "remove", removed)
    monkeypatch.setattr(erasing, "write", lambda **_: None)  # the log cannot be emptied after a test that commits
    with ThreadPoolExecutor(1) as pool:
        filing_it = pool.submit(file)
        assert has_draft.wait(timeout=5)
        assert not erasing.erase(anna, is_proved=True)
        case = filing_it.result()

    assert (case.applicant, Draft.objects.get().case) == (anna, case)

"""What others did in one's case waits at home until the case is opened."""

import json
from collections.abc import Sequence
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.cases import handling
from services.cases.models import CaseParty
from services.cases.services import record
from services.notices import services as notices
from services.notices.base import News
from services.notices.models import Notice
from services.personal.export import archive
from tests import office

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?"}


@pytest.fixture
def case(filing, anna):
    return office.filed("pismo-ogolne", anna, **LETTER)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_the_office_did_waits_until_it_is_read(case, anna, jadwiga):
    anna_there = signed_in(anna)
    assert "Co nowego" not in anna_there.get("/moje/").content.decode()
    handling.take(case, clerk=jadwiga, at=timezone.now())
    handling.note(case, clerk=jadwiga, text="sąsiad dzwonił", at=timezone.now())

    page = anna_there.get("/moje/").content.decode()
    assert "Co nowego" in page
    assert "Sprawę prowadzi Jadwiga Kaczmarek." in page
    assert "sąsiad dzwonił" not in page
    assert "nowe: 1" in anna_there.get("/uslugi/").content.decode()  # on every page

    assert anna_there.get(f"/moje/sprawy/{case.pk}/").status_code == 200
    page = anna_there.get("/moje/").content.decode()
    assert "Co nowego" not in page
    assert "nowe: " not in page
    assert Notice.objects.get().read_at is not None


def test_own_steps_are_no_news(case, anna):
    handling.withdraw(case, applicant=anna, at=timezone.now())

    assert not Notice.objects.exists()


def test_everybody_of_the_case_is_told_once(case, anna, celina, bogdan):
    for role in CaseParty.Role:
        CaseParty.objects.create(case=case, user=celina, role=role)

    handling.withdraw(case, applicant=anna, at=timezone.now())

    assert [(one.user, one.case) for one in Notice.objects.all()] == [(celina, case)]


def test_are_read_by_their_person_only(case, anna, celina, jadwiga):
    CaseParty.objects.create(case=case, user=celina, role=CaseParty.Role.COSIGNER)
    handling.take(case, clerk=jadwiga, at=timezone.now())

    signed_in(celina).get(f"/moje/sprawy/{case.pk}/")
    signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/")

    assert [one.user for one in Notice.objects.filter(read_at=None)] == [anna]


def test_another_channel_hears_the_same(case, anna, jadwiga, monkeypatch):
    class Kept:
        code = "kept"

        def __init__(self) -> None:
            self.sent: list[News] = []

        def send(self, news: Sequence[News]) -> None:
            self.sent += news

    kept = Kept()
    monkeypatch.setattr(notices, "CHANNELS", [*notices.CHANNELS, kept])

    record(case, kind="note", text="Nowość", actor=jadwiga, at=timezone.now())

    assert [(one.to, one.text) for one in kept.sent] == [(anna.pk, "Nowość")]
    assert Notice.objects.get().text == "Nowość"


def test_filing_asks_nothing_more(filing, anna):
    with CaptureQueriesContext(connection) as seen:
        office.filed("pismo-ogolne", anna, **LETTER)

    assert not [one["sql"] for one in seen if "notices_" in one["sql"] or "cases_caseparty" in one["sql"]]


def test_are_in_the_copy_of_own_data(case, anna, jadwiga):
    handling.take(case, clerk=jadwiga, at=timezone.now())

    with archive(anna, at=timezone.now()) as copied, ZipFile(copied) as packed:
        [one] = json.loads(packed.read("powiadomienia.json"))

    assert (one["text"], one["read_at"], one["case"]) == ("Sprawę prowadzi Jadwiga Kaczmarek.", None, case.number)


def test_go_with_the_account(case, anna, jadwiga):
    handling.take(case, clerk=jadwiga, at=timezone.now())
    handling.withdraw(case, applicant=anna, at=timezone.now())

    assert signed_in(anna).post("/moje/dane/usun/", {"haslo": "miedza-demo"})["Location"] == "/"

    assert not Notice.objects.exists()

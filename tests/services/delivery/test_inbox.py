"""Letters that come by e-Doręczenia: once each, into their case, with files that do no harm."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.correspondence.models import Correspondence
from services.delivery import inbox
from services.delivery.base import OperatorFailed
from services.delivery.contrib import user_agent
from services.delivery.contrib.user_agent import UserAgent
from services.delivery.models import Addressee, Incoming, IncomingFile, Mailbox, Shipment
from tests.services.delivery.conftest import ANNAS, mailbox_at
from tests.signing import plain_pdf
from tests.simulators.base import GATEWAY_PAGE, Says
from tests.simulators.edelivery import EDelivery

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Europe/Warsaw"))


def fetched(mailbox, at=NOW) -> int:
    mailbox.refresh_from_db()
    return inbox.fetch(mailbox, UserAgent(mailbox), at=at)


def came() -> list[Correspondence]:
    return list(Correspondence.objects.filter(channel="ade", direction="in").order_by("pk"))


class TestEntering:
    def test_is_once_with_its_files(self, operator, mailbox):
        files = (("umowa.pdf", "application/pdf", plain_pdf()), ("opis.txt", "text/plain", "Żółć".encode()))
        operator.comes("Odwołanie", sender=ANNAS, files=files, at=NOW)

        assert [fetched(mailbox), fetched(mailbox)] == [1, 0]

        [letter] = came()
        assert (letter.subject, letter.party_name, letter.attachments) == ("Odwołanie", "Anna Nowak", 2)
        assert (letter.number, letter.unit_symbol, letter.at) == ("RPW/1/2026", "OR", NOW)
        kept = {one.name: one.opened().read() for one in IncomingFile.objects.all()}
        assert kept == {"umowa.pdf": files[0][2], "opis.txt": files[1][2]}

    def test_goes_into_the_case_it_names(self, operator, mailbox, case):
        operator.comes("Uzupełnienie", sender=ANNAS, caseId=case.number)
        fetched(mailbox)

        [letter] = came()
        assert (letter.case, letter.unit_symbol, letter.party) == (case, "OR", None)
        event = case.events.get(kind="letter-in")
        assert not event.is_public  # the words are a stranger's

    def test_from_the_address_of_the_applicant_is_theirs(self, operator, mailbox, case, anna):
        Addressee.objects.create(user=anna, way="account", ade=ANNAS)
        operator.comes("Uzupełnienie", sender=ANNAS, caseId=case.number)
        fetched(mailbox)

        assert came()[0].party == anna

    def test_goes_into_the_case_of_its_thread(self, operator, mailbox, case, make_letter):
        make_letter("ade", at=NOW)
        Shipment.objects.update(message_id="abc")
        operator.comes("Re: Decyzja", sender=ANNAS, threadId="abc")
        fetched(mailbox)

        assert came()[0].case == case

    def test_a_case_of_another_office_is_none(self, operator, case, suloszowa):
        neighbours = mailbox_at(operator, suloszowa)
        operator.comes("Podszywam się", sender=ANNAS, caseId=case.number)
        fetched(neighbours)

        assert [(letter.case, letter.municipality) for letter in came()] == [(None, suloszowa)]

    def test_many_come_page_by_page_in_their_order(self, operator, mailbox, monkeypatch):
        monkeypatch.setattr(user_agent, "ON_PAGE", 3)
        for number in range(7):
            operator.comes(f"Pismo {number}", sender=ANNAS, at=NOW - timedelta(minutes=number))

        assert fetched(mailbox) == 7
        assert [letter.subject for letter in came()] == [f"Pismo {number}" for number in range(6, -1, -1)]

    def test_one_listed_late_is_not_lost(self, operator, mailbox):
        message_id = operator.comes("Spóźnione", sender=ANNAS, at=NOW - timedelta(hours=20))
        operator.came[message_id].is_listed = False
        fetched(mailbox)
        operator.came[message_id].is_listed = True

        assert fetched(mailbox, at=NOW + timedelta(hours=1)) == 1


class TestBad:
    @pytest.mark.parametrize(("to", "entered"), [
        ([ANNAS], 0), ([ANNAS, "ae:pl-55754-97181-chdvr-19"], 1), ([], 1), (["AE:PL-55754-97181-CHDVR-19"], 1),
    ])  # fmt: skip
    def test_a_letter_to_another_mailbox_is_not_ours(self, operator, mailbox, office, to, entered):
        operator.comes("Tajne", sender=ANNAS, to=[{"eDeliveryAddress": one} for one in to])

        assert (fetched(mailbox), len(came())) == (entered, entered)
        page = office.get("/urzad/doreczenia/").content.decode()
        assert ("do innej skrzynki" in page, "Tajne" in page) == (not entered, bool(entered))

    @pytest.mark.parametrize("name", ["virus.exe", "strona.html", "pusty.pdf"])
    def test_files_are_named_and_not_kept(self, operator, mailbox, name):
        operator.comes("Z plikiem", sender=ANNAS, files=((name, "application/pdf", b"MZ\x90\x00<html>"),))
        fetched(mailbox)

        assert came()[0].attachments == 1
        kept = IncomingFile.objects.get()
        assert (kept.name, kept.sha256) == (name, "")
        assert kept.fault

    def test_files_wait_for_the_scanner(self, operator, mailbox, settings, office):
        settings.CLAMAV, settings.CLAMAV_REQUIRED = "127.0.0.1:9", True
        operator.comes("Z plikiem", sender=ANNAS, files=(("a.txt", "text/plain", b"tekst"),))
        assert (fetched(mailbox), came()) == (0, [])
        assert "Nie możemy teraz sprawdzić pliku" in office.get("/urzad/doreczenia/").content.decode()

        settings.CLAMAV = ""

        assert fetched(mailbox) == 1
        assert IncomingFile.objects.get().opened().read() == b"tekst"

    def test_hash_that_lies_is_waited_for_and_shown(self, operator, mailbox, office):
        operator.lies_of_hash = True
        operator.comes("Zmienione", sender=ANNAS, files=(("a.txt", "text/plain", b"tekst"),))
        assert fetched(mailbox) == 0
        assert not came()
        assert "SHA-3" in office.get("/urzad/doreczenia/").content.decode()

        operator.lies_of_hash = False

        assert fetched(mailbox, at=NOW + timedelta(days=30)) == 1
        assert Incoming.objects.get().fault == ""

    def test_one_that_cannot_be_read_holds_nobody_up(self, operator, mailbox):
        operator.comes("Pierwsze", sender=ANNAS, at=NOW - timedelta(minutes=2))
        operator.comes("Drugie", sender=ANNAS, at=NOW)
        operator.lie(None, None, Says(b"{}", content_type="application/json"))

        assert fetched(mailbox) == 1
        assert [letter.subject for letter in came()] == ["Drugie"]
        assert fetched(mailbox) == 1

    @pytest.mark.parametrize("odd", [
        {"subject": "Nic\0"}, {"subject": "\ud800"}, {"threadId": "a\0b"}, {"caseId": "\0"},
        {"files": (("zly\0.exe", "application/pdf", b"MZ"),)}, {"at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)},
        {"from": {"eDeliveryAddress": "\0", "contributor": {"name": "\0"}}},
    ])  # fmt: skip
    def test_words_and_days_that_cannot_be_kept_hold_nobody_up(self, operator, mailbox, odd):
        operator.comes(**{"subject": "Pierwsze", "sender": ANNAS, "at": NOW - timedelta(minutes=2)} | odd)
        operator.comes("Drugie", sender=ANNAS, at=NOW)

        fetched(mailbox)

        assert "Drugie" in {letter.subject for letter in came()}
        assert len(came()) == 2 or Incoming.objects.get(letter=None).fault

    def test_one_not_ready_is_asked_again(self, operator, mailbox):
        operator.is_ready = False
        operator.comes("Jeszcze nie", sender=ANNAS)
        assert fetched(mailbox) == 0
        operator.is_ready = True

        assert fetched(mailbox) == 1

    def test_list_that_is_garbage_changes_nothing(self, operator, mailbox):
        operator.comes("Pismo", sender=ANNAS)
        fetched_before = Mailbox.objects.get().read_until
        operator.lie(None, GATEWAY_PAGE)

        with pytest.raises(OperatorFailed):
            fetched(mailbox)

        assert Mailbox.objects.get().read_until == fetched_before
        assert fetched(mailbox) == 1

    def test_words_with_signs_are_shown_as_words(self, operator, mailbox, office):
        operator.comes("<script>alert(1)</script>", sender=ANNAS, files=(("<b>.txt", "text/plain", b"a"),))
        fetched(mailbox)

        page = office.get("/urzad/doreczenia/").content.decode()
        assert "<script>alert" not in page
        assert "<b>.txt" not in page


class TestAssigning:
    def test_by_the_clerk(self, operator, mailbox, case, office, resident):
        operator.comes("Bez znaku", sender=ANNAS, files=(("a.txt", "text/plain", b"tekst"),))
        fetched(mailbox)
        row, file = Incoming.objects.get(), IncomingFile.objects.get()
        page = office.get("/urzad/doreczenia/").content.decode()
        assert f"/urzad/doreczenia/przychodzace/{row.pk}/sprawa/" in page
        answer = office.get(f"/urzad/doreczenia/zalacznik/{file.pk}/")
        assert b"".join(answer.streaming_content) == b"tekst"
        assert resident.get(f"/urzad/doreczenia/zalacznik/{file.pk}/").status_code == 404

        for nothing in ("X.1", "", "\0"):
            office.post(f"/urzad/doreczenia/przychodzace/{row.pk}/sprawa/", {"sprawa": nothing})
        assert came()[0].case is None
        for _ in range(2):
            office.post(f"/urzad/doreczenia/przychodzace/{row.pk}/sprawa/", {"sprawa": case.number})

        assert came()[0].case == case
        assert case.events.filter(kind="letter-in").count() == 1


def test_two_mailboxes_do_not_mix(operator, mailbox, suloszowa):
    with EDelivery(address="AE:PL-43563-82585-JHWCF-30").running() as other:
        neighbours = mailbox_at(other, suloszowa)
        operator.comes("Do Skały", sender=ANNAS)
        other.comes("Do Sułoszowej", sender=ANNAS)

        assert [fetched(mailbox), fetched(neighbours)] == [1, 1]

    assert {(one.subject, one.municipality_id) for one in came()} == {
        ("Do Skały", "120610"),
        ("Do Sułoszowej", "120613"),
    }

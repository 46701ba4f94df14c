"""Letters by e-Doręczenia through a simulated operator over HTTP: once, whatever fails, and delivered by evidence."""

import json
import logging
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from hashlib import sha3_512, sha256
from zoneinfo import ZoneInfo

import brotli
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from services.correspondence.models import Correspondence
from services.delivery import outbox
from services.delivery.contrib.user_agent import UserAgent
from services.delivery.course import State
from services.delivery.forecast import latest_on
from services.delivery.models import Addressee, Evidence, Mailbox, Shipment
from services.delivery.proofs import keep
from services.delivery.views import callback_path
from services.notices.models import Notice
from tests.services.delivery.conftest import ANNAS, STREET
from tests.simulators.base import GATEWAY_PAGE, REDIRECT, CutsOff, Reply, Resets, Says

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
OTHERS = "AE:PL-43563-82585-JHWCF-30"
#: Wednesday
NOW = datetime(2026, 11, 25, 12, tzinfo=WARSAW)


def later(**passed) -> datetime:
    return NOW + timedelta(**passed)


def shipment_of(letter: Correspondence) -> Shipment:
    return Shipment.objects.current().get(letter=letter)


@pytest.fixture
def letter(make_letter, mailbox):
    return make_letter("ade", at=NOW)


@pytest.fixture
def handed(letter, operator):
    """A letter whose message is there; its identifier."""
    for minutes in (0, 2):
        outbox.work(at=later(minutes=minutes))
    [message_id] = operator.sent
    return message_id


class TestChoice:
    @pytest.mark.parametrize(("way", "address", "channel"), [
        ("account", {}, "portal"), ("ade", {}, "ade"), ("paper", STREET, "hybrid"), ("paper", {}, "portal"),
    ])  # fmt: skip
    def test_is_the_persons_in_the_order_of_the_law(self, make_letter, mailbox, way, address, channel):
        assert make_letter(way, **address).channel == channel

    @pytest.mark.parametrize(("way", "channel"), [("ade", "portal"), ("paper", "post")])
    def test_without_a_mailbox_of_the_office(self, make_letter, way, channel):
        assert make_letter(way, **STREET).channel == channel

    def test_a_letter_without_a_document_lies_in_the_account(self, case, jadwiga, mailbox):
        from services.correspondence.services import sent

        Addressee.objects.create(user=case.applicant, way="ade", ade=ANNAS)

        assert sent(case, subject="Wezwanie", clerk=jadwiga, at=NOW).channel == "portal"


class TestMessage:
    def test_goes_with_its_document_case_and_key(self, letter, operator, case):
        outbox.work(at=NOW)

        [sent] = operator.sent.values()
        [attached] = sent.attachments
        told = attached["file"]["fileMetadata"]
        assert (sent.metadata["to"][0]["eDeliveryAddress"], sent.metadata["caseId"]) == (ANNAS, case.number)
        assert sent.metadata["shippingService"] == "electronic"
        assert (told["filename"], told["contentType"]) == (f"{letter.document.code}.pdf", "application/pdf")
        assert str(shipment_of(letter).key) in sent.said["textBody"]
        assert shipment_of(letter).state == State.VERIFIED

    def test_waits_for_the_end_of_the_transaction(self, make_letter, mailbox, operator):
        before = ProcrastinateJob.objects.filter(task_name="delivery.send").count()
        with pytest.raises(RuntimeError), transaction.atomic():
            make_letter("ade", at=NOW)
            raise RuntimeError

        assert not operator.asked
        assert ProcrastinateJob.objects.filter(task_name="delivery.send").count() == before
        assert not Shipment.objects.exists()

    def test_has_a_job_of_its_own(self, letter):
        job = ProcrastinateJob.objects.filter(task_name="delivery.send").latest("id")

        assert job.args == {"shipment": shipment_of(letter).pk}

    def test_of_many_megabytes_goes_as_a_draft(self, make_letter, mailbox, operator):
        content = b"%PDF-" + b"x" * (15 * 1024**2)
        make_letter("ade", at=NOW, content=content)

        outbox.work(at=NOW)

        [sent] = operator.sent.values()
        assert [one["file"]["fileMetadata"]["size"] for one in sent.attachments] == [len(content)]
        assert [one.rpartition("/")[2] for one in operator.asked[-3:]] == ["drafts", "attachments", "send"]

    def test_on_paper_is_a_hybrid_one(self, make_letter, mailbox, operator):
        letter = make_letter("paper", at=NOW, **STREET)

        outbox.work(at=NOW)

        [sent] = operator.sent.values()
        assert letter.channel == "hybrid"
        assert sent.metadata["to"][0]["address"] == {
            "name": "Anna Nowak", "street": "Rynek 5", "postalCode": "32-043", "city": "Skała", "countryCode": "PL",
        }  # fmt: skip
        assert sent.metadata["hybridShipment"]["proofOfDelivery"] is True

    def test_task_ends_later(self, letter, operator):
        operator.task_takes = 2
        for minutes in (0, 2, 4):
            outbox.work(at=later(minutes=minutes))
        assert shipment_of(letter).state == State.VERIFIED

        outbox.work(at=later(minutes=6))

        assert shipment_of(letter).state == State.PASSED
        assert shipment_of(letter).message_id in operator.sent

    def test_with_the_identifier_of_another_is_asked_for_again(self, handed, make_letter, operator, monkeypatch):
        other = make_letter("ade", at=NOW, title="Inna")
        outbox.work(at=later(hours=3))
        honest, wrong = operator.task, {"status": "FINISHED", "messages": [{"messageId": handed}]}
        monkeypatch.setattr(operator, "task", lambda *_: (wrong, 200))
        outbox.work(at=later(hours=4))
        assert (shipment_of(other).message_id, shipment_of(other).state) == ("", State.VERIFIED)
        assert shipment_of(other).fault

        monkeypatch.setattr(operator, "task", honest)
        outbox.work(at=later(hours=6))

        assert shipment_of(other).message_id in set(operator.sent) - {handed}

    def test_refused_by_the_operator_waits_for_a_clerk(self, letter, operator, office):
        operator.rejects = "adres zablokowany"
        for minutes in (0, 2, 60):
            outbox.work(at=later(minutes=minutes))
        assert shipment_of(letter).state == State.FAILED
        page = office.get("/urzad/doreczenia/").content.decode()
        assert "adres zablokowany" in page

        operator.rejects = ""
        office.post(f"/urzad/doreczenia/przesylka/{shipment_of(letter).pk}/ponow/")
        outbox.advance(shipment_of(letter).pk, at=shipment_of(letter).next_try)

        assert len(operator.sent) == 1


class TestSignIn:
    def test_with_a_secret_is_kept_until_its_end(self, letter, operator):
        for minutes in (0, 2, 4):
            outbox.work(at=later(minutes=minutes))

        assert operator.asked.count("POST /token") == 1

    def test_that_ended_early_is_done_again(self, letter, operator):
        outbox.work(at=NOW)
        operator.tokens.clear()

        outbox.work(at=later(minutes=2))

        assert operator.asked.count("POST /token") == 2
        assert shipment_of(letter).state == State.PASSED

    def test_with_a_signed_token(self, letter, operator, mailbox):
        key = generate_private_key(65537, 2048)
        operator.key = key.public_key()
        mailbox.sign_in = Mailbox.SignIn.KEY
        mailbox.secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        mailbox.save()

        outbox.work(at=NOW)

        assert shipment_of(letter).state == State.VERIFIED
        assert len(operator.signed_in) == 1

    @pytest.mark.parametrize("secret", ["złe", "-----BEGIN PRIVATE KEY-----\nzłe\n-----END PRIVATE KEY-----"])
    def test_that_is_refused_loses_nothing(self, letter, operator, mailbox, secret):
        mailbox.secret, mailbox.sign_in = secret, "key" if "KEY" in secret else "secret"
        mailbox.save()

        outbox.work(at=NOW)

        shipment = shipment_of(letter)
        assert (shipment.state, shipment.next_try) == (State.QUEUED, later(minutes=30))
        assert shipment.fault

    @pytest.mark.parametrize("said", [
        b'{"access_token": "\xc5\xbc", "expires_in": 300}', b'{"access_token": "a\\nb"}', b'{"access_token": ""}',
        b'{"access_token": "a", "expires_in": 1e999}', b"[" * 100_000,
    ])  # fmt: skip
    def test_by_a_token_that_is_none_waits(self, letter, operator, said):
        operator.lie(Says(said, content_type="application/json"))

        outbox.work(at=NOW)

        assert (shipment_of(letter).state, shipment_of(letter).next_try) == (State.QUEUED, later(minutes=30))
        assert "nie przyjął logowania" in shipment_of(letter).fault

    def test_by_a_token_for_ever_holds_nobody_up(self, letter, operator, monkeypatch):
        """The cache of the database keeps no moment after the year 9999."""
        from django.core.cache.backends.db import DatabaseCache

        kept = DatabaseCache("identity_cache", {})
        monkeypatch.setattr("services.delivery.contrib.sign_in.cache", kept)
        operator.token_lasts_s = 10**30

        outbox.work(at=NOW)

        assert shipment_of(letter).state == State.VERIFIED

    def test_secrets_are_not_readable_in_the_database_nor_in_words(self, mailbox, operator):
        assert operator.secret.encode() not in bytes(Mailbox.objects.get().sealed_secret)
        assert operator.secret not in repr(mailbox) + str(mailbox)
        assert Mailbox.objects.get().secret == operator.secret


class TestOnce:
    def test_a_worker_that_dies_after_handing_over_does_not_send_again(self, letter, operator, monkeypatch):
        def killed(agent, parcel):
            honest(agent, parcel)
            raise KeyboardInterrupt

        honest = UserAgent.send
        monkeypatch.setattr(UserAgent, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            outbox.work(at=NOW)
        monkeypatch.undo()

        outbox.work(at=later(minutes=1))  # the lease of the dead one still runs
        outbox.work(at=later(minutes=20))

        assert [str(shipment_of(letter).message_id)] == list(operator.sent)
        assert shipment_of(letter).state == State.PASSED

    def test_a_worker_that_dies_before_handing_over_sends_once(self, letter, operator, monkeypatch):
        monkeypatch.setattr(UserAgent, "send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            outbox.work(at=NOW)
        monkeypatch.undo()

        outbox.work(at=later(minutes=20))

        assert len(operator.sent) == 1
        assert shipment_of(letter).state == State.VERIFIED

    def test_in_a_long_run_is_leased_from_its_turn(self, letter, make_letter, operator, monkeypatch):
        """The first letter takes 20 minutes; while the second is handed over, another worker begins."""
        other, clock = make_letter("ade", at=NOW, title="Inna"), [NOW]

        def slow(agent, parcel):
            clock[0] += timedelta(minutes=20)
            if parcel.subject == "Inna":
                monkeypatch.undo()
                outbox.work(at=later(minutes=21))
            return honest(agent, parcel)

        honest = UserAgent.send
        monkeypatch.setattr(UserAgent, "send", slow)
        outbox.work(at=NOW, clock=lambda: clock[0])

        assert sorted(one.metadata["subject"] for one in operator.sent.values()) == ["Decyzja", "Inna"]
        assert shipment_of(other).task_id

    @pytest.mark.parametrize(
        "lie", [Resets(), Says(b"", 500), GATEWAY_PAGE, CutsOff(), REDIRECT, Says(b"[1]"), Says(b"{}")]
    )
    def test_an_answer_that_is_lost_does_not_double(self, letter, operator, lie):
        operator.lie(None, lie)  # the token is told honestly, the message is taken and its answer lost
        outbox.work(at=NOW)
        assert shipment_of(letter).state == State.QUEUED
        assert len(operator.sent) == 1

        outbox.work(at=later(minutes=31))

        assert len(operator.sent) == 1
        assert shipment_of(letter).message_id in operator.sent

    def test_a_found_message_is_ours_and_not_anybodys(self, letter, make_letter, operator):
        outbox.work(at=NOW)
        other = make_letter("ade", at=NOW, title="Inna")
        Shipment.objects.filter(letter=other).update(tried_at=NOW)

        outbox.work(at=NOW)

        assert len(operator.sent) == 2

    def test_who_never_answers_is_shown_to_a_clerk(self, letter, operator):
        operator.always = Says(b"", 503)
        at = NOW
        for _ in range(8):
            outbox.work(at=at)
            at = shipment_of(letter).next_try or at

        shipment = shipment_of(letter)
        assert (shipment.state, shipment.next_try) == (State.FAILED, None)
        assert "503" in shipment.fault or "logowania" in shipment.fault

    def test_a_task_that_the_operator_forgot_waits_for_a_clerk(self, letter, operator):
        outbox.work(at=NOW)
        operator.tasks.clear()
        outbox.work(at=later(hours=1))
        assert shipment_of(letter).state == State.VERIFIED

        outbox.work(at=later(days=1, hours=1))
        assert (shipment_of(letter).state, shipment_of(letter).next_try) == (State.FAILED, None)
        outbox.send_again(shipment_of(letter), at=later(days=2))
        outbox.work(at=later(days=2))

        assert [shipment_of(letter).message_id] == list(operator.sent)

    @pytest.mark.parametrize(("way", "channel", "sent"), [("ade", "ade", [OTHERS]), ("account", "portal", [])])
    def test_one_to_an_address_that_is_refused_goes_to_the_one_of_today(self, letter, operator, way, channel, sent):
        Shipment.objects.update(address={"name": "Anna Nowak", "ade": "AE:PL-1"})
        outbox.work(at=NOW)
        assert shipment_of(letter).state == State.FAILED
        Addressee.objects.update(way=way, ade=OTHERS)

        outbox.send_again(shipment_of(letter), at=later(days=1))
        outbox.work(at=later(days=1))

        letter.refresh_from_db()
        assert (letter.channel, letter.status) == (channel, "sent")
        assert [one.metadata["to"][0]["eDeliveryAddress"] for one in operator.sent.values()] == sent

    def test_one_tried_again_late_is_asked_after_for_as_long(self, letter, operator):
        Shipment.objects.update(state=State.FAILED, begun=State.FAILED, tried_at=NOW, next_try=None, attempts=5)
        outbox.send_again(shipment_of(letter), at=later(days=50))
        for minutes in (0, 2, 4):
            outbox.work(at=later(days=50, minutes=minutes))

        operator.happens(shipment_of(letter).message_id, "BP.OX", later(days=66))
        for days in (60, 67):
            outbox.work(at=later(days=days))

        letter.refresh_from_db()
        assert letter.delivered_on == later(days=66).date()

    def test_nothing_of_the_letter_is_logged(self, letter, operator, caplog):
        caplog.set_level(logging.DEBUG)
        operator.lie(None, Says(b"", 500))
        outbox.work(at=NOW)

        assert ANNAS not in caplog.text
        assert "Nowak" not in caplog.text


class TestEvidence:
    def test_delivers_and_the_term_runs(self, handed, letter, operator, case):
        delivered = datetime(2026, 12, 10, 9, 30, tzinfo=WARSAW)
        for code in ("A.1", "B.1", "D.1", "E.1", "BP.OX", "BP.OP"):
            operator.happens(handed, code, delivered)

        outbox.work(at=later(days=16))

        letter.refresh_from_db()
        assert (letter.status, letter.delivered_on) == ("delivered", date(2026, 12, 10))
        assert shipment_of(letter).state == State.DELIVERED
        assert case.events.filter(kind="letter-delivered").count() == 1
        outbox.work(at=later(days=17))
        assert shipment_of(letter).next_try is None

    def test_is_kept_with_its_files(self, handed, letter, operator):
        key = operator.happens(handed, "BP.OX", NOW)
        operator.happens(handed, "BP.OP", NOW)
        outbox.work(at=later(hours=1))

        xml, pdf = Evidence.objects.order_by("-code")
        with xml.file.open("rb") as file:
            content = file.read()
        assert f'id="{key}"' in content.decode()
        assert xml.sha256 == sha256(content).hexdigest()
        assert (xml.media_type, pdf.media_type) == ("application/xml", "application/pdf")

    def test_of_a_server_without_dots(self, handed, letter, operator):
        operator.writes_dots = False
        operator.happens(handed, "BP.OX", NOW)

        outbox.work(at=later(hours=1))

        assert Evidence.objects.get().code == "BP.OX"
        assert shipment_of(letter).state == State.DEEMED

    def test_that_comes_late_mends_the_day(self, handed, letter, operator):
        operator.happens(handed, "E.1", later(days=3))
        outbox.work(at=later(days=4))
        letter.refresh_from_db()
        assert letter.delivered_on == date(2026, 11, 28)

        operator.happens(handed, "BP.OX", later(days=2))
        outbox.work(at=later(days=5))

        letter.refresh_from_db()
        assert letter.delivered_on == date(2026, 11, 27)

    @pytest.mark.parametrize(("code", "at", "reason"), [
        ("E.2", NOW, "a\0b"), ("E.2", NOW, "\ud800"), ("X" * 60, NOW, ""),
        ("E.2", datetime(9999, 12, 31, 23, 59, tzinfo=UTC), ""),
    ])  # fmt: skip
    def test_that_cannot_be_kept_as_it_is_holds_nobody_up(self, handed, make_letter, operator, code, at, reason):
        operator.happens(handed, code, at, reason=reason)
        other = make_letter("ade", at=later(hours=2), title="Inna")

        outbox.work(at=later(hours=2))

        assert shipment_of(other).state == State.VERIFIED

    def test_whose_file_does_not_come_does_not_keep_other_files_away(self, handed, letter, operator, monkeypatch):
        broken, whole = (operator.happens(handed, code, NOW) for code in ("A.1", "BP.OX"))
        honest = operator.get_evidence
        page = Reply(b"<html>", 200, "text/html"), 200
        monkeypatch.setattr(operator, "get_evidence", lambda ask, key: page if key == broken else honest(ask, key))

        outbox.work(at=later(hours=1))

        assert Evidence.objects.get(key=whole).file
        assert not Evidence.objects.get(key=broken).file
        assert shipment_of(letter).fault
        assert shipment_of(letter).next_try == later(hours=2)

    def test_listed_after_the_last_word_is_taken_too(self, handed, letter, operator):
        operator.happens(handed, "BP.OX", later(days=3))
        outbox.work(at=later(days=3, hours=1))
        assert shipment_of(letter).state == State.DEEMED

        for code in ("E.1", "BP.OP"):
            operator.happens(handed, code, later(days=3))
        outbox.work(at=later(days=3, hours=2))

        assert shipment_of(letter).state == State.DELIVERED
        assert set(Evidence.objects.values_list("code", flat=True)) == {"BP.OX", "E.1", "BP.OP"}

    @pytest.mark.parametrize("days", [-400, -2, 1, 400])
    def test_of_a_time_that_cannot_be_gives_no_day(self, handed, letter, operator, days):
        operator.happens(handed, "BP.OX", later(days=days))
        operator.happens(handed, "A.1", NOW)
        outbox.work(at=later(hours=1))

        letter.refresh_from_db()
        assert (letter.status, letter.delivered_on) == ("sent", None)
        assert shipment_of(letter).state == State.POSTED
        assert "dowód z chwili" in shipment_of(letter).fault

    def test_of_another_message_delivers_nothing(self, handed, letter, make_letter, operator, monkeypatch):
        other = make_letter("ade", at=NOW, title="Inna")
        for minutes in (0, 2):
            outbox.work(at=later(minutes=minutes))
        operator.happens(shipment_of(other).message_id, "BP.OX", NOW)
        theirs = {"evidences": operator.sent[shipment_of(other).message_id].evidences}, 200
        monkeypatch.setattr(operator, "get_evidences", lambda *_: theirs)

        outbox.work(at=later(hours=2))

        letters = [letter, other]
        for one in letters:
            one.refresh_from_db()
        assert [one.status for one in letters] == ["sent", "delivered"]
        assert shipment_of(letter).fault

    def test_a_forecast_is_no_day_of_delivery(self, handed, letter, operator):
        """D.1 on Thursday 26 November and 14 days end on Thursday 10 December; from 12 December: past Christmas."""
        operator.happens(handed, "D.1", datetime(2026, 11, 26, 8, tzinfo=WARSAW))
        outbox.work(at=later(days=200))

        letter.refresh_from_db()
        assert latest_on(shipment_of(letter)) == date(2026, 12, 10)
        assert (letter.status, letter.delivered_on) == ("sent", None)

    def test_of_a_rejection_lets_send_anew(self, handed, letter, operator):
        operator.happens(handed, "A.2", NOW)
        outbox.work(at=later(hours=1))
        letter.refresh_from_db()
        first = shipment_of(letter)
        assert (first.state, letter.status) == (State.REJECTED, "returned")

        outbox.send_again(first, at=later(hours=2))
        outbox.work(at=later(hours=2))

        letter.refresh_from_db()
        assert len(operator.sent) == 2
        assert shipment_of(letter).key != first.key
        assert letter.status == "sent"

    def test_of_one_that_could_not_be_delivered_waits_for_a_clerk(self, handed, letter, operator, office):
        operator.happens(handed, "B.2", NOW, reason="skrzynka zamknięta")
        outbox.work(at=later(hours=1))
        first, again = shipment_of(letter), f"/urzad/doreczenia/przesylka/{shipment_of(letter).pk}/ponow/"
        assert again in office.get("/urzad/doreczenia/").content.decode()

        office.post(again)

        letter.refresh_from_db()
        assert (shipment_of(letter).key != first.key, letter.status) == (True, "sent")
        assert again not in office.get("/urzad/doreczenia/").content.decode()

    @pytest.mark.parametrize(("way", "address", "channel"), [
        ("ade", {"ade": OTHERS}, "ade"), ("account", {"ade": ""}, "portal"), ("paper", {"ade": "", **STREET}, "hybrid"),
    ])  # fmt: skip
    def test_of_one_sent_anew_by_the_way_of_today(self, handed, letter, operator, anna, way, address, channel):
        operator.happens(handed, "B.2", NOW, reason="skrzynka zamknięta")
        outbox.work(at=later(hours=1))
        Addressee.objects.update(way=way, **address)

        outbox.send_again(shipment_of(letter), at=later(days=20))
        outbox.work(at=later(days=20))

        letter.refresh_from_db()
        assert (letter.channel, letter.status, shipment_of(letter).fault) == (channel, "sent", "")
        if channel == "portal":  # the days of the account begin with its notice
            assert shipment_of(letter).evidence.get(code="K.1").at == later(days=20)
            assert Notice.objects.filter(user=anna, text__contains="czeka na odbiór na koncie").exists()
        else:
            [_first, again] = [one.metadata["to"][0] for one in operator.sent.values()]
            assert again.get("eDeliveryAddress", "") == address["ade"]

    def test_of_one_sent_anew_is_asked_for_as_long(self, handed, letter, operator):
        operator.happens(handed, "A.2", NOW)
        outbox.work(at=later(hours=1))
        outbox.send_again(shipment_of(letter), at=later(days=70))
        for minutes in (0, 2, 4):
            outbox.work(at=later(days=70, minutes=minutes))
        assert shipment_of(letter).state == State.PASSED

        operator.happens(shipment_of(letter).message_id, "BP.OX", later(days=72))
        outbox.work(at=later(days=73))

        letter.refresh_from_db()
        assert letter.delivered_on == later(days=72).date()

    def test_of_paper_comes_as_epo(self, make_letter, mailbox, operator):
        letter = make_letter("paper", at=NOW, **STREET)
        for minutes in (0, 2):
            outbox.work(at=later(minutes=minutes))
        [message_id] = operator.sent
        operator.happens(message_id, "H.PN", NOW)
        operator.happens(message_id, "H.EPO", later(days=3))

        outbox.work(at=later(days=4))

        letter.refresh_from_db()
        assert letter.delivered_on == date(2026, 11, 28)
        assert any("/evidences/puhepo/" in one for one in operator.asked)

    @pytest.mark.parametrize("said", [
        b"", b"nic", b"[]", b'{"evidences": 5}', b'{"evidences": [5]}', b'{"evidences": [{"evidenceId": "x"}]}',
        b'{"evidences": [{"evidenceId": "x", "type": "E.1", "eventDate": "wczoraj"}]}', b"[" * 100_000,
    ])  # fmt: skip
    def test_garbage_changes_nothing_and_is_asked_again(self, handed, letter, operator, said):
        operator.always = Says(said, content_type="application/json")
        outbox.work(at=later(hours=1))
        assert not Evidence.objects.exists()
        assert shipment_of(letter).next_try == later(hours=2)

        operator.always = None
        operator.happens(handed, "BP.OX", NOW)
        outbox.work(at=later(hours=3))

        assert shipment_of(letter).state == State.DEEMED

    def test_packed_into_little_fills_no_memory(self, handed, letter, operator):
        packed = brotli.compress(bytes(100 * 1024**2), quality=1)
        headers = (("Content-Encoding", "br"),)
        operator.always = Says(packed, content_type="application/json", headers=headers)
        tracemalloc.start()
        outbox.work(at=later(hours=1))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert len(packed) < 100_000
        assert most < 30 * 1024**2
        assert "inną postać" in shipment_of(letter).fault

    def test_without_its_file_counts_and_the_file_is_asked_again(self, handed, letter, operator):
        operator.happens(handed, "E.1", NOW)
        operator.lie(None, GATEWAY_PAGE)
        outbox.work(at=later(hours=1))
        assert shipment_of(letter).state == State.DELIVERED
        assert not Evidence.objects.get().file

        outbox.work(at=later(hours=2))

        assert Evidence.objects.get().file

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.permutations(["A.1", "B.1", "D.1", "E.1", "BP.OX"]), st.lists(st.integers(0, 4), max_size=3))
    def test_in_any_order_and_again_says_the_same(self, letter, order, again):
        with transaction.atomic():
            shipment = shipment_of(letter)
            shipment.evidence.all().delete()
            for code in [*order, *(order[index] for index in again)]:
                found = outbox.FoundEvidence(evidence_id=code, code=code, at=later(days=len(code)))
                shipment = keep(shipment, [outbox.proof_of(found)], at=NOW)

            letter.refresh_from_db()
            assert (shipment.state, letter.delivered_on) == (State.DELIVERED, date(2026, 11, 30))
            assert shipment.evidence.count() == 5


class TestCallback:
    @pytest.fixture
    def address(self, mailbox):
        return callback_path(mailbox)

    def called(self, address, body=b"{}", **more) -> int:
        return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", **more).status_code

    def test_is_a_hint_and_the_truth_is_asked(self, handed, letter, operator, address):
        body = json.dumps({"messageId": handed, "type": "E.1", "eventDate": "2020-01-01"}).encode()
        for _ in range(3):
            assert self.called(address, body) == 204
        assert not Evidence.objects.exists()

        outbox.work(at=later(days=400))

        assert shipment_of(letter).state == State.PASSED

    def test_of_an_unknown_message_looks_into_the_mailbox(self, address):
        assert self.called(address, b'{"messageId": "nowa"}') == 204
        assert ProcrastinateJob.objects.filter(task_name="delivery.fetch_mailbox").count() == 1

    @pytest.mark.parametrize("body", [b"", b"nic", b"[]", b"[" * 50_000, b"x" * 70_000])
    def test_garbage_is_refused(self, address, body):
        assert self.called(address, body) == 400

    @pytest.mark.parametrize("body", [b'{"messageId": 5}', b'{"messageId": "\\u0000"}', b'{"messageId": null}'])
    def test_strange_identifiers_are_nobodys(self, address, body):
        assert self.called(address, body) == 204

    def test_without_the_key_is_not_there(self, address, mailbox):
        for wrong in (
            "",
            "?skrzynka=1",
            f"?skrzynka={mailbox.pk}&klucz=x",
            f"?skrzynka={mailbox.pk}&klucz=ł",
            "?skrzynka=x",
        ):
            assert self.called(f"/doreczenia/powiadomienie{wrong}") == 404
        assert Client().get(address).status_code == 405

    def test_is_subscribed_by_the_command(self, operator, skala, settings, tmp_path, capsys):
        from django.core.management import call_command

        settings.SITE = "https://urzad.example.pl"
        secret = tmp_path / "secret"
        secret.write_text("tajne\n")
        call_command(
            "mailbox", skala.pk, address=operator.address, api=f"{operator.root}/api/v1",
            token=f"{operator.root}/token", client="miedza", secret_file=secret, unit="OR", private_network=True,
            subscribe=True,
        )  # fmt: skip

        expected = f"https://urzad.example.pl{callback_path(Mailbox.objects.get())}"
        assert set(operator.callbacks.values()) == {expected}
        assert "evidenceCallbackUrl" in operator.callbacks


def test_the_simulator_refuses_a_wrong_hash(operator, mailbox, letter, monkeypatch):
    monkeypatch.setattr("services.delivery.contrib.user_agent.sha3_512", lambda content: sha3_512(content + b"x"))

    outbox.work(at=NOW)

    assert not operator.sent
    assert shipment_of(letter).state == State.FAILED

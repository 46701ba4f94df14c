"""Letters that come back later: reports read by IMAP from a socket, and webhooks of a service of mail by HTTP."""

import json
from base64 import b64encode
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications import addresses, tasks
from services.notifications.channels import dsn
from services.notifications.models import Channel, ChannelAddress, Delivery
from services.portal.settings.environment import Environment, SettingError
from services.portal.urls import handler404
from services.portal.urls import urlpatterns as pages
from tests.services.notifications import NOON
from tests.simulators.mailbox import Mailbox, report

__all__ = ["handler404"]

pytestmark = pytest.mark.django_db
State = Delivery.State
urlpatterns = [*pages, path("poczta/", include("anymail.urls"))]  #: of an office that sends by a service of mail


@pytest.fixture
def box(settings):
    with Mailbox().running() as running:
        settings.BOUNCES_URL = running.url
        yield running


class TestMailbox:
    @pytest.mark.parametrize("returns", ["rfc822-headers", "rfc822"])
    def test_a_box_that_is_no_more_is_suspended_with_a_word(self, returns, box, sent, anna, client):
        letter, row = sent()
        back = box.put(report(letter, diagnostic="smtp; 550 5.1.1 <anna@example.pl>: unknown", returns=returns))
        call_command("bounces")
        call_command("bounces")

        row.refresh_from_db()
        assert (row.state, row.status_code, row.error, back.seen) == (State.BOUNCED, 550, "5.1.1", True)
        assert not ChannelAddress.objects.usable().exists()
        [word, _warning] = Delivery.objects.inbox(anna).order_by("-pk")
        assert word.message.title_pl == "Nie możemy dostarczyć listów na Twój adres e-mail"
        assert "anna@" not in word.message.title_pl + word.message.body_pl  # addresses are kept sealed

        client.force_login(anna)
        page = client.get("/moje/powiadomienia/").content.decode()
        assert "anna@example.pl" in page
        assert "wstrzymany" in page

    def test_its_owner_confirms_it_again(self, box, sent, anna, skala, anna_box, mailoutbox):
        letter, _row = sent()
        box.put(report(letter))
        call_command("bounces")

        addresses.add(anna, Channel.EMAIL, "anna@example.pl", municipality=skala, at=NOON + timedelta(hours=1))
        ChannelAddress.objects.update(confirmed_at=NOON + timedelta(hours=1), code="")

        assert ChannelAddress.objects.usable().get() == anna_box

    def test_a_new_address_takes_the_place_of_the_bad_one(self, box, sent, anna, reachable):
        letter, _row = sent()
        box.put(report(letter))
        call_command("bounces")
        good = reachable(anna, Channel.EMAIL, "anna.nowak@example.pl")
        ChannelAddress.objects.filter(pk=good.pk).update(
            confirmed_at=None, code=addresses.fingerprint("123456"), code_at=NOON
        )

        assert addresses.confirm(anna, good.pk, "123456", at=NOON)
        assert list(ChannelAddress.objects.kept()) == [good]

    @pytest.mark.parametrize(
        ("said", "state"),
        [
            ({"status": "4.4.7"}, State.BOUNCED),  # tried for days and gave up
            ({"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 mailbox full"}, State.BOUNCED),
            ({"status": "5.0.0", "diagnostic": "smtp; 550 spam"}, State.BOUNCED),
            ({"to": "kto-inny@example.com"}, State.BOUNCED),  # she sends her mail on, and that box is gone
            ({"action": "delayed", "status": "4.0.0"}, State.ACCEPTED),
            ({"action": "delivered", "status": "2.0.0"}, State.ACCEPTED),
            ({"returns": ""}, State.ACCEPTED),  # of which letter?
        ],
    )
    def test_what_does_not_say_that_the_address_is_bad_suspends_nothing(self, said, state, box, sent):
        letter, row = sent()
        box.put(report(letter, **said))
        call_command("bounces")

        row.refresh_from_db()
        assert row.state == state
        assert ChannelAddress.objects.usable().exists()

    def test_the_words_of_the_server_count_where_the_status_is_bare(self, box, sent):
        letter, row = sent()
        box.put(report(letter, status="5.0.0", diagnostic="smtp; 550-5.1.1 The account does not exist"))
        call_command("bounces")

        row.refresh_from_db()
        assert (row.error, ChannelAddress.objects.usable().count()) == ("5.1.1", 0)

    def test_the_third_soft_one_in_two_weeks_suspends(self, box, sent, anna):
        """tourism-reports-portal.md 7.2."""
        left = []
        for _letter in range(3):
            letter, _row = sent()
            box.put(report(letter, status="4.2.2"))
            call_command("bounces")
            left.append(ChannelAddress.objects.usable().count())

        assert left == [1, 1, 0]

    def test_soft_ones_of_long_ago_do_not_count(self, box, sent):
        for _letter in range(3):
            letter, row = sent()
            box.put(report(letter, status="4.2.2"))
            call_command("bounces")
            Delivery.objects.filter(pk=row.pk).update(ended_at=timezone.now() - timedelta(days=15))

        assert ChannelAddress.objects.usable().exists()

    def test_what_is_not_ours_is_left_for_people(self, box, sent):
        letter, row = sent()
        answer, foreign = (
            b"Subject: Dzien dobry\r\n\r\nKiedy bedzie woda?",
            report(letter, returns="rfc822").replace(str(row.key).encode(), b"11111111-2222-3333-4444-555555555555"),
        )
        box.put(answer)
        box.put(foreign)
        tasks.bounces(timestamp=0)

        assert [one.seen for one in box.letters] == [False, False]
        row.refresh_from_db()
        assert row.state == State.ACCEPTED

    @pytest.mark.parametrize(
        "broken", [{"LOGIN": b"TAG NO"}, {"SEARCH": b""}, {"FETCH": b"\xff\0"}, {"STORE": b"TAG NO"}]
    )
    def test_a_server_that_fails_is_named_without_its_password(self, broken, box, sent, caplog):
        letter, _row = sent()
        box.put(report(letter))
        box.broken = broken
        with pytest.raises(CommandError, match="Skrzynka zwrotów") as fault:
            call_command("bounces")
        tasks.bounces(timestamp=0)

        assert "Skrzynka zwrotów" in caplog.text
        assert "haslo" not in str(fault.value) + caplog.text

    def test_odd_answers_find_nothing(self, box, sent):
        letter, row = sent()
        box.put(report(letter))
        for broken in ({"SEARCH": b"* SEARCH x -1\r\nTAG OK ."}, {"SEARCH": b"TAG OK ."}, {"FETCH": b"TAG OK ."}):
            box.broken = broken
            call_command("bounces")

        row.refresh_from_db()
        assert row.state == State.ACCEPTED

    def test_without_a_mailbox_nothing_is_read(self, settings):
        settings.BOUNCES_URL = ""
        tasks.bounces(timestamp=0)
        with pytest.raises(CommandError, match="MIEDZA_BOUNCES_URL"):
            call_command("bounces")

    @pytest.mark.parametrize("url", ["pop3://a:tajne@b", "imaps://host", "imaps://a:tajne@[x", "imaps://a:tajne@h:x"])
    def test_a_wrong_setting_is_refused_without_its_password(self, url, tmp_path):
        with pytest.raises(SettingError, match="MIEDZA_BOUNCES_URL") as fault:
            Environment.read({"MIEDZA_STATE": str(tmp_path), "DATABASE_URL": "x", "MIEDZA_BOUNCES_URL": url})

        assert "tajne" not in str(fault.value)


class TestReports:
    def test_of_a_server_as_rfc_3464_prints_it(self):
        """Appendix E.1 of RFC 3464, with a Message-ID of ours in what it returns."""
        said = (
            b"Date: Thu, 7 Jul 1994 17:16:05 -0400\r\n"
            b"From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EDU>\r\n"
            b"Message-Id: <199407072116.RAA14128@CS.UTK.EDU>\r\nSubject: Returned mail: 5 days\r\n"
            b"To: <owner-info-mime@cs.utk.edu>\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/report; report-type=delivery-status;\r\n"
            b'      boundary="RAA14128.773615765/CS.UTK.EDU"\r\n\r\n'
            b"--RAA14128.773615765/CS.UTK.EDU\r\n\r\nThe original message was received at Sat, 2 Jul 1994\r\n\r\n"
            b"--RAA14128.773615765/CS.UTK.EDU\r\ncontent-type: message/delivery-status\r\n\r\n"
            b"Reporting-MTA: dns; cs.utk.edu\r\n\r\n"
            b"Original-Recipient: rfc822;louisl@larry.slip.umd.edu\r\n"
            b"Final-Recipient: rfc822;louisl@larry.slip.umd.edu\r\n"
            b"Action: failed\r\nStatus: 4.0.0\r\nDiagnostic-Code: smtp; 426 connection timed out\r\n"
            b"Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\r\n\r\n"
            b"--RAA14128.773615765/CS.UTK.EDU\r\ncontent-type: message/rfc822\r\n\r\n"
            b"Message-ID: <0f8fad5b-d9cb-469f-a165-70867728950e@skala.example.pl>\r\nSubject: Woda\r\n\r\nx\r\n"
            b"--RAA14128.773615765/CS.UTK.EDU--\r\n"
        )
        [one] = dsn.read(said)

        assert str(one.key) == "0f8fad5b-d9cb-469f-a165-70867728950e"
        assert (one.verdict, one.verdict.is_hard) == (dsn.Verdict("4.0.0", 426), False)
        assert set(one.addresses) == {"louisl@larry.slip.umd.edu"}
        assert "louisl" not in repr(one)

    @settings(max_examples=25, deadline=None)
    @given(st.binary(max_size=300), st.integers(0, 900))
    def test_nothing_that_is_read_breaks_the_reading(self, noise, where):
        whole = report(_letter(), diagnostic="smtp; 550 5.1.1 x")

        for content in (noise, whole[:where] + noise + whole[where:], whole[:where]):
            assert len(dsn.read(content)) <= 1


def _letter():
    letter = EmailMessage()
    letter["To"], letter["Message-ID"] = "a@example.pl", "<0f8fad5b-d9cb-469f-a165-70867728950e@skala.example.pl>"
    letter.set_content("x")
    return letter


@pytest.mark.urls(__name__)
class TestService:
    """Postmark's webhook, in the form of its documentation, through django-anymail."""

    @pytest.fixture(autouse=True)
    def service(self, settings):
        settings.ANYMAIL = {"WEBHOOK_SECRET": "urzad:tajne"}

    def tell(self, number: str, **said) -> int:
        event = {
            "RecordType": "Bounce", "Type": "HardBounce", "MessageID": number, "Email": "anna@example.pl",
            "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
            "BouncedAt": "2026-12-01T11:05:00Z", "ID": 42, **said,
        }  # fmt: skip
        here = Client(headers={"authorization": f"Basic {b64encode(b'urzad:tajne').decode()}"})
        return here.post("/poczta/postmark/tracking/", json.dumps(event), "application/json").status_code

    @pytest.fixture
    def row(self, sent) -> Delivery:
        _letter, row = sent()
        Delivery.objects.filter(pk=row.pk).update(provider_id="883953f4-6105-42a2-a16a-77a8eac79483")
        row.refresh_from_db()
        return row

    @pytest.mark.parametrize(
        ("said", "state", "left"),
        [
            ({}, State.BOUNCED, 0),
            ({"Type": "BadEmailAddress", "Details": ""}, State.BOUNCED, 0),
            ({"Type": "SoftBounce", "Details": "smtp;452 4.2.2 The mailbox is full"}, State.BOUNCED, 1),
            ({"Type": "Transient"}, State.ACCEPTED, 1),
            ({"RecordType": "Open"}, State.ACCEPTED, 1),
            ({"MessageID": "inny"}, State.ACCEPTED, 1),
        ],
    )
    def test_what_it_tells_is_written_once(self, said, state, left, row):
        assert [self.tell(row.provider_id, **said) for _twice in range(2)] == [200, 200]
        row.refresh_from_db()

        assert (row.state, ChannelAddress.objects.usable().count()) == (state, left)

    def test_what_overtakes_our_answer_is_asked_for_again(self, row):
        number = row.provider_id
        Delivery.objects.filter(pk=row.pk).update(state=State.HANDED, provider_id="", handed_at=timezone.now())
        assert self.tell(number) == 409

        Delivery.objects.filter(pk=row.pk).update(state=State.ACCEPTED, provider_id=number)
        assert self.tell(number) == 200
        row.refresh_from_db()
        assert row.state == State.BOUNCED

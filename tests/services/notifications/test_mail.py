"""E-mail through a real SMTP talk, and what a broken talk means."""

from datetime import timedelta

import pytest

from services.notifications.models import Channel, ChannelAddress, Delivery
from tests.services.notifications import NOON, send
from tests.simulators.post import PostOffice

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def post(settings):
    with PostOffice().running() as running:
        options = {"host": "127.0.0.1", "port": running.port, "timeout": 5}
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
        settings.DEFAULT_FROM_EMAIL = "Urząd <urzad@skala.example.pl>"
        yield running


def test_a_letter_with_the_way_out(post, anna_box, told):
    message = told(channels=[Channel.EMAIL], body_pl="Do godziny 18.")
    send()

    [letter] = post.letters
    row = message.deliveries.get(channel="email")
    text = letter.get_content().replace("\r\n", "\n")
    assert (letter["Subject"], letter["To"]) == ("Przerwa w dostawie wody", "anna@example.pl")
    assert letter["Message-ID"] == f"<{row.key}@skala.example.pl>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert text.startswith("Do godziny 18.\n\nCała wiadomość: http://localhost:8000/n/")
    assert "Wypisz się: http://localhost:8000/powiadomienia/wypisz/" in text
    assert row.state == State.ACCEPTED


def test_a_talk_that_broke_off_is_for_a_person_to_decide(post, anna_box, told):
    post.breaks_off = True
    message = told(channels=[Channel.EMAIL])
    send()
    send(NOON + timedelta(hours=1))

    assert len(post.letters) == 1
    assert message.deliveries.get(channel="email").state == State.UNCERTAIN


def test_mail_of_a_dead_worker_is_not_sent_again_by_itself(post, anna_box, told):
    message = told(channels=[Channel.EMAIL])
    message.deliveries.filter(channel="email").update(state=State.HANDED, handed_at=NOON, attempts=1)
    send(NOON + timedelta(minutes=6))

    assert (post.letters, message.deliveries.get(channel="email").state) == ([], State.UNCERTAIN)


@pytest.mark.parametrize(("code", "state", "is_left"), [(550, State.FAILED, False), (451, State.QUEUED, True)])
def test_a_box_that_is_refused(code, state, is_left, post, anna_box, told):
    post.refused["anna@example.pl"] = code
    message = told(channels=[Channel.EMAIL])
    send()

    assert message.deliveries.get(channel="email").state == state
    assert ChannelAddress.objects.usable().exists() == is_left


def test_an_address_that_no_mail_can_have_holds_nobody_up(post, bogdan, anna_box, reachable, told):
    """A long s passes for an s where letters are compared without their case."""
    reachable(bogdan, Channel.EMAIL, "\u017f@example.pl")
    message = told(channels=[Channel.EMAIL])
    send()

    states = message.deliveries.filter(channel="email").values_list("recipient__username", "state")
    assert dict(states) == {"anna": State.ACCEPTED, "bogdan": State.FAILED}


def test_no_code_is_sent_to_one_and_the_page_says_so(post, resident, skala):
    said = {"adres": "\u017f@example.pl", "droga": "email", "gmina": skala.pk}

    answer = resident.post("/moje/powiadomienia/adresy/", said)

    assert answer.status_code == 422
    assert "Nie udało się wysłać kodu" in answer.content.decode()


def test_a_server_that_is_down_is_tried_later(anna_box, told, post, settings):
    settings.MAILERS["default"]["OPTIONS"]["port"] = 1
    message = told(channels=[Channel.EMAIL])
    send()

    row = message.deliveries.get(channel="email")
    assert (row.state, row.error) == (State.QUEUED, "ConnectionRefusedError")


def test_a_server_that_does_not_speak_smtp_holds_no_other_channel_up(post, anna_box, told, anna, reachable, gate):
    post.greeting = "HTTP/1.1 400 Bad Request"
    reachable(anna, Channel.SMS, "+48600100201")
    message = told(channels=[Channel.EMAIL, Channel.SMS])
    send()

    assert dict(message.deliveries.values_list("channel", "state")) == {
        "inbox": State.DELIVERED, "email": State.QUEUED, "sms": State.ACCEPTED,
    }  # fmt: skip


def test_an_answer_to_a_letter_that_cannot_be_read_doubles_nothing(post, anna_box, told):
    post.thanks = "dziękuję"
    message = told(channels=[Channel.EMAIL])
    send()
    send(NOON + timedelta(hours=1))

    assert len(post.letters) == 1
    assert message.deliveries.get(channel="email").state == State.UNCERTAIN

"""Letters that come back without their headers, known by the tag of the address that they went out from."""

from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import settings as asked
from hypothesis import strategies as st

from services.notifications.channels import returns
from services.notifications.models import Channel, ChannelAddress, Delivery
from services.portal.settings.environment import Environment, SettingError
from tests.services.notifications import send
from tests.simulators.mailbox import Mailbox, report
from tests.simulators.post import PostOffice

OFFICE = "Urząd <urzad@skala.example.pl>"
KEY = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
State = Delivery.State


@pytest.fixture
def post(settings):
    """A server that takes letters from sub-addresses, and the box behind them."""
    settings.DEFAULT_FROM_EMAIL, settings.BOUNCES_TAGS = OFFICE, True
    with PostOffice().running() as running, Mailbox().running() as box:
        options = {"host": "127.0.0.1", "port": running.port, "timeout": 5}
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
        settings.BOUNCES_URL, running.box = box.url, box
        yield running


@pytest.fixture
def gone_out(post, anna_box, told) -> Delivery:
    message = told(channels=[Channel.EMAIL])
    send()
    return message.deliveries.get(channel="email")


def state_of(row: Delivery) -> str:
    row.refresh_from_db()
    return row.state


@pytest.mark.django_db
class TestLetters:
    def test_people_see_the_office_and_servers_the_tag(self, post, gone_out):
        [letter], [sender] = post.letters, post.senders

        assert letter["From"] == OFFICE
        assert "+" not in str(letter["Message-ID"]) + str(letter["From"])
        assert sender.startswith("urzad+")
        assert sender.endswith("@skala.example.pl")
        assert returns.key_in(sender) == gone_out.key

    @pytest.mark.parametrize("change", [str, str.upper, lambda text: f"Urzad Gminy <{text}>"])
    def test_one_whose_headers_were_cut_is_found(self, change, post, gone_out):
        [letter], [sender] = post.letters, post.senders
        back = post.box.put(report(letter, returns="", back_to=change(sender)))
        call_command("bounces")

        assert (state_of(gone_out), back.seen) == (State.BOUNCED, True)
        assert not ChannelAddress.objects.usable().exists()  # 5.1.1

    @pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To"])
    def test_also_where_only_our_own_server_has_written_whom_it_was_for(self, header, post, gone_out):
        [letter], [sender] = post.letters, post.senders
        content = report(letter, returns="", back_to="undisclosed-recipients:;")
        post.box.put(f"{header}: {sender}\r\n".encode() + content)
        call_command("bounces")

        assert state_of(gone_out) == State.BOUNCED

    def test_a_tag_that_we_did_not_sign_finds_nothing(self, post, gone_out, settings):
        [letter], [sender] = post.letters, post.senders
        settings.SECRET_KEY, ours = "somebody else's", settings.SECRET_KEY
        forged = returns.sender_of(gone_out.key)
        settings.SECRET_KEY = ours
        other = returns.sender_of(KEY).replace("urzad+", "")
        swapped = f"urzad+{sender.split('+')[1][:26]}{other[26:]}"  # our key under a signature of another letter
        for address in (forged, swapped, sender.replace("+", "-"), f"urzad+{gone_out.key.hex}@skala.example.pl"):
            post.box.put(report(letter, returns="", back_to=address))
        call_command("bounces")

        assert state_of(gone_out) == State.ACCEPTED
        assert [one.seen for one in post.box.letters] == [False] * 4

    def test_an_answer_of_somebody_on_holiday_is_no_return(self, post, gone_out):
        """RFC 3834: automatic answers come to the sender of the envelope too."""
        post.box.put(f"To: {post.senders[0]}\r\nAuto-Submitted: auto-replied\r\n\r\nUrlop".encode())
        call_command("bounces")

        assert state_of(gone_out) == State.ACCEPTED

    def test_without_the_setting_letters_leave_as_they_did(self, post, anna_box, told, settings):
        settings.BOUNCES_TAGS = False
        told(channels=[Channel.EMAIL])
        send()

        assert (post.senders, post.letters[0]["From"]) == (["urzad@skala.example.pl"], OFFICE)


class TestTags:
    def test_a_long_address_has_no_room_for_one(self, settings):
        """RFC 5321, 4.5.3.1.1: 64 octets before the "@"."""
        settings.BOUNCES_TAGS = True
        for length, fits in ((21, True), (22, False)):
            settings.DEFAULT_FROM_EMAIL = f"{'u' * length}@skala.example.pl"
            sender = returns.sender_of(KEY)

            assert (sender is not None) == fits
            assert sender is None or len(sender.partition("@")[0]) == 64

    def test_outlives_a_change_of_the_secret(self, settings):
        settings.BOUNCES_TAGS, settings.DEFAULT_FROM_EMAIL = True, OFFICE
        sender = returns.sender_of(KEY)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [settings.SECRET_KEY]
        assert returns.key_in(sender) == KEY

        settings.SECRET_KEY_FALLBACKS = []
        assert returns.key_in(sender) is None

    @asked(max_examples=30, deadline=None)
    @given(st.text(max_size=20), st.text("abyzABYZ27", min_size=42, max_size=42))
    def test_what_is_written_there_breaks_nothing(self, noise, tag):
        assert returns.key_in(f"{noise}+{tag}@{noise}") is None

    @pytest.mark.parametrize("said", ["yes", ""])
    def test_the_setting_takes_0_or_1(self, said, tmp_path):
        with pytest.raises(SettingError, match="MIEDZA_BOUNCES_TAGS"):
            Environment.read({"MIEDZA_STATE": str(tmp_path), "DATABASE_URL": "x", "MIEDZA_BOUNCES_TAGS": said})

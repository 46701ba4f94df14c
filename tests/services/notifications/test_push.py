"""Web Push over HTTP, to a service that checks RFC 8292 and browsers that decrypt by RFC 8291."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from services.notifications.channels import push
from services.notifications.models import Channel, ChannelAddress, ChannelState
from tests.services.notifications import NOON, send
from tests.simulators.base import Says
from tests.simulators.push import Browser, unb64

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(anna, reachable, push_service) -> Browser:
    made = push_service.browser("anna")
    reachable(anna, Channel.PUSH, json.dumps(made.subscription))
    return made


def test_the_browser_reads_what_the_office_wrote(browser, push_service, told):
    message = told(
        channels=[Channel.PUSH], severity="Severe", body_pl="Nie pij wody z kranu.", lives=timedelta(hours=3)
    )
    send()

    [one] = push_service.pushed
    shown = {
        "title": "Przerwa w dostawie wody", "lang": "pl", "dir": "ltr", "body": "Nie pij wody z kranu.",
        "navigate": f"http://localhost:8000/n/{message.public_id}", "tag": message.public_id,
    }  # fmt: skip
    assert browser.read(one.body) == {"web_push": 8030, "notification": shown}
    assert (one.ttl, one.urgency) == (3 * 3600, "high")
    assert unb64(one.topic) == message.deliveries.get(channel="push").key.bytes


def test_in_the_language_of_the_browser(anna, reachable, push_service, told):
    browser = push_service.browser("anna")
    reachable(anna, Channel.PUSH, json.dumps(browser.subscription), language="en")
    told(channels=[Channel.PUSH], title_en="No water", body_en="Until six.")
    send()

    said = browser.read(push_service.pushed[0].body)["notification"]
    assert (said["title"], said["body"], said["lang"]) == ("No water", "Until six.", "en")


def test_of_one_person_nothing_personal_leaves(browser, push_service, told, anna):
    told(channels=[Channel.PUSH], audience="person", person=anna, title_pl="Zaległość 120 zł", body_pl="Anna Nowak")
    send()

    said = json.dumps(browser.read(push_service.pushed[0].body), ensure_ascii=False)
    assert "Masz ostrzeżenie z urzędu gminy." in said
    assert not [word for word in ("120", "Anna", "Zaległość") if word in said]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_revoked(status, browser, push_service, told):
    push_service.gone["/wp/anna"] = status
    message = told(channels=[Channel.PUSH])
    send()

    assert message.deliveries.get(channel="push").state == "failed"
    assert ChannelAddress.objects.get().revoked_at == NOON
    assert ChannelState.objects.get().refusals == 0


def test_another_key_is_refused_time_after_time(browser, push_service, told):
    push_service.public_key = "inny"
    at = NOON
    told(channels=[Channel.PUSH], lives=timedelta(days=5))
    for _try in range(5):
        send(at)
        at += timedelta(hours=1)

    assert ChannelAddress.objects.get().revoked_why == "odmowa dostępu"
    assert ChannelState.objects.get().refusals == 5


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (413, "failed"), (500, "queued"), (429, "queued")])
def test_other_answers(status, state, browser, push_service, told):
    push_service.lie(Says(b"", status))
    message = told(channels=[Channel.PUSH])
    send()

    assert message.deliveries.get(channel="push").state == state


def test_a_letter_sent_twice_is_one_on_the_screen(browser, push_service, told):
    push_service.lie(Says(b"", 500))  # taken, and the answer was lost
    told(channels=[Channel.PUSH])
    send()
    send(NOON + timedelta(seconds=30))

    first, second = push_service.pushed
    assert len(push_service.held) == 1  # the same Topic replaces
    assert browser.read(first.body)["notification"]["tag"] == browser.read(second.body)["notification"]["tag"]


@pytest.mark.parametrize("host", ["a..fcm.googleapis.com", f"{'a' * 64}.fcm.googleapis.com", "xn--.fcm.googleapis.com"])
def test_an_address_to_which_nothing_can_be_sent_holds_nobody_up(
    host, browser, bogdan, reachable, push_service, told, settings
):
    settings.PUSH_HOSTS = (*settings.PUSH_HOSTS, "fcm.googleapis.com")
    odd = browser.subscription | {"endpoint": f"https://{host}/x"}
    gone = reachable(bogdan, Channel.PUSH, json.dumps(odd))
    message = told(channels=[Channel.PUSH])
    send()

    assert [one.endpoint for one in push_service.pushed] == [browser.endpoint]
    assert set(message.deliveries.filter(channel="push").values_list("state", flat=True)) == {"accepted", "failed"}
    gone.refresh_from_db()
    assert gone.revoked_at == NOON


class TestSubscribing:
    def test_a_browser_is_connected(self, client, anna, skala, push_service):
        client.force_login(anna)
        said = json.dumps(push_service.browser("anna").subscription)
        for _again in range(2):
            assert client.post("/moje/powiadomienia/przegladarka/", said, "application/json").status_code == 200

        [row] = ChannelAddress.objects.all()
        assert (row.user, row.channel, row.confirmed_at is not None) == (anna, "push", True)
        assert push_service.root.encode() not in bytes(row.sealed)
        assert push.public_key() in client.get("/moje/powiadomienia/").content.decode()

    def test_belongs_to_whoever_used_it_last(self, client, anna, bogdan, push_service):
        said = json.dumps(push_service.browser("wspolna").subscription)
        for user in (anna, bogdan):
            client.force_login(user)
            client.post("/moje/powiadomienia/przegladarka/", said, "application/json")

        assert [one.user for one in ChannelAddress.objects.usable()] == [bogdan]

    def test_one_that_was_disconnected_stays_so_until_the_person_connects_it(self, client, anna, push_service):
        """The page's script says at each visit what the browser has."""
        client.force_login(anna)
        said, page = json.dumps(push_service.browser("anna").subscription), "/moje/powiadomienia/przegladarka/"
        row = client.post(page, said, "application/json").json()["id"]
        client.post(f"/moje/powiadomienia/adresy/{row}/usun/", {"gmina": "120610"})

        assert client.post(f"{page}?znana", said, "application/json").status_code == 200
        assert not ChannelAddress.objects.usable().exists()

        client.post(page, said, "application/json")
        assert client.post(f"{page}?znana", said, "application/json").status_code == 200
        assert ChannelAddress.objects.usable().get().pk == row

    @pytest.mark.parametrize(
        "endpoint",
        ["http://169.254.169.254/latest", "https://fcm.googleapis.com.zly.pl/x", "https://a@fcm.googleapis.com:8443/x",
         "file:///etc/passwd", "https://[x/", "", 7],
    )  # fmt: skip
    def test_of_a_stranger_it_is_refused(self, client, anna, push_service, settings, endpoint):
        settings.PUSH_HOSTS = ("fcm.googleapis.com",)
        client.force_login(anna)
        said = push_service.browser("anna").subscription | {"endpoint": endpoint}

        answer = client.post("/moje/powiadomienia/przegladarka/?f=json", json.dumps(said), "application/json")

        assert (answer.status_code, ChannelAddress.objects.count()) == (400, 0)

    @pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 9000, bytes(range(128, 168))])
    def test_nonsense_is_refused(self, client, anna, push_service, content):
        client.force_login(anna)

        assert client.post("/moje/powiadomienia/przegladarka/", content, "application/json").status_code == 400

    def test_a_subdomain_of_a_known_service_is_known(self, settings):
        settings.PUSH_HOSTS = ("push.apple.com",)

        assert push.is_push_service("https://web.push.apple.com/QGuQ")
        assert not push.is_push_service("http://web.push.apple.com/QGuQ")
        assert not push.is_push_service("https://evilpush.apple.com.pl/")


def test_the_key_is_made_once(settings, tmp_path, capsys):
    settings.PUSH_KEY = tmp_path / "keys/push.pem"
    printed = []
    for _again in range(2):
        call_command("push_keys")
        printed.append(capsys.readouterr().out.strip())

    assert printed[0] == printed[1]
    assert len(unb64(printed[0])) == 65
    assert settings.PUSH_KEY.stat().st_mode & 0o077 == 0

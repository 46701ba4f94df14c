"""Where somebody is signed in: the list, leaving a device that is not at hand, and what a new password ends."""

import re

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from services.identity import access
from services.identity.base import PASSWORDS, Proof
from services.identity.devices import device_name
from services.identity.models import Session
from services.identity.sessions import SessionStore
from services.identity.tasks import forget
from tests.services.accounts.conftest import link, sign_in

pytestmark = pytest.mark.django_db

SECURITY, LEAVE = "/konto/bezpieczenstwo/", "/konto/urzadzenia/wyloguj/"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
    "Safari/537.36"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"

#: as browsers write them (developer.mozilla.org, User-Agent header)
AGENTS = [
    (PHONE, "telefon albo tablet z Androidem, Chrome"),
    (PHONE.replace("Chrome", "SamsungBrowser/25.0 Chrome"), "telefon albo tablet z Androidem, Samsung Internet"),
    (LAPTOP, "komputer z Linuksem, Firefox"),
    (f"{APPLE} Version/17.5 Mobile/15E148 Safari/604.1", "iPhone, Safari"),
    (f"{APPLE} CriOS/126.0 Mobile/15E148 Safari/604.1", "iPhone, Chrome"),
    (f"{APPLE.replace('iPhone; CPU iPhone', 'iPad; CPU')} FxiOS/127.0 Mobile/15E148 Safari/604.1", "iPad, Firefox"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "komputer Mac, Safari"),
    (WINDOWS, "komputer z Windows, Chrome"),
    (f"{WINDOWS} Edg/126.0.2592.87", "komputer z Windows, Edge"),
    (f"{WINDOWS} OPR/112.0.0.0", "komputer z Windows, Opera"),
    ("curl/8.8.0", "nieznane urządzenie"),
    ("", "nieznane urządzenie"),
]


@pytest.mark.parametrize(("agent", "name"), AGENTS)
def test_a_device_in_plain_words(agent, name):
    assert device_name(agent) == name


@pytest.fixture
def phone(anna) -> Client:
    client = Client(headers={"User-Agent": PHONE, "X-Forwarded-For": "203.0.113.7"})
    sign_in(client)
    return client


@pytest.fixture
def laptop(anna) -> Client:
    client = Client(headers={"User-Agent": LAPTOP})
    sign_in(client)
    return client


def codes(client: Client) -> list[str]:
    return re.findall(r'name="device" value="(\w+)"', client.get(SECURITY).content.decode())


def is_in(client: Client) -> bool:
    return client.get("/moje/").status_code == 200


class TestList:
    def test_devices_with_this_one_marked(self, phone, laptop):
        page = phone.get(SECURITY).content.decode()
        rows = re.findall(r"<tr>(.*?)</tr>", page.partition('id="urzadzenia"')[2], re.DOTALL)[1:]

        told = [("Androidem", "203.0.113.7", "to urządzenie"), ("Linuksem, Firefox", "Wyloguj to urządzenie")]
        assert len(rows) == 2
        assert [[word for word in told[at] if word not in row] for at, row in enumerate(rows)] == [[], []]

    def test_never_tells_the_key_of_a_session(self, phone, laptop):
        page = phone.get(SECURITY).content.decode()

        assert not [row.session_key for row in Session.objects.all() if row.session_key in page]

    def test_of_others_nothing(self, phone, laptop, bogdan):
        other = Client()
        sign_in(other, "bogdan")

        assert codes(other) == []
        assert "Androidem" not in other.get(SECURITY).content.decode()

    def test_neither_those_that_have_expired_nor_of_an_earlier_password(self, phone, laptop, anna):
        assert len(codes(phone)) == 1
        Session.objects.filter(session_key=laptop.session.session_key).update(expire_date=timezone.now())
        assert codes(phone) == []

        anna.set_password(TestNewPassword.NEW)  # past the pages of accounts
        anna.save()
        sign_in(again := Client(), password=TestNewPassword.NEW)
        assert codes(again) == []

    def test_a_session_of_the_node_or_a_tool_is_there_too(self, phone, anna):
        request = HttpRequest()
        request.session = SessionStore()
        access.enter(request, Proof(anna, {}), provider=PASSWORDS)
        request.session.save()
        Client().force_login(anna)  # without any note of a sign-in

        assert phone.get(SECURITY).content.decode().count("nieznane urządzenie</td>") == 2


class TestLeaving:
    def test_one_device(self, phone, laptop, anna):
        third = Client()
        sign_in(third)
        page = phone.get(SECURITY).content.decode()
        code = re.search(r'value="(\w+)"[^>]*Linuksem', page)[1]

        assert "Wylogowano." in phone.post(LEAVE, {"device": code}, follow=True).content.decode()
        assert (is_in(phone), is_in(laptop), is_in(third)) == (True, False, True)
        assert phone.post(LEAVE, {"device": code}).status_code == 302  # a second time nothing

    def test_all_others(self, phone, laptop, bogdan):
        sign_in(third := Client())
        other = Client()
        sign_in(other, "bogdan")

        phone.post(LEAVE)

        assert [is_in(one) for one in (phone, laptop, third, other)] == [True, False, False, True]
        assert "Wyloguj wszystkie inne" not in phone.get(SECURITY).content.decode()

    def test_not_somebody_elses_nor_by_a_key_that_was_seen(self, phone, laptop, bogdan):
        code = codes(phone)[0]
        other = Client()
        sign_in(other, "bogdan")

        for told in (code, laptop.session.session_key, "x", "\0", "1" * 5000):
            assert other.post(LEAVE, {"device": told}).status_code == 302
        assert is_in(laptop)
        assert is_in(phone)

    def test_needs_a_form_of_ours(self, laptop, anna):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(anna)

        assert strict.post(LEAVE).status_code == 403
        assert strict.get(LEAVE).status_code == 405
        assert Client().post(LEAVE)["Location"].startswith("/logowanie/")
        assert is_in(laptop)

    def test_what_was_signed_out_is_not_brought_back_by_a_page_that_was_under_way(self, laptop, phone):
        under_way = SessionStore(laptop.session.session_key)
        under_way["x"] = 1  # read before
        phone.post(LEAVE)

        with pytest.raises(UpdateError):
            under_way.save()
        assert not is_in(laptop)


class TestNewPassword:
    NEW = "Sliwki-w-4-sadach"

    def test_ends_the_others_and_keeps_this_one(self, phone, laptop, anna):
        told = {"oldpassword": "miedza-demo", "password1": self.NEW, "password2": self.NEW}

        assert phone.post("/konto/haslo/", told).status_code == 302
        assert Session.objects.filter(user=anna).count() == 1
        assert (is_in(phone), is_in(laptop)) == (True, False)
        assert "to urządzenie" in phone.get(SECURITY).content.decode()
        assert "Androidem" in phone.get(SECURITY).content.decode()  # what was known of it stays

    def test_one_that_was_forgotten_ends_all(self, phone, laptop, anna, django_capture_on_commit_callbacks):
        stranger = Client()
        with django_capture_on_commit_callbacks(execute=True):
            stranger.post("/konto/haslo/nie-pamietam/", {"email": "anna@example.pl"})
        there = stranger.get(link())["Location"]
        assert stranger.post(there, {"password1": self.NEW, "password2": self.NEW}).status_code == 302

        assert not Session.objects.filter(user=anna).exists()
        assert (is_in(phone), is_in(laptop)) == (False, False)


def test_rows_of_expired_sessions_go(phone, anna):
    Session.objects.update(expire_date="2026-01-01T00:00:00Z")
    forget.func(0)

    assert not Session.objects.exists()

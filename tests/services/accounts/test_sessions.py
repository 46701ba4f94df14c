"""How long a session lies unused, what the log of sign-ins keeps, and how often one may try."""

import json
import logging
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from services.identity import access, journal
from services.identity.base import Level, Proof
from services.identity.joining import join
from services.identity.models import Identity, SignIn, StaffRole, User
from spatial.errors import Conflict
from tests.services.accounts.conftest import set_up_application, sign_in
from tests.services.test_sign_in import Node

pytestmark = pytest.mark.django_db

HALF_AN_HOUR = 30 * 60  #: dossier 3.3: 15 to 30 minutes


class TestIdleness:
    def test_staff_is_signed_out_after_half_an_hour(self, client, jadwiga, clock):
        sign_in(client, "jadwiga")
        clock(HALF_AN_HOUR - 60)
        assert client.get("/moje/").status_code == 200
        clock(HALF_AN_HOUR - 60)  # counted from the last use
        assert client.get("/moje/").status_code == 200
        clock(HALF_AN_HOUR + 1)

        assert client.get("/moje/")["Location"] == "/logowanie/?next=/moje/"

    def test_so_is_who_became_staff_in_the_middle(self, client, anna, skala, duty, clock):
        sign_in(client)
        StaffRole.objects.create(user=anna, municipality=skala, role="clerk", job_title="inspektor")
        set_up_application(client)
        assert client.get("/moje/").status_code == 200
        clock(HALF_AN_HOUR + 1)

        assert client.get("/moje/").status_code == 302

    def test_so_is_a_resident_with_a_second_factor_who_became_staff(self, client, anna, skala, duty, clock):
        sign_in(client)
        set_up_application(client)
        StaffRole.objects.create(user=anna, municipality=skala, role="clerk", job_title="inspektor")
        assert client.get("/urzad/").status_code == 200
        clock(HALF_AN_HOUR + 1)

        assert client.get("/urzad/").status_code == 302

    def test_so_is_who_came_by_the_node(self, client, anna, clock):
        request = HttpRequest()
        request.session = client.session
        access.enter(request, Proof(anna, {}), provider=Node())
        request.session.save()
        client.cookies["sessionid"] = request.session.session_key
        assert client.get("/moje/").status_code == 200
        clock(HALF_AN_HOUR + 1)

        assert client.get("/moje/").status_code == 302

    @pytest.mark.parametrize(("who", "pause", "uses"), [("jadwiga", HALF_AN_HOUR - 60, 24), ("anna", 7 * 3600, 48)])
    def test_however_it_is_used_it_ends(self, client, jadwiga, anna, clock, who, pause, uses):
        """12 hours and 14 days after the sign-in; whoever has stolen one does not keep it."""
        sign_in(client, who)
        for _ in range(uses):
            clock(pause)
            assert client.get("/konto/logowania/").status_code == 200
        clock(pause)
        client.get("/konto/logowania/")

        assert client.get("/konto/logowania/")["Location"] == "/logowanie/?next=/konto/logowania/"

    def test_a_resident_may_go_for_dinner(self, client, anna, clock):
        sign_in(client)
        clock(7 * 3600)
        assert client.get("/moje/").status_code == 200
        clock(8 * 3600 + 1)

        assert client.get("/moje/").status_code == 302


class TestJournal:
    def entries(self) -> list[tuple[object, ...]]:
        rows = SignIn.objects.order_by("pk")
        return [(row.user and row.user.username, row.is_successful, row.provider, row.level) for row in rows]

    def test_each_sign_in_and_each_failed_try(self, client, anna):
        sign_in(client, password="x")
        sign_in(client, username="nikt")
        sign_in(client, username="anna@example.pl", password="x")
        sign_in(client)

        assert self.entries() == [
            ("anna", False, "password", 0),
            (None, False, "password", 0),
            ("anna", False, "password", 0),
            ("anna", True, "password", Level.ACCOUNT),
        ]
        assert {row.address for row in SignIn.objects.all()} == {"127.0.0.1"}

    @pytest.mark.parametrize("login", ["Anna", "ANNA@example.PL"])
    def test_the_case_of_letters_hides_no_try(self, client, anna, login):
        sign_in(client, username=login, password="x")
        sign_in(client, username=login)

        assert [row[:2] for row in self.entries()] == [("anna", False), ("anna", True)]

    def test_a_closed_account_is_a_failed_try(self, client, anna):
        User.objects.update(is_active=False)
        sign_in(client)

        assert self.entries() == [("anna", False, "password", 0)]

    @pytest.mark.parametrize(
        ("named", "kept"), [("9.9.9.9, 8.8.8.8", "8.8.8.8"), ("2001:db8::7", "2001:db8::7"), ("<script>", None)]
    )
    def test_behind_a_proxy_the_address_is_the_clients(self, client, anna, named, kept):
        client.post("/logowanie/", {"username": "anna", "password": "miedza-demo"}, headers={"X-Forwarded-For": named})

        assert SignIn.objects.get().address == kept

    def test_the_person_reads_their_own(self, client, anna, bogdan):
        sign_in(Client(), "bogdan")
        sign_in(Client(), password="x")
        sign_in(client)

        page = client.get("/konto/logowania/").content.decode()

        assert (page.count(">udane<"), page.count(">nieudane<")) == (1, 1)
        assert Client().get("/konto/logowania/").status_code == 302
        for odd in ("x", "-1", "99999999999999999999"):
            assert client.get(f"/konto/logowania/?strona={odd}").status_code == 200

    def test_rows_go_after_two_years(self, client, anna):
        for age in (700, 731, 733):
            SignIn.objects.create(
                user=anna, at=timezone.now() - timedelta(days=age), is_successful=True, provider="password"
            )

        assert journal.forget() == 1
        assert SignIn.objects.count() == 2

    def test_logs_of_the_server_tell_neither_addresses_nor_passwords(self, client, anna, caplog):
        caplog.set_level(logging.DEBUG)
        sign_in(client, username="anna@example.pl", password="tajne-i-bledne")
        sign_in(client, username="nikt@example.pl", password="tajne-i-bledne")
        client.post("/konto/haslo/nie-pamietam/", {"email": "anna@example.pl"})
        client.post("/konto/zaloz/", {"email": "anna@example.pl", "password1": "tajne-i-bledne"})

        assert "tajne-i-bledne" not in caplog.text
        assert "@example.pl" not in caplog.text


class TestLimits:
    def test_five_wrong_passwords_close_the_account_for_five_minutes(self, client, anna, clock):
        for _ in range(5):
            sign_in(client, password="x")

        assert "Za dużo nieudanych prób" in sign_in(client).content.decode()
        clock(5 * 60 + 1)
        assert sign_in(client)["Location"] == "/moje/"

    def test_one_address_tries_ten_accounts_in_a_minute(self, client, anna):
        for number in range(10):
            sign_in(client, username=f"nikt-{number}")

        assert "Za dużo nieudanych prób" in sign_in(client).content.decode()
        elsewhere = Client(headers={"X-Forwarded-For": "8.8.8.8"})
        assert sign_in(elsewhere)["Location"] == "/moje/"


class TestJoining:
    def joined(self, user: User, subject: str, day: int = 1) -> Identity:
        at = timezone.make_aware(timezone.datetime(2026, 11, day))
        return join(user=user, kind=Identity.Kind.NODE, subject=subject, level=Level.TRUSTED, means="pz.gov.pl", at=at)

    def test_the_same_proof_is_joined_once(self, anna):
        self.joined(anna, "a" * 64)
        self.joined(anna, "a" * 64, day=2)

        row = Identity.objects.get()
        assert (row.user, row.subject) == (anna, "a" * 64)
        assert row.first_at < row.last_at

    def test_never_to_two_accounts_nor_two_people_to_one(self, anna, bogdan):
        self.joined(anna, "a" * 64)

        with pytest.raises(Conflict, match="osobne konto"):
            self.joined(bogdan, "a" * 64)
        with pytest.raises(Conflict, match="innej osoby"):
            self.joined(anna, "b" * 64)
        assert [(row.user, row.subject) for row in Identity.objects.all()] == [(anna, "a" * 64)]


class TestOwnData:
    def test_a_copy_holds_the_sign_ins(self, client, anna):
        sign_in(client, password="x")
        sign_in(client)

        with ZipFile(BytesIO(b"".join(client.post("/moje/dane/pobierz/").streaming_content))) as packed:
            rows = json.loads(packed.read("logowania.json"))

        assert [(row["is_successful"], row["provider_name"], row["address"]) for row in rows] == [
            (False, "hasło", "127.0.0.1"), (True, "hasło", "127.0.0.1"),
        ]  # fmt: skip

    def test_a_closed_account_keeps_no_way_in(self, client, anna):
        sign_in(client)
        set_up_application(client)
        client.post("/moje/dane/usun/", {"haslo": "miedza-demo"})

        anna.refresh_from_db()
        assert not anna.is_active
        assert not EmailAddress.objects.exists()
        assert not Authenticator.objects.exists()
        assert SignIn.objects.filter(user=anna).count() == 1


def test_limits_and_used_codes_are_shared_by_all_workers(client, anna, monkeypatch):
    """The cache of an installation, not that of the tests."""
    from django.core.cache import caches

    from services.portal.settings import CACHES

    monkeypatch.setitem(caches.settings, "default", CACHES["default"])
    monkeypatch.delattr(caches._connections, "default", raising=False)
    for _ in range(5):
        sign_in(client, password="x")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_cache WHERE cache_key LIKE '%login_failed%'")
        assert cursor.fetchone()[0] == 2  # of the address, of the account
    assert "Za dużo nieudanych prób" in sign_in(client).content.decode()
    monkeypatch.delattr(caches._connections, "default")

"""The second factor: the code of RFC 6238, recovery codes, the duty of staff, and what the demo shows."""

import re
from time import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from services.identity import access
from services.identity.base import Level
from services.identity.factors import DEMO_SECRET, demo_code, give_demo_factor
from services.identity.models import SignIn, StaffRole
from tests.services.accounts.conftest import set_up_application, sign_in
from tests.services.accounts.rfc6238 import totp

pytestmark = pytest.mark.django_db

#: RFC 6238 appendix B, SHA-1, eight digits
VECTORS = [
    (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"),
    (1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130"),
]  # fmt: skip


class TestCode:
    @pytest.mark.parametrize(("at", "code"), VECTORS)
    def test_ours_and_the_librarys_are_those_of_the_standard(self, at, code):
        from base64 import b32encode

        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        seed = b"12345678901234567890"

        assert totp(seed, at, digits=8) == code
        assert format_hotp_value(hotp_value(b32encode(seed).decode(), at // 30)) == code[2:]

    def test_is_asked_after_the_password(self, client, anna_with_application, clock):
        _, secret = anna_with_application
        clock(60)

        assert sign_in(client, next="/moje/dane/")["Location"] == "/konto/kod/"
        assert client.get("/moje/").status_code == 302
        answer = client.post("/konto/kod/", {"code": totp(secret, time() + 60)})

        assert answer["Location"] == "/moje/dane/"
        assert client.get("/moje/").status_code == 200
        assert client.session[access.LEVEL] == Level.ACCOUNT

    @pytest.mark.parametrize("late", [-90, 90])
    def test_of_another_time_is_refused(self, client, anna_with_application, clock, late):
        _, secret = anna_with_application
        clock(600)
        sign_in(client)

        answer = client.post("/konto/kod/", {"code": totp(secret, time() + 600 + late)})

        assert (answer.status_code, "Kod jest błędny" in answer.content.decode()) == (200, True)
        assert client.get("/moje/").status_code == 302

    def test_opens_once(self, client, anna_with_application, clock):
        _, secret = anna_with_application
        clock(60)
        code = totp(secret, time() + 60)
        for location in ("/moje/", None):
            sign_in(client)
            assert client.post("/konto/kod/", {"code": code}).get("Location") == location
            client.post("/wyloguj/")

    @pytest.mark.parametrize("code", ["", "x", "0" * 3000, "12345\x00", "١٢٣٤٥٦"])
    def test_bad_ones_are_told(self, client, anna_with_application, code):
        sign_in(client)

        assert client.post("/konto/kod/", {"code": code}).status_code == 200
        assert client.post("/konto/kod/", {"credential": code}).status_code == 200

    def test_guessing_ends_after_five(self, client, anna_with_application, clock):
        _, secret = anna_with_application
        clock(60)
        sign_in(client)
        for _ in range(5):
            client.post("/konto/kod/", {"code": "000000"})

        answer = client.post("/konto/kod/", {"code": totp(secret, time() + 60)})

        assert "Za dużo nieudanych prób" in answer.content.decode()
        assert client.get("/moje/").status_code == 302

    def test_the_secret_is_not_readable_at_rest(self, anna_with_application):
        _, secret = anna_with_application

        assert secret not in str(list(Authenticator.objects.values()))

    def test_a_recovery_code_stands_in_once(self, client, anna_with_application):
        sign_in(client)
        anna, _ = anna_with_application
        code = Authenticator.objects.get(user=anna, type="recovery_codes").wrap().get_unused_codes()[0]

        assert client.post("/konto/kod/", {"code": code})["Location"] == "/moje/"
        client.post("/wyloguj/")
        sign_in(client)
        assert client.post("/konto/kod/", {"code": code}).status_code == 200
        assert SignIn.objects.filter(means="recovery_codes", is_successful=True).count() == 1


class TestDuty:
    """The desk of the office, with the setting on."""

    def test_staff_without_one_is_led_to_set_it_up(self, client, jadwiga, duty):
        sign_in(client, "jadwiga")
        for path in ("/urzad/", "/urzad/korespondencja/", "/", "/mapa/", "/ogc/collections/tanks/items"):
            answer = client.post(path) if "ogc" in path else client.get(path)
            assert answer["Location"] == "/konto/bezpieczenstwo/", path
        assert "konto pracownika urzędu" in client.get("/konto/bezpieczenstwo/").content.decode()

        set_up_application(client)

        assert client.get("/urzad/").status_code == 200

    def test_and_gives_it_at_each_sign_in(self, client, jadwiga, duty, clock):
        sign_in(client, "jadwiga")
        secret = set_up_application(client)
        client.post("/wyloguj/")
        clock(60)

        assert sign_in(client, "jadwiga", next="/urzad/")["Location"] == "/konto/kod/"
        assert client.get("/urzad/")["Location"].startswith("/logowanie/")
        assert client.post("/konto/kod/", {"code": totp(secret, time() + 60)})["Location"] == "/urzad/"
        assert client.get("/urzad/").status_code == 200

    def test_a_session_begun_another_way_gives_it_too(self, client, jadwiga, duty, clock):
        """The national node, or a program of ours that signs in by itself."""
        sign_in(client, "jadwiga")
        secret = set_up_application(client)
        clock(60)
        other = Client()
        other.force_login(jadwiga)

        there = other.get("/urzad/")["Location"]
        assert there == "/konto/potwierdz/kod/?next=%2Furzad%2F"
        answer = other.post(there, {"code": totp(secret, time() + 60)})

        assert answer["Location"] == "/urzad/"
        assert other.get("/urzad/").status_code == 200

    @pytest.mark.parametrize("way", ["node", "password"])
    def test_nobody_makes_another_instead_of_giving_it(self, client, jadwiga, duty, way):
        """Neither whoever has just come by the node, nor by the password alone."""
        sign_in(client, "jadwiga")
        set_up_application(client)
        code = Authenticator.objects.get(user=jadwiga, type="recovery_codes").wrap().get_unused_codes()[0]
        other = Client()
        other.force_login(jadwiga)
        if way == "node":
            session = other.session
            session[access.ENTERED] = int(time())
            session.save()
        else:
            other.post("/konto/potwierdz/", {"password": "miedza-demo"})

        for page in ("kody/", "kody/nowe/", "klucze/dodaj/", "aplikacja/wylacz/"):
            answer = other.get(f"/konto/bezpieczenstwo/{page}")
            assert code not in answer.content.decode()
            assert answer["Location"].startswith("/konto/potwierdz/kod/"), page

    def test_the_last_one_stays(self, client, jadwiga, duty):
        sign_in(client, "jadwiga")
        set_up_application(client)

        page = client.post("/konto/bezpieczenstwo/aplikacja/wylacz/").content.decode()

        assert "Konto pracownika musi mieć drugi składnik" in page
        assert client.get("/urzad/").status_code == 200

    def test_a_new_role_asks_in_the_middle_of_a_session(self, client, anna, skala, duty):
        sign_in(client)
        assert client.get("/moje/").status_code == 200
        StaffRole.objects.create(user=anna, municipality=skala, role="clerk", job_title="inspektor")

        assert client.get("/moje/")["Location"] == "/konto/bezpieczenstwo/"

    def test_one_that_the_office_took_off_counts_in_no_session(self, client, jadwiga, duty):
        """A telephone was lost."""
        sign_in(client, "jadwiga")
        set_up_application(client)
        assert client.get("/urzad/").status_code == 200

        Authenticator.objects.filter(user=jadwiga).delete()

        assert client.get("/urzad/")["Location"] == "/konto/bezpieczenstwo/"

    def test_a_resident_may_go_without_and_take_it_off(self, client, anna, duty):
        sign_in(client)
        assert client.get("/moje/").status_code == 200
        set_up_application(client)
        client.post("/konto/bezpieczenstwo/aplikacja/wylacz/")

        assert not Authenticator.objects.exists()
        client.post("/wyloguj/")
        assert sign_in(client)["Location"] == "/moje/"

    def test_the_way_out_and_health_stay_open(self, client, jadwiga, duty):
        sign_in(client, "jadwiga")

        assert client.get("/healthz").status_code in {200, 503}
        assert client.post("/wyloguj/")["Location"] == "/"
        assert client.get("/").status_code == 200


class TestDemo:
    def shown(self, page: str) -> str:
        found = re.search(r"Kod na teraz: <code>(\d{6})</code>", page)
        return found[1] if found else ""

    def test_the_code_of_a_demo_account_stands_beside_the_question(self, client, jadwiga):
        give_demo_factor(jadwiga)
        sign_in(client, "jadwiga")
        page = client.get("/konto/kod/").content.decode()

        assert "Tryb przykładowy" in page
        assert self.shown(page) in {totp(DEMO_SECRET, time()), totp(DEMO_SECRET, time() - 30)}
        assert client.post("/konto/kod/", {"code": self.shown(page)})["Location"] == "/moje/"

    def test_no_other_secret_is_shown_and_none_outside_the_demo(self, client, anna_with_application, jadwiga, settings):
        give_demo_factor(jadwiga)
        sign_in(client)
        assert self.shown(client.get("/konto/kod/").content.decode()) == ""

        settings.DEMO = False
        assert demo_code(jadwiga) == ""

    def test_the_command_gives_it_to_staff_once(self, jadwiga, anna, capsys):
        from django.core.management import call_command

        for _ in range(2):
            call_command("demo_data", "--accounts")

        assert [row.user for row in Authenticator.objects.all()] == [jadwiga]

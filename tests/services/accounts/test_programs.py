"""Keys of programs: who makes them, what is kept of them, when they open nothing, and what the person is told."""

import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from services.identity import programs
from services.identity.factors import DEMO_SECRET, give_demo_factor
from services.identity.models import ProgramKey, SignIn, StaffRole
from spatial.errors import Conflict, Refused
from spatial.ogc.editing import Unauthorized
from tests.conftest import person
from tests.services.accounts.conftest import set_up_application, sign_in

pytestmark = pytest.mark.django_db

PAGE, NEW = "/konto/klucze-programow/", "/konto/klucze-programow/nowy/"
WISH = {"name": "QGIS w pokoju 12", "municipality": "120610", "days": "90"}
ELSEWHERE = "203.0.113.7"


@pytest.fixture
def feliks(skala):
    keeper = person("feliks", "Feliks", "Kamiński")
    StaffRole.objects.create(user=keeper, municipality=skala, role="register-keeper", job_title="inspektor")
    return keeper


@pytest.fixture
def key(feliks, duty) -> str:
    give_demo_factor(feliks)
    return programs.make(user=feliks, municipality="120610", name="QGIS", days=30, at=timezone.now())[1]


@pytest.fixture
def keeper(client, feliks, duty) -> Client:
    """Feliks at the keyboard, with the second factor given."""
    sign_in(client, "feliks")
    set_up_application(client)
    return client


def asked(address: str = "127.0.0.1") -> HttpRequest:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": address}
    return request


def opens(key: str, login: str = "", address: str = "127.0.0.1") -> bool:
    try:
        programs.editor_of(asked(address), login, key)
    except Unauthorized:
        return False
    return True


def shown_key(page: str) -> str:
    return page.split('<code class="secret">')[1].split("</code>", maxsplit=1)[0]


class TestMaking:
    def test_is_shown_once_and_only_its_fingerprint_is_kept(self, keeper):
        secret = shown_key(keeper.post(NEW, WISH).content.decode())
        with connection.cursor() as cursor:
            cursor.execute("SELECT array_agg(k::text) FROM identity_programkey k")
            rows = str(cursor.fetchone())

        assert re.fullmatch("miedza_[0-9a-f]{48}", secret)  # 192 bits
        assert opens(secret)
        assert secret not in rows
        assert secret.removeprefix("miedza_") not in rows
        assert secret not in keeper.get(PAGE).content.decode()
        assert "QGIS w pokoju 12" in keeper.get(PAGE).content.decode()

    def test_the_answer_is_not_kept_by_browsers(self, keeper):
        assert "no-store" in keeper.post(NEW, WISH)["Cache-Control"]

    def test_sent_twice_makes_one(self, keeper):
        keeper.post(NEW, WISH)
        again = keeper.post(NEW, WISH).content.decode()

        assert "Masz już działający klucz o tej nazwie" in again
        assert ProgramKey.objects.count() == 1

    def test_bad_input_is_told_and_makes_nothing(self, keeper, suloszowa):
        for wrong in (
            {"days": "366"}, {"days": "0"}, {"days": "-1"}, {"days": "x"}, {"days": "9" * 30}, {"name": ""},
            {"name": "x" * 61}, {"name": "a\0b"}, {"municipality": "120613"}, {"municipality": "x"},
            {"municipality": ""},
        ):  # fmt: skip
            answer = keeper.post(NEW, WISH | wrong)
            assert (answer.status_code, 'class="error"' in answer.content.decode()) == (200, True), wrong
        assert not ProgramKey.objects.exists()

    def test_not_without_the_second_factor(self, client, feliks, duty):
        sign_in(client, "feliks")

        for address in (PAGE, NEW):
            assert client.get(address)["Location"] == "/konto/bezpieczenstwo/"
        assert client.post(NEW, WISH)["Location"] == "/konto/bezpieczenstwo/"
        assert not ProgramKey.objects.exists()

    def test_after_five_minutes_the_person_proves_it_again(self, keeper, clock):
        clock(5 * 60 + 1)

        assert keeper.get(PAGE).status_code == 200
        assert "/konto/potwierdz/" in keeper.get(NEW)["Location"]
        assert "/konto/potwierdz/" in keeper.post(NEW, WISH)["Location"]
        assert not ProgramKey.objects.exists()

    def test_not_for_who_edits_nothing(self, client, anna, danuta):
        for name in ("anna", "danuta"):  # a resident, a planner
            client = Client()
            sign_in(client, name)
            assert client.get(PAGE).status_code == client.get(NEW).status_code == 403
            assert "Klucze programów" not in client.get("/konto/bezpieczenstwo/").content.decode()
        assert Client().get(PAGE)["Location"].startswith("/logowanie/")

    def test_the_service_refuses_too(self, feliks, suloszowa):
        told = {"user": feliks, "name": "QGIS", "at": timezone.now()}

        with pytest.raises(Refused):
            programs.make(municipality="120613", days=30, **told)
        with pytest.raises(Refused):
            programs.make(municipality="120610", days=366, **told)
        programs.make(municipality="120610", days=365, **told)
        with pytest.raises(Conflict):
            programs.make(municipality="120610", days=30, **told)


class TestEnd:
    def test_by_the_person_alone(self, keeper, key, anna):
        row = ProgramKey.objects.get()
        other = Client()
        sign_in(other)

        assert other.post(f"{PAGE}{row.pk}/wycofaj/").status_code == 404
        assert keeper.get(f"{PAGE}{row.pk}/wycofaj/").status_code == 405
        assert opens(key)
        for _ in range(2):
            assert keeper.post(f"{PAGE}{row.pk}/wycofaj/")["Location"] == PAGE
            assert not opens(key)
        assert "wycofany" in keeper.get(PAGE).content.decode()

    def test_by_time(self, key, clock):
        clock(30 * 86_400 - 60)
        assert opens(key)
        clock(61)

        assert not opens(key)

    def test_with_the_role_for_good(self, key, feliks, skala):
        feliks.roles.get().delete()
        assert not opens(key)
        StaffRole.objects.create(user=feliks, municipality=skala, role="register-keeper", job_title="inspektor")

        assert not opens(key)

    def test_with_the_role_that_became_another(self, key, feliks):
        feliks.roles.update(role="clerk")

        assert not opens(key)

    def test_with_the_account(self, key, feliks):
        feliks.is_active = False
        feliks.save()
        feliks.is_active = True
        feliks.save()

        assert not opens(key)

    def test_with_an_account_that_is_removed(self, key, feliks):
        feliks.delete()

        assert not opens(key, "feliks")
        assert not ProgramKey.objects.exists()

    def test_with_an_account_blocked_past_the_models(self, key):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE identity_user SET is_active = false")

        assert not opens(key)

    def test_with_the_last_factor_for_good(self, key, feliks):
        spare = Authenticator.objects.create(user=feliks, type="webauthn", data={})
        Authenticator.objects.get(type="totp").delete()
        assert opens(key)  # there is another
        spare.delete()
        assert not opens(key)
        give_demo_factor(feliks)

        assert not opens(key)

    def test_rows_go_two_years_later(self, key):
        ended = timezone.now() + timedelta(days=30)

        assert programs.forget(at=ended + timedelta(days=731)) == 0
        assert programs.forget(at=ended + timedelta(days=733)) == 1


class TestJournal:
    def entries(self) -> list[tuple[object, ...]]:
        rows = SignIn.objects.filter(provider="program").order_by("pk")
        return [(row.user and row.user.username, row.is_successful, row.means, row.address) for row in rows]

    def test_a_run_of_requests_is_one_sign_in(self, key, clock):
        for _ in range(3):
            opens(key)
            clock(20 * 60)
        clock(20 * 60)  # 40 minutes since the last
        opens(key)
        opens(key, address=ELSEWHERE)

        here, there = ("feliks", True, "QGIS", "127.0.0.1"), ("feliks", True, "QGIS", ELSEWHERE)
        assert self.entries() == [here, here, there]
        assert ProgramKey.objects.get().used_from == ELSEWHERE

    def test_of_two_requests_at_once_one_is_written(self, key):
        seen = [ProgramKey.objects.select_related("user").get() for _ in range(2)]
        for one in seen:
            programs.note_use(asked(), one, at=timezone.now())

        assert len(self.entries()) == 1

    def test_failed_tries_with_whose_they_were(self, key):
        opens("miedza_zgaduje", "feliks@example.pl")
        opens("miedza_zgaduje", "nikt")
        opens("miedza_zgaduje")
        opens("haslo", "feliks")  # no key at all: nothing was tried
        ProgramKey.objects.update(withdrawn_at=timezone.now())
        opens(key)

        assert self.entries() == [
            ("feliks", False, "", "127.0.0.1"), (None, False, "", "127.0.0.1"), (None, False, "", "127.0.0.1"),
            ("feliks", False, "QGIS", "127.0.0.1"),
        ]  # fmt: skip

    def test_the_person_reads_it(self, keeper, key):
        opens(key, address=ELSEWHERE)
        log, keys = (keeper.get(page).content.decode() for page in ("/konto/logowania/", PAGE))

        assert "klucz programu, QGIS" in log
        assert ELSEWHERE in log
        assert ELSEWHERE in keys

    def test_guessing_is_shut_out_and_a_key_that_works_is_not(self, key, clock):
        for _ in range(5):
            assert not opens("miedza_zgaduje", "feliks")
        with pytest.raises(programs.TooManyTries):
            opens("miedza_zgaduje", "feliks")
        assert opens(key, "feliks")
        assert len(self.entries()) == 6  # tries beyond the limit write nothing
        clock(5 * 60 + 1)

        assert not opens("miedza_zgaduje", "feliks")

    def test_neither_keys_nor_logins_in_logs_and_names(self, client, key, caplog):
        client.post("/ogc/collections/places/items", "{}", content_type="application/geo+json",
                    headers={"Authorization": f"Bearer {key}"})  # fmt: skip
        client.post("/ogc/collections/places/items", "{}", content_type="application/geo+json",
                    headers={"Authorization": f"Bearer {key}x"})  # fmt: skip

        assert key not in caplog.text
        assert "feliks" not in f"{ProgramKey.objects.get()!r} {ProgramKey.objects.get()}"


class TestReminder:
    def test_once_two_weeks_before(self, key, feliks):
        made = timezone.now()
        assert programs.remind(at=made + timedelta(days=15)) == 0
        assert programs.remind(at=made + timedelta(days=17)) == 1
        assert programs.remind(at=made + timedelta(days=18)) == 0

        letter = mail.outbox[0]
        assert letter.to == ["feliks@example.pl"]
        assert PAGE in letter.body
        assert "QGIS" not in letter.body

    def test_two_keys_are_one_letter_and_none_of_dead_ones(self, key, feliks):
        programs.make(user=feliks, municipality="120610", name="ogr2ogr", days=29, at=timezone.now())
        assert programs.remind(at=timezone.now() + timedelta(days=20)) == 1

        programs.make(user=feliks, municipality="120610", name="Szkolenie", days=10, at=timezone.now())
        assert programs.remind(at=timezone.now() + timedelta(days=1)) == 0  # made for as long as it is told before

        ProgramKey.objects.update(withdrawn_at=timezone.now(), reminded_at=None)
        assert programs.remind(at=timezone.now() + timedelta(days=21)) == 0

    def test_is_tried_again_when_the_server_is_away(self, key, monkeypatch):
        def away(*_: object) -> None:
            raise SMTPServerDisconnected

        at = timezone.now() + timedelta(days=20)
        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.EmailMessage.send", away)
            assert programs.remind(at=at) == 0

        assert programs.remind(at=at + timedelta(days=1)) == 1

    def test_stands_on_the_pages(self, keeper, feliks):
        programs.make(user=feliks, municipality="120610", name="Wtyczka", days=10, at=timezone.now())

        for page in (PAGE, "/konto/bezpieczenstwo/"):
            assert "Klucz „Wtyczka” wygaśnie" in keeper.get(page).content.decode()


def test_the_demo_has_a_key_that_everybody_knows(feliks, duty):
    for _ in range(2):
        call_command("demo_data", "--accounts")

    assert opens(programs.DEMO_KEY, "feliks")
    assert ProgramKey.objects.count() == 1
    assert DEMO_SECRET not in programs.DEMO_KEY

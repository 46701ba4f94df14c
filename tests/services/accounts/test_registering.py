"""An account from nothing: its address is confirmed by a letter; nobody learns who has one."""

import re
from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest
from allauth import account, mfa
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail

from services.identity import letters
from services.identity.models import User
from tests.services.accounts.conftest import PASSWORD, link, set_up_application, sign_in

pytestmark = pytest.mark.django_db

NEW = {"first_name": "Zofia", "last_name": "Maj", "email": "zofia@example.pl", "password1": "Sliwki-w-4-sadach"}


def register(client, **changes: str):
    return client.post("/konto/zaloz/", NEW | changes)


class TestRegistration:
    def test_the_address_is_confirmed_before_anything_opens(self, client):
        assert register(client)["Location"] == "/konto/e-mail/sprawdz-poczte/"
        client.post("/wyloguj/")
        assert sign_in(client, "zofia@example.pl", NEW["password1"])["Location"] == "/konto/e-mail/sprawdz-poczte/"
        assert client.get("/moje/").status_code == 302

        page = client.get(link()).content.decode()  # looking confirms nothing: programs of mail servers look
        assert "Czy zofia@example.pl to Twój adres?" in page
        assert not EmailAddress.objects.get().verified
        client.post(link())

        assert sign_in(client, "ZOFIA@example.pl", NEW["password1"])["Location"] == "/moje/"
        assert "Zofia Maj" in client.get("/moje/").content.decode()

    def test_a_link_works_once_and_only_as_it_was_sent(self, client):
        register(client)
        path = link()

        assert "już nie działa" in client.get(path[:-3] + "x/").content.decode()
        client.post(path)
        assert "już nie działa" in client.get(path).content.decode()
        assert client.post(path).status_code == 404

    def test_one_that_was_killed_in_the_middle_leaves_no_account(self, client, monkeypatch):
        """It would have no address to confirm, as those have that the office made."""
        monkeypatch.setattr("allauth.account.forms.setup_user_email", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            register(client)

        assert not User.objects.exists()

    def test_nobody_learns_that_an_address_is_known(self, client, anna):
        EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)

        known, new = register(client, email="anna@example.pl"), register(client)

        assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
        assert [letter.subject for letter in mail.outbox] == ["Masz już konto", "Potwierdź swój adres e-mail"]
        assert User.objects.count() == 2

    def test_nor_by_the_time_that_the_answer_takes(self, client, anna, monkeypatch):
        """Nearly all of it is the hash of the password."""
        hashed, encode = [], MD5PasswordHasher.encode
        monkeypatch.setattr(
            MD5PasswordHasher, "encode", lambda self, password, salt: hashed.append(1) or encode(self, password, salt)
        )
        counts = []
        for more in ({"email": "anna@example.pl"}, {}):
            hashed.clear()
            assert register(client, **more).status_code == 302
            counts.append(len(hashed))

        assert counts[0] == counts[1] > 0

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"email": "zofia"}, "e-mail"),
            ({"password1": "12345678"}, "hasło"),
            ({"password1": "krotkie"}, "8"),
            ({"first_name": ""}, "pole"),
            ({"first_name": "a\x00b"}, "null"),
            ({"first_name": "x" * 151}, "150"),
            ({"email": "x" * 400 + "@example.pl"}, "e-mail"),
        ],
    )
    def test_bad_answers_are_told(self, client, changes, told):
        answer = register(client, **changes)

        assert answer.status_code == 200
        assert told in answer.content.decode()
        assert not User.objects.exists()

    def test_without_e_mail_it_is_closed(self, client, settings):
        settings.EMAIL_WORKS = False

        assert "konta zakładają pracownicy" in client.get("/konto/zaloz/").content.decode()
        register(client)
        assert not User.objects.exists()


class TestForgottenPassword:
    def test_a_letter_leads_to_a_new_one(self, client, anna):
        EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)
        client.post("/konto/haslo/nie-pamietam/", {"email": "anna@example.pl"})

        form = client.get(link())["Location"]
        assert (
            client.post(form, {"password1": "Gruszki-na-wierzbie-7", "password2": "Gruszki-na-wierzbie-7"}).status_code
            == 302
        )

        assert sign_in(client).status_code == 200
        assert sign_in(client, password="Gruszki-na-wierzbie-7").status_code == 302
        assert "już nie działa" in client.get(form, follow=True).content.decode()

    @pytest.mark.parametrize(
        ("page", "more"),
        [
            ("haslo/nie-pamietam", {}),
            ("zaloz", {"password1": "nowe-haslo-7", "first_name": "Anna", "last_name": "Nowak"}),
        ],
    )
    def test_its_link_is_of_the_public_site(self, client, anna, settings, page, more):
        """Whatever host the page was asked by."""
        settings.SITE, settings.ALLOWED_HOSTS = "https://e-urzad.gmina.test", ["stary.test"]
        client.post(f"/konto/{page}/", {"email": "anna@example.pl"} | more, headers={"Host": "stary.test"})

        assert "\nhttps://e-urzad.gmina.test/konto/haslo/" in mail.outbox[-1].body
        assert "stary.test" not in mail.outbox[-1].body

    def test_an_unknown_address_is_answered_alike(self, client, anna):
        known = client.post("/konto/haslo/nie-pamietam/", {"email": "anna@example.pl"})
        unknown = client.post("/konto/haslo/nie-pamietam/", {"email": "nikt@example.pl"})

        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert [letter.subject for letter in mail.outbox] == ["Ustaw nowe hasło", "Nie masz konta z tym adresem"]
        assert "http" not in mail.outbox[1].body

    def test_many_letters_to_one_address_are_refused(self, client, anna):
        answers = [client.post("/konto/haslo/nie-pamietam/", {"email": "anna@example.pl"}) for _ in range(6)]

        assert [answer.status_code for answer in answers] == [302] * 5 + [429]


class TestChanges:
    def test_a_new_password_ends_other_sessions(self, client, anna):
        from django.test import Client

        elsewhere = Client()
        sign_in(elsewhere)
        sign_in(client)
        answer = client.post(
            "/konto/haslo/",
            {"oldpassword": "miedza-demo", "password1": "Gruszki-na-wierzbie-7", "password2": "Gruszki-na-wierzbie-7"},
        )

        assert answer["Location"] == "/konto/bezpieczenstwo/"
        assert client.get("/moje/").status_code == 200
        assert elsewhere.get("/moje/").status_code == 302

    def test_a_new_address_counts_when_it_is_confirmed(self, client, anna):
        EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)
        sign_in(client)
        client.post("/konto/e-mail/", {"email": "nowa@example.pl", "action_add": ""})
        anna.refresh_from_db()
        assert (anna.email, mail.outbox[-1].to) == ("anna@example.pl", ["nowa@example.pl"])

        client.post(link())

        anna.refresh_from_db()
        assert anna.email == "nowa@example.pl"
        assert [row.email for row in EmailAddress.objects.all()] == ["nowa@example.pl"]
        told = mail.outbox[-1]
        assert (told.to, told.subject) == (["anna@example.pl"], "Zmiana na Twoim koncie")
        assert "Adres e-mail Twojego konta w e-urzędzie został zmieniony" in told.body
        assert "nowa@" not in told.body

    @pytest.mark.parametrize("server", ["well", "away"])
    def test_changes_of_the_ways_in_are_told_to_the_address(self, client, anna, monkeypatch, server, caplog):
        """A server of e-mail that is away does not undo what was done."""
        sign_in(client)
        if server == "away":
            monkeypatch.setattr(mail.EmailMessage, "send", lambda *_: (_ for _ in ()).throw(SMTPServerDisconnected()))
        set_up_application(client)
        new = {"oldpassword": PASSWORD, "password1": "Gruszki-na-wierzbie-7", "password2": "Gruszki-na-wierzbie-7"}
        assert client.post("/konto/haslo/", new)["Location"] == "/konto/bezpieczenstwo/"

        told = [(letter.to, letter.body.split("\n")[2]) for letter in mail.outbox]
        assert (
            told == []
            if server == "away"
            else [
                (["anna@example.pl"], "Na Twoim koncie w e-urzędzie włączono aplikację z kodami."),
                (["anna@example.pl"], "Twoje konto w e-urzędzie ma nowe kody zapasowe."),
                (["anna@example.pl"], "Hasło do Twojego konta w e-urzędzie zostało zmienione."),
            ]
        )
        assert ("No word of a change" in caplog.text) == (server == "away")
        anna.refresh_from_db()
        assert anna.check_password("Gruszki-na-wierzbie-7")

    def test_each_word_of_the_library_has_one_of_ours(self):
        said = set()
        for package in (account, mfa):
            for path in Path(package.__file__).parent.rglob("*.py"):
                said |= set(re.findall(r'send_notification_mail\(\s*"([^"]+)"', path.read_text()))
        assert said == set(letters.CHANGES)

    def test_a_session_begun_long_ago_proves_itself_first(self, client, anna, clock):
        sign_in(client)
        clock(6 * 60)

        answer = client.post("/konto/e-mail/", {"email": "nowa@example.pl", "action_add": ""})

        assert answer["Location"].startswith("/konto/potwierdz/?next=")
        assert mail.outbox == []


class TestMailer:
    """MIEDZA_EMAIL_URL; what each scheme means is RFC 8314."""

    def test_a_server_with_and_without_encryption(self, tmp_path):
        from services.portal.settings.environment import mailer

        found = mailer("smtps://urz%40d:p%2Fw@poczta.gmina.pl", folder=tmp_path)["OPTIONS"]
        assert (found["host"], found["port"]) == ("poczta.gmina.pl", 465)
        assert (found["username"], found["password"]) == ("urz@d", "p/w")
        assert (found["use_ssl"], found["use_tls"]) == (True, False)
        assert mailer("smtp+starttls://x:587", folder=tmp_path)["OPTIONS"]["use_tls"]
        assert mailer("smtp://x:2525", folder=tmp_path)["OPTIONS"]["port"] == 2525

    def test_without_one_a_letter_is_a_file_with_its_link_in_one_line(self, client, settings, tmp_path):
        from services.portal.settings.environment import mailer

        settings.MAILERS = {"default": mailer("", folder=tmp_path)}
        register(client)

        [file] = tmp_path.iterdir()
        assert file.read_text().startswith("Do: zofia@example.pl\nTemat: Potwierdź swój adres e-mail\n\nDzień dobry,")
        path = re.search(r"^http://testserver(/konto/e-mail/potwierdz/\S+/)$", file.read_text(), re.MULTILINE)[1]
        assert "zofia@example.pl" in client.get(path).content.decode()

    @pytest.mark.parametrize("url", ["poczta.gmina.pl", "http://x", "smtp://"])
    def test_another_is_a_typing_error(self, url, tmp_path):
        from services.portal.settings.environment import SettingError, mailer

        with pytest.raises(SettingError, match="smtps://user:password@host:port"):
            mailer(url, folder=tmp_path)

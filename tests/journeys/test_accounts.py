"""A resident makes an account and protects it in a browser: by codes, then by a key instead of the password."""

import re
from time import time

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from services.identity.models import SignIn
from tests.journeys.test_extract import shot, sign_in
from tests.services.accounts.rfc6238 import totp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "Sliwki-w-4-sadach"


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def enter(page: Page, login: str, password: str) -> None:
    page.get_by_label("Login albo adres e-mail").fill(login)
    page.get_by_label("Hasło", exact=True).fill(password)
    press(page, "Zaloguj się")


def test_registers_confirms_and_signs_in_with_a_code(page: Page, live_server, skala):
    page.goto(f"{live_server.url}/logowanie/")
    page.get_by_role("link", name="Załóż konto").click()
    for label, text in {
        "Imię": "Zofia",
        "Nazwisko": "Maj",
        "Adres e-mail": "zofia@example.pl",
        "Hasło": PASSWORD,
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    press(page, "Załóż konto")
    expect(page.locator("h1")).to_have_text("Sprawdź pocztę")
    page.goto(re.search(r"http\S+", mail.outbox[-1].body)[0])
    press(page, "Tak, potwierdzam")

    enter(page, "zofia@example.pl", PASSWORD)
    page.get_by_role("link", name="Logowanie i bezpieczeństwo").click()
    shot(page, "account-security")
    page.get_by_role("link", name="Włącz aplikację").click()
    shot(page, "account-application")
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Kod", exact=True).fill(totp(secret, time()))
    press(page, "Włącz aplikację")
    expect(page.locator("h1")).to_have_text("Kody zapasowe")
    expect(page.locator("main li code")).to_have_count(10)

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/logowanie/?next=/konto/logowania/")
    enter(page, "zofia@example.pl", PASSWORD)
    page.get_by_label("Kod", exact=True).fill("000000")
    press(page, "Zaloguj się")
    expect(page.locator(".field.wrong .error")).to_contain_text("Kod jest błędny")
    shot(page, "account-code")
    page.get_by_label("Kod", exact=True).fill(totp(secret, time()))
    press(page, "Zaloguj się")

    expect(page.locator("tbody tr")).to_have_count(3)  # without the factor, a wrong code, with it
    expect(page.locator("tbody tr").first).to_contain_text("hasło, kod z aplikacji")


def test_a_key_opens_the_account_without_a_password(page: Page, live_server, anna):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"isUserVerified": True}})
    sign_in(page, live_server.url, "anna")
    page.goto(f"{live_server.url}/konto/bezpieczenstwo/klucze/dodaj/")
    page.get_by_label("Nazwa klucza").fill("Telefon")
    page.get_by_label("Chcę logować się samym kluczem, bez hasła").check()
    press(page, "Dodaj klucz")
    expect(page.locator("h1")).to_have_text("Kody zapasowe")
    page.goto(f"{live_server.url}/konto/bezpieczenstwo/klucze/")
    expect(page.locator("tbody")).to_contain_text("Telefon")
    shot(page, "account-keys")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/logowanie/?next=/moje/dane/")
    press(page, "Zaloguj się kluczem")

    expect(page).to_have_url(f"{live_server.url}/moje/dane/")
    newest = SignIn.objects.latest("pk")
    assert (newest.user, newest.provider, newest.means, newest.is_successful) == (anna, "passkey", "webauthn", True)

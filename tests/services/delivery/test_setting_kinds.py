"""The mailbox set up on pages; requests into the office's own network are opened by the command only."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.delivery.models import Mailbox
from services.delivery.setting_kinds import MAILBOX
from services.identity.models import StaffRole
from services.setup.models import Change
from tests.conftest import person

pytestmark = pytest.mark.django_db
ROOT = "/urzad/ustawienia/120610/e-doreczenia"


@pytest.fixture
def second(skala):
    user = person("halina", "Halina", "Dąbrowska")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="skarbnik")
    client = Client()
    client.force_login(user)
    return client


def pem(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def said(**more) -> dict:
    return {
        "address": "AE:PL-55754-97181-CHDVR-19", "api_url": "https://edor.example.pl/api/v1",
        "token_url": "https://edor.example.pl/token", "client_id": "miedza", "unit_symbol": "OR", "is_active": "on",
        "secret": "tajne", "ground": "umowa z operatorem",
    } | more  # fmt: skip


def of(mailbox: Mailbox, **more) -> dict:
    names = ("address", "api_url", "token_url", "client_id", "unit_symbol")
    same = {name: getattr(mailbox, name) for name in names}
    return said(**same, has_hybrid="on", secret="") | more


def approved(client: Client) -> Mailbox:
    change = Change.objects.latest("pk")
    client.post(f"/urzad/ustawienia/zmiana/{change.pk}/", {"decyzja": "zatwierdz"})
    return Mailbox.objects.get()


def test_a_mailbox_with_a_password(office, second):
    assert office.post(f"{ROOT}/nowe/", said(address="pl-55754-97181-chdvr-19")).status_code == 302

    mailbox = approved(second)

    assert (mailbox.address, mailbox.secret, mailbox.sign_in) == ("AE:PL-55754-97181-CHDVR-19", "tajne", "secret")
    assert (mailbox.private_network, Change.objects.get().new.keys() & {"secret", "key_file"}) == (False, set())
    assert office.get(f"{ROOT}/nowe/").status_code == 404  # there is one


def test_a_mailbox_with_a_key(office, second):
    key = pem(rsa.generate_private_key(65537, 2048))
    file = SimpleUploadedFile("klucz.pem", key)
    assert office.post(f"{ROOT}/nowe/", said(secret="", key_file=file)).status_code == 302
    page = second.get(f"/urzad/ustawienia/zmiana/{Change.objects.get().pk}/").content.decode()

    mailbox = approved(second)

    assert (mailbox.secret, mailbox.sign_in) == (key.decode().strip(), "key")
    assert key.decode().splitlines()[1] not in page


def test_what_is_wrong_is_said(office, skala):
    for wrong in (
        {"secret": ""}, {"address": "AE:PL-1"}, {"api_url": "http://edor.example.pl"}, {"token_url": "ftp://a.pl"},
        {"api_url": "x"}, {"api_url": "https://a:b@edor.example.pl"}, {"token_url": "https://xn--a.pl/"},
        {"secret": "-----BEGIN PRIVATE KEY-----"}, {"client_id": ""}, {"ground": ""},
    ):  # fmt: skip
        assert not MAILBOX.form(said(**wrong), instance=MAILBOX.fresh(skala)).is_valid(), wrong
    for content in (pem(ec.generate_private_key(ec.SECP256R1())), b"\xff\xfe"):
        wrong = said(key_file=SimpleUploadedFile("k.pem", content))
        assert office.post(f"{ROOT}/nowe/", wrong).status_code == 422
    assert not Change.objects.exists()


def test_a_new_password_is_tried_before_it_is_approved(office, second, operator, mailbox):
    def tried(secret: str) -> str:
        office.post(f"{ROOT}/{mailbox.pk}/", of(mailbox, secret=secret))
        path = f"/urzad/ustawienia/zmiana/{Change.objects.latest('pk').pk}/"
        page = office.post(path, {"decyzja": "sprawdz"}, follow=True).content.decode()
        office.post(path, {"decyzja": "wycofaj"})
        return page

    operator.secret = "nowe"
    assert "nie przyjął logowania" in tried("zle")
    assert "przyjął logowanie systemu" in tried("nowe")
    mailbox.refresh_from_db()
    assert mailbox.secret == "tajne"


def test_the_connection_is_tried_and_callbacks_are_ordered(office, operator, mailbox, settings):
    settings.SITE = "https://urzad.example.pl"
    assert "przyjął logowanie" in office.post(f"{ROOT}/{mailbox.pk}/sprawdz/", follow=True).content.decode()
    assert not operator.callbacks

    office.post(f"{ROOT}/{mailbox.pk}/powiadamianie/")

    assert all(
        url.startswith("https://urzad.example.pl/doreczenia/powiadomienie?") for url in operator.callbacks.values()
    )
    assert operator.callbacks


def test_an_operator_inside_the_network_is_not_moved_from_a_page(office, mailbox):
    moved = of(mailbox, api_url="http://127.0.0.1:5432/")
    assert office.post(f"{ROOT}/{mailbox.pk}/", moved).status_code == 422


@pytest.mark.parametrize("name", ["api_url", "token_url"])
def test_the_secret_that_we_hold_goes_to_no_address_of_one_person(office, second, mailbox, name):
    """A proposal is tried before it is approved; else one person would read the secret on a server of their own."""
    Mailbox.objects.update(private_network=False, api_url="https://edor.example.pl/a", token_url="https://a.pl/t")
    mailbox.refresh_from_db()
    path, elsewhere = f"{ROOT}/{mailbox.pk}/", "https://elsewhere.example/x"

    page = office.post(path, of(mailbox, **{name: elsewhere}))

    assert (page.status_code, Change.objects.exists()) == (422, False)
    assert "podaj też hasło" in page.content.decode()
    assert office.post(path, of(mailbox, secret="nowe", **{name: elsewhere})).status_code == 302
    moved = approved(second)
    assert (getattr(moved, name), moved.secret) == (elsewhere, "nowe")


def test_small_things_need_one_person(office, mailbox):
    assert office.post(f"{ROOT}/{mailbox.pk}/", of(mailbox, unit_symbol="KA")).status_code == 302
    mailbox.refresh_from_db()
    assert (mailbox.unit_symbol, Change.objects.get().state) == ("KA", "done")


def test_another_address_is_read_from_its_beginning(office, second, mailbox):
    Mailbox.objects.update(read_until="2026-01-01T00:00Z")
    office.post(f"{ROOT}/{mailbox.pk}/", of(mailbox, address="AE:PL-28080-40239-TUSBF-26"))
    assert approved(second).read_until is None

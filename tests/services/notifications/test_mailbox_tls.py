"""The mailbox of returns behind TLS: its password goes only to a server that proves its name."""

import ssl
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command
from trustme import CA

from services.notifications import tasks
from services.notifications.models import Delivery
from tests.simulators.mailbox import Mailbox, report
from tests.simulators.node import Key

pytestmark = pytest.mark.django_db
SCHEMES = ("imaps", "imap+starttls")
NOW = datetime.now(UTC)


@pytest.fixture
def authority(tmp_path, monkeypatch) -> CA:
    """Of the office's own, which the system believes."""
    made = CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


def server(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def certified_by_itself(folder) -> ssl.SSLContext:
    key, context = Key.drawn("localhost"), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secret = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(secret + key.pem)
    context.load_cert_chain(folder / "server.pem")
    return context


def bad(why: str, authority: CA, folder) -> ssl.SSLContext:
    match why:
        case "innej nazwy":
            return server(authority.issue_cert("poczta.example.pl"))
        case "stracił ważność":
            return server(authority.issue_cert("localhost", not_after=NOW - timedelta(minutes=1)))
        case "jeszcze nie obowiązuje":
            return server(authority.issue_cert("localhost", not_before=NOW + timedelta(days=1)))
        case "żaden znany urząd":
            return server(CA().issue_cert("localhost"))
    return certified_by_itself(folder)


@pytest.fixture
def box(settings):
    """A box with a report that waits."""
    with ExitStack() as stack:

        def make(scheme: str, tls: ssl.SSLContext | None, content: bytes) -> Mailbox:
            made = stack.enter_context(Mailbox(scheme, "localhost", tls).running())
            made.put(content)
            settings.BOUNCES_URL = made.url
            return made

        yield make


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_server_that_proves_its_name_is_read(scheme, box, authority, sent):
    letter, row = sent()
    made = box(scheme, server(authority.issue_cert("localhost")), report(letter))
    call_command("bounces")

    row.refresh_from_db()
    assert (row.state, made.letters[0].seen) == (Delivery.State.BOUNCED, True)
    assert ("STARTTLS" in made.heard) == (scheme == "imap+starttls")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "why",
    ["innej nazwy", "stracił ważność", "jeszcze nie obowiązuje", "żaden znany urząd", "podpisał sam siebie"],
)
def test_another_gets_no_password_and_nothing_is_read(why, scheme, box, authority, sent, tmp_path, caplog):
    letter, row = sent()
    made = box(scheme, bad(why, authority, tmp_path), report(letter))
    with pytest.raises(CommandError, match=why) as fault:
        call_command("bounces")
    tasks.bounces(timestamp=0)

    assert "Nie wysłano hasła i niczego nie odczytano." in str(fault.value)
    assert why in caplog.text
    assert "haslo" not in str(fault.value) + caplog.text
    assert set(made.heard) <= {"CAPABILITY", "STARTTLS"}
    row.refresh_from_db()
    assert (row.state, made.letters[0].seen) == (Delivery.State.ACCEPTED, False)


def test_a_server_that_was_robbed_of_its_encryption_gets_no_password(box, sent):
    """Somebody on the way may strike STARTTLS out of what a server offers."""
    letter, _row = sent()
    made = box("imap+starttls", None, report(letter))
    with pytest.raises(CommandError, match="serwer nie proponuje szyfrowania"):
        call_command("bounces")

    assert set(made.heard) == {"CAPABILITY"}


def test_a_server_that_speaks_no_tls_gets_no_password(box, sent, settings):
    letter, _row = sent()
    made = box("imap", None, report(letter))
    settings.BOUNCES_URL = made.url.replace("imap:", "imaps:")
    with pytest.raises(CommandError, match="SSLError"):
        call_command("bounces")

    assert "LOGIN" not in made.heard

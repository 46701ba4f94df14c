"""The mailbox that letters come back to, by IMAP: reports are read, what is no report of ours stays for people."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.notifications import bounces
from services.notifications.channels import dsn
from spatial.errors import ServiceError

TIMEOUT_S = 30
MOST = 200  #: reports in one run, the newest first: those of somebody else's letters never stand in the way
MOST_BYTES = 256 * 1024  #: of a report; what matters stands before the letter that it returns
PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}
FOLDER = "INBOX"


#: what OpenSSL finds in a certificate (X509_V_ERR_…)
CERTIFICATES = {
    9: gettext_lazy("certyfikat serwera jeszcze nie obowiązuje"),
    10: gettext_lazy("certyfikat serwera stracił ważność"),
    18: gettext_lazy("certyfikat serwera podpisał sam siebie"),
    **dict.fromkeys((19, 20, 21), gettext_lazy("certyfikatu serwera nie wydał żaden znany urząd certyfikacji")),
    **dict.fromkeys((62, 64), gettext_lazy("certyfikat serwera jest dla innej nazwy")),
}


class MailboxFailed(ServiceError):
    """The server of the mailbox does not answer, or not as IMAP wants it."""

    code = "mailbox-failed"
    status: ClassVar[int] = 502


def read(url: str) -> int:
    """How many letters of ours came back; their reports are marked as read. Raises MailboxFailed."""
    try:
        with opened(urlsplit(url)) as box:
            return sum(take_in(box, uid) for uid in unread(box))
    except ssl.SSLCertVerificationError as error:
        why = CERTIFICATES.get(error.verify_code, _("certyfikatowi serwera nie można ufać"))
        raise MailboxFailed(not_safe(why)) from None
    except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
        said = _("Skrzynka zwrotów nie odpowiada jak trzeba (%(what)s). Sprawdź MIEDZA_BOUNCES_URL.")
        raise MailboxFailed(said % {"what": type(error).__name__}) from None


def not_safe(why: str | Promise) -> str:
    said = _("Skrzynka zwrotów: %(why)s. Nie wysłano hasła i niczego nie odczytano. Sprawdź MIEDZA_BOUNCES_URL.")
    return said % {"why": why}


@contextmanager
def opened(parts: SplitResult) -> Iterator[imaplib.IMAP4]:
    """``imaps://user:password@host:993/folder``, signed in and the folder chosen."""
    with connected(parts) as box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or FOLDER
        checked(box.select(f'"{folder}"'))
        yield box


def connected(parts: SplitResult) -> imaplib.IMAP4:
    """By TLS only with a server that the system's authorities vouch for, or those of ``SSL_CERT_FILE``."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S)
    box = imaplib.IMAP4(host, port, timeout=TIMEOUT_S)
    if parts.scheme == "imap+starttls":
        if "STARTTLS" not in box.capabilities:
            box.shutdown()
            raise MailboxFailed(not_safe(_("serwer nie proponuje szyfrowania")))
        box.starttls(ssl.create_default_context())
    return box


def unread(box: imaplib.IMAP4) -> list[str]:
    """Reports that nobody has read, the newest first."""
    [found, *_rest] = checked(box.uid("SEARCH", "UNSEEN", "HEADER", "Content-Type", "report")) or [b""]
    numbers = sorted(map(int, filter(bytes.isdigit, (found or b"").split())), reverse=True)
    return [str(number) for number in numbers[:MOST]]


def take_in(box: imaplib.IMAP4, uid: str) -> int:
    """Written first and marked after: a report that is read twice changes nothing."""
    parts = checked(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
    ours = [bounces.take_in(one, at=timezone.now()) for one in dsn.read(content)]
    if any(ours):
        checked(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
    return sum(ours)


def checked[Answer](answer: tuple[str, list[Answer]]) -> list[Answer]:
    """Raises imaplib.IMAP4.error where the server says no."""
    status, said = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return said

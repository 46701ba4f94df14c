"""E-mail by Django's backend, an SMTP server or a service of django-anymail; one click unsubscribes (RFC 8058).

Nobody can be asked whether a mail went out. One is handed over at a time; where its answer is lost a person decides.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anymail.exceptions import (  # type: ignore[import-untyped]
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _
from django.utils.translation import override

from services.notifications.channels import returns
from services.notifications.channels.base import Fate, Letter, Outcome

NO_SUCH_BOX = frozenset({550, 551, 553})
LONGEST_NUMBER = 200
AUTHENTICATION = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class Mail:
    """The office's mail server, for a run of letters."""

    connection: BaseEmailBackend

    def send(self, letter: Letter) -> Outcome:
        try:
            self.connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return of_server(error)
        try:
            self.connection.send_messages([mail := mail_of(letter)])
        except (OSError, smtplib.SMTPException, AnymailError) as error:
            return of_letter(error)
        except ValueError:  # an address or a head that no mail can have: nothing was said
            return Outcome(Fate.WRONG, error="adres albo tytuł nie do użycia")
        return Outcome(Fate.ACCEPTED, provider_id=number_of(mail))


def number_of(mail: EmailMessage) -> str:
    """By which a service of django-anymail speaks of the letter later; a server of mail has none."""
    number = getattr(getattr(mail, "anymail_status", None), "message_id", None)
    return number[:LONGEST_NUMBER] if isinstance(number, str) else ""


def of_letter(error: Exception) -> Outcome:
    """Where the talk broke off nobody knows whether the letter went."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return of_recipient(max((code for code, _text in refused.values()), default=550))
        case smtplib.SMTPResponseException(smtp_code=code) if spoken(code):
            return of_status(code)
        case AnymailRecipientsRefused():
            return Outcome(Fate.GONE, error="adres odrzucony")
        case AnymailAPIError(status_code=status):
            return of_service(status)
    return Outcome(Fate.UNSURE, error=type(error).__name__)


def of_server(error: Exception) -> Outcome:
    """Nothing was said yet."""
    code = getattr(error, "smtp_code", None)
    return Outcome(Fate.REFUSED if code in AUTHENTICATION else Fate.LATER, spoken(code), error=type(error).__name__)


def of_recipient(code: int) -> Outcome:
    if code in NO_SUCH_BOX:
        return Outcome(Fate.GONE, code, error="nie ma takiej skrzynki")
    return of_status(code)


def of_status(code: int) -> Outcome:
    if code in AUTHENTICATION:
        return Outcome(Fate.REFUSED, code, error="odmowa dostępu")
    return Outcome(Fate.LATER if code < 500 else Fate.WRONG, spoken(code), error="serwer poczty odmówił")


def spoken(code: int | None) -> int | None:
    """None for -1 of ``smtplib``: the server said something that is no answer."""
    return code if code and code > 0 else None


def of_service(status: int | None) -> Outcome:
    if status is None:
        return Outcome(Fate.UNSURE, error="brak odpowiedzi")
    if status in {401, 403}:
        return Outcome(Fate.REFUSED, status, error="odmowa dostępu")
    return Outcome(Fate.LATER if status == 429 or status >= 500 else Fate.WRONG, status, error="usługa odmówiła")


def mail_of(letter: Letter) -> EmailMessage:
    with override(letter.language):
        whole = _("Cała wiadomość: %(address)s") % {"address": letter.address}
        leave = _("Nie chcesz takich wiadomości? Wypisz się: %(address)s") % {"address": letter.unsubscribe}
    domain = returns.office()[1]
    headers = {
        "Message-ID": f"<{letter.key}@{domain}>", "List-Unsubscribe": f"<{letter.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated",
    }  # fmt: skip
    envelope = returns.sender_of(letter.key)
    if envelope is not None:
        headers["From"] = settings.DEFAULT_FROM_EMAIL  # people see the office, servers answer to the letter
    text = "\n\n".join(filter(None, (letter.body, whole, leave)))
    return EmailMessage(letter.title, f"{text}\n", envelope, to=[letter.to], headers=headers)


@contextmanager
def opened_for_run() -> Iterator[Mail]:
    connection: BaseEmailBackend = mailers.default
    try:
        yield Mail(connection)
    finally:
        connection.close()

"""How django-allauth does things here: our words, our log of sign-ins, our encryption of secrets."""

import logging
from io import BytesIO
from smtplib import SMTPException
from typing import Any, ClassVar
from urllib.parse import urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from anymail.exceptions import AnymailError  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from services.identity import journal, letters
from services.identity.access import enter, has_just_entered
from services.identity.base import PASSKEYS, PASSWORDS, PROVIDERS, Proof
from services.identity.client import known_address
from services.identity.factors import MEANS, factors_of
from services.identity.models import Identity, User
from services.identity.protected import opened, sealed

LOGGER = logging.getLogger(__name__)

#: other ways to show that it is the same person
WAYS = {
    "reauthenticate": _("Podaj hasło"),
    "mfa_reauthenticate": _("Podaj kod z aplikacji"),
    "mfa_reauthenticate:webauthn": _("Użyj klucza"),
    "node": _("Potwierdź tożsamość przez login.gov.pl"),
}


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Registration, sign-in and e-mails of accounts."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Za dużo nieudanych prób. Odczekaj kilka minut i spróbuj jeszcze raz."),
        "rate_limited": _("Za dużo prób. Odczekaj chwilę i spróbuj jeszcze raz."),
        "enter_current_password": _("Obecne hasło jest inne. Wpisz je jeszcze raz."),
        "incorrect_password": _("Hasło jest błędne. Wpisz je jeszcze raz."),
        "incorrect_code": _("Kod jest błędny albo już wygasł. Wpisz kod, który widzisz teraz."),
        "invalid_password_reset": _("Ten odnośnik już nie działa. Poproś o nowy."),
        "email_taken": _("Ten adres ma już inne konto."),
        "same_as_current": _("To jest Twój obecny adres. Wpisz inny."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Without e-mail nobody could confirm an address."""
        return bool(settings.EMAIL_WORKS)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A closed account is answered as a wrong password. Raises ValidationError for too many tries."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None or user.is_active:
            return user
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        login = credentials.get("username", "")
        user = get_user_by_username(login) or next(iter(filter_users_by_email(login)), None)
        journal.write(request, user=user, provider=PASSWORDS.code)

    def login(self, request: HttpRequest, user: User) -> None:
        by_key = any(step.get("passwordless") for step in get_authentication_records(request, user))
        means = request.session.pop(MEANS, "")
        enter(request, Proof(user, {}), provider=PASSKEYS if by_key else PASSWORDS, means=means)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        return not has_just_entered(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who came by the node may have nothing else to show."""
        ways = super().get_reauthentication_methods(user)
        node = Identity.Kind.NODE.value
        if any(way.code == node for way in PROVIDERS) and Identity.objects.filter(user_id=user.pk, kind=node).exists():
            ways = [*ways, {"id": node, "url": reverse("portal:sign-in", args=[node])}]
        return [way | {"description": WAYS[way["id"]]} for way in ways]

    def get_login_stages(self) -> list[str]:
        ours = f"{Confirmation.__module__}.{Confirmation.__qualname__}"
        return [ours if stage.endswith(".EmailVerificationStage") else stage for stage in super().get_login_stages()]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom limits are counted for; what is no address is counted together."""
        return known_address(request.META) or "unknown"

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return letters.address(request, reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        if url := context.get("password_reset_url"):
            context = context | {"password_reset_url": letters.address(self.request, urlsplit(url).path)}
        subject, body = letters.written(template_prefix, context)
        return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [email], headers=headers)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Of a change that was made already, so a server of e-mail that takes no letter holds nothing up; of a new
        address the former one is told.
        """
        if not settings.EMAIL_WORKS:
            return
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except (OSError, SMTPException, AnymailError) as fault:
            LOGGER.warning("No word of a change of an account went: %s", type(fault).__name__)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, message: str = "",
        **more: Any,
    ) -> None:  # fmt: skip
        """Only what we have words for is said; e-mail addresses are not repeated."""
        if text := message or letters.NEWS.get(message_template or ""):
            messages.add_message(request, level, str(text))


class Confirmation(EmailVerificationStage):  # type: ignore[misc]
    """An address that a person gave must be confirmed; for accounts that the office made it has vouched."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user is not None and not EmailAddress.objects.filter(user=user).exists():
            given = EmailAddress(user=user, email=user.email.lower(), verified=True, primary=True)
            EmailAddress.objects.bulk_create([given] if user.email else [], ignore_conflicts=True)
            return None, True
        if user is not None and user.roles.exists():
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors; secrets lie encrypted under ``MIEDZA_PERSON_KEY``."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "incorrect_code": Accounts.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _("Konto pracownika musi mieć drugi składnik. Dodaj najpierw inny."),
    }

    def encrypt(self, text: str) -> str:
        return sealed(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text.encode())

    def build_totp_svg(self, url: str) -> str:
        """On white, so that a telephone reads it from a dark page too."""
        picture = BytesIO()
        segno.make(url, micro=False, error="m").save(picture, kind="svg", scale=4, border=4, light="#fff")
        return picture.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        has_another = factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()
        return has_another or not authenticator.user.roles.exists()

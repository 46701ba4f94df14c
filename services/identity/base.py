"""The contract of a way to sign in, and accounts of our own: by a password or a passkey (django-allauth).

The national node (login.gov.pl) will be another ``SignInProvider`` of the level ``TRUSTED``. Whoever adds it calls
``services.identity.access.enter`` with what ``finish`` has proved; services ask only for the level of the session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol
from unicodedata import normalize
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from services.identity.models import User
from spatial.ogc.text import Text


class Level(IntEnum):
    """How sure the office is of who is there; a higher one may do all that a lower one may."""

    ACCOUNT = 1  #: knows the password of an account
    LINKED = 2  #: an account that an activation code has linked with a customer of the office
    TRUSTED = 3  #: identified by the national node: trusted profile, e-ID, bank


class Acting(StrEnum):
    """For whom the person acts (``services.parties.acting``)."""

    PERSON = "person"  #: for themselves, or for another person by a mandate
    ORGANISATION = "organisation"  #: for a firm or an institution


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has signed in, as the provider says: the account and identifiers (``login``, later ``pesel``)."""

    user: User
    identifiers: Mapping[str, str]


class SignInProvider(Protocol):
    """One way of signing in."""

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def level(self) -> Level: ...

    def start(self, request: HttpRequest, *, back: str) -> HttpResponse:
        """Sends the person to where they sign in; ``back`` is an address of ours to return to."""

    def finish(self, request: HttpRequest) -> Proof | None:
        """What the answer proves; None where it proves nothing. Signs nobody in."""


class Passwords:
    """Accounts of the portal, by login or e-mail."""

    code = "password"
    title = Text("Konto w portalu", "Account in the portal")
    level = Level.ACCOUNT

    def start(self, request: HttpRequest, *, back: str) -> HttpResponse:
        return redirect(f"{reverse('portal:login')}?{urlencode({'next': back})}")

    def finish(self, request: HttpRequest) -> Proof | None:
        """Raises django.core.exceptions.ValidationError for too many wrong ones."""
        login = normalize("NFKC", request.POST.get("username", "")).strip()
        user = get_adapter(request).authenticate(request, username=login, password=request.POST.get("password", ""))
        return Proof(user, {"login": login}) if isinstance(user, User) else None


class Passkeys:
    """Keys of accounts of the portal; the library asks for them on the same page and checks the answer itself."""

    code = "passkey"
    title = Text("Klucz dostępu", "Passkey")
    level = Level.ACCOUNT

    def start(self, request: HttpRequest, *, back: str) -> HttpResponse:
        return PASSWORDS.start(request, back=back)

    def finish(self, request: HttpRequest) -> Proof | None:
        return None


PASSWORDS: SignInProvider = Passwords()
PASSKEYS: SignInProvider = Passkeys()
#: all ways of signing in that have a page of their own
PROVIDERS: list[SignInProvider] = [PASSWORDS]

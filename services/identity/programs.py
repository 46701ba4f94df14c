"""Keys of programs: how QGIS edits a register for a member of staff, who has shown a second factor once for it.

A key is for one program and one municipality, ends by itself, is told once and kept as a fingerprint. It stands on
what the person may and has at the moment of use, and what it stood on and lost does not come back.
"""

import logging
from datetime import datetime, timedelta
from secrets import token_hex
from smtplib import SMTPException
from typing import Any, NoReturn

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from anymail.exceptions import AnymailError  # type: ignore[import-untyped]
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from services.identity import journal, letters
from services.identity.access import STRICT_IDLENESS
from services.identity.base import Level
from services.identity.client import known_address
from services.identity.factors import factors_of
from services.identity.models import ProgramKey, SignIn, StaffRole, User
from services.identity.protected import fingerprint
from spatial.errors import Conflict, Refused, ServiceError
from spatial.ogc.editing import Editor, Unauthorized
from spatial.ogc.registry import collections

LOGGER = logging.getLogger(__name__)
PREFIX, SECRET_BYTES = "miedza_", 24  #: a sign for programs that look for keys in files; bytes of chance
LONGEST_DAYS, USUAL_DAYS = 365, 90
#: counted tries with keys that are none (``ACCOUNT_RATE_LIMITS``)
TRIES = "program_key"
NOTED_EACH = timedelta(minutes=1)
REMINDED = timedelta(days=14)
DEMO_KEY = "miedza_klucz-przykladowy"  #: of the demo, known to everybody; accounts exist in demo mode only


class TooManyTries(ServiceError):
    """Programs of this address, or of this login, have shown too many keys that are none."""

    code = "too-many-tries"
    status = 429


def editable_by(user: User) -> frozenset[str]:
    """TERYT codes of the municipalities where some open collection lets the person edit."""
    ours = [held.editing.may(user) for held in collections if held.editing]
    return frozenset().union(*ours)


@transaction.atomic
def make(*, user: User, municipality: str, name: str, days: int, at: datetime) -> tuple[ProgramKey, str]:
    """The row, and the key itself, which nobody can read again.

    municipality: TERYT; days: of validity, 1 to LONGEST_DAYS
    Raises Refused where the person may not edit, Conflict for the name of another key that works.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if municipality not in editable_by(user) or not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("Klucz może mieć tylko pracownik, który prowadzi rejestry tej gminy, najwyżej na rok."))
    if ProgramKey.objects.alive(at).filter(user=user, name=name).exists():
        raise Conflict(_("Masz już działający klucz o tej nazwie. Wpisz inną albo wycofaj tamten."))
    secret = PREFIX + token_hex(SECRET_BYTES)
    key = ProgramKey.objects.create(
        user=user, municipality_id=municipality, name=name, fingerprint=fingerprint(secret), made_at=at,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip
    return key, secret


def withdraw(key: ProgramKey, *, at: datetime) -> None:
    """It opens nothing any more; a second time changes nothing."""
    ProgramKey.objects.filter(pk=key.pk, withdrawn_at=None).update(withdrawn_at=at)


def editor_of(request: HttpRequest, login: str, secret: str) -> Editor:
    """Whom the program edits for (``settings.OGC_SIGN_IN``); ``login`` is "" where it gives the key alone.

    Wrong keys of others do not hold up one that works: nobody guesses 192 bits. Raises Unauthorized with what to do,
    TooManyTries.
    """
    if not secret.startswith(PREFIX):
        raise Unauthorized(_("Program potrzebuje klucza zamiast hasła. Zrób go na stronie „Klucze programów” konta."))
    now = timezone.now()
    key = ProgramKey.objects.select_related("user").filter(fingerprint=fingerprint(secret)).first()
    if key is None or not is_login_of(key.user, login):
        refuse(request, login=login, user=called(login))
    if key.withdrawn_at or key.expires_at <= now or not is_founded(key):
        refuse(request, login=login, user=key.user, name=key.name)
    note_use(request, key, at=now)
    return Editor(key.user, key.municipality_id)


def called(login: str) -> User | None:
    """By login or e-mail, as on the page of sign-in."""
    named = User.objects.filter(Q(username__iexact=login) | Q(email__iexact=login))
    return named.first() if login else None


def is_login_of(user: User, login: str) -> bool:
    return login.casefold() in {"", user.username.casefold(), user.email.casefold()}


def is_founded(key: ProgramKey) -> bool:
    """The person is there, may edit, and has the second factor that the office asks for."""
    has_factor = not settings.STAFF_SECOND_FACTOR or factors_of(key.user).exists()
    return key.user.is_active and has_factor and key.municipality_id in editable_by(key.user)


def refuse(request: HttpRequest, *, login: str, user: User | None, name: str = "") -> NoReturn:
    """One answer to all that can be wrong with a key. Raises Unauthorized, TooManyTries."""
    if not ratelimit.consume(request, action=TRIES, key=login.lower() or get_adapter(request).get_client_ip(request)):
        raise TooManyTries(_("Za dużo nieudanych prób. Odczekaj kilka minut i spróbuj jeszcze raz."))
    journal.write(request, user=user, provider=SignIn.Provider.PROGRAM, means=name)
    raise Unauthorized(_("Ten klucz nie działa. Zrób nowy na stronie „Klucze programów” swojego konta."))


def note_use(request: HttpRequest, key: ProgramKey, *, at: datetime) -> None:
    """A pause or another address makes a new sign-in, one line of the log; of two at once one writes it."""
    address = known_address(request.META)
    is_new = key.used_at is None or at - key.used_at > STRICT_IDLENESS or key.used_from != address
    if key.used_at and not is_new and at - key.used_at < NOTED_EACH:
        return
    was = ProgramKey.objects.filter(pk=key.pk, used_at=key.used_at)
    if was.update(used_at=at, used_from=address) and is_new:
        journal.write(request, user=key.user, provider=SignIn.Provider.PROGRAM, means=key.name, level=Level.ACCOUNT)


@receiver(post_delete, sender=StaffRole)
@receiver(post_delete, sender=Authenticator)
def withdraw_unfounded(instance: StaffRole | Authenticator, **_: Any) -> None:
    """What keys stood on is gone: they do not come back with it."""
    now = timezone.now()
    for key in ProgramKey.objects.alive(now).filter(user=instance.user_id).select_related("user"):
        if not is_founded(key):
            withdraw(key, at=now)


@receiver(post_save, sender=User)
def withdraw_of_blocked(instance: User, **_: Any) -> None:
    if not instance.is_active:
        ProgramKey.objects.filter(user=instance, withdrawn_at=None).update(withdrawn_at=timezone.now())


def remind(*, at: datetime) -> int:
    """Writes to people whose keys end soon, once about each key; how many letters went.

    A letter that the server of e-mail does not take is tried again the next day.
    """
    sent = 0
    for user in User.objects.exclude(email="").filter(program_keys__in=unmentioned(at)).distinct():
        try:
            sent += remind_person(user, at=at)
        except (OSError, SMTPException, AnymailError) as fault:
            LOGGER.warning("No reminder of a program's key went: %s", type(fault).__name__)
    return sent


@transaction.atomic
def remind_person(user: User, *, at: datetime) -> bool:
    """One letter about the first day. Raises what sending raises, and then nothing was mentioned."""
    keys = list(unmentioned(at).filter(user=user).select_for_update().order_by("expires_at"))
    if not keys:
        return False
    ProgramKey.objects.filter(pk__in=[key.pk for key in keys]).update(reminded_at=at)
    with override(settings.LANGUAGE_CODE):
        day = date_format(timezone.localtime(keys[0].expires_at), "j E Y")
        told = {"day": day, "address": settings.SITE + reverse("program_keys")}
        subject, body = letters.written("identity/email/program_key_ends", told)
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
    return True


def ending(user: User, *, at: datetime) -> QuerySet[ProgramKey]:
    """Keys of the person that end within REMINDED, the next first."""
    return ProgramKey.objects.alive(at).filter(user=user, expires_at__lte=at + REMINDED).order_by("expires_at")


def unmentioned(at: datetime) -> QuerySet[ProgramKey]:
    """Keys that end within REMINDED and whose people do not know it yet; who made one for so short a time knows."""
    soon = ProgramKey.objects.alive(at).filter(expires_at__lte=at + REMINDED, reminded_at=None)
    return soon.filter(expires_at__gt=F("made_at") + REMINDED)


def forget(*, at: datetime) -> int:
    """Keys that ended as long ago as the log of sign-ins is kept; how many went."""
    gone = at - journal.KEPT
    return ProgramKey.objects.filter(Q(withdrawn_at__lt=gone) | Q(expires_at__lt=gone)).delete()[0]


def give_demo_key(user: User, *, municipality: str, at: datetime) -> None:
    """The key that everybody knows, good for a year from now."""
    ProgramKey.objects.update_or_create(
        fingerprint=fingerprint(DEMO_KEY),
        defaults={
            "user": user, "municipality_id": municipality, "name": "Przykładowy program", "withdrawn_at": None,
            "made_at": at, "expires_at": at + timedelta(days=LONGEST_DAYS),
        },
    )  # fmt: skip

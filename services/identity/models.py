"""Accounts and roles. Sign-in by the national node comes beside the password, not instead of this model."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from spatial.municipalities.models import Municipality


class User(AbstractUser):
    """A person: resident or member of staff; what staff may do stands in StaffRole."""

    class Meta:
        verbose_name = "konto"
        verbose_name_plural = "konta"

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Identity(models.Model):
    """One way in which an account is known outside; an account may have several, merged only after both proofs."""

    class Kind(models.TextChoices):
        NODE = "node", "Węzeł Krajowy"

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    kind = models.CharField("sposób", max_length=10, choices=Kind)
    subject = models.CharField("odcisk", max_length=64)  #: of the PESEL or eIDAS identifier (``protected.fingerprint``)
    level = models.PositiveSmallIntegerField("poziom")  #: ``base.Level``
    means = models.CharField("środek", max_length=100, blank=True)  #: who has identified the person, "pz.gov.pl"
    first_at = models.DateTimeField("pierwszy raz")
    last_at = models.DateTimeField("ostatnio")

    objects: ClassVar[models.Manager["Identity"]] = models.Manager()

    class Meta:
        verbose_name = "tożsamość"
        verbose_name_plural = "tożsamości"
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class StaffRole(models.Model):
    """One role of one person in one municipality; two municipalities are two controllers of data."""

    class Role(models.TextChoices):
        PLANNER = "planner", "planista"
        REGISTER_KEEPER = "register-keeper", "prowadzący rejestry"
        TAX_CLERK = "tax-clerk", "podatki i opłaty"
        ADDRESS_CLERK = "address-clerk", "numeracja porządkowa"
        CLERK = "clerk", "kancelaria i sprawy ogólne"
        DATA_PROTECTION = "data-protection", "inspektor ochrony danych"

    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="staff")
    role = models.CharField("rola", max_length=20, choices=Role)
    job_title = models.CharField("stanowisko", max_length=150)

    objects: ClassVar[models.Manager["StaffRole"]] = models.Manager()

    class Meta:
        verbose_name = "rola pracownika"
        verbose_name_plural = "role pracowników"
        constraints = [models.UniqueConstraint(fields=["user", "municipality", "role"], name="one_role_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.municipality_id}"


class SignIn(models.Model):
    """One sign-in or a failed try, kept two years (KRI § 20); of an unknown login not even the login is written."""

    class Provider(models.TextChoices):
        PASSWORD = "password", _("hasło")
        PASSKEY = "passkey", _("klucz")
        NODE = "node", _("Węzeł Krajowy")
        PROGRAM = "program", _("klucz programu")

    class Means(models.TextChoices):
        TOTP = "totp", _("kod z aplikacji")
        WEBAUTHN = "webauthn", _("klucz")
        RECOVERY_CODE = "recovery_codes", _("kod zapasowy")

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", null=True)
    at = models.DateTimeField("kiedy")
    is_successful = models.BooleanField("udane")
    provider = models.CharField("sposób", max_length=20)  #: code of a ``SignInProvider``, or the passkey
    means = models.CharField(
        "drugi składnik", max_length=100, blank=True
    )  #: ``Means``, what the node says, name of a program
    level = models.PositiveSmallIntegerField("poziom", default=0)  #: ``base.Level``; 0 of a failed one
    address = models.GenericIPAddressField("adres IP", null=True)

    objects: ClassVar[models.Manager["SignIn"]] = models.Manager()

    class Meta:
        verbose_name = "logowanie"
        verbose_name_plural = "logowania"
        indexes = [
            models.Index(fields=["user", "-at"], name="identity_signin_of_user"),
            models.Index(fields=["at"], name="identity_signin_at"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.user_id} {self.at}"

    @property
    def provider_name(self) -> str:
        return str(dict(self.Provider.choices).get(self.provider, self.provider))

    @property
    def means_name(self) -> str:
        return str(dict(self.Means.choices).get(self.means, self.means))


class Session(AbstractBaseSession):
    """A session that knows whose it is, so that people see where they are signed in (``devices``)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", null=True)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "sesja"
        verbose_name_plural = "sesje"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from services.identity.sessions import SessionStore  # noqa: PLC0415 - stands on this module

        return SessionStore


class ProgramKeyQuerySet(models.QuerySet["ProgramKey"]):
    def alive(self, at: datetime) -> Self:
        """Neither withdrawn nor expired."""
        return self.filter(withdrawn_at=None, expires_at__gt=at)


class ProgramKey(models.Model):
    """A key by which one program edits registers of one municipality for a member of staff (``programs``)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="program_keys")
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="+")
    name = models.CharField("program", max_length=60)  # in words of the person
    fingerprint = models.CharField("odcisk", max_length=64, unique=True)  # of the key, which is not kept
    made_at = models.DateTimeField("utworzony")
    expires_at = models.DateTimeField("wygasa")
    withdrawn_at = models.DateTimeField("wycofany", null=True)
    reminded_at = models.DateTimeField("przypomniano", null=True)
    used_at = models.DateTimeField("ostatnio użyty", null=True)
    used_from = models.GenericIPAddressField("z adresu IP", null=True)

    objects = ProgramKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "klucz programu"
        verbose_name_plural = "klucze programów"

    def __str__(self) -> str:
        return f"{self.user_id} {self.municipality_id} {self.made_at}"

"""Accounts and roles. Sign-in by the national node comes beside the password, not instead of this model."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

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

"""Letters that came in and went out, and the units of the office that they belong to."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from services.cases.models import Case, CaseEvent
from services.correspondence.posting_numbers import readable
from services.documents.models import IssuedDocument
from spatial.municipalities.models import Municipality


class UnitQuerySet(models.QuerySet["OrganisationalUnit"]):
    def valid(self, on: date) -> Self:
        """Units there are on the day; ``valid_to`` is exclusive."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


class OrganisationalUnit(models.Model):
    """A unit of the office by the symbol that numbers begin with; a unit that is renamed gets a new row."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="office_units")
    symbol = models.CharField("symbol", max_length=12)  # "GP"
    name = models.CharField("nazwa", max_length=150)
    valid_from = models.DateField("od")
    valid_to = models.DateField("do", null=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "komórka organizacyjna"
        verbose_name_plural = "komórki organizacyjne"
        constraints = [models.UniqueConstraint(fields=["municipality", "symbol", "valid_from"], name="unit_dated")]

    def __str__(self) -> str:
        return f"{self.symbol}, {self.name}"


class Correspondence(models.Model):
    """One letter of the register (instrukcja kancelaryjna, Dz.U. 2011 nr 14 poz. 67); its number is never reused."""

    class Direction(models.TextChoices):
        IN = "in", _("przychodząca")
        OUT = "out", _("wychodząca")

    class Channel(models.TextChoices):
        PORTAL = "portal", _("konto w portalu")
        ADE = "ade", _("e-Doręczenia")
        EPUAP = "epuap", _("ePUAP")
        HYBRID = "hybrid", _("list hybrydowy")
        POST = "post", _("poczta")
        IN_PERSON = "in-person", _("osobiście")
        EMAIL = "email", _("e-mail")

    class Status(models.TextChoices):
        RECEIVED = "received", _("przyjęta")
        SENT = "sent", _("wysłana")
        DELIVERED = "delivered", _("doręczona")
        RETURNED = "returned", _("niedoręczona")

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="correspondence")
    unit_symbol = models.CharField("komórka", max_length=12)
    direction = models.CharField("kierunek", max_length=3, choices=Direction)
    number = models.CharField("numer", max_length=30)  # "RPW/12/2026", of its unit
    at = models.DateTimeField("wpływ albo wysłanie")
    written_on = models.DateField("data na piśmie", null=True)
    their_mark = models.CharField("znak nadawcy", max_length=60, blank=True)
    party = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="konto strony", null=True, related_name="correspondence"
    )
    party_name = models.CharField("nadawca albo adresat", max_length=200)  #: as it was called on the day
    subject = models.CharField("dotyczy", max_length=250)
    attachments = models.PositiveSmallIntegerField("liczba załączników", default=0)
    channel = models.CharField("sposób", max_length=10, choices=Channel)
    status = models.CharField("stan", max_length=10, choices=Status)
    delivered_on = models.DateField("doręczono", null=True)
    case = models.ForeignKey(Case, models.PROTECT, verbose_name="sprawa", null=True, related_name="correspondence")
    document = models.ForeignKey(
        IssuedDocument, models.PROTECT, verbose_name="dokument", null=True, related_name="correspondence"
    )
    #: whose words it carries
    event = models.ForeignKey(CaseEvent, models.PROTECT, verbose_name="zdarzenie", null=True, related_name="letters")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="wpisał", null=True, related_name="+"
    )

    objects: ClassVar[models.Manager["Correspondence"]] = models.Manager()

    class Meta:
        verbose_name = "pismo"
        verbose_name_plural = "dziennik korespondencji"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number", "unit_symbol"], name="letter_number_once")
        ]
        indexes = [
            models.Index(fields=["municipality", "-at", "-id"], name="letters_of_office"),
            models.Index(fields=["party", "-at"], name="letters_of_party"),
            GinIndex(OpClass(Upper("subject"), "gin_trgm_ops"), name="letter_subject_words"),
            GinIndex(OpClass(Upper("party_name"), "gin_trgm_ops"), name="letter_party_words"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_symbol} {self.number}"

    @property
    def posting_number(self) -> str:
        """On the label of what carries it now, as people read it; empty where it has none."""
        return readable(next((one.posting_number for one in self.shipments.all() if not one.is_superseded), ""))

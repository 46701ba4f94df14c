"""Dated rates, and what is due in a case. Amounts are whole grosze."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from services.cases.models import Case
from spatial.municipalities.models import Municipality
from spatial.words import polish_money


class FeeRateQuerySet(models.QuerySet["FeeRate"]):
    def on(self, day: date) -> Self:
        """One row for each code and municipality: the last that has begun by the day."""
        begun = self.filter(valid_from__lte=day)
        return begun.order_by("code", "municipality", "-valid_from").distinct("code", "municipality")

    def for_office(self, municipality: Municipality, day: date) -> Self:
        """One row for each code: the municipality's own, otherwise the one of the country."""
        own_first = F("municipality").asc(nulls_last=True)
        begun = self.filter(Q(municipality=municipality) | Q(municipality=None), valid_from__lte=day)
        return begun.order_by("code", own_first, "-valid_from").distinct("code")


class FeeRate(models.Model):
    """An amount from a day on: of one municipality, or of the whole country where none is named."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", null=True, related_name="+")
    code = models.CharField("kod", max_length=40)  # "zaswiadczenie"; e-services name it
    title = models.CharField("tytuł", max_length=150)
    amount_gr = models.PositiveIntegerField("kwota [gr]")
    valid_from = models.DateField("od")
    source = models.CharField("podstawa", max_length=200)

    objects = FeeRateQuerySet.as_manager()

    class Meta:
        verbose_name = "stawka opłaty"
        verbose_name_plural = "stawki opłat"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code", "valid_from"], nulls_distinct=False, name="fee_rate_dated"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.amount}"

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)


class Due(models.Model):
    """One sum to be paid in a case. It is paid whole or not at all; an exemption says why nothing is to be paid."""

    class How(models.TextChoices):
        CASH = "cash", _("w kasie urzędu")
        TRANSFER = "transfer", _("przelewem")
        ONLINE = "online", _("płatnością w internecie")

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, verbose_name="sprawa", related_name="dues")
    title = models.CharField("tytuł", max_length=250)
    basis = models.CharField("podstawa", max_length=200, blank=True)
    amount_gr = models.PositiveIntegerField("kwota [gr]", null=True)  #: None: no rate was known on the day
    due_on = models.DateField("termin")
    exemption = models.CharField("zwolnienie", max_length=300, blank=True)
    paid_gr = models.PositiveIntegerField("zapłacono [gr]", default=0)
    paid_on = models.DateField("dzień zapłaty", null=True)
    how = models.CharField("sposób", max_length=10, choices=How, blank=True)
    number = models.CharField("numer dowodu", max_length=60, blank=True)
    refunded_on = models.DateField("dzień zwrotu", null=True)  #: stamp-duty act, art. 9: the act was not made
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="zapisał", null=True, related_name="+"
    )

    objects: ClassVar[models.Manager["Due"]] = models.Manager()

    class Meta:
        verbose_name = "należność"
        verbose_name_plural = "należności"
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_on=None, paid_gr=0) | Q(paid_on__isnull=False, paid_gr=F("amount_gr"), exemption=""),
                name="due_paid_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.amount}"

    @property
    def amount(self) -> str:
        """As it is written; a sum that nobody knows yet is said to be so."""
        return str(_("kwotę ustali urząd")) if self.amount_gr is None else polish_money(self.amount_gr)

    @property
    def is_settled(self) -> bool:
        return self.paid_on is not None or bool(self.exemption)

    @property
    def left_gr(self) -> int:
        """Still to be paid, as far as it is known."""
        return 0 if self.is_settled else self.amount_gr or 0

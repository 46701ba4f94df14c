"""Dated rates, and what is due in a case. Amounts are whole grosze."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from services.cases.models import Case
from services.parties.models import PartyLink
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


class MandateRuleQuerySet(models.QuerySet["MandateRule"]):
    def is_once(self, municipality: Municipality, on: date) -> bool:
        """Whether one document is taxed once in the office: its own rule on the day, otherwise the country's."""
        rows = self.filter(Q(municipality=municipality) | Q(municipality=None), valid_from__lte=on)
        found = rows.order_by(F("municipality").asc(nulls_last=True), "-valid_from").first()
        return found is None or found.taxed == MandateRule.Taxed.ONCE


class MandateRule(models.Model):
    """How often an office takes the stamp duty on one document of a mandate, from a day on; sources differ."""

    class Taxed(models.TextChoices):
        ONCE = "once", _("raz, gdy dokument trafia do urzędu")
        EACH_CASE = "each-case", _("w każdej sprawie")

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", null=True, related_name="+")
    taxed = models.CharField("ile razy", max_length=10, choices=Taxed)
    valid_from = models.DateField("od")
    source = models.CharField("podstawa", max_length=200)

    objects = MandateRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "zasada opłaty za pełnomocnictwo"
        verbose_name_plural = "zasady opłaty za pełnomocnictwo"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "valid_from"], nulls_distinct=False, name="mandate_rule_dated"
            )
        ]

    def __str__(self) -> str:
        return f"{self.taxed} {self.valid_from}"


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
    #: whose document is taxed
    mandate = models.ForeignKey(
        PartyLink, models.PROTECT, verbose_name="pełnomocnictwo", null=True, related_name="dues"
    )
    paid_gr = models.PositiveIntegerField("zapłacono [gr]", default=0)
    paid_on = models.DateField("dzień zapłaty", null=True)
    how = models.CharField("sposób", max_length=10, choices=How, blank=True)
    number = models.CharField("numer dowodu", max_length=60, blank=True)
    refunded_gr = models.PositiveIntegerField("zwrócono [gr]", default=0)
    refunded_on = models.DateField("dzień zwrotu", null=True)  #: of the last one
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
            ),
            models.CheckConstraint(
                condition=Q(refunded_on=None, refunded_gr=0)
                | Q(refunded_on__isnull=False, refunded_gr__gt=0, refunded_gr__lte=F("paid_gr")),
                name="due_refunded_of_paid",
            ),
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
    def is_refunded(self) -> bool:
        """Whether all of it has gone back."""
        return self.refunded_on is not None and self.refunded_gr == self.paid_gr

    @property
    def refunded(self) -> str:
        return polish_money(self.refunded_gr)

    @property
    def returnable(self) -> str:
        """What may still go back."""
        return polish_money(self.paid_gr - self.refunded_gr)

    @property
    def left_gr(self) -> int:
        """Still to be paid, as far as it is known."""
        return 0 if self.is_settled else self.amount_gr or 0

"""Statements as the bank gave them, what became of each line, and individual accounts that tell who pays.

Lines hold names, titles and accounts of people: they stand in no log, address or ``repr``.
"""

from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from data.bank.nrb import is_mask
from services.payments.ledger.models import BankAccount, Charge, Operation
from spatial.municipalities.models import Municipality
from spatial.words import polish_money, polish_number


def refuse_wrong_mask(mask: str) -> None:
    """Raises ValidationError unless it is 8 digits of the bank and 2 to 14 of the payee's code."""
    if not is_mask(mask):
        raise ValidationError(_("Podaj od 10 do 22 cyfr: numer banku i kod nadany przez bank."))


class AccountMask(models.Model):
    """How the individual accounts of one bank account begin; the bank gives it with the contract."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="rachunek bankowy", related_name="masks")
    mask = models.CharField("początek numeru", max_length=22, unique=True, validators=[refuse_wrong_mask])

    objects: ClassVar[models.Manager["AccountMask"]] = models.Manager()

    class Meta:
        verbose_name = "maska rachunków indywidualnych"
        verbose_name_plural = "maski rachunków indywidualnych"

    def __str__(self) -> str:
        return self.mask


class IndividualAccount(models.Model):
    """A number that tells by itself who pays or for what. It is never given to another, nor taken away."""

    mask = models.ForeignKey(AccountMask, models.PROTECT, verbose_name="maska", related_name="accounts")
    number = models.PositiveBigIntegerField("numer własny")
    nrb = models.CharField("numer rachunku", max_length=26, unique=True)
    charge = models.ForeignKey(Charge, models.PROTECT, verbose_name="należność", null=True, related_name="+")
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="płatnik", null=True, related_name="+"
    )

    objects: ClassVar[models.Manager["IndividualAccount"]] = models.Manager()

    class Meta:
        verbose_name = "rachunek indywidualny"
        verbose_name_plural = "rachunki indywidualne"
        constraints = [
            models.UniqueConstraint(fields=["mask", "number"], name="individual_account_number_once"),
            models.UniqueConstraint(fields=["mask", "charge"], name="individual_account_of_charge_once"),
            models.UniqueConstraint(fields=["mask", "payer"], name="individual_account_of_payer_once"),
            models.CheckConstraint(condition=Q(charge=None) ^ Q(payer=None), name="individual_account_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.mask_id} {self.pk}"


class BankStatement(models.Model):
    """One statement of one account, kept whole and once."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="statements")
    nrb = models.CharField("rachunek", max_length=26)
    number = models.CharField("numer", max_length=40)
    from_on = models.DateField("od")
    to_on = models.DateField("do")
    currency = models.CharField("waluta", max_length=3)
    opening_gr = models.BigIntegerField("saldo początkowe [gr]", null=True)  #: None: the format has no balances
    closing_gr = models.BigIntegerField("saldo końcowe [gr]", null=True)
    turnover = models.CharField("odcisk kwot", max_length=64)  #: SHA-256 of the amounts, whatever their order
    form = models.CharField("format", max_length=10)  # "mt940", "camt.053", "elixir-o"
    file_name = models.CharField("plik", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    imported_at = models.DateTimeField("wczytano")
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="wczytał(a)", null=True, related_name="+"
    )

    objects: ClassVar[models.Manager["BankStatement"]] = models.Manager()

    class Meta:
        verbose_name = "wyciąg bankowy"
        verbose_name_plural = "wyciągi bankowe"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "nrb", "number", "to_on"], name="bank_statement_once")
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.number} {self.to_on}"

    @property
    def opening(self) -> str:
        return "" if self.opening_gr is None else written(self.opening_gr, self.currency)

    @property
    def closing(self) -> str:
        return "" if self.closing_gr is None else written(self.closing_gr, self.currency)


class StatementLineQuerySet(models.QuerySet["StatementLine"]):
    def to_decide(self) -> Self:
        """Lines at which a person has to look, the oldest first."""
        waiting = [StatementLine.State.SUGGESTED, StatementLine.State.EXCEPTION]
        return self.filter(state__in=waiting).order_by("booked_on", "pk")


class StatementLine(models.Model):
    """One movement of money, and what became of it."""

    class State(models.TextChoices):
        MATCHED = "matched", _("rozliczona")
        SUGGESTED = "suggested", _("jest propozycja")
        EXCEPTION = "exception", _("do wyjaśnienia")
        IGNORED = "ignored", _("pominięta")
        RETURNING = "returning", _("do zwrotu")
        RETURNED = "returned", _("zwrócona")

    class Reason(models.TextChoices):
        """Why a person has to look, or how the line was matched."""

        ACCOUNT = "account", _("po rachunku indywidualnym")
        TITLE = "title", _("po numerze w tytule")
        PAYOUT = "payout", _("wypłata operatora płatności")
        HAND = "hand", _("przez pracownika")
        SIMILAR = "similar", _("zgadza się kwota i płatnik")
        UNKNOWN = "unknown", _("nie wiadomo, czego dotyczy")
        NOTHING_OWED = "nothing-owed", _("nic nie jest do zapłaty")
        PART = "part", _("wpłata niższa od opłaty, którą płaci się w całości")
        SURPLUS = "surplus", _("wpłacono więcej, niż było do zapłaty")
        PAYOUT_DIFFERS = "payout-differs", _("wypłata operatora w innej kwocie niż zapowiedziane wpłaty")
        DEBIT = "debit", _("obciążenie rachunku")
        CURRENCY = "currency", _("obca waluta")
        DOUBT = "doubt", _("zwrot albo korekta banku")
        DOUBLED = "doubled", _("być może ta sama wpłata jest już w innym wyciągu")
        TOO_LARGE = "too-large", _("kwota zbyt duża, aby rozliczyć ją automatycznie")

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    statement = models.ForeignKey(BankStatement, models.PROTECT, verbose_name="wyciąg", related_name="lines")
    number = models.PositiveIntegerField("pozycja")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="rachunek", related_name="+")
    amount_gr = models.BigIntegerField("kwota [gr]")  #: below zero when money left the account
    currency = models.CharField("waluta", max_length=3)
    booked_on = models.DateField("zaksięgowano")
    value_on = models.DateField("data waluty")
    payer = models.CharField("płatnik", max_length=300, blank=True)
    payer_nrb = models.CharField("rachunek płatnika", max_length=26, blank=True)
    title = models.TextField("tytuł", blank=True)
    reference = models.CharField("numer operacji", max_length=60, blank=True)
    credited_nrb = models.CharField("rachunek indywidualny", max_length=26, blank=True)
    fingerprint = models.CharField("odcisk", max_length=64)  #: equal for the same movement told by another statement
    state = models.CharField("stan", max_length=10, choices=State)
    reason = models.CharField("powód", max_length=14, choices=Reason)
    is_booked = models.BooleanField("w księgach")  #: debits and foreign money never, doubtful money when it is decided
    left_gr = models.BigIntegerField("nierozliczone [gr]")  #: of the amount; once booked it lies on "do wyjaśnienia"
    suggestion = models.ForeignKey(
        Charge, models.PROTECT, verbose_name="propozycja", null=True, blank=True, related_name="+"
    )
    note = models.CharField("uzasadnienie", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="rozstrzygnął(-ęła)", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("rozstrzygnięto", null=True)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = "pozycja wyciągu"
        verbose_name_plural = "pozycje wyciągów"
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_number_once"),
            models.UniqueConstraint(fields=["municipality", "fingerprint"], name="statement_line_once"),
        ]
        indexes = [
            models.Index(
                fields=["municipality", "booked_on"],
                condition=Q(state__in=["suggested", "exception"]),
                name="statement_lines_to_decide",
            ),
            models.Index(fields=["municipality", "booked_on", "amount_gr"], name="statement_lines_of_day"),
            models.Index(fields=["municipality", "payer_nrb"], name="statement_lines_of_payer"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.number}"

    @property
    def amount(self) -> str:
        return written(self.amount_gr, self.currency)

    @property
    def left(self) -> str:
        return written(self.left_gr, self.currency)

    @property
    def key(self) -> str:
        """Of the line in the books: however often it is told, it is booked once."""
        return f"line:{self.fingerprint}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.SUGGESTED, self.State.EXCEPTION}


def written(amount_gr: int, currency: str) -> str:
    """``"17,00 zł"``, ``"−25,03 EUR"``."""
    return polish_money(amount_gr) if currency == "PLN" else f"{polish_number(Decimal(amount_gr) / 100)} {currency}"


class LineCharge(models.Model):
    """What of a line went to which charge."""

    line = models.ForeignKey(StatementLine, models.PROTECT, verbose_name="pozycja", related_name="parts")
    charge = models.ForeignKey(Charge, models.PROTECT, verbose_name="należność", related_name="bank_lines")
    amount_gr = models.PositiveIntegerField("kwota [gr]")

    objects: ClassVar[models.Manager["LineCharge"]] = models.Manager()

    class Meta:
        verbose_name = "rozliczenie pozycji"
        verbose_name_plural = "rozliczenia pozycji"
        constraints = [models.UniqueConstraint(fields=["line", "charge"], name="line_charge_once")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.charge_id}"

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)


class PayoutPart(models.Model):
    """A payment announced by an operator, brought by a line."""

    line = models.ForeignKey(StatementLine, models.PROTECT, verbose_name="pozycja", related_name="payouts")
    operation = models.OneToOneField(Operation, models.PROTECT, verbose_name="wpłata", related_name="payout")

    objects: ClassVar[models.Manager["PayoutPart"]] = models.Manager()

    class Meta:
        verbose_name = "wpłata w wypłacie operatora"
        verbose_name_plural = "wpłaty w wypłatach operatorów"

    def __str__(self) -> str:
        return f"{self.line_id} {self.operation_id}"

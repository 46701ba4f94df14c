"""Accounts of the bank and of the books, what somebody owes, and the operations that changed it.

Operations and entries only come: the database refuses changes, and at the end of a transaction an operation whose
entries do not sum to zero (migration ``only_grows``). A balance is always a sum, never a column.
"""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from services.parties.models import Party
from spatial.municipalities.models import Municipality
from spatial.words import polish_money


def refuse_wrong_nrb(nrb: str) -> None:
    """Raises ValidationError unless it is 26 digits whose check digits are right (ISO 7064, mod 97)."""
    try:
        IBAN(f"PL{nrb}")
    except SchwiftyException:
        raise ValidationError(_("To nie jest numer rachunku bankowego. Sprawdź 26 cyfr.")) from None


def grouped(nrb: str) -> str:
    """``71 1020 2892 ...``."""
    return " ".join([nrb[:2], *(nrb[at : at + 4] for at in range(2, 26, 4))])


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def valid(self, on: date) -> Self:
        """Accounts that take money on the day; ``valid_to`` is exclusive."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


class BankAccount(models.Model):
    """Where a municipality takes money of one purpose; the number is public."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="bank_accounts")
    nrb = models.CharField("numer rachunku", max_length=26, validators=[refuse_wrong_nrb])
    title = models.CharField("nazwa", max_length=150)
    purpose = models.SlugField("przeznaczenie", max_length=40)  #: ``Charge.kind`` of what is paid here: "stamp-duty"
    valid_from = models.DateField("od")
    valid_to = models.DateField("do", null=True, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "rachunek bankowy"
        verbose_name_plural = "rachunki bankowe"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "nrb", "purpose", "valid_from"], name="bank_account_purpose_dated"
            ),
            models.CheckConstraint(condition=Q(nrb__regex=r"^\d{26}$"), name="bank_account_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.written}"

    @property
    def written(self) -> str:
        """As banks print it."""
        return grouped(self.nrb)


class LedgerAccount(models.Model):
    """One account of the books of a municipality."""

    class Kind(models.TextChoices):
        RECEIVABLE = "receivable", _("należności")
        INCOME = "income", _("dochody")
        ANNOUNCED = "announced", _("wpłaty zapowiedziane")  #: the operator says so, the bank not yet
        BANK = "bank", _("rachunek bankowy")
        CASH = "cash", _("kasa")
        UNEXPLAINED = "unexplained", _("do wyjaśnienia")  #: money that fits nothing
        EXPENSE = "expense", _("koszty urzędu")  #: commissions that operators keep

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    kind = models.CharField("rodzaj", max_length=12, choices=Kind)
    bank_account = models.ForeignKey(
        BankAccount, models.PROTECT, verbose_name="rachunek bankowy", null=True, related_name="+"
    )

    objects: ClassVar[models.Manager["LedgerAccount"]] = models.Manager()

    class Meta:
        verbose_name = "konto księgowe"
        verbose_name_plural = "konta księgowe"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "bank_account"], nulls_distinct=False, name="ledger_account_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.kind}"


class ChargeQuerySet(models.QuerySet["Charge"]):
    def with_left(self) -> Self:
        """Adds ``left``: grosze still owed."""
        owed = Sum("entries__amount_gr", filter=Q(entries__account__kind=LedgerAccount.Kind.RECEIVABLE))
        return self.annotate(left=Coalesce(owed, 0))

    def unpaid(self) -> Self:
        """Charges of which something is left, the oldest first (OP art. 62 § 1)."""
        return self.with_left().filter(left__gt=0).order_by("due_on", "pk")

    def settled(self) -> Self:
        """Charges of which nothing is left."""
        return self.with_left().filter(left=0)


class Charge(models.Model):
    """What somebody owes (należność): one sum with one day to pay it by."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="charges")
    kind = models.SlugField("rodzaj", max_length=40)  # "stamp-duty"
    title = models.CharField("tytuł", max_length=250)
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="konto płatnika", null=True, related_name="charges"
    )
    #: whose it is, where the account acted for another; who speaks for all of it may pay too
    party = models.ForeignKey(Party, models.PROTECT, verbose_name="strona", null=True, related_name="charges")
    payer_name = models.CharField("płatnik", max_length=200)  #: as it was called on the day
    amount_gr = models.PositiveIntegerField("kwota [gr]")  #: first przypis; what is left is a sum of entries
    due_on = models.DateField("termin")
    bank_account = models.ForeignKey(
        BankAccount, models.PROTECT, verbose_name="rachunek bankowy", null=True, related_name="charges"
    )
    reference = models.CharField("czego dotyczy", max_length=100)  #: key of its owner's, "due:123"

    left: int  #: set by ``with_left``

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = "należność do zapłaty"
        verbose_name_plural = "należności do zapłaty"
        constraints = [models.UniqueConstraint(fields=["municipality", "reference"], name="charge_once")]
        indexes = [models.Index(fields=["payer", "due_on"], name="charges_of_payer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)

    @property
    def left_amount(self) -> str:
        """For lists that took ``with_left``."""
        return polish_money(self.left)

    @property
    def mark(self) -> str:
        """What a transfer is known by in its title: ``N/123``."""
        return f"N/{self.pk}"

    @property
    def left_gr(self) -> int:
        """Asks the database; lists take ``with_left``."""
        return Charge.objects.with_left().get(pk=self.pk).left

    @property
    def paid_gr(self) -> int:
        """Paid and not given back."""
        kinds = [Operation.Kind.PAYMENT, Operation.Kind.REFUND]
        rows = self.entries.filter(account__kind=LedgerAccount.Kind.RECEIVABLE, operation__kind__in=kinds)
        return -(rows.aggregate(sum=Sum("amount_gr"))["sum"] or 0)

    def account_on(self, day: date) -> BankAccount | None:
        """Where it is paid: its own account, otherwise the one of its kind that is valid on the day."""
        if self.bank_account_id:
            return self.bank_account
        rows = BankAccount.objects.valid(day).filter(municipality=self.municipality_id, purpose=self.kind)
        return rows.order_by("-valid_from", "pk").first()


class Operation(models.Model):
    """One event in the books (operacja gospodarcza); its key makes it one however often it is told."""

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment", _("przypis")
        WRITE_OFF = "write-off", _("odpis")
        PAYMENT = "payment", _("wpłata")
        REFUND = "refund", _("zwrot")
        INTEREST = "interest", _("odsetki")
        COST = "cost", _("koszt")
        TRANSFER = "transfer", _("przeksięgowanie")

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, verbose_name="gmina", related_name="+", db_index=False
    )
    kind = models.CharField("rodzaj", max_length=10, choices=Kind)
    key = models.CharField("klucz", max_length=150)  #: "payment:<uuid>", "cash:KP 12/2026:due:7"
    source = models.CharField("źródło", max_length=60)  # "kasa", "Przelewy24", "wyciąg 12/2026"
    value_date = models.DateField("dzień zapłaty")  #: when the payer's account was charged (OP art. 60 § 1)
    at = models.DateTimeField("zapisano")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="zapisał", null=True, related_name="+"
    )

    objects: ClassVar[models.Manager["Operation"]] = models.Manager()

    class Meta:
        verbose_name = "operacja księgowa"
        verbose_name_plural = "operacje księgowe"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="operation_once")]
        indexes = [models.Index(fields=["municipality", "at"], include=["id"], name="operations_of_office")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Entry(models.Model):
    """One side of an operation: plus is debit (Wn), minus is credit (Ma)."""

    operation = models.ForeignKey(Operation, models.PROTECT, verbose_name="operacja", related_name="entries")
    account = models.ForeignKey(
        LedgerAccount, models.PROTECT, verbose_name="konto", related_name="entries", db_index=False
    )
    charge = models.ForeignKey(Charge, models.PROTECT, verbose_name="należność", null=True, related_name="entries")
    amount_gr = models.IntegerField("kwota [gr]")

    objects: ClassVar[models.Manager["Entry"]] = models.Manager()

    class Meta:
        verbose_name = "zapis księgowy"
        verbose_name_plural = "zapisy księgowe"
        constraints = [
            models.CheckConstraint(condition=~Q(amount_gr=0), name="entry_of_something"),
        ]
        indexes = [models.Index(fields=["account"], include=["operation", "amount_gr"], name="entries_of_account")]

    def __str__(self) -> str:
        return f"{self.pk}"

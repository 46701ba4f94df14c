"""The trial balance (zestawienie obrotów i sald, accounting act, art. 18 ust. 1) and whether the books balance.

An operation belongs to the day on which it was booked: entries are never changed, so a period that has passed gives
the same sums whenever it is asked about. A line of a bank statement that comes later counts on the day it was read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from services.payments.ledger.models import Entry, LedgerAccount, Operation
from spatial.municipalities.models import Municipality


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Of one account, or of all together. Whole grosze; debit (Wn) and credit (Ma) are both counted upwards."""

    opening_debit_gr: int = 0  #: balance on the first day of the year
    opening_credit_gr: int = 0
    debit_gr: int = 0  #: turnover of the period
    credit_gr: int = 0
    year_debit_gr: int = 0  #: turnover from the first day of the year to the end of the period
    year_credit_gr: int = 0
    closing_debit_gr: int = 0  #: balance at the end of the period
    closing_credit_gr: int = 0

    @classmethod
    def total(cls, rows: Iterable["Sums"]) -> Self:
        kept = list(rows)
        return cls(**{one.name: sum(getattr(row, one.name) for row in kept) for one in fields(cls)})

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Debit and credit of the opening, the period, the year and the closing."""
        return [
            (self.opening_debit_gr, self.opening_credit_gr), (self.debit_gr, self.credit_gr),
            (self.year_debit_gr, self.year_credit_gr), (self.closing_debit_gr, self.closing_credit_gr),
        ]  # fmt: skip

    @property
    def is_even(self) -> bool:
        return all(debit == credit for debit, credit in self.pairs)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """``since`` and ``until`` are days of one year, both inclusive."""

    municipality: Municipality
    since: date
    until: date
    rows: tuple[tuple[LedgerAccount, Sums], ...]
    journal_gr: int  #: turnover of the journal (dziennik) in the period: debits of all its operations
    uneven: tuple[int, ...]  #: keys of operations whose entries do not sum to zero; the database lets none come

    @property
    def total(self) -> Sums:
        return Sums.total(sums for _account, sums in self.rows)

    @property
    def balances(self) -> bool:
        """Debits equal credits in each pair of columns, and turnover equals the journal's."""
        return not self.uneven and self.total.is_even and self.total.debit_gr == self.journal_gr


def trial_balance(municipality: Municipality, *, since: date, until: date) -> TrialBalance:
    """Raises ValueError unless both days are of one year, in their order."""
    if since > until or since.year != until.year:
        raise ValueError("A trial balance is of days of one year.")
    year, first, end = start_of(date(since.year, 1, 1)), start_of(since), start_of(until + timedelta(days=1))
    before = Q(entries__operation__at__lt=year)
    of_year = Q(entries__operation__at__gte=year, entries__operation__at__lt=end)
    of_period = of_year & Q(entries__operation__at__gte=first)
    debit, credit = Q(entries__amount_gr__gt=0), Q(entries__amount_gr__lt=0)
    accounts = LedgerAccount.objects.filter(municipality=municipality).select_related("bank_account")
    asked = {
        "opening": before, "debit": of_period & debit, "credit": of_period & credit,
        "year_debit": of_year & debit, "year_credit": of_year & credit,
    }  # fmt: skip
    rows = accounts.annotate(**{name: Coalesce(Sum("entries__amount_gr", filter=of), 0) for name, of in asked.items()})
    rows = rows.order_by("kind", "bank_account__title", "pk")
    return TrialBalance(
        municipality, since, until, tuple((row, sums_of(row)) for row in rows),
        journal_gr=journal(municipality, since=first, end=end), uneven=tuple(uneven(municipality)),
    )  # fmt: skip


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def sums_of(row: LedgerAccount) -> Sums:
    """From the sums that ``trial_balance`` asked for; there credit is below zero."""
    said = {name: int(getattr(row, name)) for name in ("opening", "debit", "credit", "year_debit", "year_credit")}
    closing = said["opening"] + said["year_debit"] + said["year_credit"]
    return Sums(
        opening_debit_gr=max(said["opening"], 0), opening_credit_gr=max(-said["opening"], 0),
        debit_gr=said["debit"], credit_gr=-said["credit"],
        year_debit_gr=said["year_debit"], year_credit_gr=-said["year_credit"],
        closing_debit_gr=max(closing, 0), closing_credit_gr=max(-closing, 0),
    )  # fmt: skip


def journal(municipality: Municipality, *, since: datetime, end: datetime) -> int:
    """From operations, not from accounts: an entry on an account of another office would make them differ."""
    entries = Entry.objects.filter(operation__municipality=municipality, amount_gr__gt=0)
    found = entries.filter(operation__at__gte=since, operation__at__lt=end).aggregate(sum=Sum("amount_gr"))
    return int(found["sum"] or 0)


def uneven(municipality: Municipality) -> list[int]:
    """Operations of all time, also those with an entry on an account of another office."""
    own = Operation.objects.filter(municipality=municipality)
    summed = own.annotate(sum=Coalesce(Sum("entries__amount_gr"), 0)).exclude(sum=0)
    abroad = Entry.objects.filter(operation__municipality=municipality).exclude(account__municipality=municipality)
    return sorted({*summed.values_list("pk", flat=True), *abroad.values_list("operation", flat=True)})

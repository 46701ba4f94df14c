"""The trial balance (zestawienie obrotów i sald, accounting act, art. 18 ust. 1) and whether the books balance.

An operation belongs to the day on which it was booked: entries are never changed, so a period that has passed gives
the same sums whenever it is asked about. A line of a bank statement that comes later counts on the day it was read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from services.payments.ledger.models import Entry, LedgerAccount, Operation
from spatial.municipalities.models import Municipality

#: One pass over the entries of an office's accounts; credit is below zero. ``weight`` is of all entries, each times a
#: number that its operation draws: over all accounts it is zero where each operation sums to zero, and otherwise hardly
#: ever (once in 2**32), which saves 200,000 groups. ``strangers`` are entries of operations of another office.
SUMMED = """
    SELECT e.account_id,
        coalesce(sum(e.amount_gr) FILTER (WHERE o.at < %(year)s), 0) AS opening,
        coalesce(sum(e.amount_gr) FILTER (WHERE o.at >= %(first)s AND o.at < %(end)s AND e.amount_gr > 0), 0) AS debit,
        coalesce(sum(e.amount_gr) FILTER (WHERE o.at >= %(first)s AND o.at < %(end)s AND e.amount_gr < 0), 0) AS credit,
        coalesce(sum(e.amount_gr) FILTER (WHERE o.at >= %(year)s AND o.at < %(end)s AND e.amount_gr > 0), 0)
            AS year_debit,
        coalesce(sum(e.amount_gr) FILTER (WHERE o.at >= %(year)s AND o.at < %(end)s AND e.amount_gr < 0), 0)
            AS year_credit,
        sum(e.amount_gr::bigint * hashint8(e.operation_id)) AS weight,
        count(*) FILTER (WHERE o.id IS NULL) AS strangers
    FROM payments_entry e
    LEFT JOIN payments_operation o ON o.id = e.operation_id AND o.municipality_id = %(municipality)s
    WHERE e.account_id = ANY(%(accounts)s)
    GROUP BY e.account_id
"""


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
    own = LedgerAccount.objects.filter(municipality=municipality).select_related("bank_account")
    accounts = list(own.order_by("kind", "bank_account__title", "pk"))
    totals = summed(municipality, accounts, year=year, first=first, end=end)
    found = TrialBalance(
        municipality, since, until, tuple((row, sums_of(totals.get(row.pk, {}))) for row in accounts),
        journal_gr=journal(municipality, since=first, end=end), uneven=(),
    )  # fmt: skip
    is_even = not any(sum(one[name] for one in totals.values()) for name in ("weight", "strangers"))
    return found if is_even and found.balances else replace(found, uneven=tuple(uneven(municipality)))


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def summed(
    municipality: Municipality, accounts: Sequence[LedgerAccount], *, year: datetime, first: datetime, end: datetime
) -> dict[int, dict[str, int]]:
    """Columns of ``SUMMED`` by account."""
    keys = [one.pk for one in accounts]
    days = {"year": year, "first": first, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(SUMMED, {"municipality": municipality.pk, "accounts": keys, **days})
        names = [column.name for column in cursor.description]
        return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in cursor}


def sums_of(total: Mapping[str, int]) -> Sums:
    """Of one account; {} where nothing was booked on it."""
    said = {name: int(total.get(name, 0)) for name in ("opening", "debit", "credit", "year_debit", "year_credit")}
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
    """Operations of all time that do not sum to zero or meet with another office. Slow: where something is wrong."""
    own = Operation.objects.filter(municipality=municipality)
    summed = own.annotate(sum=Coalesce(Sum("entries__amount_gr"), 0)).exclude(sum=0)
    ours, here = Q(operation__municipality=municipality), Q(account__municipality=municipality)
    crossing = Entry.objects.filter((ours & ~here) | (here & ~ours))
    return sorted({*summed.values_list("pk", flat=True), *crossing.values_list("operation", flat=True)})

"""Terms of administrative proceedings: KPA art. 57 (counting), art. 35-36 (settling, extending).

Holidays by the ``holidays`` library, which knows that 24 December is one since 2025 (act of 6.12.2024).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from dateutil.relativedelta import relativedelta
from holidays import country_holidays

type Unit = Literal["days", "weeks", "months"]


@dataclass(frozen=True, slots=True)
class Term:
    """So many days, weeks or months from an event; ``basis`` is the article that says so."""

    count: int
    unit: Unit
    basis: str

    def ends(self, event: date) -> date:
        """Last day of the term. The day of the event is not counted; an end on a free day moves (art. 57 § 1-4)."""
        return moved(event + relativedelta(**{self.unit: self.count}))  # type: ignore[arg-type] # the three units


@cache
def free_days(year: int) -> frozenset[date]:
    """Days free from work by the act."""
    return frozenset(country_holidays("PL", years=year))


def is_free(day: date) -> bool:
    """A Saturday, a Sunday or a day free by the act (art. 57 § 4)."""
    return day.weekday() >= 5 or day in free_days(day.year)


def moved(day: date) -> date:
    """The day, or the next that is not free."""
    while is_free(day):
        day += timedelta(days=1)
    return day


def resumed(due_on: date, *, paused_on: date, resumed_on: date) -> date:
    """The end of a term that stood still: as many days later as it stood (art. 35 § 5)."""
    return moved(due_on + timedelta(days=max(0, (resumed_on - paused_on).days)))


#: to mend an application, at least (art. 64 § 2); to appeal (art. 129 § 2); certificates (art. 217 § 3)
MEND = Term(7, "days", "art. 64 § 2 KPA")
APPEAL = Term(14, "days", "art. 129 § 2 KPA")
CERTIFICATE = Term(7, "days", "art. 217 § 3 KPA")
MONTH = Term(1, "months", "art. 35 § 3 KPA")

"""Quiet hours by the clock of Poland, whatever the night's length: of everybody from 21 to 7, and a person's own.

A person's hours only add to those of everybody. They are whole, as the offsets of Poland are: whoever walks from one
full hour of UTC to the next comes to each full hour on the wall.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

type Hours = frozenset[int]  #: 22 is the hour from 22:00 to 22:59

POLAND = ZoneInfo("Europe/Warsaw")
DAY = 24
LEAST_LOUD = 2  #: hours a day that must be left for letters


def hours(begin: int, end: int) -> Hours:
    """From ``begin`` until ``end``, across midnight where the end comes first."""
    return frozenset((begin + step) % DAY for step in range((end - begin) % DAY))


NIGHT, NOTHING = hours(21, 7), hours(0, 0)


def loud_from(at: datetime, *, own: Hours = NOTHING) -> datetime:
    """The same moment, or the end of the quiet that it falls into."""
    quiet = NIGHT | own
    if wall(at) not in quiet:
        return at
    full = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    later = (full + timedelta(hours=step) for step in range(1, DAY + 2))
    return next((moment for moment in later if wall(moment) not in quiet), at)


def wall(at: datetime) -> int:
    return at.astimezone(POLAND).hour


def leaves_too_little(own: Hours) -> bool:
    return len(NIGHT | own) > DAY - LEAST_LOUD

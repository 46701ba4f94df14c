"""Quiet hours, 21:00 to 7:00 by the clock of Poland, whatever the night's length in hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGIN, END = time(21), time(7)
POLAND = ZoneInfo("Europe/Warsaw")


def loud_from(at: datetime) -> datetime:
    """The same moment, or the end of the quiet that it falls into."""
    here = at.astimezone(POLAND)
    if END <= here.time() < BEGIN:
        return at
    morning = here.date() + timedelta(days=here.time() >= BEGIN)
    return datetime.combine(morning, END, tzinfo=POLAND)

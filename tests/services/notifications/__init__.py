"""Notifications. The clock of these tests stands at noon of a working day."""

from datetime import UTC, datetime, timedelta

from services.notifications import delivering

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)  #: 12:00 in Poland


def send(at: datetime = NOON) -> int:
    """One run of the worker at the moment."""
    return delivering.run(clock=lambda: at, until=at + timedelta(seconds=1))

"""Quiet from 21 to 7 by the clock on the wall. Moments are written in UTC: no offset is ours to compute."""

from datetime import UTC, datetime

import pytest

from services.notifications.quiet import loud_from


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "loud"),
    [
        ("2026-12-01T19:59", "2026-12-01T19:59"),  # 20:59
        ("2026-12-01T20:00", "2026-12-02T06:00"),  # 21:00
        ("2026-12-01T23:30", "2026-12-02T06:00"),  # 0:30, past midnight
        ("2026-12-02T05:59", "2026-12-02T06:00"),
        ("2026-12-02T06:00", "2026-12-02T06:00"),
        ("2026-12-31T22:00", "2027-01-01T06:00"),  # into another year
        ("2026-07-01T18:59", "2026-07-01T18:59"),  # summer time, 20:59
        ("2026-07-01T19:00", "2026-07-02T05:00"),
        ("2026-03-28T20:00", "2026-03-29T05:00"),  # the night of nine hours
        ("2026-03-29T00:59", "2026-03-29T05:00"),
        ("2026-10-24T19:00", "2026-10-25T06:00"),  # the night of eleven hours
        ("2026-10-25T00:30", "2026-10-25T06:00"),  # 2:30 for the first time
        ("2026-10-25T01:30", "2026-10-25T06:00"),  # 2:30 once more
    ],
)
def test_waits_for_seven(at: str, loud: str):
    assert loud_from(utc(at)) == utc(loud)

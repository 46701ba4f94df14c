"""Quiet from 21 to 7 by the clock on the wall, and a person's own. Moments are in UTC: no offset is ours to compute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.models import Channel, OwnQuiet
from services.notifications.quiet import hours, leaves_too_little, loud_from
from services.personal.erasing import erase
from services.personal.export import notifications_of
from tests.services.notifications import NOON, send
from tests.services.notifications.test_pages import CENTRE, signed_in


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


@pytest.mark.parametrize(
    ("own", "at", "loud"),
    [
        ((7, 10), "2026-12-01T06:00", "2026-12-01T09:00"),  # from the night into her own
        ((19, 22), "2026-12-01T18:00", "2026-12-02T06:00"),  # and from her own into the night
        ((19, 10), "2026-12-01T18:30", "2026-12-02T09:00"),  # across midnight
        ((22, 6), "2026-12-01T20:30", "2026-12-02T06:00"),  # shorter than the night: it only adds
        ((13, 14), "2026-12-01T11:59", "2026-12-01T11:59"),
        ((13, 14), "2026-12-01T12:00", "2026-12-01T13:00"),
        ((20, 8), "2026-03-28T19:00", "2026-03-29T06:00"),  # the night of eleven hours
        ((20, 8), "2026-10-24T18:00", "2026-10-25T07:00"),  # of thirteen
    ],
)
def test_own_hours_add_to_the_night(own: tuple[int, int], at: str, loud: str):
    assert loud_from(utc(at), own=hours(*own)) == utc(loud)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["2026-03-28T12:00", "2026-10-24T12:00", "2026-07-01T12:00"]), st.integers(0, 60 * 36),
    st.integers(0, 23), st.integers(0, 23),
)  # fmt: skip
def test_is_the_first_minute_that_the_wall_calls_loud(day: str, minutes: int, begin: int, end: int):
    """Walked minute by minute, with the time of the wall compared as a person would."""

    def is_quiet(moment: datetime) -> bool:
        hour = moment.astimezone(ZoneInfo("Europe/Warsaw")).hour
        own = begin <= hour < end if begin <= end else hour >= begin or hour < end
        return hour >= 21 or hour < 7 or own

    if leaves_too_little(hours(begin, end)):
        return
    at = utc(day) + timedelta(minutes=minutes)
    first = at
    while is_quiet(first):
        first += timedelta(minutes=1)
    assert loud_from(at, own=hours(begin, end)) == first


@pytest.mark.django_db
class TestOwn:
    MORNING = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)  #: 7:00

    def test_a_letter_waits_for_the_person(self, anna, bogdan, reachable, gate, told):
        reachable(anna, Channel.SMS, "+48600100201")
        reachable(bogdan, Channel.SMS, "+48600100202")
        signed_in(anna).post(f"{CENTRE}cisza/", {"gmina": "120610", "od": "20", "do": "9"})
        told(at=self.MORNING, severity="Moderate")
        send(self.MORNING)
        assert [one.to for one in gate.sent] == ["48600100202"]

        send(self.MORNING + timedelta(hours=2))
        assert [one.to for one in gate.sent] == ["48600100202", "48600100201"]

    def test_danger_does_not_wait(self, anna, reachable, gate, told):
        reachable(anna, Channel.SMS, "+48600100201")
        OwnQuiet.objects.create(user=anna, begin=11, end=14)
        told(severity="Severe")
        send(NOON)

        assert len(gate.sent) == 1

    def test_is_chosen_changed_and_left(self, anna, skala):
        here = signed_in(anna)
        for begin, end in (("22", "8"), ("20", "9")):
            assert here.post(f"{CENTRE}cisza/", {"gmina": "120610", "od": begin, "do": end}).status_code == 302
        assert '<option value="20" selected>20:00</option>' in here.get(CENTRE).content.decode()
        assert notifications_of(anna)["quiet"] == [{"begin": 20, "end": 9}]
        here.post(f"{CENTRE}cisza/", {"gmina": "120610", "od": "", "do": ""})

        assert not OwnQuiet.objects.exists()

    @pytest.mark.parametrize(
        ("begin", "end"),
        [("22", ""), ("", "7"), ("24", "7"), ("-1", "7"), ("8", "8"), ("7", "20"), ("x", "\0"), ("8", "7")],
    )
    def test_nonsense_and_silence_all_day_are_refused(self, begin, end, anna, skala):
        OwnQuiet.objects.create(user=anna, begin=22, end=8)

        answer = signed_in(anna).post(f"{CENTRE}cisza/", {"gmina": "120610", "od": begin, "do": end})

        assert (answer.status_code, OwnQuiet.objects.get().begin) == (422, 22)

    def test_the_database_knows_hours(self, anna):
        for begin, end in ((24, 1), (7, 7)):
            with pytest.raises(IntegrityError, match="hours_of_a_day"), transaction.atomic():
                OwnQuiet.objects.create(user=anna, begin=begin, end=end)

    def test_goes_with_the_account(self, anna, skala):
        OwnQuiet.objects.create(user=anna, begin=22, end=8)
        erase(anna, is_proved=True)

        assert not OwnQuiet.objects.exists()

"""A parcel's versions and kin, on any day."""

from datetime import date

import pytest

from spatial.cadastre.history import Kin, ancestors, descendants, lives
from spatial.cadastre.models import Parcel
from spatial.cadastre.states import state_days
from tests.spatial.deliveries import DISTRICT, FIRST, SECOND, deliver, parcel

pytestmark = pytest.mark.usefixtures("skala")
THIRD = date(2026, 9, 1)


def name(number: str) -> str:
    return f"{DISTRICT}.{number}"


@pytest.fixture
def divided_twice(skala) -> None:
    """1 became 1/1 and 1/2, and 1/1 became 1/3 and 1/4."""
    deliver([parcel("1"), parcel("2", east=300)])
    halves = [parcel(half, side=50, predecessors=(name("1"),)) for half in ("1/1", "1/2")]
    deliver([*halves, parcel("2", east=300)], state_on=SECOND)
    quarters = [parcel(quarter, side=25, predecessors=(name("1/1"),)) for quarter in ("1/3", "1/4")]
    deliver([halves[1], *quarters, parcel("2", east=300)], state_on=THIRD)


@pytest.mark.usefixtures("divided_twice")
class TestKin:
    def test_a_grandchild_knows_its_ancestors(self):
        assert ancestors(name("1/4")) == [Kin(name("1/1"), 1), Kin(name("1"), 2)]

    def test_the_first_parcel_knows_all_that_came_of_it(self):
        assert descendants(name("1")) == [
            Kin(name("1/1"), 1),
            Kin(name("1/2"), 1),
            Kin(name("1/3"), 2),
            Kin(name("1/4"), 2),
        ]

    def test_an_undivided_parcel_has_none(self):
        assert (ancestors(name("2")), descendants(name("2"))) == ([], [])

    def test_links_in_a_circle_come_to_an_end(self):
        Parcel.objects.filter(identifier=name("1")).update(predecessors=[name("1/4")])

        assert [kin.identifier for kin in ancestors(name("1"))] == [name("1/4"), name("1/1")]


class TestLives:
    def test_each_version_with_its_days(self):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], state_on=SECOND)

        assert [(life.valid_from, life.valid_to, life.registered_area_m2) for life in lives(name("1"))] == [
            (FIRST, SECOND, 10_000),
            (SECOND, None, 8_100),
        ]

    def test_a_withdrawn_version_is_not_told(self):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], is_correction=True)

        assert [life.registered_area_m2 for life in lives(name("1"))] == [8_100]


class TestStateDay:
    def test_a_later_delivery_confirms_an_unchanged_parcel(self):
        deliver([parcel("1")])
        deliver([parcel("1"), parcel("2", east=300)], state_on=SECOND)

        kept = Parcel.objects.current().get(number="1")
        assert kept.snapshot.state_on == FIRST
        assert state_days([kept], as_of=THIRD) == {name("1"): SECOND}

    def test_a_day_before_the_later_delivery_has_the_state_of_then(self):
        deliver([parcel("1")])
        deliver([parcel("1"), parcel("2", east=300)], state_on=SECOND)

        kept = Parcel.objects.current().get(number="1")
        assert state_days([kept], as_of=date(2026, 3, 1)) == {name("1"): FIRST}

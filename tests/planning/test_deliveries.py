"""What a reviewer of a plan delivery sees, and plans after a delivery was taken back."""

from datetime import UTC, date, datetime

import pytest

from data.records import ZoneRecord
from planning.content import stored_content
from planning.models import LocalPlan
from services.identity.models import User
from spatial.imports.differences import Differences
from spatial.imports.models import Snapshot
from spatial.imports.rollback import roll_back
from spatial.imports.services import Review
from tests.planning.test_importers import box, plan, publish

pytestmark = pytest.mark.usefixtures("skala")


def reviewed(*records: object) -> Differences:
    differences = Differences()
    publish(*records, dry_run=True, review=Review(differences=differences))
    return differences


def by_name(differences: Differences) -> dict[tuple[str, str], str]:
    return {(one.table, one.identifier): one.kind for one in differences.found}


class TestDifferences:
    def test_a_new_plan_is_added_with_its_zones(self):
        assert by_name(reviewed(plan())) == {
            ("plan", "XI-85-15"): "added",
            ("plan-zone", "XI-85-15: 1 mn"): "added",
            ("plan-zone", "XI-85-15: R.3"): "added",
        }

    def test_only_the_zones_that_moved_are_shown(self):
        publish(plan())
        west, east = plan().zones
        moved = plan(title="Inny tytuł", zones=(ZoneRecord("1 mn", "a", box(0, 0, 50, 200)), east))

        differences = reviewed(moved)

        assert by_name(differences) == {("plan", "XI-85-15"): "changed", ("plan-zone", "XI-85-15: 1 mn"): "changed"}
        [changed] = [one for one in differences.found if one.table == "plan"]
        assert (changed.before["title"], changed.after["title"]) == (plan().title, "Inny tytuł")
        [zone] = [one for one in differences.found if one.table == "plan-zone"]
        assert (zone.before, zone.after) == ({"area_m2": 20_000}, {"area_m2": 10_000})
        assert west.symbol == "1 mn"

    def test_the_same_plan_is_no_difference(self):
        publish(plan())

        assert reviewed(plan()).found == []


@pytest.fixture
def take_back(skala):
    def take() -> None:
        feliks, _ = User.objects.get_or_create(username="feliks-test")
        newest = Snapshot.objects.standing().latest("pk")
        roll_back(snapshot=newest, by=feliks, note="Zły plik.", now=datetime.now(UTC))

    return take


class TestTakingBack:
    def test_the_plan_says_again_what_it_said(self, take_back):
        publish(plan())
        before = stored_content(LocalPlan.objects.get())
        publish(plan(title="Inny tytuł", in_force_to=date(2026, 1, 1)))

        take_back()

        assert stored_content(LocalPlan.objects.known().get()).fingerprint == before.fingerprint
        assert LocalPlan.objects.count() == 3  # what we believed in between stays for its documents

    def test_what_we_believed_in_between_can_be_told(self, take_back):
        publish(plan())
        publish(plan(title="Inny tytuł"))
        in_between = datetime.now(UTC)

        take_back()

        assert LocalPlan.objects.known(in_between).get().title == "Inny tytuł"
        assert LocalPlan.objects.known().get().title == plan().title

    def test_a_plan_that_was_new_is_gone(self, take_back):
        publish(plan())

        take_back()

        assert not LocalPlan.objects.known().exists()

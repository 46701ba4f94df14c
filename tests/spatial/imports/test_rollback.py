"""Taking a delivery back: the registers say again what they said before, and remember that they had said otherwise."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from services.identity.models import User
from spatial.cadastre.models import CadastralDistrict, Locality, Parcel
from spatial.errors import Refused
from spatial.imports.models import Snapshot
from spatial.imports.rollback import roll_back
from tests.spatial.deliveries import (
    CIANOWICE,
    DISTRICT_RECORD,
    FIRST,
    SECOND,
    DistrictRecord,
    address,
    building,
    deliver,
    parcel,
    square,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def feliks(skala) -> User:
    return User.objects.create_user("feliks-test")


@pytest.fixture
def take_back(feliks):
    """Take the newest delivery back."""

    def take() -> dict[str, dict[str, int]]:
        newest = Snapshot.objects.standing().latest("pk")
        return roll_back(snapshot=newest, by=feliks, note="Zły plik.", now=datetime.now(UTC)).counts

    return take


def current() -> dict[str, int]:
    return dict(Parcel.objects.current().values_list("number", "registered_area_m2"))


class TestParcels:
    def test_added_changed_and_removed_parcels_stand_as_before(self, take_back):
        deliver([parcel("1"), parcel("2", east=200)])
        deliver([parcel("1", side=90), parcel("3", east=400)], state_on=SECOND)

        counts = take_back()

        assert current() == {"1": 10_000, "2": 10_000}
        assert counts == {"parcel": {"withdrawn": 2, "restored": 2}}

    def test_the_days_of_the_register_are_one_story_again(self, take_back):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], state_on=SECOND)

        take_back()

        assert Parcel.objects.on(FIRST).get().registered_area_m2 == 10_000
        assert Parcel.objects.on(SECOND).get().registered_area_m2 == 10_000

    def test_what_we_believed_in_between_can_still_be_told(self, take_back):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], state_on=SECOND)
        in_between = datetime.now(UTC)

        take_back()

        assert Parcel.objects.on(SECOND, known_at=in_between).get().registered_area_m2 == 8_100
        assert Parcel.objects.on(SECOND).get().registered_area_m2 == 10_000

    def test_a_document_still_finds_the_version_it_was_made_from(self, take_back):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], state_on=SECOND)
        quoted = Parcel.objects.current().get().pk

        take_back()

        assert Parcel.objects.get(pk=quoted).registered_area_m2 == 8_100

    def test_parents_forget_the_children_of_the_delivery(self, take_back):
        deliver([parcel("1")])
        children = [parcel(f"1/{half}", side=50, predecessors=("120610_5.0007.1",)) for half in (1, 2)]
        deliver(children, state_on=SECOND, accept_removals=True)

        take_back()

        assert Parcel.objects.current().get().successors == []

    def test_the_first_delivery_leaves_an_empty_register(self, take_back):
        deliver([parcel("1"), building(1)])

        take_back()

        assert not Parcel.objects.current().exists()

    def test_the_same_file_may_come_again(self, take_back):
        deliver([parcel("1")])
        take_back()

        report = deliver([parcel("1")])

        assert (report.outcome, current()) == ("published", {"1": 10_000})


class TestCorrection:
    def test_a_corrected_version_is_withdrawn_and_not_part_of_any_day(self, skala):
        deliver([parcel("1")])

        deliver([parcel("1", side=90)], is_correction=True)

        assert Parcel.objects.on(FIRST).get().registered_area_m2 == 8_100
        assert Parcel.objects.filter(superseded_at__isnull=False).get().registered_area_m2 == 10_000

    def test_taking_the_correction_back_brings_the_first_version(self, take_back):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], is_correction=True)

        take_back()

        assert Parcel.objects.on(FIRST).get().registered_area_m2 == 10_000


class TestNames:
    def test_names_and_boundaries_are_put_back(self, take_back):
        deliver([parcel("1"), DISTRICT_RECORD])
        moved = DistrictRecord(DISTRICT_RECORD.identifier, "Cyanowice", square(side=900))
        deliver([parcel("1"), moved], state_on=SECOND)

        take_back()

        district = CadastralDistrict.objects.get()
        assert (district.name, district.geom.area) == ("Cianowice", pytest.approx(1_000_000))

    def test_a_locality_that_the_delivery_brought_goes_with_it(self, take_back):
        deliver([CIANOWICE], municipality="120610")

        take_back()

        assert not Locality.objects.exists()

    def test_a_locality_that_other_addresses_need_stays(self, take_back):
        deliver([CIANOWICE, address("1")], municipality="120610")

        counts = take_back()

        assert counts["names"]["kept"] == 1  # the withdrawn address still names it


class TestRefusal:
    def test_a_delivery_that_others_build_on_is_not_taken_back(self, feliks):
        deliver([parcel("1")])
        deliver([parcel("1", side=90)], state_on=SECOND)
        first = Snapshot.objects.earliest("pk")

        with pytest.raises(Refused, match="nowsza dostawa"):
            roll_back(snapshot=first, by=feliks, note="", now=datetime.now(UTC))

        assert current() == {"1": 8_100}

    def test_a_delivery_of_another_district_is_no_obstacle(self, feliks):
        deliver([parcel("1")])
        deliver([parcel("1", identifier="120610_5.0008.1", east=300)])
        first = Snapshot.objects.earliest("pk")

        roll_back(snapshot=first, by=feliks, note="", now=datetime.now(UTC))

        assert Parcel.objects.current().get().district_id == "120610_5.0008"

    def test_no_delivery_is_taken_back_twice(self, take_back, feliks):
        deliver([parcel("1")])
        take_back()

        with pytest.raises(Refused, match="cofnięto już"):
            roll_back(snapshot=Snapshot.objects.get(), by=feliks, note="", now=datetime.now(UTC))

    def test_it_says_who_when_and_why(self, take_back, feliks):
        deliver([parcel("1")])

        take_back()

        snapshot = Snapshot.objects.get()
        assert (snapshot.rolled_back_by, snapshot.rollback_note) == (feliks, "Zły plik.")


class TestCommand:
    def test_lists_deliveries_and_takes_one_back(self, skala, capsys):
        deliver([parcel("1")])
        newest = Snapshot.objects.get()

        call_command("take_back")
        call_command("take_back", str(newest.pk), "--note", "Zły plik.")

        said = capsys.readouterr().out
        assert f"{newest.pk}  120610  egib" in said
        assert "parcel: withdrawn 1" in said
        assert not Parcel.objects.current().exists()

    @pytest.mark.parametrize(("asked", "code"), [(["999999", "--note", "x"], 2), (["{pk}"], 2)])
    def test_wrong_use_is_told(self, skala, asked, code):
        deliver([parcel("1")])
        pk = str(Snapshot.objects.get().pk)

        with pytest.raises(CommandError) as caught:
            call_command("take_back", *(word.format(pk=pk) for word in asked))

        assert caught.value.returncode == code
        assert Parcel.objects.current().exists()

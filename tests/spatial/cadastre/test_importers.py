"""Cadastre and addresses: first load, differences, names, history, private numbers."""

from datetime import date, timedelta

import pytest

from data.records import AddressRecord, RetiredParcelRecord, UnitRecord
from spatial.cadastre.models import (
    AddressPoint,
    Building,
    CadastralDistrict,
    CadastralUnit,
    Locality,
    Parcel,
    Street,
)
from spatial.imports.models import Finding, Snapshot
from spatial.municipalities.models import Municipality
from spatial.owners.models import LandBook
from tests.spatial.deliveries import (
    CIANOWICE,
    DISTRICT,
    DISTRICT_RECORD,
    FIRST,
    KRAKOWSKA,
    SECOND,
    SKALA,
    address,
    building,
    deliver,
    parcel,
    rules,
    square,
)
from tests.spatial.owners.private import seen

pytestmark = pytest.mark.usefixtures("skala")


def versions(number: str) -> list[tuple[date, date | None]]:
    rows = Parcel.objects.filter(identifier=f"{DISTRICT}.{number}").order_by("valid_from", "pk")
    return list(rows.values_list("valid_from", "valid_to"))


class TestFirstDelivery:
    def test_publishes_parcels_with_everything_the_source_says(self):
        report = deliver([DISTRICT_RECORD, parcel("12/10", register_group="7", area_precision=1), building(3)])

        row = Parcel.objects.get()
        assert (report.outcome, report.accepted, report.published) == ("published", 3, 3)
        assert (row.identifier, row.number, row.sheet, row.register_group) == (f"{DISTRICT}.12/10", "12/10", "", "7")
        assert row.land_uses == [{"ofu": "R", "ozu": "R", "ozk": "IIIa", "area_m2": 10_000}]
        assert row.geom.area == pytest.approx(10_000)
        assert (row.valid_from, row.valid_to) == (FIRST, None)
        assert Building.objects.get().identifier == f"{DISTRICT}.3_BUD"

    def test_takes_sheet_and_natural_order_from_the_identifier(self):
        numbers = ["AR_2.12/10", "AR_2.12/9", "AR_10.1"]

        deliver([parcel(number, east=200 * place) for place, number in enumerate(numbers)])

        rows = Parcel.objects.in_natural_order()
        assert [(row.sheet, row.number) for row in rows] == [("2", "12/9"), ("2", "12/10"), ("10", "1")]

    def test_first_versions_may_be_valid_since_an_earlier_day(self):
        deliver([parcel("1")], valid_from=date(2010, 1, 1))

        assert Parcel.objects.on(date(2015, 5, 5)).count() == 1

    def test_names_a_district_that_the_file_does_not_describe(self):
        report = deliver([parcel("1")])

        assert CadastralDistrict.objects.get().name == DISTRICT
        assert rules(report, "warning") == ["district-name-missing"]

    def test_keeps_the_name_of_a_known_district_when_the_next_file_has_none(self):
        deliver([DISTRICT_RECORD, parcel("1")])

        report = deliver([parcel("1"), parcel("2", east=200)], state_on=SECOND)

        assert CadastralDistrict.objects.get().name == "Cianowice"
        assert CadastralDistrict.objects.get().geom.area == pytest.approx(1_000_000)
        assert "district-name-missing" not in rules(report, "warning")

    def test_names_the_unit(self):
        deliver([UnitRecord("120610_5", "Skała (obszar wiejski)"), parcel("1")])

        assert CadastralUnit.objects.get().name == "Skała (obszar wiejski)"


class TestNextDelivery:
    def test_keeps_what_is_equal_changes_what_differs_closes_what_is_gone(self):
        deliver([parcel("1"), parcel("2", east=200), parcel("3", east=400)])

        report = deliver([parcel("1"), parcel("2", east=200, side=90), parcel("4", east=600)], state_on=SECOND)

        assert report.counts["parcel"] == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
        assert versions("1") == [(FIRST, None)]
        assert versions("2") == [(FIRST, SECOND), (SECOND, None)]
        assert versions("3") == [(FIRST, SECOND)]
        assert versions("4") == [(SECOND, None)]

    def test_new_parcels_of_a_known_district_begin_on_the_day_of_the_delivery(self):
        deliver([parcel("1")], valid_from=date(2010, 1, 1))

        deliver([parcel("1"), parcel("2", east=200)], state_on=SECOND, valid_from=date(2010, 1, 1))

        assert versions("2") == [(SECOND, None)]

    def test_a_ring_that_starts_elsewhere_is_no_change(self):
        deliver([parcel("1")])
        corners = list(square().exterior.coords)[:-1]
        turned = type(square())([*corners[2:], *corners[:2]])

        report = deliver([parcel("1", geometry=turned)], state_on=SECOND)

        assert report.counts["parcel"]["unchanged"] == 1

    def test_a_later_day_without_differences_still_moves_the_state(self):
        deliver([parcel("1")])

        report = deliver([parcel("1")], state_on=SECOND)

        assert report.outcome == "published"
        assert list(Snapshot.objects.order_by("pk").values_list("state_on", flat=True)) == [FIRST, SECOND]

    def test_other_districts_are_left_alone(self):
        deliver([parcel("1"), parcel("1", identifier="120610_5.0008.1", east=300)])

        deliver([parcel("2")], state_on=SECOND)

        assert Parcel.objects.current().filter(district="120610_5.0008").count() == 1

    def test_a_file_without_buildings_says_nothing_about_buildings(self):
        deliver([parcel("1"), building(3)])

        deliver([parcel("1")], state_on=SECOND)

        assert Building.objects.current().count() == 1

    def test_an_excerpt_closes_nothing(self):
        deliver([parcel("1"), parcel("2", east=200)])

        deliver([parcel("1", side=90)], state_on=SECOND, is_partial=True)

        assert versions("2") == [(FIRST, None)]
        assert versions("1") == [(FIRST, SECOND), (SECOND, None)]

    def test_refuses_a_file_that_looks_like_an_excerpt(self):
        many = [parcel(str(number), east=200 * number) for number in range(1, 41)]
        deliver(many)

        report = deliver(many[:5], state_on=SECOND)
        confirmed = deliver(many[:5], state_on=SECOND, accept_removals=True)

        assert rules(report) == ["many-removed"]
        assert confirmed.counts["parcel"]["removed"] == 35


class TestStateDay:
    def test_refuses_an_older_state(self):
        deliver([parcel("1")], state_on=SECOND)

        report = deliver([parcel("1", side=90), building(1)], state_on=FIRST)

        assert rules(report) == ["older-state"]
        assert versions("1") == [(SECOND, None)]

    def test_refuses_another_story_about_the_same_day_unless_it_is_a_correction(self):
        deliver([parcel("1")])

        refused = deliver([parcel("1", side=90)])
        corrected = deliver([parcel("1", side=90)], is_correction=True)

        assert rules(refused) == ["same-state-day"]
        assert corrected.counts["parcel"]["changed"] == 1
        assert Parcel.objects.on(FIRST).get().registered_area_m2 == 8100

    def test_a_fuller_file_of_the_same_day_only_adds(self):
        deliver([parcel("1")])

        report = deliver([parcel("1"), parcel("2", east=200)])

        assert report.counts["parcel"]["added"] == 1

    def test_says_that_it_assumed_the_day(self):
        report = deliver([parcel("1")], state_on=None)

        assert "state-day-assumed" in rules(report, "info")


class TestHistory:
    PARENT = RetiredParcelRecord(
        f"{DISTRICT}.5", square(), 10_000, date(2010, 1, 1), date(2018, 3, 1), (f"{DISTRICT}.5/1", f"{DISTRICT}.5/2")
    )
    CHILDREN = (
        parcel("5/1", predecessors=(f"{DISTRICT}.5",)),
        parcel("5/2", east=200, predecessors=(f"{DISTRICT}.5",)),
    )

    def test_a_retired_parcel_is_a_closed_version_with_successors(self):
        deliver([*self.CHILDREN, self.PARENT], valid_from=date(2010, 1, 1))

        assert versions("5") == [(date(2010, 1, 1), date(2018, 3, 1))]
        assert Parcel.objects.get(number="5").successors == [f"{DISTRICT}.5/1", f"{DISTRICT}.5/2"]
        assert versions("5/1") == [(date(2018, 3, 1), None)]

    def test_it_is_added_once(self):
        deliver([*self.CHILDREN, self.PARENT])

        deliver([*self.CHILDREN, self.PARENT], state_on=SECOND)

        assert len(versions("5")) == 1

    def test_a_parcel_divided_between_deliveries_learns_its_successors(self):
        deliver([parcel("5")])

        deliver(self.CHILDREN, state_on=SECOND)

        parent = Parcel.objects.get(number="5")
        assert parent.valid_to == SECOND
        assert parent.successors == [f"{DISTRICT}.5/1", f"{DISTRICT}.5/2"]

    def test_the_register_knows_better_when_it_ended(self):
        deliver([parcel("5")])
        ended = FIRST + timedelta(days=30)
        retired = RetiredParcelRecord(f"{DISTRICT}.5", square(), 10_000, FIRST, ended, (f"{DISTRICT}.5/1",))

        deliver([parcel("5/1"), retired], state_on=SECOND)

        assert versions("5") == [(FIRST, ended)]


class TestAddresses:
    def test_labels_with_and_without_a_street(self):
        in_town = address("12", street=KRAKOWSKA, locality=SKALA)

        deliver([SKALA, CIANOWICE, KRAKOWSKA, in_town, address("12A")], municipality="120610")

        rows = AddressPoint.objects.order_by("label").values_list("label", "search_key")
        assert list(rows) == [("Cianowice 12A", "cianowice 12a"), ("ul. Krakowska 12, Skała", "ul krakowska 12 skala")]

    def test_skips_an_address_of_an_unknown_place_and_says_so(self):
        stray = AddressRecord("x", "9999999", None, "1", None, address("1").geometry)
        nowhere = AddressRecord("y", CIANOWICE.simc, "99999", "1", None, address("1").geometry)

        report = deliver([CIANOWICE, stray, nowhere], municipality="120610")

        assert AddressPoint.objects.count() == 0
        assert rules(report, "warning") == ["locality-missing", "street-missing"]

    def test_a_register_of_addresses_closes_missing_ones_a_cadastre_does_not(self):
        deliver([CIANOWICE, address("1"), address("2")], municipality="120610")

        deliver([parcel("1"), address("1")], state_on=SECOND)
        after_cadastre = AddressPoint.objects.current().count()
        deliver([CIANOWICE, address("1")], municipality="120610", state_on=SECOND + timedelta(days=1))

        assert after_cadastre == 2
        assert AddressPoint.objects.current().count() == 1

    def test_renames_a_street_in_place(self):
        deliver([SKALA, KRAKOWSKA], municipality="120610")
        renamed = type(KRAKOWSKA)(KRAKOWSKA.ulic, KRAKOWSKA.simc, "ul. Królewska")

        deliver([SKALA, renamed], municipality="120610", state_on=SECOND)

        assert [street.name for street in Street.objects.all()] == ["ul. Królewska"]
        assert Locality.objects.count() == 1

    def test_a_locality_of_another_municipality_is_refused(self, suloszowa):
        deliver([SKALA], municipality="120610")

        report = deliver([SKALA], municipality="120613")

        assert rules(report) == ["other-municipality"]


def land_books() -> list[tuple[str, str]]:
    with seen(Municipality.objects.get(pk="120610")):
        return list(LandBook.objects.current().values_list("identifier", "number"))


class TestLandBooks:
    def test_are_replaced_for_the_parcels_in_scope(self):
        deliver([parcel("1", land_book="KR1P/00000001/2"), parcel("2", east=200, land_book="KR1P/00012345/2")])

        deliver([parcel("1", land_book="KR2K/00012345/4"), parcel("2", east=200)], state_on=SECOND)

        assert land_books() == [(f"{DISTRICT}.1", "KR2K/00012345/4")]

    def test_a_source_without_numbers_takes_none_away(self):
        deliver([parcel("1", land_book="KR1P/00000001/2")])

        deliver([parcel("1")], state_on=SECOND)

        assert len(land_books()) == 1

    def test_never_reach_the_public_row_or_the_report(self):
        report = deliver([parcel("1", land_book="KR1P/00000001/2")])

        said = [str(value) for value in Parcel.objects.values().get().values()] + [str(report.as_json())]
        assert not [text for text in said if "KR1P" in text]
        assert not Finding.objects.filter(message__contains="KR1P").exists()

    def test_do_not_enter_the_fingerprint(self):
        deliver([parcel("1", land_book="KR1P/00000001/2")])

        deliver([parcel("1", land_book="KR1P/00012345/2")], state_on=SECOND)

        assert len(versions("1")) == 1


class TestDuplicates:
    def test_refuses_an_identifier_that_comes_twice(self):
        report = deliver([parcel("1"), parcel("1", east=200), parcel("2", east=400)])

        assert report.outcome == "refused"
        assert rules(report) == ["duplicate-id"]
        assert Parcel.objects.count() == 0

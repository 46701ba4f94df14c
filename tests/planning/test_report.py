"""The parcel report: three answers about planning, the register's facts, and a bounded number of questions."""

from datetime import date

import pytest

from planning.report import parcel_report
from spatial.errors import Malformed, NotFound, Retired
from tests import factories
from tests.factories import TODAY
from tests.spatial.owners.private import plant_land_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def parcel(make_parcel):
    return make_parcel(number="123/4", land_uses=[{"ofu": "R", "ozu": "R", "ozk": "IIIa", "area_m2": 10_000}])


class TestPlanning:
    def test_covered(self, drawn_plan, parcel):
        report = parcel_report(identifier=parcel.identifier, as_of=TODAY)

        planning = report["planning"]
        assert planning["state"] == "covered"
        assert planning["uncovered"] is None
        [plan] = planning["plans"]
        assert plan["id"] == "120610-XI-85-15"
        assert [(zone["symbol"], zone["area_m2"], zone["percent"]) for zone in plan["zones"]] == [
            ("2U/MN", 7000, "70,0"),
            ("1MN", 3000, "30,0"),
        ]
        assert report["findings"] == []

    def test_partial(self, make_plan, parcel):
        plan = make_plan(east=-500, width=540)
        factories.zone(plan, "MN", east=-500, north=-500, width=540, height=2000)

        planning = parcel_report(identifier=parcel.identifier, as_of=TODAY)["planning"]

        assert planning["state"] == "partial"
        assert planning["uncovered"] == {"area_m2": 6000, "percent": "60,0"}

    def test_none_is_an_answer_with_its_day(self, parcel):
        planning = parcel_report(identifier=parcel.identifier, as_of=TODAY)["planning"]

        assert (planning["state"], planning["plans"]) == ("none", [])
        assert planning["message"].replace("\u00a0", " ").endswith("obowiązującego 23 listopada 2026.")


class TestFindings:
    def test_residents_are_told_what_blocks_and_not_how_to_mend_our_registers(self, make_plan, parcel):
        plan = make_plan()
        factories.zone(plan, "MN", east=0, north=0, width=90, height=100)

        found = parcel_report(identifier=parcel.identifier, as_of=TODAY)["findings"]

        assert {row["code"] for row in found} == {"gap-in-plan", "sheet-missing", "zone-without-provisions"}
        assert found[0]["message"] == (
            "Miejsce w planie bez przeznaczenia. Zanim urząd wyda dokument, planista musi to wyjaśnić."
        )

    def test_slivers_stay_in_the_office(self, drawn_plan, parcel):
        drawn_plan.zones.filter(symbol_raw="1MN").update(
            geom=factories.rectangle(east=-500, north=-500, width=500.03, height=2000)
        )
        drawn_plan.zones.filter(symbol_raw="2U/MN").update(
            geom=factories.rectangle(east=0.03, north=-500, width=1500, height=2000)
        )

        assert parcel_report(identifier=parcel.identifier, as_of=TODAY)["findings"] == []


class TestRegister:
    def test_says_the_facts_and_the_day_of_the_data(self, parcel):
        report = parcel_report(identifier=" 120610_5.0007.123/4 ", as_of=TODAY)

        assert report["registered_area_m2"] == 10_000
        assert report["egib_on"] == "2026-11-01"
        assert report["land_uses"] == [{"label": "RIIIa", "name": "grunty orne", "area_m2": 10_000}]
        west, south, east, north = report["bbox"]
        assert 19.8 < west < east < 19.9
        assert 50.2 < south < north < 50.3

    def test_never_the_land_book(self, parcel):
        plant_land_book(parcel, "KR1P/00012345/2")

        assert "00012345" not in str(parcel_report(identifier=parcel.identifier, as_of=TODAY))


class TestBadQuestions:
    @pytest.mark.parametrize("text", ["", "ala", "120610_5.0007", "120610_5.0007.0", "999", "\x00", "1" * 5000])
    def test_malformed(self, parcel, text):
        with pytest.raises(Malformed):
            parcel_report(identifier=text, as_of=TODAY)

    def test_unknown(self, parcel):
        with pytest.raises(NotFound, match="Sprawdź numer obrębu"):
            parcel_report(identifier="120610_5.0007.999", as_of=TODAY)

    def test_retired_names_the_successors(self, make_parcel):
        old = make_parcel(number="5", valid_to=date(2020, 1, 1), successors=["120610_5.0007.5/1"])

        with pytest.raises(Retired, match=r"5/1"):
            parcel_report(identifier=old.identifier, as_of=TODAY)


def test_asks_the_database_a_bounded_number_of_times(drawn_plan, parcel, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        parcel_report(identifier=parcel.identifier, as_of=TODAY)

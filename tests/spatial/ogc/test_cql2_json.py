"""The same conditions as CQL2 text, written as a tree."""

from contextlib import suppress
from json import dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import Malformed
from spatial.ogc import cql2, cql2_json
from spatial.ogc.reference_systems import CRS84, SYSTEMS
from spatial.ogc.registry import collections

FIELDS = collections["parcels"].fields
NUMBER, AREA, SINCE, PLACE = ({"property": one} for one in ("number", "registered_area_m2", "valid_from", "geometry"))


def call(name: str, *args: object) -> dict:
    return {"op": name, "args": list(args)}


def said(tree: object, system=CRS84):
    return cql2_json.condition(dumps(tree), fields=FIELDS, system=system)


SQUARE = {"type": "Polygon", "coordinates": [[[19.8, 50.2], [19.9, 50.2], [19.9, 50.3], [19.8, 50.3], [19.8, 50.2]]]}
TURNED = {"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE["coordinates"][0]]]}


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (call("=", NUMBER, "12/3"), "number = '12/3'"),
        (call("<", 100, AREA), "registered_area_m2 > 100"),
        (call("not", call("isNull", AREA)), "registered_area_m2 IS NOT NULL"),
        (call("like", NUMBER, "12%"), "number LIKE '12%'"),
        (call("like", call("casei", NUMBER), call("casei", "12%")), "CASEI(number) LIKE CASEI('12%')"),
        (call("=", call("casei", NUMBER), call("casei", "a")), "CASEI(number) = CASEI('a')"),
        (call("between", AREA, 1, 2.5), "registered_area_m2 BETWEEN 1 AND 2.5"),
        (call("in", NUMBER, ["1", "2"]), "number IN ('1', '2')"),
        (
            call("or", call("=", NUMBER, "1"), call("and", call(">", AREA, 1), call("<>", NUMBER, "2"))),
            "number = '1' OR registered_area_m2 > 1 AND number <> '2'",
        ),
        (call("t_after", SINCE, {"date": "2020-01-01"}), "T_AFTER(valid_from, DATE('2020-01-01'))"),
        (call("t_before", SINCE, {"timestamp": "2020-01-01T10:00:00Z"}), "T_BEFORE(valid_from, DATE('2020-01-01'))"),
        (
            call("t_during", SINCE, {"interval": ["2020-01-01", ".."]}),
            "T_DURING(valid_from, INTERVAL('2020-01-01', '..'))",
        ),
        (
            call("s_intersects", PLACE, SQUARE),
            "S_INTERSECTS(geometry, POLYGON((19.8 50.2, 19.9 50.2, 19.9 50.3, 19.8 50.3, 19.8 50.2)))",
        ),
        (call("s_contains", {"bbox": [19, 50, 20, 51]}, PLACE), "S_WITHIN(geometry, BBOX(19, 50, 20, 51))"),
    ],
)
def test_means_what_the_text_means(tree, text):
    assert said(tree) == cql2.condition(text, fields=FIELDS)


def test_axes_are_those_of_the_system():
    lat_first = SYSTEMS["http://www.opengis.net/def/crs/EPSG/0/4326"]

    assert said(call("s_within", PLACE, TURNED), lat_first) == said(call("s_within", PLACE, SQUARE))


@pytest.mark.parametrize(
    "tree",
    [
        None, 1, [], {}, {"op": "="}, {"op": "=", "args": []}, {"op": "=", "args": [NUMBER]}, call("=", "a", "b"),
        call("=", NUMBER, True), call("=", NUMBER, 5), call("=", NUMBER, None), call("=", {"property": "kw"}, "1"),
        call("=", {"property": 5}, "1"), call("and", call("=", NUMBER, "1")), call("in", NUMBER, []),
        call("drop", NUMBER, "1"), call("s_near", PLACE, SQUARE), call("s_within", NUMBER, SQUARE),
        call("s_within", PLACE, {"type": "Polygon", "coordinates": [["x"]]}), call("s_within", PLACE, {"bbox": ["1"]}),
        call("s_within", PLACE, {"type": "GeometryCollection", "geometries": []}), call("=", PLACE, "1"),
        call("t_after", SINCE, "x"), call("t_after", SINCE, {"date": "wczoraj"}), call("like", AREA, "1%"),
        call("t_after", SINCE, {"interval": ["2020-01-01", ".."]}), call("=", AREA, 10**30), call("not", "x"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused(tree):
    with pytest.raises(Malformed):
        said(tree)


@pytest.mark.parametrize("text", ["", "{", "[" * 5000, '{"op":"not","args":[' * 200, "x" * 9000, "NaN"])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(Malformed):
        cql2_json.condition(text, fields=FIELDS)


OPERATORS = ["=", "<", "and", "or", "not", "like", "in", "between", "isNull", "s_within", "t_after"]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from([NUMBER, AREA, PLACE, SQUARE]),
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.builds(call, st.sampled_from(OPERATORS), inner, inner)
    ),
    max_leaves=8,
)  # fmt: skip


@given(JSON)
def test_any_tree_is_a_condition_or_refused(tree):
    with suppress(Malformed):
        assert said(tree).sql

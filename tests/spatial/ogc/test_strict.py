"""Odd questions get an answer that says so: JSON, 4xx, never a fault of the server."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.spatial.ogc.conftest import EPSG

ITEMS = "/ogc/collections/plans/items"

odd_text = st.text(max_size=40)
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from(["", "1e400", "١٢", "0x10", "1_000", "-0", " 1 "]))
boxes = st.one_of(st.lists(numbers, min_size=3, max_size=7).map(lambda row: ",".join(map(str, row))), odd_text)
systems = st.one_of(st.sampled_from([f"{EPSG}/{code}" for code in (2178, 2180, 3857, 4326, 999999)]), odd_text)
times = st.one_of(
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.sampled_from(["abc", "../..", "/", "2020-01-01/2010-01-01", "0000-00-00", "99999-01-01", "2020-W01", "1/2/3"]),
    odd_text,
)
conditions = st.one_of(
    odd_text,
    st.lists(
        st.sampled_from(
            ["title", "drawing_scale", "=", "<>", "'a'", "5", "1e308", "AND", "OR", "NOT", "(", ")", "LIKE", "'%'",
             "IN", ",", "IS", "NULL", "S_INTERSECTS", "geometry", "POINT(20 50)", "BBOX(19,50,20,51)",
             "DATE('2020-01-01')", "BETWEEN", "kw", "CASEI", '"', "'"]
        ),
        max_size=12,
    ).map(" ".join),
)  # fmt: skip
KINDS = {
    "bbox": boxes,
    "bbox-crs": systems,
    "crs": systems,
    "datetime": times,
    "limit": numbers,
    "offset": numbers,
    "sortby": st.one_of(st.sampled_from(["title", "-id", "+id", "", ",", "fingerprint"]), odd_text),
    "properties": st.one_of(st.sampled_from(["id,title", "", ",,", "recorded_at"]), odd_text),
    "filter": conditions,
    "filter-crs": systems,
    "filter-lang": st.one_of(st.just("cql2-text"), odd_text),
    "resulttype": odd_text,
    "skipGeometry": odd_text,
    "f": st.one_of(st.sampled_from(["json", "html", "jsonld"]), odd_text),
    "lang": odd_text,
    "title": odd_text,
    "drawing_scale": numbers,
    "in_force_from": times,
}
#: one alone reaches deeper than many, of which one is surely wrong
parameters = st.one_of(
    st.sampled_from(sorted(KINDS)).flatmap(lambda name: KINDS[name].map(lambda value: {name: value})),
    st.fixed_dictionaries({}, optional=KINDS),
)
fuzz = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

#: members of an exception: of Features 1.0 and of Processes 1.0
ERROR = {"code", "description", "type", "title", "status", "detail"}


@fuzz
@given(asked=parameters)
def test_no_question_breaks_the_items(client, local_plan, asked):
    response = client.get(ITEMS, {name: str(value) for name, value in asked.items()})

    assert response.status_code in {200, 400}
    if response.status_code == 400:
        assert set(response.json()) == ERROR


@fuzz
@given(name=odd_text, identifier=odd_text, query=st.binary(max_size=30))
def test_no_address_breaks_the_door(client, local_plan, name, identifier, query):
    from urllib.parse import quote, quote_from_bytes

    home = f"/ogc/collections/{quote(name, safe='')}"
    for path in (home, f"{home}/items/{quote(identifier, safe='')}", f"{ITEMS}?{quote_from_bytes(query)}=1",
                 f"/ogc/collections/plans/items/{quote(identifier)}", f"/ogc/processes/{quote(name)}"):  # fmt: skip
        assert client.get(path).status_code < 500


@fuzz
@given(
    body=st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.floats(), odd_text),
            lambda inner: st.one_of(
                st.lists(inner), st.dictionaries(st.sampled_from(["inputs", "parcels", "x"]), inner)
            ),
            max_leaves=8,
        ).map(lambda value: json.dumps(value).encode()),
        st.lists(odd_text).map(lambda row: json.dumps({"inputs": {"parcels": row}}).encode()),
    )
)
def test_no_body_breaks_the_process(client, db, body):
    response = client.post("/ogc/processes/plan-extract-preview/execution", data=body, content_type="application/json")

    assert response.status_code in {400, 404}
    assert set(response.json()) == ERROR


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("datetime", "abc"), ("offset", "100000000000000000000"), ("offset", "-1"), ("limit", "0"), ("limit", "x"),
        ("bbox", "1,2,3"), ("bbox", "nan,1,2,3"), ("bbox", "1,9,2,3"), ("bbox-crs", f"{EPSG}/2178"),
        ("crs", "EPSG:2178"), ("unknown", "1"), ("NUMBER", "1"), ("q", "x"), ("f", "xml"), ("f", "jsonld"),
        ("lang", "de"), ("title", "a\0b"),
        ("sortby", "recorded_at"), ("properties", "snapshot"), ("filter-crs", f"{EPSG}/2178"),
        ("filter-lang", "cql2-json"), ("filter-lang", "sql"), ("drawing_scale", "duża"), ("in_force_from", "wczoraj"),
    ],
)  # fmt: skip
def test_refusals_name_the_parameter(client, db, name, value):
    response = client.get(ITEMS, {name: value})

    assert response.status_code == 400
    assert response.json()["code"] == "InvalidParameterValue"
    assert name in response.json()["description"] or value[:10] in response.json()["description"]


def test_a_repeated_parameter_and_broken_utf8_are_refused(client, db):
    assert client.get(f"{ITEMS}?limit=1&limit=2").status_code == 400
    assert client.get(f"{ITEMS}?title=%ff%fe").status_code == 400


def test_objects_without_days_match_any(client, make_parcel):
    """OGC 17-069r4, /req/core/fc-time-definition and fc-time-response: every collection takes the parameter."""
    place = make_parcel().district
    place.geom = factories.rectangle(east=0, north=0, width=100, height=100)
    place.save()

    for asked in ("", "?datetime=1950-01-01", "?datetime=../2999-01-01&bbox=19,50,20,51"):
        assert len(client.get(f"/ogc/collections/districts/items{asked}").json()["features"]) == 1
    assert client.get("/ogc/collections/districts/items?datetime=wczoraj").status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/ogc/nic", 404), ("get", "/ogc/collections/nic", 404), ("get", "/ogc/collections/nic/items", 404),
        ("get", "/ogc/collections/nic/queryables", 404), ("get", "/ogc/processes/nic", 404), ("post", "/ogc/jobs", 405),
        ("get", "/ogc/jobs/1/results", 404), ("post", "/ogc/collections/parcels/items", 405),
        ("delete", "/ogc/collections/parcels/items/1", 405), ("put", "/ogc/", 405),
        ("get", "/ogc/processes/plan-extract-preview/execution", 405), ("get", "/ogc/collections?unknown=1", 400),
        ("get", "/ogc/?x=1", 400), ("get", "/ogc/collections/parcels/tiles/WebMercatorQuad/1/2/1", 404),
        ("get", "/ogc/collections/parcels/tiles/Nic", 404), ("get", "/ogc/collections/nic/tiles", 404),
        ("get", "/ogc/collections/parcels/tiles/WebMercatorQuad/a/1/1", 400), ("get", "/ogc/tileMatrixSets/nic", 404),
        ("get", "/ogc/collections/parcels/tiles/PL1992Quad/17/1/1", 404), ("post", "/ogc/tileMatrixSets", 405),
        ("get", "/ogc/collections/parcels/tiles/WebMercatorQuad/1/1/1?x=1", 400),
    ],
)  # fmt: skip
def test_errors_are_small_json_documents(client, db, method, path, status):
    response = getattr(client, method)(path)

    assert response.status_code == status
    assert set(response.json()) == ERROR
    assert response["Access-Control-Allow-Origin"] == "*"


def test_a_foreign_host_is_refused(client, db):
    assert client.get("/ogc/", headers={"host": "evil.example"}).status_code == 400

"""Whatever is asked, the door answers, and never with a fault of its own."""

from json import dumps
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.ogc import views
from spatial.ogc.reference_systems import SYSTEMS

COLLECTIONS = ["parcels", "plans", "plan-zones", "districts", "buildings", "addresses"]
FIELDS = [
    "number",
    "identifier",
    "registered_area_m2",
    "in_force_from",
    "id",
    "symbol",
    "fingerprint",
    "geom",
    "pk",
    "",
]
SIGNS = st.characters(codec="utf-8")
#: text that is likely to get past the first check
WORDS = st.one_of(
    st.text(SIGNS, max_size=30),
    st.sampled_from(["\0", "%", "'", "\\", "..", "/", "żółw", "🌍", "nan", "inf", "1e400", "-0", "٣", "null"]),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(str),
    st.dates().map(str),
)
URIS = st.one_of(st.sampled_from([*SYSTEMS, "http://www.opengis.net/def/crs/EPSG/0/0"]), WORDS)
NUMBERS = st.one_of(st.floats(-200, 200), st.floats(), st.floats(-1e8, 1e8), st.integers(-(10**20), 10**20)).map(str)
LITERALS = st.one_of(
    WORDS.map(lambda text: "'" + text.replace("'", "''") + "'"),
    NUMBERS,
    st.dates().map("DATE('{}')".format),
    st.datetimes().map("TIMESTAMP('{}Z')".format),
)
SHAPES = st.one_of(
    st.tuples(NUMBERS, NUMBERS).map(lambda xy: f"POINT({xy[0]} {xy[1]})"),
    st.lists(NUMBERS, min_size=3, max_size=7).map(lambda box: f"BBOX({','.join(box)})"),
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5).map(
        lambda ring: f"POLYGON(({','.join(f'{x} {y}' for x, y in ring)}))"
    ),
)
PREDICATES = st.one_of(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(["=", "<>", "<", ">=", "LIKE", "NOT LIKE"]), LITERALS).map(
        " ".join
    ),
    st.tuples(st.sampled_from(FIELDS), LITERALS, LITERALS).map("{0[0]} BETWEEN {0[1]} AND {0[2]}".format),
    st.tuples(st.sampled_from(FIELDS), LITERALS, LITERALS).map("{0[0]} IN ({0[1]}, {0[2]})".format),
    st.tuples(st.sampled_from(["S_INTERSECTS", "S_CROSSES", "S_EQUALS", "S_DISJOINT"]), SHAPES).map(
        "{0[0]}(geometry, {0[1]})".format
    ),
)
FILTERS = st.recursive(
    st.one_of(PREDICATES, WORDS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map("({0[0]}) {0[1]} {0[2]}".format),
        inner.map("NOT ({})".format),
    ),
    max_leaves=6,
)
LISTS = st.lists(st.one_of(st.sampled_from(FIELDS), st.sampled_from(["-number", "+number"]), WORDS), max_size=3)
MOMENTS = st.one_of(
    WORDS,
    st.dates().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.tuples(st.one_of(st.dates().map(str), WORDS), st.one_of(st.dates().map(str), WORDS)).map("/".join),
)
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "bbox": st.one_of(st.lists(NUMBERS, min_size=3, max_size=7).map(",".join), WORDS),
        "bbox-crs": URIS,
        "crs": URIS,
        "datetime": MOMENTS,
        "limit": st.one_of(st.integers(1, 20).map(str), WORDS),
        "offset": st.one_of(st.integers(0, 20).map(str), WORDS),
        "sortby": LISTS.map(",".join),
        "properties": LISTS.map(",".join),
        "filter": FILTERS,
        "filter-crs": URIS,
        "number": WORDS,
        "registered_area_m2": WORDS,
        "in_force_from": WORDS,
        "f": st.one_of(st.sampled_from(["json", "html"]), WORDS),
        "lang": st.one_of(st.sampled_from(["pl", "en"]), WORDS),
    },
)
MANY = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MANY
@given(collection=st.sampled_from(COLLECTIONS), question=QUESTIONS)
def test_any_question_of_items_is_answered(land, client, collection, question):
    client.raise_request_exception = False
    response = client.get(f"/ogc/collections/{collection}/items?{urlencode(question)}")

    assert response.status_code in {200, 400}, (collection, question, response.content[:300])
    if response.status_code == 400:
        assert response.json()["code"] == "InvalidParameterValue"


@MANY
@given(collection=st.sampled_from(COLLECTIONS), condition=FILTERS, system=st.sampled_from(list(SYSTEMS)))
def test_any_filter_is_answered(land, client, collection, condition, system):
    client.raise_request_exception = False
    response = client.get(f"/ogc/collections/{collection}/items", {"filter": condition, "filter-crs": system})

    assert response.status_code in {200, 400}, (collection, condition, response.content[:300])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.just("120610_5.0007.123/4")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=5,
)


@settings(MANY, max_examples=200)
@given(
    body=st.one_of(
        st.binary(max_size=50),
        JSON.map(dumps),
        st.fixed_dictionaries(
            {"inputs": st.fixed_dictionaries({"parcels": JSON}, optional={"as_of": JSON})}, optional={"response": JSON}
        ).map(dumps),
    )
)
def test_any_execution_is_answered(land, client, body):
    client.raise_request_exception = False
    address = "/ogc/processes/plan-extract-preview/execution"
    response = client.post(address, body, content_type="application/json")

    assert response.status_code < 500, (body, response.content[:300])


@pytest.mark.parametrize(
    "condition",
    [
        "number LIKE '" + "%a" * 3000 + "'",
        "number LIKE '" + "_" * 7000 + "'",
        "number LIKE '" + "%" * 7000 + "'",
        "CASEI(number) LIKE CASEI('" + "%ż_" * 2000 + "')",
        "number IN (" + ",".join(["'x'"] * 1500) + ")",
        " OR ".join(["number='x'"] * 600),
        " AND ".join(["number<>'x'"] * 600),
        "NOT " * 1900 + "number='x'",
        "(" * 3000 + "number='x'" + ")" * 3000,
        "S_INTERSECTS(geometry, POLYGON((" + ",".join(["19.8 50.2"] * 700) + ")))",
    ],
)
def test_a_huge_filter_is_answered(land, client, condition):
    client.raise_request_exception = False
    response = client.get("/ogc/collections/parcels/items", {"filter": condition})

    assert response.status_code in {200, 400}, response.content[:300]


@pytest.mark.parametrize(
    "query", ["bbox=%00", "%00=1", "limit=%FF", "filter=%ED%A0%80", "a[]=1", "&&&", "=", "f=%0Ajson"]
)
@pytest.mark.parametrize(
    "path",
    [
        "", "conformance", "openapi", "collections", "collections/parcels", "collections/parcels/items",
        "collections/parcels/queryables", "collections/parcels/schema", "collections/%00", "processes",
        "processes/%00", "%00", "a/b",
    ],
)  # fmt: skip
def test_any_document_is_answered(db, client, path, query):
    client.raise_request_exception = False

    assert client.get(f"/ogc/{path}?{query}").status_code < 500


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("123/4", True), ("123%", True), ("%/4", True), ("123__", True), ("123_", False), ("%\\%%", False),
        ("1\\23/4", True), ("123/4\\", False), ("\\", False), ("", False), ("%", True), ("%\n", False), (".*", False),
    ],
)  # fmt: skip
def test_like_is_that_of_the_standard(land, client, pattern, matches):
    document = client.get("/ogc/collections/parcels/items", {"filter": f"number LIKE '{pattern}'"}).json()

    assert document["numberMatched"] == matches


@pytest.mark.parametrize(
    "condition", ["in_force_from LIKE '2015-09-01'", "drawing_scale LIKE '1'", "geometry LIKE 'a'"]
)
def test_like_takes_text_only(land, client, condition):
    assert client.get("/ogc/collections/plans/items", {"filter": condition}).status_code == 400


def test_a_question_that_takes_too_long_is_refused(land, client, monkeypatch):
    def slow(*_):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 10")
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(views, "page", slow)
    with transaction.atomic():
        response = client.get("/ogc/collections/parcels/items")
        transaction.set_rollback(True)

    assert response.status_code == 400
    assert "bbox" in response.json()["description"]

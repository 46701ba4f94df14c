"""What is answered in front of Django says what the views say."""

import gzip
from datetime import date
from io import BytesIO
from json import loads
from urllib.parse import quote, unquote

import brotli
import psycopg
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from services.portal.front import Calendar, database_address, in_front_of
from spatial.ogc.front import Features, Front
from spatial.ogc.reader import PlaceReader, Reader, as_text, numbered
from tests import factories
from tests.tiles.reading import tile_at
from tiles.mvt.front import VectorTiles

pytestmark = pytest.mark.django_db(transaction=True)
PARCEL = "120610_5.0007.123/4"
MANY = "&".join(f"a{number}=1" for number in range(60))
JSON = {"HTTP_ACCEPT": "application/geo+json"}


class Nobody(Exception):
    """The front handed on."""


def handed_on(environ, start_response):
    raise Nobody


@pytest.fixture
def front():
    reader, places = Reader(database_address()), PlaceReader(database_address())
    yield Front(handed_on, (Features(reader, places), VectorTiles(reader)))
    for one in (reader, places):
        if held := getattr(one._held, "connection", None):
            held.close()


def environ_of(address: str, **more: str) -> dict:
    path, _, query = address.partition("?")
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": unquote(path, "latin-1"), "QUERY_STRING": query,
        "HTTP_HOST": "testserver", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), **more,
    }  # fmt: skip


def asked(application, address: str, **more: str) -> tuple[str, dict[str, str], bytes]:
    told = []
    body = b"".join(application(environ_of(address, **more), lambda status, headers: told.append((status, headers))))
    [(status, headers)] = told
    return status, dict(headers), body


@pytest.fixture
def land(make_parcel, make_plan):
    for number, east in (("123/4", 0), ("124", 100), ("125", 200), ("126", 5000)):
        make_parcel(number=number, east=east, side=90)
    factories.zone(make_plan(), "1MN", east=0, north=0, side=60)


ITEMS = "/ogc/collections/parcels/items"
SAME = [
    ITEMS,
    f"{ITEMS}?limit=2",
    f"{ITEMS}?bbox=19.84,50.22,19.87,50.24",
    f"{ITEMS}?bbox=19.84,50.22,19.87,50.24&limit=1",
    f"{ITEMS}?bbox=5570000,7418000,5575000,7419000&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/2178",
    f"{ITEMS}?bbox=0,0,1,1",
    f"{ITEMS}?filter={quote("number LIKE '12%' AND registered_area_m2 > 100")}",
    f"{ITEMS}?filter={quote('{"op":"=","args":[{"property":"number"},"124"]}')}&filter-lang=cql2-json",
    f"{ITEMS}?filter={quote('S_INTERSECTS(geometry, BBOX(19.84,50.22,19.87,50.24))')}&limit=1",
    f"{ITEMS}?number=124&skipGeometry=true",
    f"{ITEMS}?properties=number,valid_from&crs=http://www.opengis.net/def/crs/EPSG/0/2180",
    f"{ITEMS}?sortby=-number&limit=2&offset=1",
    f"{ITEMS}?datetime=2016-01-01&limit=1",
    f"{ITEMS}?resulttype=hits",
    f"{ITEMS}/{quote(PARCEL, safe='')}",
    f"{ITEMS}/{PARCEL}?crs=http://www.opengis.net/def/crs/EPSG/0/2178",
    "/ogc/collections/plans/items?datetime=2010-01-01/..",
    "/ogc/collections/plan-zones/items?bbox=19.84,50.22,19.87,50.24",
    "/ogc/collections/districts/items",
]


@pytest.mark.parametrize("address", SAME)
def test_features_are_those_of_the_views(front, land, client, address):
    status, headers, body = asked(front, address, **JSON)
    behind = client.get(address, headers={"Accept": "application/geo+json"})

    assert status == "200 OK"
    told, expected = loads(body), behind.json()
    assert {**told, "timeStamp": 0} == {**expected, "timeStamp": 0}
    for name in ("Content-Type", "Content-Crs", "Access-Control-Allow-Origin", "X-Content-Type-Options"):
        assert headers[name] == behind.headers[name]


def test_a_tile_is_that_of_the_view(front, land, client):
    address = tile_at("parcels", zoom=16, east=50, north=50)
    status, headers, body = asked(front, address)

    assert (status, headers["Content-Type"]) == ("200 OK", "application/vnd.mapbox-vector-tile")
    assert body == client.get(address).content


def test_pages_of_a_place_lead_through_everything_once(front, land):
    seen, address = [], f"{ITEMS}?bbox=19.8,50.2,19.95,50.3&limit=1"
    while address:
        document = loads(asked(front, address)[2])
        seen += [feature["properties"]["number"] for feature in document["features"]]
        address = next(
            (one["href"].partition("testserver")[2] for one in document["links"] if one["rel"] == "next"), ""
        )

    assert sorted(seen) == ["123/4", "124", "125", "126"]


def test_rows_written_anew_while_reading_are_not_left_out(front, land):
    """Rows go to the end of the table, so what was not yet told still comes."""
    document = loads(asked(front, f"{ITEMS}?bbox=19.8,50.2,19.95,50.3&limit=2")[2])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cadastre_parcel SET registered_area_m2 = 5")
    following = next(one["href"] for one in document["links"] if one["rel"] == "next").partition("testserver")[2]
    rest = loads(asked(front, following.replace("limit=2", "limit=9"))[2])

    assert {feature["properties"]["number"] for feature in rest["features"]} >= {"125", "126"}


@pytest.mark.parametrize("address", [ITEMS, f"{ITEMS}/{PARCEL}", "/tiles/parcels/{tile}"])
def test_what_the_client_has_is_not_sent_again(front, land, address):
    address = address.replace("/tiles/parcels/{tile}", tile_at("parcels", zoom=16, east=50, north=50))
    tag = asked(front, address)[1]["ETag"]

    assert asked(front, address, HTTP_IF_NONE_MATCH=tag)[::2] == ("304 Not Modified", b"")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cadastre_parcel SET geom = ST_Translate(geom, 5, 5)")
    assert asked(front, address, HTTP_IF_NONE_MATCH=tag)[0] == "200 OK"


@pytest.mark.parametrize(
    ("taken", "packing", "unpack"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("deflate", None, bytes)],
)
def test_a_long_answer_is_packed_for_who_takes_it(front, land, taken, packing, unpack):
    _, headers, body = asked(front, ITEMS, HTTP_ACCEPT_ENCODING=taken)

    assert headers.get("Content-Encoding") == packing
    assert headers["Content-Length"] == str(len(body))
    assert loads(unpack(body))["numberReturned"] == 4


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("/", {}), ("/ogc/collections", {}), (f"{ITEMS}?{MANY}", {}), ("/ogc/collections/nic/items", {}),
        (f"{ITEMS}?kw=1", {}),
        (f"{ITEMS}?f=html", {}),
        (f"{ITEMS}?lang=en", {}), (ITEMS, {"HTTP_ACCEPT": "text/html"}), (ITEMS, {"HTTP_ACCEPT_LANGUAGE": "en"}),
        (f"{ITEMS}/nic", {}), (f"{ITEMS}?limit=x", {}), (f"{ITEMS}?bbox=1", {}), (f"{ITEMS}?after=x", {}),
        (ITEMS, {"REQUEST_METHOD": "POST"}), (ITEMS, {"HTTP_HOST": "evil.example"}), ("/tiles/parcels/14/0/0.mvt", {}),
        ("/tiles/parcels/99/0/0.mvt", {}), ("/tiles/nic/14/0/0.mvt", {}),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_handed_on(front, land, address, more):
    with pytest.raises(Nobody):
        asked(front, address, **more)


def test_a_broken_connection_is_made_anew(front, land):
    assert asked(front, ITEMS)[0] == "200 OK"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND query LIKE '%%_text%%'"
        )

    assert asked(front, ITEMS)[0] == "200 OK"


def test_a_question_that_takes_too_long_is_handed_on():
    reader = Reader(database_address(), "statement_timeout=1")
    with pytest.raises(psycopg.errors.QueryCanceled):
        reader("SELECT pg_sleep(1)")
    assert reader("SELECT 1") == [(1,)]
    reader._held.connection.close()


def test_a_table_made_anew_with_other_columns_is_read_anew():
    reader = Reader(database_address())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_anew AS SELECT 1::bigint AS a")
        assert reader("SELECT * FROM made_anew") == [(1,)]
        cursor.execute("DROP TABLE made_anew; CREATE TABLE made_anew AS SELECT 2::bigint AS a, true AS b")
        assert reader("SELECT * FROM made_anew") == [(2, True)]
        cursor.execute("DROP TABLE made_anew")
    reader._held.connection.close()


def test_many_kinds_of_statements_keep_few_prepared():
    reader = Reader(database_address())
    for number in range(230):
        assert reader(f"SELECT %s::bigint + {number}", [1]) == [(1 + number,)]
    assert len(reader._held.prepared) == 200
    reader._held.connection.close()


def test_the_office_is_behind_it(land):
    application = in_front_of(get_wsgi_application())

    assert asked(application, "/ogc/conformance", **JSON)[0] == "200 OK"
    assert asked(application, f"{ITEMS}?kw=1", **JSON)[0] == "400 Bad Request"
    assert loads(asked(application, ITEMS, **JSON)[2])["numberMatched"] == 4


def test_the_day_turns_before_the_first_question(make_plan, monkeypatch):
    make_plan(in_force_from=date(2015, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM open.plans")  # as it stood before the plan's first day
        cursor.execute("UPDATE open_live.day SET of = of - 1")
    calendar = Calendar(lambda environ, start: [b"behind"])

    assert calendar({}, None) == [b"behind"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM open.plans")
        assert cursor.fetchone() == (1,)
    monkeypatch.setattr(Calendar, "turn", lambda self: pytest.fail("asked twice"))
    calendar({}, None)


def test_values_as_the_database_reads_them():
    assert numbered("a = %s AND b IN (%s, %s)") == b"a = $1 AND b IN ($2, $3)"
    assert [as_text(one) for one in ("ł", 1.5, date(2026, 1, 2), b"\x01")] == [
        b"\xc5\x82",
        b"1.5",
        b"2026-01-02",
        b"01",
    ]

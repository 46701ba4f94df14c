import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shapely.geometry import box
from shapely.ops import transform

from spatial.ogc.registry import collections
from tests import factories
from tests.tiles.reading import decoded, tile_at

FIELDS = {
    "parcels": {"identifier", "number"},
    "plan-zones": {"symbol", "name", "plan", "class_2021", "group"},
    "plans": {"id", "title"},
    "buildings": {"identifier", "kind"},
    "addresses": {"number", "label"},
    "districts": {"id", "name"},
}


@pytest.fixture
def parcel(make_parcel):
    return make_parcel(east=0, north=0, side=100, number="123/4")


@pytest.fixture
def address(parcel):
    return tile_at("parcels", zoom=16, east=50, north=50)


class TestTile:
    def test_decoded_by_gdal_it_is_the_parcel(self, client, address, tmp_path):
        from pyproj import Transformer

        layers = decoded(client.get(address).content, address, tmp_path)

        assert list(layers) == ["parcels"]
        [row] = layers["parcels"].to_dict("records")
        assert (row["identifier"], row["number"]) == ("120610_5.0007.123/4", "123/4")
        to_tile = Transformer.from_crs(2178, 3857, always_xy=True).transform
        square = box(factories.EAST, factories.NORTH, factories.EAST + 100, factories.NORTH + 100)
        drawn, expected = row["geometry"], transform(to_tile, square)
        assert drawn.symmetric_difference(expected).area < 0.01 * expected.area

    def test_fields_are_those_the_map_uses(self):
        assert {one.id: set(one.tile_fields) for one in collections if one.id in FIELDS} == FIELDS

    def test_zone_fields(self, client, make_zone, tmp_path):
        make_zone("1MN", east=0, north=0, class_2021="MN")
        address = tile_at("plan-zones", zoom=15, east=50, north=50)

        [row] = decoded(client.get(address).content, address, tmp_path)["plan-zones"].to_dict("records")

        assert {name: row[name] for name in FIELDS["plan-zones"]} == {
            "symbol": "1MN",
            "name": "tereny zabudowy mieszkaniowej jednorodzinnej",
            "plan": "120610-XI-85-15",
            "class_2021": "MN",
            "group": "housing",
        }

    def test_a_far_view_is_simpler(self, client, make_plan, tmp_path):
        from django.contrib.gis.geos import MultiPolygon, Point

        disc = Point(factories.EAST, factories.NORTH, srid=2178).buffer(1000, quadsegs=200)
        make_plan(boundary=MultiPolygon(disc, srid=2178))
        sizes = {zoom: len(client.get(tile_at("plans", zoom=zoom, east=0, north=0)).content) for zoom in (9, 13)}

        assert sizes[9] < sizes[13] < 800

    def test_a_closed_version_is_not_drawn(self, client, make_parcel):
        from datetime import date

        make_parcel(valid_to=date(2020, 1, 1))

        assert client.get(tile_at("parcels", zoom=16, east=50, north=50)).status_code == 204

    def test_a_neighbour_in_the_margin_is_drawn(self, client, parcel):
        zoom, side = 18, 40_075_016.68 / 2**18 * 0.64
        *_, column, row = tile_at("parcels", zoom=zoom, east=0, north=0).removesuffix(".mvt").split("/")
        drawn = [
            client.get(f"/tiles/parcels/{zoom}/{int(column) + step}/{row}.mvt").status_code for step in (0, 1, 2, 3)
        ]
        assert side < 100
        assert drawn[0] == 200
        assert drawn[-1] == 204


class TestQuery:
    def test_one_query_with_the_index_and_no_projection(self, client, address):
        with CaptureQueriesContext(
            connection,
        ) as log:
            client.get(address)

        [query] = log.captured_queries
        sql = query["sql"]
        assert "EPSG" not in sql
        assert "IS NOT NULL" not in sql
        assert "ST_Transform" not in sql
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "parcels__mercator_idx" in plan

    @pytest.mark.parametrize("zoom", [0, 5, 12])
    def test_below_the_first_zoom_nothing_is_asked(self, client, parcel, zoom, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = client.get(tile_at("parcels", zoom=zoom, east=0, north=0))

        assert (response.status_code, response.content) == (204, b"")

    @pytest.mark.parametrize("path", ["14/0/0", "14/16383/16383", "14/8192/8192", "22/0/4194303"])
    def test_elsewhere_nothing_is_asked(self, client, db, path, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert client.get(f"/tiles/parcels/{path}.mvt").status_code == 204


class TestHttp:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("parcels/99/1/1", 404), ("parcels/23/1/1", 404), ("parcels/14/16384/1", 404), ("parcels/14/1/16384", 404),
            ("parcels/a/1/1", 400), ("parcels/14/-1/1", 400), ("parcels/14/1.5/1", 400), ("parcels/14/1/1e3", 400),
            ("parcels/١٤/1/1", 400), ("parcels/14/1/99999999999999999999999", 400), ("nic/14/1/1", 404),
        ],
    )  # fmt: skip
    def test_an_address_off_the_grid_is_told_so(self, client, db, path, status):
        response = client.get(f"/tiles/{path}.mvt")

        assert response.status_code == status
        assert set(response.json()) == {"code", "description"}

    def test_an_unchanged_tile_is_not_sent_again(self, client, address):
        first = client.get(address)

        again = client.get(address, headers={"if-none-match": first["ETag"]})

        assert first["Cache-Control"] == "no-cache"
        assert first["Access-Control-Allow-Origin"] == "*"
        assert (again.status_code, again.content) == (304, b"")

    def test_a_changed_parcel_changes_the_tag(self, client, parcel, address):
        first = client.get(address)["ETag"]
        parcel.geom = factories.rectangle(east=0, north=0, width=50, height=50)
        parcel.save()

        assert client.get(address)["ETag"] != first

    def test_compressed_it_is_the_same(self, client, make_parcel, address):
        for number in range(20):
            make_parcel(east=number * 5, north=200, side=5)
        plain = client.get(address)
        packed = client.get(address, headers={"accept-encoding": "gzip"})

        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content

    def test_post_is_refused(self, client, db):
        assert client.post("/tiles/parcels/14/1/1.mvt").status_code == 405


class TestTileJson:
    def test_document(self, client, skala):
        from django.core.cache import cache

        cache.clear()
        response = client.get("/tiles/parcels.json")

        document = response.json()
        assert document["tilejson"] == "3.0.0"
        assert document["tiles"] == ["http://testserver/tiles/parcels/{z}/{x}/{y}.mvt"]
        assert (document["minzoom"], document["maxzoom"]) == (13, 22)
        assert document["vector_layers"] == [
            {
                "id": "parcels",
                "minzoom": 13,
                "maxzoom": 22,
                "fields": {"identifier": "Identyfikator", "number": "Numer działki"},
            }
        ]
        west, south, east, north = document["bounds"]
        assert west < 19.85 < east
        assert south < 50.22 < north

    def test_an_unknown_one(self, client, db):
        assert client.get("/tiles/nic.json").status_code == 404

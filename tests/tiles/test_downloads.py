"""Whole municipalities: read by GDAL and by the PMTiles library, also over HTTP in parts."""

import gzip

import pyogrio
import pytest
from django.core.management import call_command
from pmtiles.reader import Reader, all_tiles

from spatial.ogc.registry import collections
from tests import factories
from tiles.downloads.views import part_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(settings, tmp_path, make_parcel, make_plan, skala):
    settings.MAP_FOLDER = tmp_path
    make_parcel(east=0, north=0, side=100, number="123/4")
    factories.zone(make_plan(), "1MN", east=0, north=0, side=60)
    skala.boundary = factories.rectangle(east=-500, north=-500, width=2000, height=2000)
    skala.save()
    call_command("downloads")
    return tmp_path / "downloads"


def test_the_geopackage_has_a_layer_for_each_collection(made):
    path = made / "120610.gpkg"
    frame = pyogrio.read_dataframe(path, layer="parcels")

    assert {name for name, _ in pyogrio.list_layers(path)} == {one.id for one in collections}
    assert (frame.crs.to_epsg(), frame["number"].tolist()) == (2180, ["123/4"])


def test_the_pmtiles_hold_the_tiles_of_the_server(client, made):
    body = (made / "120610.pmtiles").read_bytes()

    def part(offset: int, length: int) -> bytes:
        return body[offset : offset + length]

    reader = Reader(part)
    tiles = dict(all_tiles(part))
    zoom, column, row = max(tiles)

    assert reader.header()["max_zoom"] == 15
    assert {one["id"] for one in reader.metadata()["vector_layers"]} >= {"parcels", "plan-zones"}
    assert gzip.decompress(tiles[zoom, column, row]) == client.get(
        f"/ogc/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
    ).content  # fmt: skip


def test_parts_are_served_as_asked(client, made):
    whole = b"".join(client.get("/pobierz/120610.pmtiles").streaming_content)
    first = client.get("/pobierz/120610.pmtiles", headers={"Range": "bytes=0-126"})
    last = client.get("/pobierz/120610.pmtiles", headers={"Range": "bytes=-10"})
    beyond = client.get("/pobierz/120610.pmtiles", headers={"Range": f"bytes={len(whole)}-"})

    assert whole[:7] == b"PMTiles"
    assert (first.status_code, b"".join(first.streaming_content)) == (206, whole[:127])
    assert first["Content-Range"] == f"bytes 0-126/{len(whole)}"
    assert b"".join(last.streaming_content) == whole[-10:]
    assert beyond.status_code == 416
    assert client.get("/pobierz/120610.pmtiles", headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("told", "expected"),
    [("", (0, 100, 200)), ("bytes=0-0", (0, 1, 206)), ("bytes=90-200", (90, 100, 206)), ("bytes=-5", (95, 100, 206)),
     ("bytes=-500", (0, 100, 206)), ("bytes=5-1", (0, 0, 416)), ("bytes=100-", (0, 0, 416)), ("bytes=-", (0, 100, 200)),
     ("bytes=0-1,3-4", (0, 100, 200)), ("lines=1-2", (0, 100, 200)), ("bytes=-0", (0, 0, 416))],
)  # fmt: skip
def test_ranges(told, expected):
    assert part_of(told, 100) == expected


def test_what_has_not_been_made(client, db, settings, tmp_path):
    settings.MAP_FOLDER = tmp_path

    assert client.get("/pobierz/120610.gpkg").status_code == 404
    assert client.get("/pobierz/../x.gpkg").status_code == 404


def test_files_of_a_municipality_that_is_gone_go_too(made, skala):
    (made / "999999.gpkg").write_bytes(b"x")
    call_command("downloads")

    assert sorted(one.name for one in made.iterdir()) == ["120610.gpkg", "120610.pmtiles"]


def test_the_catalogue_names_them(client, made):
    links = client.get("/ogc/collections/catalogue/items/parcels-120610").json()["links"]

    assert {"http://testserver/pobierz/120610.gpkg", "http://testserver/pobierz/120610.pmtiles"} <= {
        one["href"] for one in links
    }

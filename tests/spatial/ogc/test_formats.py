"""Files of features, read by programs that we did not write: GDAL of pyogrio, lxml, csv."""

import csv
import json
from io import StringIO

import geopandas as gpd
import pyogrio
import pytest
from lxml import etree

from spatial.ogc.formats import FORMATS
from spatial.ogc.registry import collections
from tests.factories import EAST, NORTH
from tests.spatial.ogc.conftest import CANARY_FINGERPRINT, CANARY_LAND_BOOK

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
URL = "/ogc/collections/{}/items"


@pytest.fixture
def load(client, land, tmp_path):
    """The file that a question gives, on disk."""

    def get(form: str, collection: str = "parcels", **asked):
        response = client.get(URL.format(collection), {"f": form} | asked)
        assert response.status_code == 200, response.content
        path = tmp_path / f"{collection}.{FORMATS[form].extension}"
        path.write_bytes(b"".join(response.streaming_content))
        return path

    return get


@pytest.mark.parametrize("form", ["gpkg", "fgb", "jsonfg"])
@pytest.mark.parametrize("srid", [2178, 2180, 3857])
def test_gdal_reads_the_same_square_in_every_system(load, form, srid):
    path = load(form, crs=f"{EPSG}/{srid}")
    frame = pyogrio.read_dataframe(f"JSONFG:{path}" if form == "jsonfg" else path)

    assert frame.crs.to_epsg() == srid
    assert frame["number"].tolist() == ["123/4"]
    square = frame.to_crs(2178).geometry[0]
    assert square.area == pytest.approx(10_000, rel=1e-3)
    assert square.bounds[:2] == pytest.approx((EAST, NORTH), abs=0.1)


@pytest.mark.parametrize("form", ["gpkg", "fgb"])
def test_types_of_fields_outlive_missing_values(load, form):
    told = pyogrio.read_info(load(form))
    fields = dict(zip(told["fields"], told["ogr_types"], strict=True))

    assert fields["registered_area_m2"] in ("OFTInteger", "OFTInteger64")
    assert fields["number"] == "OFTString"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("collection", [one.id for one in collections])
def test_every_collection_has_every_format_empty_or_not(load, form, collection):
    assert load(form, collection).stat().st_size >= 0


def test_csv_has_a_line_for_each_feature(load):
    [line] = csv.DictReader(StringIO(load("csv", crs=f"{EPSG}/2178").read_text()))

    assert (line["identifier"], line["number"]) == ("120610_5.0007.123/4", "123/4")
    assert line["geometry"].startswith("MULTIPOLYGON(((5566")  # north first


def test_json_fg_tells_the_system_and_the_days(load, client):
    response = client.get(URL.format("plans"), {"f": "jsonfg", "crs": f"{EPSG}/2180", "datetime": "2020-01-01"})
    document = json.loads(b"".join(response.streaming_content))
    [plan] = document["features"]

    assert response["Content-Type"] == "application/vnd.ogc.fg+json"
    assert document["coordRefSys"] == f"{EPSG}/2180"
    assert document["featureType"] == "plans"
    assert plan["time"]["interval"][1] == ".."
    assert plan["geometry"]["type"] == plan["place"]["type"]


def test_json_fg_in_degrees_has_no_place(load):
    document = json.loads(load("jsonfg").read_text())
    assert "coordRefSys" not in document
    assert document["features"][0]["place"] is None


def test_gml_is_read_by_gdal_and_names_its_system(load):
    path = load("gml", crs=f"{EPSG}/2178")
    frame = pyogrio.read_dataframe(path)
    [identifier] = etree.parse(path).iter("{http://www.opengis.net/gml/3.2}identifier")

    assert frame["number"].tolist() == ["123/4"]
    assert identifier.text == "120610_5.0007.123/4"
    assert "EPSG::2178" in path.read_text()


@pytest.mark.parametrize("form", FORMATS)
def test_conditions_of_pages_hold_for_files(load, make_parcel, form):
    make_parcel(number="9", east=1000, side=10)
    one, none = load(form, number="9").read_bytes(), load(form, bbox="0,0,1,1").read_bytes()
    less = load(form, properties="number", limit="1", sortby="number").read_bytes()

    assert (b"0007.9" in one, b"123/4" in one, b"123/4" in none) == (True, False, False)
    assert b"district_name" not in less


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_in_a_file(load, form):
    for collection in ("parcels", "addresses", "buildings"):
        told = load(form, collection).read_bytes()
        for secret in (CANARY_LAND_BOOK, CANARY_FINGERPRINT, "canary of the search key"):
            assert secret.encode() not in told


@pytest.mark.parametrize("query", ["f=xlsx", "f=gpkg&limit=0", "f=csv&filter=((", "f=gml&owner=x", "f=fgb&bbox=a"])
def test_refusals_are_those_of_pages(client, land, query):
    assert client.get(f"{URL.format('parcels')}?{query}").status_code == 400


def test_a_file_is_not_cut_at_a_page(client, make_parcel):
    for number in range(1, 120):
        make_parcel(number=str(number), east=number * 20, side=10)
    lines = b"".join(client.get(f"{URL.format('parcels')}?f=csv&properties=number").streaming_content).splitlines()

    assert len(lines) == 120


def test_links_of_a_page_name_every_encoding(client, land):
    links = client.get(URL.format("parcels")).json()["links"]

    assert {one["type"] for one in links if one["rel"] == "alternate"} >= {one.media_type for one in FORMATS.values()}


def test_many_features_keep_their_order_and_number(load, make_parcel):
    for number in range(1, 30):
        make_parcel(number=str(number), east=number * 20, side=10)
    frame = gpd.read_file(load("gpkg", sortby="-number"))

    assert frame["number"].tolist() == sorted(frame["number"], reverse=True)

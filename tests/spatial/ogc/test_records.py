"""The catalogue: a record of each data set of each municipality; as JSON, ISO 19139 and DCAT-AP."""

import json

import pytest
from lxml import etree
from owslib.iso import MD_Metadata
from owslib.ogcapi.records import Records

from spatial.ogc.records.catalogue import INSPIRE
from spatial.ogc.registry import collections

pytestmark = pytest.mark.django_db

HOME = "/ogc/collections/catalogue"


@pytest.fixture
def catalogue(client, land, suloszowa):
    def get(**asked):
        response = client.get(f"{HOME}/items", asked)
        return response.json() if response.status_code == 200 else response

    return get


def test_every_collection_of_every_municipality_and_every_service(catalogue):
    held = {one["id"] for one in catalogue()["features"]}

    assert held >= {f"{one.id}-{teryt}" for one in collections for teryt in ("120610", "120613")}
    assert held >= {"wms", "wmts", "wfs", "ogc-api"}


def test_it_stands_among_the_collections_as_a_catalogue(client, catalogue):
    [told] = [one for one in client.get("/ogc/collections").json()["collections"] if one.get("itemType") == "record"]

    assert told["id"] == "catalogue"
    assert client.get(HOME).json() == told
    assert client.get(f"{HOME}?f=html")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "MPZP", "type": "dataset"}, {"plans", "plan-zones"}),
        ({"ids": "wms,parcels-120610"}, {"wms", "parcels"}),
        ({"q": "smok wawelski-x"}, set()),
        ({"bbox": "-10,-10,-9,-9"}, set()),
        ({"type": "service"}, {"wms", "wmts", "wfs", "ogc"}),
    ],
)
def test_searched(catalogue, asked, expected):
    found = {one["id"].removesuffix("-120610").removesuffix("-120613").removesuffix("-api") for one in
             catalogue(**asked)["features"]}  # fmt: skip

    assert found >= expected if "q" in asked and expected else found == expected


def test_pages(catalogue):
    first, second = catalogue(limit=1), catalogue(limit=1, offset=1)

    assert first["numberReturned"] == 1
    assert first["numberMatched"] == second["numberMatched"] > 20
    assert first["features"][0]["id"] != second["features"][0]["id"]
    assert {"self", "next", "alternate", "collection"} <= {one["rel"] for one in first["links"]}


def test_each_way_to_the_data_opens(client, catalogue):
    [record] = catalogue(ids="parcels-120610")["features"]
    for link in record["links"]:
        if link["href"].startswith("http://testserver/") and "/wms" not in link["href"]:
            response = client.get(link["href"])
            assert response.status_code == 200, link
            assert response["Content-Type"].split(";")[0] == link["type"].split(";")[0]


@pytest.mark.parametrize("name", ["parcels-120610", "places-120610", "wms"])
def test_iso_19139_is_read_by_owslib_and_has_what_inspire_asks(client, catalogue, name):
    body = client.get(f"{HOME}/items/{name}?f=iso19139").content
    read = MD_Metadata(etree.fromstring(body))
    [information] = read.identification

    assert read.identifier == name
    assert information.title
    assert information.abstract
    assert read.hierarchy == ("service" if name == "wms" else "dataset")
    assert read.contact[0].organization
    assert read.dataquality.lineage
    assert read.dataquality.conformancedegree == ["false"]
    themes = [word.name for words in information.keywords for word in words.keywords]
    assert (INSPIRE["cp"].pl in themes) == (name == "parcels-120610")
    if name != "wms":
        assert float(information.extent.boundingBox.minx) < float(information.extent.boundingBox.maxx)


def test_dcat_of_the_whole_and_of_one(client, catalogue):
    whole = json.loads(client.get(f"{HOME}/items?f=dcat&limit=10").content)
    one = json.loads(client.get(f"{HOME}/items/parcels-120610?f=dcat").content)

    assert whole["@type"] == "dcat:Catalog"
    assert len(whole["dcat:dataset"]) == 10
    assert one["@type"] == "dcat:Dataset"
    for needed in (
        "dct:title",
        "dct:description",
        "dct:publisher",
        "dcat:theme",
        "dct:accessRights",
        "dcat:distribution",
    ):
        assert one[needed]
    assert all(part["dcat:accessURL"]["@id"].startswith("http") for part in one["dcat:distribution"])


def test_owslib_searches_it(address_of_server, land):
    client = Records(f"{address_of_server}/ogc/")

    assert client.records() == ["catalogue"]
    found = client.collection_items("catalogue", q="adresy")
    assert any(one["id"].startswith("addresses-") for one in found["features"])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("items?bbox=a", 400), ("items?bbox=1,2", 400), ("items?limit=0", 400), ("items?owner=x", 400),
        ("items?f=iso19139", 400),
        ("items?datetime=x", 400), ("items/nic", 404), ("items/wms?f=csw", 400), ("items?bbox=nan,1,2,3", 400),
    ],
)  # fmt: skip
def test_refusals(client, land, address, status):
    assert client.get(f"{HOME}/{address}").status_code == status


def test_no_person_is_named(client, land):
    text = client.get(f"{HOME}/items").content.decode()

    assert "KR1P" not in text

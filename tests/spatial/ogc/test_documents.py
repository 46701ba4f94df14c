import json
import re

import pytest

from spatial.ogc.config import api_for
from spatial.ogc.documents import CONFORMANCE

DOCUMENTS = ["/ogc/", "/ogc/conformance", "/ogc/openapi", "/ogc/collections", "/ogc/collections/parcels",
             "/ogc/collections/parcels/queryables", "/ogc/collections/parcels/schema", "/ogc/processes",
             "/ogc/processes/plan-extract-preview"]  # fmt: skip


def hrefs(document):
    if isinstance(document, dict):
        yield from [document["href"]] if isinstance(document.get("href"), str) else []
        for value in document.values():
            yield from hrefs(value)
    elif isinstance(document, list):
        for value in document:
            yield from hrefs(value)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_each_is_there_with_and_without_a_slash(client, db, path):
    for form in {path, path.rstrip("/"), f"{path.rstrip('/')}/"}:
        response = client.get(form)
        assert response.status_code == 200
        assert "json" in response["Content-Type"]
        assert "X-Powered-By" not in response
        assert response["Access-Control-Allow-Origin"] == "*"


def test_every_link_that_leads_to_us_opens(land, client):
    """Depth first through all documents and first pages."""
    todo, seen = ["http://testserver/ogc/"], set()
    while todo:
        url = todo.pop()
        if url in seen or "{" in url or not url.startswith("http://testserver/") or "/wm" in url:
            continue
        seen.add(url)
        response = client.get(url)
        if url.split("?")[0].endswith("/execution"):
            assert response.status_code == 405
            continue
        assert response.status_code == 200, url
        if response.streaming:
            assert b"".join(response.streaming_content)
        elif "json" in response["Content-Type"]:
            todo += hrefs(response.json())
    assert len(seen) > 60


@pytest.mark.parametrize(
    "path", [*DOCUMENTS, "/ogc/collections/parcels/items", "/ogc/collections/parcels/items/120610_5.0007.123%2F4"]
)
def test_pages_for_people_load_nothing_from_elsewhere(land, client, path):
    response = client.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    text = response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert not re.search(r"<(script|link|img|iframe)\b", text)


def test_language_by_parameter_or_header(client, db):
    assert client.get("/ogc/collections/parcels").json()["title"] == "Działki ewidencyjne"
    assert client.get("/ogc/collections/parcels?lang=en").json()["title"] == "Cadastral parcels"
    english = client.get("/ogc/collections/parcels", headers={"accept-language": "en"})
    assert english.json()["title"] == "Cadastral parcels"
    assert english["Content-Language"] == "en"


def test_collection_says_which_systems_and_where(client, skala):
    document = client.get("/ogc/collections/parcels").json()

    [box] = document["extent"]["spatial"]["bbox"]
    assert document["storageCrs"] == "http://www.opengis.net/def/crs/EPSG/0/2178"
    assert document["crs"][0] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert {uri.rsplit("/", 1)[1] for uri in document["crs"]} == {"CRS84", "4326", "3857", "2178", "2180"}
    assert box[0] < 19.85 < box[2]


def test_the_extent_is_the_country_until_there_are_data(client, db):
    assert client.get("/ogc/collections/parcels").json()["extent"]["spatial"]["bbox"] == [[14.07, 49.0, 24.15, 54.84]]


def test_queryables_name_types_and_titles(client, db):
    properties = client.get("/ogc/collections/plans/queryables").json()["properties"]

    assert properties["in_force_from"] == {"title": "Obowiązuje od", "type": "string", "format": "date"}
    assert properties["drawing_scale"]["type"] == "integer"
    assert properties["id"]["x-ogc-role"] == "id"
    assert properties["geometry"]["format"] == "geometry-multipolygon"


def test_no_promise_beyond_what_is_served(client, db):
    classes = client.get("/ogc/conformance").json()["conformsTo"]

    assert classes[: len(CONFORMANCE)] == CONFORMANCE
    others = {one.split("/")[4] for one in classes[len(CONFORMANCE) :]}
    assert others == {
        "ogcapi-features-4",
        "ogcapi-records-1",
        "ogcapi-tiles-1",
        "tms",
        "ogcapi-styles-1",
        "ogcapi-maps-1",
    }
    assert not [one for one in classes if "callback" in one or "dismiss" in one]


class TestOpenApi:
    @pytest.fixture
    def document(self, client, db):
        return client.get("/ogc/openapi").json()

    def test_it_is_complete_in_itself(self, document):
        text = json.dumps(document)
        references = set(re.findall(r'"\$ref": "([^"]+)"', text))

        assert document["openapi"].startswith("3.0.")
        assert references
        for reference in references:
            assert reference.startswith("#/")
            place = document
            for step in reference[2:].split("/"):
                place = place[step]

    def test_every_path_without_a_variable_opens(self, document, land, client):
        for path, operations in document["paths"].items():
            if "get" in operations and "{" not in path:
                assert client.get(f"/ogc{path}").status_code == 200, path

    def test_every_operation_has_its_own_name(self, document):
        names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]

        assert len(names) == len(set(names))


class TestCachedApi:
    def test_one_for_an_address(self, client, db):
        api_for.cache_clear()
        for _ in range(3):
            client.get("/ogc/")
            client.get("/ogc/collections")

        assert api_for.cache_info().misses == 1

    def test_a_few_are_kept(self, db):
        for number in range(20):
            api_for(f"http://host-{number}/ogc")

        assert api_for.cache_info().currsize == 8
        api_for.cache_clear()

    def test_links_name_the_host_that_was_asked(self, client, db):
        assert "http://localhost/ogc" in client.get("/ogc/", headers={"host": "localhost"}).content.decode()

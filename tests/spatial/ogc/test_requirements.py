"""Assertions of OGC's executable suites, by requirement: Features 1.0 parts 1 and 2, Tiles 1.0.

Ported from the abstract tests (OGC 17-069r4, 18-058r1, 20-057); the names of the tests carry the requirement.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from spatial.ogc.registry import collections

CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/req/core"
OAS = "http://www.opengis.net/spec/ogcapi-features-1/1.0/req/oas30"
CRS = "http://www.opengis.net/spec/ogcapi-features-2/1.0/req/crs"
TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/req"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"

Get = Callable[..., Any]
CHECKS: list[tuple[str, Callable[..., None]]] = []


def requirement(uri: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def held(check: Callable[..., None]) -> Callable[..., None]:
        CHECKS.append((uri, check))
        return check

    return held


def rels(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for link in document["links"]:
        assert link["href"]
        assert link["rel"]
        found.setdefault(link["rel"], []).append(link)
    return found


def home(name: str) -> str:
    return f"/ogc/collections/{name}"


@requirement(f"{CORE}/root-success")
def landing(get: Get, name: str) -> None:
    found = rels(get("/ogc/").json())
    assert {"service-desc", "service-doc", "conformance", "data", "self", "alternate"} <= set(found)
    assert any("openapi" in link["type"] for link in found["service-desc"])


@requirement(f"{CORE}/conformance-success")
def conformance(get: Get, name: str) -> None:
    classes = get("/ogc/conformance").json()["conformsTo"]
    for one in ("core", "oas30", "html", "geojson"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{one}" in classes


@requirement(f"{OAS}/oas-definition-2")
def definition(get: Get, name: str) -> None:
    document = get("/ogc/openapi").json()
    assert document["openapi"].startswith("3.0")
    assert f"/collections/{name}/items" in document["paths"]
    assert f"/collections/{name}/items/{{featureId}}" in document["paths"]


def parameters_of(get: Get, name: str) -> dict[str, dict[str, Any]]:
    document = get("/ogc/openapi").json()
    told = document["paths"][f"/collections/{name}/items"]["get"]["parameters"]
    shared = document["components"]["parameters"]
    full = [shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one for one in told]
    return {one["name"]: one for one in full}


@requirement(f"{CORE}/fc-limit-definition")
def limit_definition(get: Get, name: str) -> None:
    limit = parameters_of(get, name)["limit"]
    assert (limit["in"], limit["style"], limit["explode"], limit.get("required", False)) == (
        "query",
        "form",
        False,
        False,
    )
    assert limit["schema"]["type"] == "integer"
    assert limit["schema"]["minimum"] == 1
    assert limit["schema"]["maximum"] >= limit["schema"]["default"]


@requirement(f"{CORE}/fc-bbox-definition")
def bbox_definition(get: Get, name: str) -> None:
    bbox = parameters_of(get, name)["bbox"]
    assert (bbox["in"], bbox["style"], bbox["explode"]) == ("query", "form", False)
    assert bbox["schema"]["type"] == "array"
    assert bbox["schema"]["items"]["type"] == "number"
    assert [(one["minItems"], one["maxItems"]) for one in bbox["schema"]["oneOf"]] == [(4, 4), (6, 6)]


@requirement(f"{CORE}/fc-time-definition")
def time_definition(get: Get, name: str) -> None:
    moment = parameters_of(get, name)["datetime"]
    assert (moment["in"], moment["style"], moment["explode"]) == ("query", "form", False)
    assert moment["schema"]["type"] == "string"


@requirement(f"{CORE}/fc-md-links")
def collections_links(get: Get, name: str) -> None:
    found = rels(get("/ogc/collections").json())
    assert len(found["self"]) == 1
    assert {link["type"] for link in found["alternate"]} == {"text/html"}


@requirement(f"{CORE}/fc-md-items-links")
def items_links(get: Get, name: str) -> None:
    told = next(one for one in get("/ogc/collections").json()["collections"] if one["id"] == name)
    assert {link["type"] for link in rels(told)["items"]} == {"application/geo+json", "text/html"}


@requirement(f"{CORE}/fc-md-extent")
def extents(get: Get, name: str) -> None:
    for west, south, east, north in get(home(name)).json()["extent"]["spatial"]["bbox"]:
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90


@requirement(f"{CORE}/sfc-md-success")
def collection_success(get: Get, name: str) -> None:
    alone = get(home(name)).json()
    listed = next(one for one in get("/ogc/collections").json()["collections"] if one["id"] == name)
    for member in ("id", "title", "description", "extent", "crs", "itemType"):
        assert alone.get(member) == listed.get(member)


@requirement(f"{CORE}/fc-response")
def features_response(get: Get, name: str) -> None:
    answer = get(f"{home(name)}/items")
    document = answer.json()
    assert answer["Content-Type"].startswith("application/geo+json")
    assert document["type"] == "FeatureCollection"
    assert document["numberReturned"] == len(document["features"])
    assert document["numberMatched"] >= document["numberReturned"]
    assert abs((datetime.fromisoformat(document["timeStamp"]) - datetime.now(UTC)).total_seconds()) < 60


@requirement(f"{CORE}/fc-links")
def features_links(get: Get, name: str) -> None:
    found = rels(get(f"{home(name)}/items").json())
    assert [link["type"] for link in found["self"]] == ["application/geo+json"]
    assert "text/html" in [link["type"] for link in found["alternate"]]


@requirement(f"{CORE}/fc-limit-response-1")
def limit_response(get: Get, name: str) -> None:
    for limit in (1, 2, 10_000, 10_001):
        assert len(get(f"{home(name)}/items?limit={limit}").json()["features"]) <= limit
    for limit in ("0", "-1", "x", ""):
        assert get(f"{home(name)}/items?limit={limit}").status_code == 400


@requirement(f"{CORE}/fc-bbox-response")
def bbox_response(get: Get, name: str) -> None:
    everywhere = get(f"{home(name)}/items?bbox=-180,-90,180,90").json()["features"]
    assert {one["id"] for one in everywhere} == {one["id"] for one in get(f"{home(name)}/items").json()["features"]}
    assert get(f"{home(name)}/items?bbox=-180,-90,-100,180,90,100").json()["features"] == everywhere
    assert get(f"{home(name)}/items?bbox=1,1,2,2").json()["features"] == []
    for box in ("1,2,3", "1,2,3,4,5", "a,b,c,d", "3,2,1,-1"):
        assert get(f"{home(name)}/items?bbox={box}").status_code == 400


@requirement(f"{CORE}/fc-time-response")
def time_response(get: Get, name: str) -> None:
    for moment in (
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "../2020-01-01",
        "2020-01-01/..",
        "1990-01-01/2030-01-01T00:00:00Z",
    ):
        assert get(f"{home(name)}/items?datetime={moment}").status_code == 200
    for moment in ("x", "2020-13-01", "2021-01-01/2020-01-01", "a/b/c"):
        assert get(f"{home(name)}/items?datetime={moment}").status_code == 400


@requirement(f"{CORE}/query-param-unknown")
def unknown_parameter(get: Get, name: str) -> None:
    for path in ("/ogc/", "/ogc/conformance", "/ogc/collections", home(name), f"{home(name)}/items"):
        assert get(f"{path}?unknownQueryParameter=1").status_code == 400


@requirement(f"{CORE}/f-success")
def feature_success(get: Get, name: str) -> None:
    for one in get(f"{home(name)}/items?limit=2").json()["features"]:
        answer = get(f"{home(name)}/items/{one['id'].replace('/', '%2F')}")
        told = answer.json()
        assert answer["Content-Type"].startswith("application/geo+json")
        assert {member: told[member] for member in one} == one
        assert {"self", "alternate", "collection"} <= set(rels(told))


@requirement(f"{CRS}/fc-md-crs-list")
def crs_list(get: Get, name: str) -> None:
    told = get(home(name)).json()
    assert told["crs"][0] == CRS84
    assert told["storageCrs"] in told["crs"]


@requirement(f"{CRS}/fc-bbox-crs-valid-value")
def crs_values(get: Get, name: str) -> None:
    for uri in get(home(name)).json()["crs"]:
        answer = get(f"{home(name)}/items?crs={uri}&limit=1")
        assert (answer.status_code, answer["Content-Crs"]) == (200, f"<{uri}>")
        for one in answer.json()["features"]:
            single = get(f"{home(name)}/items/{one['id'].replace('/', '%2F')}?crs={uri}")
            assert single["Content-Crs"] == f"<{uri}>"
            assert single.json()["geometry"] == one["geometry"]
    assert get(f"{home(name)}/items")["Content-Crs"] == f"<{CRS84}>"


@requirement(f"{CRS}/fc-bbox-crs-valid-defaultValue")
def crs_refused(get: Get, name: str) -> None:
    for asked in (f"crs={EPSG}/0", "crs=x", f"bbox=1,1,2,2&bbox-crs={EPSG}/0"):
        assert get(f"{home(name)}/items?{asked}").status_code == 400


@requirement(f"{CRS}/fc-bbox-crs-action")
def bbox_in_systems(get: Get, name: str) -> None:
    """The same box in degrees, once with longitude and once with latitude first."""
    first = get(f"{home(name)}/items?bbox=19,50,20.5,51").json()["features"]
    assert get(f"{home(name)}/items?bbox=50,19,51,20.5&bbox-crs={EPSG}/4326").json()["features"] == first
    assert get(f"{home(name)}/items?bbox=19,50,20.5,51&bbox-crs={CRS84}").json()["features"] == first


@requirement(f"{TILES}/tilesets-list/tileset-links")
def tile_sets(get: Get, name: str) -> None:
    [link] = rels(get(home(name)).json())["http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"]
    for one in get(link["href"]).json()["tilesets"]:
        assert one["dataType"] == "vector"
        told = get(rels(one)["self"][0]["href"]).json()
        [item] = [link for link in rels(told)["item"] if link.get("templated") is True]
        for variable in ("{tileMatrix}", "{tileRow}", "{tileCol}"):
            assert variable in item["href"]
        grid = get(rels(told)["http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"][0]["href"]).json()
        assert grid["id"] == told["tileMatrixSetId"]


@requirement(f"{TILES}/core/tc-error")
def tile_errors(get: Get, name: str) -> None:
    tiles = f"{home(name)}/tiles/WebMercatorQuad"
    assert get(f"{tiles}/8/87/142").status_code in (200, 204)
    assert get(f"{tiles}/8/9999/142").status_code == 404
    assert get(f"{tiles}/8/x/142").status_code == 400
    assert get(f"{home(name)}/tiles/unknownSet/8/87/142").status_code == 404


@pytest.mark.parametrize("name", [one.id for one in collections])
@pytest.mark.parametrize(
    ("uri", "check"), CHECKS, ids=[uri.removeprefix("http://www.opengis.net/spec/") for uri, _ in CHECKS]
)
def test_requirement(client, land, uri, check, name):
    check(client.get, name)

"""Canaries in the land book and in columns that are nobody's business: no answer shows them or reacts to them."""

import pytest
from django.urls import get_resolver

from spatial.ogc.registry import collections
from tests.spatial.ogc.conftest import CANARY_FINGERPRINT, CANARY_LAND_BOOK
from tests.tiles.reading import tile_at

SECRETS = [CANARY_LAND_BOOK, CANARY_FINGERPRINT, "canary of the search key", "land_book", "LandBook", "fingerprint"]
PRIVATE = [
    "fingerprint", "snapshot", "snapshot_id", "snapshot__sha256", "search_key", "sort_key", "predecessors", "land_uses",
    "land_book", "landbook__number", "owner", "kw", "municipality__office_name", "district__unit__name", "pk", "id__gt",
    "recorded_at", "geom", "boundary", "public_identifier", "geojson_text",
]  # fmt: skip
EVERY = ["parcels", "plans", "plan-zones", "districts", "buildings", "addresses"]


def shows_secret(response) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in response.content]


@pytest.mark.parametrize("collection", EVERY)
def test_no_document_shows_a_secret(land, client, collection):
    home = f"/ogc/collections/{collection}"
    [identifier] = [one["id"] for one in client.get(f"{home}/items").json()["features"]]

    for path in (home, f"{home}/items", f"{home}/items?f=html", f"{home}/items/{identifier}", f"{home}/queryables",
                 f"{home}/schema", f"{home}/queryables?f=html"):  # fmt: skip
        response = client.get(path)
        assert response.status_code == 200, path
        assert shows_secret(response) == [], path


def test_no_general_document_shows_a_secret(land, client):
    for path in (
        "/ogc/",
        "/ogc/openapi",
        "/ogc/collections",
        "/ogc/processes",
        "/ogc/conformance",
        "/tiles/parcels.json",
    ):
        response = client.get(path)
        assert response.status_code == 200
        assert shows_secret(response) == [], path


@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.parametrize("collection", ["parcels", "plan-zones", "addresses"])
def test_no_private_column_can_be_asked_for(land, client, collection, name):
    for query in (
        {name: CANARY_FINGERPRINT},
        {"properties": name},
        {"properties": f"municipality,{name}"},
        {"sortby": name},
        {"sortby": f"-{name}"},
        {"filter": f"{name} = '{CANARY_FINGERPRINT}'"},
        {"filter": f"{name} IS NOT NULL"},
        {"filter": f"\"{name}\" LIKE 'KR1P%'"},
        {"filter": f"municipality = '120610' OR {name} = '{CANARY_LAND_BOOK}'"},
    ):
        response = client.get(f"/ogc/collections/{collection}/items", query)

        assert response.status_code == 400, query
        assert CANARY_FINGERPRINT not in response.json()["description"].replace(name, "")


def test_a_private_value_matches_nothing_public(land, client):
    for name in collections["parcels"].fields:
        if collections["parcels"].fields[name].type == "string":
            answer = client.get("/ogc/collections/parcels/items", {name: CANARY_LAND_BOOK}).json()
            assert answer["numberMatched"] == 0


def test_answers_carry_exactly_the_allowed_properties(land, client):
    for one in collections:
        document = client.get(f"/ogc/collections/{one.id}/items").json()
        for feature in document["features"]:
            assert set(feature["properties"]) == set(one.fields)
        queryables = client.get(f"/ogc/collections/{one.id}/queryables").json()
        assert set(queryables["properties"]) == {*one.fields, "geometry"}


def test_the_process_tells_no_land_book(land, client):
    response = client.post(
        "/ogc/processes/plan-extract-preview/execution",
        {"inputs": {"parcels": [land.identifier]}},
        content_type="application/json",
    )

    assert response.status_code == 200
    assert shows_secret(response) == []


@pytest.mark.parametrize("collection", EVERY)
def test_tiles_hold_the_public_fields_only(land, client, collection, tmp_path):
    response = client.get(tile_at(collection, zoom=16, east=50, north=50))

    assert response.status_code == 200
    assert shows_secret(response) == []


def test_all_doors_of_this_app_are_tried_here():
    """A new address under /ogc/ or /tiles/ needs a look at what it shows."""
    names = {
        name
        for name in get_resolver().reverse_dict
        if isinstance(name, str) and name.startswith(("ogc-", "tile", "wfs"))
    }

    assert names == {
        "ogc-landing", "ogc-conformance", "ogc-openapi", "ogc-collections", "ogc-collection", "ogc-queryables",
        "ogc-schema", "ogc-items", "ogc-item", "ogc-processes", "ogc-process", "ogc-execution", "tile", "tilejson",
        "ogc-matrix-sets", "ogc-matrix-set", "ogc-tile-sets", "ogc-tile-set", "ogc-tile", "ogc-jobs", "ogc-job",
        "wfs", "ogc-records", "ogc-record", "ogc-job-results", "ogc-styles", "ogc-style",
        "ogc-style-metadata", "ogc-collection-styles", "tile-sprite", "tile-glyphs", "tile-download", "ogc-map",
        "ogc-styled-map",
        "ogc-collection-map", "ogc-collection-styled-map", "ogc-dataset-tile-sets", "ogc-dataset-tile-set",
        "ogc-dataset-tile",
    }  # fmt: skip

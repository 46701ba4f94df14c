"""The catalogue in the list of collections."""

from typing import Any

from spatial.ogc.answers import GEOJSON, HTML
from spatial.ogc.records.catalogue import ID, LICENCE

CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0"
CLASSES = [
    f"{CORE}/conf/{name}"
    for name in (
        "record-core",
        "record-collection",
        "record-core-query-parameters",
        "record-api",
        "json",
        "html",
        "oas30",
    )
]


def description(base_url: str, language: str, bounds: list[float]) -> dict[str, Any]:
    home = f"{base_url}/collections/{ID}"
    polish = language == "pl"
    return {
        "id": ID,
        "type": "Catalog",
        "itemType": "record",
        "conformsTo": [f"{CORE}/conf/{name}" for name in ("record-core", "record-collection", "record-api")],
        "title": "Katalog danych i usług" if polish else "Catalogue of data and services",
        "description": "Metadane zbiorów i usług gmin." if polish else "Metadata of data sets and services.",
        "extent": {
            "spatial": {"bbox": [bounds], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
            "temporal": {"interval": [[None, None]]},
        },
        "license": LICENCE,
        "links": [
            {"rel": "self", "type": "application/json", "href": f"{home}?f=json"},
            {"rel": "alternate", "type": HTML, "href": f"{home}?f=html"},
            {"rel": "items", "type": GEOJSON, "href": f"{home}/items"},
            {"rel": "items", "type": HTML, "href": f"{home}/items?f=html"},
            {"rel": "license", "type": HTML, "href": LICENCE},
        ],
    }

"""Records as DCAT-AP 3 in JSON-LD, for dane.gov.pl and other portals of open data."""

from typing import Any

from spatial.ogc.records.catalogue import LICENCE, Record
from spatial.ogc.text import DESCRIPTION, TITLE

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "locn": "http://www.w3.org/ns/locn#",
    "gsp": "http://www.opengis.net/ont/geosparql#", "dcatap": "http://data.europa.eu/r5r/",
}  # fmt: skip
AUTHORITY = "http://publications.europa.eu/resource/authority"
#: file types and themes of the authority tables that DCAT-AP obliges to
FILE_TYPES = {
    "application/geo+json": "GEOJSON", "application/vnd.ogc.fg+json": "JSON", "text/csv; charset=utf-8": "CSV",
    "application/gml+xml; version=3.2": "GML", "application/geopackage+sqlite3": "GPKG", "text/xml": "XML",
    "application/json": "JSON", "application/vnd.flatgeobuf": "BIN",
    "application/vnd.pmtiles": "BIN",
}  # fmt: skip
THEMES = {
    "planningCadastre": "GOVE", "environment": "ENVI", "utilitiesCommunication": "ENER", "society": "EDUC",
}  # fmt: skip

type Json = dict[str, Any]


def catalogue(found: list[Record], home: str) -> Json:
    held = [data_set(one, home) for one in found if one.type == "dataset"]
    publisher = next((one.publisher for one in found if one.type == "service"), "")
    return {
        "@context": CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "dct:title": languages(TITLE.pl, TITLE.en),
        "dct:description": languages(DESCRIPTION.pl, DESCRIPTION.en),
        "dct:publisher": agent(publisher),
        "dct:license": {"@id": LICENCE},
        "dct:language": {"@id": f"{AUTHORITY}/language/POL"},
        "dcat:dataset": held,
    }


def document(record: Record, home: str) -> Json:
    return {"@context": CONTEXT, **data_set(record, home)}


def data_set(record: Record, home: str) -> Json:
    west, south, east, north = record.box
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ",".join(f"{x} {y}" for x, y in corners)
    return {
        "@id": f"{home}/items/{record.id}",
        "@type": "dcat:Dataset" if record.type == "dataset" else "dcat:DataService",
        "dct:identifier": record.id,
        "dct:title": languages(record.title.pl, record.title.en),
        "dct:description": languages(record.description.pl, record.description.en),
        "dcat:keyword": [{"@value": word, "@language": "pl"} for word in record.keywords],
        "dcat:theme": {"@id": f"{AUTHORITY}/data-theme/{THEMES[record.topic]}"},
        "dct:publisher": agent(record.publisher),
        "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/PUBLIC"},
        "dct:modified": {"@value": record.day.isoformat(), "@type": "xsd:date"},
        "dct:accrualPeriodicity": {"@id": f"{AUTHORITY}/frequency/UPDATE_CONT"},
        "dct:spatial": {
            "@type": "dct:Location",
            "dcat:bbox": {"@value": f"POLYGON(({ring}))", "@type": "gsp:wktLiteral"},
        },
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": one.title,
                "dcat:accessURL": {"@id": one.href},
                "dct:license": {"@id": LICENCE},
                "dcat:mediaType": {
                    "@id": f"https://www.iana.org/assignments/media-types/{one.media_type.split(';')[0]}"
                },
                "dct:format": {"@id": f"{AUTHORITY}/file-type/{FILE_TYPES[one.media_type]}"},
            }
            for one in record.access
        ],
    }


def agent(name: str) -> Json:
    return {"@type": "foaf:Agent", "foaf:name": name}


def languages(polish: str, english: str) -> list[Json]:
    return [{"@value": polish, "@language": "pl"}, {"@value": english, "@language": "en"}]

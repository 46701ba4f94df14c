"""Documents that pygeoapi writes from the registry, corrected where they promise what is not served here."""

from collections.abc import Callable
from json import loads
from types import SimpleNamespace
from typing import Any

import pygeoapi.api as core
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from pygeoapi.api import API, APIRequest, itemtypes
from pygeoapi.api import processes as process_api

from spatial import crs
from spatial.errors import NotFound
from spatial.municipalities.models import Municipality
from spatial.near import cache
from spatial.ogc.config import EXTENT
from spatial.ogc.execution import metadata_of
from spatial.ogc.extensions import extensions
from spatial.ogc.records.catalogue import ID as CATALOGUE
from spatial.ogc.records.description import CLASSES as RECORDS
from spatial.ogc.records.description import description
from spatial.ogc.registry import Collection, collections

Document = dict[str, Any]

#: what the tests show; pygeoapi's own list has creating and replacing, call-backs and others
CONFORMANCE = [
    *(
        f"http://www.opengis.net/spec/ogcapi-common-{part}"
        for part in ("1/1.0/conf/core", "1/1.0/conf/landing-page", "1/1.0/conf/json", "1/1.0/conf/html",
                     "1/1.0/conf/oas30", "2/1.0/conf/collections")
    ),
    *(
        f"http://www.opengis.net/spec/ogcapi-features-{part}"
        for part in ("1/1.0/conf/core", "1/1.0/conf/oas30", "1/1.0/conf/html", "1/1.0/conf/geojson", "2/1.0/conf/crs",
                     "3/1.0/conf/queryables", "3/1.0/conf/queryables-query-parameters", "3/1.0/conf/filter",
                     "3/1.0/conf/features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
                     "case-insensitive-comparison", "basic-spatial-functions")
    ),
    *(
        f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}"
        for name in ("core", "ogc-process-description", "json", "html", "oas30", "job-list")
    ),
]  # fmt: skip

CATALOGUE_LINK = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
EDITING = [
    f"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/{name}"
    for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features")
]
_NOT_SERVED = ("f=jsonld", "f=csv", "TileMatrixSets")
EXTENT_SECONDS = 60


def landing(api: API, language: str) -> Document:
    document = written(core.landing_page, api, language)
    document["links"] = [link for link in document["links"] if link["rel"] != "about"]
    catalogue = f"{api.base_url}/collections/{CATALOGUE}"
    document["links"].append({"rel": CATALOGUE_LINK, "type": "application/json", "href": catalogue})
    for one in extensions:
        document["links"] += one.landing_links(str(api.base_url))
    return document


def conformance() -> Document:
    edited = RECORDS + EDITING if any(one.editing for one in collections) else RECORDS
    return {"conformsTo": CONFORMANCE + edited + [name for one in extensions for name in one.conformance]}


def collection_list(api: API, language: str) -> Document:
    document = written(core.describe_collections, api, language)
    held = [described(api, one) for one in document["collections"]]
    document["collections"] = [*held, description(str(api.base_url), language, extent())]
    return document


def collection(api: API, language: str, name: str) -> Document:
    """Raises NotFound."""
    if name == CATALOGUE:
        return description(str(api.base_url), language, extent())
    known(name)
    return described(api, written(core.describe_collections, api, language, name))


def queryables(api: API, language: str, name: str) -> Document:
    return typed(written(itemtypes.get_collection_queryables, api, language, known(name).id), api, name, language)


def schema(api: API, language: str, name: str) -> Document:
    return typed(written(core.get_collection_schema, api, language, known(name).id), api, name, language)


def process_list(api: API, language: str) -> Document:
    return written(process_api.describe_processes, api, language)


def process(api: API, language: str, name: str) -> Document:
    """Raises NoSuchProcess."""
    metadata_of(name)
    return written(process_api.describe_processes, api, language, name)


def known(name: str) -> Collection:
    found = collections.get(name)
    if found is None:
        raise NotFound(f"Nie ma kolekcji {name[:60]!r} / no such collection.")
    return found


def written(write: Callable[..., Any], api: API, language: str, *names: str) -> Document:
    """pygeoapi's JSON document without links to what is not served."""
    asked = SimpleNamespace(GET={"f": "json", "lang": language}, headers={}, path_info="", body=b"")
    _, status, text = write(api, APIRequest(asked, api.locales), *names)
    if status != 200:
        raise RuntimeError(f"pygeoapi answered {status}: {text}")
    return pruned(loads(text))


def pruned(document: Document) -> Document:
    if "links" in document:
        links = document["links"]
        document["links"] = [link for link in links if not any(part in link["href"] for part in _NOT_SERVED)]
    for value in document.values():
        for one in value if isinstance(value, list) else ():
            if isinstance(one, dict):
                pruned(one)
    return document


def described(api: API, document: Document) -> Document:
    """The extent of the municipalities in place of the country's, and links of extensions."""
    for one in extensions:
        document["links"] += one.collection_links(str(api.base_url), collections[document["id"]])
    document["extent"]["spatial"]["bbox"] = [extent()]
    if collections[document["id"]].time:
        document["extent"]["temporal"] = {"interval": [[None, None]]}
    return document


def typed(document: Document, api: API, name: str, language: str) -> Document:
    """Titles of the properties in the language, the kind of geometry, and an ``$id`` without the query."""
    held = collections[name]
    kind = "queryables" if document["$id"].split("?")[0].endswith("queryables") else "schema"
    document["$id"] = f"{api.get_collections_url()}/{name}/{kind}"
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["additionalProperties"] = False
    document["properties"]["geometry"]["format"] = f"geometry-{held.geometry_type.lower()}"
    for field, spec in held.fields.items():
        document["properties"][field]["title"] = spec.title[language]
    return document


def extent() -> list[float]:
    """Degrees, lon-lat, around all municipalities; looked up at most once a minute."""
    found = cache.get("ogc-extent")
    if found is None:
        found = municipal_extent()
        cache.set("ogc-extent", found, EXTENT_SECONDS)
    return list(found)


def municipal_extent() -> list[float]:
    bounds = Municipality.objects.aggregate(bounds=Extent("boundary"))["bounds"]
    if bounds is None:
        return list(EXTENT)
    box = Polygon.from_bbox(bounds)
    box.srid = crs.PL_2000_7
    box.transform(crs.WGS84)
    return [round(edge, 5) for edge in box.extent]

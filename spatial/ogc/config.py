"""pygeoapi's configuration from the registry, and one ``API`` object for each base address, kept."""

from functools import cache, lru_cache
from typing import Any

from django.utils.module_loading import import_string
from pygeoapi.api import API
from pygeoapi.process.base import BaseProcessor

from spatial.ogc.openapi import openapi_document
from spatial.ogc.questions import DEFAULT_LIMIT, MAX_LIMIT
from spatial.ogc.reference_systems import STORAGE_URI, SYSTEMS
from spatial.ogc.registry import Collection, Process, collections, processes
from spatial.ogc.text import DESCRIPTION, TITLE

#: until data are there; then the municipalities' own extent (spatial.ogc.documents)
EXTENT = [14.07, 49.0, 24.15, 54.84]
#: names under which one installation is reached; more of them only cost the building of an API
KEPT = 8


@lru_cache(maxsize=KEPT)
def api_for(base_url: str) -> API:
    """``base_url`` without a final slash, e.g. ``https://gmina.pl/ogc``; its host is one of ALLOWED_HOSTS."""
    return API(configuration(base_url), openapi_document(base_url))


def configuration(base_url: str) -> dict[str, Any]:
    return {
        "server": {
            "url": base_url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["pl", "en"],
            "pretty_print": False,
            "limits": {"default_items": DEFAULT_LIMIT, "max_items": MAX_LIMIT, "on_exceed": "throttle"},
            "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "WARNING"},
        "metadata": {
            "identification": {
                "title": TITLE.as_dict(),
                "description": DESCRIPTION.as_dict(),
                "keywords": {"pl": ["gmina", "MPZP", "EGiB"], "en": ["municipality", "local plan", "cadastre"]},
                "keywords_type": "theme",
                "terms_of_service": "https://creativecommons.org/publicdomain/zero/1.0/",
                "url": base_url,
            },
            "license": {"name": "CC0 1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
            "provider": {"name": "Urząd gminy", "url": base_url},
            "contact": {"name": "Urząd gminy", "url": base_url},
        },
        "resources": {one.id: collection_resource(one, base_url) for one in collections}
        | {one.id: process_resource(one) for one in processes},
    }


def collection_resource(collection: Collection, base_url: str) -> dict[str, Any]:
    tiles = f"{base_url.removesuffix('/ogc')}/tiles/{collection.id}.json"
    links = [{"type": "application/json", "rel": "tiles", "title": "TileJSON", "href": tiles}]
    return {
        "type": "collection",
        "title": collection.title.as_dict(),
        "description": collection.description.as_dict(),
        "keywords": list(collection.keywords),
        "links": links if collection.tile_fields else [],
        "extents": {"spatial": {"bbox": list(EXTENT), "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "providers": [
            {
                "type": "feature",
                "name": "spatial.ogc.provider.OpenProvider",
                "data": collection.id,
                "id_field": collection.id_field,
                "crs": list(SYSTEMS),
                "storage_crs": STORAGE_URI,
            }
        ],
    }


def process_resource(process: Process) -> dict[str, Any]:
    return {"type": "process", "processor": {"name": process.processor, "process": process.id}}


@cache
def processor_of(process: str) -> BaseProcessor:
    """The process's own code. Raises KeyError for one that is not registered."""
    return import_string(processes[process].processor)({"name": process, "process": process})

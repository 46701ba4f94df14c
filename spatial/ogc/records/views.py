"""The catalogue as a collection of records (OGC 20-004): searched by place and words, also as ISO 19139 and DCAT-AP."""

from collections.abc import Iterable
from json import dumps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from spatial.errors import Malformed, NotFound
from spatial.ogc.answers import GEOJSON, HTML, moment
from spatial.ogc.questions import MAX_LIMIT, PRESENTATION, Days, read_days, strict, whole
from spatial.ogc.records import dcat
from spatial.ogc.records.catalogue import ID, LICENCE, Access, Record, records
from spatial.ogc.records.description import CORE
from spatial.ogc.records.iso import iso19139
from spatial.ogc.reference_systems import Box
from spatial.ogc.views import door, language_of, pairs_of, shown

XML, JSON_LD = "application/vnd.iso.19139+xml", "application/ld+json"
PARAMETERS = PRESENTATION | {"bbox", "datetime", "limit", "offset", "q", "type", "ids"}
#: other forms than JSON and HTML
FORMS = {"iso19139": XML, "dcat": JSON_LD}


@door("GET", "HEAD")
def items(request: HttpRequest) -> HttpResponseBase:
    given = strict(pairs_of(request), PARAMETERS)
    limit, offset = whole(given, "limit", 100, least=1), whole(given, "offset", 0, most=MAX_LIMIT)
    held = [one for one in records(site_of(request)) if fits(one, given)]
    page = held[offset : offset + min(limit, MAX_LIMIT)]
    if given.get("f") == "dcat":
        return as_json_ld(dcat.catalogue(page, home_of(request)))
    language = language_of(request)
    document = {
        "type": "FeatureCollection",
        "features": [feature(one, home_of(request), language) for one in page],
        "numberMatched": len(held),
        "numberReturned": len(page),
        "timeStamp": moment(),
        "links": [*page_links(request, given, offset, limit, len(held)), *forms(f"{home_of(request)}/items", ["dcat"])],
    }
    return shown(request, dumps(document, ensure_ascii=False), GEOJSON, language)


@door("GET", "HEAD")
def item(request: HttpRequest, identifier: str) -> HttpResponseBase:
    given = strict(pairs_of(request), PRESENTATION)
    found = next((one for one in records(site_of(request)) if one.id == identifier), None)
    if found is None:
        raise NotFound(f"Nie ma rekordu {identifier[:80]!r} / no such record.")
    language = language_of(request)
    if given.get("f") == "iso19139":
        return HttpResponse(iso19139(found, language), content_type=XML)
    if given.get("f") == "dcat":
        return as_json_ld(dcat.document(found, home_of(request)))
    return shown(request, dumps(feature(found, home_of(request), language), ensure_ascii=False), GEOJSON, language)


def feature(record: Record, home: str, language: str) -> dict[str, Any]:
    """A record in GeoJSON (/req/record-core)."""
    west, south, east, north = record.box
    here = f"{home}/items/{record.id}"
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "id": record.id,
        "type": "Feature",
        "conformsTo": [f"{CORE}/req/record-core"],
        "time": None if record.time is None else {"interval": [one or ".." for one in record.time]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "type": record.type,
            "title": record.title[language],
            "description": record.description[language],
            "language": {"code": language},
            "keywords": list(record.keywords),
            "themes": [{"concepts": [{"id": record.topic}], "scheme": "https://standards.iso.org/iso/19115/"}],
            "updated": record.day.isoformat(),
            "contacts": [{"organization": record.publisher, "roles": ["publisher", "pointOfContact"]}],
            "license": LICENCE,
            "formats": [{"name": one.title, "mediaType": one.media_type} for one in record.access],
        },
        "links": [
            {"rel": "self", "type": GEOJSON, "href": f"{here}?f=json"},
            {"rel": "alternate", "type": HTML, "href": f"{here}?f=html"},
            *forms(here, FORMS),
            {"rel": "collection", "type": "application/json", "href": home},
            *(way(one) for one in record.access),
        ],
    }


def way(one: Access) -> dict[str, str]:
    return {"rel": one.rel, "type": one.media_type, "title": one.title, "href": one.href}


def forms(here: str, names: Iterable[str]) -> list[dict[str, str]]:
    return [{"rel": "alternate", "type": FORMS[name], "href": f"{here}?f={name}"} for name in names]


def fits(record: Record, given: dict[str, str]) -> bool:
    """Raises Malformed."""
    if "ids" in given and record.id not in given["ids"].split(","):
        return False
    if "type" in given and record.type not in given["type"].split(","):
        return False
    if "q" in given:
        told = " ".join((record.title.pl, record.title.en, record.description.pl, *record.keywords)).lower()
        if not any(word in told for word in given["q"].lower().replace(",", " ").split()):
            return False
    days = read_days(given["datetime"]) if "datetime" in given else Days(None, None)
    if days.end and record.time and record.time[0] and days.end.isoformat() < record.time[0]:
        return False
    return "bbox" not in given or meets(record.box, read_box(given["bbox"]))


def read_box(text: str) -> Box:
    """Degrees, lon-lat; 4 or 6 numbers. Raises Malformed."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(abs(one) < 1e6 for one in numbers) or numbers[1] > numbers[3]:
        raise Malformed("bbox: podaj 4 albo 6 liczb / expected 4 or 6 numbers.")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def meets(one: Box, other: Box) -> bool:
    west, south, east, north = other
    across = one[0] <= east and one[2] >= west if west <= east else one[2] >= west or one[0] <= east
    return across and one[1] <= north and one[3] >= south


def page_links(
    request: HttpRequest, given: dict[str, str], offset: int, limit: int, matched: int
) -> list[dict[str, str]]:
    def link(rel: str, media_type: str, **changed: object) -> dict[str, str]:
        return {"rel": rel, "type": media_type, "href": f"{home_of(request)}/items?{urlencode(given | changed)}"}

    found = [link("self", GEOJSON, f="json"), link("alternate", HTML, f="html")]
    if offset + limit < matched:
        found.append(link("next", GEOJSON, offset=offset + limit))
    if offset:
        found.append(link("prev", GEOJSON, offset=max(0, offset - limit)))
    return [*found, {"rel": "collection", "type": "application/json", "href": home_of(request)}]


def as_json_ld(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(dumps(document, ensure_ascii=False), content_type=JSON_LD)


def site_of(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def home_of(request: HttpRequest) -> str:
    return f"{site_of(request)}/ogc/collections/{ID}"

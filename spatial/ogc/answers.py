"""Features as bytes on the wire: the collection document, one feature, and their links."""

from collections.abc import Sequence
from datetime import UTC, datetime
from json import dumps
from urllib.parse import quote

from xxhash import xxh3_128

from spatial.ogc.formats import FORMATS
from spatial.ogc.pages import Page
from spatial.ogc.questions import Question

GEOJSON = "application/geo+json"
HTML = "text/html"

type Link = dict[str, str]


def feature_collection(found: Page, links: Sequence[Link]) -> bytes:
    """GeoJSON FeatureCollection. ``numberMatched`` is exact or absent; an estimate is called one."""
    counts = f'"numberReturned":{len(found.features)}'
    if found.matched is not None:
        counts = f'"numberMatched":{found.matched},{counts}'
    elif found.estimated is not None:
        counts = f'"numberMatchedEstimate":{found.estimated},{counts}'
    end = f'],{counts},"timeStamp":"{moment()}","links":{dumps(links, ensure_ascii=False)}}}'
    return b'{"type":"FeatureCollection","features":[' + b",".join(found.features) + end.encode()


def moment() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def feature(text: bytes, links: Sequence[Link]) -> bytes:
    return text[:-1] + f',"links":{dumps(links)}}}'.encode()


def page_tag(found: Page, *about: str) -> str:
    """Weak ETag of a page: equal features asked in the same words. The time of the answer is no part of it."""
    seen = xxh3_128(f"{found.matched};{found.has_more};{';'.join(about)}".encode())
    for one in found.features:
        seen.update(one)
    return f'W/"{seen.hexdigest()}"'


def text_tag(text: bytes, *about: str) -> str:
    seen = xxh3_128(text)
    seen.update(";".join(about).encode())
    return f'W/"{seen.hexdigest()}"'


def page_links(home: str, query: str, question: Question, found: Page, *, is_html: bool = False) -> list[Link]:
    """``home`` is the collection's address, ``query`` the words of the request, as they were written."""

    named = [(part.partition("=")[0], part) for part in query.split("&")] if query else []

    def without(name: str) -> str:
        return f"{home}/items?" + "".join(f"{part}&" for one, part in named if one != name)

    def link(rel: str, media_type: str, name: str, value: str) -> Link:
        return {"rel": rel, "type": media_type, "href": f"{without(name)}{name}={quote(value)}"}

    alike = f"{without('f')}f="
    links = [
        {"rel": "alternate" if is_html else "self", "type": GEOJSON, "href": f"{alike}json"},
        {"rel": "self" if is_html else "alternate", "type": HTML, "href": f"{alike}html"},
        *({"rel": "alternate", "type": one.media_type, "href": f"{alike}{name}"} for name, one in FORMATS.items()),
        {"rel": "collection", "type": "application/json", "href": home},
    ]
    here = HTML if is_html else GEOJSON
    if found.has_more and not question.hits_only:
        in_steps = question.offset or question.order
        place = ("offset", str(question.offset + question.limit)) if in_steps else ("after", found.last)
        links.append(link("next", here, *place))
    if question.offset:
        links.append(link("prev", here, "offset", str(max(0, question.offset - question.limit))))
    return links


def item_links(home: str, identifier: str, *, is_html: bool = False) -> list[Link]:
    """A slash in the id is carried as ``%2F``."""
    here = f"{home}/items/{quote(identifier, safe='')}"
    return [
        {"rel": "alternate" if is_html else "self", "type": GEOJSON, "href": f"{here}?f=json"},
        {"rel": "self" if is_html else "alternate", "type": HTML, "href": f"{here}?f=html"},
        {"rel": "collection", "type": "application/json", "href": home},
    ]

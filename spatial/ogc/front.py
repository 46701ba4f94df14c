"""The three questions that come in thousands, answered in front of Django: pages, single features, vector tiles.

A thin WSGI application shares the registry, the reading of parameters and the statements with the views behind it,
and leaves out what those need a session, a language or a template for. Whatever it is not sure about (HTML, an error,
another method) it hands on; so every refusal has one wording, that of the views.
"""

import logging
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from gzip import compress
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
import psycopg
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from spatial.errors import ServiceError
from spatial.ogc.answers import GEOJSON, feature, feature_collection, item_links, page_links, page_tag, text_tag
from spatial.ogc.editing import version_tag
from spatial.ogc.open_data import Ask
from spatial.ogc.pages import item, page, small_box
from spatial.ogc.questions import ITEM_PARAMETERS, read_question, read_system, strict
from spatial.ogc.reader import PlaceReader, Reader
from spatial.ogc.reference_systems import CRS84
from spatial.ogc.registry import collections

log = logging.getLogger(__name__)

ADDRESS = re.compile(r"^/ogc/collections/(?P<name>[a-z0-9-]+)/items(?:/(?P<item>.+))?$")
#: shorter answers gain nothing by being packed
PACKED_FROM = 1_000
PACKING = BROTLI_PACKING = 4

type Headers = list[tuple[str, str]]
type Answer = tuple[str, Headers, bytes]
type Hot = Callable[[WSGIEnvironment], Answer | None]

COMMON = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Crs, ETag, Link"),
    ("Vary", "Accept, Accept-Language, Accept-Encoding"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cache-Control", "no-cache"),
]


class Front:
    """``hot`` are tried in turn; None from all means that ``behind`` answers."""

    def __init__(self, behind: WSGIApplication, hot: Iterable[Hot]) -> None:
        self.behind, self.hot = behind, tuple(hot)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and (answer := self.answer(environ)) is not None:
            status, headers, body = answer
            start_response(status, headers)
            return (body,)
        return self.behind(environ, start_response)

    def answer(self, environ: WSGIEnvironment) -> Answer | None:
        try:
            for one in self.hot:
                if (found := one(environ)) is not None:
                    return found
        except (ServiceError, DisallowedHost, ValueError):  # too many parameters, a path that is no text
            return None
        except psycopg.Error:
            log.exception("The open schema did not answer; Django is asked.")
        return None


class Features:
    """``/ogc/collections/<id>/items`` and one item, as GeoJSON."""

    def __init__(self, reader: Reader, places: PlaceReader) -> None:
        self.reader, self.places = reader, places

    def __call__(self, environ: WSGIEnvironment) -> Answer | None:
        return features(environ, self.reader, self.places)


def features(environ: WSGIEnvironment, ask: Ask, places: Ask) -> Answer | None:
    found = ADDRESS.match(environ["PATH_INFO"])
    held = collections.get(found["name"]) if found else None
    if found is None or held is None or not wants_json(environ):
        return None
    given = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="replace", max_num_fields=50)
    if any(name in ("f", "lang") for name, _ in given):
        return None
    home = f"{site(environ)}/ogc/collections/{held.id}"
    query = environ.get("QUERY_STRING", "")
    if found["item"]:
        # WSGI carries the bytes of the path as latin-1.
        identifier = found["item"].encode("latin-1").decode("utf-8", "replace")
        system = read_system(strict(given, ITEM_PARAMETERS))
        text = item(held, identifier, system, ask)
        if text is None:
            return None
        body, tag = (
            feature(text, item_links(home, identifier)),
            version_tag(text) if system is CRS84 else text_tag(text, home, query),
        )
    else:
        question = read_question(given, held)
        system = question.system
        shown = page(held, question, places if small_box(question) else ask)
        body, tag = feature_collection(shown, page_links(home, query, question, shown)), page_tag(shown, home, query)
    headers = [("Content-Type", GEOJSON), ("Content-Crs", f"<{system.uri}>"), ("Content-Language", "pl")]
    return answered(environ, body, tag, headers)


def answered(environ: WSGIEnvironment, body: bytes, tag: str, headers: Headers) -> Answer:
    """200 with the body, packed where the client takes that; 304 where it has it already."""
    headers = [*headers, *COMMON, ("ETag", tag)]
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return "304 Not Modified", headers, b""
    if len(body) >= PACKED_FROM:
        taken = environ.get("HTTP_ACCEPT_ENCODING", "")
        if "br" in taken:
            body = brotli.compress(body, quality=BROTLI_PACKING)
            headers.append(("Content-Encoding", "br"))
        elif "gzip" in taken:
            body = compress(body, PACKING, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
    return "200 OK", [*headers, ("Content-Length", str(len(body)))], body


def wants_json(environ: WSGIEnvironment) -> bool:
    """Sure only of the usual cases; the views weigh the others."""
    accept = environ.get("HTTP_ACCEPT", "*/*")
    return ("json" in accept or accept == "*/*") and "html" not in accept and not english(environ)


def english(environ: WSGIEnvironment) -> bool:
    return environ.get("HTTP_ACCEPT_LANGUAGE", "")[:2] not in ("", "pl", "*") or "django_language" in environ.get(
        "HTTP_COOKIE", ""
    )


def site(environ: WSGIEnvironment) -> str:
    """Scheme and host as Django sees them. Raises DisallowedHost."""
    return site_of(tuple(environ.get(name) for name in SITE_VARIABLES))


SITE_VARIABLES = (
    "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
)  # fmt: skip


@lru_cache(maxsize=64)
def site_of(told: tuple[str | None, ...]) -> str:
    named = {name: value for name, value in zip(SITE_VARIABLES, told, strict=True) if value is not None}
    environ: dict[str, Any] = {**named, "REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": BytesIO()}
    return WSGIRequest(environ).build_absolute_uri("/").rstrip("/")

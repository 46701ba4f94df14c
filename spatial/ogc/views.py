"""The OGC API over HTTP: strict parameters, JSON or a plain page, errors as JSON with their status."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from itertools import chain
from json import dumps, loads

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from psycopg.errors import QueryCanceled
from pygeoapi.api import API

from spatial.errors import NotFound, ServiceError
from spatial.ogc import documents
from spatial.ogc.answers import GEOJSON, feature, feature_collection, item_links, page_links, page_tag, text_tag
from spatial.ogc.config import api_for
from spatial.ogc.editing import Unauthorized, version_tag
from spatial.ogc.formats import FORMATS
from spatial.ogc.formats.rows import MOST
from spatial.ogc.open_data import reading
from spatial.ogc.openapi import OPENAPI_TYPE
from spatial.ogc.pages import item, page
from spatial.ogc.questions import (
    ITEM_PARAMETERS,
    PRESENTATION,
    Question,
    choice,
    read_question,
    read_system,
    strict,
)
from spatial.ogc.reference_systems import CRS84
from spatial.ogc.registry import Collection

SCHEMA = "application/schema+json"
#: code of the OGC error document by HTTP status
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-common-1/1.0"
CODES = {400: "InvalidParameterValue", 404: "NotFound", 405: "InvalidMethod", 413: "RequestTooLarge"}

type View = Callable[..., HttpResponseBase]


def door(*methods: str) -> Callable[[View], View]:
    """Frame of every view: the methods it takes, open to pages of other origins, errors as OGC JSON."""

    def framed(view: View) -> View:
        @csrf_exempt  # no session is read here, so there is nothing to forge
        @wraps(view)
        def answer(request: HttpRequest, *names: str, **named: str) -> HttpResponseBase:
            response = asked(request, *names, **named)
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "Content-Crs, ETag, Link"
            patch_vary_headers(response, ["Accept", "Accept-Language"])
            return response

        def asked(request: HttpRequest, *names: str, **named: str) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": ", ".join((*methods, "OPTIONS"))})
            if request.method not in methods:
                return failure(405, f"Dozwolone / allowed: {', '.join(methods)}.", {"Allow": ", ".join(methods)})
            try:
                return view(request, *names, **named)
            except ServiceError as error:
                code = None if error.status in CODES else error.code
                return failure(error.status, error.message, code=code, kind=error.type)
            except RequestDataTooBig:
                return failure(413, "Zapytanie jest zbyt duże / request too large.")
            except OperationalError as error:
                if not isinstance(error.__cause__, QueryCanceled):
                    raise
                return failure(400, "Odpowiedź trwałaby zbyt długo, zawęź pytanie, np. przez bbox / too costly.")

        return answer

    return framed


def failure(
    status: int, description: str, headers: dict[str, str] | None = None, *, code: str | None = None, kind: str = ""
) -> JsonResponse:
    """The exception of Features 1.0 (``code``) and of Processes 1.0 (``type``, RFC 7807) in one."""
    code = code or CODES.get(status, "NoApplicableCode")
    body = {
        "code": code, "description": description,
        "type": kind or f"{EXCEPTIONS}/{code}", "title": code, "status": status, "detail": description,
    }  # fmt: skip
    return JsonResponse(body, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})


def base_url(request: HttpRequest) -> str:
    """``get_host`` inside refuses names outside ALLOWED_HOSTS."""
    return request.build_absolute_uri("/ogc")


def api_of(request: HttpRequest) -> API:
    return api_for(base_url(request))


def language_of(request: HttpRequest) -> str:
    """Raises Malformed for a ``lang`` that is not ours."""
    given = {"lang": request.GET["lang"]} if "lang" in request.GET else {}
    default = "en" if (get_language() or "pl").startswith("en") else "pl"
    return choice(given, "lang", {"pl": "pl", "en": "en"}, default)


def wants_html(request: HttpRequest) -> bool:
    """``f`` decides, else the Accept header; raises Malformed for an unknown format."""
    if "f" in request.GET:
        return choice(request.GET.dict(), "f", {"json": False, "html": True}, "json")
    return request.get_preferred_type(["application/json", GEOJSON, SCHEMA, OPENAPI_TYPE, "text/html"]) == "text/html"


def document_view(write: Callable[..., documents.Document], media_type: str = "application/json") -> View:
    """View of a document that depends only on the address and the language."""

    @door("GET", "HEAD")
    def view(request: HttpRequest, *names: str, **named: str) -> HttpResponseBase:
        strict(pairs_of(request), PRESENTATION)
        language = language_of(request)
        document = write(api_of(request), language, *names, **named)
        return shown(request, dumps(document, ensure_ascii=False), media_type, language)

    return view


def shown(
    request: HttpRequest, text: str | bytes, media_type: str, language: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The JSON text, or the same as a page for a person."""
    headers = {"Content-Language": language} | (headers or {})
    if not wants_html(request):
        return HttpResponse(text, content_type=media_type, headers=headers)
    document = loads(text)
    context = {
        "document": document,
        "title": document.get("title") or document.get("id") or "OGC API",
        "plain": dumps(document, ensure_ascii=False, indent=2)[:200_000],
        "language": language,
        "features": document.get("features", [])[:200],
    }
    response = render(request, "ogc/document.html", context)
    for name, value in headers.items():
        response.headers[name] = value
    return response


landing = document_view(documents.landing)
conformance = document_view(lambda _api, _language: documents.conformance())
collection_list = document_view(documents.collection_list)
collection = document_view(documents.collection)
queryables = document_view(documents.queryables, SCHEMA)
schema = document_view(documents.schema, SCHEMA)
openapi = document_view(lambda api, _language: api.openapi, OPENAPI_TYPE)


def pairs_of(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.GET.lists():
        for value in values:
            yield name, str(value)


@door("GET", "HEAD", "POST")
def items(request: HttpRequest, name: str) -> HttpResponseBase:
    """A page of features, GeoJSON; ``Content-Crs`` says in which coordinates. POST adds one (``edit_views``)."""
    held = documents.known(name)
    if request.method == "POST":
        return edited(request, held)
    question = read_question(pairs_of(request), held)
    if request.GET.get("f") in FORMATS:
        return as_file(request, held, question)
    language = language_of(request)
    is_html = wants_html(request)
    with reading() as ask:
        found = page(held, question, ask)
    home = f"{base_url(request)}/collections/{held.id}"
    links = page_links(home, request.META.get("QUERY_STRING", ""), question, found, is_html=is_html)
    tag = page_tag(found, request.get_full_path(), language, str(is_html))
    headers = {"Content-Crs": f"<{question.system.uri}>", "ETag": tag}
    return unless_known(request, tag, shown(request, feature_collection(found, links), GEOJSON, language, headers))


def as_file(request: HttpRequest, held: Collection, question: Question) -> HttpResponseBase:
    """All that was found, up to MOST, unless ``limit`` says less. The first portion is read before anything is told."""
    if "limit" not in request.GET:
        question = replace(question, limit=MOST)
    written = FORMATS[request.GET["f"]]
    parts = written.write(held, question)
    first = next(parts, b"")
    response = StreamingHttpResponse(chain([first], parts), content_type=written.media_type)
    response.headers["Content-Crs"] = f"<{question.system.uri}>"
    response.headers["Content-Disposition"] = f'attachment; filename="{held.id}.{written.extension}"'
    return response


def edited(request: HttpRequest, held: Collection, identifier: str | None = None) -> HttpResponse:
    from spatial.ogc import edit_views  # noqa: PLC0415 - stands on this module

    if held.editing is None:
        return failure(405, "Tej kolekcji się nie zmienia / read only.", {"Allow": "GET, HEAD, OPTIONS"})
    strict(pairs_of(request), frozenset())
    try:
        if identifier is None:
            return edit_views.create(request, held, held.editing)
        return edit_views.change(request, held, held.editing, identifier)
    except Unauthorized as error:
        return failure(error.status, error.message, {"WWW-Authenticate": edit_views.CHALLENGE}, code=error.code)


@door("GET", "HEAD", "PUT", "PATCH", "DELETE")
def single_item(request: HttpRequest, name: str, identifier: str) -> HttpResponseBase:
    """One feature. A slash in its id may come raw or as ``%2F``; links carry ``%2F``."""
    held = documents.known(name)
    if request.method not in ("GET", "HEAD"):
        return edited(request, held, identifier)
    system = read_system(strict(pairs_of(request), ITEM_PARAMETERS))
    language = language_of(request)
    is_html = wants_html(request)
    with reading() as ask:
        found = item(held, identifier, system, ask)
    if found is None:
        raise NotFound(f"W kolekcji {held.id} nie ma obiektu {identifier[:80]!r} / no such item.")
    home = f"{base_url(request)}/collections/{held.id}"
    text = feature(found, item_links(home, identifier, is_html=is_html))
    is_plain = system is CRS84 and not is_html
    tag = version_tag(found) if is_plain else text_tag(found, request.get_full_path(), language, str(is_html))
    headers = {"Content-Crs": f"<{system.uri}>", "ETag": tag}
    return unless_known(request, tag, shown(request, text, GEOJSON, language, headers))


def unless_known(request: HttpRequest, tag: str, response: HttpResponse) -> HttpResponseBase:
    """304 where the client has it already."""
    return get_conditional_response(request, etag=tag, response=response) or response


@door("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
def nothing(_request: HttpRequest) -> HttpResponseBase:
    return failure(404, "Nie ma takiego zasobu / no such resource.")

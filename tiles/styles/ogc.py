"""OGC API Styles (draft 1.0): a list, each style as MapLibre JSON, and its metadata."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from pygeoapi.api import API

from spatial.errors import NotFound
from spatial.ogc.documents import Document, extent, known
from spatial.ogc.execution import written
from spatial.ogc.extensions import Extension, Links
from spatial.ogc.openapi import reading
from spatial.ogc.questions import PRESENTATION, choice, strict
from spatial.ogc.registry import Collection
from spatial.ogc.views import document_view, door, language_of, pairs_of
from tiles.catalogue import Style, style_of, styles
from tiles.styles.vector import style

MAPBOX = "application/vnd.mapbox.style+json"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0/styles"
CLASSES = tuple(
    f"http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/{name}" for name in ("core", "mapbox-styles", "style-info")
)


def summary(api: API, one: Style, language: str) -> Document:
    home = f"{api.base_url}/styles/{one.id}"
    return {
        "id": one.id,
        "title": one.title[language],
        "links": [link("stylesheet", home, MAPBOX), link("describedby", f"{home}/metadata")],
    }


def style_list(api: API, language: str) -> Document:
    return {
        "styles": [summary(api, one, language) for one in styles().values()],
        "links": [link("self", f"{api.base_url}/styles")],
    }


def collection_styles(api: API, language: str, name: str) -> Document:
    """Styles that draw the collection; its own is the default."""
    held = known(name)
    found = [one for one in styles().values() if held in one.collections]
    if not found:
        raise NotFound(f"Kolekcja {held.id} nie ma stylu / the collection has no style.")
    return {
        "styles": [summary(api, one, language) for one in sorted(found, key=lambda one: one.id != held.id)],
        "default": held.id,
        "links": [link("self", f"{api.base_url}/collections/{held.id}/styles")],
    }


def metadata(api: API, language: str, name: str) -> Document:
    one = style_of(name)
    home = f"{api.base_url}/styles/{one.id}"
    return {
        "id": one.id,
        "title": one.title[language],
        "scope": "style",
        "stylesheets": [
            {"title": "MapLibre", "version": "8", "native": True, "link": link("stylesheet", home, MAPBOX)},
        ],
        "layers": [
            {
                "id": held.id,
                "title": held.title[language],
                "type": {"Point": "point", "MultiLineString": "line"}.get(held.geometry_type, "polygon"),
                "sampleData": link("start", f"{api.base_url}/collections/{held.id}/items", "application/geo+json"),
            }
            for held in one.collections
        ],
        "links": [link("self", f"{home}/metadata"), link("stylesheet", home, MAPBOX)],
    }


@door("GET", "HEAD")
def stylesheet(request: HttpRequest, name: str) -> HttpResponseBase:
    """The style as JSON of MapLibre (version 8)."""
    given = strict(pairs_of(request), PRESENTATION)
    choice(given, "f", {"mapbox": None, "json": None}, "mapbox")
    one, language = style_of(name), language_of(request)
    site = request.build_absolute_uri("/").rstrip("/")
    return HttpResponse(
        written(style(one.title[language], one.collections, site, extent())),
        content_type=MAPBOX, headers={"Cache-Control": "no-cache"},
    )  # fmt: skip


def link(rel: str, href: str, media_type: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "type": media_type, "href": href}


list_of_styles = document_view(style_list)
styles_of_collection = document_view(collection_styles)
style_metadata = document_view(metadata)


def landing_links(base_url: str) -> Links:
    return [link(RELATION, f"{base_url}/styles")]


def collection_links(base_url: str, collection: Collection) -> Links:
    if collection.drawing is None:
        return []
    return [link(RELATION, f"{base_url}/collections/{collection.id}/styles")]


def paths() -> dict[str, Any]:
    """Of the OpenAPI document."""
    schema = {"type": "string", "enum": list(styles())}
    name = {"name": "styleId", "in": "path", "required": True, "schema": schema}
    sheet = reading("Arkusz stylu", "getStyle", parameters=[name])
    sheet["get"]["parameters"] = [name]
    sheet["get"]["responses"]["200"] = {
        "description": "Styl MapLibre", "content": {MAPBOX: {"schema": {"type": "object"}}},
    }  # fmt: skip
    told = {
        "/styles": reading("Style", "getStyles"),
        "/styles/{styleId}": sheet,
        "/styles/{styleId}/metadata": reading("Opis stylu", "getStyleMetadata", parameters=[name]),
    }
    for one in styles().values():
        if one.collections == (one.collections[0],) and one.id == one.collections[0].id:
            operation = f"get{one.id.title().replace('-', '')}Styles"
            told[f"/collections/{one.id}/styles"] = reading(f"{one.title.pl}: style", operation, tag=one.id)
    return told


EXTENSION = Extension(
    conformance=CLASSES, landing_links=landing_links, collection_links=collection_links, paths=paths
)  # fmt: skip

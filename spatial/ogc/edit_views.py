"""Part 4 over HTTP: who may, on which version, and what came of it. Called by the views of ``/items``."""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable
from json import loads
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from spatial.errors import NotFound
from spatial.ogc.editing import (
    Edit,
    Editing,
    Editor,
    Forbidden,
    UnsupportedMediaType,
    Values,
    check_version,
    read_feature,
    read_geometry,
    version_tag,
)
from spatial.ogc.open_data import reading
from spatial.ogc.pages import item
from spatial.ogc.reference_systems import CRS84
from spatial.ogc.registry import Collection
from spatial.ogc.views import base_url

FEATURE, PATCH = ("application/geo+json", "application/json"), ("application/merge-patch+json",)
#: ways to give a key; Basic first, because Qt (QGIS) reads the first word only
CHALLENGE = 'Basic realm="Miedza", charset="UTF-8", Bearer realm="Miedza"'

type SignIn = Callable[[HttpRequest, str, str], Editor]


def create(request: HttpRequest, held: Collection, editing: Editing) -> HttpResponse:
    """201 with the address of the new object."""
    editor = editor_of(request)
    check_media_type(request, FEATURE)
    values, geometry = read_feature(editing, request.body, request.headers.get("Content-Crs"), is_patch=False)
    where = municipality_of(editing, editor, values.pop("municipality", None))
    identifier = editing.save(Edit(where, None, values, geometry), editor.person)
    home = f"{base_url(request)}/collections/{held.id}/items/{quote(identifier, safe='')}"
    return written(held, identifier, 201, {"Location": home})


def change(request: HttpRequest, held: Collection, editing: Editing, identifier: str) -> HttpResponse:
    """PUT, PATCH and DELETE of one object, on the version that ``If-Match`` names."""
    editor = editor_of(request)
    with transaction.atomic():
        with connection.cursor() as cursor:  # one at a time, so that nobody slips in between the look and the change
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"miedza.edit.{held.id}.{identifier}"[:200]])
        text = current(held, identifier)
        feature = loads(text)
        where = municipality_of(editing, editor, feature["properties"]["municipality"])
        check_version(request.headers.get("If-Match"), version_tag(text))
        if request.method == "DELETE":
            editing.delete(where, identifier, editor.person)
            return HttpResponse(status=204)
        values, geometry = wanted(request, editing, feature)
        editing.save(Edit(where, identifier, values, geometry), editor.person)
    return written(held, identifier, 204)


def wanted(request: HttpRequest, editing: Editing, feature: dict[str, Any]) -> tuple[Values, GEOSGeometry]:
    is_patch = request.method == "PATCH"
    check_media_type(request, PATCH if is_patch else FEATURE)
    values, geometry = read_feature(editing, request.body, request.headers.get("Content-Crs"), is_patch=is_patch)
    if is_patch:
        values = {name: feature["properties"].get(name) for name in editing.fields} | values
        geometry = geometry or read_geometry(feature["geometry"], CRS84)
    values.pop("municipality", None)  # an object does not move to another office
    return values, geometry


def current(held: Collection, identifier: str) -> bytes:
    """The object as it is served. Raises NotFound."""
    with reading() as ask:
        text = item(held, identifier, CRS84, ask)
    if text is None:
        raise NotFound(f"W kolekcji {held.id} nie ma obiektu {identifier[:80]!r} / no such item.")
    return text


def written(held: Collection, identifier: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(status=status, headers={"ETag": version_tag(current(held, identifier)), **(headers or {})})


def municipality_of(editing: Editing, editor: Editor, told: object) -> str:
    """That of the editor, where the object is to be there. Raises Forbidden."""
    if editor.municipality not in editing.may(editor.person):
        raise Forbidden("To konto nie może zmieniać tej kolekcji / this account may not edit the collection.")
    if told not in (None, "", editor.municipality):
        raise Forbidden(f"Ten klucz jest dla gminy / this key is for the municipality {editor.municipality}.")
    return editor.municipality


def editor_of(request: HttpRequest) -> Editor:
    """By what the request itself tells: no cookie is taken, so no page of others can send one.

    ``settings.OGC_SIGN_IN`` names the function that knows people and keys. Raises Unauthorized and what it raises.
    """
    sign_in: SignIn = import_string(settings.OGC_SIGN_IN)
    return sign_in(request, *told_in(request.headers.get("Authorization", "")))


def told_in(header: str) -> tuple[str, str]:
    """Login and key; no login of a Bearer (RFC 6750), neither of what cannot be read (RFC 7617)."""
    kind, _, told = header.partition(" ")
    if kind.lower() == "bearer":
        return "", told.strip()
    try:
        login, separator, key = b64decode(told, validate=True).decode().partition(":")
    except (NoBase64, ValueError):
        return "", ""
    is_readable = kind.lower() == "basic" and separator and login.isprintable()
    return (login, key) if is_readable else ("", "")


def check_media_type(request: HttpRequest, allowed: tuple[str, ...]) -> None:
    told = (request.content_type or "").lower()
    if told not in allowed:
        raise UnsupportedMediaType(f"Content-Type: {', '.join(allowed)}.")

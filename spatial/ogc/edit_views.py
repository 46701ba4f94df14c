"""Part 4 over HTTP: who may, on which version, and what came of it. Called by the views of ``/items``."""

from base64 import b64decode
from binascii import Error as NoBase64
from json import loads
from typing import Any
from urllib.parse import quote

from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.gis.geos import GEOSGeometry
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from spatial.errors import NotFound
from spatial.ogc.editing import (
    Edit,
    Editing,
    Forbidden,
    Unauthorized,
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
REALM = 'Basic realm="Miedza", charset="UTF-8"'
#: wrong passwords of one name or one address, after which the door stays shut for a while
FAILURES, SHUT_SECONDS = 10, 300


def create(request: HttpRequest, held: Collection, editing: Editing) -> HttpResponse:
    """201 with the address of the new object."""
    person = person_of(request)
    check_media_type(request, FEATURE)
    values, geometry = read_feature(editing, request.body, request.headers.get("Content-Crs"), is_patch=False)
    where = municipality_of(editing, person, values.pop("municipality", None))
    identifier = editing.save(Edit(where, None, values, geometry), person)
    home = f"{base_url(request)}/collections/{held.id}/items/{quote(identifier, safe='')}"
    return written(held, identifier, 201, {"Location": home})


def change(request: HttpRequest, held: Collection, editing: Editing, identifier: str) -> HttpResponse:
    """PUT, PATCH and DELETE of one object, on the version that ``If-Match`` names."""
    person = person_of(request)
    with transaction.atomic():
        with connection.cursor() as cursor:  # one at a time, so that nobody slips in between the look and the change
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"miedza.edit.{held.id}.{identifier}"[:200]])
        text = current(held, identifier)
        feature = loads(text)
        where = municipality_of(editing, person, feature["properties"]["municipality"])
        check_version(request.headers.get("If-Match"), version_tag(text))
        if request.method == "DELETE":
            editing.delete(where, identifier, person)
            return HttpResponse(status=204)
        values, geometry = wanted(request, editing, feature)
        editing.save(Edit(where, identifier, values, geometry), person)
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


def municipality_of(editing: Editing, person: AbstractBaseUser, told: object) -> str:
    """The one told, else the person's only one. Raises Forbidden, Malformed."""
    allowed = editing.may(person)
    if not allowed:
        raise Forbidden("To konto nie może zmieniać tej kolekcji / this account may not edit the collection.")
    if told in (None, "") and len(allowed) == 1:
        return next(iter(allowed))
    if str(told) not in allowed:
        raise Forbidden(f"Twoje gminy / your municipalities: {', '.join(sorted(allowed))}.")
    return str(told)


def person_of(request: HttpRequest) -> AbstractBaseUser:
    """By name and password in the request itself: no cookie is taken, so no page of others can send one.

    Raises Unauthorized.
    """
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    try:
        name, separator, password = b64decode(told, validate=True).decode().partition(":")
    except (NoBase64, UnicodeDecodeError):
        name, separator, password = "", "", ""
    if kind.lower() != "basic" or not separator:
        raise Unauthorized("Podaj konto pracownika (HTTP Basic) / an account of staff is needed.")
    doors = [f"ogc-failures:{part}" for part in (name[:150], request.META.get("REMOTE_ADDR", ""))]
    if any(cache.get(door, 0) >= FAILURES for door in doors):
        raise Forbidden("Za dużo nieudanych prób, spróbuj za kilka minut / too many attempts, try later.")
    person = authenticate(request, username=name, password=password)
    if person is None:
        for door in doors:
            cache.set(door, cache.get(door, 0) + 1, SHUT_SECONDS)
        raise Unauthorized("Nazwa albo hasło jest błędne / wrong name or password.")
    return person


def check_media_type(request: HttpRequest, allowed: tuple[str, ...]) -> None:
    told = (request.content_type or "").lower()
    if told not in allowed:
        raise UnsupportedMediaType(f"Content-Type: {', '.join(allowed)}.")

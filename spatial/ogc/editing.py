"""Creating, replacing, changing and deleting features (OGC API Features part 4): what a client sends, read strictly.

A collection that may be edited says how (``Collection.editing``): the app writes the change into its register as a
delivery of one object, with history and author. Nothing is written here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from xxhash import xxh3_128

from spatial.errors import Malformed, ServiceError
from spatial.ogc.reference_systems import CRS84, SYSTEMS, ReferenceSystem, stored

type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """What an object should be: all its values, absent ones empty."""

    municipality: str
    item: str | None  #: public id; None: a new one
    values: Mapping[str, Any]
    geometry: GEOSGeometry  #: EPSG:2178


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """How a collection is edited. The functions raise ServiceError with what the person can mend."""

    fields: tuple[str, ...]  #: properties that a client may set
    required: tuple[str, ...]
    may: Callable[[AbstractBaseUser], frozenset[str]]  #: municipalities whose objects the person may edit
    save: Callable[[Edit, AbstractBaseUser], str]  #: answers the public id
    delete: Callable[[str, str, AbstractBaseUser], None]  #: municipality, public id


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits, and the one municipality where the program may do it for them."""

    person: AbstractBaseUser
    municipality: str


class Unauthorized(ServiceError):
    code = "Unauthorized"
    status = 401


class Forbidden(ServiceError):
    code = "Forbidden"
    status = 403


class PreconditionFailed(ServiceError):
    code = "PreconditionFailed"
    status = 412


class PreconditionRequired(ServiceError):
    code = "PreconditionRequired"
    status = 428


class UnsupportedMediaType(ServiceError):
    code = "UnsupportedMediaType"
    status = 415


def version_tag(text: bytes) -> str:
    """Strong ETag of a feature in its usual form: of what it says, wherever it is served."""
    return f'"{xxh3_128(text).hexdigest()}"'


def check_version(told: str | None, current: str) -> None:
    """``If-Match`` names the version that the client saw; a proxy may have made its tag weak."""
    if told is None:
        raise PreconditionRequired("Podaj w If-Match znacznik ETag wersji, którą zmieniasz / If-Match is required.")
    if told.strip() != "*" and current not in {one.strip().removeprefix("W/") for one in told.split(",")}:
        raise PreconditionFailed("Obiekt zmienił się od tamtej pory, pobierz go jeszcze raz / changed meanwhile.")


def read_feature(editing: Editing, text: bytes, content_crs: str | None, *, is_patch: bool) -> tuple[Values, Any]:
    """Properties and geometry (EPSG:2178, None where a patch has none). Raises Malformed."""
    try:
        body = loads(text)
        dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Malformed("Treść nie jest poprawnym JSON / the body is not valid JSON.") from None
    if not isinstance(body, dict) or (not is_patch and body.get("type") != "Feature"):
        raise Malformed("Oczekiwano obiektu GeoJSON „Feature” / expected a GeoJSON Feature.")
    values = body.get("properties") or {}
    if not isinstance(values, dict):
        raise Malformed("properties: oczekiwano obiektu / expected an object.")
    if unknown := sorted(set(values) - set(editing.fields)):
        raise Malformed(
            f"Tych pól się nie zmienia / not to be set: {', '.join(unknown)[:200]}. Dozwolone / allowed: "
            f"{', '.join(editing.fields)}."
        )
    for name, value in values.items():
        if not isinstance(value, str | int | float | None) or "\0" in str(value) or len(str(value)) > 20_000:
            raise Malformed(f"{name}: oczekiwano tekstu albo liczby / expected a text or a number.")
    if not is_patch and (missing := [name for name in editing.required if not values.get(name)]):
        raise Malformed(f"Brak pól / missing: {', '.join(missing)}.")
    geometry = body.get("geometry")
    if geometry is None and not is_patch:
        raise Malformed("geometry: brak / missing.")
    return values, None if geometry is None else read_geometry(geometry, system_of_body(content_crs))


def system_of_body(header: str | None) -> ReferenceSystem:
    """``Content-Crs: <uri>``; degrees without it."""
    if header is None:
        return CRS84
    system = SYSTEMS.get(header.strip().strip("<>"))
    if system is None:
        raise Malformed(f"Content-Crs: dozwolone / allowed: {', '.join(SYSTEMS)}.")
    return system


def read_geometry(said: Any, system: ReferenceSystem) -> GEOSGeometry:
    """Raises Malformed for what is no geometry, is not valid or lies outside the country."""
    try:
        geometry = GEOSGeometry(dumps(said))
        extent = geometry.extent
    except (GEOSException, GDALException, ValueError, TypeError, RecursionError):
        raise Malformed("geometry: nie umiemy jej odczytać / cannot be read.") from None
    if geometry.empty or not geometry.valid or geometry.hasz:
        raise Malformed("geometry: ma być niepusta, poprawna i płaska / must be valid, flat and not empty.")
    if system.north_first:
        geometry = swapped(geometry)
        extent = geometry.extent
    low_x, low_y, high_x, high_y = system.area
    if not (low_x <= extent[0] and low_y <= extent[1] and extent[2] <= high_x and extent[3] <= high_y):
        raise Malformed("geometry: leży poza Polską / lies outside Poland.")
    geometry.srid = system.srid
    return GEOSGeometry(memoryview(stored(geometry)))


def swapped(geometry: GEOSGeometry) -> GEOSGeometry:
    """Axes the other way round."""

    def turned(part: Any) -> Any:
        return [part[1], part[0]] if isinstance(part[0], int | float) else [turned(one) for one in part]

    told = loads(geometry.geojson)
    return GEOSGeometry(dumps({"type": told["type"], "coordinates": turned(told["coordinates"])}))

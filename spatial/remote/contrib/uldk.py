"""ULDK, the parcel locator of GUGiK: parcels, buildings and units by identifier, by name and number, by a point.

Text lines: a status or a count, then rows with fields divided by "|"; geometry as EWKT, east first. Failures come with
HTTP 200: "-1" and words, words of a county's own error, a page of the gateway. A point gives a candidate, not a proof.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import dist
from typing import Literal

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, repair, to_storage
from data.records import Surface
from spatial import crs
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body, mapped
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

type Unit = Literal["Region", "Commune", "County", "Voivodeship"]

FIELDS = ("geom_wkt", "teryt", "parcel", "region", "commune", "county", "voivodeship")
_STATUS = re.compile(r"-?[0-9]+")
_NOTHING = ("brak wynik", "brak obiekt", "nie znaleziono")
_EWKT = re.compile(r"(?:SRID=(?P<srid>[0-9]+);)?(?P<wkt>[A-Z]+ *\(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A parcel, a building or a unit. Texts are None where the service left them empty; geometry is in EPSG:2178."""

    identifier: str | None
    geometry: Surface
    parcel: str | None = None  #: number
    region: str | None = None  #: name of the obręb
    commune: str | None = None
    county: str | None = None
    voivodeship: str | None = None

    @property
    def area_m2(self) -> float:
        """Of the shape; the register area is not in this service."""
        return self.geometry.area


@dataclass(frozen=True, slots=True)
class Snapped:
    """The boundary point nearest to the one asked about, EPSG:2178."""

    east: float
    north: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class Uldk:
    """One service to ask; every answer is Found, NothingFound or Failed.

    fields: what is asked of every place, in which order; the shape is needed.
    """

    endpoint: Endpoint
    fields: tuple[str, ...] = FIELDS

    # --- parcels and buildings ---

    def parcel_by_id(self, identifier: str) -> Answer[Place]:
        return mapped(self._places("GetParcelById", {"id": identifier}), _first)

    def parcels_by_id_or_number(self, text: str) -> Answer[list[Place]]:
        """text: full identifier, or name of the obręb and number ("Cianowice 123/4"); obręby of one name are many."""
        return self._places("GetParcelByIdOrNr", {"id": text})

    def parcel_at(self, east: float, north: float, *, epsg: int = crs.PL_2000_7) -> Answer[Place]:
        return mapped(self._places("GetParcelByXY", {"xy": _point(east, north, epsg)}), _first)

    def building_by_id(self, identifier: str) -> Answer[Place]:
        return mapped(self._places("GetBuildingById", {"id": identifier}), _first)

    def building_at(self, east: float, north: float, *, epsg: int = crs.PL_2000_7) -> Answer[Place]:
        return mapped(self._places("GetBuildingByXY", {"xy": _point(east, north, epsg)}), _first)

    # --- units ---

    def unit_by_id(self, unit: Unit, identifier: str) -> Answer[Place]:
        return mapped(self._places(f"Get{unit}ById", {"id": identifier}), _first)

    def unit_at(self, unit: Unit, east: float, north: float, *, epsg: int = crs.PL_2000_7) -> Answer[Place]:
        return mapped(self._places(f"Get{unit}ByXY", {"xy": _point(east, north, epsg)}), _first)

    def regions_by_name(self, text: str) -> Answer[list[Place]]:
        return self._places("GetRegionByNameOrId", {"id": text})

    def union_of(self, identifiers: Sequence[str]) -> Answer[Surface]:
        """The common outline of parcels or units."""
        params = {"request": "GetAggregateArea", "id": ",".join(identifiers), "result": "geom_wkt", "srid": _SRID}
        return ask(self.endpoint, "GetAggregateArea", params, lambda body: _surface(_rows(body, ("geom_wkt",))))

    # --- boundary points ---

    def boundary_point_near(self, east: float, north: float, *, radius_m: float) -> Answer[Snapped]:
        """The announcement of 2019 shows northing first in this answer; the nearer reading is taken."""
        params = {
            "request": "SnapToPoint",
            "xy": _point(east, north, crs.PL_2000_7),
            "radius": f"{radius_m:g}",
            "srid": _SRID,
        }
        return ask(self.endpoint, "SnapToPoint", params, lambda body: _snapped(body, (east, north), radius_m))

    def _places(self, request: str, params: dict[str, str]) -> Answer[list[Place]]:
        asked = {"request": request, **params, "result": ",".join(self.fields), "srid": _SRID}
        return ask(self.endpoint, request, asked, lambda body: _read_places(body, self.fields))


_SRID = str(crs.PL_1992)  #: of answers: the one system that is good for the whole country


def _first(places: list[Place]) -> Place:
    return places[0]


def _point(east: float, north: float, epsg: int) -> str:
    return f"{east:.8g},{north:.8g},{epsg}" if epsg == crs.WGS84 else f"{east:.2f},{north:.2f},{epsg}"


# --- reading ----------------------------------------------------------------------------------------------------


def _read_places(body: Body, fields: Sequence[str]) -> list[Place] | None:
    rows = _rows(body, fields)
    return None if rows is None else [_place(dict(zip(fields, row, strict=True))) for row in rows]


def _place(said: Mapping[str, str | None]) -> Place:
    """Raises ServiceFailed (malformed, elsewhere)."""
    names = {name: said.get(name) for name in ("parcel", "region", "commune", "county", "voivodeship")}
    return Place(said.get("teryt") or said.get("id"), _shape(said.get("geom_wkt")), **names)


def _rows(body: Body, fields: Sequence[str]) -> list[list[str | None]] | None:
    """Rows of the answer; None for "found nothing". Raises ServiceFailed."""
    lines = text_of(body).split("\n")
    status = lines[0].strip()
    rows = [line.strip() for line in lines[1:] if line.strip(" \r|")]
    number = _STATUS.match(status)
    if number is None:
        raise ServiceFailed(Reason.MALFORMED, status)
    count = int(number[0])
    if count < 0:
        if any(words in status.lower() for words in _NOTHING):
            return None
        raise ServiceFailed(Reason.EXCEPTION, status)
    split = [[part.strip() or None for part in row.split("|")] for row in rows]
    if not all(_is_row(row, fields) for row in split):
        raise _no_rows("\n".join(rows))
    if len(rows) < max(count, 1):
        raise ServiceFailed(Reason.INCOMPLETE, f"{len(rows)} of {max(count, 1)} rows")
    return split


def text_of(body: Body) -> str:
    """Text of an answer. Raises ServiceFailed (malformed)."""
    try:
        return body.content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None


def _is_row(row: Sequence[str | None], fields: Sequence[str]) -> bool:
    """Whether all fields are there and a shape where one is due; so a village called Błędów is no error."""
    if len(row) != len(fields):
        return False
    return "geom_wkt" not in fields or _EWKT.fullmatch(row[fields.index("geom_wkt")] or "") is not None


def _no_rows(text: str) -> ServiceFailed:
    """An error of a county's server comes as a row of an answer that claims to be good."""
    is_error = "XML" in text or re.search("bł[ąę]d", text.lower()) is not None
    return ServiceFailed(Reason.EXCEPTION if is_error else Reason.MALFORMED, text[:200])


def _surface(rows: list[list[str | None]] | None) -> Surface | None:
    return None if rows is None else _shape(rows[0][0])


def _shape(text: str | None) -> Surface:
    """EWKT, east first, to a surface in storage. Raises ServiceFailed."""
    try:
        surface, _ = repair(_stored(text))
    except GeometryRefusedError as refusal:
        raise ServiceFailed(Reason.MALFORMED, refusal.rule) from None
    return surface


def _stored(text: str | None) -> BaseGeometry:
    found = _EWKT.fullmatch(text or "")
    if found is None:
        raise ServiceFailed(Reason.MALFORMED, (text or "no geometry")[:80])
    try:
        return to_storage(shapely.from_wkt(found["wkt"]), epsg=int(found["srid"] or _SRID))
    except shapely.GEOSException as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
    except GeometryRefusedError as refusal:
        raise ServiceFailed(Reason.ELSEWHERE, refusal.rule) from None


def _snapped(body: Body, asked: tuple[float, float], radius_m: float) -> Snapped | None:
    """Three lines: status, point as (E)WKB or EWKT, distance."""
    rows = _rows(body, ("line",))
    if rows is None:
        return None
    if len(rows) < 2:
        raise ServiceFailed(Reason.INCOMPLETE, "no distance")
    read = _read_point(rows[0][0] or "")
    near = [pair for pair in (_moved(read), _moved(read[::-1])) if pair is not None]
    if not near:
        raise ServiceFailed(Reason.ELSEWHERE, "no point of Poland")
    east, north = min(near, key=lambda pair: dist(pair, asked))
    if dist((east, north), asked) > radius_m + 1:
        raise ServiceFailed(Reason.ELSEWHERE, "a point farther than the radius")
    return Snapped(east, north, float(rows[1][0] or "nan"))


def _moved(pair: tuple[float, float]) -> tuple[float, float] | None:
    """East and north of an answer in storage; None outside Poland."""
    try:
        place = to_storage(Point(pair), epsg=int(_SRID)).centroid
    except GeometryRefusedError:
        return None
    return place.x, place.y


def _read_point(text: str) -> tuple[float, float]:
    """Coordinates as they stand in the point; their order is not sure."""
    is_wkb = re.fullmatch(r"[0-9A-Fa-f]+", text) is not None
    try:
        shape = shapely.from_wkb(text) if is_wkb else shapely.from_wkt(text.rpartition(";")[2])
    except shapely.GEOSException as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
    if not isinstance(shape, Point):
        raise ServiceFailed(Reason.MALFORMED, shape.geom_type)
    return shape.x, shape.y

"""UUG, the address search of GUGiK: JSON, coordinates in EPSG:2180 with east in ``x``; unstable, so asked once, 3 s."""

import json
from dataclasses import dataclass
from typing import Any

from shapely import Point

from data.geometry import GeometryRefusedError, to_storage
from spatial import crs
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body
from spatial.remote.contrib.uldk import text_of
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed


@dataclass(frozen=True, slots=True)
class Address:
    """A place that the service holds for the address. ``is_exact`` is False for a street or a locality alone."""

    city: str
    street: str | None
    number: str | None
    postcode: str | None
    simc: str | None
    teryt: str | None
    is_exact: bool
    east: float  #: EPSG:2178
    north: float


@dataclass(frozen=True, slots=True)
class Uug:
    endpoint: Endpoint

    def addresses(self, *, city: str, street: str | None = None, number: str | None = None) -> Answer[list[Address]]:
        """The comma after the place is needed where a street follows: without it the service finds nothing."""
        place = f"{city}, {street}" if street else city
        text = f"{place} {number}" if number else place
        return ask(self.endpoint, "GetAddress", {"request": "GetAddress", "address": text}, _read)

    def address_at(self, east: float, north: float) -> Answer[list[Address]]:
        """east, north: EPSG:2180, the only system that the description of the service names."""
        params = {"request": "GetAddressReverse", "location": f"POINT({east:.2f} {north:.2f})", "srid": "2180"}
        return ask(self.endpoint, "GetAddressReverse", params, _read)


def _read(body: Body) -> list[Address] | None:
    """Results stand under "1", "2", ...; none is ``null``."""
    try:
        said = json.loads(text_of(body))
    except ValueError as fault:
        raise ServiceFailed(Reason.CUT_OFF, str(fault)) from None
    if not isinstance(said, dict) or "results" not in said:
        raise ServiceFailed(Reason.MALFORMED, "no results")
    results = said["results"]
    if results is None or results == {}:
        return None
    if not isinstance(results, dict):
        raise ServiceFailed(Reason.MALFORMED, "results are no object")
    return [_address(results[key]) for key in sorted(results, key=lambda key: (len(key), key))]


def _address(said: Any) -> Address:
    try:
        place = to_storage(Point(float(said["x"]), float(said["y"])), epsg=crs.PL_1992)
        exact = str(said.get("accuracy", "")) in {"1", "1.0"}
        texts = {
            name: str(said.get(name) or "").strip() or None for name in ("street", "number", "code", "simc", "teryt")
        }
        return Address(
            city=str(said.get("city") or ""),
            street=texts["street"],
            number=texts["number"],
            postcode=texts["code"],
            simc=texts["simc"],
            teryt=texts["teryt"],
            is_exact=exact,
            east=place.centroid.x,
            north=place.centroid.y,
        )
    except GeometryRefusedError as refusal:
        raise ServiceFailed(Reason.ELSEWHERE, refusal.rule) from None
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None

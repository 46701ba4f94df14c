"""Shapes of a draft for the map and back: GeoJSON in degrees; a shape that nobody touched stays to the last digit."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, repair, to_storage
from data.records import Problem, Surface, ZoneRecord
from planning.content import PlanContent
from spatial import crs
from spatial.errors import ServiceError

_TO_DEGREES = Transformer.from_crs(crs.PL_2000_7, crs.WGS84, always_xy=True)
DEGREE_DECIMALS = 10
CENTIMETRES = 2  #: grid of what is drawn by hand


class UnusableShapes(ServiceError):
    """What the map sent cannot be a plan; the message says which shape."""

    code = "unusable-shapes"
    status = 422


def shapes_of(content: PlanContent) -> dict[str, Any]:
    """{"boundary": geometry | null, "zones": [{"id", "symbol", "name", "geometry"}]}; ids are places in the plan."""
    boundary = content.plan.boundary
    return {
        "boundary": None if boundary.is_empty else _degrees(boundary),
        "zones": [
            {"id": place, "symbol": zone.symbol, "name": zone.name, "geometry": _degrees(zone.geometry)}
            for place, zone in enumerate(content.plan.zones)
        ],
    }


def places_of(problems: list[Problem]) -> list[dict[str, Any]]:
    """Findings with their places in degrees, for the map."""
    return [
        {
            "severity": problem.severity,
            "message": problem.message,
            "place": list(_TO_DEGREES.transform(*problem.point)) if problem.point else None,
        }
        for problem in problems
    ]


def with_shapes(content: PlanContent, said: Any) -> PlanContent:
    """The content with what the map changed. Raises UnusableShapes.

    said: {"boundary": geometry of a changed boundary, "zones": every zone that stays, {"id" or null, "symbol",
    "name", "geometry" or null for one that was not touched}}.
    """
    if not isinstance(said, dict) or not isinstance(said.get("zones"), list):
        raise UnusableShapes("Mapa przysłała dane w nieznanej postaci. Odśwież stronę i spróbuj ponownie.")
    plan = content.plan
    if said.get("boundary") is not None:
        plan = replace(plan, boundary=_metres(said["boundary"], "granica planu"))
    zones = tuple(_zone(one, plan.zones) for one in said["zones"])
    return replace(content, plan=replace(plan, zones=zones))


def _zone(said: Any, held: tuple[ZoneRecord, ...]) -> ZoneRecord:
    if not isinstance(said, dict):
        raise UnusableShapes("Mapa przysłała teren w nieznanej postaci. Odśwież stronę i spróbuj ponownie.")
    symbol = str(said.get("symbol") or "").strip()[:30]
    if not symbol:
        raise UnusableShapes("Teren nie ma symbolu. Kliknij go na mapie i wpisz symbol.")
    place = said.get("id")
    known = held[place] if isinstance(place, int) and 0 <= place < len(held) else None
    if known is None and said.get("geometry") is None:
        raise UnusableShapes(f"Nowy teren {symbol} nie ma kształtu. Narysuj go ponownie.")
    geometry = known.geometry if known else shapely.Polygon()
    if said.get("geometry") is not None:
        geometry = _metres(said["geometry"], f"teren {symbol}")
    name = str(said.get("name") or "").strip()[:1000]
    return replace(known, symbol=symbol, name=name, geometry=geometry) if known else ZoneRecord(symbol, name, geometry)


def _degrees(geometry: BaseGeometry) -> dict[str, Any]:
    def project(pairs: Any) -> Any:
        return np.round(np.column_stack(_TO_DEGREES.transform(*pairs.T)), DEGREE_DECIMALS)

    return dict(mapping(shapely.transform(geometry, project)))


def _metres(said: Any, name: str) -> Surface:
    """A drawn shape on the grid of centimetres. Raises UnusableShapes."""
    try:
        drawn = shapely.force_2d(shape(json.loads(json.dumps(said))))
        moved = to_storage(drawn, epsg=crs.WGS84)
        surface, _ = repair(shapely.transform(moved, lambda pairs: np.round(pairs, CENTIMETRES)))
    except GeometryRefusedError as refusal:
        raise UnusableShapes(f"Kształt „{name}”: {refusal.message}") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.GEOSException):
        raise UnusableShapes(f"Kształtu „{name}” nie da się odczytać. Narysuj go ponownie.") from None
    return surface

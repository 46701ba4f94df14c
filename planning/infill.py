"""Obszary uzupełnienia zabudowy: where a general plan may allow single decisions among buildings (dossier 3.5).

Groups of buildings that stand near each other are wrapped, small holes filled, the wrap drawn back and cut to the plan.
A plan may draw more than that by a reserve, a share of what the drawing back took.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely
from pyproj import Geod, Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from data.records import Surface
from spatial import crs
from spatial.errors import ServiceError

_FILE = Path(__file__).with_name("infill.toml")
_ELLIPSOID = Geod(ellps="GRS80")
_DEGREES = Transformer.from_crs(crs.PL_2000_7, 4258, always_xy=True)


class NoParameters(ServiceError):
    """The day lies before the regulation."""

    code = "no-infill-parameters"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Numbers of the regulation; metres and square metres."""

    valid_from: date
    group_of: int
    neighbours_m: float
    grow_m: float
    fill_m2: float
    shrink_m: float
    reserve_share: float
    kinds: tuple[str, ...] = ()  #: kinds of buildings that count; empty: all

    @classmethod
    def on(cls, day: date) -> Self:
        """Those of the day. Raises NoParameters."""
        known = [said for said in _entries() if said["valid_from"] <= day]
        if not known:
            raise NoParameters(f"Zasady wyznaczania OUZ obowiązują od {_entries()[0]['valid_from']}. Podaj inny dzień.")
        said = max(known, key=lambda entry: entry["valid_from"])
        return cls(**{**said, "kinds": tuple(said["kinds"])})


@cache
def _entries() -> list[Mapping[str, Any]]:
    return list(tomllib.loads(_FILE.read_text(encoding="utf-8"))["parameters"])


@dataclass(frozen=True, slots=True)
class InfillAreas:
    """What the regulation gives for the buildings: areas in EPSG:2178, areas in square metres on the ellipsoid."""

    areas: tuple[Polygon, ...]  #: largest first
    buildings: int  #: that stand in a group
    before_m2: float  #: after the buffer outwards and the filling of holes (Pb)
    after_m2: float  #: after the buffer back (Pu), before cutting to the plan
    reserve_m2: float  #: by how much a plan may be larger (Pp)

    @property
    def union(self) -> BaseGeometry:
        return shapely.union_all(self.areas)


def infill_areas(buildings: Sequence[Surface], plan: Surface, parameters: Parameters) -> InfillAreas:
    """buildings: outlines in EPSG:2178; plan: the area of the general plan."""
    grouped = grouped_buildings(buildings, parameters)
    wrapped = _filled(shapely.union_all([shape.buffer(parameters.grow_m) for shape in grouped]), parameters.fill_m2)
    drawn = wrapped.buffer(-parameters.shrink_m)
    before, after = ellipsoidal_m2(wrapped), ellipsoidal_m2(drawn)
    pieces = _polygons(drawn.intersection(plan))
    return InfillAreas(pieces, len(grouped), before, after, parameters.reserve_share * (before - after))


def grouped_buildings(buildings: Sequence[Surface], parameters: Parameters) -> list[Surface]:
    """Buildings of groups that are large enough; a group is held together by distances of neighbours."""
    if not buildings:
        return []
    first, second = STRtree(buildings).query(buildings, predicate="dwithin", distance=parameters.neighbours_m)
    links = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(len(buildings),) * 2)
    _, groups = connected_components(links, directed=False)
    sizes = np.bincount(groups)
    return [shape for shape, group in zip(buildings, groups, strict=True) if sizes[group] >= parameters.group_of]


def ellipsoidal_m2(geometry: BaseGeometry) -> float:
    """Area on GRS80, not on the plane of the map."""
    degrees = shapely.transform(geometry, lambda pairs: np.column_stack(_DEGREES.transform(*pairs.T)))
    return sum(abs(_ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(part))[0]) for part in _polygons(degrees))


def _filled(geometry: BaseGeometry, limit_m2: float) -> BaseGeometry:
    """Without holes below the limit."""
    return shapely.union_all(
        [
            Polygon(part.exterior, [hole for hole in part.interiors if Polygon(hole).area >= limit_m2])
            for part in _polygons(geometry)
        ]
    )


def _polygons(geometry: BaseGeometry) -> tuple[Polygon, ...]:
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and not part.is_empty]
    return tuple(sorted(parts, key=lambda part: -part.area))

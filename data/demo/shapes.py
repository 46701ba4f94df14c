"""Narrowing of geometry: what an operation may return, sorted into what the caller needs."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data.records import Line, Surface


def polygons_of(shape: BaseGeometry, *, over_m2: float = 0.0) -> list[Polygon]:
    """The polygons inside any geometry, largest first, lines and points dropped."""
    parts = [p for g in shapely.get_parts(shape) for p in shapely.get_parts(g) if isinstance(p, Polygon)]
    return sorted((p for p in parts if p.area > over_m2), key=lambda p: (-p.area, p.bounds))


def surface_of(shape: BaseGeometry) -> Surface:
    """The geometry, which must be a surface already."""
    if not isinstance(shape, Polygon | MultiPolygon):
        raise TypeError(f"not a surface: {shape.geom_type}")
    return shape


def line_of(shape: BaseGeometry) -> Line:
    """The geometry, which must be a line already."""
    if not isinstance(shape, LineString | MultiLineString):
        raise TypeError(f"not a line: {shape.geom_type}")
    return shape


def joined(shapes: list[Polygon]) -> Surface:
    """Union of parcels, which share their vertices."""
    return surface_of(shapely.coverage_union_all(shapes))


def box_corners(shape: BaseGeometry) -> NDArray[np.float64]:
    """Corners of the smallest rectangle round a shape, the first repeated at the end: (5, 2)."""
    corners: NDArray[np.float64] = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    return corners

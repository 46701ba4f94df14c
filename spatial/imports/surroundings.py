"""The ground that a municipality's deliveries may speak of: its boundary's rectangle and some land around.

The last defence against swapped axes and against a file of another place whose identifiers look right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from data.geometry import Box, swapped_box
from data.records import Problem
from spatial import crs
from spatial.municipalities.models import Municipality

MARGIN_M = 2_000  #: boundaries at hand are generalised by some hundred metres; mains and trails cross them
_SYSTEMS = (crs.PL_1992, crs.PL_2000_7, crs.WGS84)  #: in which a file may have come with its axes swapped


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A box in EPSG:2178."""

    box: Box

    @classmethod
    def of(cls, municipality: Municipality) -> Self:
        east, north, east_to, north_to = municipality.boundary.extent
        return cls((east - MARGIN_M, north - MARGIN_M, east_to + MARGIN_M, north_to + MARGIN_M))

    def problem_of(self, record: Any, name_of: Callable[[Any], str]) -> Problem | None:
        """An error for a record that does not meet the box; records without a shape are not asked."""
        shape: BaseGeometry | None = getattr(record, "geometry", None) or getattr(record, "boundary", None)
        if shape is None or _meet(shape.bounds, self.box):
            return None
        centre = shape.envelope.centroid
        place = (centre.x, centre.y)
        if self._holds_when_swapped(shape.bounds):
            return Problem(
                "axes-swapped",
                "error",
                name_of(record),
                "Obiekt leży daleko poza gminą, a po zamianie osi leży w niej. Plik ma zamienione osie: zamów go "
                "z osiami w kolejności północ, wschód albo popraw układ zapisany w pliku.",
                place,
            )
        return Problem(
            "outside-municipality",
            "error",
            name_of(record),
            f"Obiekt leży dalej niż {MARGIN_M // 1000} km od gminy. Sprawdź układ współrzędnych i to, czy plik dotyczy "
            "tej gminy.",
            place,
        )

    def _holds_when_swapped(self, bounds: Box) -> bool:
        return any(_meet(turned, self.box) for epsg in _SYSTEMS if (turned := _turned(bounds, epsg)) is not None)


@cache
def _between(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _turned(bounds: Box, epsg: int) -> Box | None:
    """The box as it would lie had the file's first coordinate been the second; None where that is nowhere."""
    there = _between(crs.PL_2000_7, epsg).transform_bounds(*bounds)
    back = _between(epsg, crs.PL_2000_7).transform_bounds(*swapped_box(there))
    return back if np.isfinite(back).all() else None


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]

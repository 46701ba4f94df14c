"""Do the objects of a district fit together? Overlaps, gaps, slivers, buildings in the air.

All areas on the plane of EPSG:2178. Findings are warnings: the cadastre is the starosta's, we show what we see and
never move a boundary.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.records import Problem
from spatial.words import polish_number

LEAST_M2 = 1.0  #: smaller differences come from rounding to centimetres
SLIVER_WIDTH_M = 0.5  #: mean width 2A/P under which ground is no parcel but a disagreement of two surveys
SHOWN = 200  #: findings of one rule in one delivery; the rest is summed up

type Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Ground:
    """Objects of one kind in one district."""

    names: Sequence[str]
    shapes: Shapes

    @classmethod
    def empty(cls) -> "Ground":
        return cls([], np.empty(0, dtype=object))


@dataclass(slots=True)
class Aligned:
    """Ground of the districts that are asked for in their order, from a stream in the same order."""

    stream: Iterator[tuple[str, Sequence[str], Shapes]]
    ahead: tuple[str, Sequence[str], Shapes] | None = None

    def of(self, district: str) -> Ground:
        while self.ahead is None or self.ahead[0] < district:
            self.ahead = next(self.stream, None)
            if self.ahead is None:
                return Ground.empty()
        return Ground(*self.ahead[1:]) if self.ahead[0] == district else Ground.empty()


@dataclass(frozen=True, slots=True)
class DistrictGround:
    district: str
    parcels: Ground
    buildings: Ground
    land_uses: Ground  #: contours of actual use; classification contours lie over them
    boundary: BaseGeometry | None  #: None: the delivery and the register know none
    is_whole: bool  #: False: an excerpt, in which gaps mean nothing


def defects(ground: DistrictGround) -> Iterator[Problem]:
    """Everything that does not fit in the district."""
    yield from overlaps("parcels-overlap", "Działki", ground.parcels)
    yield from overlaps("land-uses-overlap", "Kontury użytków", ground.land_uses)
    yield from overlaps("buildings-overlap", "Budynki", ground.buildings)
    yield from slivers(ground.parcels)
    if len(ground.parcels.names):
        yield from cover(ground)
        yield from buildings_off_parcels(ground)


def overlaps(rule: str, what: str, ground: Ground) -> Iterator[Problem]:
    """Pairs that share ground; each pair once."""
    if len(ground.names) < 2:
        return
    # Linear in the number of vertices; only what does not match its neighbours is compared pair by pair.
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(ground.shapes)))
    if not suspects.size:
        return
    tree = shapely.STRtree(ground.shapes)
    for one, other in zip(*tree.query(ground.shapes[suspects], predicate="intersects"), strict=True):
        first, second = sorted((int(suspects[one]), int(other)))
        if first == second or (suspects[one] != first and first in suspects):
            continue
        shared = shapely.intersection(ground.shapes[first], ground.shapes[second])
        if shared.area > LEAST_M2:
            yield Problem(
                rule,
                "warning",
                ground.names[first],
                f"{what} {ground.names[first]} i {ground.names[second]} nachodzą na siebie na {_m2(shared.area)}. "
                "Wyjaśnij granicę z prowadzącym ewidencję.",
                _place(shared),
            )


def slivers(parcels: Ground) -> Iterator[Problem]:
    """Parcels narrower than any strip of land."""
    width = _width(parcels.shapes)
    for index in _true(width < SLIVER_WIDTH_M):
        yield Problem(
            "sliver-parcel",
            "info",
            parcels.names[index],
            f"Działka ma średnio {_metres(width[index])} szerokości. Sprawdź, czy nie jest śladem po podziale.",
            _place(parcels.shapes[index]),
        )


def cover(ground: DistrictGround) -> Iterator[Problem]:
    """Ground of the district without a parcel, and parcels beyond its boundary."""
    together = _union(ground.parcels.shapes)
    if ground.is_whole:
        for gap in _gaps(together, ground.boundary):
            yield _gap(ground.district, gap)
    if ground.boundary is None or shapely.difference(together, ground.boundary).area <= LEAST_M2:
        return
    beyond = shapely.difference(ground.parcels.shapes, ground.boundary)
    for index in _true(shapely.area(beyond) > LEAST_M2):
        yield Problem(
            "parcel-outside-district",
            "warning",
            ground.parcels.names[index],
            f"Działka wychodzi {_m2(beyond[index].area)} poza granicę obrębu {ground.district}. Sprawdź obie granice.",
            _place(beyond[index]),
        )


def buildings_off_parcels(ground: DistrictGround) -> Iterator[Problem]:
    if not len(ground.buildings.names):
        return
    standing = shapely.STRtree(ground.parcels.shapes).query(ground.buildings.shapes, predicate="intersects")[0]
    for index in sorted(set(range(len(ground.buildings.names))) - set(standing.tolist())):
        yield Problem(
            "building-off-parcels",
            "warning",
            ground.buildings.names[index],
            f"Budynek nie stoi na żadnej działce obrębu {ground.district}. Sprawdź jego położenie.",
            _place(ground.buildings.shapes[index]),
        )


@dataclass(slots=True)
class Summary:
    """Lets through the first findings of each rule and counts the others."""

    passed: Counter[str] = field(default_factory=Counter)

    def limited(self, problems: Iterator[Problem]) -> Iterator[Problem]:
        for problem in problems:
            self.passed[problem.rule] += 1
            if self.passed[problem.rule] <= SHOWN:
                yield problem

    def rest(self) -> Iterator[Problem]:
        for rule, number in sorted(self.passed.items()):
            if number > SHOWN:
                text = f"Takich ustaleń jest więcej: pokazano {SHOWN} z {polish_number(number)}."
                yield Problem(rule, "info", "", text)


# --- measures -------------------------------------------------------------------------------------------------


def _union(shapes: Shapes) -> BaseGeometry:
    is_coverage = bool(shapely.coverage_is_valid(shapes))
    union: BaseGeometry = shapely.coverage_union_all(shapes) if is_coverage else shapely.union_all(shapes)
    return union


def _gaps(together: BaseGeometry, boundary: BaseGeometry | None) -> list[BaseGeometry]:
    """Uncovered parts of the boundary; without one, the holes between the parcels."""
    if boundary is None:
        rings = [ring for part in shapely.get_parts(together) for ring in part.interiors]
        found = shapely.polygons(rings) if rings else np.empty(0, dtype=object)
    else:
        found = shapely.get_parts(shapely.difference(boundary, together))
    return [gap for gap in found if shapely.area(gap) > LEAST_M2]


def _gap(district: str, gap: BaseGeometry) -> Problem:
    width = float(_width(np.array([gap], dtype=object))[0])
    is_sliver = width < SLIVER_WIDTH_M
    what = f"szczelina o średniej szerokości {_metres(width)}" if is_sliver else "obszar bez działki"
    return Problem(
        "parcels-sliver-gap" if is_sliver else "parcels-gap",
        "warning",
        district,
        f"W obrębie {district} jest {what}, {_m2(gap.area)}. Sprawdź, czy plik obejmuje cały obręb.",
        _place(gap),
    )


def _true(mask: npt.NDArray[np.bool_]) -> list[int]:
    return [int(index) for index in np.flatnonzero(mask)]


def _width(shapes: Shapes) -> npt.NDArray[np.float64]:
    """Mean width 2A/P in metres."""
    width: npt.NDArray[np.float64] = 2 * shapely.area(shapes) / np.maximum(shapely.length(shapes), 1e-9)
    return width


def _place(shape: BaseGeometry) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return float(point.x), float(point.y)


def _m2(area: float) -> str:
    return f"{polish_number(round(area))} m²" if area >= 10 else f"{area:.1f} m²".replace(".", ",")


def _metres(length: float) -> str:
    return f"{length:.2f} m".replace(".", ",")

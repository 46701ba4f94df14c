"""From a geometry of a source to the one we store: EPSG:2178, x = east, y = north, valid, no doubled points.

A refusal is a ``GeometryRefusedError`` with a named rule; a repair is a ``Repair`` that the reader reports.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.records import Problem, Surface

STORAGE = 2178  #: PL-2000 zone 7, metres
PL_1992 = 2180
ARC_TOLERANCE_M = 0.01  #: largest distance between an arc and its chord
MAX_REPAIR_SHARE = 0.001  #: a repair that changes more of the area is refused ...
MAX_REPAIR_M2 = 1.0  #: ... and so is one that changes more square metres
DOUBLED_VERTEX_M = 0.0005  #: points closer than half a millimetre are one point

type Box = tuple[float, float, float, float]  #: min east, min north, max east, max north

#: Skała and Sułoszowa with a margin, EPSG:2178 (dossier 1.5)
SANITY_BOX: Box = (7_398_000, 5_553_000, 7_430_000, 5_584_000)

#: Where a coordinate of the given system may lie in Poland, east first. PL-2000 zones are wider than their
#: 3 degrees on purpose: a real plan of a gmina at 19.3 E is written in zone 7.
PLAUSIBLE: dict[int, Box] = {
    2176: (5_300_000, 5_400_000, 5_700_000, 6_120_000),
    2177: (6_300_000, 5_400_000, 6_700_000, 6_120_000),
    2178: (7_300_000, 5_400_000, 7_700_000, 6_120_000),
    2179: (8_300_000, 5_400_000, 8_700_000, 6_120_000),
    2180: (130_000, 120_000, 900_000, 920_000),
    4326: (13.5, 48.5, 25.0, 55.5),
    4258: (13.5, 48.5, 25.0, 55.5),
    3857: (1_500_000, 6_100_000, 2_800_000, 7_500_000),
}


class GeometryRefusedError(ValueError):
    """The geometry cannot be used. ``rule`` is a stable name, the message is Polish."""

    def __init__(self, rule: str, message: str, point: tuple[float, float] | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.point = point


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was put right in a geometry; becomes a warning."""

    rule: str
    message: str
    point: tuple[float, float] | None = None


# --- coordinates --------------------------------------------------------------------------------------------


def to_storage(geometry: BaseGeometry, *, epsg: int, bounds: Box | None = None) -> BaseGeometry:
    """Transform to EPSG:2178. Input has east first; the result may still be topologically invalid.

    bounds: the municipality in EPSG:2178; off by default, because files of other places are legal to read.
    Raises GeometryRefusedError: geometry-empty, not-finite, unsupported-crs, axes-swapped, wrong-zone,
    outside-poland, outside-municipality.
    """
    refuse_unusable_coordinates(geometry, epsg=epsg)
    stored = shapely.transform(geometry, _transformation(epsg)) if epsg != STORAGE else geometry
    if bounds is not None and not shapely.box(*bounds).contains(stored):
        raise _outside_municipality(geometry, stored, epsg=epsg, bounds=bounds)
    return stored


def refuse_unusable_coordinates(geometry: BaseGeometry, *, epsg: int) -> None:
    """Raise for an empty geometry, numbers that are not finite, and coordinates foreign to the system."""
    if geometry.is_empty:
        raise GeometryRefusedError(
            "geometry-empty",
            "Geometria jest pusta: obiektu nie da się pokazać na mapie. Uzupełnij współrzędne.",
        )
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise not_finite()
    if epsg not in PLAUSIBLE:
        raise GeometryRefusedError(
            "unsupported-crs",
            f"Układ EPSG:{epsg} nie jest obsługiwany. Zapisz plik w PL-2000 (EPSG:2176-2179), "
            "PL-1992 (EPSG:2180) albo WGS 84 (EPSG:4326).",
        )
    corners = geometry.bounds
    if not _within(corners, PLAUSIBLE[epsg]):
        raise _implausible(corners, epsg)


def not_finite() -> GeometryRefusedError:
    """The refusal of NaN and infinity among coordinates."""
    return GeometryRefusedError(
        "not-finite",
        "Wśród współrzędnych jest wartość, która nie jest liczbą (NaN lub nieskończoność). "
        "Popraw współrzędne w programie, z którego pochodzi plik.",
    )


def _implausible(corners: Box, epsg: int) -> GeometryRefusedError:
    """Say why coordinates do not fit their system: swapped, of another zone, or elsewhere."""
    east, north = corners[0], corners[1]
    seen = f"(wschód {east:.2f}, północ {north:.2f})"
    if _within(swapped_box(corners), PLAUSIBLE[epsg]):
        return GeometryRefusedError(
            "axes-swapped",
            f"Współrzędne {seen} w układzie EPSG:{epsg} mają zamienione osie. "
            "Zapisz plik z osiami zamienionymi miejscami albo wskaż kolejność osi przy wczytywaniu.",
        )
    others = [zone for zone in (2176, 2177, 2178, 2179) if zone != epsg and _within(corners, PLAUSIBLE[zone])]
    if others and epsg in (2176, 2177, 2178, 2179):
        return GeometryRefusedError(
            "wrong-zone",
            f"Plik podaje układ EPSG:{epsg}, a współrzędne {seen} należą do innej strefy PL-2000 "
            f"(EPSG:{others[0]}). Popraw układ zapisany w pliku.",
        )
    return GeometryRefusedError(
        "outside-poland",
        f"Współrzędne {seen} w układzie EPSG:{epsg} leżą poza Polską. Sprawdź układ współrzędnych pliku.",
    )


def _outside_municipality(
    geometry: BaseGeometry, stored: BaseGeometry, *, epsg: int, bounds: Box
) -> GeometryRefusedError:
    flipped = shapely.transform(geometry, lambda pairs: pairs[:, ::-1])
    if _within(flipped.bounds, PLAUSIBLE[epsg]):
        turned = shapely.transform(flipped, _transformation(epsg))
        if shapely.box(*bounds).contains(turned):
            return GeometryRefusedError(
                "axes-swapped",
                f"Obiekt leży poza gminą, a po zamianie osi leży w niej (układ EPSG:{epsg}). "
                "Plik ma zamienione osie: wczytaj go z odwrotną kolejnością osi.",
            )
    centre = stored.envelope.centroid
    return GeometryRefusedError(
        "outside-municipality",
        "Obiekt leży poza obszarem gminy. Sprawdź układ współrzędnych i to, czy plik dotyczy tej gminy.",
        (centre.x, centre.y),
    )


def swapped_box(box: Box) -> Box:
    """The same box with east and north exchanged."""
    return box[1], box[0], box[3], box[2]


def _within(inner: Box, outer: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


@lru_cache(maxsize=16)
def _transformation(epsg: int) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    transformer = Transformer.from_crs(epsg, STORAGE, always_xy=True)

    def transform(pairs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        east, north = transformer.transform(pairs[:, 0], pairs[:, 1])
        return np.column_stack([east, north])

    return transform


# --- validity -----------------------------------------------------------------------------------------------


def repair(surface: BaseGeometry) -> tuple[Surface, list[Repair]]:
    """A valid surface of the same area, and what had to be put right.

    Raises GeometryRefusedError: geometry-wrong-type, geometry-empty, geometry-self-intersects (the repair
    would change the area by more than 0.1 % or 1 m²).
    """
    if not isinstance(surface, Polygon | MultiPolygon):
        raise GeometryRefusedError(
            "geometry-wrong-type",
            f"Zamiast powierzchni plik zawiera geometrię {surface.geom_type}. Zapisz obiekt jako wielokąt.",
        )
    repairs: list[Repair] = []
    cleaned = _without_doubled_vertices(surface, repairs)
    if not cleaned.is_valid:
        cleaned = _made_valid(cleaned, repairs)
    if cleaned.is_empty or cleaned.area == 0:
        raise GeometryRefusedError(
            "geometry-empty",
            "Wielokąt nie ma powierzchni (punkty leżą na jednej linii lub się powtarzają). "
            "Sprawdź punkty graniczne obiektu.",
        )
    return cleaned, repairs


def _without_doubled_vertices(surface: Surface, repairs: list[Repair]) -> Surface:
    cleaned = shapely.remove_repeated_points(surface, tolerance=DOUBLED_VERTEX_M)
    lost = shapely.get_num_coordinates(surface) - shapely.get_num_coordinates(cleaned)
    if not lost or cleaned.is_empty:
        return surface
    repairs.append(Repair("repeated-vertices", f"Usunięto powtórzone punkty granicy: {lost}. Kształt się nie zmienił."))
    return cleaned


def _made_valid(surface: Surface, repairs: list[Repair]) -> Surface:
    reason = shapely.is_valid_reason(surface)
    place = _place(reason)
    valid = surfaces_of(shapely.make_valid(surface, method="structure"))
    before, after = surface.area, valid.area
    change = abs(after - before)
    if valid.is_empty or change > MAX_REPAIR_M2 or change > MAX_REPAIR_SHARE * before:
        raise GeometryRefusedError(
            "geometry-self-intersects",
            f"Granica przecina samą siebie{_at(place)}; naprawa zmieniłaby powierzchnię "
            f"z {before:.1f} na {after:.1f} m², więc obiekt odrzucono. Popraw kolejność punktów granicy.",
            place,
        )
    repairs.append(
        Repair(
            "geometry-self-intersects",
            f"Naprawiono niepoprawną granicę{_at(place)}; powierzchnia zmieniła się o {change:.2f} m². "
            "Popraw ją też w źródle, żeby nie naprawiać przy każdym wczytaniu.",
            place,
        )
    )
    return valid


def surfaces_of(geometry: BaseGeometry) -> Surface:
    """The areal part of a geometry: points and lines that a repair leaves behind are dropped."""
    parts: list[Polygon] = []
    for part in shapely.get_parts(geometry):
        if isinstance(part, Polygon) and not part.is_empty:
            parts.append(part)
        elif isinstance(part, MultiPolygon):
            parts.extend(part.geoms)
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _place(reason: str) -> tuple[float, float] | None:
    """Coordinates from GEOS text such as "Self-intersection[7418209.1 5566697.3]"."""
    _, bracket, rest = reason.partition("[")
    try:
        east, north = (float(number) for number in rest.rstrip("]").split()[:2])
    except ValueError:
        return None
    return (east, north) if bracket else None


def _at(place: tuple[float, float] | None) -> str:
    return f" w punkcie (wschód {place[0]:.2f}, północ {place[1]:.2f})" if place else ""


# --- one call for readers -----------------------------------------------------------------------------------


def stored_surface(
    geometry: BaseGeometry, *, epsg: int, name: str, problems: list[Problem], bounds: Box | None = None
) -> Surface | None:
    """Transformed and repaired surface, or None after the refusal was written to ``problems``."""
    try:
        surface, repairs = repair(to_storage(geometry, epsg=epsg, bounds=bounds))
    except GeometryRefusedError as refusal:
        problems.append(refused(refusal, name))
        return None
    problems.extend(Problem(fix.rule, "warning", name, fix.message, fix.point) for fix in repairs)
    return surface


def stored_point(
    geometry: BaseGeometry, *, epsg: int, name: str, problems: list[Problem], bounds: Box | None = None
) -> Point | None:
    """Transformed point, or None after the refusal was written to ``problems``."""
    try:
        stored = to_storage(geometry, epsg=epsg, bounds=bounds)
        if not isinstance(stored, Point):
            raise GeometryRefusedError(
                "geometry-wrong-type", f"Zamiast punktu plik zawiera geometrię {stored.geom_type}."
            )
    except GeometryRefusedError as refusal:
        problems.append(refused(refusal, name))
        return None
    return stored


def refused(refusal: GeometryRefusedError, name: str) -> Problem:
    """The finding that refuses the object ``name``."""
    return Problem(refusal.rule, "error", name, refusal.message, refusal.point)


# --- arcs ---------------------------------------------------------------------------------------------------


def linearised_arc(
    start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float], *, tolerance: float
) -> list[tuple[float, float]]:
    """Points of the circular arc through three points, both ends included, at most ``tolerance`` off.

    Three points on one line give that line. The same arc read backwards gives the same points, so neighbours
    that share a curved boundary keep sharing it.
    """
    if start > end:
        return linearised_arc(end, middle, start, tolerance=tolerance)[::-1]
    centre = _centre(start, middle, end)
    if centre is None:
        return [start, middle, end]
    radius = math.dist(centre, start)
    first, sweep = _sweep(centre, start, middle, end)
    pieces = max(2, math.ceil(abs(sweep) / _step(radius, tolerance)))
    inner = [
        (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
        for angle in (first + sweep * number / pieces for number in range(1, pieces))
    ]
    return [start, *inner, end]


def linearised_circle(points: Iterable[tuple[float, float]], *, tolerance: float) -> list[tuple[float, float]]:
    """Closed ring of the circle through three points; starts and ends in the first one."""
    first, second, third = points
    centre = _centre(first, second, third)
    if centre is None:
        raise GeometryRefusedError(
            "geometry-wrong-arc", "Trzy punkty okręgu leżą na jednej linii. Popraw punkty okręgu w źródle."
        )
    radius = math.dist(centre, first)
    pieces = max(8, math.ceil(2 * math.pi / _step(radius, tolerance)))
    start = math.atan2(first[1] - centre[1], first[0] - centre[0])
    ring = [
        (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
        for angle in (start + 2 * math.pi * number / pieces for number in range(1, pieces))
    ]
    return [first, *ring, first]


def _step(radius: float, tolerance: float) -> float:
    """Largest angle between neighbours for which the chord stays within ``tolerance`` of the arc."""
    if radius <= tolerance:
        return math.pi / 2
    return max(2 * math.acos(1 - tolerance / radius), 1e-4)


def _centre(
    one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]
) -> tuple[float, float] | None:
    """Centre of the circle through three points, None when they lie (almost) on one line."""
    # relative to the first point: squares of seven-digit coordinates would eat the millimetres
    bx, by = two[0] - one[0], two[1] - one[1]
    cx, cy = three[0] - one[0], three[1] - one[1]
    double_area = 2 * (bx * cy - by * cx)
    longest = max(math.hypot(bx, by), math.hypot(cx, cy))
    if abs(double_area) < 1e-9 * max(longest * longest, 1e-12):
        return None
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    return one[0] + (cy * b2 - by * c2) / double_area, one[1] + (bx * c2 - cx * b2) / double_area


def _sweep(
    centre: tuple[float, float],
    start: tuple[float, float],
    middle: tuple[float, float],
    end: tuple[float, float],
) -> tuple[float, float]:
    """Angle of the start and the signed angle to the end that passes through the middle."""
    a, b, c = (math.atan2(point[1] - centre[1], point[0] - centre[0]) for point in (start, middle, end))
    to_middle, to_end = (b - a) % (2 * math.pi), (c - a) % (2 * math.pi)
    return (a, to_end) if to_middle <= to_end else (a, to_end - 2 * math.pi)

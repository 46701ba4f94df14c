"""Coordinate systems of the OGC door: URI, SRID, order of axes on the wire, and where they make sense.

Inside, x is east and y is north; north-east order exists only in requests and answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log, pi, radians, tan

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon

from spatial import crs
from spatial.errors import Malformed

Box = tuple[float, float, float, float]

#: radius of the sphere of EPSG:3857, metres
EARTH = 6_378_137.0
METRES_PER_DEGREE = EARTH * pi / 180
#: pieces per side of a box: a parallel bends by metres over a municipality when seen in EPSG:2178
PIECES = 32


@dataclass(frozen=True, slots=True)
class ReferenceSystem:
    """``area`` (x, y order) holds Poland with room; outside it the projections return nonsense or fail."""

    uri: str
    srid: int
    north_first: bool
    decimals: int
    area: Box


CRS84 = ReferenceSystem(
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84", crs.WGS84, north_first=False, decimals=7, area=(12, 47, 27, 57)
)
SYSTEMS = {
    system.uri: system
    for system in (
        CRS84,
        ReferenceSystem("http://www.opengis.net/def/crs/EPSG/0/4326", crs.WGS84, True, 7, CRS84.area),
        ReferenceSystem(
            "http://www.opengis.net/def/crs/EPSG/0/3857", crs.WEB_MERCATOR, False, 2, (1.3e6, 5.9e6, 3.1e6, 7.8e6)
        ),
        ReferenceSystem("http://www.opengis.net/def/crs/EPSG/0/2178", crs.PL_2000_7, True, 2, (6.7e6, 5e6, 8e6, 6.5e6)),
        ReferenceSystem("http://www.opengis.net/def/crs/EPSG/0/2180", crs.PL_1992, True, 2, (-2e5, -1e5, 1e6, 1e6)),
    )
}
STORAGE_URI = "http://www.opengis.net/def/crs/EPSG/0/2178"
STORED = SYSTEMS[STORAGE_URI]


def system_of(uri: str, *, parameter: str) -> ReferenceSystem:
    """Raises Malformed for a URI that is not served."""
    try:
        return SYSTEMS[uri]
    except KeyError:
        raise Malformed(
            f"{parameter}: układu {uri[:100]!r} nie obsługujemy / unsupported CRS. Dozwolone: {', '.join(SYSTEMS)}."
        ) from None


@dataclass(frozen=True, slots=True)
class Area:
    """What a box encloses within the country: one part, or two when it crosses the 180th meridian."""

    parts: tuple[Box, ...]  #: x first
    system: ReferenceSystem

    def on_map(self) -> Box | None:
        """The same box in EPSG:3857, where it is one: its sides run along the axes. None in Polish grids."""
        if len(self.parts) > 1 or self.system.srid not in (crs.WGS84, crs.WEB_MERCATOR):
            return None
        west, south, east, north = self.parts[0]
        if self.system.srid == crs.WEB_MERCATOR:
            return self.parts[0]
        return (west * METRES_PER_DEGREE, mercator_north(south), east * METRES_PER_DEGREE, mercator_north(north))

    def polygon(self) -> bytes:
        """The area in EPSG:2178 as EWKB; sides are divided, because a parallel bends."""
        return stored(MultiPolygon([divided(part) for part in self.parts], srid=self.system.srid))


def area_of(numbers: Sequence[float], system: ReferenceSystem) -> Area | None:
    """Box as it was asked for (4 or 6 numbers, axis order of the system); None when it misses Poland.

    In degrees ``west > east`` crosses the 180th meridian. Raises Malformed.
    """
    if len(numbers) == 6:
        numbers = (*numbers[:2], *numbers[3:5])
    if len(numbers) != 4 or not all(isfinite(number) for number in numbers):
        raise Malformed("bbox: podaj 4 albo 6 skończonych liczb / expected 4 or 6 finite numbers.")
    first, second, third, fourth = numbers
    west, south, east, north = (second, first, fourth, third) if system.north_first else (first, second, third, fourth)
    if south > north or (west > east and system.srid != crs.WGS84):
        raise Malformed("bbox: dolna granica większa od górnej / lower bound above the upper one.")
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    parts = [part for span in spans if (part := clipped((span[0], south, span[1], north), system)) is not None]
    return Area(tuple(parts), system) if parts else None


def mercator_north(latitude: float) -> float:
    return EARTH * log(tan(pi / 4 + radians(latitude) / 2))


def stored(geometry: GEOSGeometry) -> bytes:
    """EWKB in EPSG:2178."""
    if geometry.srid != crs.PL_2000_7:
        geometry = geometry.transform(crs.PL_2000_7, clone=True)
    return bytes(geometry.ewkb)


def clipped(box: Box, system: ReferenceSystem) -> Box | None:
    west, south = max(box[0], system.area[0]), max(box[1], system.area[1])
    east, north = min(box[2], system.area[2]), min(box[3], system.area[3])
    if west > east or south > north:
        return None
    # A box without width is a line or a point; a millimetre makes it an area that touches the same things.
    least = 1e-8 if system.srid == crs.WGS84 else 1e-3
    return (west, south, max(east, west + least), max(north, south + least))


def divided(box: Box) -> Polygon:
    west, south, east, north = box
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [
        (x0 + (x1 - x0) * step / PIECES, y0 + (y1 - y0) * step / PIECES)
        for (x0, y0), (x1, y1) in pairwise(corners)
        for step in range(PIECES)
    ]
    return Polygon([*ring, ring[0]])


def geometry_of(wkt: str, system: ReferenceSystem) -> bytes:
    """Literal of a filter, x first, as EWKB in EPSG:2178.

    Raises Malformed for what is invalid or leaves the area of the system.
    """
    try:
        geometry = GEOSGeometry(wkt, srid=system.srid)
        if geometry.empty or not geometry.valid:
            raise Malformed("filter: geometria jest pusta albo niepoprawna / empty or invalid geometry.")
    except (GEOSException, ValueError):
        raise Malformed("filter: nie umiemy odczytać geometrii / unreadable geometry.") from None
    west, south, east, north = geometry.extent
    low_x, low_y, high_x, high_y = system.area
    if not (low_x <= west <= east <= high_x and low_y <= south <= north <= high_y):
        raise Malformed("filter: geometria wychodzi poza Polskę / the geometry leaves the area of Poland.")
    return stored(geometry)

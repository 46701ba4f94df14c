"""Arithmetic of GPS tracks: spikes, doubled points, joined parts, cut ends. Degrees until spikes are gone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely import LineString, MultiLineString
from shapely.ops import substring

MAX_SPEED_M_S = 25.0  #: faster than any walker, rider or horse: a jump of the receiver
MOST_SPIKES = 0.2  #: a larger share is a ride in a car, not a fault of the receiver
SIMPLIFY_M = 3.0
JOIN_M = 3.0  #: parts whose ends lie so close are one line
LOOP_M = 30.0
_DEGREE_M = 111_195.0  #: metres in a degree of a great circle


@dataclass(frozen=True, slots=True)
class Fix:
    """One point: degrees, and seconds of the epoch where the receiver wrote them."""

    lon: float
    lat: float
    moment: float | None = None


def distance_m(one: Fix, other: Fix) -> float:
    """Metres between two points; the plane is near enough for speeds."""
    east = (other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return math.hypot(east, other.lat - one.lat) * _DEGREE_M


def speed_m_s(one: Fix, other: Fix) -> float | None:
    """None without both moments; points of one second are taken as one second apart."""
    if one.moment is None or other.moment is None:
        return None
    return distance_m(one, other) / max(1.0, other.moment - one.moment)


def spikes(points: Sequence[Fix]) -> list[int]:
    """Indices of points that nobody on foot or on a bicycle can have reached from the point before."""
    starts_wrong = len(points) > 2 and _is_fast(points[0], points[1]) and not _is_fast(points[1], points[2])
    first = int(starts_wrong)
    found = list(range(first))
    last = first
    for number in range(first + 1, len(points)):
        if _is_fast(points[last], points[number]):
            found.append(number)
        else:
            last = number
    return found


def is_ride(points: Sequence[Fix]) -> bool:
    """Whether so much of the track is fast that it was driven."""
    return len(spikes(points)) > MOST_SPIKES * len(points)


def _is_fast(one: Fix, other: Fix) -> bool:
    speed = speed_m_s(one, other)
    return speed is not None and speed > MAX_SPEED_M_S


def without_doubled(points: Sequence[Fix]) -> list[Fix]:
    """Points that lie elsewhere than the one before."""
    kept = [other for one, other in pairwise(points) if (one.lon, one.lat) != (other.lon, other.lat)]
    return [*points[:1], *kept]


def joined(parts: Sequence[LineString]) -> LineString | MultiLineString:
    """Parts laid end to end where an end meets the next beginning (3 m); EPSG:2178."""
    runs: list[list[tuple[float, float]]] = []
    for part in parts:
        points = [(x, y) for x, y, *_ in part.coords]
        if runs and math.dist(runs[-1][-1], points[0]) <= JOIN_M:
            runs[-1].extend(points[1:] if runs[-1][-1] == points[0] else points)
        else:
            runs.append(points)
    lines = [LineString(run) for run in runs]
    return lines[0] if len(lines) == 1 else MultiLineString(lines)


def cut_ends(line: LineString | MultiLineString, metres: float) -> LineString | MultiLineString | None:
    """Without so many metres at both ends (a walker's own home); None where nothing is left."""
    parts = list(line.geoms) if isinstance(line, MultiLineString) else [line]
    parts = _from(parts, metres)
    parts = [part.reverse() for part in _from([part.reverse() for part in reversed(parts)], metres)][::-1]
    return None if not parts else parts[0] if len(parts) == 1 else MultiLineString(parts)


def _from(parts: list[LineString], metres: float) -> list[LineString]:
    """What remains after the first metres."""
    kept = list(parts)
    while kept and metres > 0:
        if kept[0].length > metres:
            kept[0] = LineString(substring(kept[0], metres, kept[0].length).coords)
            break
        metres -= kept.pop(0).length
    return kept


def simplified(line: LineString | MultiLineString) -> LineString | MultiLineString:
    """Douglas-Peucker, 3 m."""
    thinner: LineString | MultiLineString = shapely.simplify(line, SIMPLIFY_M, preserve_topology=True)
    return thinner


def is_loop(line: LineString | MultiLineString) -> bool:
    """Whether it ends where it began (30 m)."""
    parts = list(line.geoms) if isinstance(line, MultiLineString) else [line]
    return math.dist(parts[0].coords[0][:2], parts[-1].coords[-1][:2]) <= LOOP_M

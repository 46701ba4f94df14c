"""NMT, heights of the ground (GUGiK, a grid of 1 m): pairs "north east" of EPSG:2180, answered "north east height".

The order of the two is that of rgugik, the client that is kept up; others write it the other way and get heights of
elsewhere, so every answer is held against what was asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched

from pyproj import Transformer

from spatial import crs
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body, Found
from spatial.remote.contrib.uldk import text_of
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

#: points of one question; the service takes 500, an address has its limits too
AT_ONCE = 100
#: an echo further from its question than this is another place, metres
SAME_M = 1.0

#: of the country, metres above the sea; the service writes 0 where it knows nothing
LOWEST_M, HIGHEST_M = -100, 2_600

type Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heights:
    endpoint: Endpoint

    def at(self, spots: Sequence[Spot]) -> Answer[list[float | None]]:
        """Metres above the sea of each spot (EPSG:2178, east first); None where the service has no ground."""
        turn = Transformer.from_crs(crs.PL_2000_7, crs.PL_1992, always_xy=True)
        turned = [turn.transform(*spot) for spot in spots]
        found: list[float | None] = []
        for part in batched(turned, AT_ONCE, strict=False):
            pairs = ",".join(f"{north:.2f} {east:.2f}" for east, north in part)
            answer = ask(
                self.endpoint,
                "GetHByPointList",
                {"request": "GetHByPointList", "list": pairs},
                partial(read, asked=part),
            )
            if not isinstance(answer, Found):
                return answer
            found += answer.value
        return Found(found)


def read(body: Body, asked: Sequence[Spot]) -> list[float | None]:
    """Raises ServiceFailed for another number of answers than of questions, and for answers about another place."""
    rows = [row for row in text_of(body).strip().split(",") if row.strip()]
    if len(rows) != len(asked):
        raise ServiceFailed(Reason.INCOMPLETE, f"{len(rows)} of {len(asked)}")
    heights: list[float | None] = []
    for row, (east, north) in zip(rows, asked, strict=True):
        try:
            x, y, height = (float(part) for part in row.split())
        except ValueError as fault:
            raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
        if abs(x - north) > SAME_M or abs(y - east) > SAME_M:
            raise ServiceFailed(Reason.ELSEWHERE, row)
        heights.append(height if LOWEST_M < height < HIGHEST_M and height else None)
    return heights

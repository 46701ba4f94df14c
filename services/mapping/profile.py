"""The ground along a line, by the national service of heights."""

from itertools import accumulate, pairwise
from math import ceil, dist

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from spatial.errors import Malformed, ServiceError
from spatial.remote.base import Failed, Found
from spatial.remote.contrib.heights import Heights, Spot
from spatial.remote.endpoints import enabled

MOST_CORNERS = 200
LONGEST_M = 50_000.0
SAMPLES = 200
#: the ground is known every metre
FINEST_M = 1.0


class NoHeights(ServiceError):
    """The service of heights is off or silent."""

    code = "heights-silent"
    status = 503


@require_safe
def profile(request: HttpRequest) -> JsonResponse:
    """``?punkty=7418209 5566697,...`` (EPSG:2178, east first): heights every few metres, the ends and corners too.

    ``points``: [metres from the beginning, metres above the sea or null]; ``ascent`` and ``descent`` are sums between
    neighbours that are known.
    """
    spots = sampled(corners_of(request.GET.get("punkty", "")))
    service = enabled("heights", on=timezone.localdate())
    if service is None:
        raise NoHeights(_("Urząd nie włączył usługi z wysokościami terenu."))
    answer = Heights(service).at(spots)
    if not isinstance(answer, Found):
        raise NoHeights(answer.message if isinstance(answer, Failed) else _("Usługa nie ma tu czego pokazać."))
    heights = answer.value
    along = accumulate((dist(one, other) for one, other in pairwise(spots)), initial=0.0)
    steps = [b - a for a, b in pairwise(heights) if a is not None and b is not None]
    known = [height for height in heights if height is not None]
    return JsonResponse({
        "points": [[round(metres, 2), height] for metres, height in zip(along, heights, strict=True)],
        "lowest": min(known, default=None), "highest": max(known, default=None),
        "ascent": round(sum(step for step in steps if step > 0), 2),
        "descent": round(-sum(step for step in steps if step < 0), 2),
        "source": service.types.get("attribution", service.title),
    })  # fmt: skip


def corners_of(text: str) -> list[Spot]:
    """Raises Malformed."""
    try:
        found = [tuple(float(part) for part in pair.split()) for pair in text.split(",")]
    except ValueError:
        found = []
    spots = [(spot[0], spot[1]) for spot in found if len(spot) == 2 and is_ours(*spot)]
    if not 2 <= len(spots) == len(found) <= MOST_CORNERS:
        raise Malformed(
            _("Parametr punkty ma mieć od 2 do %(most)d par współrzędnych PL-2000 strefy 7.") % {"most": MOST_CORNERS}
        )
    if sum(dist(one, other) for one, other in pairwise(spots)) > LONGEST_M:
        raise Malformed(_("Linia może mieć najwyżej %(most)d km.") % {"most": LONGEST_M / 1000})
    return spots


def is_ours(east: float, north: float) -> bool:
    return 7_200_000 <= east <= 7_800_000 and 5_300_000 <= north <= 6_100_000


def sampled(corners: list[Spot]) -> list[Spot]:
    """Corners and, evenly between them, as many spots as fit."""
    whole = sum(dist(one, other) for one, other in pairwise(corners))
    step = max(FINEST_M, whole / SAMPLES)
    spots = [corners[0]]
    for (x1, y1), (x2, y2) in pairwise(corners):
        parts = max(1, ceil(dist((x1, y1), (x2, y2)) / step))
        spots += [(x1 + (x2 - x1) * n / parts, y1 + (y2 - y1) * n / parts) for n in range(1, parts + 1)]
    return spots

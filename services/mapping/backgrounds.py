"""Pictures of national services under the map, asked by us and kept for a while: the browser asks nobody else.

A tile is fresh for a day. A service that does not answer is forgiven for a week, then the ground is empty; the map
goes on. Of a service that keeps older pictures the one is shown that was the newest on the day of the map.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shutil import disk_usage
from time import time

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from spatial import crs
from spatial.errors import Malformed, NotFound
from spatial.municipalities.models import Municipality
from spatial.near import cache
from spatial.ogc.reference_systems import Box
from spatial.remote.base import Found
from spatial.remote.contrib.pictures import HALF, KINDS, Pictures, Tile
from spatial.remote.endpoints import Endpoint, endpoints
from tiles.files import write_whole

FRESH_S, FORGIVEN_S = 86_400, 7 * 86_400
#: round the municipalities, metres of EPSG:3857: further tiles are neither asked for nor kept
AROUND = 30_000
LAST_ZOOM = 20
AREA_KEPT_S = 60  #: for which the area is remembered
LAST_DAY = date(9999, 12, 31)
#: nothing is kept on a disk that is nearly full
LEAST_FREE = 2 * 1024**3
#: first bytes of a kept file tell what it is
SIGNS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True)
class Kept:
    """The file of a tile."""

    path: Path

    @property
    def age(self) -> float | None:
        """Seconds; None where there is no file."""
        try:
            return time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return None

    def read(self) -> Tile:
        content = self.path.read_bytes()
        return Tile(content, next((kind for sign, kind in SIGNS.items() if content.startswith(sign)), KINDS["PNG"]))


@require_safe
def background(request: HttpRequest, code: str, zoom: int, column: int, row: int) -> HttpResponse:
    """404 for a ground that is not offered here, 503 while its service is silent. ``?dzien=``: as of another day."""
    service = offered(code)
    if not is_ours(zoom, column, row):
        raise NotFound("Tego miejsca nie ma na naszej mapie.")
    tile = fetched(service, zoom, column, row, day=day_of(request.GET.get("dzien", "")))
    if tile is None:
        return HttpResponse(status=503, headers={"Retry-After": "120", "Cache-Control": "no-store"})
    return HttpResponse(tile.content, content_type=tile.media_type, headers={"Cache-Control": "public, max-age=86400"})


@require_safe
def days(request: HttpRequest, code: str) -> JsonResponse:
    """Days of the pictures that a ground has; none for one that has no older ones. 503 while its service is silent."""
    service = offered(code)
    found = times_of(service)
    if found is None:
        return JsonResponse({"days": []}, status=503)
    return JsonResponse({"days": list(found)})


def day_of(text: str) -> date | None:
    """Raises Malformed."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Malformed(_("Data ma mieć postać RRRR-MM-DD, na przykład 2026-11-25.")) from None


def offered(code: str) -> Endpoint:
    """Raises NotFound."""
    for one in endpoints(on=timezone.localdate()):
        if one.code == code and one.kind == "picture" and one.is_enabled:
            return one
    raise NotFound("Nie ma takiego tła mapy. Wybierz inne w panelu warstw.")


def is_ours(zoom: int, column: int, row: int) -> bool:
    """Whether the tile shows anything of our municipalities or their neighbourhood."""
    area = area_served()
    if area is None or not 0 <= zoom <= LAST_ZOOM:
        return False
    side = 2 * HALF / 2**zoom
    west, north = column * side - HALF, HALF - row * side
    return bool(west < area[2] and west + side > area[0] and north > area[1] and north - side < area[3])


def area_served() -> Box | None:
    """All municipalities with the neighbourhood, EPSG:3857."""
    found: Box | None = cache.get("backgrounds.area")
    if found is None and (together := Municipality.objects.aggregate(box=Extent("boundary"))["box"]):
        whole = Polygon.from_bbox(together)
        whole.srid = crs.PL_2000_7
        west, south, east, north = whole.transform(crs.WEB_MERCATOR, clone=True).extent
        found = west - AROUND, south - AROUND, east + AROUND, north + AROUND
        cache.set("backgrounds.area", found, AREA_KEPT_S)
    return found


def times_of(service: Endpoint) -> Mapping[str, str] | None:
    """ISO days of its pictures with the service's own words for them; none where it keeps no older ones."""
    if "times" not in service.types:
        return {}
    key = f"backgrounds.times.{service.code}"
    found: Mapping[str, str] | None = cache.get(key)
    if found is None and isinstance(answer := Pictures(service).times(), Found):
        found = answer.value
        cache.set(key, found, FRESH_S)
    return found


def picture_of(service: Endpoint, day: date | None) -> tuple[str, str] | None:
    """Day and word of the newest picture that is not newer than the day, else of the oldest; None while nobody says."""
    found = times_of(service)
    if found is None:
        return None
    if not found:
        return "", ""
    last = (day or LAST_DAY).isoformat()
    picked = max((one for one in found if one <= last), default=min(found))
    return picked, found[picked]


def fetched(service: Endpoint, zoom: int, column: int, row: int, *, day: date | None = None) -> Tile | None:
    """The tile, kept or asked for; None where there is none to be had."""
    picture = picture_of(service, day)
    if picture is None:
        return None
    kept = Kept(settings.MAP_FOLDER / "backgrounds" / service.code / picture[0] / str(zoom) / str(column) / str(row))
    age = kept.age
    if age is not None and age < FRESH_S:
        return kept.read()
    answer = Pictures(service).tile(zoom, column, row, time=picture[1])
    if isinstance(answer, Found):
        if disk_usage(settings.MAP_FOLDER.parent).free > LEAST_FREE:
            write_whole(kept.path, answer.value.content)
        return answer.value
    return kept.read() if age is not None and age < FORGIVEN_S else None


def forget() -> int:
    """Remove tiles that nothing forgives any longer; how many."""
    gone = 0
    for path in (settings.MAP_FOLDER / "backgrounds").rglob("*"):
        if path.is_file() and time() - path.stat().st_mtime > FORGIVEN_S:
            path.unlink(missing_ok=True)
            gone += 1
    return gone

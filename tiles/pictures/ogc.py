"""OGC API Maps 1.0 (OGC 20-058): a picture of a collection, or of several, by box, size and day."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from PIL import ImageColor
from pyproj import Transformer

from spatial.errors import Malformed, NotFound, ServiceError
from spatial.ogc.documents import extent, known
from spatial.ogc.extensions import Extension, Links
from spatial.ogc.openapi import listing, query, reading, use
from spatial.ogc.questions import choice, read_days, strict, whole
from spatial.ogc.reference_systems import CRS84, Box, ReferenceSystem, system_of
from spatial.ogc.registry import Collection
from spatial.ogc.views import door, pairs_of
from tiles.catalogue import WHOLE, style_of, styles
from tiles.pictures.renderer import Picture, PictureFailed, Renderer
from tiles.pictures.stylesheet import Place

SMALLEST, LARGEST, USUAL = 1, 4096, 1024
PARAMETERS = frozenset({"bbox", "bbox-crs", "crs", "width", "height", "bgcolor", "transparent", "datetime", "f"})
MEDIA = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
RELATION = "http://www.opengis.net/def/rel/ogc/1.0/map"
CLASSES = tuple(
    f"http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/{name}"
    for name in ("core", "scaling", "spatial-subsetting", "datetime", "crs", "background", "collection-map",
                 "dataset-map", "collections-selection", "styled-map", "png", "jpeg", "oas30")
)  # fmt: skip


class CannotDraw(ServiceError):
    code = "ServiceUnavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class View:
    """What part of the world on what picture; the box runs x first."""

    system: ReferenceSystem
    box: Box
    width: int
    height: int


@cache
def renderer() -> Renderer:
    """One for the process; it keeps maps for each thread."""
    held = settings.DATABASES[settings.OPEN_DATA_ALIAS]
    host, port = str(held["HOST"] or "/var/run/postgresql"), str(held["PORT"] or "5432")
    place = Place(host, port, str(held["NAME"]), str(held["USER"]), str(held["PASSWORD"]))
    return Renderer(place, settings.MAP_FOLDER / "patterns")


@door("GET", "HEAD")
def collection_map(request: HttpRequest, name: str, style: str = "") -> HttpResponseBase:
    held = known(name)
    if held.drawing is None or style not in ("", held.id):
        raise NotFound(f"Nie ma mapy {name[:60]!r} w tym stylu / no such map.")
    return drawn(request, (held,), strict(pairs_of(request), PARAMETERS))


@door("GET", "HEAD")
def dataset_map(request: HttpRequest, style: str = WHOLE) -> HttpResponseBase:
    given = strict(pairs_of(request), PARAMETERS | {"collections"})
    held = style_of(style).collections
    if "collections" in given:
        names = given["collections"].split(",")
        held = tuple(one for one in held if one.id in names)
        if missing := set(names) - {one.id for one in held}:
            raise NotFound(f"Nie ma na mapie / not on the map: {', '.join(sorted(missing))[:100]}.")
    return drawn(request, held, given)


def drawn(request: HttpRequest, held: tuple[Collection, ...], given: dict[str, str]) -> HttpResponse:
    """Raises Malformed, CannotDraw."""
    media_type = choice(given, "f", MEDIA, preferred(request))
    seen = read_view(given)
    clear = choice(given, "transparent", {"true": True, "false": False}, "false" if "bgcolor" in given else "true")
    day = read_days(given["datetime"]) if "datetime" in given else None
    picture = Picture(
        collections=held, srid=seen.system.srid, box=seen.box, width=seen.width, height=seen.height,
        media_type=media_type, day=day.end or day.start if day else None,
        background=None if clear and media_type != "image/jpeg" else read_colour(given),
    )  # fmt: skip
    try:
        body = renderer().draw(picture)
    except PictureFailed as error:
        raise CannotDraw("Mapy nie da się teraz narysować / cannot be drawn now.") from error
    box = seen.box if not seen.system.north_first else (seen.box[1], seen.box[0], seen.box[3], seen.box[2])
    headers = {
        "Content-Crs": f"<{seen.system.uri}>", "Content-Bbox": ",".join(f"{edge:.10g}" for edge in box),
        "Cache-Control": "no-cache",
    }  # fmt: skip
    return HttpResponse(body, content_type=media_type, headers=headers)


def preferred(request: HttpRequest) -> str:
    found = request.get_preferred_type(list(MEDIA.values()))
    return next((name for name, media_type in MEDIA.items() if media_type == found), "png")


def read_view(given: dict[str, str]) -> View:
    """Without ``bbox`` the whole data; a missing side follows from the other and the box. Raises Malformed."""
    system = system_of(given["crs"], parameter="crs") if "crs" in given else CRS84
    told = system_of(given["bbox-crs"], parameter="bbox-crs") if "bbox-crs" in given else CRS84
    box = read_box(given["bbox"], told) if "bbox" in given else whole_box()
    if told.srid != system.srid:
        onto = Transformer.from_crs(told.srid, system.srid, always_xy=True)
        box = onto.transform_bounds(*box)
    west, south, east, north = box
    if not west < east < float("inf") or not south < north < float("inf"):
        raise Malformed("bbox: tego obszaru nie ma w tym układzie / no such area in this system.")
    shape = (east - west) / (north - south) * (0.64 if system.srid == CRS84.srid else 1)
    width, height = (whole(given, name, 0, least=0, most=LARGEST) for name in ("width", "height"))
    if ("width" in given and width < SMALLEST) or ("height" in given and height < SMALLEST):
        raise Malformed(f"width, height: {SMALLEST}-{LARGEST}.")
    if not width and not height:
        width, height = (USUAL, 0) if shape >= 1 else (0, USUAL)
    width = width or clamped(height * shape)
    height = height or clamped(width / shape)
    return View(system, (west, south, east, north), width, height)


def whole_box() -> Box:
    west, south, east, north = extent()
    return west, south, east, north


def clamped(pixels: float) -> int:
    return max(SMALLEST, min(LARGEST, round(pixels)))


def read_box(text: str, system: ReferenceSystem) -> Box:
    """As told, x first. Raises Malformed."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(-1e9 < one < 1e9 for one in numbers):
        raise Malformed("bbox: podaj 4 albo 6 skończonych liczb / expected 4 or 6 finite numbers.")
    first, second, third, fourth = numbers
    west, south, east, north = (second, first, fourth, third) if system.north_first else (first, second, third, fourth)
    if west >= east or south >= north:
        raise Malformed("bbox: dolna granica musi być mniejsza / the lower bound must be smaller.")
    if system.srid == CRS84.srid and not (west >= -180 and east <= 180 and south >= -85 and north <= 85):
        raise Malformed("bbox: stopnie poza światem / degrees off the world.")
    return west, south, east, north


def read_colour(given: dict[str, str]) -> str:
    """``#rrggbb`` of bgcolor: a name, ``0xRRGGBB`` or ``#RRGGBB``. Raises Malformed."""
    text = given.get("bgcolor", "#ffffff")
    try:
        red, green, blue = ImageColor.getrgb(f"#{text[2:]}" if text[:2].lower() == "0x" else text)[:3]
    except ValueError:
        raise Malformed("bgcolor: oczekiwano 0xRRGGBB / expected this form.") from None
    return f"#{red:02x}{green:02x}{blue:02x}"


def link(href: str) -> dict[str, str]:
    return {"rel": RELATION, "type": "image/png", "href": href}


def landing_links(base_url: str) -> Links:
    return [link(f"{base_url}/map")]


def collection_links(base_url: str, collection: Collection) -> Links:
    return [link(f"{base_url}/collections/{collection.id}/map")] if collection.drawing else []


def paths() -> dict[str, Any]:
    """Of the OpenAPI document."""
    side = {"type": "integer", "minimum": SMALLEST, "maximum": LARGEST}
    told = [
        use("bbox"), use("bbox-crs"), use("crs"), use("datetime"), query("width", side, "Piksele."),
        query("height", side, "Piksele."), query("bgcolor", {"type": "string"}, "Tło, 0xRRGGBB."),
        query("transparent", {"type": "boolean"}, "Bez tła."),
        query("f", {"type": "string", "enum": list(MEDIA)}, "Format obrazu."),
    ]  # fmt: skip
    whole_map = style_of(WHOLE)
    chosen = listing("collections", [one.id for one in whole_map.collections])
    found = {"/map": path(whole_map.title.pl, "dataset.getMap", "", [*told, chosen])}
    for one in styles().values():
        if len(one.collections) == 1 and one.id == one.collections[0].id:
            name = f"{one.id.title().replace('-', '')}.collection.getMap"
            found[f"/collections/{one.id}/map"] = path(one.title.pl, name, one.id, told)
    return found


def path(title: str, operation: str, tag: str, parameters: list[Any]) -> dict[str, Any]:
    told = reading(f"{title}: mapa", operation, tag=tag)
    told["get"]["parameters"] = parameters
    told["get"]["responses"]["200"] = {
        "description": "Mapa",
        "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in MEDIA.values()},
    }
    return told


EXTENSION = Extension(
    conformance=CLASSES, landing_links=landing_links, collection_links=collection_links, paths=paths
)  # fmt: skip

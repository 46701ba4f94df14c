"""Sprites and glyphs over HTTP, open to pages of other origins. Glyphs are drawn once and kept as files."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from spatial.errors import NotFound, ServiceError
from tiles.files import write_whole
from tiles.mvt.views import CORS, failure
from tiles.styles.glyphs import FILES, LAST, RANGE, glyphs
from tiles.styles.sprites import SCALES, index, sheet

PBF = "application/x-protobuf"
DAY = "public, max-age=86400"


@require_safe
def sprite(request: HttpRequest, scale: str, extension: str) -> HttpResponseBase:
    times = SCALES[scale]
    if extension == "json":
        return JsonResponse(index(times), headers=CORS | {"Cache-Control": "no-cache"})
    body = sheet(times)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(
        body, content_type="image/png", headers=CORS | {"Cache-Control": "no-cache", "ETag": etag}
    )  # fmt: skip
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
def glyph_range(request: HttpRequest, fonts: str, first: str, last: str) -> HttpResponseBase:
    """The first of the fonts that is known here."""
    try:
        body = kept(font_of(fonts), range_of(first, last))
    except ServiceError as error:
        return failure(error)
    return HttpResponse(body, content_type=PBF, headers=CORS | {"Cache-Control": DAY})


def font_of(names: str) -> str:
    """Raises NotFound."""
    for name in names[:500].split(","):
        if name.strip() in FILES:
            return name.strip()
    raise NotFound(f"Nie ma takiego kroju / no such font. {', '.join(FILES)}")


def range_of(first: str, last: str) -> int:
    """Raises NotFound for what is not one of the ranges of 256."""
    start = int(first) if len(first) < 6 else LAST + 1
    if start % RANGE or start > LAST or last != str(start + RANGE - 1):
        raise NotFound("Nie ma takiego zakresu znaków / no such range.")
    return start


def kept(font: str, first: int) -> bytes:
    path = Path(settings.MAP_FOLDER) / "glyphs" / font / f"{first}-{first + RANGE - 1}.pbf"
    if path.exists():
        return path.read_bytes()
    body = glyphs(font, first)
    write_whole(path, body)
    return body

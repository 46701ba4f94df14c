"""Files over HTTP, whole or in parts: readers of PMTiles and of GeoPackage on the web ask for ranges of bytes."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from spatial.errors import NotFound, ServiceError
from tiles.downloads.files import MEDIA, path_of
from tiles.mvt.views import CORS, failure

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
READ = 1 << 16


@require_safe
def download(request: HttpRequest, teryt: str, form: str) -> HttpResponseBase:
    """200 with the file, 206 with the part, 404 where it has not been made, 416 for a part that is not there."""
    path = path_of(teryt, form)
    try:
        state = path.stat()
    except FileNotFoundError:
        return failure(missing())
    tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
    headers = CORS | {
        "Accept-Ranges": "bytes", "ETag": tag, "Last-Modified": http_date(state.st_mtime), "Cache-Control": "no-cache",
        "Access-Control-Expose-Headers": "Content-Range, ETag, Content-Length", "Content-Encoding": "identity",
    }  # fmt: skip
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    start, end, status = part_of(request.headers.get("Range", ""), state.st_size)
    if status == 416:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{state.st_size}"})
    headers["Content-Length"] = str(end - start)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{state.st_size}"
    else:
        headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return StreamingHttpResponse(parts(path, start, end), status=status, content_type=MEDIA[form], headers=headers)


def missing() -> ServiceError:
    return NotFound("Tego pliku jeszcze nie ma, powstaje w nocy / the file is made at night and is not there yet.")


def part_of(told: str, size: int) -> tuple[int, int, int]:
    """First byte, the one after the last, and the status. Several parts at once are answered with the whole."""
    found = RANGE.fullmatch(told)
    if not found or found[1] == found[2] == "":
        return 0, size, 200
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return (start, end, 206) if start < end else (0, 0, 416)


def parts(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (read := file.read(min(READ, end - start))):
            start += len(read)
            yield read

"""Map services of others that people lay over ours. We ask them, the browser does not; only those on the office's list.

A free address would let anybody make this server ask any other: an address is taken only when it is one of the list.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from spatial.errors import Malformed, NotFound, Refused, ServiceError
from spatial.remote.base import Failed, Found
from spatial.remote.contrib.pictures import TAKEN, Shown
from spatial.remote.endpoints import Endpoint, endpoints

LONGEST = 2_000
LARGEST = 2_048  #: pixels of a side


class Silent(ServiceError):
    """The other service gave no answer that can be shown."""

    code = "service-silent"
    status = 502


def listed() -> list[Endpoint]:
    """Services on the list that are switched on."""
    return [one for one in endpoints(on=timezone.localdate()) if one.kind == "shown" and one.is_enabled]


@require_safe
def others(request: HttpRequest) -> HttpResponse:
    """The list; with ``?adres=`` the one service of that address."""
    found = listed()
    if address := request.GET.get("adres", ""):
        found = [one for one in found if is_same(one.url, address)]
        if not found:
            raise Refused(
                _("Tego adresu nie ma na liście usług urzędu. Wybierz usługę z listy albo poproś o jej dodanie.")
            )
    told = [{"code": one.code, "title": one.title, "attribution": one.types.get("attribution", "")} for one in found]
    return JsonResponse({"services": told}, json_dumps_params={"ensure_ascii": False})


def is_same(known: str, address: str) -> bool:
    """Host and path are equal; the question after them does not matter."""
    if len(address) > LONGEST:
        return False
    try:
        ours, theirs = urlsplit(known), urlsplit(address.strip())
        return (ours.hostname, ours.path.rstrip("/")) == (theirs.hostname, theirs.path.rstrip("/"))
    except ValueError:
        return False


@require_safe
def other(request: HttpRequest, code: str) -> HttpResponse:
    """GetCapabilities and GetMap of a listed service; 502 when it does not answer with one."""
    service = next((one for one in listed() if one.code == code), None)
    if service is None:
        raise NotFound(_("Nie ma takiej usługi na liście urzędu."))
    asked = {name.upper(): str(value) for name, value in request.GET.items()}
    kind = asked.get("REQUEST", "")
    if kind not in TAKEN or any(len(value) > LONGEST or not value.isprintable() for value in asked.values()):
        raise Malformed(_("O to nie pytamy innych usług. REQUEST może być: GetCapabilities, GetMap."))
    if kind == "GetMap" and not all(is_side(asked.get(name, "")) for name in ("WIDTH", "HEIGHT")):
        raise Malformed(_("WIDTH i HEIGHT mają być liczbami do %(most)d.") % {"most": LARGEST})
    match Shown(service).answer(kind, asked):
        case Found(tile):
            return HttpResponse(
                tile.content, content_type=tile.media_type, headers={"Cache-Control": "public, max-age=3600"}
            )
        case Failed(message=message):
            raise Silent(message)
        case _:
            raise Silent(_("Usługa nie ma tu czego pokazać."))


def is_side(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LARGEST

"""Maps of others over HTTP: the list, what an address offers, its pictures and its objects."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from data.geometry import Box
from services.mapping.others.allowed import LONGEST, allowed, listed
from spatial.errors import Malformed, ServiceError
from spatial.remote.base import Answer, Failed, Found
from spatial.remote.contrib.features import features
from spatial.remote.contrib.offered import Protocol, offered
from spatial.remote.contrib.pictures import TAKEN, Shown

LARGEST = 2_048  #: pixels of a side
FEATURES: dict[str, Protocol] = {"wfs": "wfs", "features": "features", "geojson": "geojson"}
#: degrees of a side: a larger window asks for more than anybody can look at
WIDEST = 3.0


class Silent(ServiceError):
    """The other service gave no answer that can be shown."""

    code = "service-silent"
    status = 502


@require_safe
def others(request: HttpRequest) -> JsonResponse:
    """Services of the office's list."""
    told = [{"title": one.title, "url": one.url, "attribution": one.types.get("attribution", "")} for one in listed()]
    return as_json({"services": told})


@require_safe
def description(request: HttpRequest) -> JsonResponse:
    """``?adres=``: what the service of the address offers, whatever it speaks."""
    service = allowed(request.GET.get("adres", ""))
    told = value_of(offered(service))
    return as_json({**asdict(told), "title": told.title or service.title, "attribution": service.types["attribution"]})


@require_safe
def picture(request: HttpRequest) -> HttpResponse:
    """``?adres=`` with GetMap of a WMS or GetTile of a WMTS; 502 when the service does not answer with one."""
    service = allowed(request.GET.get("adres", ""))
    asked = {name.upper(): str(value) for name, value in request.GET.items()}
    kind = asked.get("REQUEST", "")
    if kind not in TAKEN or any(len(value) > LONGEST or not value.isprintable() for value in asked.values()):
        raise Malformed(_("O to nie pytamy innych usług. REQUEST może być: GetMap, GetTile."))
    if kind == "GetMap" and not all(is_side(asked.get(name, "")) for name in ("WIDTH", "HEIGHT")):
        raise Malformed(_("WIDTH i HEIGHT mają być liczbami do %(most)d.") % {"most": LARGEST})
    tile = value_of(Shown(service).picture(kind, asked))
    return HttpResponse(tile.content, content_type=tile.media_type, headers={"Cache-Control": "public, max-age=3600"})


@require_safe
def objects(request: HttpRequest) -> JsonResponse:
    """``?adres=&rodzaj=wfs&warstwa=&bbox=`` (degrees, west first): GeoJSON of at most a thousand features."""
    service = allowed(request.GET.get("adres", ""))
    kind, layer = request.GET.get("rodzaj", ""), request.GET.get("warstwa", "")
    if kind not in FEATURES or not layer.isprintable():
        raise Malformed(_("O to nie pytamy innych usług. Rodzaj może być: %(known)s.") % {"known": ", ".join(FEATURES)})
    found = value_of(features(service, FEATURES[kind], layer[:LONGEST], box_of(request.GET.get("bbox", ""))))
    told = {
        "type": "FeatureCollection", "features": found.features, "unread": found.unread, "is_partial": found.is_partial,
    }  # fmt: skip
    response = as_json(told)
    response["Cache-Control"] = "public, max-age=300"
    return response


def box_of(text: str) -> Box:
    """Degrees, west first. Raises Malformed."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90 and max(east - west, north - south) <= WIDEST):
        raise Malformed(_("Parametr bbox ma mieć cztery liczby w stopniach: zachód, południe, wschód, północ."))
    return west, south, east, north


def value_of[Value](answer: Answer[Value]) -> Value:
    """Raises Silent for the two other answers, in the words of the service's fault."""
    match answer:
        case Found(value):
            return value
        case Failed(message=message):
            raise Silent(message)
        case _:
            raise Silent(_("Usługa nie ma tu czego pokazać."))


def is_side(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LARGEST


def as_json(told: dict[str, Any]) -> JsonResponse:
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})

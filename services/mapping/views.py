"""The catalogue of layers and the print over HTTP."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from services.mapping import layers
from services.mapping.prints import order as orders
from services.mapping.prints.sheet import pdf
from services.mapping.thumbnail import thumbnail
from services.sharing.services import NAMES, view_of
from spatial.cadastre.models import Parcel
from spatial.errors import NotFound, ServiceError
from tiles.pictures.renderer import PictureFailed

log = logging.getLogger(__name__)


class CannotPrint(ServiceError):
    code = "cannot-print"
    status = 503


@require_safe
def layer_catalogue(request: HttpRequest) -> HttpResponse:
    return JsonResponse(layers.catalogue(), json_dumps_params={"ensure_ascii": False})


@require_safe
def parcel_picture(request: HttpRequest) -> HttpResponse:
    """``?dzialka=``: the parcel of today as PNG."""
    identifier = request.GET.get("dzialka", "")
    parcel = Parcel.objects.current().filter(identifier=identifier).first() if identifier.isprintable() else None
    if parcel is None:
        raise NotFound(_("Nie ma takiej działki."))
    try:
        made = thumbnail(parcel.geom)
    except PictureFailed:
        log.exception("A parcel could not be drawn.")
        raise CannotPrint(_("Nie udało się narysować mapy. Spróbuj ponownie za chwilę.")) from None
    return HttpResponse(made, content_type="image/png", headers={"Cache-Control": "public, max-age=60"})


@require_safe
def print_map(request: HttpRequest) -> HttpResponse:
    """``/mapa/wydruk?papier=A4&uklad=poziom&skala=1000&x=..&y=..`` and the words of the map's own address."""
    asked = request.GET.dict()
    view = view_of("&".join(f"{name}={value}" for name, value in asked.items() if name in NAMES) or "v=1")
    order = orders.read({name: str(value) for name, value in asked.items()}, view)
    try:
        made = pdf(order, request.build_absolute_uri("/").rstrip("/"))
    except PictureFailed:
        log.exception("A print could not be drawn.")
        raise CannotPrint(_("Nie udało się narysować mapy. Spróbuj ponownie za chwilę.")) from None
    name = f"mapa-{order.paper.name}-1-{order.scale}.pdf"
    return HttpResponse(made, content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store",
    })  # fmt: skip

"""Short addresses, QR codes and drawings over HTTP."""

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.sharing import services
from services.sharing.models import Drawing


@require_POST
def shorten(request: HttpRequest) -> HttpResponse:
    row = services.shorten(request.POST.get("widok", ""))
    return JsonResponse({"url": request.build_absolute_uri(f"/m/{row.code}")})


@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    return redirect(f"/mapa/?{services.view_at(code)}")


@require_safe
def qr(request: HttpRequest) -> HttpResponse:
    """``?widok=`` as a QR code, SVG; only of views of this map."""
    address = request.build_absolute_uri(f"/mapa/?{services.view_of(request.GET.get('widok', ''))}")
    picture = BytesIO()
    segno.make(address, micro=False, error="m").save(
        picture, kind="svg", scale=4, border=4, dark="#1b2430", light="#fff"
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_POST
def drawings(request: HttpRequest) -> HttpResponse:
    return saved(services.save_drawing(request.body), status=201)


@require_http_methods(["GET", "HEAD", "PUT"])
def drawing(request: HttpRequest, secret: str) -> HttpResponse:
    if request.method == "PUT":
        return saved(services.save_drawing(request.body, edit_secret=secret))
    row, may_edit = services.drawing_at(secret)
    answer = JsonResponse(
        {"content": row.content, "view": row.view_secret, "edit": row.edit_secret if may_edit else None}
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def saved(row: Drawing, *, status: int = 200) -> HttpResponse:
    told = {"view": row.view_secret, "edit": row.edit_secret, "expires_on": row.expires_at.date().isoformat()}
    return JsonResponse(told, status=status)

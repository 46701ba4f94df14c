"""The work list on a map. The points are personal data of the office: for who handles the cases, never cached."""

from django.contrib.auth.decorators import login_required
from django.contrib.gis.db.models.functions import Transform
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from services.catalogue.views.desk import ON_PAGE, filters_of, page_of, refuse_others
from services.catalogue.worklist import Asked, urgency, work_list
from spatial import crs

MOST = 2_000  #: points; the nearest terms first


@never_cache
@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The map, and the same cases as a list beside it."""
    refuse_others(request.user)
    today, asked = timezone.localdate(), Asked.of(request.GET.dict())
    rows, number = work_list(request.user, asked, today=today).exclude(place=None), page_of(request)
    found = list(rows[(number - 1) * ON_PAGE : number * ON_PAGE + 1])
    context = filters_of(request, asked) | {
        "rows": [(case, urgency(case, today)) for case in found[:ON_PAGE]], "has_next": len(found) > ON_PAGE,
        "page": number, "query": request.GET.urlencode(), "most": MOST,
    }  # fmt: skip
    return render(request, "catalogue/places.html", context)


@never_cache
@login_required
@require_safe
def points(request: HttpRequest) -> JsonResponse:
    """GeoJSON of the cases that the page lists: number, title, how pressing, the address of the case; lon-lat."""
    refuse_others(request.user)
    today, asked = timezone.localdate(), Asked.of(request.GET.dict())
    rows = work_list(request.user, asked, today=today).exclude(place=None)
    features = [
        {
            "type": "Feature", "id": case.pk,
            "geometry": {"type": "Point", "coordinates": [round(side, 7) for side in case.lonlat.coords]},
            "properties": {
                "number": case.number, "title": case.title, "kind": urgency(case, today).value,
                "said": str(urgency(case, today).label), "url": reverse("catalogue:review", kwargs={"pk": case.pk}),
            },
        }
        for case in rows.annotate(lonlat=Transform("place", crs.WGS84))[:MOST]
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")

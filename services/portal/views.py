"""Pages that belong to no single e-service: home, map, a parcel, a plan, the search, health."""

import math
import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Area
from django.contrib.gis.geos import Point, Polygon
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from planning.models import LocalPlan, PlanAct, PlanRelation
from planning.report import parcel_report
from services.disclosure.services import READERS
from services.forms.questions import spoken
from services.identity.access import municipalities_of
from services.identity.base import PASSWORDS, PROVIDERS
from services.identity.models import StaffRole
from services.identity.views import SignIn
from services.mapping import layers
from services.portal.demo_accounts import ACCOUNTS, PASSWORD
from services.portal.errors import wants_json
from services.portal.health import checks
from services.portal.resolution import provisions_of, sheets_of, state_on
from services.portal.search import find, in_country, kind_name, nothing_found, offers_country
from services.portal.surroundings import changes, surroundings
from spatial import crs
from spatial.cadastre.models import Parcel
from spatial.cadastre.search import parcel_id
from spatial.errors import Malformed, NotFound
from spatial.hits import Box, Hit
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality

LONGITUDES, LATITUDES = (19.5, 22.5), (48.0, 56.0)  #: of zone 7, where PL-2000 may be asked
SKALA = (19.72, 50.14, 19.99, 50.31)  #: where the map opens when no municipality is loaded


def json(content: Any, *, status: int = 200) -> JsonResponse:
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    patch_vary_headers(response, ["Accept"])
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {"municipalities": municipalities()})


def municipalities() -> list[dict[str, Any]]:
    """Each with its plans that bind today and its place on the map."""
    plans = LocalPlan.objects.known().in_force(timezone.localdate())
    return [
        {"name": row.name, "plans": plans.of(row).count(), "map_url": map_url(row.boundary.extent)}
        for row in Municipality.objects.order_by("name")
    ]


@require_safe
def map_portal(request: HttpRequest) -> HttpResponse:
    """The map reads its own state (x, y, z, dzialka) in the browser; only the frame depends on the request."""
    delivered = Snapshot.objects.standing().filter(source="egib").aggregate(on=Max("state_on"))["on"]
    return render(
        request,
        "portal/map.html",
        {
            "extent": home_extent(request.user),
            "egib_on": delivered,
            "is_embedded": request.GET.get("osadzona") == "1",
            "catalogue": layers.catalogue(),
        },
    )


def home_extent(user: Any) -> Box:
    """All municipalities together, lon-lat; for staff those where they work."""
    rows = Municipality.objects.all()
    if user.pk and (own := rows.filter(staff__user=user.pk)).exists():
        rows = own
    together = rows.aggregate(box=Extent("boundary"))["box"]
    return lonlat_box(together) if together else SKALA


def lonlat_box(extent: Box) -> Box:
    """EPSG:2178 to degrees; west, south, east, north."""
    box = Polygon.from_bbox(extent)
    box.srid = crs.PL_2000_7
    west, south, east, north = box.transform(crs.WGS84, clone=True).extent
    return round(west, 6), round(south, 6), round(east, 6), round(north, 6)


@require_GET
def parcel_at(request: HttpRequest) -> HttpResponse:
    """The parcel under a point of the map, or the word that none is there; on a shared boundary the lower wins."""
    longitude, latitude = degrees(request, "lon", LONGITUDES), degrees(request, "lat", LATITUDES)
    here = Point(longitude, latitude, srid=crs.WGS84)
    parcel = Parcel.objects.on(timezone.localdate()).at(here).order_by("sort_key").first()
    if parcel is None:
        text = _("W tym miejscu nie ma działki w naszym rejestrze. Wskaż miejsce na terenie gminy.")
        return json({"id": None, "url": None, "description": text})
    return json({"id": parcel.identifier, "url": f"/dzialki/{parcel.identifier}/"})


def degrees(request: HttpRequest, name: str, bounds: tuple[float, float]) -> float:
    """Raises Malformed when the parameter is no number in the bounds."""
    try:
        value = float(request.GET.get(name, ""))
    except ValueError:
        value = math.nan
    if not bounds[0] <= value <= bounds[1]:
        low, high = (f"{bound:g}".replace(".", ",") for bound in bounds)
        text = _("Parametr %(name)s ma być liczbą od %(low)s do %(high)s stopni.")
        raise Malformed(text % {"name": name, "low": low, "high": high})
    return value


def asked_day(request: HttpRequest) -> date:
    """``?na-dzien=2026-11-25``, else today. Raises Malformed."""
    text = request.GET.get("na-dzien", "")
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed(_("Data ma mieć postać RRRR-MM-DD, na przykład 2026-11-25.")) from None


@require_safe
def parcel(request: HttpRequest, identifier: str) -> HttpResponse:
    offices = municipalities_of(request.user, StaffRole.Role.PLANNER).values_list("teryt", flat=True)
    report = parcel_report(identifier=identifier, as_of=asked_day(request), offices=set(offices))
    report["desk"] = desk_of(request.user, report)
    if wants_json(request):
        return private(json(report), request)
    if report["id"] != identifier:  # typed with spaces or small letters
        query = request.GET.urlencode()
        return redirect(f"/dzialki/{report['id']}/" + (f"?{query}" if query else ""))
    days = {name: date.fromisoformat(report[name]) for name in ("as_of", "egib_on")}
    return render(
        request,
        "portal/parcel.html",
        {
            "parcel": report,
            "around": surroundings(identifier=identifier, as_of=days["as_of"]),
            "is_today": days["as_of"] == timezone.localdate(),
            **days,
        },
    )


def desk_of(user: Any, report: dict[str, Any]) -> list[dict[str, str]]:
    """What a clerk of the parcel's municipality does from here; nothing for others."""
    place = report["municipality"]["teryt"]
    roles = set(StaffRole.objects.filter(user=user.pk, municipality=place).values_list("role", flat=True))
    links = (
        (set(READERS), _("Właściciele"), reverse("disclosure:owners", args=[report["id"]])),
        ({StaffRole.Role.PLANNER}, _("Plany i szkice"), reverse("drafting:index")),
        ({StaffRole.Role.PLANNER}, _("Biurko planisty"), reverse("catalogue:desk")),
        ({StaffRole.Role.REGISTER_KEEPER}, _("Dane i rejestry"), reverse("registers:index")),
    )
    return [{"title": title, "url": url} for readers, title, url in links if roles & readers]


def private(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Answers to staff are kept by no cache between."""
    if request.user.is_authenticated:
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def parcel_surroundings(request: HttpRequest) -> HttpResponse:
    """``?dzialka=&na-dzien=``: what the card tells after the report."""
    return json(surroundings(identifier=request.GET.get("dzialka", ""), as_of=asked_day(request)))


@require_safe
def parcel_changes(request: HttpRequest) -> HttpResponse:
    """``?dzialka=&od=&na-dzien=``."""
    try:
        since = date.fromisoformat(request.GET.get("od", ""))
    except ValueError:
        raise Malformed(_("Data ma mieć postać RRRR-MM-DD, na przykład 2026-11-25.")) from None
    return json(changes(identifier=request.GET.get("dzialka", ""), since=since, as_of=asked_day(request)))


@require_safe
def plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """``120610-XXIV-186-2012``: municipality, dash, code of the plan."""
    teryt, _dash, code = public_id.partition("-")
    plans = LocalPlan.objects.known().select_related("municipality")
    row = plans.filter(municipality=teryt, code=code).first() if public_id.isprintable() else None
    if row is None:
        raise NotFound(_("Nie mamy planu o oznaczeniu %(code)s. Sprawdź adres albo znajdź plan na mapie.")
                       % {"code": public_id})  # fmt: skip
    report = plan_report(row, as_of=asked_day(request))
    return json(report) if wants_json(request) else render(request, "portal/plan.html", {"plan": row, "report": report})


def plan_report(plan: LocalPlan, *, as_of: date) -> dict[str, Any]:
    """JSON-ready; areas in square metres, on the plane of EPSG:2178."""
    zones = plan.zones.values("symbol_raw", "name").annotate(area=Sum(Area("geom")))
    relations = [*plan.relations.all(), *PlanRelation.objects.filter(
        target_code=plan.code, plan__municipality=plan.municipality_id, plan__superseded_at=None
    ).select_related("plan")]  # fmt: skip
    return {
        "id": plan.public_id,
        "code": plan.code,
        "title": plan.title,
        "municipality": {"teryt": plan.municipality_id, "name": plan.municipality.name},
        "kind": plan.get_kind_display(),
        "drawing_scale": plan.drawing_scale,
        "in_force_from": plan.in_force_from and plan.in_force_from.isoformat(),
        "in_force_to": plan.in_force_to and plan.in_force_to.isoformat(),
        "state": (state := state_on(plan, as_of)),
        "is_in_force": state == "in-force",
        "as_of": as_of.isoformat(),
        "is_sample": plan.is_sample,
        "area_m2": round(plan.boundary.area),
        "bbox": lonlat_box(plan.boundary.extent),
        "map_url": map_url(plan.boundary.extent),
        "acts": [act_json(act) for act in plan.acts.order_by("adopted_on", "pk")],
        "relations": [relation_json(relation, seen_from=plan) for relation in relations],
        "zones": [
            {"symbol": zone["symbol_raw"], "name": zone["name"], "area_m2": round(zone["area"].sq_m)}
            for zone in sorted(zones, key=lambda zone: natural_order(zone["symbol_raw"]))
        ],
        "overlays": list(plan.overlays.order_by("name").values("symbol", "name", "kind").distinct()),
        "provisions": provisions_of(plan, as_of=as_of),
        "sheets": sheets_of(plan),
    }  # fmt: skip


def natural_order(symbol: str) -> list[tuple[int, str]]:
    """MN.2 before MN.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", symbol)]


def act_json(act: PlanAct) -> dict[str, Any]:
    return {
        "role": act.get_role_display(),
        "title": act.title,
        "number": act.number,
        "issuer": act.issuer,
        "adopted_on": act.adopted_on and act.adopted_on.isoformat(),
        "journal": f"poz. {act.journal_position} z {act.journal_year} r." if act.journal_position else None,
        "link": act.link or None,
    }


#: what a relation does to its target, seen from the target
DONE_BY = {
    PlanRelation.Kind.CHANGES: "zmieniony przez",
    PlanRelation.Kind.REPEALS: "uchylony przez",
    PlanRelation.Kind.ANNULS: "unieważniony przez",
}


def relation_json(relation: PlanRelation, *, seen_from: LocalPlan) -> dict[str, Any]:
    is_ours = relation.plan_id == seen_from.pk
    other = f"{seen_from.municipality_id}-{relation.target_code}" if is_ours else relation.plan.public_id
    return {
        "relation": relation.get_kind_display() if is_ours else DONE_BY[PlanRelation.Kind(relation.kind)],
        "plan": other,
        "url": f"/plany/{other}/",
        "effective_on": relation.effective_on.isoformat(),
        "is_partial": relation.scope is not None,
    }


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    today = timezone.localdate()
    is_wide = request.GET.get("kraj") == "1"
    hits = in_country(query, on=today) if is_wide else find(query=query, on=today)
    message = None if hits else nothing_found(query)
    results = [hit_json(hit) for hit in hits]
    wider = None
    if query.strip() and not hits and not is_wide and offers_country(today):
        wider = f"{request.path}?{urlencode({'q': query, 'kraj': 1})}"
    if wants_json(request):
        return json({"query": query, "results": results, "message": message, "wider_url": wider})
    if len(hits) == 1 and hits[0].parcel and parcel_id(query):
        return redirect(results[0]["url"])
    return render(
        request, "portal/search.html", {"query": query, "results": results, "message": message, "wider_url": wider}
    )


def hit_json(hit: Hit) -> dict[str, Any]:
    west, south, east, north = bbox = lonlat_box(hit.extent)
    on_map = f"/mapa/?dzialka={hit.parcel}" if hit.parcel else map_url(hit.extent)
    page = f"/dzialki/{hit.parcel}/" if hit.parcel else f"/plany/{hit.id}/" if hit.collection == "plans" else None
    return {
        "kind": hit.kind,
        "kind_name": kind_name(hit.kind),
        "label": hit.label,
        "detail": hit.detail,
        "id": hit.parcel,
        "url": page or on_map,
        "map_url": on_map,
        "item_url": hit.collection and f"/ogc/collections/{hit.collection}/items/{hit.id}",
        "lon": round((west + east) / 2, 6),
        "lat": round((south + north) / 2, 6),
        "bbox": bbox,
    }


def map_url(extent: Box) -> str:
    """The map over an extent of EPSG:2178, at a zoom that shows all of it on a small screen."""
    west, south, east, north = extent
    side = max(east - west, north - south, 150) / 0.64  # metres of the screen projection at 50 N
    zoom = min(18.0, math.log2(156_543 * 360 / side))
    return "/mapa/?" + urlencode(
        {"x": round((west + east) / 2), "y": round((south + north) / 2), "z": f"{zoom:.1f}"}
    )  # fmt: skip


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """503 as soon as one part fails; the detail names no host and no password."""
    parts = checks()
    is_well = all(part.is_well for part in parts)
    body = {"status": "ok" if is_well else "fail", "checks": {part.name: part.as_json() for part in parts}}
    response = json(body, status=200 if is_well else 503)
    response["Cache-Control"] = "no-store"
    return response


def other_ways() -> list[tuple[str, str]]:
    """Code and title of each way of signing in beside the password."""
    return [(way.code, spoken(way.title)) for way in PROVIDERS if way is not PASSWORDS]


login = SignIn.as_view(
    extra_context={"accounts": ACCOUNTS if settings.DEMO else (), "demo_password": PASSWORD, "ways": other_ways}
)
logout = LogoutView.as_view()


@require_safe
def sign_in(request: HttpRequest, provider: str) -> HttpResponse:
    """Sends the person to the way of signing in that they chose. Raises NotFound."""
    chosen = next((one for one in PROVIDERS if one.code == provider), None)
    if chosen is None:
        raise NotFound(_("Nie ma takiego sposobu logowania."))
    back = request.GET.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return chosen.start(request, back=back if is_ours else settings.LOGIN_REDIRECT_URL)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Addresses that lead nowhere; the path that was tried helps nobody and is not shown."""
    error = NotFound(_("Nie ma takiej strony. Sprawdź adres albo skorzystaj z wyszukiwarki."))
    if wants_json(request):
        return json({"code": error.code, "description": error.message}, status=error.status)
    return render(request, "404.html", {"error": error}, status=error.status)

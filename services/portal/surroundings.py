"""What lies on a parcel and near it beside its plan, what the plan's text says of its zones, what changed since a day.

All of it is public data. Distances and areas are on the plane of EPSG:2178, metres.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.db.models.functions import Area, Distance, Intersection
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.gis.measure import D
from django.urls import reverse
from django.utils.translation import gettext as _

from planning.extracts.quoting import OMITTED, quoted
from planning.models import GeneralPlanZone, LocalPlan, PlanZone, Regulation
from planning.report import parcel_on, parcel_report
from services.catalogue.declaration import eservices
from services.forms.questions import spoken
from services.tourism.models import Place
from spatial.cadastre.models import Building, Parcel
from spatial.errors import NotFound
from spatial.nature.models import ProtectedArea
from spatial.network.models import Pipe
from spatial.words import polish_area

#: as far as utilities and stops are looked for
PIPES_M, STOPS_M = 100, 3000
#: parts of other objects smaller than this come from drawing, m2
SLIVER_M2 = 1.0
MOST = 20

type Json = dict[str, Any]


def surroundings(*, identifier: str, as_of: date) -> Json:
    """Raises Malformed, NotFound, Retired."""
    parcel = parcel_on(identifier=identifier, as_of=as_of)
    return {
        "id": parcel.identifier,
        "general_plan": [*general_zones(parcel, as_of), *general_areas(parcel, as_of)],
        "restrictions": list(restrictions(parcel, as_of)),
        "buildings": list(buildings(parcel, as_of)),
        "utilities": list(utilities(parcel, as_of)),
        "nearest": list(nearest(parcel, as_of)),
        "passages": list(passages(parcel, as_of)),
        "services": services(parcel),
    }


def shares(rows: Any, shape: GEOSGeometry) -> Any:
    """Rows that the shape meets, with ``common``: the area of the part, largest first."""
    met = rows.filter(geom__intersects=shape).annotate(common=Area(Intersection("geom", shape)))
    return sorted((row for row in met if row.common.sq_m >= SLIVER_M2), key=lambda row: -row.common.sq_m)[:MOST]


def general_zones(parcel: Parcel, as_of: date) -> Iterator[Json]:
    for row in shares(GeneralPlanZone.objects.in_force(as_of), parcel.geom):
        limits = {
            _("maks. wysokość"): row.max_height_m is not None and f"{row.max_height_m:g} m".replace(".", ","),
            _("maks. udział zabudowy"): row.max_coverage_percent is not None and f"{row.max_coverage_percent:g} %",
            _("min. udział biologicznie czynny"): row.min_green_percent is not None and f"{row.min_green_percent:g} %",
        }
        told = [f"{name} {value}" for name, value in limits.items() if value]
        yield {"label": row.label, "name": row.name, "area_m2": round(row.common.sq_m), "limits": told}


def general_areas(parcel: Parcel, as_of: date) -> Iterator[Json]:
    for row in shares(Regulation.objects.in_force(as_of), parcel.geom):
        name = row.name or row.get_kind_display()
        yield {"label": row.label, "name": name, "area_m2": round(row.common.sq_m), "limits": []}


def restrictions(parcel: Parcel, as_of: date) -> Iterator[Json]:
    seen = set()
    for row in shares(ProtectedArea.objects.on(as_of), parcel.geom):
        if row.identifier in seen:  # another municipality's copy
            continue
        seen.add(row.identifier)
        kind = _("otulina") if row.is_buffer else row.get_kind_display()
        yield {"name": row.name, "kind": kind, "area_m2": round(row.common.sq_m), "link": row.link or None}


def buildings(parcel: Parcel, as_of: date) -> Iterator[Json]:
    for row in shares(Building.objects.on(as_of), parcel.geom):
        yield {"id": row.identifier, "kind": row.kind, "floors": row.floors_above, "area_m2": round(row.common.sq_m)}


def utilities(parcel: Parcel, as_of: date) -> Iterator[Json]:
    """The nearest pipe of each network, 0 m where it runs over the parcel."""
    near = Pipe.objects.on(as_of).filter(geom__dwithin=(parcel.geom, D(m=PIPES_M)))
    seen = set()
    ordered: Any = near.annotate(away=Distance("geom", parcel.geom)).order_by("away", "identifier")
    for row in ordered[:200]:
        key = (row.medium, row.kind)
        if key not in seen:
            seen.add(key)
            yield {
                "network": row.get_medium_display(),
                "kind": row.get_kind_display(),
                "distance_m": round(row.away.m, 1),
            }


def nearest(parcel: Parcel, as_of: date) -> Iterator[Json]:
    """The nearest stop, school and office that we know of."""
    for kind in ("transport", "school", "office"):
        near = Place.objects.on(as_of).filter(kind=kind, geom__dwithin=(parcel.geom, D(m=STOPS_M)))
        row: Any = near.annotate(away=Distance("geom", parcel.geom)).order_by("away").first()
        if row:
            yield {"kind": kind, "name": row.name, "distance_m": round(row.away.m)}


def passages(parcel: Parcel, as_of: date) -> Iterator[Json]:
    """Of each zone on the parcel the words of the resolution that name it, quoted, never interpreted."""
    plans = LocalPlan.objects.known().in_force(as_of).filter(boundary__intersects=parcel.geom)
    for plan in plans.order_by("in_force_from"):
        for symbol, zones in by_symbol(shares(PlanZone.objects.filter(plan=plan), parcel.geom)).items():
            quotes = quoted(plan=plan, zones=[zone.pk for zone in zones], overlays=[], as_of=as_of, whole_plan=False)
            told = [
                {"label": one.label, "heading": one.heading, "text": one.text, "note": one.note}
                for one in quotes
                if one.label != OMITTED and (one.text or one.heading or one.note)
            ]
            if told:
                yield {"symbol": symbol, "plan": plan.title, "url": f"/plany/{plan.public_id}/", "quotes": told}


def by_symbol(zones: list[PlanZone]) -> dict[str, list[PlanZone]]:
    found: dict[str, list[PlanZone]] = {}
    for zone in zones:
        found.setdefault(zone.symbol_raw, []).append(zone)
    return found


def services(parcel: Parcel) -> list[Json]:
    """E-services that start from this parcel."""
    here = urlencode({"dzialka": parcel.identifier}, safe="/")
    fault = {
        "office": parcel.municipality_id, "kind": "complaint", "place": parcel.identifier,
        "subject": f"Błąd na mapie: działka {parcel.identifier}",
    }  # fmt: skip
    return [
        *(
            {"title": spoken(one.card.title), "url": f"{reverse('catalogue:card', args=[one.code])}?{here}"}
            for one in eservices
            if one.starts_from_parcel
        ),
        {"title": _("Wydrukuj mapę"), "url": f"/mapa/?{here}#drukuj"},
        {
            "title": _("Zgłoś błąd na mapie"),
            "url": f"{reverse('catalogue:card', args=['pismo-ogolne'])}?{urlencode(fault)}",
        },
    ]


def changes(*, identifier: str, since: date, as_of: date) -> Json:
    """What differs between two days, each as it was and is. Raises Malformed, NotFound, Retired."""
    now = parcel_report(identifier=identifier, as_of=as_of)
    told: list[Json] = []
    try:
        then = parcel_report(identifier=now["id"], as_of=since)
    except NotFound:
        before = ", ".join(now["history"]["predecessors"]) or None
        told.append({"what": _("Działka"), "before": before, "after": now["id"]})
    else:
        pairs = {
            _("Pole ewidencyjne"): [
                one["registered_area_m2"] and polish_area(one["registered_area_m2"]) for one in (then, now)
            ],
            _("Użytki"): [uses_text(one) for one in (then, now)],
            _("Adresy"): [", ".join(one["addresses"]) for one in (then, now)],
            _("Przeznaczenie w planie"): [zones_text(one) for one in (then, now)],
        }
        told += [
            {"what": what, "before": before or None, "after": after or None}
            for what, (before, after) in pairs.items()
            if before != after
        ]
    return {"id": now["id"], "since": since.isoformat(), "as_of": as_of.isoformat(), "changes": told}


def uses_text(report: Json) -> str:
    return ", ".join(f"{use['label']} {use['area_m2'] or '–'}" for use in report["land_uses"])


def zones_text(report: Json) -> str:
    zones = [zone for plan in report["planning"]["plans"] for zone in plan["zones"]]
    return ", ".join(f"{zone['symbol']} {zone['percent']} %" for zone in zones)

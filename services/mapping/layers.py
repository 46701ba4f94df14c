"""What the map portal draws, from the registry: groups of layers with their looks, dates and sources; backgrounds."""

from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.mapping.prints import papers
from spatial.imports.models import Snapshot
from spatial.near import cache
from spatial.ogc.drawing import Case, Drawing, Label, Look
from spatial.ogc.records.catalogue import LICENCE
from spatial.ogc.registry import THEMES, Collection, Theme
from spatial.remote.endpoints import endpoints
from tiles.catalogue import drawn

#: what one sees before choosing anything
OPENING = frozenset({"plan-zones", "parcels", "buildings", "districts", "plans", "addresses", "streets"})
#: a vector tile is 512 pixels wide: a zoom of the map shows tiles of the zoom before
HALF_SIZE = 1
#: seconds for which the day of the newest delivery is remembered
DAYS_KEPT = 60

type Json = dict[str, Any]


def catalogue() -> Json:
    """JSON-ready; texts in the language of the request, the first layer of a group lies at the bottom."""
    language = get_language() or "pl"
    return {
        "groups": [
            {"id": str(theme), "title": THEMES[theme][language], "layers": [layer(one, language) for one in held]}
            for theme in Theme
            if (held := [one for one in drawn(theme) if one.tile_fields])
        ],
        "backgrounds": backgrounds(),
        "prints": papers.as_json(),
    }


def layer(one: Collection, language: str) -> Json:
    assert one.drawing is not None
    return {
        "id": one.id,
        "title": one.title[language],
        "description": one.description[language],
        "geometry": one.geometry_type,
        "from": one.min_zoom + HALF_SIZE,
        "id_field": one.id_field,
        "fields": {name: field.title[language] for name, field in one.fields.items()},
        "drawing": drawing_json(one.drawing, language),
        "is_opening": one.id in OPENING,
        "has_time": one.time is not None,
        "state_on": state_day(one),
        "licence": LICENCE,
        "metadata_url": reverse("ogc-collection", args=[one.id]) + "?f=html",
        "table_url": reverse("ogc-items", args=[one.id]) + "?f=html",
    }


def drawing_json(drawing: Drawing, language: str) -> Json:
    return {
        "field": drawing.field,
        "cases": [case_json(case, language) for case in drawing.cases],
        "labels": [label_json(label) for label in drawing.labels],
    }


def case_json(case: Case, language: str) -> Json:
    return {"title": case.title[language], "values": list(case.values), "look": look_json(case.look)}


def look_json(look: Look) -> Json:
    return {
        "fill": look.fill, "opacity": look.opacity, "hatch": str(look.hatch), "stroke": look.stroke,
        "width": look.width, "dash": list(look.dash), "radius": look.radius,
    }  # fmt: skip


def label_json(label: Label) -> Json:
    return {
        "field": label.field, "from": label.from_zoom, "to": label.to_zoom, "size": label.size, "colour": label.colour,
        "bold": label.bold,
    }  # fmt: skip


def state_day(one: Collection) -> str | None:
    """Day of the state of the newest delivery that the rows came by; None where they come by none."""
    key = f"layers.state-day.{one.id}"
    held: str | None = cache.get(key, "")
    if held != "":
        return held
    path = delivery_of(one)
    day = (
        path
        and Snapshot.objects.filter(pk__in=one.public().order_by().values(path).distinct()).aggregate(
            on=Max("state_on")
        )["on"]
    )
    found = day.isoformat() if day else None
    cache.set(key, found, DAYS_KEPT)
    return found


def delivery_of(one: Collection) -> str | None:
    """Path from the collection's model to its delivery."""
    model = one.public().model
    for owner, path in ((model, "snapshot"), *((f.related_model, f"{f.name}__snapshot") for f in model._meta.fields)):
        if owner is not None and any(held.name == "snapshot" for held in owner._meta.get_fields()):
            return path
    return None


def backgrounds() -> list[Json]:
    """Our own in three shades, none, and the national pictures that the office has switched on."""
    own = [("light", _("Jasne")), ("grey", _("Szare")), ("dark", _("Ciemne")), ("none", _("Bez tła"))]
    found: list[Json] = [
        {"id": name, "title": title, "url": None, "attribution": "", "days_url": None} for name, title in own
    ]
    for one in endpoints(on=timezone.localdate()):
        if one.kind == "picture" and one.is_enabled:
            found.append(
                {
                    "id": one.code,
                    "title": one.title,
                    "url": f"/podklady/{one.code}/{{z}}/{{x}}/{{y}}",
                    "attribution": one.types.get("attribution", ""),
                    "days_url": f"/podklady/{one.code}/dni" if "times" in one.types else None,
                }
            )
    return found

"""Differences of an upload: counts, a table with what changed in each object, and shapes for the map."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

from django.apps import apps
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from spatial import crs
from spatial.imports.models import Change, Finding, Upload

FINDINGS_ON_MAP = 2000


@dataclass(frozen=True, slots=True)
class TableCount:
    """One register in the table of counts."""

    table: str
    title: str
    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Said:
    """One attribute that differs."""

    label: str
    before: str
    after: str


def counts(said: dict[str, dict[str, int]]) -> list[TableCount]:
    kinds = ("added", "changed", "removed", "unchanged")
    return [TableCount(table, title_of(table), *(row.get(kind, 0) for kind in kinds)) for table, row in said.items()]


def title_of(table: str) -> str:
    """``"parcel"`` -> ``"działki ewidencyjne"``; names that are no single model have words of their own."""
    own = {
        "unit": _("jednostki ewidencyjne"),
        "district": _("obręby"),
        "plan": _("plany"),
        "plan-zone": _("tereny planów"),
        "general-plan-zone": _("strefy planu ogólnego"),
        "regulation": _("obszary planu ogólnego"),
        "retired": _("działki z przeszłości"),
        "locality": _("miejscowości"),
        "street": _("ulice"),
    }
    return own.get(table) or _titles().get(table, table)


def _titles() -> dict[str, str]:
    return {str(model._meta.model_name): str(model._meta.verbose_name_plural) for model in apps.get_models()}


def differing(change: Change) -> list[Said]:
    """Attributes whose values differ, labelled as in the register; for an added or removed object those that it has."""
    before, after = change.before or {}, change.after or {}
    labels = _labels(change.table)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [Said(labels.get(name, name), _shown(before.get(name)), _shown(after.get(name))) for name in names]


def _labels(table: str) -> dict[str, str]:
    found = next((model for model in apps.get_models() if model._meta.model_name == table), None)
    return {str(field.column): str(field.verbose_name) for field in found._meta.concrete_fields} if found else {}


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False)


def features(upload: Upload) -> Iterator[str]:
    """GeoJSON of the differences and of the findings that have a place, in degrees, piece by piece."""
    yield '{"type":"FeatureCollection","features":['
    yield ",".join(_changes(upload))
    findings = ",".join(_findings(upload))
    if findings and upload.changes.exists():
        yield ","
    yield findings + "]}"


def _changes(upload: Upload) -> Iterator[str]:
    rows = upload.changes.annotate(
        then=Transform("geom_before", crs.WGS84), now=Transform("geom_after", crs.WGS84)
    ).order_by("pk")
    for row in rows.iterator():
        shapes: Iterable[tuple[str, GEOSGeometry | None]] = (("before", row.then), ("after", row.now))
        for side, shape in shapes:
            if shape is not None:
                yield _feature(shape, {"kind": row.kind, "side": side, "object": row.identifier, "change": row.pk})


def _findings(upload: Upload) -> Iterator[str]:
    rows = Finding.objects.filter(upload=upload, geom__isnull=False).annotate(now=Transform("geom", crs.WGS84))
    for row in rows.order_by("pk")[:FINDINGS_ON_MAP]:
        yield _feature(
            row.now, {"kind": "finding", "severity": row.severity, "object": row.object, "text": row.message}
        )


def _feature(shape: GEOSGeometry, properties: dict[str, Any]) -> str:
    return dumps({"type": "Feature", "properties": properties, "geometry": loads(shape.json)}, ensure_ascii=False)

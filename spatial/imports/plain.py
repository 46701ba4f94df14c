"""Tables without versions (names of districts, localities, streets): kept up to date in place.

What a delivery replaces is remembered, so that the delivery can be taken back.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.contrib.gis.geos import GEOSGeometry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model, ProtectedError

from spatial.imports.models import Replaced, Snapshot
from spatial.imports.registry import Delivery
from spatial.imports.staging import Counts

SAME_SHAPE_M = 0.0001  #: shapes equal to a tenth of a millimetre are one shape


def keep(model: type[Model], key: Sequence[str], wanted: list[dict[str, Any]], delivery: Delivery) -> Counts:
    """Bring rows of the municipality up to date by their key; rows and columns that ``wanted`` does not name stay."""
    manager = model._default_manager
    municipality = delivery.municipality.pk
    rows = manager.filter(municipality=municipality)
    held = {tuple(getattr(row, name) for name in key): row for row in rows}
    added: list[Model] = []
    changed: list[Model] = []
    before: list[Replaced] = []
    fields: set[str] = set()
    for values in wanted:
        identity = tuple(values[name] for name in key)
        row = held.get(identity)
        if row is None:
            added.append(model(municipality_id=municipality, **{"name": identity[0]} | values))
            continue
        different = {name: value for name, value in values.items() if not _same(getattr(row, name), value)}
        if not different:
            continue
        before.append(_replaced(row, delivery.snapshot, as_json(row)))
        for name, value in different.items():
            setattr(row, name, value)
        changed.append(row)
        fields.update(different)
    manager.bulk_create(added)
    if changed:
        manager.bulk_update(changed, sorted(fields), batch_size=500)
    Replaced.objects.bulk_create([*before, *(_replaced(row, delivery.snapshot, None) for row in added)])
    return Counts(added=len(added), changed=len(changed), unchanged=len(wanted) - len(added) - len(changed))


def put_back(snapshot: Snapshot) -> dict[str, int]:
    """Rows as they stood before the delivery; a row that others have come to need meanwhile stays.

    Answers how many rows were restored, removed and kept because something refers to them.
    """
    counts = {"restored": 0, "removed": 0, "kept": 0}
    for replaced in snapshot.replaced.order_by("-pk"):
        model = apps.get_model(replaced.table)
        if replaced.before is not None:
            model(**_columns(model, replaced.before)).save(force_update=True)
            counts["restored"] += 1
            continue
        try:
            with transaction.atomic():
                model._default_manager.filter(pk=replaced.row).delete()
            counts["removed"] += 1
        except ProtectedError:
            counts["kept"] += 1
    return counts


def as_json(row: Model) -> dict[str, Any]:
    """Columns by name; a geometry as hexadecimal EWKB, a date as ISO text."""
    values = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    plain = {name: _hex(value) if isinstance(value, GEOSGeometry) else value for name, value in values.items()}
    result: dict[str, Any] = json.loads(json.dumps(plain, cls=DjangoJSONEncoder))
    return result


def _hex(geometry: GEOSGeometry) -> str:
    return bytes(geometry.hexewkb).decode()


def _columns(model: type[Model], before: dict[str, Any]) -> dict[str, Any]:
    """Columns that the model still has."""
    known = {field.attname for field in model._meta.concrete_fields}
    return {name: value for name, value in before.items() if name in known}


def _replaced(row: Model, snapshot: Snapshot, before: dict[str, Any] | None) -> Replaced:
    return Replaced(snapshot=snapshot, table=row._meta.label_lower, row=str(row.pk), before=before)


def _same(held: Any, wanted: Any) -> bool:
    if isinstance(held, GEOSGeometry) and isinstance(wanted, GEOSGeometry):
        return held.equals_exact(wanted, SAME_SHAPE_M)
    return bool(held == wanted)

"""A plan with what belongs to it, as records: how it is compared, and how it is read back from the register."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry

from data.records import (
    ActRecord,
    GeneralPlanZoneRecord,
    OverlayRecord,
    PlanRecord,
    ProvisionRecord,
    RelationRecord,
    ZoneRecord,
)
from data.records.plans import AccessStandards, BaseMapRecord, DrawingRecord, RegulationRecord
from planning.columns import from_columns, names_of
from planning.models import LocalPlan
from planning.sheets import CheckedSheet
from spatial.imports.staging import many

#: what does not make another record: moments of the data set, places of files
_NOT_COMPARED = {"version_from", "sheets", "path"}
_NOT_COMPARED_OF_ZONE = _NOT_COMPARED | {"version", "plan"}

ACT = names_of(ActRecord)
DRAWING = names_of(DrawingRecord)
GENERAL_ZONE = names_of(GeneralPlanZoneRecord, without={"plan", "geometry"})
REGULATION = names_of(RegulationRecord, without={"plan", "geometry", "standards"})
STANDARDS = names_of(AccessStandards)
#: of a plan: what other tables hold, and what is derived
PLAN = names_of(
    PlanRecord,
    without={
        "municipality", "boundary", "acts", "zones", "provisions", "overlays", "sheets", "relations", "base_maps",
        "drawings",
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan with what belongs to it, as it came or as it is stored."""

    plan: PlanRecord
    sheets: tuple[CheckedSheet, ...] = ()
    general_zones: tuple[GeneralPlanZoneRecord, ...] = ()
    regulations: tuple[RegulationRecord, ...] = ()

    def without_dangling_references(self) -> "PlanContent":
        """Provisions name only zones and overlays of the plan, each once and in one order."""
        symbols = {zone.symbol for zone in self.plan.zones}
        keys = {overlay.key for overlay in self.plan.overlays}
        provisions = tuple(
            replace(
                provision,
                zones=tuple(sorted(symbols.intersection(provision.zones))),
                overlays=tuple(sorted(keys.intersection(provision.overlays))),
            )
            for provision in self.plan.provisions
        )
        return replace(self, plan=replace(self.plan, provisions=provisions))

    def completed_from(self, held: "PlanContent") -> "PlanContent":
        """What this content does not speak of at all, as the held one says it."""
        plan = self.plan
        if not plan.zones:
            plan = replace(
                plan,
                zones=held.plan.zones,
                provisions=plan.provisions or held.plan.provisions,
                overlays=plan.overlays or held.plan.overlays,
                relations=plan.relations or held.plan.relations,
            )
        plan = replace(plan, acts=plan.acts or held.plan.acts, drawings=plan.drawings or held.plan.drawings)
        return PlanContent(
            plan,
            self.sheets or held.sheets,
            self.general_zones or held.general_zones,
            self.regulations or held.regulations,
        )

    @property
    def fingerprint(self) -> str:
        """Equal for contents that say the same."""
        said = [
            _plain(self.plan, _NOT_COMPARED),
            [_plain(zone, _NOT_COMPARED_OF_ZONE) for zone in self.general_zones],
            [_plain(area, _NOT_COMPARED_OF_ZONE) for area in self.regulations],
            [[sheet.number, sheet.sha256, sheet.scale, sheet.rmse_m] for sheet in self.sheets],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


# --- reading back ---------------------------------------------------------------------------------------------


def stored_content(plan: LocalPlan) -> PlanContent:
    """The record as it could be published again."""
    return PlanContent(
        plan=PlanRecord(
            municipality=plan.municipality_id,
            boundary=_surface(plan.boundary),
            acts=tuple(ActRecord(**from_columns(row, ACT)) for row in plan.acts.order_by("pk")),
            zones=tuple(_zones(plan)),
            provisions=tuple(_provisions(plan)),
            overlays=tuple(_overlays(plan)),
            relations=tuple(_relations(plan)),
            base_maps=tuple(_base_maps(plan)),
            drawings=tuple(DrawingRecord(**from_columns(row, DRAWING)) for row in plan.drawings.order_by("pk")),
            **from_columns(plan, PLAN),
        ),
        sheets=tuple(_sheets(plan)),
        general_zones=tuple(_general_zones(plan)),
        regulations=tuple(_regulations(plan)),
    )


def _base_maps(plan: LocalPlan) -> Iterator[BaseMapRecord]:
    for said in plan.base_maps:
        yield BaseMapRecord(date.fromisoformat(said["on"]), said["reference"], said["link"])


def _zones(plan: LocalPlan) -> Iterator[ZoneRecord]:
    for row in plan.zones.order_by("pk"):
        yield ZoneRecord(
            symbol=row.symbol_raw,
            name=row.name,
            geometry=_surface(row.geom),
            class_2021=row.class_2021 or None,
            planning_fee_percent=row.planning_fee_percent,
        )


def _provisions(plan: LocalPlan) -> Iterator[ProvisionRecord]:
    rows = plan.provisions.order_by("position").select_related("parent").prefetch_related("zones", "overlays")
    for row in rows:
        yield ProvisionRecord(
            key=row.key,
            parent=row.parent.key if row.parent else None,
            kind=cast(Any, row.kind),
            number=row.number,
            text=row.text,
            heading=row.heading or None,
            binds_whole_plan=row.binds_whole_plan,
            zones=tuple(sorted({zone.symbol_raw for zone in row.zones.all()})),
            overlays=tuple(sorted(overlay.key for overlay in row.overlays.all())),
            annulled_on=row.annulled_on,
            annulled_by=row.annulled_by or None,
        )


def _overlays(plan: LocalPlan) -> Iterator[OverlayRecord]:
    for row in plan.overlays.order_by("pk"):
        geometry = cast(Any, shapely.from_wkb(bytes(row.geom.wkb)))
        yield OverlayRecord(row.key, cast(Any, row.kind), row.name, geometry, row.symbol or None)


def _relations(plan: LocalPlan) -> Iterator[RelationRecord]:
    for row in plan.relations.order_by("pk"):
        scope = None if row.scope is None else _surface(row.scope)
        yield RelationRecord(cast(Any, row.kind), row.target_code, row.effective_on, scope, row.note or None)


def _sheets(plan: LocalPlan) -> Iterator[CheckedSheet]:
    for row in plan.sheets.order_by("pk"):
        yield CheckedSheet(
            number=row.number,
            path=Path(row.file.path),
            sha256=row.sha256,
            scale=row.scale,
            rmse_m=row.rmse_m,
            pixel_m=row.pixel_m,
            footprint=shapely.box(*row.footprint.extent),
            scan_sha256=row.scan_sha256,
            control_points=tuple((point[0], point[1], point[2], point[3]) for point in row.control_points),
        )


def _general_zones(plan: LocalPlan) -> Iterator[GeneralPlanZoneRecord]:
    for row in plan.general_zones.order_by("pk"):
        geometry = _surface(row.geom).geoms[0]
        yield GeneralPlanZoneRecord(plan=plan.code, geometry=geometry, **from_columns(row, GENERAL_ZONE))


def _regulations(plan: LocalPlan) -> Iterator[RegulationRecord]:
    for row in plan.regulations.select_related("standards").order_by("pk"):
        held = getattr(row, "standards", None)
        standards = AccessStandards(**from_columns(held, STANDARDS)) if held else None
        geometry = _surface(row.geom).geoms[0]
        yield RegulationRecord(plan=plan.code, geometry=geometry, standards=standards, **from_columns(row, REGULATION))


def _surface(geom: GEOSGeometry) -> shapely.MultiPolygon:
    return cast(shapely.MultiPolygon, shapely.from_wkb(bytes(geom.wkb)))


def _plain(value: Any, left_out: set[str]) -> Any:
    """Records as lists and text, so that two of them compare; "" and "not said" are one, as in the columns."""
    if isinstance(value, BaseGeometry):
        return _shape_mark(value)
    if is_dataclass(value):
        said = [field.name for field in fields(value) if field.name not in left_out]
        return [_plain(getattr(value, name), left_out) for name in said]
    if isinstance(value, tuple | list):
        return [_plain(part, left_out) for part in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 6)
    return None if value == "" else value


def _shape_mark(geometry: BaseGeometry) -> str:
    """To a tenth of a millimetre, whatever vertex a ring starts at."""
    shape = many(geometry) if isinstance(geometry, shapely.Polygon) else geometry
    rounded = shapely.transform(shape, lambda coordinates: coordinates.round(4))
    return hashlib.md5(shapely.normalize(rounded).wkb, usedforsecurity=False).hexdigest()

"""A plan becomes a record: everything of it is written at once, and the record before it is kept.

Equal content is not written again. What a source cannot say (an APP file knows no provisions and no drawings)
is carried over from the record we hold.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, cast

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data.records import (
    ActRecord,
    GeneralPlanZoneRecord,
    OverlayRecord,
    PlanRecord,
    ProvisionRecord,
    RelationRecord,
    Surface,
    ZoneRecord,
)
from planning.models import (
    GeneralPlanZone,
    LocalPlan,
    PlanAct,
    PlanOverlay,
    PlanRelation,
    PlanSheet,
    PlanZone,
    Provision,
)
from planning.sheets import CheckedSheet, keep_file
from spatial import crs
from spatial.imports.models import Snapshot
from spatial.imports.staging import many

type Change = Literal["added", "changed", "unchanged"]

#: fields of records that have no column: times and states of the data set, not of the law
_NOT_STORED = {"version_from", "status", "sheets", "path"}
_NOT_STORED_OF_ZONE = _NOT_STORED | {"version", "plan"}


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan with what belongs to it, as it came or as it is stored."""

    plan: PlanRecord
    sheets: tuple[CheckedSheet, ...] = ()
    general_zones: tuple[GeneralPlanZoneRecord, ...] = ()

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
        return PlanContent(plan, self.sheets or held.sheets, self.general_zones or held.general_zones)

    @property
    def fingerprint(self) -> str:
        """Equal for contents that say the same."""
        said = [
            _plain(self.plan, _NOT_STORED),
            [_plain(zone, _NOT_STORED_OF_ZONE) for zone in self.general_zones],
            [[sheet.number, sheet.sha256, sheet.scale, sheet.rmse_m] for sheet in self.sheets],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def current_plan(municipality: str, code: str) -> LocalPlan | None:
    return LocalPlan.objects.known().filter(municipality=municipality, code=code).first()


def publish_plan(content: PlanContent, snapshot: Snapshot, undo: list[Callable[[], None]]) -> tuple[LocalPlan, Change]:
    """Write the plan as a new record, superseding the one we hold; equal content leaves that one in place.

    undo: gets the steps that take back copied drawings when the transaction fails.
    """
    is_sample = content.plan.is_sample or snapshot.is_sample
    content = replace(content, plan=replace(content.plan, is_sample=is_sample))
    held = current_plan(snapshot.municipality_id, content.plan.code)
    if held is not None:
        before = stored_content(held)
        content = content.completed_from(before)
        if content.without_dangling_references().fingerprint == before.fingerprint:
            return held, "unchanged"
        held.superseded_at = snapshot.published_at
        held.save(update_fields=["superseded_at"])
    return _write(content.without_dangling_references(), snapshot, undo), "changed" if held else "added"


def reopen(plan: LocalPlan, *, at: datetime) -> LocalPlan:
    """The same content as a new record of the moment, because the record that had superseded it was taken back."""
    snapshot = plan.snapshot
    snapshot.published_at = at  # of the new record only; the delivery itself is not saved
    return _write(stored_content(plan), snapshot, undo=[])


# --- writing --------------------------------------------------------------------------------------------------


def _write(content: PlanContent, snapshot: Snapshot, undo: list[Callable[[], None]]) -> LocalPlan:
    record = content.plan
    plan = LocalPlan.objects.create(
        municipality_id=snapshot.municipality_id,
        snapshot=snapshot,
        kind=record.kind,
        code=record.code,
        namespace=record.namespace or "",
        version=record.version or "",
        title=record.title,
        drawing_scale=record.drawing_scale,
        base_map_on=record.base_map_on,
        in_force_from=record.in_force_from,
        in_force_to=record.in_force_to,
        recorded_at=snapshot.published_at,
        is_sample=record.is_sample,
        boundary=_stored_surface(record.boundary),
    )
    PlanAct.objects.bulk_create(_act_row(plan, act) for act in record.acts)
    zones = PlanZone.objects.bulk_create([_zone_row(plan, zone) for zone in record.zones], batch_size=1000)
    overlays = PlanOverlay.objects.bulk_create([_overlay_row(plan, overlay) for overlay in record.overlays])
    provisions = _write_provisions(plan, record.provisions)
    _link_provisions(record.provisions, provisions, zones, overlays)
    PlanRelation.objects.bulk_create(_relation_row(plan, relation) for relation in record.relations)
    GeneralPlanZone.objects.bulk_create(_general_zone_row(plan, zone) for zone in content.general_zones)
    PlanSheet.objects.bulk_create(_sheet_row(plan, sheet, keep_file(sheet, undo)) for sheet in content.sheets)
    return plan


def _act_row(plan: LocalPlan, act: ActRecord) -> PlanAct:
    return PlanAct(
        plan=plan,
        role=act.role,
        title=act.title,
        number=act.number or "",
        issuer=act.issuer or "",
        adopted_on=act.adopted_on,
        in_force_on=act.in_force_on,
        journal_year=act.journal_year,
        journal_position=act.journal_position,
        link=act.link or "",
    )


def _zone_row(plan: LocalPlan, zone: ZoneRecord) -> PlanZone:
    return PlanZone(
        plan=plan,
        symbol_raw=zone.symbol,
        symbol_norm="".join(zone.symbol.upper().split()),
        class_2021=zone.class_2021 or "",
        name=zone.name,
        planning_fee_percent=zone.planning_fee_percent,
        geom=_stored_surface(zone.geometry),
    )


def _overlay_row(plan: LocalPlan, overlay: OverlayRecord) -> PlanOverlay:
    geom = GEOSGeometry(memoryview(overlay.geometry.wkb), srid=crs.PL_2000_7)
    return PlanOverlay(
        plan=plan, key=overlay.key, kind=overlay.kind, symbol=overlay.symbol or "", name=overlay.name, geom=geom
    )


def _relation_row(plan: LocalPlan, relation: RelationRecord) -> PlanRelation:
    return PlanRelation(
        plan=plan,
        kind=relation.kind,
        target_code=relation.target,
        effective_on=relation.on,
        scope=None if relation.scope is None else _stored_surface(relation.scope),
        note=relation.note or "",
    )


def _general_zone_row(plan: LocalPlan, zone: GeneralPlanZoneRecord) -> GeneralPlanZone:
    return GeneralPlanZone(
        plan=plan,
        identifier=zone.identifier,
        label=zone.label,
        symbol=zone.symbol,
        name=zone.name,
        profiles_basic=list(zone.profiles_basic),
        profiles_additional=list(zone.profiles_additional),
        max_intensity=zone.max_intensity,
        max_coverage_percent=zone.max_coverage_percent,
        max_height_m=zone.max_height_m,
        min_green_percent=zone.min_green_percent,
        in_force_from=zone.in_force_from,
        in_force_to=zone.in_force_to,
        geom=_stored_surface(zone.geometry),
    )


def _sheet_row(plan: LocalPlan, sheet: CheckedSheet, name: str) -> PlanSheet:
    return PlanSheet(
        plan=plan,
        number=sheet.number,
        file=name,
        sha256=sheet.sha256,
        scale=sheet.scale,
        pixel_m=sheet.pixel_m,
        rmse_m=sheet.rmse_m,
        footprint=Polygon.from_bbox(sheet.footprint.bounds),
    )


def _write_provisions(plan: LocalPlan, records: Iterable[ProvisionRecord]) -> dict[str, Provision]:
    """The tree, one bulk insert for each depth; ``position`` is the order of the resolution."""
    levels: dict[int, list[tuple[int, ProvisionRecord]]] = defaultdict(list)
    depth: dict[str | None, int] = {None: -1}
    for position, record in enumerate(records, start=1):
        depth[record.key] = depth[record.parent] + 1
        levels[depth[record.key]].append((position, record))
    rows: dict[str, Provision] = {}
    for level in sorted(levels):
        made = [_provision_row(plan, position, record, rows) for position, record in levels[level]]
        rows.update({row.key: row for row in Provision.objects.bulk_create(made, batch_size=1000)})
    return rows


def _provision_row(plan: LocalPlan, position: int, record: ProvisionRecord, rows: dict[str, Provision]) -> Provision:
    return Provision(
        plan=plan,
        parent=rows[record.parent] if record.parent else None,
        key=record.key,
        kind=record.kind,
        number=record.number,
        position=position,
        heading=record.heading or "",
        text=record.text,
        binds_whole_plan=record.binds_whole_plan,
        annulled_on=record.annulled_on,
        annulled_by=record.annulled_by or "",
    )


def _link_provisions(
    records: Iterable[ProvisionRecord],
    rows: dict[str, Provision],
    zones: Iterable[PlanZone],
    overlays: Iterable[PlanOverlay],
) -> None:
    """A symbol may stand for several areas of the plan; the provision binds them all."""
    by_symbol: dict[str, list[PlanZone]] = defaultdict(list)
    for zone in zones:
        by_symbol[zone.symbol_raw].append(zone)
    by_key = {overlay.key: overlay for overlay in overlays}
    zone_link, overlay_link = Provision.zones.through, Provision.overlays.through
    zone_links, overlay_links = [], []
    for record in records:
        row = rows[record.key]
        zone_links += [
            zone_link(provision_id=row.pk, planzone_id=zone.pk) for symbol in record.zones for zone in by_symbol[symbol]
        ]
        overlay_links += [overlay_link(provision_id=row.pk, planoverlay_id=by_key[key].pk) for key in record.overlays]
    zone_link._default_manager.bulk_create(zone_links, batch_size=5000)
    overlay_link._default_manager.bulk_create(overlay_links, batch_size=5000)


def _stored_surface(geometry: Surface) -> MultiPolygon:
    return cast(MultiPolygon, GEOSGeometry(memoryview(many(geometry).wkb), srid=crs.PL_2000_7))


# --- reading back ---------------------------------------------------------------------------------------------


def stored_content(plan: LocalPlan) -> PlanContent:
    """The record as it could be published again."""
    return PlanContent(
        plan=PlanRecord(
            code=plan.code,
            municipality=plan.municipality_id,
            title=plan.title,
            boundary=_surface(plan.boundary),
            drawing_scale=plan.drawing_scale,
            in_force_from=plan.in_force_from,
            in_force_to=plan.in_force_to,
            base_map_on=plan.base_map_on,
            kind=cast(Any, plan.kind),
            namespace=plan.namespace or None,
            version=plan.version or None,
            is_sample=plan.is_sample,
            acts=tuple(_acts(plan)),
            zones=tuple(_zones(plan)),
            provisions=tuple(_provisions(plan)),
            overlays=tuple(_overlays(plan)),
            relations=tuple(_relations(plan)),
        ),
        sheets=tuple(_sheets(plan)),
        general_zones=tuple(_general_zones(plan)),
    )


def _acts(plan: LocalPlan) -> Iterator[ActRecord]:
    for row in plan.acts.order_by("pk"):
        yield ActRecord(
            role=cast(Any, row.role),
            title=row.title,
            number=row.number or None,
            issuer=row.issuer or None,
            adopted_on=row.adopted_on,
            in_force_on=row.in_force_on,
            journal_year=row.journal_year,
            journal_position=row.journal_position,
            link=row.link or None,
        )


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
        )


def _general_zones(plan: LocalPlan) -> Iterator[GeneralPlanZoneRecord]:
    for row in plan.general_zones.order_by("pk"):
        yield GeneralPlanZoneRecord(
            identifier=row.identifier,
            plan=plan.code,
            label=row.label,
            symbol=row.symbol,
            name=row.name,
            geometry=_surface(row.geom).geoms[0],
            profiles_basic=tuple(row.profiles_basic),
            profiles_additional=tuple(row.profiles_additional),
            max_intensity=row.max_intensity,
            max_coverage_percent=row.max_coverage_percent,
            max_height_m=row.max_height_m,
            min_green_percent=row.min_green_percent,
            in_force_from=row.in_force_from,
            in_force_to=row.in_force_to,
        )


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

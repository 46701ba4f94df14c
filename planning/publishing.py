"""A plan becomes a record: everything of it is written at once, and the record before it is kept.

Equal content is not written again. What a source cannot say (an APP file knows no provisions and no drawings)
is carried over from the record we hold.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal, cast

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from data.records import (
    GeneralPlanZoneRecord,
    OverlayRecord,
    ProvisionRecord,
    RelationRecord,
    Surface,
    ZoneRecord,
)
from data.records.plans import BaseMapRecord, RegulationRecord
from planning.columns import to_columns
from planning.content import (
    ACT,
    DRAWING,
    GENERAL_ZONE,
    PLAN,
    REGULATION,
    STANDARDS,
    PlanContent,
    stored_content,
)
from planning.models import (
    AccessStandard,
    GeneralPlanZone,
    LocalPlan,
    PlanAct,
    PlanDrawing,
    PlanOverlay,
    PlanRelation,
    PlanSheet,
    PlanZone,
    Provision,
    Regulation,
)
from planning.sheets import CheckedSheet, keep_file
from spatial import crs
from spatial.imports.models import Snapshot
from spatial.imports.staging import many

type Change = Literal["added", "changed", "unchanged"]


def current_plan(municipality: str, code: str) -> LocalPlan | None:
    return LocalPlan.objects.known().filter(municipality=municipality, code=code).first()


def publish_plan(
    content: PlanContent, snapshot: Snapshot, undo: list[Callable[[], None]], *, is_whole: bool = False
) -> tuple[LocalPlan, Change]:
    """Write the plan as a new record, superseding the one we hold; equal content leaves that one in place.

    undo: gets the steps that take back copied drawings when the transaction fails.
    is_whole: the content says everything; else what it does not speak of is taken from the record we hold.
    """
    is_sample = content.plan.is_sample or snapshot.is_sample
    content = replace(content, plan=replace(content.plan, is_sample=is_sample))
    held = current_plan(snapshot.municipality_id, content.plan.code)
    if held is not None:
        before = stored_content(held)
        content = content if is_whole else content.completed_from(before)
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
        recorded_at=snapshot.published_at,
        boundary=_stored_surface(record.boundary),
        base_maps=[_base_map(one) for one in record.base_maps],
        **to_columns(record, PLAN, LocalPlan),
    )
    PlanAct.objects.bulk_create(PlanAct(plan=plan, **to_columns(act, ACT, PlanAct)) for act in record.acts)
    PlanDrawing.objects.bulk_create(
        PlanDrawing(plan=plan, **to_columns(drawing, DRAWING, PlanDrawing)) for drawing in record.drawings
    )
    zones = PlanZone.objects.bulk_create([_zone_row(plan, zone) for zone in record.zones], batch_size=1000)
    overlays = PlanOverlay.objects.bulk_create([_overlay_row(plan, overlay) for overlay in record.overlays])
    provisions = _write_provisions(plan, record.provisions)
    _link_provisions(record.provisions, provisions, zones, overlays)
    PlanRelation.objects.bulk_create(_relation_row(plan, relation) for relation in record.relations)
    GeneralPlanZone.objects.bulk_create(_general_zone_row(plan, zone) for zone in content.general_zones)
    _write_regulations(plan, content.regulations)
    PlanSheet.objects.bulk_create(_sheet_row(plan, sheet, keep_file(sheet, undo)) for sheet in content.sheets)
    return plan


def _base_map(record: BaseMapRecord) -> dict[str, str | None]:
    return {"on": record.on.isoformat(), "reference": record.reference, "link": record.link}


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
    columns = to_columns(zone, GENERAL_ZONE, GeneralPlanZone)
    return GeneralPlanZone(plan=plan, geom=_stored_surface(zone.geometry), **columns)


def _write_regulations(plan: LocalPlan, records: Iterable[RegulationRecord]) -> None:
    for record in records:
        columns = to_columns(record, REGULATION, Regulation)
        row = Regulation.objects.create(plan=plan, geom=_stored_surface(record.geometry), **columns)
        if record.standards is not None:
            said = to_columns(record.standards, STANDARDS, AccessStandard)
            AccessStandard.objects.create(regulation=row, **said)


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
        scan_sha256=sheet.scan_sha256,
        control_points=[list(point) for point in sheet.control_points],
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

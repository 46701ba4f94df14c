"""One parcel on one day: the plans that bind it, piece by piece. Geometry in EPSG:2178, areas in square metres.

Only areas count: a zone or plan that merely touches the parcel's boundary binds nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce

from django.contrib.gis.db.models.functions import Intersection
from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, MultiPolygon, Polygon
from django.db.models import QuerySet

from planning.models import GeneralPlanZone, LocalPlan, LocalPlanQuerySet, PlanOverlay, PlanRelation, PlanZone
from spatial import crs
from spatial.cadastre.models import Parcel

#: Coordinates are kept to a centimetre: what would print as 0,0 m² is the rounding of a line, not land.
DUST_M2 = 0.05


def surface(geometry: GEOSGeometry | None) -> MultiPolygon:
    """The areas of a geometry; points and lines fall away (ST_CollectionExtract(…, 3))."""
    if geometry is None or geometry.empty:
        return MultiPolygon(srid=crs.PL_2000_7)
    parts: Iterable[GEOSGeometry] = geometry if isinstance(geometry, GeometryCollection) else (geometry,)
    areas = [part for part in parts if isinstance(part, Polygon) and part.area > DUST_M2]
    return MultiPolygon(*areas, srid=crs.PL_2000_7)


def union(pieces: Iterable[GEOSGeometry]) -> MultiPolygon:
    nothing: GEOSGeometry = MultiPolygon(srid=crs.PL_2000_7)
    return surface(reduce(GEOSGeometry.union, pieces, nothing))


def minus(piece: GEOSGeometry, other: GEOSGeometry) -> MultiPolygon:
    return surface(piece.difference(other))


@dataclass(frozen=True, slots=True)
class ZonePiece:
    """The part of the parcel that lies in one zone."""

    zone: PlanZone
    geom: MultiPolygon


@dataclass(frozen=True, slots=True)
class OverlayPiece:
    """The part of the parcel under an overlay: an area, or the length of a line."""

    overlay: PlanOverlay
    area_m2: float
    length_m: float


@dataclass(frozen=True)
class PlanPiece:
    """What one plan says about the parcel, after later plans took their parts out."""

    plan: LocalPlan
    geom: MultiPolygon  #: part of the parcel where this plan binds
    zones: tuple[ZonePiece, ...]
    overlays: tuple[OverlayPiece, ...]
    is_text_only: bool = False  #: a change of the words: it lies over its base and has no drawing of its own

    @cached_property
    def gap(self) -> MultiPolygon:
        """Where the plan binds and no zone says how."""
        if self.is_text_only:
            return MultiPolygon(srid=crs.PL_2000_7)
        return minus(self.geom, union(piece.geom for piece in self.zones))


@dataclass(frozen=True, slots=True)
class Succession:
    """What a later plan in force does to an earlier one."""

    relation: PlanRelation
    target: LocalPlan

    @property
    def later(self) -> LocalPlan:
        return self.relation.plan

    @property
    def is_change(self) -> bool:
        return self.relation.kind == PlanRelation.Kind.CHANGES


@dataclass(frozen=True)
class Situation:
    """The parcel, the day, and the plans in force with their pieces."""

    parcel: Parcel
    as_of: date
    pieces: tuple[PlanPiece, ...]
    successions: tuple[Succession, ...]  #: what plans in force did to those here by the day
    general_zones: tuple[GeneralPlanZone, ...] = ()  #: zones of the general plan on the part outside local plans

    @cached_property
    def uncovered(self) -> MultiPolygon:
        """Part of the parcel outside every plan in force."""
        return minus(self.parcel.geom, union(piece.geom for piece in self.pieces if not piece.is_text_only))

    def piece_of(self, plan: LocalPlan) -> PlanPiece | None:
        return next((piece for piece in self.pieces if piece.plan.pk == plan.pk), None)


def situation(
    *, parcel: Parcel, plans: LocalPlanQuerySet, general: QuerySet[GeneralPlanZone], as_of: date
) -> Situation:
    """Plans are those in force on the day; a parcel whose boundary crosses itself has no pieces (a rule says why)."""
    if not parcel.geom.valid:
        return Situation(parcel, as_of, (), ())
    candidates = list(
        plans.filter(boundary__intersects=parcel.geom)
        .annotate(part=Intersection("boundary", parcel.geom))
        .order_by("in_force_from", "code")
    )
    covering = [plan for plan in candidates if surface(plan.part)]  # type: ignore[attr-defined]
    successions = successions_of(covering, among=plans, as_of=as_of)
    parts = {plan.pk: surface(plan.part) for plan in covering}  # type: ignore[attr-defined]
    for succession in successions:
        take_out(succession, parts=parts)
    changing = {succession.later.pk for succession in successions if succession.is_change}
    pieces = [
        plan_piece(plan, part=parts[plan.pk], may_be_text_only=plan.pk in changing)
        for plan in covering
        if parts[plan.pk]
    ]
    land = Situation(parcel, as_of, tuple(pieces), tuple(successions))
    if not land.uncovered:
        return land
    zones = general.filter(geom__intersects=land.uncovered).order_by("plan", "label")
    return replace(land, general_zones=tuple(z for z in zones if surface(z.geom.intersection(land.uncovered))))


def successions_of(plans: Sequence[LocalPlan], *, among: LocalPlanQuerySet, as_of: date) -> list[Succession]:
    """What plans in force do to these ones by the day, in the order of time.

    A plan may end another one's part without reaching the parcel itself.
    """
    by_code = {plan.code: plan for plan in plans}
    rows = PlanRelation.objects.filter(plan__in=among, target_code__in=by_code, effective_on__lte=as_of)
    rows = rows.select_related("plan").order_by("effective_on", "pk")
    return [Succession(row, by_code[row.target_code]) for row in rows]


def take_out(succession: Succession, *, parts: dict[int, MultiPolygon]) -> None:
    """The later plan wins in its scope. A change of the text alone (no zones there) leaves the area to the base."""
    if succession.is_change and not succession.later.zones.exists():
        return
    scope = succession.relation.scope
    if scope is None and succession.is_change:
        scope = succession.later.boundary
    nothing_left = MultiPolygon(srid=crs.PL_2000_7)
    target = succession.target.pk
    parts[target] = minus(parts[target], scope) if scope is not None else nothing_left


def plan_piece(plan: LocalPlan, *, part: MultiPolygon, may_be_text_only: bool) -> PlanPiece:
    """Zones and overlays of one plan within its part of the parcel."""
    zones = plan.zones.filter(geom__intersects=part).annotate(part=Intersection("geom", part)).order_by("pk")
    pieces = [ZonePiece(zone, surface(zone.part)) for zone in zones]
    overlays = plan.overlays.filter(geom__intersects=part).annotate(part=Intersection("geom", part)).order_by("pk")
    measured = [OverlayPiece(row, row.part.area, row.part.length if row.geom.dims == 1 else 0.0) for row in overlays]
    return PlanPiece(
        plan=plan,
        geom=part,
        zones=tuple(piece for piece in pieces if piece.geom),
        overlays=tuple(piece for piece in measured if piece.area_m2 > DUST_M2 or piece.length_m > 0),
        is_text_only=may_be_text_only and not plan.zones.exists(),
    )

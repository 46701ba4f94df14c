"""How much of a parcel lies in which zone: graphic areas shared out over the register area.

Source: project practice for wypis i wyrys: ``share_i = A_i / ΣA``, printed square metres by largest remainder so that
their sum is the register area, per cent to 0.1 summing to 100.0. Areas are indicative, the register area is official.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.contrib.gis.geos import MultiPolygon

from planning.extracts.apportion import apportion, percentages
from planning.extracts.situation import PlanPiece, Situation
from planning.models import LocalPlan, PlanZone
from spatial.cadastre.models import Parcel


class Ground(StrEnum):
    """What a row of the table is about."""

    ZONE = "zone"  #: teren planu
    GAP = "gap"  #: in a plan, in no zone
    UNCOVERED = "uncovered"  #: outside every plan in force


@dataclass(frozen=True, slots=True)
class Share:
    """One row: a zone, a gap or the uncovered rest of the parcel."""

    ground: Ground
    graphic_m2: float  #: measured in EPSG:2178
    area_m2: int  #: part of the register area
    percent: Decimal
    plan: LocalPlan | None = None
    zone: PlanZone | None = None
    key: str = ""  #: names the row for a planner's confirmation

    @property
    def symbol(self) -> str:
        return self.zone.symbol_raw if self.zone else ""


@dataclass(frozen=True, slots=True)
class Sliver:
    """A fragment narrower than the line of the drawing; printed only when a planner confirms it."""

    plan: LocalPlan
    zone: PlanZone
    graphic_m2: float
    key: str

    @property
    def symbol(self) -> str:
        return self.zone.symbol_raw


def line_width_m(scale: int) -> float:
    """Ground width of a drawn boundary line: 1 mm on paper, 1.0 m at 1:1000 (project choice)."""
    return scale / 1000


def is_sliver(fragment: MultiPolygon, *, scale: int, parcel_m2: float) -> bool:
    """Narrower than the drawn line (mean width 2A/P) and smaller than max(5 m², 0.5 % of the parcel).

    Project choice, to be confirmed with the offices; the official APP tool ignores pieces below 1 m².
    """
    if fragment.length == 0:
        return False
    mean_width = 2 * fragment.area / fragment.length
    return mean_width < line_width_m(scale) and fragment.area < max(5.0, 0.005 * parcel_m2)


def sliver_key(*, plan: LocalPlan, parcel: Parcel, symbol: str) -> str:
    return f"{plan.code}|{parcel.identifier}|{symbol}"


@dataclass(frozen=True, slots=True)
class _Row:
    ground: Ground
    graphic_m2: float
    plan: LocalPlan | None = None
    zone: PlanZone | None = None
    key: str = ""


def parcel_shares(land: Situation, *, confirmed: Collection[str] = ()) -> tuple[list[Share], list[Sliver]]:
    """Printed rows, largest first within each plan, and the slivers that nobody confirmed.

    A parcel whose boundary crosses itself has no rows.
    """
    if not land.parcel.geom.valid:
        return [], []
    rows: list[_Row] = []
    slivers: list[Sliver] = []
    for piece in land.pieces:
        zone_rows, left_out = zone_rows_of(piece, land.parcel, confirmed)
        rows += zone_rows
        slivers += left_out
    if counts(land.uncovered, land, scale=widest_scale(land)):
        rows.append(_Row(Ground.UNCOVERED, land.uncovered.area))
    return shared_out(rows, total=official_area(land.parcel)), slivers


def zone_rows_of(piece: PlanPiece, parcel: Parcel, confirmed: Collection[str]) -> tuple[list[_Row], list[Sliver]]:
    """Rows of one plan: its zones (equal symbols together), then the gap."""
    rows: list[_Row] = []
    slivers: list[Sliver] = []
    for found in sorted(piece.zones, key=lambda zone: (-zone.geom.area, zone.zone.pk)):
        key = sliver_key(plan=piece.plan, parcel=parcel, symbol=found.zone.symbol_raw)
        thin = is_sliver(found.geom, scale=piece.plan.drawing_scale, parcel_m2=parcel.geom.area)
        if thin and key not in confirmed:
            slivers.append(Sliver(piece.plan, found.zone, found.geom.area, key))
        else:
            rows.append(_Row(Ground.ZONE, found.geom.area, piece.plan, found.zone, key))
    if piece.gap and not is_sliver(piece.gap, scale=piece.plan.drawing_scale, parcel_m2=parcel.geom.area):
        rows.append(_Row(Ground.GAP, piece.gap.area, piece.plan))
    return rows, slivers


def counts(rest: MultiPolygon, land: Situation, *, scale: int) -> bool:
    """Whether the uncovered rest is land and not the width of a line."""
    return bool(rest) and not is_sliver(rest, scale=scale, parcel_m2=land.parcel.geom.area)


def widest_scale(land: Situation) -> int:
    return max((piece.plan.drawing_scale for piece in land.pieces), default=1000)


def official_area(parcel: Parcel) -> int:
    """Register area in m²; where the register is silent, the graphic area (a finding says so)."""
    return parcel.registered_area_m2 or max(1, round(parcel.geom.area))


def shared_out(rows: list[_Row], *, total: int) -> list[Share]:
    if not rows:
        return []
    weights = [row.graphic_m2 for row in rows]
    return [
        Share(row.ground, row.graphic_m2, area, percent, row.plan, row.zone, row.key)
        for row, area, percent in zip(rows, apportion(total, weights), percentages(weights), strict=True)
    ]

"""Hard cases, each on a parcel that stays the same, and a check that each is what it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from data.demo.drawing import sheet_extents
from data.demo.local_plans import plan_without_sheets
from data.demo.parcels import registered_area, retired
from data.demo.plan_list import (
    CENTRE,
    CHANGE,
    CIANOWICE,
    OJCOW,
    OLD,
    PIESKOWA,
    PLANS,
    SOUTH,
    SPECS,
    WIELMOZA,
    WIELMOZA_CENTRE,
)  # fmt: skip
from data.demo.shapes import box_corners
from data.demo.survey import Plot, survey
from data.records import RetiredParcelRecord

#: Case to parcel; what each is, in one line, stands in the rule of the same name below.
CASES: dict[str, str] = {
    "plain": "120610_4.0001.406",
    "three-zones": "120610_5.0002.1860/2",
    "plan-boundary-across": "120613_2.0003.196",
    "two-plans": "120610_4.0001.1512",
    "changed-plan": "120610_5.0002.1813",
    "repealed-plan": "120610_5.0002.1925",
    "sliver": "120610_5.0002.200",
    "gap": "120613_2.0004.1614",
    "overlap-zones": "120613_2.0004.1661",
    "overlap-plans": "120613_2.0004.1645",
    "annulled-paragraph": "120610_5.0008.531",
    "area-mismatch": "120610_4.0001.1377/2",
    "missing-sheet": "120613_2.0004.1274",
    "no-plan": "120610_5.0002.1155",
    "retired": "120610_5.0002.1786",
    "parcel-newer-than-base-map": "120610_5.0002.1786/1",
    "large": "120613_2.0003.197/2",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What one zone of one plan takes of a parcel."""

    plan: str
    symbol: str
    area: float
    width: float  #: mean width, 2A/P


@cache
def plot_of(identifier: str) -> Plot:
    """The plot with this identifier; KeyError when there is none."""
    return _plots(identifier[:6])[identifier]


@cache
def _plots(teryt: str) -> dict[str, Plot]:
    return {p.identifier: p for p in survey(teryt)}


@cache
def old_parcels(district: str) -> tuple[RetiredParcelRecord, ...]:
    """Retired parcels of a district."""
    return tuple(retired([p for p in survey(district[:6]) if p.district == district]))


@cache
def parts(identifier: str) -> tuple[Part, ...]:
    """Zones of all plans, in force or not, that share area with the parcel."""
    shape, found = plot_of(identifier).shape, []
    for spec in PLANS:
        if spec.teryt != identifier[:6] or not spec.area.buffer(200).intersects(shape):
            continue
        for zone in plan_without_sheets(spec.code)[0].zones:
            common = shapely.intersection(zone.geometry, shape)
            if common.area > 0.05:
                found.append(Part(spec.code, zone.symbol, common.area, 2 * common.area / common.length))
    return tuple(found)


def plan_shares(identifier: str) -> dict[str, float]:
    """Share of the parcel inside the boundary of each plan."""
    shape = plot_of(identifier).shape
    codes = [s.code for s in PLANS if s.teryt == identifier[:6]]
    shares = {c: shapely.intersection(plan_without_sheets(c)[0].boundary, shape).area / shape.area for c in codes}
    return {code: share for code, share in shares.items() if share > 1e-5}


def _only(identifier: str, code: str, least: float = 0.999) -> bool:
    shares = plan_shares(identifier)
    return list(shares) == [code] and shares[code] >= least


def _plain(name: str) -> bool:
    own = parts(name)
    return _only(name, CENTRE) and len(own) == 1 and plot_of(name).kind == "lot" and _area_agrees(name)


def _area_agrees(name: str) -> bool:
    return abs(registered_area(plot_of(name)) - plot_of(name).shape.area) < 1


def _three_zones(name: str) -> bool:
    own = parts(name)
    return _only(name, CIANOWICE) and len(own) == 3 and min(p.area for p in own) > 20


def _boundary_across(name: str) -> bool:
    shares = plan_shares(name)
    return list(shares) == [PIESKOWA] and 0.3 < shares[PIESKOWA] < 0.7


def _two_plans(name: str) -> bool:
    shares = plan_shares(name)
    return set(shares) == {CENTRE, SOUTH} and min(shares.values()) > 0.2 and sum(shares.values()) < 1.001


def _changed(name: str) -> bool:
    shares = plan_shares(name)
    return set(shares) == {CIANOWICE, CHANGE} and min(shares.values()) > 0.99


def _repealed(name: str) -> bool:
    return _only(name, OLD, 0.99) and SPECS[OLD].in_force_to is not None


def _sliver(name: str) -> bool:
    own, whole = sorted(parts(name), key=lambda p: p.area), plot_of(name).shape.area
    limit = max(5.0, 0.005 * whole)
    return _only(name, CIANOWICE) and len(own) == 2 and 0.15 < own[0].width < 0.9 and 1 < own[0].area < limit


def _gap(name: str) -> bool:
    covered, shape = sum(p.area for p in parts(name)), plot_of(name).shape
    return _only(name, WIELMOZA) and 20 < shape.area - covered < 0.9 * shape.area


def _overlap_zones(name: str) -> bool:
    covered, shape = sum(p.area for p in parts(name)), plot_of(name).shape
    return _only(name, WIELMOZA) and covered - shape.area > 5


def _overlap_plans(name: str) -> bool:
    shares = plan_shares(name)
    return set(shares) == {WIELMOZA, WIELMOZA_CENTRE} and min(shares.values()) > 0.99


def _annulled(name: str) -> bool:
    plan = plan_without_sheets(OJCOW)[0]
    struck = {s for p in plan.provisions if p.annulled_on for s in p.zones}
    own = parts(name)
    return _only(name, OJCOW) and len(own) == 1 and own[0].symbol in struck


def _mismatch(name: str) -> bool:
    area = plot_of(name).shape.area
    return abs(registered_area(plot_of(name)) - area) > max(0.02 * area, 20) and _only(name, CENTRE)


def _missing_sheet(name: str) -> bool:
    sheets = shapely.union_all(sheet_extents(plan_without_sheets(WIELMOZA)[1]))
    shares = plan_shares(name)
    return shares.get(WIELMOZA, 0) > 0.999 and len(shares) == 1 and plot_of(name).shape.disjoint(sheets)


def _no_plan(name: str) -> bool:
    return not plan_shares(name) and plot_of(name).kind == "lot"


def _retired(name: str) -> bool:
    return any(r.identifier == name and len(r.successors) > 1 for r in old_parcels(name[:13]))


def _newer(name: str) -> bool:
    base = SPECS[CIANOWICE].base_map_on
    young = any(name in r.successors and r.valid_to > base for r in old_parcels(name[:13]))
    return young and _only(name, CIANOWICE)


def _large(name: str) -> bool:
    box = box_corners(plot_of(name).shape)
    return _only(name, PIESKOWA) and float(np.hypot(*(box[1:3] - box[0:2]).T).max()) > 900


RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "plain": (_plain, CENTRE), "three-zones": (_three_zones, CIANOWICE),
    "plan-boundary-across": (_boundary_across, PIESKOWA), "two-plans": (_two_plans, CENTRE),
    "changed-plan": (_changed, CHANGE), "repealed-plan": (_repealed, OLD), "sliver": (_sliver, CIANOWICE),
    "gap": (_gap, WIELMOZA), "overlap-zones": (_overlap_zones, WIELMOZA),
    "overlap-plans": (_overlap_plans, WIELMOZA_CENTRE), "annulled-paragraph": (_annulled, OJCOW),
    "area-mismatch": (_mismatch, CENTRE), "missing-sheet": (_missing_sheet, WIELMOZA), "no-plan": (_no_plan, OLD),
    "retired": (_retired, CIANOWICE), "parcel-newer-than-base-map": (_newer, CIANOWICE), "large": (_large, PIESKOWA),
}  # fmt: skip


def candidates(case: str) -> Iterator[str]:
    """Parcels that fit a case, for the day when the generator changes and ``CASES`` must be written anew."""
    rule, code = RULES[case]
    spec = SPECS[code]
    for plot in survey(spec.teryt):
        name = plot.identifier
        if case == "retired":
            yield from (r.identifier for r in old_parcels(plot.district) if rule(r.identifier))
        elif plot.shape.distance(spec.area) < (300 if case == "no-plan" else 1) and rule(name):
            yield name


def check() -> list[str]:
    """Names of cases whose parcel is not what the case says; empty when all is well."""
    return [case for case, (rule, _) in RULES.items() if case not in CASES or not rule(CASES[case])]

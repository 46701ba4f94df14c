"""The parcel report: everything public that the municipality can say about one parcel on one day."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from json import loads
from typing import Any

from data.identifiers import MalformedParcelIdError, ParcelId
from planning.extracts.analysis import Analysis, ParcelAnswer, PlanFamily, absent, analyse, find_parcels
from planning.extracts.findings import (
    GAP_AT_LINE,
    NO_PLAN,
    OVERLAP_AT_LINE,
    PARCEL_RETIRED,
    SLIVER,
    Finding,
    Severity,
)
from planning.extracts.shares import Ground, Share
from planning.land_uses import land_use_label, land_use_name
from planning.models import LocalPlan, PlanAct
from spatial import crs
from spatial.cadastre.history import ancestors, descendants, lives
from spatial.cadastre.models import AddressPoint, Parcel
from spatial.cadastre.states import state_days
from spatial.errors import Malformed, NotFound, Retired
from spatial.words import polish_date, polish_number

#: Widths of lines are the planner's matter; "no plan" stands in the planning part of the report already.
OFFICE_ONLY = frozenset({SLIVER, GAP_AT_LINE, OVERLAP_AT_LINE, NO_PLAN})


def parcel_on(*, identifier: str, as_of: date) -> Parcel:
    """The version valid on the day. Raises Malformed, NotFound or Retired, each with what to do."""
    try:
        parcels, _ = find_parcels([identifier], as_of=as_of)
    except MalformedParcelIdError as error:
        raise Malformed(str(error)) from error
    if parcels:
        return parcels[0]
    reason = absent(str(ParcelId.parse(identifier)), as_of=as_of)
    raise (Retired if reason.rule is PARCEL_RETIRED else NotFound)(reason.message)


def parcel_report(*, identifier: str, as_of: date, offices: Collection[str] = ()) -> dict[str, Any]:
    """JSON-ready; geometry as GeoJSON in lon-lat, areas in square metres. No owner, no land book.

    ``offices``: TERYT of municipalities whose planner asks; of their parcels all findings are told in full.

    Raises Malformed, NotFound, Retired.
    """
    parcel = parcel_on(identifier=identifier, as_of=as_of)
    analysis = analyse(parcels=[parcel], as_of=as_of)
    if parcel.municipality_id in offices:
        findings = [finding.as_json() for finding in analysis.findings]
    else:
        findings = [for_residents(finding) for finding in analysis.findings if finding.rule not in OFFICE_ONLY]
    return described(parcel, as_of=as_of) | {"planning": planning_of(analysis), "findings": findings}


def for_residents(finding: Finding) -> dict[str, str]:
    """What blocks is told by its name: the sentence for the planner says how to mend the register."""
    if finding.severity is not Severity.BLOCKING:
        return finding.as_json()
    words = f"{finding.rule.title}. Zanim urząd wyda dokument, planista musi to wyjaśnić."
    return finding.as_json() | {"message": words}


def described(parcel: Parcel, *, as_of: date) -> dict[str, Any]:
    """The register's part of the report."""
    shape = parcel.geom.transform(crs.WGS84, clone=True)
    district = parcel.district
    return {
        "id": parcel.identifier,
        "number": parcel.number,
        "district": {"id": district.identifier, "name": district.name},
        "unit": {"id": district.unit.identifier, "name": district.unit.name},
        "municipality": {"teryt": parcel.municipality.teryt, "name": parcel.municipality.name},
        "registered_area_m2": parcel.registered_area_m2,
        "geometry_area_m2": round(parcel.geom.area, 1),
        "egib_on": state_days([parcel], as_of=as_of)[parcel.identifier].isoformat(),
        "as_of": as_of.isoformat(),
        "is_sample": parcel.snapshot.is_sample,
        "geometry": loads(shape.json),
        "bbox": [round(edge, 7) for edge in shape.extent],
        "land_uses": [land_use_json(part) for part in parcel.land_uses],
        "addresses": addresses_on(parcel, as_of=as_of),
        "history": history_of(parcel),
    }


def history_of(parcel: Parcel) -> dict[str, Any]:
    """Neighbours in time; ``ancestors`` and ``descendants`` go through all divisions we know of, nearest first."""
    back = ancestors(parcel.identifier) if parcel.predecessors else []
    forth = descendants(parcel.identifier) if parcel.successors else []
    return {
        "predecessors": parcel.predecessors,
        "successors": parcel.successors,
        "ancestors": [kin.identifier for kin in back],
        "descendants": [kin.identifier for kin in forth],
        "versions": [life.as_json() for life in lives(parcel.identifier)],
    }


def land_use_json(part: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": land_use_label(part["ofu"], part.get("ozu"), part.get("ozk")),
        "name": land_use_name(part["ofu"]),
        "area_m2": part.get("area_m2"),
    }


def addresses_on(parcel: Parcel, *, as_of: date) -> list[str]:
    points = AddressPoint.objects.on(as_of).filter(geom__intersects=parcel.geom).order_by("label")
    return list(points.values_list("label", flat=True)[:50])


def planning_of(analysis: Analysis) -> dict[str, Any]:
    """Covered, partial or none: three answers, each with its sentence."""
    [answer] = analysis.answers
    rest = [share for share in answer.shares if share.ground is Ground.UNCOVERED]
    state = "none" if not analysis.families else "partial" if rest else "covered"
    return {
        "state": state,
        "message": planning_message(state, analysis.as_of),
        "plans": [plan_json(plan, family, answer) for family in analysis.families for plan in family.plans],
        "uncovered": share_json(rest[0]) if rest and analysis.families else None,
    }


def planning_message(state: str, as_of: date) -> str:
    day = polish_date(as_of)
    return {
        "covered": f"Cała działka jest objęta planem miejscowym obowiązującym {day}.",
        "partial": f"Plan miejscowy obowiązujący {day} obejmuje część działki.",
        "none": f"Dla tej działki nie ma planu miejscowego obowiązującego {day}.",
    }[state]


def plan_json(plan: LocalPlan, family: PlanFamily, answer: ParcelAnswer) -> dict[str, Any]:
    rows = [share for share in answer.rows(family) if share.plan and share.plan.pk == plan.pk]
    piece = answer.land.piece_of(plan)
    return {
        "code": plan.code,
        "id": plan.public_id,
        "title": plan.title,
        "resolution": resolution_text(plan.acts.all()),
        "in_force_from": plan.in_force_from.isoformat() if plan.in_force_from else None,
        "url": f"/plany/{plan.public_id}/",
        "changes": family.base.public_id if plan.pk != family.base.pk else None,
        "zones": [zone_json(share) for share in rows],
        "overlays": [
            {"name": found.overlay.name, "kind": found.overlay.kind, "symbol": found.overlay.symbol}
            for found in (piece.overlays if piece else ())
        ],
    }


def zone_json(share: Share) -> dict[str, Any]:
    name = share.zone.name if share.zone else "miejsce w planie bez przeznaczenia"
    return {"symbol": share.symbol, "name": name, "is_gap": share.ground is Ground.GAP} | share_json(share)


def share_json(share: Share) -> dict[str, Any]:
    return {"area_m2": share.area_m2, "percent": percent_text(share.percent)}


def percent_text(percent: Decimal) -> str:
    """``"61,2"``."""
    return polish_number(percent.quantize(Decimal("0.1")))


def resolution_text(acts: Iterable[PlanAct]) -> str:
    """``"uchwała nr XI/85/15 Rady Miejskiej …"`` as its record says, by number and day."""
    for act in acts:
        if act.role == PlanAct.Role.ADOPTS:
            day = f" z dnia {polish_date(act.adopted_on)}" if act.adopted_on else ""
            return f"nr {act.number}{day}" if act.number else act.title
    return ""

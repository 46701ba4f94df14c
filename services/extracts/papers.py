"""The documents of an application: one for each plan on its parcels."""

from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.extracts.analysis import Analysis, PlanFamily, plans_in_force
from planning.extracts.fees import rate_on
from planning.extracts.findings import Severity
from planning.extracts.order import ExtractOrder, Office, neighbours_of, registers_of, sheets_of
from planning.extracts.pdf.document import build_extract, title_of
from services.catalogue.declaration import Hand
from services.catalogue.models import Filing
from services.documents.services import Made, new_code
from services.documents.writing import signatory
from services.extracts.wanted import Wanted, analysis_of
from services.forms.reading import Quoted
from services.identity.models import User
from spatial.errors import Conflict, ServiceError


class Blocked(ServiceError):
    """A finding stands in the way of the document. The message quotes it: Polish on every page."""

    code = "blocked"
    status = 409


def make(filing: Filing, hand: Hand) -> list[Made]:
    """One document for each plan. Raises Blocked when a finding stands in the way."""
    wanted = Wanted.of(filing)
    analysis = analysis_of(wanted)
    if reasons := obstacle(analysis):
        raise Blocked(Quoted(reasons))
    return [made(wanted, analysis, family, hand) for family in analysis.families]


def obstacle(analysis: Analysis) -> str:
    """Why there can be no document; empty where there can."""
    if analysis.families and not analysis.blocked:
        return ""
    reasons = [finding.message for finding in analysis.findings if finding.severity is Severity.BLOCKING]
    return " ".join(["Nie można wydać dokumentu.", *reasons])


def made(wanted: Wanted, analysis: Analysis, family: PlanFamily, hand: Hand) -> Made:
    code = new_code()
    on = timezone.localdate(hand.at)
    order = order_for(wanted, analysis, family, planner=hand.clerk, issued_on=on, code=code, site=hand.site)
    built = build_extract(order)
    parcels = ", ".join(answer.parcel.identifier for answer in analysis.parcels_in(family))
    inputs = {"order": order.as_json(), "fee_gr": built.fee.total_gr}
    return Made(code, built.pdf, built.pages, title_of(order, family)[:250], f"Działki: {parcels}"[:500], inputs)


def preview(filing: Filing, index: int, hand: Hand) -> bytes:
    """The document as it would be, with its watermark. Raises Conflict for a plan that is not there."""
    wanted = Wanted.of(filing)
    analysis = analysis_of(wanted)
    if index >= len(analysis.families):
        raise Conflict(_("Nie ma takiego dokumentu w tej sprawie: zmieniły się plany albo działki. Odśwież stronę."))
    on = timezone.localdate(hand.at)
    order = order_for(wanted, analysis, analysis.families[index], planner=hand.clerk, issued_on=on)
    return build_extract(order).pdf


def order_for(
    wanted: Wanted, analysis: Analysis, family: PlanFamily, *, planner: User, issued_on: date, code: str = "",
    site: str = "",
) -> ExtractOrder:  # fmt: skip
    """An order for one plan; without a code it is a preview."""
    parcels = [answer.parcel for answer in analysis.parcels_in(family)]
    case = wanted.case
    plans = plans_in_force(analysis.as_of).filter(municipality=case.municipality)
    shown = {plan.pk for other in analysis.families for plan in other.plans}
    shown |= {piece.plan.pk for answer in analysis.answers for piece in answer.land.pieces}
    shown |= {found.later.pk for answer in analysis.answers for found in answer.land.successions}
    due_on = timezone.localdate(case.filed_at) if case.pk else issued_on  # duty arises with the application
    address = site + reverse("documents:verify", kwargs={"code": code}) if code else ""
    return ExtractOrder(
        office=Office.of(case.municipality),
        as_of=analysis.as_of,
        issued_on=issued_on,
        case_number=case.number,
        addressee=case.addressee,
        signatory=signatory(planner, case),
        verification_code=code,
        verification_url=address,
        has_text=wanted.scope != "drawing",
        has_drawing=wanted.scope != "text",
        is_preview=not code,
        base_plan=family.base.pk,
        plans=tuple(plans.filter(pk__in=shown).order_by("pk").values_list("pk", flat=True)),
        parcels=tuple(parcel.pk for parcel in parcels),
        neighbours=neighbours_of(parcels, as_of=analysis.as_of),
        general_zones=tuple(zone.pk for answer in analysis.answers for zone in answer.land.general_zones),
        confirmed=tuple(sorted(wanted.confirmed)),
        sheets=sheets_of(family),
        registers=registers_of(parcels, as_of=analysis.as_of),
        rate=rate_on(due_on).pk,
    )

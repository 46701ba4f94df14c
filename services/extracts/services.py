"""The e-service "wypis i wyrys": filing, looking, issuing, refusing."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from data.identifiers import MalformedParcelIdError
from planning.extracts.analysis import Analysis, PlanFamily, analyse, find_parcels, plans_in_force
from planning.extracts.fees import rate_on
from planning.extracts.findings import SLIVER, Severity
from planning.extracts.order import ExtractOrder, Office, neighbours_of, registers_of, sheets_of
from planning.extracts.pdf.document import BuiltExtract, build_extract, title_of
from services.cases.models import Case
from services.cases.services import close, lock_open, record, register_case
from services.cases.terms import MONTH
from services.documents.models import IssuedDocument
from services.documents.services import Made, new_code, store
from services.extracts.models import ExtractApplication
from services.identity.models import StaffRole, User
from spatial.cadastre.models import Parcel
from spatial.errors import Conflict, Malformed, ServiceError

SERVICE = "wypis-i-wyrys"
MOST_PARCELS = 20


class Blocked(ServiceError):
    """A finding stands in the way of the document. The message quotes it: Polish on every page."""

    code = "blocked"
    status = 409


class UnknownLand(Malformed):
    """The parcels cannot be had. The message quotes the findings: Polish on every page."""


class DayAhead(Malformed):
    """The day has not come yet."""


@transaction.atomic
def file_application(
    *, applicant: User, identifiers: Sequence[str], scope: str, purpose: str, as_of: date, at: datetime
) -> ExtractApplication:
    """Registers the case. The day may not lie ahead; all parcels must be known on it and of one municipality.

    Raises Malformed with what to mend.
    """
    parcels = wanted_parcels(identifiers, as_of=as_of, today=timezone.localdate(at))
    numbers = ", ".join(parcel.number for parcel in parcels)
    case = register_case(
        municipality=parcels[0].municipality,
        service=SERVICE,
        title=f"Wypis i wyrys z planu: działka {numbers}, {parcels[0].district.name}"[:250],
        applicant=applicant,
        at=at,
        term=MONTH,
    )
    return ExtractApplication.objects.create(
        case=case,
        parcels=[parcel.identifier for parcel in parcels],
        scope=scope,
        purpose=purpose,
        as_of=as_of,
    )


def wanted_parcels(identifiers: Sequence[str], *, as_of: date, today: date) -> list[Parcel]:
    """The parcels, or Malformed with a sentence for each that cannot be had."""
    if as_of > today:
        raise DayAhead(
            _("Wybierz dzień dzisiejszy albo wcześniejszy: nie wiemy, jaki plan będzie obowiązywał później.")
        )
    if not 1 <= len(identifiers) <= MOST_PARCELS:
        raise Malformed(_("Podaj od 1 do %(most)s działek w jednym wniosku.") % {"most": MOST_PARCELS})
    try:
        parcels, missing = find_parcels(identifiers, as_of=as_of)
    except MalformedParcelIdError as error:
        raise UnknownLand(str(error)) from error
    if missing:
        raise UnknownLand(" ".join(finding.message for finding in missing))
    if len({parcel.municipality_id for parcel in parcels}) > 1:
        raise Malformed(_("Działki leżą w dwóch gminach. Złóż osobny wniosek dla każdej z nich."))
    return parcels


def analysis_of(application: ExtractApplication, *, confirmed: Collection[str] | None = None) -> Analysis:
    """The application's parcels on its day, with the slivers that the planner confirmed."""
    parcels, missing = find_parcels(application.parcels, as_of=application.as_of)
    chosen = application.confirmed_slivers if confirmed is None else confirmed
    return analyse(parcels=parcels, as_of=application.as_of, confirmed=chosen, missing=missing)


def order_for(
    application: ExtractApplication,
    analysis: Analysis,
    family: PlanFamily,
    *,
    planner: User,
    issued_on: date,
    code: str = "",
    site: str = "",
) -> ExtractOrder:
    """An order for one plan; without a code it is a preview."""
    parcels = [answer.parcel for answer in analysis.parcels_in(family)]
    case = application.case
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
        addressee=case.applicant.display_name,
        signatory=signatory(planner, case),
        verification_code=code,
        verification_url=address,
        has_text=application.scope != ExtractApplication.Scope.DRAWING,
        has_drawing=application.scope != ExtractApplication.Scope.TEXT,
        is_preview=not code,
        base_plan=family.base.pk,
        plans=tuple(plans.filter(pk__in=shown).order_by("pk").values_list("pk", flat=True)),
        parcels=tuple(parcel.pk for parcel in parcels),
        neighbours=neighbours_of(parcels, as_of=analysis.as_of),
        general_zones=tuple(zone.pk for answer in analysis.answers for zone in answer.land.general_zones),
        confirmed=tuple(sorted(application.confirmed_slivers)),
        sheets=sheets_of(family),
        registers=registers_of(parcels, as_of=analysis.as_of),
        rate=rate_on(due_on).pk,
    )


def signatory(planner: User, case: Case) -> str:
    role = StaffRole.objects.filter(user=planner, municipality=case.municipality).first()
    return f"{planner.display_name}, {role.job_title}" if role else planner.display_name


def preview(application: ExtractApplication, *, family_index: int, planner: User, issued_on: date) -> BuiltExtract:
    """The document as it would be, with its watermark. Raises Conflict for a plan that is not there."""
    analysis = analysis_of(application)
    if not 0 <= family_index < len(analysis.families):
        raise Conflict(_("Nie ma takiego dokumentu w tej sprawie: zmieniły się plany albo działki. Odśwież stronę."))
    family = analysis.families[family_index]
    return build_extract(order_for(application, analysis, family, planner=planner, issued_on=issued_on))


def lock(application: ExtractApplication) -> Case:
    """The open case, locked, and the application as it stands behind the lock."""
    case = lock_open(application.case)
    application.refresh_from_db()
    application.case = case
    return case


def last_event(application: ExtractApplication) -> int:
    """Names what a planner has seen of the case."""
    newest = application.case.events.order_by("-pk").first()
    return newest.pk if newest else 0


@transaction.atomic
def confirm_slivers(application: ExtractApplication, *, keys: Collection[str], planner: User, at: datetime) -> None:
    """Only slivers that the analysis shows can be confirmed."""
    lock(application)
    offered = {finding.key for finding in analysis_of(application, confirmed=()).findings if finding.rule is SLIVER}
    application.confirmed_slivers = sorted(offered & set(keys))
    application.save(update_fields=["confirmed_slivers"])
    text = f"Zaznaczono do druku fragmenty przy liniach: {len(application.confirmed_slivers)}."
    record(application.case, kind="slivers", text=text, actor=planner, at=at, is_public=False)


@transaction.atomic
def correct_application(
    application: ExtractApplication,
    *,
    planner: User,
    identifiers: Sequence[str],
    scope: str,
    as_of: date,
    note: str,
    at: datetime,
) -> None:
    """Other parcels, scope or day, told to the applicant with the reason. Parcels stay in the case's municipality.

    Raises Malformed with what to mend, Conflict when the case is closed.
    """
    case = lock(application)
    parcels = wanted_parcels(identifiers, as_of=as_of, today=timezone.localdate(at))
    if parcels[0].municipality_id != case.municipality_id:
        text = _("Te działki nie leżą w gminie %(name)s, w której jest ta sprawa.")
        raise Malformed(text % {"name": case.municipality.name})
    application.parcels = [parcel.identifier for parcel in parcels]
    application.scope, application.as_of, application.confirmed_slivers = scope, as_of, []
    application.save(update_fields=["parcels", "scope", "as_of", "confirmed_slivers"])
    record(case, kind="corrected", text=f"Urząd poprawił wniosek: {note}", actor=planner, at=at)


@transaction.atomic
def issue_extract(
    application: ExtractApplication, *, planner: User, site: str, at: datetime, seen: int | None = None
) -> list[IssuedDocument]:
    """One document for each plan, all or none. ``seen`` is the ``last_event`` that the planner looked at.

    Raises Blocked when a finding stands in the way, Conflict when the case is closed or changed meanwhile.
    """
    case = lock(application)
    if seen is not None and seen != last_event(application):
        raise Conflict(_("Ktoś zmienił tę sprawę, zanim ją wydano. Sprawdź ją jeszcze raz i wydaj ponownie."))
    analysis = analysis_of(application)
    if analysis.blocked or not analysis.families:
        reasons = [finding.message for finding in analysis.findings if finding.severity is Severity.BLOCKING]
        raise Blocked(" ".join(["Nie można wydać dokumentu.", *reasons]))
    documents = []
    for family in analysis.families:
        code = new_code()
        order = order_for(
            application, analysis, family, planner=planner, issued_on=timezone.localdate(at), code=code, site=site
        )
        documents.append(store(made(order, family, analysis), case=case, code=code, issued_by=planner, at=at))
    close(case, status=Case.Status.ISSUED, text="Wydano wypis i wyrys.", actor=planner, at=at)
    return documents


def made(order: ExtractOrder, family: PlanFamily, analysis: Analysis) -> Made:
    built = build_extract(order)
    parcels = ", ".join(answer.parcel.identifier for answer in analysis.parcels_in(family))
    inputs = {"order": order.as_json(), "fee_gr": built.fee.total_gr}
    return Made(built.pdf, built.pages, title_of(order, family)[:250], f"Działki: {parcels}"[:500], inputs)


@transaction.atomic
def refuse(application: ExtractApplication, *, planner: User, reason: str, at: datetime) -> None:
    """Ends the case without a document; the reason is told to the applicant."""
    if len(reason.strip()) < 10:
        raise Malformed(_("Napisz, dlaczego odmawiasz: co najmniej jedno zdanie, które zrozumie wnioskodawca."))
    case = lock(application)
    application.refusal_reason = reason.strip()
    application.save(update_fields=["refusal_reason"])
    close(case, status=Case.Status.REFUSED, text=f"Odmowa: {reason.strip()}", actor=planner, at=at)

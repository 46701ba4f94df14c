"""Pages of the extract: the resident's form and case, the planner's list and case."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.extracts.fees import NoRate
from planning.extracts.findings import SLIVER, Severity
from planning.extracts.pdf.drawing import DrawingUnusable
from services.cases.models import Case
from services.documents.views import public_address
from services.extracts import services
from services.extracts.forms import ApplicationForm, CorrectionForm, RefusalForm
from services.extracts.models import ExtractApplication
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from spatial.errors import Malformed, ServiceError

PLANNER = StaffRole.Role.PLANNER
#: errors in the words of the registers
QUOTING = (services.Blocked, services.UnknownLand, DrawingUnusable, NoRate)


def person(request: HttpRequest) -> User:
    """The signed-in account; views here are behind a sign-in."""
    return cast(User, request.user)


def shown(error: ServiceError) -> str:
    """What the error says; words of the registers are Polish on every page and marked so."""
    return format_html('<span lang="pl">{}</span>', error.message) if isinstance(error, QUOTING) else error.message


# --- resident ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def apply(request: HttpRequest) -> HttpResponse:
    """The form; what was typed stays when something is wrong."""
    if request.method == "GET":
        initial = {"parcels": request.GET.get("dzialka", "")[:200], "as_of": timezone.localdate()}
        return render(request, "extracts/apply.html", {"form": ApplicationForm(initial=initial)})
    form = ApplicationForm(request.POST)
    if form.is_valid():
        try:
            application = services.file_application(
                applicant=person(request),
                identifiers=form.identifiers(),
                scope=form.cleaned_data["scope"],
                purpose=form.cleaned_data["purpose"],
                as_of=form.cleaned_data["as_of"],
                at=timezone.now(),
            )
        except Malformed as error:
            form.add_error(None if isinstance(error, services.DayAhead) else "parcels", shown(error))
        except ServiceError as error:
            form.add_error(None, shown(error))
        else:
            text = _("Wniosek przyjęty. Znak sprawy: %(number)s.")
            messages.success(request, text % {"number": application.case.number})
            return redirect("catalogue:case", pk=application.case_id)
    return render(request, "extracts/apply.html", {"form": form}, status=422)


def case_page(request: HttpRequest, case: Case) -> HttpResponse:
    """One own case: where it stands, what comes next, the documents."""
    application = ExtractApplication.objects.select_related("case__municipality").get(case=case)
    return render(
        request,
        "extracts/case.html",
        {
            "application": application,
            "case": application.case,
            "events": application.case.events.filter(is_public=True).order_by("at", "pk"),
            "documents": application.case.documents.order_by("pk"),
        },
    )


# --- planner ----------------------------------------------------------------------------------------------------


def planners_case(request: HttpRequest, pk: int) -> ExtractApplication:
    """The case when it is of the planner's municipality; otherwise it is not there."""
    rows = ExtractApplication.objects.select_related("case__municipality", "case__applicant")
    mine = municipalities_of(request.user, PLANNER)
    return get_object_or_404(rows, case=pk, case__municipality__in=mine)


def review_case(request: HttpRequest, case: Case) -> HttpResponse:
    """Findings, zones, map, preview, correction, and the two ways to end."""
    return review_page(request, planners_case(request, case.pk))


def review_page(
    request: HttpRequest,
    application: ExtractApplication,
    *,
    refusal: RefusalForm | None = None,
    correction: CorrectionForm | None = None,
) -> HttpResponse:
    """A form that is given has errors: it is shown with what was typed."""
    analysis = services.analysis_of(application)
    offered = services.analysis_of(application, confirmed=()).findings
    return render(
        request,
        "extracts/review.html",
        {
            "application": application,
            "case": application.case,
            "analysis": analysis,
            "blocking": [f for f in analysis.findings if f.severity is Severity.BLOCKING],
            "warnings": [f for f in analysis.findings if f.severity is Severity.WARNING and f.rule is not SLIVER],
            "remarks": [f for f in analysis.findings if f.severity is Severity.INFO],
            "slivers": [(f, f.key in application.confirmed_slivers) for f in offered if f.rule is SLIVER],
            "previews": [
                (family, reverse("extracts:preview", kwargs={"pk": application.case_id, "index": index}))
                for index, family in enumerate(analysis.families)
            ],
            "events": application.case.events.order_by("at", "pk"),
            "seen": services.last_event(application),
            "documents": application.case.documents.order_by("pk"),
            "refusal": refusal or RefusalForm(),
            "correction": correction or CorrectionForm(initial=as_typed(application)),
        },
        status=422 if refusal or correction else 200,
    )


def as_typed(application: ExtractApplication) -> dict[str, object]:
    parcels = "\n".join(application.parcels)
    return {"parcels": parcels, "scope": application.scope, "as_of": application.as_of}


@require_GET
@staff_only(PLANNER)
def preview(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """PDF with the watermark."""
    application = planners_case(request, pk)
    built = services.preview(application, family_index=index, planner=person(request), issued_on=timezone.localdate())
    headers = {"Content-Disposition": f'inline; filename="podglad-{application.case_id}.pdf"'}
    return HttpResponse(built.pdf, content_type="application/pdf", headers=headers)


@require_POST
@staff_only(PLANNER)
def slivers(request: HttpRequest, pk: int) -> HttpResponse:
    application = planners_case(request, pk)
    services.confirm_slivers(
        application, keys=request.POST.getlist("fragment"), planner=person(request), at=timezone.now()
    )
    messages.success(request, _("Zapisano, które fragmenty będą w dokumencie."))
    return redirect("catalogue:review", pk=pk)


@require_POST
@staff_only(PLANNER)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    application = planners_case(request, pk)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        try:
            services.correct_application(
                application,
                planner=person(request),
                identifiers=form.identifiers(),
                scope=form.cleaned_data["scope"],
                as_of=form.cleaned_data["as_of"],
                note=form.cleaned_data["note"],
                at=timezone.now(),
            )
        except ServiceError as error:
            form.add_error(None, shown(error))
        else:
            messages.success(request, _("Wniosek poprawiony. Wnioskodawca zobaczy, co i dlaczego."))
            return redirect("catalogue:review", pk=pk)
    return review_page(request, application, correction=form)


@require_POST
@staff_only(PLANNER)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    application = planners_case(request, pk)
    try:
        seen = int(typed) if (typed := request.POST.get("widziane", "")[:18]).isdecimal() else None
        documents = services.issue_extract(
            application, planner=person(request), site=public_address(request), at=timezone.now(), seen=seen
        )
    except ServiceError as error:
        messages.error(request, shown(error))
    else:
        codes = ", ".join(document.code for document in documents)
        messages.success(request, _("Wydano dokumenty: %(codes)s.") % {"codes": codes})
    return redirect("catalogue:review", pk=pk)


@require_POST
@staff_only(PLANNER)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    application = planners_case(request, pk)
    form = RefusalForm(request.POST)
    if form.is_valid():
        try:
            services.refuse(application, planner=person(request), reason=form.cleaned_data["reason"], at=timezone.now())
        except Malformed as error:
            form.add_error("reason", shown(error))
        except ServiceError as error:
            messages.error(request, shown(error))
            return redirect("catalogue:review", pk=pk)
        else:
            messages.success(request, _("Sprawa zakończona odmową. Wnioskodawca zobaczy przyczynę."))
            return redirect("catalogue:review", pk=pk)
    return review_page(request, application, refusal=form)

"""The back office of the registers: what stands, what was brought, what it would change, and the decision."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from services.registers import differences, overview, report
from services.registers.forms import BringForm, KeeperForm, NoteForm, TermsForm
from spatial.errors import ServiceError
from spatial.imports import registry, rollback, uploads
from spatial.imports.models import Change, DataSource, Finding, Snapshot, Upload
from spatial.imports.registry import Source
from spatial.municipalities.models import Municipality

KEEPER = StaffRole.Role.REGISTER_KEEPER
ON_PAGE = 50
#: an upload in one of these moves on by itself; the page asks how far it is
MOVING = frozenset({Upload.State.QUEUED, Upload.State.CHECKING, Upload.State.PUBLISHING})
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json", "gpkg": "application/geopackage+sqlite3"}


def person(request: HttpRequest) -> User:
    """The signed-in account; all views here are behind a role."""
    return cast(User, request.user)


def own(request: HttpRequest) -> QuerySet[Municipality]:
    return municipalities_of(request.user, KEEPER)


def own_municipality(request: HttpRequest, teryt: int) -> Municipality:
    return get_object_or_404(own(request), pk=f"{teryt:06d}")


def own_upload(request: HttpRequest, pk: int) -> Upload:
    rows = Upload.objects.select_related("municipality", "created_by", "decided_by", "snapshot")
    return get_object_or_404(rows, pk=pk, municipality__in=own(request))


def own_delivery(request: HttpRequest, pk: int) -> Snapshot:
    rows = Snapshot.objects.select_related("municipality", "published_by", "rolled_back_by")
    return get_object_or_404(rows, pk=pk, municipality__in=own(request))


def declared(code: str) -> Source:
    found = registry.source_if_known(code)
    if found is None or found.has_page_of_its_own:
        raise Http404
    return found


# --- what stands ------------------------------------------------------------------------------------------------


@require_GET
@staff_only(KEEPER)
def index(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    places = [
        (place, overview.standings(place, today=today), overview.waiting(place))
        for place in own(request).order_by("name")
    ]
    return render(request, "registers/index.html", {"places": places})


@require_http_methods(["GET", "POST"])
@staff_only(KEEPER)
def keeper(request: HttpRequest, teryt: int, source: str) -> HttpResponse:
    """Who keeps the source, on what terms we have it, how often it is renewed."""
    place, known = own_municipality(request, teryt), declared(source)
    held = DataSource.objects.filter(municipality=place, source=known.code).first()
    row = held or DataSource(municipality=place, source=known.code)
    form = KeeperForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Zapisano źródło danych."))
        return redirect("registers:index")
    status = 422 if form.errors else 200
    return render(request, "registers/keeper.html", {"place": place, "source": known, "form": form}, status=status)


# --- bringing ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@staff_only(KEEPER)
def bring(request: HttpRequest, teryt: int, source: str) -> HttpResponse:
    """Files of one delivery; the check begins at once."""
    place, known = own_municipality(request, teryt), declared(source)
    if request.method == "GET":
        return render(request, "registers/bring.html", {"place": place, "source": known, "form": BringForm(known)})
    form = BringForm(known, request.POST, request.FILES)
    if form.is_valid():
        try:
            brought = uploads.receive(
                source=known.code,
                files=form.cleaned_data["brought"],
                municipality=place,
                terms=form.terms(),
                by=person(request),
            )
        except ServiceError as error:
            form.add_error(None, error.message)
        else:
            return redirect("registers:upload", pk=brought.pk)
    return render(request, "registers/bring.html", {"place": place, "source": known, "form": form}, status=422)


@require_GET
@staff_only(KEEPER)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "registers/upload.html", upload_context(own_upload(request, pk)))


def upload_context(row: Upload, **forms: Any) -> dict[str, Any]:
    known = declared(row.source)
    terms = uploads.terms_of(row)
    findings = row.snapshot.findings if row.snapshot else row.findings
    kinds = row.changes.order_by().values_list("table", "kind").distinct()
    return {
        "upload": row,
        "source": known,
        "is_moving": row.state in MOVING,
        "counts": differences.counts(row.report.get("counts", {})),
        "rules": report.by_rule(findings.all(), language=get_language() or "pl"),
        "has_changes": bool(kinds),
        "can_publish": row.state == Upload.State.READY,
        "can_reject": row.state in {"ready", "refused", "unchanged", "unreadable", "failed"},
        "can_check_again": row.state in {"ready", "refused", "failed"},
        "again": TermsForm.asking_again(known, terms),
        "refusal": NoteForm(),
        "state_on": row.report.get("state_on"),
    } | forms


@require_GET
@staff_only(KEEPER)
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """For the page that waits."""
    row = own_upload(request, pk)
    return JsonResponse({"state": row.state, "label": row.get_state_display(), "taken": row.taken})


@require_POST
@staff_only(KEEPER)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, reject, or check again on other terms."""
    row = own_upload(request, pk)
    choice = request.POST.get("decyzja")
    try:
        if choice == "opublikuj":
            uploads.approve(upload=row, by=person(request), note=request.POST.get("note", "")[:1000])
        elif choice == "odrzuc":
            form = NoteForm(request.POST)
            if not form.is_valid():
                return render(request, "registers/upload.html", upload_context(row, refusal=form), status=422)
            uploads.reject(upload=row, by=person(request), note=form.cleaned_data["note"])
            messages.success(request, _("Dostawę odrzucono. Pliki usunięto, raport został."))
        elif choice == "sprawdz":
            again = TermsForm(declared(row.source), request.POST)
            if not again.is_valid():
                return render(request, "registers/upload.html", upload_context(row, again=again), status=422)
            uploads.check_again(upload=row, terms=again.terms(), by=person(request))
        else:
            messages.error(request, _("Wybierz, co zrobić z dostawą."))
    except ServiceError as error:
        messages.error(request, error.message)
    return redirect("registers:upload", pk=pk)


# --- report -----------------------------------------------------------------------------------------------------


@require_GET
@staff_only(KEEPER)
def upload_findings(request: HttpRequest, pk: int) -> HttpResponse:
    row = own_upload(request, pk)
    findings = row.snapshot.findings.all() if row.snapshot else row.findings.all()
    return listed(request, findings, {"upload": row, "title": str(row)})


@require_GET
@staff_only(KEEPER)
def delivery_findings(request: HttpRequest, pk: int) -> HttpResponse:
    row = own_delivery(request, pk)
    return listed(request, row.findings.all(), {"delivery": row, "title": row.file_name})


def listed(request: HttpRequest, findings: QuerySet[Finding], context: dict[str, Any]) -> HttpResponse:
    """Findings page by page, by rule, severity and object."""
    asked = {name: request.GET.get(name, "").strip()[:120].replace("\x00", "") for name in ("regula", "waga", "obiekt")}
    if asked["regula"]:
        findings = findings.filter(rule=asked["regula"])
    if asked["waga"]:
        findings = findings.filter(severity=asked["waga"])
    if asked["obiekt"]:
        findings = findings.filter(object__icontains=asked["obiekt"])
    page = Paginator(findings.order_by("pk"), ON_PAGE).get_page(request.GET.get("strona"))
    return render(request, "registers/findings.html", context | {"page": page, "asked": asked})


@require_GET
@staff_only(KEEPER)
def upload_report(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    row = own_upload(request, pk)
    findings = row.snapshot.findings.all() if row.snapshot else row.findings.all()
    return filed(findings, row.report, form, f"ustalenia-{row.pk}")


@require_GET
@staff_only(KEEPER)
def delivery_report(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    row = own_delivery(request, pk)
    said: dict[str, object] = {"source": row.source, "file": row.file_name, "sha256": row.sha256, "counts": row.counts}
    return filed(row.findings.all(), said, form, f"ustalenia-dostawy-{row.pk}")


def filed(findings: QuerySet[Finding], said: dict[str, object], form: str, name: str) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    if form == "csv":
        body = report.as_csv(findings)
    elif form == "json":
        body = report.as_json(findings, said)
    else:
        body = report.as_geopackage(findings)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return HttpResponse(body, content_type=FORMS[form], headers=headers)


@require_GET
@staff_only(KEEPER)
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Differences one by one."""
    row = own_upload(request, pk)
    asked = {
        name: request.GET.get(name, "").strip()[:120].replace("\x00", "") for name in ("rejestr", "zmiana", "obiekt")
    }
    found = row.changes.all()
    if asked["rejestr"]:
        found = found.filter(table=asked["rejestr"])
    if asked["zmiana"]:
        found = found.filter(kind=asked["zmiana"])
    if asked["obiekt"]:
        found = found.filter(identifier__icontains=asked["obiekt"])
    page = Paginator(found.order_by("table", "kind", "identifier", "pk"), ON_PAGE).get_page(request.GET.get("strona"))
    tables = row.changes.order_by("table").values_list("table", flat=True).distinct()
    context = {"upload": row, "page": page, "asked": asked, "tables": tables, "kinds": Change.Kind.choices}
    return render(request, "registers/changes.html", context)


@require_GET
@staff_only(KEEPER)
def map_data(request: HttpRequest, pk: int) -> HttpResponse:
    pieces = differences.features(own_upload(request, pk))
    return HttpResponse("".join(pieces), content_type="application/geo+json")


# --- history ----------------------------------------------------------------------------------------------------


@require_GET
@staff_only(KEEPER)
def history(request: HttpRequest, teryt: int) -> HttpResponse:
    place = own_municipality(request, teryt)
    rows = Snapshot.objects.filter(municipality=place).select_related("published_by", "rolled_back_by").order_by("-pk")
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("strona"))
    return render(request, "registers/history.html", {"place": place, "page": page})


@require_GET
@staff_only(KEEPER)
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "registers/delivery.html", delivery_context(own_delivery(request, pk)))


def delivery_context(row: Snapshot, form: NoteForm | None = None) -> dict[str, Any]:
    return {
        "delivery": row,
        "counts": differences.counts(row.counts),
        "rules": report.by_rule(row.findings.all(), language=get_language() or "pl"),
        "later": rollback.later_deliveries(row),
        "form": form or NoteForm(),
    }


@require_POST
@staff_only(KEEPER)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the registers to what they said before the delivery."""
    row = own_delivery(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render(request, "registers/delivery.html", delivery_context(row, form), status=422)
    try:
        rollback.roll_back(snapshot=row, by=person(request), note=form.cleaned_data["note"], now=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Dostawę cofnięto. Rejestry mówią to, co przed nią."))
    return redirect("registers:delivery", pk=pk)

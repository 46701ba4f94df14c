"""Pages of a draft's parts: zones with their shapes, text, drawings."""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from data.readers.paragraphs import paragraphs, paragraphs_of_text
from data.readers.plan_shapes import read_boundary, read_zones
from data.readers.provisions import read_resolution
from data.records import Problem, SheetRecord, UnreadableFileError, ZoneRecord
from planning.content import PlanContent
from planning.drafts import editing
from planning.drafts.checks import check_draft
from planning.drafts.document import resolution_of
from planning.georeferencing import ControlPointsError, Fit, fit, keep_scan, place_scan, read_points
from planning.models import PlanDraft
from planning.sheets import CheckedSheet, SheetRefusedError, check_sheet, keep_file
from services.drafting import text as texts
from services.drafting.forms import FileForm, SheetForm, TextForm, UnitForm, ZoneFormSet
from services.drafting.shapes import places_of, shapes_of, with_shapes
from services.drafting.views import keep, on_draft, page, person, revision_of
from spatial.errors import Conflict, ServiceError

type Brought = UploadedFile[Any]
MAX_FILE_BYTES = 500 * 1024**2
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


@contextmanager
def brought(file: Brought) -> Iterator[Path]:
    """The file of a form on disk, under a name of ours with its own ending, as long as it is read.

    Raises UnreadableFileError (file-too-large).
    """
    if (file.size or 0) > MAX_FILE_BYTES:
        raise UnreadableFileError("file-too-large", "Plik jest za duży. Największy, jaki przyjmujemy, ma 500 MB.")
    ending = _ENDING.search(file.name or "")
    with tempfile.TemporaryDirectory(prefix="szkic-") as folder:
        path = Path(folder) / f"plik{ending[0].lower() if ending else ''}"
        with path.open("wb") as stream:
            for piece in file.chunks():
                stream.write(piece)
        yield path


# --- zones and shapes -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@on_draft
def zones(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """Attributes of all zones in one table; shapes are changed on the map or brought from a file."""
    content = editing.content_of(draft)
    held = content.plan.zones
    initial = [{name: getattr(zone, name) for name in ZoneFormSet.form.base_fields} for zone in held]
    formset = ZoneFormSet(request.POST if request.method == "POST" else None, initial=initial, prefix="teren")
    if request.method == "POST" and formset.is_valid():
        changed = replace(content, plan=replace(content.plan, zones=_renamed(held, formset)))
        keep(request, draft, changed, _("Zapisano tereny."))
        return redirect("drafting:zones", pk=draft.pk)
    rows = zip(formset.forms, held, strict=False)
    status = 422 if request.method == "POST" else 200
    return page(request, draft, "zones", formset=formset, rows=list(rows), file=FileForm(), status=status)


def _renamed(held: tuple[ZoneRecord, ...], formset: Any) -> tuple[ZoneRecord, ...]:
    """Zones with what the table says; those marked for it taken out."""
    kept = []
    for zone, form in zip(held, formset.forms, strict=False):
        said = form.cleaned_data
        if not said.get("DELETE"):
            fee = said["planning_fee_percent"]
            kind = said["class_2021"] or None
            kept.append(
                replace(zone, symbol=said["symbol"], name=said["name"], class_2021=kind, planning_fee_percent=fee)
            )
    return tuple(kept)


@require_POST
@on_draft
def bring_shapes(request: HttpRequest, draft: PlanDraft, what: str) -> HttpResponse:
    """Zones or the boundary from a file of a desktop GIS; they take the place of those of the draft."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Wybierz plik."))
        return redirect("drafting:zones", pk=draft.pk)
    content = editing.content_of(draft)
    try:
        with brought(form.cleaned_data["brought"]) as path:
            changed, problems = _with_file(content, path, what)
    except UnreadableFileError as fault:
        messages.error(request, fault.message)
        return redirect("drafting:zones", pk=draft.pk)
    for problem in problems[:10]:
        messages.warning(request, f"{problem.object}: {problem.message}")
    if any(problem.severity == "error" for problem in problems):
        messages.error(request, _("Niczego nie wczytano, bo plik ma błędy. Popraw je i wczytaj ponownie."))
    elif what == "granica":
        keep(request, draft, changed, _("Wczytano granicę planu."))
    else:
        keep(request, draft, changed, _("Wczytano tereny: {count}.").format(count=len(changed.plan.zones)))
    return redirect("drafting:zones", pk=draft.pk)


def _with_file(content: PlanContent, path: Path, what: str) -> tuple[PlanContent, list[Problem]]:
    if what == "granica":
        reading = read_boundary(path)
        return replace(content, plan=replace(content.plan, boundary=next(reading.records))), reading.problems
    found = read_zones(path)
    return replace(content, plan=replace(content.plan, zones=tuple(found.records))), found.problems


@require_GET
@on_draft
def map_page(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    west, south, east, north = draft.municipality.boundary.transform(4326, clone=True).extent
    return page(request, draft, "map", extent=json.dumps([west, south, east, north]))


@require_http_methods(["GET", "POST"])
@on_draft
def shapes(request: HttpRequest, draft: PlanDraft) -> JsonResponse:
    """What the map draws and sends back; the answer has the new revision and what is wrong now."""
    content = editing.content_of(draft)
    if request.method == "GET":
        return _answer(draft, content)
    try:
        said = json.loads(request.body)
        revision = int(said["revision"])
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"message": _("Mapa przysłała dane w nieznanej postaci.")}, status=400)
    try:
        changed = with_shapes(content, said)
        kept = editing.change(draft=draft, revision=revision, content=changed, by=person(request))
    except ServiceError as fault:
        return JsonResponse({"message": fault.message}, status=fault.status)
    return _answer(kept, changed)


def _answer(draft: PlanDraft, content: PlanContent) -> JsonResponse:
    problems = places_of(check_draft(content, draft.municipality))
    return JsonResponse({"revision": draft.revision, "problems": problems, **shapes_of(content)})


# --- text -------------------------------------------------------------------------------------------------------


@require_GET
@on_draft
def text(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    content = editing.content_of(draft)
    return page(request, draft, "text", lines=texts.lines(content.plan.provisions))


@require_http_methods(["GET", "POST"])
@on_draft
def unit(request: HttpRequest, draft: PlanDraft, key: str) -> HttpResponse:
    """One unit of the text."""
    content = editing.content_of(draft)
    held = texts.unit_of(content.plan.provisions, key)
    initial = {name: getattr(held, name) for name in UnitForm.base_fields}
    initial |= {name: ", ".join(getattr(held, name)) for name in ("zones", "overlays")}
    form = UnitForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        units = texts.changed(content.plan.provisions, key, **_unit_values(form))
        if _keep_units(request, draft, content, units, _("Zapisano ustalenie.")):
            return redirect(f"{_text_url(draft)}#{key}")
        return redirect("drafting:text", pk=draft.pk)
    symbols = sorted({zone.symbol for zone in content.plan.zones})
    status = 422 if form.errors else 200
    return page(request, draft, "unit", form=form, unit=held, symbols=symbols, status=status)


@require_http_methods(["GET", "POST"])
@on_draft
def add_unit(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """A new unit after another one or inside it, as the address says."""
    content = editing.content_of(draft)
    after, inside = request.GET.get("po"), request.GET.get("w")
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        units = texts.added(content.plan.provisions, after=after, inside=inside, **_unit_values(form))
        _keep_units(request, draft, content, units, _("Dodano ustalenie."))
        return redirect("drafting:text", pk=draft.pk)
    symbols = sorted({zone.symbol for zone in content.plan.zones})
    return page(request, draft, "unit", form=form, unit=None, symbols=symbols, status=422 if form.errors else 200)


@require_POST
@on_draft
def move_unit(request: HttpRequest, draft: PlanDraft, key: str) -> HttpResponse:
    """Up, down, or out."""
    content = editing.content_of(draft)
    units = content.plan.provisions
    wanted = request.POST.get("ruch")
    if wanted == "usun":
        _keep_units(request, draft, content, texts.removed(units, key), _("Usunięto ustalenie z tym, co w nim było."))
    else:
        _keep_units(
            request, draft, content, texts.moved(units, key, up=wanted == "w-gore"), _("Przeniesiono ustalenie.")
        )
    return redirect("drafting:text", pk=draft.pk)


@require_http_methods(["GET", "POST"])
@on_draft
def bring_text(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """A resolution from a file or pasted; what was recognised waits for a decision."""
    form = TextForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            lines = _lines_of(form)
        except UnreadableFileError as fault:
            form.add_error("brought", fault.message)
        else:
            symbols = {zone.symbol for zone in editing.content_of(draft).plan.zones}
            editing.propose(draft=draft, resolution=read_resolution(lines, symbols=symbols), by=person(request))
            return redirect("drafting:proposal", pk=draft.pk)
    return page(request, draft, "bring_text", form=form, status=422 if form.errors else 200)


def _lines_of(form: TextForm) -> list[str]:
    """Raises UnreadableFileError."""
    if form.cleaned_data["brought"] is None:
        return paragraphs_of_text(form.cleaned_data["pasted"])
    with brought(form.cleaned_data["brought"]) as path:
        return paragraphs(path)


@require_http_methods(["GET", "POST"])
@on_draft
def proposal(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """The recognised text with the zones of each unit: taken over, or thrown away."""
    if draft.proposal is None:
        return redirect("drafting:text", pk=draft.pk)
    if request.method == "POST":
        if request.POST.get("decyzja") == "odrzuc":
            editing.forget_proposal(draft=draft)
            messages.success(request, _("Odrzucono propozycję. Tekst szkicu się nie zmienił."))
            return redirect("drafting:text", pk=draft.pk)
        try:
            editing.accept_proposal(
                draft=draft, revision=revision_of(request), with_act=bool(request.POST.get("akt")), by=person(request)
            )
        except Conflict as fault:
            messages.error(request, fault.message)
            return redirect("drafting:proposal", pk=draft.pk)
        messages.success(request, _("Przyjęto tekst. Możesz go teraz poprawić jednostka po jednostce."))
        return redirect("drafting:text", pk=draft.pk)
    found = resolution_of(draft.proposal)
    content = editing.content_of(draft)
    named = {symbol for unit in found.provisions for symbol in unit.zones}
    silent = sorted({zone.symbol for zone in content.plan.zones} - named)
    has_act = any(act.role == "adopts" for act in content.plan.acts)
    return page(
        request, draft, "proposal", found=found, lines=texts.lines(found.provisions), silent=silent, has_act=has_act,
        held=len(content.plan.provisions),
    )  # fmt: skip


def _unit_values(form: UnitForm) -> dict[str, Any]:
    said = form.cleaned_data
    return said | {"heading": said["heading"] or None, "annulled_by": said["annulled_by"] or None}


def _keep_units(request: HttpRequest, draft: PlanDraft, content: PlanContent, units: texts.Units, said: str) -> bool:
    return keep(request, draft, replace(content, plan=replace(content.plan, provisions=units)), said)


def _text_url(draft: PlanDraft) -> str:
    return str(redirect("drafting:text", pk=draft.pk).url)


# --- drawings ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@on_draft
def sheets(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """Sheets of the draft; a GeoTIFF is checked, a scan is placed by its points and shows their residuals."""
    content = editing.content_of(draft)
    form = SheetForm(request.POST or None, request.FILES or None, initial={"scale": content.plan.drawing_scale})
    found: Fit | None = None
    if request.method == "POST" and form.is_valid():
        try:
            found = _fit_of(form)
            if not form.cleaned_data["is_trial"]:
                sheet = _sheet(form, found)
                others = tuple(one for one in content.sheets if one.number != sheet.number)
                kept = tuple(sorted((*others, sheet), key=lambda one: one.number))
                keep(request, draft, replace(content, sheets=kept), _("Dodano arkusz."))
                return redirect("drafting:sheets", pk=draft.pk)
        except ControlPointsError as fault:
            form.add_error("points", str(fault))
        except (SheetRefusedError, UnreadableFileError) as refusal:
            form.add_error("brought", refusal.message)
    rows = list(zip(found.points, found.residuals_m, strict=True)) if found else []
    doubtful = found is not None and found.is_doubtful(form.cleaned_data.get("scale") or 1000)
    return page(
        request, draft, "sheets", form=form, content=content, found=found, rows=rows, doubtful=doubtful,
        status=422 if form.errors else 200,
    )  # fmt: skip


def _fit_of(form: forms.Form) -> Fit | None:
    """Raises ControlPointsError."""
    text = form.cleaned_data["points"].strip()
    return fit(read_points(text)) if text else None


def _sheet(form: forms.Form, found: Fit | None) -> CheckedSheet:
    """The sheet with its bytes below MEDIA_ROOT. Raises SheetRefusedError, UnreadableFileError."""
    said = form.cleaned_data
    number, scale = said["number"], said["scale"]
    with brought(said["brought"]) as path:
        if found is None:
            sheet = check_sheet(SheetRecord(number, str(path), scale, said["rmse"]))
        else:
            placed = path.with_name("arkusz.tif")
            place_scan(path, found, placed)
            made = check_sheet(SheetRecord(number, str(placed), scale, round(found.rmse_m, 3)))
            points = tuple((one.column, one.row, one.east, one.north) for one in found.points)
            sheet = replace(made, scan_sha256=keep_scan(path), control_points=points)
        keep_file(sheet, [])
    return sheet


@require_POST
@on_draft
def remove_sheet(request: HttpRequest, draft: PlanDraft, number: str) -> HttpResponse:
    content = editing.content_of(draft)
    kept = tuple(sheet for sheet in content.sheets if sheet.number != number)
    keep(request, draft, replace(content, sheets=kept), _("Usunięto arkusz ze szkicu."))
    return redirect("drafting:sheets", pk=draft.pk)

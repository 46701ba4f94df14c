"""The planner's workshop: plans and their drafts, data, acts, zones, text and drawings of a draft, publishing."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from data.records import ActRecord, RelationRecord
from planning.content import PlanContent
from planning.drafts import editing
from planning.drafts.checks import check_draft
from planning.models import LocalPlan, PlanDraft
from services.drafting.forms import ActFormSet, DataForm, NewPlanForm, RelationFormSet
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from spatial.errors import Conflict
from spatial.municipalities.models import Municipality

PLANNER = StaffRole.Role.PLANNER
type DraftView = Callable[..., HttpResponse]


def person(request: HttpRequest) -> User:
    """The signed-in account; all views here are behind a role."""
    return cast(User, request.user)


def own(request: HttpRequest) -> QuerySet[Municipality]:
    return municipalities_of(request.user, PLANNER)


def own_draft(request: HttpRequest, pk: int) -> PlanDraft:
    rows = PlanDraft.objects.select_related("municipality", "created_by", "changed_by", "base", "snapshot")
    return get_object_or_404(rows, pk=pk, municipality__in=own(request))


def on_draft(view: DraftView) -> DraftView:
    """The view gets the planner's own draft; one that is closed is shown only."""

    @staff_only(PLANNER)
    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = own_draft(request, pk)
        if draft.state != PlanDraft.State.OPEN and request.method != "GET":
            messages.error(request, _("Ten szkic jest już zamknięty."))
            return redirect("drafting:draft", pk=draft.pk)
        return view(request, draft, *args, **kwargs)

    return guarded


def revision_of(request: HttpRequest) -> int:
    """Revision of the page that was filled in; anything else is stale."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def keep(request: HttpRequest, draft: PlanDraft, content: PlanContent, said: str) -> bool:
    """Keep the change and tell so; False when somebody was faster, and that is told too."""
    try:
        editing.change(draft=draft, revision=revision_of(request), content=content, by=person(request))
    except Conflict as fault:
        messages.error(request, fault.message)
        return False
    messages.success(request, said)
    return True


def page(request: HttpRequest, draft: PlanDraft, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, f"drafting/{name}.html", {"draft": draft, **more}, status=status)


# --- plans and drafts -------------------------------------------------------------------------------------------


@require_GET
@staff_only(PLANNER)
def index(request: HttpRequest) -> HttpResponse:
    places = []
    for place in own(request).order_by("name"):
        drafts = PlanDraft.objects.open().of(place).select_related("changed_by").order_by("code")
        plans = LocalPlan.objects.known().of(place).order_by("-in_force_from", "code")
        taken = {draft.code for draft in drafts}
        places.append((place, drafts, [(plan, plan.code in taken) for plan in plans]))
    return render(request, "drafting/index.html", {"places": places})


@require_http_methods(["GET", "POST"])
@staff_only(PLANNER)
def new(request: HttpRequest, teryt: int) -> HttpResponse:
    place = get_object_or_404(own(request), pk=f"{teryt:06d}")
    form = NewPlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = editing.begin_new(municipality=place, by=person(request), **form.cleaned_data)
        except Conflict as fault:
            form.add_error("code", fault.message)
        else:
            return redirect("drafting:draft", pk=draft.pk)
    return render(request, "drafting/new.html", {"place": place, "form": form}, status=422 if form.errors else 200)


@require_POST
@staff_only(PLANNER)
def begin(request: HttpRequest, plan: int) -> HttpResponse:
    """A draft of a plan that we hold; the one that is open already, where there is one."""
    held = get_object_or_404(LocalPlan.objects.known().select_related("municipality"), pk=plan)
    place = get_object_or_404(own(request), pk=held.municipality_id)
    try:
        draft = editing.begin(municipality=place, plan=held, by=person(request))
    except Conflict:
        draft = get_object_or_404(PlanDraft.objects.open().of(place), code=held.code)
    return redirect("drafting:draft", pk=draft.pk)


@require_GET
@on_draft
def draft(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """What the draft holds, what is wrong with it, and the decision."""
    content = editing.content_of(draft)
    problems = check_draft(content, draft.municipality)
    return page(
        request, draft, "draft", content=content, problems=problems,
        has_errors=any(problem.severity == "error" for problem in problems),
    )  # fmt: skip


@require_POST
@on_draft
def publish(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    try:
        report = editing.publish_draft(
            draft=draft, revision=revision_of(request), by=person(request), today=timezone.localdate()
        )
    except Conflict as fault:
        messages.error(request, fault.message)
        return redirect("drafting:draft", pk=draft.pk)
    said = {
        "published": (messages.SUCCESS, _("Opublikowano. Plan jest w rejestrze, a poprzedni zapis w jego historii.")),
        "unchanged": (messages.INFO, _("Rejestr mówi już to samo. Nie ma czego publikować.")),
    }
    level, text = said.get(report.outcome, (messages.ERROR, _("Szkic ma błędy. Niczego nie opublikowano.")))
    messages.add_message(request, level, text)
    return redirect("drafting:draft", pk=draft.pk)


@require_POST
@on_draft
def discard(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    editing.discard(draft=draft, by=person(request))
    messages.success(request, _("Porzucono szkic. Plan w rejestrze się nie zmienił."))
    return redirect("drafting:index")


# --- data and acts ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@on_draft
def data(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """The plan's own data: title, scale, days."""
    content = editing.content_of(draft)
    names = list(DataForm.base_fields)
    form = DataForm(request.POST or None, initial={name: getattr(content.plan, name) for name in names})
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {name: value or None for name, value in form.cleaned_data.items()}
        # the status of a data set follows from the days unless somebody said otherwise before
        changed = replace(content, plan=replace(content.plan, **values, status=None))
        if keep(request, draft, changed, _("Zapisano dane planu.")):
            return redirect("drafting:draft", pk=draft.pk)
        return redirect("drafting:data", pk=draft.pk)
    return page(request, draft, "data", form=form, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@on_draft
def acts(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """Documents that make, change or end the plan."""
    content = editing.content_of(draft)
    held = content.plan.acts
    initial = [{name: getattr(act, name) for name in ActFormSet.form.base_fields} for act in held]
    formset = ActFormSet(request.POST if request.method == "POST" else None, initial=initial, prefix="akt")
    formset.extra = 1 if request.GET.get("nowy") or not held else 0
    if request.method == "POST" and formset.is_valid():
        kept = tuple(
            _act(held[place] if place < len(held) else None, form.cleaned_data)
            for place, form in enumerate(formset.forms)
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        )
        changed = replace(content, plan=replace(content.plan, acts=kept))
        if keep(request, draft, changed, _("Zapisano dokumenty.")):
            return redirect("drafting:draft", pk=draft.pk)
        return redirect("drafting:acts", pk=draft.pk)
    status = 422 if request.method == "POST" else 200
    return page(request, draft, "acts", formset=formset, status=status)


@require_http_methods(["GET", "POST"])
@on_draft
def relations(request: HttpRequest, draft: PlanDraft) -> HttpResponse:
    """What the plan does to others: changes, repeals, annuls them."""
    content = editing.content_of(draft)
    held = content.plan.relations
    initial = [{name: getattr(one, name) for name in RelationFormSet.form.base_fields} for one in held]
    formset = RelationFormSet(request.POST if request.method == "POST" else None, initial=initial, prefix="plan")
    formset.extra = 1 if request.GET.get("nowy") or not held else 0
    if request.method == "POST" and formset.is_valid():
        kept = tuple(
            _relation(held[place] if place < len(held) else None, form.cleaned_data)
            for place, form in enumerate(formset.forms)
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        )
        changed = replace(content, plan=replace(content.plan, relations=kept))
        if keep(request, draft, changed, _("Zapisano związki z innymi planami.")):
            return redirect("drafting:draft", pk=draft.pk)
        return redirect("drafting:relations", pk=draft.pk)
    codes = LocalPlan.objects.known().of(draft.municipality).exclude(code=draft.code).order_by("code")
    status = 422 if request.method == "POST" else 200
    return page(request, draft, "relations", formset=formset, codes=codes.values_list("code", flat=True), status=status)


def _relation(held: RelationRecord | None, said: dict[str, Any]) -> RelationRecord:
    values: dict[str, Any] = {name: said[name] or None for name in RelationFormSet.form.base_fields if name in said}
    return RelationRecord(**values) if held is None else replace(held, **values)


def _act(held: ActRecord | None, said: dict[str, Any]) -> ActRecord:
    """The document with what the form says; what the form does not ask for stays."""
    values: dict[str, Any] = {name: said[name] or None for name in ActFormSet.form.base_fields if name in said}
    if held is None:
        return ActRecord(**values)
    is_same_place = (held.journal_year, held.journal_position) == (values["journal_year"], values["journal_position"])
    return replace(held, **values, reference=held.reference if is_same_place else None)

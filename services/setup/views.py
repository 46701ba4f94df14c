"""Pages of the office's settings: what there is, the form of one, a proposed change and its approval."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.identity.access import municipalities_of
from services.identity.models import StaffRole, User
from services.setup.forms import SettingForm
from services.setup.kinds import Kind, kind_of, kinds
from services.setup.models import Change
from services.setup.services import APPROVERS, ask, decide, differences, facts_of, ready, withdraw
from spatial.errors import Malformed, NotFound, Refused, ServiceError
from spatial.municipalities.models import Municipality

SHOWN = 50


def places_of(request: HttpRequest) -> QuerySet[Municipality]:
    """Where the person may look at settings and be the second one."""
    roles = StaffRole.objects.filter(user=request.user.pk, role__in=APPROVERS)
    return Municipality.objects.filter(pk__in=roles.values("municipality")).order_by("name")


def for_office(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not places_of(request).exists():
            raise Refused(_("Ta strona jest dla pracowników urzędu. Zaloguj się na konto pracownika."))
        return view(request, *args, **kwargs)

    return guarded


def person(request: HttpRequest) -> User:
    return cast(User, request.user)


def has_role(request: HttpRequest, kind: Kind, place: Municipality) -> bool:
    return municipalities_of(person(request), kind.role).filter(pk=place.pk).exists()


def page_of(place: Municipality) -> str:
    return f"{reverse('setup:index')}?gmina={place.pk}"


@for_office
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits for a second person first, then settings by kind, then the last changes."""
    places = places_of(request)
    wanted = request.GET.get("gmina", "")[:6]
    place = places.filter(pk=wanted).first() if wanted.isdecimal() else places.first()
    if place is None:
        raise NotFound(_("Nie prowadzisz ustawień tej gminy."))
    rows = Change.objects.filter(municipality=place).select_related("asked_by", "decided_by").order_by("-pk")
    context = {
        "place": place, "places": places, "sections": [section(request, kind, place) for kind in kinds().values()],
        "waiting": [(one, kind_of(one.kind)) for one in rows.filter(state=Change.State.ASKED)[:SHOWN]],
        "decided": [(one, kind_of(one.kind)) for one in rows.exclude(state=Change.State.ASKED)[:SHOWN]],
    }  # fmt: skip
    return render(request, "setup/index.html", context)


def section(request: HttpRequest, kind: Kind, place: Municipality) -> dict[str, Any]:
    rows = [(row, facts_of(kind, row)) for row in kind.rows(place)]
    proposes = has_role(request, kind, place)
    return {"kind": kind, "rows": rows, "proposes": proposes, "adds": proposes and not (kind.is_single and rows)}


@require_http_methods(["GET", "POST"])
@for_office
def add(request: HttpRequest, teryt: int, code: str) -> HttpResponse:
    kind, place = own_kind(request, teryt, code)
    if kind.is_single and kind.rows(place).exists():
        raise NotFound(_("Urząd ma już to ustawienie. Możesz je zmienić."))
    return form_page(request, kind, kind.fresh(place), place)


@require_http_methods(["GET", "POST"])
@for_office
def alter(request: HttpRequest, teryt: int, code: str, pk: int) -> HttpResponse:
    kind, place = own_kind(request, teryt, code)
    return form_page(request, kind, get_object_or_404(kind.rows(place), pk=pk), place)


def own_kind(request: HttpRequest, teryt: int, code: str) -> tuple[Kind, Municipality]:
    """Where the person proposes; elsewhere it is not there. Raises NotFound."""
    kind = kind_of(code)
    return kind, get_object_or_404(municipalities_of(person(request), kind.role), pk=f"{teryt:06d}")


def form_page(request: HttpRequest, kind: Kind, row: Model, place: Municipality) -> HttpResponse:
    form = kind.form(request.POST or None, request.FILES or None, instance=row)
    facts = facts_of(kind, row) if row.pk else []  # before the form puts on the row what was typed
    if request.method == "POST" and form.is_valid():
        try:
            return proposed(request, ask(kind, form, by=person(request), at=timezone.now()))
        except ServiceError as error:
            form.add_error(None, error.message)
    context = {"kind": kind, "form": form, "place": place, "facts": facts, "is_new": row.pk is None}
    return render(request, "setup/form.html", context, status=422 if form.errors else 200)


def proposed(request: HttpRequest, change: Change) -> HttpResponse:
    if change.is_waiting:
        messages.success(request, _("Zmiana czeka na zatwierdzenie przez inną osobę z urzędu."))
        return redirect("setup:change", pk=change.pk)
    messages.success(request, _("Zapisano."))
    return redirect(page_of(change.municipality))


@for_office
@require_POST
def do(request: HttpRequest, teryt: int, code: str, pk: int, deed: str) -> HttpResponse:
    """Something with a row beside changing it."""
    kind, place = own_kind(request, teryt, code)
    row = get_object_or_404(kind.rows(place), pk=pk)
    chosen = kind.deed(deed)
    tell(request, lambda: chosen.run(row), str(chosen.done))
    return redirect(page_of(place))


@require_http_methods(["GET", "POST"])
@for_office
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what of what, by whom and why, and the decision."""
    rows = Change.objects.select_related("municipality", "asked_by", "decided_by")
    found = get_object_or_404(rows, pk=pk, municipality__in=places_of(request))
    kind = kind_of(found.kind)
    if request.method == "POST":
        tell(request, *step(request, found, kind))
        return redirect("setup:change", pk=pk)
    context: dict[str, Any] = {
        "change": found, "kind": kind, "place": found.municipality, "differences": differences(found),
        "is_own": found.asked_by_id == request.user.pk,
    }  # fmt: skip
    if found.is_waiting:
        context |= outlook(found, kind)
    return render(request, "setup/change.html", context)


def outlook(found: Change, kind: Kind) -> dict[str, Any]:
    """The row as it is, or what a new one would be; what the approval would do, or why it cannot be."""
    row = kind.rows(found.municipality).filter(pk=found.row).first() if found.row else None
    try:
        form: SettingForm = ready(found)
    except ServiceError as error:
        return {"fault": error.message}
    deeds = [one for one in kind.deeds if one.is_for_proposals]
    facts = facts_of(kind, row) if row else kind.facts(form.instance)
    return {"consequences": form.consequences(), "facts": facts, "deeds": deeds}


def step(request: HttpRequest, found: Change, kind: Kind) -> tuple[Callable[[], object], str]:
    """What is to be done, and what is said when it went well. Raises NotFound."""
    by, at = person(request), timezone.now()
    match request.POST.get("decyzja", ""):
        case "zatwierdz":
            return lambda: decide(found, is_approved=True, by=by, at=at), _("Zatwierdzono. Zmiana obowiązuje.")
        case "odrzuc":
            return lambda: decide(found, is_approved=False, by=by, at=at), _("Odrzucono.")
        case "wycofaj":
            return lambda: withdraw(found, by=by, at=at), _("Wycofano.")
        case typed:
            deed = kind.deed(typed)
            return lambda: deed.run(proposal(found, deed.is_for_proposals)), str(deed.done)


def proposal(found: Change, is_allowed: bool) -> Model:
    """The row as it would be. Raises Malformed, Conflict."""
    if not (found.is_waiting and is_allowed):
        raise Malformed(_("Wybierz, co zrobić."))
    return cast(Model, ready(found).instance)


def tell(request: HttpRequest, run: Callable[[], object], done: str) -> None:
    """Runs the step; what cannot be done is said on the page."""
    try:
        run()
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)

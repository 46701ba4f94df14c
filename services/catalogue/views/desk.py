"""The clerk's desk: a work list by term, one case, the steps that can be taken."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.audit.services import Action, look
from services.cases import handling
from services.cases.models import Case
from services.catalogue.deciding import course, decide, newest
from services.catalogue.declaration import EService, eservices
from services.catalogue.handled import handled_by
from services.catalogue.models import Attachment, Filing
from services.catalogue.views.filling import card_of
from services.documents.views import public_address
from services.forms.questions import clean
from services.identity.models import StaffRole, User
from spatial.errors import Malformed, NotFound, Refused, ServiceError

ON_PAGE = 50
SOON = timedelta(days=3)
SHOWN_PEOPLE = 200  #: of one name, whose cases are looked for


def refuse_others(user: User | AnonymousUser) -> None:
    """Raises Refused for who handles nothing."""
    roles = {service.role for service in eservices}
    if not StaffRole.objects.filter(user=user.pk, role__in=roles).exists():
        raise Refused(_("Ta strona jest dla pracowników urzędu. Zaloguj się na konto pracownika."))


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Open cases, the nearest term first; ``?stan=zakonczone`` and ``?moje=1``, ``?szukaj=`` by number or name."""
    refuse_others(request.user)
    is_closed, is_own = request.GET.get("stan") == "zakonczone", request.GET.get("moje") == "1"
    rows = handled_by(request.user).filter(closed_at__isnull=not is_closed)
    if is_own:
        rows = rows.filter(handler=cast(User, request.user))
    words = request.GET.get("szukaj", "").strip()[:100]
    if words and words.isprintable():
        named = list(User.objects.filter(last_name__icontains=words).values_list("pk", flat=True)[:SHOWN_PEOPLE])
        rows = rows.filter(Q(number__icontains=words) | Q(title__icontains=words) | Q(applicant__in=named))
    order = (F("closed_at").desc(), "-pk") if is_closed else (F("due_on").asc(nulls_last=True), "pk")
    page = min(max(int(typed), 1), 1_000) if (typed := request.GET.get("strona", "1")[:5]).isdecimal() else 1
    found = list(rows.order_by(*order)[(page - 1) * ON_PAGE : page * ON_PAGE + 1])
    today = timezone.localdate()
    context = {
        "rows": [(case, urgency(case, today)) for case in found[:ON_PAGE]], "has_next": len(found) > ON_PAGE,
        "page": page, "is_closed": is_closed, "is_own": is_own, "words": words,
    }  # fmt: skip
    return render(request, "catalogue/desk.html", context)


def urgency(case: Case, today: date) -> str:
    """``late``, ``soon``, ``calm``, or ``waiting`` for the applicant."""
    if case.status == Case.Status.AWAITING:
        return "waiting"
    if case.due_on is None or case.closed_at:
        return "calm"
    return "late" if case.due_on < today else "soon" if case.due_on - today <= SOON else "calm"


def handled_case(request: HttpRequest, pk: int, *, look_at: Action = Action.CASE) -> Case:
    """Of the person's roles and municipality, written down as seen; otherwise it is not there."""
    case = get_object_or_404(handled_by(request.user), pk=pk)
    look(request, case, look_at)
    return case


@never_cache
@login_required
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What was filed, how it went, what can be done."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    service = cast(EService, eservices.get(case.service))
    return service.pages.review(request, case) if service.pages else review_page(request, case)


def review_page(request: HttpRequest, case: Case, *, fault: str = "", failed: str = "") -> HttpResponse:
    """``failed``: the step that could not be taken; what was typed for it stays."""
    service = cast(EService, eservices.get(case.service))
    filing = Filing.objects.filter(case=case).first()
    today = timezone.localdate()
    draft = service.letters.draft(filing, today) if service.letters and filing and not case.closed_at else ""
    typed = request.POST.get("tekst", "")
    context = {
        "case": case, "card": card_of(service), "filing": filing, "urgency": urgency(case, today), "fault": fault,
        "events": case.events.select_related("actor").order_by("at", "pk"), "documents": case.documents.order_by("pk"),
        "seen": newest(case),
        "attachments": Attachment.objects.filter(draft__case=case).order_by("added_at", "pk"),
        "letters": service.letters, "failed": failed,
        "texts": {"odpowiedz": draft, **({failed: typed} if failed else {})}, "until": request.POST.get("do", ""),
        "can_leave": bool(case.awaits_until and case.awaits_until < today),
        "is_mine": case.handler_id == request.user.pk,
    }  # fmt: skip
    return render(request, "catalogue/review.html", context, status=422 if fault else 200)


@never_cache
@login_required
@require_safe
def course_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Metryka sprawy."""
    refuse_others(request.user)
    case = handled_case(request, pk, look_at=Action.COURSE)
    headers = {"Content-Disposition": f'attachment; filename="metryka-{case.pk}.pdf"'}
    return HttpResponse(course(case, on=timezone.localdate()), content_type="application/pdf", headers=headers)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One step of the office."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    run = ACTIONS.get(action)
    if run is None:
        raise NotFound(_("Nie ma takiej czynności."))
    try:
        run(request, case, timezone.now())
    except ServiceError as error:
        return review_page(request, handled_case(request, pk), fault=error.message, failed=action)
    messages.success(request, _("Zapisano. Wnioskodawca zobaczy to w swojej sprawie."))
    return redirect("catalogue:review", pk=pk)


def text_of(request: HttpRequest) -> str:
    return clean(request.POST.get("tekst", ""))[:20_000]


def day_of(request: HttpRequest) -> date:
    """Raises Malformed."""
    try:
        return date.fromisoformat(request.POST.get("do", ""))
    except ValueError:
        raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28.")) from None


def decided(request: HttpRequest, case: Case, at: datetime, *, is_positive: bool) -> None:
    service = cast(EService, eservices.get(case.service))
    if service.letters is None:
        raise NotFound(_("Nie ma takiej czynności."))
    site = public_address(request)
    seen = int(typed) if (typed := request.POST.get("widziane", "")[:18]).isdecimal() else -1
    decide(
        case, letters=service.letters, is_positive=is_positive, text=text_of(request), clerk=cast(User, request.user),
        site=site, seen=seen, at=at,
    )  # fmt: skip


type Run = Callable[[HttpRequest, Case, datetime], object]

ACTIONS: dict[str, Run] = {
    "przejmij": lambda request, case, at: handling.take(case, clerk=cast(User, request.user), at=at),
    "wezwij": lambda request, case, at: handling.call_to_mend(
        case, clerk=cast(User, request.user), what=text_of(request), until=day_of(request), at=at
    ),
    "przedluz": lambda request, case, at: handling.extend(
        case, clerk=cast(User, request.user), reason=text_of(request), until=day_of(request), at=at
    ),
    "notatka": lambda request, case, at: handling.note(
        case, clerk=cast(User, request.user), text=text_of(request), at=at
    ),
    "pozostaw": lambda request, case, at: handling.leave(case, clerk=cast(User, request.user), at=at),
    "odpowiedz": lambda request, case, at: decided(request, case, at, is_positive=True),
    "odmow": lambda request, case, at: decided(request, case, at, is_positive=False),
}

"""The clerk's desk: a work list by term, one case, the steps that can be taken."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.cases import handling
from services.cases.models import Case
from services.catalogue import exchange
from services.catalogue.deciding import course, decide, newest
from services.catalogue.declaration import EService, eservices
from services.catalogue.handled import codes_of, colleagues_of, hand_over, handled_by, handlers_of
from services.catalogue.models import Attachment, Filing
from services.catalogue.views.filling import card_of
from services.catalogue.worklist import Asked, Urgency, urgency, work_list
from services.documents.views import public_address
from services.forms.questions import clean
from services.identity.models import StaffRole, User
from spatial.errors import Malformed, NotFound, Refused, ServiceError
from spatial.municipalities.models import Municipality

ON_PAGE = 50


def refuse_others(user: User | AnonymousUser) -> None:
    """Raises Refused for who handles nothing."""
    roles = {service.role for service in eservices}
    if not StaffRole.objects.filter(user=user.pk, role__in=roles).exists():
        raise Refused(_("Ta strona jest dla pracowników urzędu. Zaloguj się na konto pracownika."))


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Open cases, the nearest term first; ``?stan=zakonczone``, and the filters of ``Asked``."""
    refuse_others(request.user)
    return desk_page(request)


def desk_page(
    request: HttpRequest, *, fault: str = "", faults: Sequence[tuple[str, str]] = (), chosen: Collection[int] = ()
) -> HttpResponse:
    """``fault``, ``faults`` by number, ``chosen``: of a step that could not be taken with all chosen cases."""
    today, asked = timezone.localdate(), Asked.of(request.GET.dict())
    page = page_of(request)
    found = list(work_list(request.user, asked, today=today)[(page - 1) * ON_PAGE : page * ON_PAGE + 1])
    context = filters_of(request, asked) | {
        "rows": [(case, urgency(case, today)) for case in found[:ON_PAGE]], "has_next": len(found) > ON_PAGE,
        "page": page, "fault": fault, "faults": faults, "chosen": chosen, "query": request.GET.urlencode(),
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "catalogue/desk.html", context, status=422 if fault or faults else 200)


def page_of(request: HttpRequest) -> int:
    typed = request.GET.get("strona", "1")[:5]
    return min(max(int(typed), 1), 1_000) if typed.isdecimal() else 1


def filters_of(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """What can be asked for, and what was."""
    codes = codes_of(request.user)
    return {
        "asked": asked, "colleagues": colleagues_of(request.user), "urgencies": Urgency.choices,
        "services": [card_of(service) for service in eservices if any(service.code in held for held in codes.values())],
        "municipalities": Municipality.objects.filter(pk__in=codes).order_by("name"),
    }  # fmt: skip


def handled_case(request: HttpRequest, pk: int) -> Case:
    """Of the person's roles and municipality; otherwise it is not there."""
    return get_object_or_404(handled_by(request.user), pk=pk)


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
        "colleagues": handlers_of(case, service).exclude(pk=case.handler_id or 0), "typed": request.POST,
    }  # fmt: skip
    return render(request, "catalogue/review.html", context, status=422 if fault else 200)


@never_cache
@login_required
@require_safe
def course_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Metryka sprawy."""
    refuse_others(request.user)
    case = handled_case(request, pk)
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


def colleague_of(request: HttpRequest) -> User:
    """Raises Malformed."""
    typed = request.POST.get("komu", "")[:18]
    found = User.objects.filter(pk=typed, is_active=True).first() if typed.isdecimal() else None
    if found is None:
        raise Malformed(_("Wybierz, komu przekazać."))
    return found


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


type Action = Callable[[HttpRequest, Case, datetime], object]

ACTIONS: dict[str, Action] = {
    "przejmij": lambda request, case, at: handling.take(case, clerk=cast(User, request.user), at=at),
    "przekaz": lambda request, case, at: hand_over(
        case, clerk=cast(User, request.user), to=colleague_of(request), note=text_of(request), at=at
    ),
    "wezwij": lambda request, case, at: exchange.call_to_mend(
        case, clerk=cast(User, request.user), what=text_of(request), until=day_of(request), at=at
    ),
    "przedluz": lambda request, case, at: exchange.extend(
        case, clerk=cast(User, request.user), reason=text_of(request), until=day_of(request), at=at
    ),
    "zawies": lambda request, case, at: exchange.suspend(
        case, clerk=cast(User, request.user), reason=text_of(request), at=at
    ),
    "podejmij": lambda request, case, at: exchange.resume(
        case, clerk=cast(User, request.user), reason=text_of(request), at=at
    ),
    "notatka": lambda request, case, at: handling.note(
        case, clerk=cast(User, request.user), text=text_of(request), at=at
    ),
    "pozostaw": lambda request, case, at: handling.leave(case, clerk=cast(User, request.user), at=at),
    "odpowiedz": lambda request, case, at: decided(request, case, at, is_positive=True),
    "odmow": lambda request, case, at: decided(request, case, at, is_positive=False),
}

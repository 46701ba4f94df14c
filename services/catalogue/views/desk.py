"""The clerk's desk: the work list by term, with its filters."""

from collections.abc import Collection, Sequence

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from services.catalogue.declaration import eservices
from services.catalogue.handled import codes_of, colleagues_of
from services.catalogue.views.cards import card_of
from services.catalogue.worklist import Asked, Urgency, urgency, work_list
from services.identity.models import StaffRole, User
from spatial.errors import Refused
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

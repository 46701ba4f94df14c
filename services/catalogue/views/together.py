"""One step with many cases of the work list; each is for itself: those that cannot be are named, others are done."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from services.cases import handling
from services.cases.models import Case
from services.catalogue import exchange
from services.catalogue.handled import hand_over, handled_by
from services.catalogue.views.desk import desk_page, refuse_others
from services.catalogue.views.review import colleague_of, day_of, text_of
from services.forms.questions import clean
from services.identity.models import User
from spatial.errors import Malformed, ServiceError

MOST = 200  #: cases at once

type Step = Callable[[Case], object]


@never_cache
@login_required
@require_POST
def together(request: HttpRequest) -> HttpResponse:
    """Back to the list when all is done; otherwise the list says which cases are not, and keeps them chosen."""
    refuse_others(request.user)
    chosen: list[int] = []
    try:
        chosen = chosen_of(request)
        step = step_of(request, timezone.now())
    except ServiceError as error:
        return desk_page(request, fault=error.message, chosen=chosen)
    cases = list(handled_by(request.user).filter(pk__in=chosen))
    faults = {case.pk: fault for case in cases if (fault := fault_of(step, case))}
    gone = len(chosen) - len(cases)
    if done := len(cases) - len(faults):
        messages.success(request, _("Gotowe. Liczba spraw: %(count)d.") % {"count": done})
    if faults or gone:
        told = [(case.number, faults[case.pk]) for case in cases if case.pk in faults]
        missing = [(_("Sprawy, których nie prowadzisz"), str(gone))] if gone else []
        return desk_page(request, faults=[*told, *missing], chosen=faults)
    return redirect(f"{reverse('catalogue:desk')}?{request.GET.urlencode()}")


def chosen_of(request: HttpRequest) -> list[int]:
    """Raises Malformed."""
    chosen = sorted({int(typed) for typed in request.POST.getlist("sprawa") if typed.isdecimal() and len(typed) < 19})
    if not chosen:
        raise Malformed(_("Zaznacz co najmniej jedną sprawę."))
    if len(chosen) > MOST:
        raise Malformed(_("Zaznacz najwyżej %(most)d spraw naraz.") % {"most": MOST})
    return chosen


def step_of(request: HttpRequest, at: datetime) -> Step:
    """What is to be done with each. Raises Malformed for what would be wrong with all of them."""
    clerk = cast(User, request.user)
    match request.POST.get("czynnosc"):
        case "przejmij":
            return lambda case: handling.take(case, clerk=clerk, at=at)
        case "przekaz":
            to, note = colleague_of(request), clean(request.POST.get("notatka", ""))[:20_000]
            return lambda case: hand_over(case, clerk=clerk, to=to, note=note, at=at)
        case "przedluz":
            reason, until = text_of(request), day_of(request)
            if not reason:
                raise Malformed(_("Napisz, dlaczego sprawa potrwa dłużej (art. 36 KPA)."))
            return lambda case: exchange.extend(case, clerk=clerk, reason=reason, until=until, at=at)
        case _other:
            raise Malformed(_("Wybierz, co zrobić z zaznaczonymi sprawami."))


def fault_of(step: Step, case: Case) -> str:
    """Why the step cannot be taken with the case; empty where it was taken."""
    try:
        step(case)
    except ServiceError as error:
        return error.message
    return ""

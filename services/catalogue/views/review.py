"""One case on the clerk's desk: what was filed, how it went, the steps that can be taken."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.audit.services import Action, look
from services.cases import handling
from services.cases.models import Case
from services.catalogue import charging, exchange
from services.catalogue.deciding import decide, newest
from services.catalogue.declaration import EService, Hand, Letters, eservices
from services.catalogue.editions import form_for
from services.catalogue.handled import hand_over, handled_by, handlers_of
from services.catalogue.models import Attachment, Filing
from services.catalogue.place import drawing
from services.catalogue.views.cards import card_of
from services.catalogue.views.desk import refuse_others
from services.catalogue.worklist import urgency
from services.delivery.shown import route_of, shipments_of
from services.documents.views import public_address
from services.fees.base import CASH_DESK, CashDesk
from services.fees.models import Due
from services.fees.services import (
    CALLED,
    ask_refund,
    call_to_pay,
    exempt,
    pay,
    refuse_exemption,
)
from services.forms.page import marked
from services.forms.questions import clean
from services.identity.models import User
from services.payments.models import Refund
from services.payments.money import grosze
from spatial.errors import Malformed, NotFound, ServiceError

WAYS = [(how.value, how.label) for how in CashDesk.taken]
#: why a duty that was paid goes back
GROUNDS = (Refund.Ground.NOT_MADE, Refund.Ground.OVERPAID)


def service_of(case: Case) -> EService:
    """Of a case that came by ``handled_by``, which knows services of the catalogue only."""
    return cast(EService, eservices.get(case.service))


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
    return review_page(request, case)


def review_page(request: HttpRequest, case: Case, *, fault: str = "", failed: str = "") -> HttpResponse:
    """``failed``: the step that could not be taken; what was typed for it stays."""
    service = service_of(case)
    filing = Filing.objects.filter(case=case).first()
    today = timezone.localdate()
    draft = service.letters.draft(filing, today) if filing and not case.closed_at else ""
    bench = service.bench.context(filing, today) if service.bench and filing else {}
    typed = request.POST.get("tekst", "")
    dues = list(case.dues.order_by("pk"))
    context = {
        "case": case, "card": card_of(service), "newest": filing.newest if filing else None,
        "urgency": urgency(case, today), "fault": fault, "failed": failed, "letters": service.letters,
        "drawing": drawing_of(service, filing) if filing and not service.bench else "",
        "bench": bench, "bench_template": service.bench.template if service.bench and filing else "",
        "shipments": shipments_of(case), "route": route_of(case),
        "events": case.events.select_related("actor").order_by("at", "pk"), "documents": case.documents.order_by("pk"),
        "seen": newest(case), "attachments": Attachment.objects.filter(draft__case=case).order_by("added_at", "pk"),
        "unpaid": charging.obstacle(case, service.letters) if not case.closed_at else "",
        "can_charge": can_charge(case, service.letters), "despite": typed_in(request, "mimo"),
        "dues": dues, "is_unpaid": any(not due.is_settled for due in dues), "ways": WAYS,
        "refund_grounds": grounds_for(case),
        "call_until": CALLED.ends(today).isoformat() if call_to_pay(dues) else "",
        "texts": {"odpowiedz": draft, "wezwij": call_to_pay(dues), **({failed: typed} if failed else {})},
        "until": request.POST.get("do", ""),
        "can_leave": bool(case.awaits_until and case.awaits_until < today),
        "undelivered_call": exchange.undelivered_call(case) if case.awaits_until else None,
        "is_mine": case.handler_id == request.user.pk,
        "colleagues": handlers_of(case, service).exclude(pk=case.handler_id or 0), "typed": request.POST,
    }  # fmt: skip
    return render(request, "catalogue/review.html", context, status=422 if fault else 200)


def drawing_of(service: EService, filing: Filing) -> str:
    """Where the case is on the map, as GeoJSON; empty where it is nowhere."""
    found = drawing(form_for(service, filing.municipality_id), filing.newest.answers)
    return json.dumps(found) if found else ""


@login_required
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One step of the office."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    bench = service_of(case).bench
    own = bench.steps.get(action) if bench else None
    run = ACTIONS.get(action)
    if run is None and own is None:
        raise NotFound(_("Nie ma takiej czynności."))
    try:
        if own:
            own(case, request.POST, cast(User, request.user), timezone.now())
        elif run:
            run(request, case, timezone.now())
    except ServiceError as error:
        return review_page(request, handled_case(request, pk), fault=marked(error.message), failed=action)
    messages.success(request, _("Zapisano."))
    return redirect("catalogue:review", pk=pk)


def can_charge(case: Case, letters: Letters) -> bool:
    return bool(letters.papers and letters.papers.are_charged) and not charging.is_charged(case)


def text_of(request: HttpRequest) -> str:
    return typed_in(request, "tekst")


def typed_in(request: HttpRequest, name: str) -> str:
    return clean(request.POST.get(name, ""))[:20_000]


def day_of(request: HttpRequest) -> date:
    """Raises Malformed."""
    try:
        return date.fromisoformat(request.POST.get("do", ""))
    except ValueError:
        raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28.")) from None


def hand_of(request: HttpRequest, at: datetime) -> Hand:
    return Hand(cast(User, request.user), at, public_address(request))


def colleague_of(request: HttpRequest) -> User:
    """Raises Malformed."""
    typed = request.POST.get("komu", "")[:18]
    found = User.objects.filter(pk=typed, is_active=True).first() if typed.isdecimal() else None
    if found is None:
        raise Malformed(_("Wybierz, komu przekazać."))
    return found


def decided(request: HttpRequest, case: Case, at: datetime, *, is_positive: bool) -> None:
    letters = service_of(case).letters
    seen = int(typed) if (typed := request.POST.get("widziane", "")[:18]).isdecimal() else -1
    decide(
        case, letters=letters, is_positive=is_positive, text=text_of(request), hand=hand_of(request, at), seen=seen,
        despite=typed_in(request, "mimo"),
    )  # fmt: skip


def due_of(request: HttpRequest, case: Case) -> Due:
    """Raises NotFound."""
    typed = request.POST.get("oplata", "")[:18]
    found = case.dues.filter(pk=typed).first() if typed.isdecimal() else None
    if found is None:
        raise NotFound(_("W tej sprawie nie ma takiej opłaty."))
    return found


def paid(request: HttpRequest, case: Case, at: datetime) -> None:
    due = due_of(request, case)
    message = {name: clean(text) for name, text in request.POST.dict().items()}
    pay(due, CASH_DESK.notify(due, message), by=cast(User, request.user), at=at)


def grounds_for(case: Case) -> list[tuple[str, str]]:
    """For the form; of an act that was made only what was overpaid goes back."""
    was_made = case.status == Case.Status.ISSUED
    return [(one.value, str(one.label)) for one in GROUNDS if not (was_made and one == Refund.Ground.NOT_MADE)]


def ground_of(request: HttpRequest) -> Refund.Ground:
    """Raises Malformed."""
    typed = request.POST.get("podstawa", Refund.Ground.NOT_MADE)
    if typed not in GROUNDS:
        raise Malformed(_("Wybierz, dlaczego opłata wraca."))
    return Refund.Ground(typed)


type Run = Callable[[HttpRequest, Case, datetime], object]

ACTIONS: dict[str, Run] = {
    "przejmij": lambda request, case, at: handling.take(case, clerk=cast(User, request.user), at=at),
    "przekaz": lambda request, case, at: hand_over(
        case, clerk=cast(User, request.user), to=colleague_of(request), note=text_of(request), at=at
    ),
    "wezwij": lambda request, case, at: exchange.call_to_mend(
        case, clerk=cast(User, request.user), what=text_of(request), until=day_of(request), at=at
    ),
    "uzupelniono": lambda request, case, at: exchange.mend_on_paper(
        case, clerk=cast(User, request.user), text=text_of(request), at=at
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
    "nalicz": lambda request, case, at: charging.charge(
        case, letters=service_of(case).letters, hand=hand_of(request, at)
    ),
    "oplacono": paid,
    "zwolnij": lambda request, case, at: exempt(
        due_of(request, case), reason=text_of(request), by=cast(User, request.user), at=at
    ),
    "bez-zwolnienia": lambda request, case, at: refuse_exemption(
        due_of(request, case), reason=text_of(request), by=cast(User, request.user), at=at
    ),
    "zwrot": lambda request, case, at: ask_refund(
        due_of(request, case),
        reason=text_of(request),
        by=cast(User, request.user),
        at=at,
        ground=ground_of(request),
        amount_gr=grosze(typed) if (typed := typed_in(request, "kwota").strip()) else None,
    ),
    "pozostaw": lambda request, case, at: exchange.leave(case, clerk=cast(User, request.user), at=at),
    "odpowiedz": lambda request, case, at: decided(request, case, at, is_positive=True),
    "odmow": lambda request, case, at: decided(request, case, at, is_positive=False),
}

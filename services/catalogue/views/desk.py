"""The clerk's desk: a work list by term, one case, the steps that can be taken."""

import json
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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.audit.services import Action, look
from services.cases import handling
from services.cases.models import Case
from services.catalogue import amending, course, exchange
from services.catalogue.deciding import decide, letter_of, newest
from services.catalogue.declaration import EService, Hand, eservices
from services.catalogue.editions import form_for
from services.catalogue.filing import of_step, regroup
from services.catalogue.handled import codes_of, colleagues_of, hand_over, handled_by, handlers_of
from services.catalogue.models import Attachment, Filing
from services.catalogue.place import drawing
from services.catalogue.views.cards import card_of
from services.catalogue.views.fields import labelled, posted_fields
from services.catalogue.views.mine import downloaded, sent_xml
from services.catalogue.worklist import Asked, Urgency, urgency, work_list
from services.documents import letters as paper
from services.documents.seal import sealed, sealed_xml
from services.documents.views import public_address
from services.fees.base import CASH_DESK, CashDesk
from services.fees.models import Due
from services.fees.services import CALLED, call_to_pay, exempt, pay, refuse_exemption
from services.forms.page import marked, shown
from services.forms.questions import clean
from services.forms.reading import Reading, read
from services.identity.models import StaffRole, User
from spatial.errors import Malformed, NotFound, Refused, ServiceError
from spatial.municipalities.models import Municipality

ON_PAGE = 50
WAYS = [(how.value, how.label) for how in CashDesk.taken]


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
        "drawing": drawing_of(filing),
        "bench": bench, "bench_template": service.bench.template if service.bench and filing else "",
        "events": case.events.select_related("actor").order_by("at", "pk"), "documents": case.documents.order_by("pk"),
        "seen": newest(case), "attachments": Attachment.objects.filter(draft__case=case).order_by("added_at", "pk"),
        "dues": dues, "is_unpaid": any(not due.is_settled for due in dues), "ways": WAYS,
        "call_until": CALLED.ends(today).isoformat() if call_to_pay(dues) else "",
        "texts": {"odpowiedz": draft, "wezwij": call_to_pay(dues), **({failed: typed} if failed else {})},
        "until": request.POST.get("do", ""),
        "can_leave": bool(case.awaits_until and case.awaits_until < today),
        "is_mine": case.handler_id == request.user.pk,
        "colleagues": handlers_of(case, service).exclude(pk=case.handler_id or 0), "typed": request.POST,
    }  # fmt: skip
    return render(request, "catalogue/review.html", context, status=422 if fault else 200)


def drawing_of(filing: Filing | None) -> str:
    """Where the case is on the map, as GeoJSON; empty where it is nowhere."""
    if filing is None:
        return ""
    form = form_for(service_of(filing.case), filing.municipality_id)
    found = drawing(form, filing.newest.answers)
    return json.dumps(found) if found else ""


@never_cache
@login_required
@require_safe
def filing_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The application as it was filed."""
    refuse_others(request.user)
    return sent_xml(handled_case(request, pk))


@never_cache
@login_required
@require_safe
def course_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Metryka sprawy, sealed now."""
    refuse_others(request.user)
    case, now = handled_case(request, pk, look_at=Action.COURSE), timezone.now()
    content = sealed(course.as_pdf(case, on=timezone.localdate(now)), municipality=case.municipality, at=now).pdf
    return downloaded(content, f"metryka-{pk}.pdf", "application/pdf")


@never_cache
@login_required
@require_safe
def course_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for programs."""
    refuse_others(request.user)
    case, now = handled_case(request, pk, look_at=Action.COURSE), timezone.now()
    content = sealed_xml(course.as_xml(case, at=now), municipality=case.municipality, at=now)
    return downloaded(content, f"metryka-{pk}.xml", "application/xml")


@never_cache
@login_required
@require_POST
def letter_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter with the words typed so far, PDF with a watermark; nothing is kept."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    letters = service_of(case).letters
    title = letters.refusal if request.POST.get("rodzaj") == "odmow" else letters.answer
    letter = letter_of(case, title, text_of(request), hand_of(request, timezone.now()))
    return shown_pdf(paper.pdf(letter)[0], case)


@never_cache
@login_required
@require_safe
def paper_preview(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """A document that the service makes itself, as it would be now, PDF with a watermark."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    papers, filing = service_of(case).letters.papers, Filing.objects.filter(case=case).first()
    if papers is None or filing is None:
        raise NotFound(_("Ta usługa nie ma takiego podglądu."))
    return shown_pdf(papers.preview(filing, index, hand_of(request, timezone.now())), case)


def shown_pdf(content: bytes, case: Case) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="podglad-{case.pk}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers in one form, with what and why; what is wrong is named and stays as typed."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    service, filing = service_of(case), get_object_or_404(Filing, case=case)
    [step] = amending.mendable(form_for(service, case.municipality_id)).steps
    note, fault, reading = clean(request.POST.get("uwaga", ""))[:1000], "", Reading()
    typed = amending.typed_now(service, filing)
    if request.method == "POST":
        typed = dict(of_step(step, posted_fields(request)))
    if action := request.POST.get("czynnosc", "")[:200]:
        typed = regroup(step, typed, action)
    elif request.method == "POST":
        try:
            found = amending.amend(service, case, typed, note=note, clerk=cast(User, request.user), at=timezone.now())
        except ServiceError as error:
            fault = error.message
        else:
            reading = found.by_step[step.name]
            if found.is_good:
                messages.success(request, _("Wniosek poprawiony. Wnioskodawca zobaczy, co i dlaczego."))
                return redirect("catalogue:review", pk=pk)
    if not reading.answers:
        reading.answers = read(step.questions, typed).answers
    fields = shown(step.questions, typed, reading, before={})
    context = {"case": case, "fields": fields, "note": note, "fault": fault, "errors": labelled(fields)}
    return render(request, "catalogue/amend.html", context, status=422 if fault or reading.errors else 200)


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


def text_of(request: HttpRequest) -> str:
    return clean(request.POST.get("tekst", ""))[:20_000]


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
    decide(case, letters=letters, is_positive=is_positive, text=text_of(request), hand=hand_of(request, at), seen=seen)


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


type Run = Callable[[HttpRequest, Case, datetime], object]

ACTIONS: dict[str, Run] = {
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
    "oplacono": paid,
    "zwolnij": lambda request, case, at: exempt(
        due_of(request, case), reason=text_of(request), by=cast(User, request.user), at=at
    ),
    "bez-zwolnienia": lambda request, case, at: refuse_exemption(
        due_of(request, case), reason=text_of(request), by=cast(User, request.user), at=at
    ),
    "pozostaw": lambda request, case, at: handling.leave(case, clerk=cast(User, request.user), at=at),
    "odpowiedz": lambda request, case, at: decided(request, case, at, is_positive=True),
    "odmow": lambda request, case, at: decided(request, case, at, is_positive=False),
}

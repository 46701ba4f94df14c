"""The form of a service from the first step to the filed case, page by page."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from services.audit.services import Action, look
from services.cases.models import Case
from services.cases.services import NoCaseClass, class_for
from services.catalogue import attaching, cosigning, filing
from services.catalogue.admission import obstacle, stronger
from services.catalogue.clause import clause
from services.catalogue.declaration import EService
from services.catalogue.duties import Owed, owed
from services.catalogue.handled import handled_by
from services.catalogue.land import faults_of
from services.catalogue.models import Attachment, Draft
from services.catalogue.prefill import Filler, known
from services.catalogue.views.cards import card_of, service_of
from services.catalogue.views.fields import labelled, names_of, posted_fields, storable
from services.documents.views import kept_file
from services.forms.definition import Step
from services.forms.page import marked, shown
from services.forms.questions import Files, Group, Parcels, Statement, spoken
from services.forms.reading import Answers, Reading, read, told
from services.identity.models import User
from services.parties.acting import link_of
from spatial.errors import NotFound, ServiceError
from spatial.municipalities.models import Municipality


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """A new draft; where one is open already, the person chooses."""
    service = service_of(code)
    link = link_of(request)
    if text := obstacle(service, request, link):
        return not_admitted(request, service, text)
    form = service.form
    owner, now = cast(User, request.user), timezone.now()
    open_ones = Draft.objects.open(at=now).filter(owner=owner, service=code).select_related(*filing.REPRESENTED)
    open_ones = open_ones.order_by("-saved_at")[:20]
    if request.method == "GET" and open_ones:
        context = {
            "card": card_of(service),
            "drafts": open_ones,
            "first": form.steps[0].name,
            "query": request.GET.urlencode(),
        }
        return render(request, "catalogue/begin.html", context)
    filler = Filler(owner, link.party if link else None)
    typed = given(service, request.GET.dict(), filler, timezone.localdate(now))
    draft = filing.begin(service, owner=owner, typed=typed, at=now, representation=link)
    return redirect("catalogue:step", code=code, key=draft.pk, step=form.steps[0].name)


def not_admitted(request: HttpRequest, service: EService, text: str) -> HttpResponse:
    """What stands in the way, and what the person can do."""
    ways = [(way.code, spoken(way.title)) for way in stronger(service, request)]
    context = {"card": card_of(service), "obstacle": text, "ways": ways, "back": request.path}
    return render(request, "catalogue/admission.html", context, status=403)


def given(service: EService, asked: Mapping[str, object], filler: Filler, on: date) -> dict[str, list[str]]:
    """What the map and other pages know already, for the person to see and change.

    By the names of questions; ``?dzialka=`` is the parcels, whatever the question about them is called.
    """
    found = known(service.form.questions(), filler=filler, on=on)
    for one in service.form.questions():
        name = "dzialka" if isinstance(one, Parcels) else one.name
        text = storable(str(asked.get(name, "")))[:2000]
        if text and not isinstance(one, Group | Files | Statement):
            found[one.name] = [text]
    return found


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, code: str, key: UUID, step: str) -> HttpResponse:
    """One step. Everything posted is kept first, right or wrong; then it is read."""
    service, now = service_of(code), timezone.now()
    draft = filing.draft_of(service, owner=cast(User, request.user), key=key, at=now)
    form = filing.form_of(service, draft)
    if draft.case_id is not None:
        return redirect("catalogue:case", pk=draft.case_id)
    current = form.step(step)
    if current is None:
        raise NotFound(_("Ten wniosek nie ma takiego kroku."))
    place = form.steps.index(current)
    if request.method == "POST":
        return posted(request, service, draft, place)
    if "popraw" in request.GET:
        return step_page(request, service, draft, place, filing.whole(service, draft, at=now).by_step[step])
    return step_page(request, service, draft, place, Reading())


def posted(request: HttpRequest, service: EService, draft: Draft, place: int) -> HttpResponse:
    """Kept, then: answered to the script that saves, a group changed, left for later, or one step on or back."""
    steps, now = filing.form_of(service, draft).steps, timezone.now()
    typed = posted_fields(request)
    draft = filing.keep(service, draft, steps[place], typed, at=now)
    steps = filing.form_of(service, draft).steps
    if "autozapis" in request.POST:
        return JsonResponse({"saved_at": timezone.localtime(draft.saved_at).strftime("%H:%M")})
    faults = attached(request, draft, steps[place], at=now)
    if action := request.POST.get("czynnosc", ""):
        draft = acted(draft, steps[place], action[:200])
        return step_page(request, service, draft, place, Reading(errors=faults))
    draft.refresh_from_db()
    reading = read(steps[place].questions, draft.typed, before=answers_before(service, draft, place))
    reading.errors |= faults
    if reading.is_good:
        reading.errors |= late_faults(service, draft, place, reading.answers, at=now)
    if "pozniej" in request.POST:
        messages.success(request, _("Zapisane. Wniosek dokończysz ze strony „Moje sprawy” w ciągu 30 dni."))
        return redirect("catalogue:home")
    goes_back = "wstecz" in request.POST and place > 0
    if not goes_back and not reading.is_good:
        return step_page(request, service, draft, place, without_new(reading, request.POST))
    after = place - 1 if goes_back else place + 1
    if after < len(steps):
        return redirect("catalogue:step", code=service.code, key=draft.pk, step=steps[after].name)
    return redirect("catalogue:summary", code=service.code, key=draft.pk)


def late_faults(service: EService, draft: Draft, place: int, answers: Answers, *, at: datetime) -> dict[str, str]:
    """What can be said of the answers of this step together with those before: unknown land now rather than later."""
    form = filing.form_of(service, draft)
    so_far = answers_before(service, draft, place) | answers
    is_last = place == len(form.steps) - 1
    found = (
        filing.faults_together(service, so_far, at=at)
        if is_last
        else faults_of(service, so_far, today=timezone.localdate(at))
    )
    return {one.name: found[one.name] for one in form.steps[place].questions if one.name in found}


def without_new(reading: Reading, posted: QueryDict) -> Reading:
    """Questions that have come up by the answers are not wrong, only not answered yet.

    A page says which fields it showed; a program that does not was shown all.
    """
    if "pokazane" not in posted:
        return reading
    seen = set(posted.getlist("pokazane")[0].split())
    errors = {name: text for name, text in reading.errors.items() if name in seen}
    return Reading(reading.answers, errors, has_new=len(errors) < len(reading.errors))


def attached(request: HttpRequest, draft: Draft, step: Step, *, at: datetime) -> dict[str, str]:
    """Keeps the files that came; what is wrong with others, by question."""
    found = {}
    for one in step.questions:
        if isinstance(one, Files) and (files := request.FILES.getlist(one.name)):
            faults = attaching.attach(draft, one, files, at=at)
            if faults:
                found[one.name] = " ".join(faults)
    return found


def acted(draft: Draft, step: Step, action: str) -> Draft:
    """A group changed or a file dropped."""
    verb, _colon, rest = action.partition(":")
    name, _colon, key = rest.partition(":")
    question = next((one for one in step.questions if isinstance(one, Files) and one.name == name), None)
    if question is None:
        return filing.act(draft, step, action)
    with suppress(ValueError):
        if verb == "drop":
            attaching.drop(draft, question, UUID(key))
    draft.refresh_from_db()
    return draft


def answers_before(service: EService, draft: Draft, place: int) -> Answers:
    answers: Answers = {}
    for one in filing.form_of(service, draft).steps[:place]:
        answers |= read(one.questions, draft.typed, before=answers).answers
    return answers


def step_page(request: HttpRequest, service: EService, draft: Draft, place: int, reading: Reading) -> HttpResponse:
    steps = filing.form_of(service, draft).steps
    before = answers_before(service, draft, place)
    if not reading.answers:
        reading.answers = read(steps[place].questions, draft.typed, before=before).answers
    fields = shown(steps[place].questions, draft.typed, reading, before=before)
    context = {
        "card": card_of(service), "draft": draft, "step": spoken(steps[place].title), "fields": fields, "place": place,
        "titles": [*(spoken(one.title) for one in steps), _("Sprawdź i złóż")], "current": place + 1,
        "errors": labelled(fields), "has_new": reading.has_new, "names": " ".join(names_of(fields)),
    }  # fmt: skip
    return render(request, "catalogue/step.html", context, status=422 if reading.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def summary(request: HttpRequest, code: str, key: UUID) -> HttpResponse:
    """Everything once more, then it is filed; pressing twice files once."""
    service = service_of(code)
    now = timezone.now()
    draft = filing.draft_of(service, owner=cast(User, request.user), key=key, at=now)
    if draft.case_id is not None:
        return redirect("catalogue:case", pk=draft.case_id)
    if request.method == "POST" and (text := obstacle(service, request, draft.representation)):
        return not_admitted(request, service, text)
    fault = ""
    if request.method == "POST":
        try:
            if "popros" in request.POST:
                cosigning.ask(service, draft, at=now)
                return redirect("catalogue:summary", code=code, key=key)
            case = filing.submit(service, draft, at=now)
        except ServiceError as error:
            fault = error.message
        else:
            messages.success(request, _("Wniosek złożony. Znak sprawy: %(number)s.") % {"number": case.number})
            return redirect("catalogue:case", pk=case.pk)
    found = filing.whole(service, draft, at=now)
    is_new_version = filing.accept_version(service, draft, found.municipality)
    if is_new_version:
        found = filing.whole(service, draft, at=now)
    form = filing.form_of(service, draft)
    context = {
        "card": card_of(service), "draft": draft, "is_new_version": is_new_version, "fault": fault,
        "parts": [
            (one.name, spoken(one.title), list(told(one.questions, found.by_step[one.name].answers)),
             [marked(error) for error in found.by_step[one.name].errors.values()])
            for one in form.steps
        ],
        "is_good": found.is_good, "titles": [*(spoken(one.title) for one in form.steps), _("Sprawdź i złóż")],
        "current": len(form.steps) + 1,
        "clause": clause_of(service, found.municipality, on=timezone.localdate(now)),
        "needs_cosigner": found.is_good and service.needs_cosigner(found.answers),
        "owed": owed_for(service, draft, found, on=timezone.localdate(now)),
    }  # fmt: skip
    if context["needs_cosigner"]:
        asked = cosigning.pending(service, draft, found, at=now)
        link = asked and request.build_absolute_uri(reverse("catalogue:cosign", args=[asked.pk]))
        was_refused = draft.cosignatures.exclude(refused_at=None).exists()
        context |= {"asked": asked, "link": link, "was_refused": was_refused}
    return render(request, "catalogue/summary.html", context, status=422 if request.method == "POST" else 200)


def clause_of(service: EService, municipality: Municipality | None, *, on: date) -> str:
    """What the person is told of the own data; nothing where nobody can file yet."""
    if municipality is None:
        return ""
    with suppress(NoCaseClass):
        return clause(service, municipality, category=class_for(service.code, municipality, on=on).archive_category)
    return ""


def owed_for(service: EService, draft: Draft, found: filing.Whole, *, on: date) -> Owed:
    """What would be to pay, were it filed now."""
    if not found.is_good or found.municipality is None:
        return Owed()
    return owed(
        service, found.answers, by=draft.owner, link=draft.representation, municipality=found.municipality, on=on
    )


@never_cache
@login_required
@require_safe
def attachment(request: HttpRequest, key: UUID) -> FileResponse:
    """For people of the case and for who handles it, whose look is written down; never shown in a page of ours."""
    held = (
        Attachment.objects.select_related("draft__case__applicant", "draft__case__municipality").filter(pk=key).first()
    )
    if held is None or not may_see(request, held):
        raise NotFound(_("Nie ma takiego załącznika."))
    case = held.draft.case
    if case and not is_of_person(request, case):
        look(request, case, Action.ATTACHMENT, thing=held.name)
    return kept_file(held.path, held.name)


def may_see(request: HttpRequest, held: Attachment) -> bool:
    """Who attached it or is asked to sign it, until it is filed; then people of the case and who handles it."""
    case = held.draft.case
    if case is not None:
        return is_of_person(request, case) or handled_by(request.user).filter(pk=case.pk).exists()
    asked = held.draft.cosignatures.filter(signer=request.user.pk, refused_at=None, expires_at__gt=timezone.now())
    return held.draft.owner_id == request.user.pk or asked.exists()


def is_of_person(request: HttpRequest, case: Case) -> bool:
    return Case.objects.of_person(cast(User, request.user)).filter(pk=case.pk).exists()

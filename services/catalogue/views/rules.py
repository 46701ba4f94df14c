"""The office's page of a service: class, term and fees from a day on, words and questions of the form, publishing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from services.cases.models import CaseClass, TermRule
from services.catalogue import editions, rules
from services.catalogue.declaration import EService, eservices
from services.catalogue.models import FormEdition
from services.catalogue.views.cards import card_of
from services.catalogue.views.desk import refuse_others
from services.catalogue.views.fields import storable
from services.fees.models import FeeRate
from services.forms.page import shown
from services.forms.questions import Group, clean
from services.forms.reading import Reading
from services.identity.models import User
from services.payments.money import grosze
from spatial.errors import Malformed, NotFound, ServiceError
from spatial.municipalities.models import Municipality

LANGUAGES = ("pl", "en")


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Services that the person keeps, by municipality."""
    refuse_others(request.user)
    kept = rules.kept_by(cast(User, request.user), iter(eservices))
    rows = [(place, card_of(service), current_class(service, place)) for place, service in kept]
    return render(request, "catalogue/rules_index.html", {"rows": rows})


def current_class(service: EService, place: Municipality) -> CaseClass | None:
    rows = CaseClass.objects.filter(municipality=place, service=service.code, valid_from__lte=timezone.localdate())
    return rows.order_by("-valid_from").first()


def kept(request: HttpRequest, teryt: int, code: str) -> tuple[Municipality, EService]:
    """Raises NotFound for what the person does not keep."""
    refuse_others(request.user)
    for place, service in rules.kept_by(cast(User, request.user), iter(eservices)):
        if place.pk == f"{teryt:06}" and service.code == code:
            return place, service
    raise NotFound(_("Nie prowadzisz tej usługi w tej gminie."))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def service_rules(request: HttpRequest, teryt: int, code: str) -> HttpResponse:
    """All of one service; what is wrong is said above the form that was sent, and what was typed stays."""
    place, service = kept(request, teryt, code)
    if request.method == "GET":
        return page(request, place, service)
    action, _colon, key = request.POST.get("czynnosc", "")[:80].partition(":")
    run = ACTIONS.get(action)
    if run is None:
        raise NotFound(_("Nie ma takiej czynności."))
    try:
        by = cast(User, request.user)
        run(Sent(place=place, service=service, posted=request.POST, by=by, at=timezone.now(), key=key))
    except ServiceError as error:
        return page(request, place, service, fault=error.message)
    messages.success(request, _("Zapisano."))
    return redirect("catalogue:rules", teryt=teryt, code=code)


def page(request: HttpRequest, place: Municipality, service: EService, *, fault: str = "") -> HttpResponse:
    today = timezone.localdate()
    held = FormEdition.objects.filter(municipality=place, service=service.code).order_by("-number")
    draft = next((one for one in held if one.published_at is None), None)
    now = draft or editions.current(service, place.pk)
    typed = request.POST if fault else QueryDict()
    context = {
        "place": place, "card": card_of(service), "fault": fault, "today": today, "typed": typed,
        "classes": CaseClass.objects.filter(municipality=place, service=service.code).order_by("-valid_from"),
        "terms": TermRule.objects.filter(municipality=place, service=service.code).order_by("-valid_from"),
        "rates": rates_of(service, place), "codes": service.rates,
        "declared": service.term, "units": TermRule.Unit.choices, "questions": words_of(service, now, typed),
        "added": now.added if now else [], "kinds": [(kind, name) for kind, (name, _make) in editions.KINDS.items()],
        "steps": [(step.name, step.title.pl) for step in service.form.steps], "draft": draft,
        "published": [one for one in held if one.published_at],
        "own": {name.replace("-", "_"): typed.get(name, "") for name in ("label-pl", "label-en", "hint-pl", "hint-en")},
    }  # fmt: skip
    return render(request, "catalogue/rules.html", context, status=422 if fault else 200)


def rates_of(service: EService, place: Municipality) -> QuerySet[FeeRate]:
    """Amounts of the country and of the municipality, the newest first."""
    rows = FeeRate.objects.filter(Q(municipality=place) | Q(municipality=None), code__in=service.rates)
    return rows.order_by("code", "-valid_from", "municipality")


def words_of(service: EService, edition: FormEdition | None, typed: QueryDict) -> list[dict[str, object]]:
    """Each declared question with the words that stand in it now, or as they were typed a moment ago."""
    said = edition.words if edition else {}
    found: list[dict[str, object]] = []
    for one in service.form.questions():
        parts = []
        for part in ("label", "hint"):
            words = said.get(one.name, {}).get(part) or getattr(one, part).as_dict()
            for language in LANGUAGES:
                name = f"{part}-{language}-{one.name}"
                parts.append((name, part, language, typed.get(name, words[language])))
        found.append({"name": one.name, "declared": one.label.pl, "parts": parts, "is_group": isinstance(one, Group)})
    return found


@never_cache
@login_required
@require_safe
def preview(request: HttpRequest, teryt: int, code: str) -> HttpResponse:
    """The form as it would be if what is being worked on were published; nothing can be sent."""
    place, service = kept(request, teryt, code)
    draft = FormEdition.objects.filter(municipality=place, service=code, published_at=None).first()
    form = editions.edited(service.form, draft) if draft else editions.form_for(service, place.pk)
    steps = [(step.title.pl, shown(step.questions, {}, Reading(), before={}, is_whole=True)) for step in form.steps]
    return render(request, "catalogue/rules_preview.html", {"place": place, "card": card_of(service), "steps": steps})


# --- what can be done ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a person sent, and about which service."""

    place: Municipality
    service: EService
    posted: QueryDict
    by: User
    at: datetime
    key: str  #: what stands after the colon of the action

    def text(self, name: str) -> str:
        return clean(storable(self.posted.get(name, "")))[:1000]

    def both(self, part: str, name: str = "") -> dict[str, str]:
        """Polish and English."""
        return {language: self.text(f"{part}-{language}{name and '-' + name}") for language in LANGUAGES}

    def has(self, part: str, name: str) -> bool:
        return f"{part}-pl-{name}" in self.posted

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    def begins(self) -> rules.Begins:
        """Raises Malformed."""
        try:
            on = date.fromisoformat(self.text("od"))
        except ValueError:
            raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28.")) from None
        return rules.Begins(on, self.text("zrodlo"))

    def number(self, text: str) -> int:
        """0 for what is none."""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def set_class(sent: Sent) -> None:
    rules.set_class(
        sent.service, sent.place, unit=sent.text("komorka"), jrwa=sent.text("klasa"),
        category=sent.text("kategoria"), begins=sent.begins(), today=sent.today,
    )  # fmt: skip


def set_term(sent: Sent) -> None:
    rules.set_term(
        sent.service, sent.place, count=sent.number(sent.text("ile")), unit=sent.text("czego"),
        basis=sent.text("przepis"), begins=sent.begins(), today=sent.today,
    )  # fmt: skip


def set_rate(sent: Sent) -> None:
    rules.set_rate(
        sent.service, sent.place, code=sent.text("kod"), title=sent.text("nazwa"),
        amount_gr=grosze(sent.text("kwota")), begins=sent.begins(), today=sent.today,
    )  # fmt: skip


def reword(sent: Sent) -> None:
    said = {
        one.name: {part: sent.both(part, one.name) for part in ("label", "hint") if sent.has(part, one.name)}
        for one in sent.service.form.questions()
    }
    editions.reword(sent.service, sent.place, said)


def add(sent: Sent) -> None:
    editions.add(
        sent.service, sent.place, step=sent.text("krok"), kind=sent.text("rodzaj"), label=sent.both("label"),
        hint=sent.both("hint"), is_required="wymagane" in sent.posted, options=sent.text("odpowiedzi").split("\n"),
    )  # fmt: skip


ACTIONS: dict[str, Callable[[Sent], object]] = {
    "klasa": set_class,
    "termin": set_term,
    "oplata": set_rate,
    "cofnij-oplate": lambda sent: rules.take_back(FeeRate, sent.number(sent.key), sent.place, today=sent.today),
    "cofnij-klase": lambda sent: rules.take_back(CaseClass, sent.number(sent.key), sent.place, today=sent.today),
    "cofnij-termin": lambda sent: rules.take_back(TermRule, sent.number(sent.key), sent.place, today=sent.today),
    "slowa": reword,
    "dodaj": add,
    "usun": lambda sent: editions.drop(sent.service, sent.place, sent.key),
    "opublikuj": lambda sent: editions.publish(
        sent.service, sent.place, reason=sent.text("przyczyna"), by=sent.by, at=sent.at
    ),
    "wycofaj": lambda sent: editions.withdraw(sent.service, sent.place, sent.number(sent.key), at=sent.at),
}

"""The catalogue of services and the card of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from services.catalogue.declaration import EService, eservices
from services.fees.models import FeeRate
from services.forms.questions import spoken
from spatial.errors import NotFound


def service_of(code: str) -> EService:
    """Raises NotFound."""
    found = eservices.get(code)
    if found is None:
        raise NotFound(_("Nie ma takiej usługi. Zobacz wszystkie na stronie „Załatw sprawę”."))
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All services, one card each."""
    return render(request, "catalogue/index.html", {"cards": [card_of(one) for one in eservices]})


def card_of(service: EService) -> dict[str, object]:
    """The words of the card in the language of the page."""
    card = service.card
    return {
        "code": service.code, "title": spoken(card.title), "summary": spoken(card.summary), "cost": spoken(card.cost),
        "steps": [spoken(step) for step in card.steps], "legal_basis": card.legal_basis, "term": service.term,
    }  # fmt: skip


@require_safe
def card(request: HttpRequest, code: str) -> HttpResponse:
    """What it is, what it costs, how long it takes, what happens; the button that begins."""
    service = service_of(code)
    context = {"card": card_of(service), "query": request.GET.urlencode(), "rates": rates_now(service)}
    return render(request, "catalogue/card.html", context)


def rates_now(service: EService) -> list[FeeRate]:
    """What is charged today: in the country, then where an office charges its own."""
    if not service.rates:
        return []
    rows = FeeRate.objects.on(timezone.localdate()).filter(code__in=service.rates).select_related("municipality")
    return sorted(rows, key=lambda rate: (rate.code, rate.municipality.name if rate.municipality else ""))

"""What programs of a signed-in person use instead of pages: the schema of the answers, and filing them as JSON."""

import json
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.catalogue import filing
from services.catalogue.admission import refuse_unfit
from services.catalogue.editions import form_for
from services.catalogue.views.cards import service_of
from services.catalogue.views.fields import storable
from services.identity.models import User
from services.parties.acting import link_of


@require_safe
def schema(request: HttpRequest, code: str) -> JsonResponse:
    """JSON Schema of the answers: the one that pages and programs are checked by."""
    service = service_of(code)
    place = request.GET.get("gmina", "")[:6]
    told_schema = form_for(service, place).schema(title=service.card.title.pl)
    return JsonResponse(told_schema, json_dumps_params={"ensure_ascii": False}, content_type="application/schema+json")


@never_cache
@login_required
@require_POST
def file(request: HttpRequest, code: str) -> JsonResponse:
    """Files answers that a program of the signed-in person sends as JSON (``{"answers": {...}}``), by the schema.

    201 with the case; 422 with what is wrong by question; 400 for what is no such JSON.
    """
    service = service_of(code)
    link = link_of(request)
    refuse_unfit(service, request, link)
    try:
        answers = json.loads(storable_body(request.body))["answers"]
        if not isinstance(answers, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"error": _('Oczekiwano JSON: {"answers": {…}}.')}, status=400)
    try:
        owner, now = cast(User, request.user), timezone.now()
        case = filing.apply(service, owner=owner, answers=answers, at=now, representation=link)
    except filing.Unfit as error:
        return JsonResponse({"error": error.message, "faults": dict(error.faults)}, status=422)
    told_case = {"number": case.number, "due_on": case.due_on, "case": reverse("catalogue:case", args=[case.pk])}
    return JsonResponse(told_case, status=201, headers={"Location": told_case["case"]})


def storable_body(body: bytes) -> str:
    """Raises ValueError for what is no UTF-8, is too long or holds what a database cannot."""
    if len(body) > filing.LARGEST:
        raise ValueError
    text = body.decode()
    if "\\u0000" in text or json.dumps(text) != json.dumps(storable(text)):
        raise ValueError
    return text

"""The page of the second person: what is to be signed, and the two answers."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from services.catalogue import cosigning, filing
from services.catalogue.admission import refuse_unfit
from services.catalogue.views.cards import card_of, service_of
from services.forms.questions import spoken
from services.forms.reading import told
from services.identity.models import User
from spatial.errors import ServiceError


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def cosign(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whoever opens the link first, with another account than the owner's, is the second person."""
    now, user = timezone.now(), cast(User, request.user)
    asked = cosigning.asked_of(key, signer=user, at=now)
    draft = asked.draft
    if draft.case_id is not None:
        return redirect("catalogue:case", pk=draft.case_id)
    service = service_of(draft.service)
    fault = ""
    if request.method == "POST" and "odmawiam" in request.POST:
        cosigning.refuse(asked, at=now)
        messages.success(request, _("Wniosek nie został podpisany. Osoba, która go napisała, zobaczy to u siebie."))
        return redirect("catalogue:home")
    if request.method == "POST":
        refuse_unfit(service, request, draft.representation)
        try:
            case = cosigning.sign(service, asked, signer=user, at=now)
        except ServiceError as error:
            fault = error.message
        else:
            messages.success(request, _("Wniosek złożony. Znak sprawy: %(number)s.") % {"number": case.number})
            return redirect("catalogue:case", pk=case.pk)
    cosigning.claim(asked, signer=user)
    found = filing.whole(service, draft, at=now)
    steps = filing.form_of(service, draft).steps
    context = {
        "card": card_of(service), "owner": draft.owner.display_name, "fault": fault, "asked": asked,
        "parts": [
            (spoken(one.title), list(told(one.questions, found.by_step[one.name].answers))) for one in steps
        ],
        "attachments": draft.attachments.order_by("added_at", "pk"),
    }  # fmt: skip
    return render(request, "catalogue/cosign.html", context, status=422 if fault else 200)

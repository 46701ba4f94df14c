"""The clerk's page of one mandate: its document, the decision, its end."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from services.audit.services import look_at_party
from services.catalogue.declaration import eservices
from services.catalogue.parties import account_of
from services.catalogue.views.cards import card_of
from services.catalogue.views.parties import CLERK, places_of
from services.documents.views import kept_file
from services.fees.charges import charged_before
from services.forms.questions import clean
from services.identity.access import staff_only
from services.identity.models import User
from services.parties import mandates
from services.parties.models import PartyLink
from spatial.errors import Malformed, NotFound, ServiceError


def own_link(request: HttpRequest, pk: int, thing: str) -> PartyLink:
    """Before an office of the person, written down as seen; otherwise it is not there."""
    rows = PartyLink.objects.filter(municipality__in=places_of(request)).named()
    link = get_object_or_404(rows.select_related("approved_by", "ended_by"), pk=pk)
    assert link.municipality is not None
    thing = f"umocowanie {link.pk}: {thing}"
    for subject in {account_of(link.party), link.user}:
        look_at_party(request, link.municipality, subject=subject, thing=thing)
    return link


type Step = Callable[[PartyLink, User, str, datetime], object]

STEPS: dict[str, Step] = {
    "zatwierdz": lambda link, clerk, _reason, at: mandates.approve(link, clerk=clerk, at=at),
    "odmow": lambda link, clerk, reason, at: mandates.refuse(link, clerk=clerk, reason=reason, at=at),
    "odwolaj": lambda link, clerk, reason, at: mandates.revoke(link, by=clerk, reason=reason, at=at),
}


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """Who asks to act for whom, on what ground; approved, refused or revoked here."""
    link, fault = own_link(request, pk, "dane"), ""
    reason = clean(request.POST.get("przyczyna", ""))[:500]
    if request.method == "POST":
        try:
            step_of(request)(link, cast(User, request.user), reason, timezone.now())
        except ServiceError as error:
            fault = error.message
        else:
            messages.success(request, _("Zapisano."))
            return redirect("catalogue:mandate", pk=pk)
    context = {
        "link": link, "duty": charged_before(link), "fault": fault, "reason": reason,
        "is_in_force": link.is_in_force(timezone.localdate()),
        "services": [card_of(service)["title"] for service in eservices if service.code in link.scope],
    }  # fmt: skip
    return render(request, "catalogue/parties/mandate.html", context, status=422 if fault else 200)


def step_of(request: HttpRequest) -> Step:
    """Raises Malformed."""
    found = STEPS.get(request.POST.get("krok", ""))
    if found is None:
        raise Malformed(_("Nie ma takiej czynności."))
    return found


@never_cache
@login_required
@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    """As it was sent with the request. Raises NotFound where there is none."""
    link = own_link(request, pk, "dokument")
    if not link.document_sha256:
        raise NotFound(_("Do tego umocowania nie ma dokumentu."))
    return kept_file(link.document_path, link.document_name)

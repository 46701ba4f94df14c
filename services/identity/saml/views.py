"""Addresses that the node knows. The browser comes from the node without our cookie (SameSite=Lax), so a page of ours
sends what it brought once more, from our own site and with the cookie."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.identity import journal
from services.identity.access import enter
from services.identity.saml.configuration import the_node, this_office
from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.logout import begin, ended_by_the_node
from services.identity.saml.metadata import described
from services.identity.saml.provider import MEANS, NAME_ID, SESSION_INDEX, NodeProvider, account_in, way_back

LOGGER = logging.getLogger(__name__)
BROUGHT = ("SAMLart", "SAMLResponse", "RelayState")


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Raises NotFound."""
    profile = the_node().profile
    return HttpResponse(described(this_office(request), profile), content_type="application/samlmetadata+xml")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def acs(request: HttpRequest) -> HttpResponse:
    """The assertion consumer service: believes nothing yet. Raises NotFound."""
    the_node()
    said = request.POST if request.method == "POST" else request.GET
    response = render(request, "saml/arriving.html", {"fields": {name: said[name] for name in BROUGHT if name in said}})
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt  # the RelayState is a secret that this session and the node alone know
@require_POST
def arrival(request: HttpRequest) -> HttpResponse:
    """Signs in whom the answer proves."""
    provider, back, before = NodeProvider(), way_back(request), account_in(request)
    try:
        proof = provider.finish(request)
    except NotProved as refusal:
        LOGGER.warning("Sign-in by the node refused: %s", refusal.reason)
        if refusal.reason is not Reason.UNASKED:  # anybody may send us what nobody asked for, as often as they like
            journal.write(request, user=before, provider=provider.code)
        return render(request, "saml/refused.html", {"error": refusal, "back": back}, status=refusal.status)
    request.session.cycle_key()
    enter(request, proof, provider=provider, means=proof.identifiers[MEANS])
    known = {"name_id": proof.identifiers[NAME_ID], "session_index": proof.identifiers[SESSION_INDEX]}
    begin(request, **known, at=timezone.now())
    if before is not None:
        tell(request, is_same=before.pk == proof.user.pk)
    return redirect(back)


def tell(request: HttpRequest, *, is_same: bool) -> None:
    """Whoever was signed in already is told what it came to."""
    if is_same:
        messages.success(request, _("Tożsamość potwierdzona."))
    else:
        messages.warning(request, _("Potwierdzona tożsamość należy do innego konta. Jesteś teraz na tamtym koncie."))


@csrf_exempt  # a program of the node asks, and signs
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """The node ends a session of somebody who has left elsewhere. Raises NotFound."""
    try:
        said = ended_by_the_node(request.body, the_node(), this_office(request), at=timezone.now())
    except NotProved as refusal:
        LOGGER.warning("The end of a session refused: %s", refusal.reason)
        return HttpResponse(refusal.reason, status=refusal.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(said, content_type="text/xml; charset=utf-8")

"""Signing in by the national node, or by another provider of the same facts, as a ``SignInProvider``."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from lxml import etree

from services.identity.base import Level, Proof
from services.identity.models import Identity, User
from services.identity.saml.answer import heard
from services.identity.saml.checks import Expected
from services.identity.saml.configuration import the_node, this_office
from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.joining import account_of
from services.identity.saml.models import Question
from services.identity.saml.request import who_is_there
from spatial.ogc.text import Text

ASKED = "saml-asked"  #: in the session: where each open question leads back to, by its RelayState
MOST_OPEN = 5  #: tabs in which one browser signs in at once
NAME_ID, SESSION_INDEX, MEANS = "name-id", "session-index", "means"  #: among the identifiers of a proof


class NodeProvider:
    """Proves who somebody is: trusted profile, e-ID, bank, or an identity of another country of the Union."""

    code = "node"
    title = Text("login.gov.pl: profil zaufany, e-dowód, bank", "login.gov.pl: trusted profile, e-ID, bank")
    level = Level.TRUSTED

    def start(self, request: HttpRequest, *, back: str) -> HttpResponse:
        """A page that takes a signed question to the node. Raises NotFound, ImproperlyConfigured, and
        ReauthenticationRequired where the answer would join an account whose person has not just proved to be there.
        """
        node, office, at = the_node(), this_office(request), timezone.now()
        asker = account_in(request)
        if asker is not None and not asker.identities.filter(kind=Identity.Kind.NODE).exists():
            raise_if_reauthentication_required(request, app="identity")
        asked = who_is_there(node, office, at=at)
        Question.objects.past(at=at).delete()
        question = Question.objects.create(request_id=asked.get("ID", ""), asked_by=asker, asked_at=at)
        remember(request, question.relay_state, back=back)
        fields = {"SAMLRequest": b64encode(etree.tostring(asked)).decode(), "RelayState": question.relay_state}
        return leaving(request, node.sign_in_url, fields)

    def finish(self, request: HttpRequest) -> Proof:
        """What the browser brought back proves this. Raises NotProved."""
        node, office, at = the_node(), this_office(request), timezone.now()
        question = closed_question(request)
        expected = Expected(
            issuer=node.entity, audience=office.entity, recipient=office.acs_url, request_id=question.request_id, at=at
        )
        told = heard(request.POST.dict(), node, office, expected)
        asker = account_in(request)
        signed_in = asker if asker is not None and asker.pk == question.asked_by_id else None
        user = account_of(told, signed_in=signed_in, at=at)
        identifiers = {NAME_ID: told.name_id, SESSION_INDEX: told.session_index, MEANS: told.means}
        return Proof(user, {"pesel": told.person.pesel} | identifiers)


def account_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def remember(request: HttpRequest, relay_state: str, *, back: str) -> None:
    """The question belongs to this browser: an answer that another one asked for signs nobody in here."""
    open_ones = list(request.session.get(ASKED, {}).items())[1 - MOST_OPEN :]
    request.session[ASKED] = dict([*open_ones, (relay_state, back)])


def way_back(request: HttpRequest) -> str:
    """Where the question of this answer came from; the usual place where it is none of this browser."""
    asked: dict[str, str] = request.session.get(ASKED, {})
    return asked.get(request.POST.get("RelayState", ""), settings.LOGIN_REDIRECT_URL)


def closed_question(request: HttpRequest) -> Question:
    """The question that this browser asked; it cannot be answered again, whatever follows. Raises NotProved."""
    relay_state = request.POST.get("RelayState", "")
    if relay_state not in request.session.get(ASKED, {}):
        raise NotProved(Reason.UNASKED)
    question = Question.objects.answered(relay_state, at=timezone.now())
    if question is None:
        raise NotProved(Reason.UNASKED)
    return question


def leaving(request: HttpRequest, url: str, fields: dict[str, str]) -> HttpResponse:
    """The form may go to that one place, which no other page of ours may."""
    parts = urlsplit(url)
    policy: dict[str, Any] = settings.SECURE_CSP | {"form-action": [CSP.SELF, f"{parts.scheme}://{parts.netloc}"]}
    context = {"address": url, "host": parts.hostname, "fields": fields}
    return csp_override(policy)(render)(request, "saml/leaving.html", context)

"""The end of a session, told to the node by SOAP, and heard from it (saml-profiles 4.4)."""

import logging
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.account.signals import password_changed, password_set
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from services.identity.saml.artifact import answer_to
from services.identity.saml.checks import (
    SKEW,
    moment,
    refuse_misled,
    refuse_no_success,
    refuse_other_issuer,
)
from services.identity.saml.configuration import Node, Office, is_configured, the_node, this_office
from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.models import NodeSession
from services.identity.saml.request import that_it_is_over
from services.identity.saml.signing import covered, signed
from services.identity.saml.xml import NAMES, SUCCESS, add, enveloped, message, text_at, unwrapped

LOGGER = logging.getLogger(__name__)
LONGEST_SESSION = timedelta(days=15)  #: ours end sooner (access.LONGEST)
ROW = "node-session"  #: in the session: key of its ``NodeSession``
FRESH = timedelta(minutes=5)  #: a request to end a session that is older may be a copy


def begin(request: HttpRequest, *, name_id: str, session_index: str, at: datetime) -> None:
    """Keeps how the node calls the session of the request."""
    NodeSession.objects.filter(began_at__lt=at - LONGEST_SESSION).delete()
    request.session.save()  # one that was just begun anew has no key before
    known = {"name_id": name_id, "session_index": session_index, "began_at": at}
    row, _is_new = NodeSession.objects.update_or_create(session_key=request.session.session_key, defaults=known)
    request.session[ROW] = row.pk


@receiver([password_changed, password_set])
def follow(request: HttpRequest, **_: Any) -> None:
    """A new password gives the session another key; it stays the one that the node knows."""
    NodeSession.objects.filter(pk=request.session.get(ROW, 0)).update(session_key=request.session.session_key)


@receiver(user_logged_out)
def tell_the_node(request: HttpRequest, **_: Any) -> None:
    """Whoever leaves here leaves there; a node that does not answer keeps nobody in."""
    ended = NodeSession.objects.filter(session_key=request.session.session_key or "").first()
    if ended is None:
        return
    ended.delete()
    if is_configured() and settings.NODE_LOGOUT_URL:
        try:
            refuse_unheard(ended, the_node(), this_office(request), at=timezone.now())
        except NotProved as refusal:
            LOGGER.warning("The node has not confirmed the end of a session: %s", refusal.reason)


def refuse_unheard(ended: NodeSession, node: Node, office: Office, *, at: datetime) -> None:
    """Raises NotProved where the node does not confirm."""
    asked = that_it_is_over(ended.name_id, ended.session_index, node, office, at=at)
    answer = covered(
        answer_to(asked, url=node.logout_url, expected="samlp:LogoutResponse"), node.certificates, node.profile
    )
    refuse_other_issuer(answer, node.entity)
    refuse_misled(answer, destination=office.logout_url, in_response_to=asked.get("ID", ""))
    refuse_no_success(answer)


def ended_by_the_node(content: bytes, node: Node, office: Office, *, at: datetime) -> bytes:
    """Ends the session that a signed samlp:LogoutRequest names, and says so. Raises NotProved."""
    asked = covered(unwrapped(content, "samlp:LogoutRequest"), node.certificates, node.profile)
    refuse_other_issuer(asked, node.entity)
    if asked.get("Destination", office.logout_url) != office.logout_url:
        raise NotProved(Reason.DESTINATION)
    if abs(at - moment(asked.get("IssueInstant", ""))) > FRESH + SKEW:
        raise NotProved(Reason.EXPIRED)
    named = NodeSession.objects.filter(name_id=text_at(asked, "saml:NameID"))
    if indexes := [one.text or "" for one in asked.findall("samlp:SessionIndex", NAMES)]:
        named = named.filter(session_index__in=indexes)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for one in named:
        store.delete(one.session_key)
    named.delete()
    said = message(
        "samlp:LogoutResponse", issuer=office.entity, destination=node.logout_url, at=at,
        InResponseTo=asked.get("ID", ""),
    )  # fmt: skip
    add(add(said, "samlp:Status"), "samlp:StatusCode", Value=SUCCESS)
    return enveloped(signed(said, office.keys.signing, node.profile))

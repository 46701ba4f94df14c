"""What is asked of a session on every page: that it is used, and that staff has given the second factor."""

from collections.abc import Callable
from datetime import timedelta
from time import time
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from services.identity.access import ENTERED, LONGEST, STRICT_IDLENESS, STRICT_LONGEST, USED
from services.identity.factors import is_owed

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: what a person without the second factor needs to give it, and to leave
OPEN = ("/konto/potwierdz/", "/logowanie/", "/wyloguj/", "/i18n/", "/static/", "/healthz")
#: also, for who has none yet; keys and codes of an account that has one open by it alone
SETTING_UP = ("/konto/", "/saml/")
#: but these are for staff that has given it
CLOSED = "/konto/klucze-programow/"
#: answered without a look at who asks (spatial.ogc.views.door)
SESSIONLESS = ("/ogc/", "/tiles/")
ONE_USE = 60  #: seconds between two notes of use

type Answer = Callable[[HttpRequest], HttpResponse]


class Idleness:
    """A session ends when it is not used for the time that ``access.enter`` has set: each use begins it anew. It also
    ends some time after the sign-in, or whoever has stolen one would keep it for ever.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and ENTERED in session and not 0 <= time() - session.get(USED, 0) < ONE_USE:
            session[USED] = int(time())
            if time() - session[ENTERED] > longest(session).total_seconds():
                session.flush()  # this answer was the last
        return response


def longest(session: SessionBase) -> timedelta:
    """From the sign-in; shorter where the session may lie unused only shortly."""
    return STRICT_LONGEST if session.get_expiry_age() <= STRICT_IDLENESS.total_seconds() else LONGEST


class SecondFactor:
    """Nothing opens for staff before the second factor: who has none sets it up, who has one gives it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_open(request) or settings.SESSION_COOKIE_NAME not in request.COOKIES or not is_owed(request):
            return self.get_response(request)
        ways = [way for way in get_adapter(request).get_reauthentication_methods(request.user) if "mfa" in way["id"]]
        if not ways and request.path.startswith(SETTING_UP) and not request.path.startswith(CLOSED):
            return self.get_response(request)
        back = request.get_full_path() if request.method in SAFE else "/"
        return redirect(f"{ways[0]['url']}?{urlencode({'next': back})}" if ways else "mfa_index")


def is_open(request: HttpRequest) -> bool:
    return request.path.startswith(OPEN) or (request.method in SAFE and request.path.startswith(SESSIONLESS))

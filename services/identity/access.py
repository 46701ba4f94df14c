"""Who may do what where. A person without the role sees that nothing is there, not that it is hidden."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import time
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from services.identity import journal
from services.identity.base import Level, Proof, SignInProvider
from services.identity.client import known_address
from services.identity.models import StaffRole, User
from spatial.errors import Refused
from spatial.municipalities.models import Municipality

LEVEL, ENTERED = "sign-in-level", "entered-at"  #: in the session
AGENT, ADDRESS, USED = "browser", "ip-address", "used-at"  #: in the session too

#: how long a session may lie unused: strict where much is at stake, elsewhere as long as a working day
STRICT_IDLENESS, IDLENESS = timedelta(minutes=30), timedelta(hours=8)
#: and however it is used, it ends
STRICT_LONGEST, LONGEST = timedelta(hours=12), timedelta(days=14)

type View = Callable[..., HttpResponse]


def enter(request: HttpRequest, proof: Proof, *, provider: SignInProvider, means: str = "") -> None:
    """Signs the person in and writes it down; the session keeps how sure the office is of who that is.

    means: the second factor, or who has identified the person
    """
    login(request, proof.user)
    request.session[LEVEL] = int(provider.level)
    request.session[ENTERED] = int(time())
    request.session[AGENT] = request.headers.get("User-Agent", "")[:300]
    request.session[ADDRESS] = known_address(request.META)
    is_strict = provider.level >= Level.TRUSTED or proof.user.roles.exists()
    request.session.set_expiry(int((STRICT_IDLENESS if is_strict else IDLENESS).total_seconds()))
    journal.write(request, user=proof.user, provider=provider.code, means=means, level=provider.level)


def has_just_entered(request: HttpRequest, *, within: timedelta = timedelta(minutes=5)) -> bool:
    """Who has signed in a moment ago need not prove again that it is them."""
    return 0 <= time() - int(request.session.get(ENTERED, 0)) < within.total_seconds()


def level_of(request: HttpRequest) -> Level:
    """Of the session; a session without one was begun by a password."""
    return Level(request.session.get(LEVEL, Level.ACCOUNT))


def municipalities_of(user: User | AnonymousUser, role: StaffRole.Role) -> QuerySet[Municipality]:
    """Where the person holds the role."""
    return (
        Municipality.objects.filter(staff__user=user.pk, staff__role=role) if user.pk else Municipality.objects.none()
    )


def staff_only(role: StaffRole.Role) -> Callable[[View], View]:
    """The view needs a signed-in person with the role somewhere; which rows, the view decides by municipality."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not municipalities_of(request.user, role).exists():
                raise Refused(_("Ta strona jest dla pracowników urzędu. Zaloguj się na konto pracownika."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate

"""Who may do what where. A person without the role sees that nothing is there, not that it is hidden."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from services.identity.base import Level, Proof, SignInProvider
from services.identity.models import StaffRole, User
from spatial.errors import Refused
from spatial.municipalities.models import Municipality

LEVEL = "sign-in-level"  #: in the session

type View = Callable[..., HttpResponse]


def enter(request: HttpRequest, proof: Proof, *, provider: SignInProvider) -> None:
    """Signs the person in; the session keeps how sure the office is of who that is."""
    login(request, proof.user)
    request.session[LEVEL] = int(provider.level)


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

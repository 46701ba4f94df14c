"""For whom one acts in this session. The session keeps only the key of a link; each request asks anew what it says."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from services.identity import access
from services.identity.base import Acting, Level
from services.identity.models import User
from services.parties.models import PartyLink
from spatial.errors import NotFound

LINK = "acting-link"  #: in the session


def offered(user: User, *, on: date) -> QuerySet[PartyLink]:
    """For whom the person may act beside themselves."""
    rows = PartyLink.objects.in_force(on).filter(user=user.pk).exclude(basis=PartyLink.Basis.SELF)
    return rows.named().order_by("pk")


def link_of(request: HttpRequest) -> PartyLink | None:
    """None: for themselves, also when what was chosen has ended meanwhile."""
    user, session = getattr(request, "user", None), getattr(request, "session", {})
    if not isinstance(user, User) or LINK not in session:
        return None
    return offered(user, on=timezone.localdate()).filter(pk=session[LINK]).first()


def choose(request: HttpRequest, key: str) -> PartyLink | None:
    """``key`` of a link; "" is for themselves. Raises NotFound for one that is not offered."""
    request.session.pop(LINK, None)
    if not key:
        return None
    rows = offered(request.user, on=timezone.localdate()) if isinstance(request.user, User) else None
    link = rows.filter(pk=key).first() if rows is not None and key.isdecimal() and len(key) < 19 else None
    if link is None:
        raise NotFound(_("Nie masz takiego umocowania albo już nie obowiązuje."))
    request.session[LINK] = link.pk
    return link


def kind_of(link: PartyLink | None) -> Acting:
    return link.party.kind if link else Acting.PERSON


def level_of(request: HttpRequest) -> Level:
    """Of the session; an account that an activation code has linked counts as such, whatever its sign-in."""
    level = access.level_of(request)
    if level >= Level.LINKED or not isinstance(request.user, User):
        return level
    linked = PartyLink.objects.in_force(timezone.localdate()).filter(user=request.user, level__gte=Level.LINKED)
    return Level.LINKED if linked.exists() else level

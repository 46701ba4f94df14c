"""The log of readings as the inspector of data protection reads it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.identity.models import User
from spatial.municipalities.models import Municipality
from spatial.owners.access import reviewing
from spatial.owners.grounds import GROUNDS
from spatial.owners.models import AccessEntry
from spatial.owners.opening import KEEPING

ON_PAGE = 50
#: grounds that nobody chooses from the list
OWN_GROUNDS: Mapping[str, str | Promise] = {
    KEEPING: _("prowadzenie rejestrów gminy"),
    "access-review": _("kontrola dostępu do danych"),
    "integrity": _("sprawdzenie, czy dziennika nie zmieniono"),
}


def title_of(ground: str) -> str | Promise:
    known = GROUNDS.get(ground)
    return known.title if known else OWN_GROUNDS.get(ground, ground)


def entries(
    *, user: User, municipality: Municipality, asked: Mapping[str, Any], page: int
) -> tuple[list[AccessEntry], bool]:
    """One page, newest first, and whether there is another. That the log was read becomes a line of it too."""
    with reviewing(user=user, municipality=municipality):
        rows = _matching(municipality, asked).order_by("-at", "-pk")
        start = (page - 1) * ON_PAGE
        found = list(rows[start : start + ON_PAGE + 1])
    return found[:ON_PAGE], len(found) > ON_PAGE


def _matching(municipality: Municipality, asked: Mapping[str, Any]) -> QuerySet[AccessEntry]:
    """asked: osoba (part of a name), dzialka (identifier), od and do (days, both inclusive); empty ones ask nothing."""
    rows = AccessEntry.objects.filter(municipality=municipality)
    if asked.get("osoba"):
        rows = rows.filter(user_name__icontains=asked["osoba"])
    if asked.get("dzialka"):
        rows = rows.filter(parcels__contains=[asked["dzialka"]])
    if asked.get("od"):
        rows = rows.filter(at__date__gte=asked["od"])
    if asked.get("do"):
        rows = rows.filter(at__date__lte=asked["do"])
    return rows

"""Lines of the log as people read them: residents their own, the inspector those of the municipality."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from services.audit.grounds import Ground, ground_on
from services.audit.models import AuditEntry
from services.identity.models import User
from spatial.municipalities.models import Municipality

ON_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    entry: AuditEntry
    ground: Ground


def about(user: User) -> QuerySet[AuditEntry]:
    """Every look at data of the person, newest first.

    Looks at the owners' registers (``private.access_entry``) join here once an account is linked with a party: the
    national node tells the PESEL at sign-in, PESEL leads to the party, the party to entries that name its parcels.
    An account of today knows no PESEL, so nothing of those registers may be shown to it.
    """
    return AuditEntry.objects.filter(subject=user).select_related("municipality").order_by("-at", "-pk")


def of_municipality(municipality: Municipality, asked: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """asked: osoba (part of a name), sprawa (number), od and do (days, both inclusive); empty ones ask nothing."""
    rows = AuditEntry.objects.filter(municipality=municipality).order_by("-at", "-pk")
    named = {"user_name__icontains": "osoba", "case_number": "sprawa", "at__date__gte": "od", "at__date__lte": "do"}
    return rows.filter(**{field: asked[name] for field, name in named.items() if asked.get(name)})


def page_of(rows: QuerySet[AuditEntry], number: int) -> tuple[list[Line], bool]:
    """Lines of the page (the first is 1), and whether there is another."""
    start = (number - 1) * ON_PAGE
    found = list(rows[start : start + ON_PAGE + 1])
    return [line(entry) for entry in found[:ON_PAGE]], len(found) > ON_PAGE


def line(entry: AuditEntry) -> Line:
    return Line(entry, ground_on(entry.ground, timezone.localdate(entry.at)))

"""Which cases a person of the office handles."""

from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from services.cases.models import Case
from services.catalogue.declaration import eservices
from services.identity.models import StaffRole, User


def handled_by(user: User | AnonymousUser) -> QuerySet[Case]:
    """Cases of the services that the person's roles handle, each in its own municipality."""
    codes: dict[str, list[str]] = {}
    for service in eservices:
        codes.setdefault(service.role, []).append(service.code)
    mine = [
        Q(municipality=municipality, service__in=codes[role])
        for municipality, role in StaffRole.objects.filter(user=user.pk).values_list("municipality", "role")
        if role in codes
    ]
    rows = Case.objects.filter(reduce(or_, mine)) if mine else Case.objects.none()
    return rows.select_related("municipality", "applicant", "handler")

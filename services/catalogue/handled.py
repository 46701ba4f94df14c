"""Which cases a person of the office handles, and handing them over to who handles such cases too."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases import handling
from services.cases.models import Case, CaseQuerySet
from services.catalogue.declaration import EService, eservices
from services.identity.models import StaffRole, User
from services.parties.models import PartyLink
from spatial.errors import NotFound, Refused


def codes_of(user: User | AnonymousUser) -> dict[str, list[str]]:
    """Codes of the services that the person's roles handle, by municipality."""
    by_role: dict[str, list[str]] = {}
    for service in eservices:
        by_role.setdefault(service.role, []).append(service.code)
    found: dict[str, list[str]] = {}
    for municipality, role in StaffRole.objects.filter(user=user.pk).values_list("municipality", "role"):
        if role in by_role:
            found.setdefault(municipality, []).extend(by_role[role])
    return found


def handled_by(user: User | AnonymousUser) -> QuerySet[Case]:
    """Cases of the services that the person's roles handle, each in its own municipality; none of the person's own."""
    return of_roles(user).not_touching(user).select_related(
        "municipality", "applicant", "handler", "representation", "on_behalf_of__person", "on_behalf_of__organisation"
    )  # fmt: skip


def of_roles(user: User | AnonymousUser) -> CaseQuerySet:
    mine = [Q(municipality=municipality, service__in=codes) for municipality, codes in codes_of(user).items()]
    return Case.objects.filter(reduce(or_, mine)) if mine else Case.objects.none()


def handled(user: User | AnonymousUser, pk: int) -> Case:
    """Raises NotFound, and Refused where the case is the person's own."""
    if found := handled_by(user).filter(pk=pk).first():
        return found
    if of_roles(user).filter(pk=pk).exists():
        raise Refused(_("To Twoja sprawa, więc w urzędzie prowadzi ją inna osoba (art. 24 KPA)."))
    raise NotFound(_("Nie ma takiej sprawy."))


def colleagues_of(user: User | AnonymousUser) -> QuerySet[User]:
    """Who holds a role that the person holds in the same municipality, the person too."""
    roles = {service.role for service in eservices}
    held = StaffRole.objects.filter(user=user.pk, role__in=roles).values_list("municipality", "role")
    shared = [Q(roles__municipality=municipality, roles__role=role) for municipality, role in held]
    return by_name(User.objects.filter(reduce(or_, shared)) if shared else User.objects.none())


def handlers_of(case: Case, service: EService) -> QuerySet[User]:
    """Who may handle the case: the role is theirs, the matter is not."""
    speaking = PartyLink.objects.in_force(timezone.localdate()).filter(party=case.on_behalf_of_id).values("user")
    own = Q(pk=case.applicant_id) | Q(pk__in=speaking) | Q(pk__in=case.parties.values("user"))
    return by_name(User.objects.filter(roles__municipality=case.municipality, roles__role=service.role).exclude(own))


def by_name(people: QuerySet[User]) -> QuerySet[User]:
    return people.filter(is_active=True).distinct().order_by("last_name", "first_name", "pk")


def hand_over(case: Case, *, clerk: User, to: User, note: str, at: datetime) -> Case:
    """As ``handling.hand_over``. Raises Refused where the colleague does not handle such cases."""
    if not handled_by(to).filter(pk=case.pk).exists():
        raise Refused(_("%(name)s nie prowadzi takich spraw w tej gminie.") % {"name": to.display_name})
    return handling.hand_over(case, clerk=clerk, to=to, note=note, at=at)

"""Owners shown to the office's own people: role and case checked here, written down and opened by the register."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from services.cases.models import Case
from services.identity.models import StaffRole, User
from spatial.cadastre.models import Parcel
from spatial.errors import NotFound, Refused
from spatial.municipalities.models import Municipality
from spatial.owners.access import reading
from spatial.owners.grounds import GROUNDS, Field, Ground, Role, grounds_for
from spatial.owners.queries import ParcelOwners, owners_of

#: roles of the office that some ground serves
READERS = {
    StaffRole.Role.PLANNER: Role.PLANNER,
    StaffRole.Role.TAX_CLERK: Role.TAX_CLERK,
    StaffRole.Role.ADDRESS_CLERK: Role.ADDRESS_CLERK,
}


def roles_in(user: User, municipality: Municipality) -> set[Role]:
    """Roles that may read owners; two municipalities are two controllers of data."""
    held = StaffRole.objects.filter(user=user, municipality=municipality, role__in=READERS)
    return {READERS[StaffRole.Role(role)] for role in held.values_list("role", flat=True)}


def grounds_of(roles: Collection[Role]) -> list[Ground]:
    """What the person may choose from, in the order of the list."""
    allowed = {ground.code for role in roles for ground in grounds_for(role)}
    return [ground for ground in GROUNDS.values() if ground.code in allowed]


def readers_parcel(*, user: User, identifier: str) -> Parcel:
    """The newest version we know, of a municipality where the person may read owners. Raises NotFound otherwise."""
    rows = Parcel.objects.known().filter(identifier=identifier).select_related("municipality", "snapshot", "district")
    parcel = rows.order_by("-valid_from").first()
    if parcel is None or not roles_in(user, parcel.municipality):
        raise NotFound(_("Nie mamy takiej działki w Twojej gminie."))
    return parcel


def disclose(
    *, user: User, parcel: Parcel, ground: str, fields: Collection[Field], case_number: str, on: date
) -> ParcelOwners:
    """Owners of the parcel as the register stood on the day; the reading stands in the log before they are read.

    Raises Refused where role, ground, case or fields do not fit.
    """
    roles = roles_in(user, parcel.municipality)
    chosen = GROUNDS.get(ground)
    fitting = sorted(roles & chosen.roles) if chosen else []
    if chosen is None or not fitting:
        raise Refused(_("Wybierz z listy podstawę, na jakiej czytasz dane właścicieli."))
    if chosen.needs_case:
        _refuse_other_cases(parcel.municipality, chosen, case_number)
    with reading(
        user=user,
        role=fitting[0],
        municipality=parcel.municipality,
        ground=ground,
        parcels=[parcel.identifier],
        fields=fields,
        case=case_number,
    ) as opened:
        [found] = owners_of(opened, on=on)
    return found


def _refuse_other_cases(municipality: Municipality, ground: Ground, number: str) -> None:
    """A case of another kind needs no parties: the planner would see owners without need."""
    cases = Case.objects.of(municipality).filter(number=number.strip(), service__in=ground.services)
    if not number.strip() or not cases.exists():
        raise Refused(
            _("Podaj znak sprawy z Twojej gminy, w której trzeba ustalić strony, na przykład o warunki zabudowy.")
        )

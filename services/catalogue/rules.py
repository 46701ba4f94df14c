"""Dated rows that an office keeps for each service: the class of its cases, the term of settling them, fees.

A row of the past is never changed: cases were filed by it. A new one begins today or later; one that has not begun
may be taken back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from services.cases.archive import CATEGORY
from services.cases.models import CaseClass, TermRule
from services.catalogue.declaration import EService
from services.fees.models import FeeRate
from services.identity.models import StaffRole, User
from spatial.errors import Conflict, Malformed
from spatial.municipalities.models import Municipality

UNIT = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ0-9-]{1,12}(\.[IVX]{1,5})?")
JRWA = re.compile(r"\d{3,4}", re.ASCII)
LONGEST_TERM = 366
MOST_GR = 1_000_000_00  #: of one fee

type Rule = CaseClass | TermRule | FeeRate


@dataclass(frozen=True, slots=True)
class Begins:
    """From when a row counts, and what says so."""

    on: date
    source: str

    def checked(self, today: date) -> "Begins":
        """Raises Malformed."""
        if self.on < today:
            raise Malformed(_("Nowa reguła może obowiązywać najwcześniej od dziś: po wcześniejszych są już sprawy."))
        if not self.source.strip():
            raise Malformed(_("Napisz, z czego wynika zmiana, na przykład numer zarządzenia."))
        return Begins(self.on, self.source.strip()[:200])


def set_class(
    service: EService, municipality: Municipality, *, unit: str, jrwa: str, category: str, begins: Begins, today: date
) -> None:
    """Under which unit and class new cases are filed. Raises Malformed, Conflict for a second row of one day."""
    if not UNIT.fullmatch(unit) or not JRWA.fullmatch(jrwa):
        raise Malformed(_("Podaj symbol komórki, na przykład GP, i klasę z wykazu akt, na przykład 6727."))
    if not CATEGORY.fullmatch(category):
        raise Malformed(_("Podaj kategorię archiwalną, na przykład A, B5, BE10 albo Bc."))
    begins = begins.checked(today)
    one_a_day(CaseClass(
        municipality=municipality, service=service.code, unit_symbol=unit, jrwa=jrwa, archive_category=category,
        valid_from=begins.on, source=begins.source,
    ))  # fmt: skip


def set_term(
    service: EService, municipality: Municipality, *, count: int, unit: str, basis: str, begins: Begins, today: date
) -> None:
    """Within what time new cases are settled. Raises Malformed, Conflict for a second row of one day."""
    if unit not in TermRule.Unit.values or not 1 <= count <= LONGEST_TERM:
        raise Malformed(_("Podaj termin od 1 do %(most)d dni, tygodni albo miesięcy.") % {"most": LONGEST_TERM})
    if not basis.strip():
        raise Malformed(_("Podaj przepis, z którego wynika termin, na przykład art. 35 § 3 KPA."))
    begins = begins.checked(today)
    one_a_day(TermRule(
        municipality=municipality, service=service.code, count=count, unit=unit, basis=basis.strip()[:100],
        valid_from=begins.on, source=begins.source,
    ))  # fmt: skip


def set_rate(
    service: EService, municipality: Municipality, *, code: str, title: str, amount_gr: int, begins: Begins, today: date
) -> None:
    """How much new applications cost here. Raises Malformed, Conflict for a second row of one day."""
    if code not in service.rates:
        raise Malformed(_("Wybierz opłatę z listy."))
    if not title.strip():
        raise Malformed(_("Nazwij opłatę, na przykład opłata skarbowa za zaświadczenie."))
    if not 1 <= amount_gr <= MOST_GR:
        raise Malformed(_("Podaj kwotę od grosza do miliona złotych."))
    begins = begins.checked(today)
    one_a_day(FeeRate(
        municipality=municipality, code=code, title=title.strip()[:150], amount_gr=amount_gr,
        valid_from=begins.on, source=begins.source,
    ))  # fmt: skip


def one_a_day(row: Rule) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            _("Od tego dnia obowiązuje już inna reguła. Najpierw ją cofnij albo wybierz inny dzień.")
        ) from None


def take_back(rows: type[Rule], pk: int, municipality: Municipality, *, today: date) -> None:
    """One that has not begun yet. Raises Conflict."""
    if not rows.objects.filter(pk=pk, municipality=municipality, valid_from__gt=today).delete()[0]:
        raise Conflict(_("Cofnąć można tylko regułę, która jeszcze nie obowiązuje."))


def kept_by(user: User, services: Iterator[EService]) -> list[tuple[Municipality, EService]]:
    """Which services the person keeps: those that the own roles handle, each in its own municipality."""
    held = StaffRole.objects.filter(user=user).select_related("municipality").order_by("municipality__name")
    roles: dict[Municipality, set[str]] = {}
    for one in held:
        roles.setdefault(one.municipality, set()).add(one.role)
    listed = list(services)
    return [(place, service) for place, of in roles.items() for service in listed if service.role in of]

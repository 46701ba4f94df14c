"""What is owed for an application when it is filed (stamp-duty act, art. 6): the service's own, and the mandate's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.cases.models import Case
from services.catalogue.declaration import EService
from services.fees.charges import MANDATE, Charge, Priced, charged_before, for_mandate, priced
from services.fees.models import Due
from services.forms.definition import Form
from services.forms.reading import Answers
from services.identity.models import User
from services.parties.models import PartyLink
from spatial.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Owed:
    """``mandate_case``: number of the case in which the duty on the mandate stands already, "" where none does."""

    charges: tuple[Priced, ...] = ()
    mandate_case: str = ""

    @property
    def told(self) -> list[str]:
        """Polish, for the application and its receipt."""
        before = [f"za pełnomocnictwo naliczono w sprawie {self.mandate_case}"] if self.mandate_case else []
        return [*(one.told for one in self.charges), *before]


def owed(
    service: EService, answers: Answers, *, by: User, link: PartyLink | None, municipality: Municipality, on: date
) -> Owed:
    """by: who files, link: by what for another. A mandate that the answers pay for is not charged a second time."""
    used = for_mandate(link, municipality=municipality, on=on, outside=service.mandate_outside(answers))
    asked = [attributed(one, used) for one in service.fees(answers, on)]
    known = [due for one in asked if (due := known_of(one, by=by, municipality=municipality))]
    charges = [one for one in asked if not known or one.code != MANDATE]
    if not any(one.code == MANDATE for one in asked):
        charges += used
    if link and link.basis == PartyLink.Basis.MANDATE and not used and (before := charged_before(link)):
        known.append(before)
    return Owed(tuple(priced(charges, municipality=municipality, on=on)), known[0].case.number if known else "")


def attributed(charge: Charge, used: Iterable[Charge]) -> Charge:
    """A mandate that is paid for by itself is the one that is used, as long as that one is not charged."""
    own = next(iter(used), None)
    return replace(charge, mandate=own.mandate) if own and charge.code == MANDATE else charge


def known_of(charge: Charge, *, by: User, municipality: Municipality) -> Due | None:
    """The duty on the one mandate in the case that the answers name, where the person may see that case."""
    if charge.code != MANDATE or charge.count > 1 or not charge.case_number:
        return None
    cases = Case.objects.of_person(by).filter(municipality=municipality, number=charge.case_number)
    return Due.objects.filter(case__in=cases, mandate__isnull=False).select_related("case").order_by("pk").first()


def asked_of(form: Form, service: EService, link: PartyLink | None) -> Form:
    """Who files by a mandate that the office knows is not asked about one."""
    if not service.asks_mandate or link is None or link.basis != PartyLink.Basis.MANDATE:
        return form
    steps = (
        replace(step, questions=tuple(one for one in step.questions if one.name != service.asks_mandate))
        for step in form.steps
    )
    return replace(form, steps=tuple(steps))

"""What a service asks for, and how much that is on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils import translation

from services.fees.models import Due, FeeRate, MandateRule
from services.parties.models import PartyLink
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

MANDATE = "pelnomocnictwo"
DutyFree = PartyLink.DutyFree
ANNEX = "ustawa o opłacie skarbowej, załącznik, część IV"
#: where the stamp-duty act says so; the others stand in the annex
ARTICLES = {
    code: f"art. 7 pkt {point} ustawy o opłacie skarbowej"
    for point, code in enumerate(
        (DutyFree.FOREIGN, DutyFree.BUDGET, DutyFree.LOCAL, DutyFree.CHARITY, DutyFree.POVERTY), 1
    )
}


@dataclass(frozen=True, slots=True)
class Charge:
    """So many times the rate of the code; ``exemption`` is why the applicant says that nothing is to be paid."""

    code: str
    count: int = 1
    exemption: str = ""
    mandate: PartyLink | None = None  #: whose document it is for, where we have it
    case_number: str = ""  #: of the case that it is for, where the applicant names one


def for_mandate(
    link: PartyLink | None, *, municipality: Municipality, on: date, outside: str = ""
) -> tuple[Charge, ...]:
    """The duty on the document of a mandate, one relation of who gave it with who has it; none on other grounds.

    outside: why the act does not tax the mandate in this case (art. 2 or 7); then the next case may. A document that is
    charged for already is charged for again only where the office's rule says so (``MandateRule``).
    """
    if link is None or link.basis != PartyLink.Basis.MANDATE:
        return ()
    if outside:
        return (Charge(MANDATE, exemption=outside),)
    if charged_before(link) and MandateRule.objects.is_once(municipality, on):
        return ()
    return (Charge(MANDATE, exemption=exemption_of(link), mandate=link),)


def charged_before(link: PartyLink) -> Due | None:
    """The first duty on the document that has not gone back whole; paid, not yet paid or exempt."""
    rows = Due.objects.filter(mandate=link).exclude(refunded_gr__gt=0, refunded_gr=F("paid_gr"))
    return rows.select_related("case").order_by("pk").first()


@translation.override("pl")
def exemption_of(link: PartyLink) -> str:
    """As the mandatary states it, with the law; "" for none."""
    if not link.duty_free:
        return ""
    return f"{link.get_duty_free_display()} ({ARTICLES.get(DutyFree(link.duty_free), ANNEX)})"


@dataclass(frozen=True, slots=True)
class Priced:
    """A charge with the rate of its day; None where no rate is known."""

    charge: Charge
    rate: FeeRate | None

    @property
    def title(self) -> str:
        name = self.rate.title if self.rate else "Opłata"
        return f"{name} × {self.charge.count}" if self.charge.count > 1 else name

    @property
    def amount_gr(self) -> int | None:
        return self.rate.amount_gr * self.charge.count if self.rate else None

    @property
    def told(self) -> str:
        """Polish, for the application and its receipt."""
        amount = "kwotę ustali urząd" if self.amount_gr is None else polish_money(self.amount_gr)
        if self.charge.exemption:
            return f"{self.title}: {amount}, zwolnienie według wnioskodawcy: {self.charge.exemption}"
        return f"{self.title}: {amount}"


def priced(charges: Iterable[Charge], *, municipality: Municipality, on: date) -> list[Priced]:
    """By the rates of the day; no question to the database where nothing is charged."""
    charges = list(charges)
    if not charges:
        return []
    codes = {charge.code for charge in charges}
    rates = {rate.code: rate for rate in FeeRate.objects.for_office(municipality, on).filter(code__in=codes)}
    return [Priced(charge, rates.get(charge.code)) for charge in charges]

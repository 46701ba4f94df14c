"""What a service asks for, and how much that is on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.fees.models import FeeRate
from services.parties.models import PartyLink
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

MANDATE = "pelnomocnictwo"
CLOSE_FAMILY = "pełnomocnictwo małżonka, wstępnego, zstępnego albo rodzeństwa"


@dataclass(frozen=True, slots=True)
class Charge:
    """So many times the rate of the code; ``exemption`` is why the applicant says that nothing is to be paid."""

    code: str
    count: int = 1
    exemption: str = ""


def for_mandate(link: PartyLink | None) -> tuple[Charge, ...]:
    """The duty on the document of a mandate, one relation of who gave it with who has it; none on other grounds.

    The closest family is free: spouse, ascendants, descendants and siblings (stamp-duty act, annex, part IV).
    """
    if link is None or link.basis != PartyLink.Basis.MANDATE:
        return ()
    return (Charge(MANDATE, exemption=CLOSE_FAMILY if link.is_close_family else ""),)


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

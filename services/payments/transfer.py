"""A transfer in words and as the 2D code of the Polish Bank Association that applications of banks read.

Recommendation of ZBP for 2D codes, 2013: nine fields split by pipes, at most 160 characters: NIP, country, account,
amount in grosze (six digits), payee (20), title (32), three reserves.
"""

from dataclasses import dataclass

import segno

from services.payments.ledger.models import BankAccount, Charge
from spatial.words import polish_money

MOST_GR = 999_999  #: six digits
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the payer copies into the bank's form."""

    payee: str
    account: BankAccount
    amount_gr: int
    title: str

    @property
    def amount(self) -> str:
        return polish_money(self.amount_gr)

    @property
    def code(self) -> str:
        """Text of the 2D code; "" for more than six digits of grosze."""
        if self.amount_gr > MOST_GR:
            return ""
        payee, title = plain(self.payee)[:20], plain(self.title)[:32]
        return "|".join(("", "PL", self.account.nrb, f"{self.amount_gr:06}", payee, title, "", "", ""))

    @property
    def picture(self) -> str:
        """The code as a data URI of SVG; "" where there is none."""
        if not self.code:
            return ""
        return segno.make(self.code, micro=False, error="m", encoding="utf-8").svg_data_uri(scale=4, border=4)


def plain(text: str) -> str:
    """Without the sign that splits fields."""
    return " ".join(text.replace("|", " ").split())


def transfer_for(charge: Charge, account: BankAccount, *, amount_gr: int) -> Transfer:
    """The mark comes first in the title, so that the office knows what was paid."""
    return Transfer(charge.municipality.office_name, account, amount_gr, f"{charge.mark} {charge.title}"[:140])

"""What a statement says, whatever its format: balances and lines in whole grosze, money that left below zero."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from data.records import UnreadableFileError

type Form = Literal["mt940", "camt.053", "elixir-o"]

FULL = (27, 35)  #: a line of text as long as its field goes on in the next one in the middle of a word
LARGEST_GR = 10**15  #: ten billion złotys; more is a mistake of the file
POLISH = "PLN"


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One movement of money. Names, titles and accounts are personal data and stay out of ``repr``."""

    number: int  #: in its statement, from 1
    amount_gr: int  #: in hundredths of the currency; below zero when money left the account
    booked_on: date
    value_on: date  #: day from which the money counts
    currency: str = POLISH
    payer: str = field(default="", repr=False)  #: name and address as the bank writes them; of the other side
    payer_nrb: str = field(default="", repr=False)  #: 26 digits; "" when not said or foreign
    title: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)  #: the bank's own, "" where it gives none
    credited: tuple[str, ...] = field(default=(), repr=False)  #: accounts the money was sent to, as far as said
    payer_number: int | None = field(default=None, repr=False)  #: the office's number, where the bank cuts it out
    doubt: str = ""  #: Polish; why a person must look at the line whatever it matches


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """One statement of one account."""

    form: Form
    number: str
    from_on: date
    to_on: date
    lines: tuple[LineRecord, ...]
    account: str = ""  #: 26 digits; "" for a report of payments, whose lines name the accounts they came to
    currency: str = POLISH
    opening_gr: int | None = None  #: None: the format has no balances
    closing_gr: int | None = None
    skipped: int = 0  #: entries that the bank has not booked yet

    @property
    def missing_gr(self) -> int:
        """What lacks between opening balance, lines and closing balance; 0 where all is right."""
        if self.opening_gr is None or self.closing_gr is None:
            return 0
        return self.closing_gr - self.opening_gr - sum(line.amount_gr for line in self.lines)


def hundredths(amount: Decimal | str, place: str) -> int:
    """Whole grosze of an amount with a point. Raises UnreadableFileError for a third place or a sum beyond reason."""
    try:
        exact = Decimal(amount).scaleb(2)
        if exact == exact.to_integral_value() and abs(exact) < LARGEST_GR:
            return int(exact)
    except InvalidOperation:
        pass
    raise unreadable(place, "kwota nie jest zapisana w złotych i groszach")


def unreadable(place: str, reason: str) -> UnreadableFileError:
    return UnreadableFileError(
        "bank-line-unreadable",
        f"Nie da się odczytać: {place} ({reason}). Niczego nie zapisano. Pobierz plik z banku jeszcze raz.",
    )


def one_line(parts: Sequence[str]) -> str:
    """Parts that say something, in one line."""
    return " ".join(" ".join(parts).split())


def joined(parts: Sequence[str]) -> str:
    """Lines of a field as one: a full one goes on in the next, a shorter one ends a word."""
    return one_line(["".join(part if len(part) in FULL else f"{part} " for part in parts)])

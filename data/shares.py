"""Do the shares in a register unit make a whole?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from data.records import Problem
from data.records.owners import ShareRecord

#: perpetual usufruct is divided like ownership; other holders may hold a part
WHOLE_HOLDING = "1"


def sums_of(shares: Iterable[ShareRecord]) -> dict[tuple[str, str], Fraction | None]:
    """Sum of the fractions by unit and kind ("own", "hold"); None where one of them is not known."""
    found: defaultdict[tuple[str, str], Fraction | None] = defaultdict(Fraction)
    for share in shares:
        if share.family == "hold" and share.right != WHOLE_HOLDING:
            continue
        key = share.unit, share.family
        so_far = found[key]
        found[key] = None if so_far is None or share.fraction is None else so_far + share.fraction
    return dict(found)


def wrong_sums(shares: Iterable[ShareRecord], numbers: Mapping[str, str]) -> Iterator[Problem]:
    """Units whose shares are not one, and units that nobody owns; numbers: of all units, by identifier."""
    sums = sums_of(shares)
    for unit, number in numbers.items():
        if (unit, "own") not in sums:
            message = "Jednostka rejestrowa nie ma w pliku udziału we własności ani władaniu samoistnym."
            yield Problem("unit-without-owner", "warning", number, message)
        for family, what in (("own", "we własności"), ("hold", "w użytkowaniu wieczystym")):
            total = sums.get((unit, family))
            if total is not None and total != 1:
                message = f"Udziały {what} sumują się do {total}, a nie do 1. Wyjaśnij to z prowadzącym ewidencję."
                yield Problem("shares-not-one", "warning", number, message)

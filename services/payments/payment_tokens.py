"""The mark of a charge that stands in the title of a transfer by our own words and 2D code: ``N/123``."""

import re
from collections.abc import Collection, Iterator

from services.payments.ledger.models import Charge
from services.payments.statements.tokens import TokenKind, register

_MARK = re.compile(r"(?<![^\W_])(?<!/)N ?/ ?([0-9]{1,15})(?!\d|/\d)")


def marks(title: str) -> Iterator[str]:
    return (found[1] for found in _MARK.finditer(title))


def charges_of_marks(municipality: str, numbers: Collection[str]) -> dict[str, list[int]]:
    rows = Charge.objects.filter(municipality=municipality, pk__in=map(int, numbers)).values_list("pk", flat=True)
    known = set(rows)
    return {number: [int(number)] for number in numbers if int(number) in known}


register(TokenKind(code="mark", read=marks, charges=charges_of_marks, names_one=True))

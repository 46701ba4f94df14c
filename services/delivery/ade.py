"""Addresses for electronic delivery (adres do doręczeń elektronicznych): ``AE:PL-55754-97181-CHDVR-19``."""

import re

FORM = re.compile(r"AE:PL-(\d{5})-(\d{5})-([A-Z]{5})-(\d{2})", re.ASCII)


def normal(typed: str) -> str:
    """Capital letters, no spaces; what is typed without ``AE:`` gets it."""
    text = "".join(typed.split()).upper()
    return f"AE:{text}" if text.startswith("PL-") else text


def is_address(text: str) -> bool:
    """Whether it has the form; its check digits are another question."""
    return FORM.fullmatch(text) is not None


def is_sure(address: str) -> bool:
    """Whether the last two digits agree: the digit sum of |sum of the letters' codes - both numbers|.

    Six of seven public addresses obey (dossier 4.2), so a mismatch is a reason to ask, never to refuse.
    Raises ValueError for what is no address.
    """
    found = FORM.fullmatch(address)
    if found is None:
        raise ValueError("not an address for electronic delivery")
    first, second, letters, check = found.groups()
    difference = abs(sum(letters.encode()) - (int(first) + int(second)))
    return sum(map(int, str(difference))) == int(check)

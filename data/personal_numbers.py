"""PESEL, NIP and REGON: is the number written and summed as it should be?

Answers never repeat the number, because they go to reports that may not hold personal data.
"""

import re
from datetime import date

_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)
_LONG_REGON_WEIGHTS = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
_CENTURIES = {8: 1800, 0: 1900, 2: 2000, 4: 2100, 6: 2200}  #: tens of the month, less those of the month itself


def digits_of(text: str) -> str:
    """The number without the spaces and dashes that people write; other signs stay and make it wrong."""
    return re.sub(r"[\s-]+", "", text)


def pesel_control(digits: str) -> int:
    """Control digit of the first ten."""
    return -_weighted(digits, _PESEL_WEIGHTS) % 10


def is_pesel(text: str) -> bool:
    """Eleven digits, a day that exists, a right control digit (ustawa o ewidencji ludności art. 15)."""
    if not re.fullmatch(r"[0-9]{11}", text) or pesel_control(text) != int(text[10]):
        return False
    tens, unit = divmod(int(text[2:4]), 20)
    try:
        date(_CENTURIES[tens * 2] + int(text[:2]), unit, int(text[4:6]))
    except (ValueError, KeyError):
        return False
    return True


def is_nip(text: str) -> bool:
    """Ten digits; a sum of ten modulo eleven belongs to no number."""
    return bool(re.fullmatch(r"[0-9]{10}", text)) and _weighted(text, _NIP_WEIGHTS) % 11 == int(text[9])


def is_regon(text: str) -> bool:
    """Nine digits, or fourteen whose first nine are a number of their own."""
    if not re.fullmatch(r"[0-9]{9}([0-9]{5})?", text):
        return False
    if _weighted(text, _REGON_WEIGHTS) % 11 % 10 != int(text[8]):
        return False
    return len(text) == 9 or _weighted(text, _LONG_REGON_WEIGHTS) % 11 % 10 == int(text[13])


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))

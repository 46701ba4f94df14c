"""Numbers of Polish bank accounts: 2 digits of control, 8 of the bank, 16 of the account (ISO 13616, IBAN PL).

A virtual (individual) account is a number that the bank credits to one real account: its beginning, the mask, is the
bank's, the rest is the office's own number of a person or a charge.
"""

import re
from operator import mul

_WRITTEN = re.compile(r"(?:PL)?[\s-]*(\d(?:[\s-]?\d){25})(?!\d)", re.IGNORECASE | re.ASCII)
_MASK = re.compile(r"[0-9]{10,22}")


def with_control(bban: str) -> str:
    """26 digits of the 24: ``98 - (BBAN + "252100") mod 97``, where 25 and 21 are P and L."""
    return f"{98 - int(bban + '252100') % 97:02d}{bban}"


def is_nrb(text: str) -> bool:
    """26 digits with a right control number."""
    return bool(re.fullmatch(r"[0-9]{26}", text)) and with_control(text[2:]) == text


def nrb_of(text: str) -> str:
    """``"PL71 1020 2892 ..."`` -> 26 digits; "" where that is no right number of a Polish account."""
    found = _WRITTEN.fullmatch(text.strip().strip("/"))
    plain = re.sub(r"\D", "", found[1]) if found else ""
    return plain if is_nrb(plain) else ""


def nrbs_in(text: str) -> tuple[str, ...]:
    """Right numbers of Polish accounts that stand in a text, each once, in their order."""
    found = (nrb_of(said[0]) for said in re.finditer(_WRITTEN, text))
    return tuple(dict.fromkeys(number for number in found if number))


def is_mask(text: str) -> bool:
    """8 digits of the bank and 2 to 14 of the payee's code; 2 to 14 digits are left for the office's number."""
    return bool(_MASK.fullmatch(text))


def is_bank(number: str) -> bool:
    """8 digits of a bank and its branch whose last is a right check digit (weights 3 9 7 1 3 9 7 1, mod 10)."""
    return bool(re.fullmatch(r"[0-9]{8}", number)) and sum(map(mul, map(int, number), (3, 9, 7, 1) * 2)) % 10 == 0


def room_of(mask: str) -> int:
    """How many individual accounts fit: the office numbers them from 1."""
    return int("9" * (24 - len(mask)))


def virtual_nrb(mask: str, number: int) -> str:
    """The individual account of the number. Raises ValueError for a number that the mask has no room for."""
    room = 24 - len(mask)
    if not is_mask(mask) or not 0 <= number < 10**room:
        raise ValueError(f"A mask of {len(mask)} digits leaves {room} for the number.")
    return with_control(f"{mask}{number:0{room}d}")


def number_of(nrb: str, mask: str) -> int | None:
    """The office's number in an account of the mask; None for an account of another."""
    return int(nrb[2 + len(mask) :]) if nrb[2:].startswith(mask) else None

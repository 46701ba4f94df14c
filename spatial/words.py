"""Polish words, numbers and dates: as people search them and as the office writes them."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

_STROKES = str.maketrans("łŁ", "lL")  # the only Polish letter that does not decompose
_NOT_WORD = re.compile(r"[^0-9a-z/]+")


def search_key(text: str) -> str:
    """``"ul. Świętego Jana  12A"`` -> ``"ul swietego jana 12a"``; for comparing, never for showing."""
    plain = unicodedata.normalize("NFKD", text.translate(_STROKES))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", letters.lower()).strip()


_MONTHS = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
    "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
)  # fmt: skip

NO_BREAK = "\u00a0"


def polish_date(day: date) -> str:
    """``"23 listopada 2026"``, kept on one line."""
    return NO_BREAK.join((str(day.day), _MONTHS[day.month - 1], str(day.year)))


def polish_number(number: int | Decimal) -> str:
    """``"1 234,5"``: thousands by a non-breaking space, a decimal comma."""
    return f"{number:,}".replace(",", NO_BREAK).replace(".", ",")


def polish_money(grosze: int) -> str:
    """``"1 234,50 zł"``."""
    return f"{polish_number(Decimal(grosze).scaleb(-2).quantize(Decimal('0.01')))}{NO_BREAK}zł"


def polish_area(area_m2: int) -> str:
    """``"1 234 m²"``."""
    return f"{polish_number(area_m2)}{NO_BREAK}m²"

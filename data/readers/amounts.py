"""Numbers of land registers, exactly: hectares with four decimals are whole square metres."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_TO_M2 = {"ha": Decimal(10_000), "m2": Decimal(1), "m²": Decimal(1), "ar": Decimal(100)}
_LARGEST_M2 = 10**11  #: a third of Poland; more is a mistake of units


def decimal_of(text: str) -> Decimal | None:
    """Number from text with a decimal point or comma and spaces between thousands; None when it is not one."""
    cleaned = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST_M2 else None


def square_metres(amount: Decimal, unit: str) -> int | None:
    """Whole square metres, half up; None for an unknown unit and for an area that is not positive."""
    factor = _TO_M2.get(unit)
    if factor is None:
        return None
    area = (amount * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(area) if area > 0 else None


def is_exact(amount: Decimal, unit: str) -> bool:
    """Whether the amount is a whole number of square metres."""
    return (amount * _TO_M2[unit]) % 1 == 0


def polish(number: float, decimals: int = 0) -> str:
    """Number as people write it: "442 133,975"."""
    return f"{number:,.{decimals}f}".replace(",", "\u00a0").replace(".", ",")

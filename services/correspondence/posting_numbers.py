"""Numbers of registered letters (numer nadawczy), as they stand on labels and are kept: 20 digits, or 13 signs.

At home ``00`` and a GS1 SSCC of 18 digits: extension, prefix of the operator, kind, serial of 8 digits, check digit
modulo 10. Before it, and abroad, UPU S10: ``RR``, serial of 8 digits, check digit modulo 11, country. Labels of a roll
follow each other by their serials.
"""

import re

from django.utils.translation import gettext as _
from stdnum import ean

from spatial.errors import Malformed

#: what readers of barcodes put before a GS1-128 and between its parts, and what people write between digits
NOISE = re.compile(r"^\](?:C1|c1)|[\s\x1d().-]")
AT_HOME = re.compile(r"(?:00)?([0-9]{18})")
S10 = re.compile(r"(R[A-Z])([0-9]{8})([0-9])([A-Z]{2})")
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
LAST_SERIAL = 99_999_999


def normal(typed: str) -> str:
    """``"(00) 5590 0773 1550 0000 09"`` -> ``"00559007731550000009"``, ``"rr 473124829 pl"`` -> ``"RR473124829PL"``.

    Raises Malformed for another form and for a wrong check digit.
    """
    bare = NOISE.sub("", typed).upper()
    if found := AT_HOME.fullmatch(bare):
        number = made_at_home(found[1][:-1])
    elif found := S10.fullmatch(bare):
        number = made_by_s10(found[1], found[2], found[4])
    else:
        raise Malformed(_("To nie jest numer listu poleconego: ma on 20 cyfr, na przykład (00) 5590 0773 1550 0000 09, "
                          "albo postać RR473124829PL."))  # fmt: skip
    if not number.endswith(bare):
        raise Malformed(_("Cyfra kontrolna się nie zgadza. Porównaj numer z nalepką albo zeskanuj go jeszcze raz."))
    return number


def made_at_home(body: str) -> str:
    """Of 17 digits."""
    return f"00{body}{ean.calc_check_digit(body)}"


def made_by_s10(kind: str, serial: str, country: str) -> str:
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(S10_WEIGHTS, serial, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"{kind}{serial}{check}{country}"


def following(number: str) -> str:
    """Of the next label of the roll. Raises Malformed where the serials end."""
    body, serial = (number[2:11], number[11:19]) if number.startswith("00") else ("", number[2:10])
    if int(serial) == LAST_SERIAL:
        raise Malformed(_("Na numerze %(number)s rolka się kończy.") % {"number": readable(number)})
    after = f"{int(serial) + 1:08}"
    return made_at_home(body + after) if body else made_by_s10(number[:2], after, number[-2:])


def readable(number: str) -> str:
    """As on a label; text for a spreadsheet, which would round so many digits."""
    if not number.startswith("00"):
        return number
    digits = number[2:]
    return "(00) " + " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))

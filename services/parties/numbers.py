"""Numbers of people and firms as they are typed; each is checked by its own rule before anything is looked for."""

from collections.abc import Callable
from types import ModuleType

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.pl import nip as nip_rule
from stdnum.pl import pesel as pesel_rule
from stdnum.pl import regon as regon_rule

from spatial.errors import Malformed


def checked(rule: ModuleType, typed: str, message: str) -> str:
    """Raises Malformed with the message; what was typed never stands in it."""
    try:
        return str(rule.validate(typed))
    except ValidationError:
        raise Malformed(message) from None


def pesel(typed: str) -> str:
    """11 digits. Raises Malformed."""
    return checked(pesel_rule, typed, _("Ten numer PESEL jest błędny. Sprawdź, czy ma 11 cyfr."))


def nip(typed: str) -> str:
    """10 digits, without dashes and ``PL``. Raises Malformed."""
    return checked(nip_rule, typed, _("Ten NIP jest błędny. Sprawdź, czy ma 10 cyfr."))


def regon(typed: str) -> str:
    """9 or 14 digits. Raises Malformed."""
    return checked(regon_rule, typed, _("Ten REGON jest błędny. Sprawdź, czy ma 9 albo 14 cyfr."))


def krs(typed: str) -> str:
    """10 digits; the number has no check digit. Raises Malformed."""
    digits = typed.replace(" ", "")
    if len(digits) == 10 and digits.isascii() and digits.isdecimal():
        return digits
    raise Malformed(_("Ten numer KRS jest błędny. Ma 10 cyfr, na przykład 0000123456."))


def optional(rule: Callable[[str], str], typed: str) -> str:
    """Empty where nothing was typed. Raises what the rule raises."""
    return rule(typed) if typed.strip() else ""

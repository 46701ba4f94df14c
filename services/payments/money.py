"""Money is whole grosze; a sum typed by a person is read here."""

import re

from django.utils.translation import gettext as _

from spatial.errors import Malformed
from spatial.words import NO_BREAK

ZLOTYS = re.compile(r"(\d{1,7})(?:[.,](\d{2}))?", re.ASCII)


def grosze(typed: str) -> int:
    """``"1 234,50 zł"`` -> 123450: no thousands by a dot or a comma, whole złotys or two places. Raises Malformed."""
    text = typed.replace(NO_BREAK, "").replace(" ", "").removesuffix("zł")
    found = ZLOTYS.fullmatch(text)
    if found is None:
        raise Malformed(_("Podaj kwotę w złotych, na przykład 17 albo 17,50."))
    return int(found[1]) * 100 + int(found[2] or 0)

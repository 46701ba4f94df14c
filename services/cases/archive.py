"""How long the files of a case are kept: archive categories of the file plan (Dz.U. 2011 nr 14 poz. 67, annex 6).

Nothing is destroyed: cases whose time has come are listed, and marked with the consent of the state archive
(``handling.dispose``).
"""

import re
from datetime import date

CATEGORY = re.compile(r"(?P<kind>A|Bc|BE?(?P<years>[1-9]\d?))", re.ASCII)


def kept_until(category: str, *, closed_on: date) -> date | None:
    """1 January from which the files may go; None: never ("A"), or a category that says nothing.

    Years count from 1 January after the case was closed; "BE5" is then looked at by an expert, "Bc" has no years.
    """
    found = CATEGORY.fullmatch(category)
    if found is None or found["kind"] == "A":
        return None
    return date(closed_on.year + int(found["years"] or 0) + 1, 1, 1)

"""Polish words for the search: what two spellings of one thing have in common."""

import re
import unicodedata

_STROKES = str.maketrans("łŁ", "lL")  # the only Polish letter that does not decompose
_NOT_WORD = re.compile(r"[^0-9a-z/]+")


def search_key(text: str) -> str:
    """``"ul. Świętego Jana  12A"`` -> ``"ul swietego jana 12a"``; for comparing, never for showing."""
    plain = unicodedata.normalize("NFKD", text.translate(_STROKES))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", letters.lower()).strip()

"""Texts that people write into tables: cleaned, kept within their columns, and told when they look like formulas."""

import re
import unicodedata
from collections.abc import Iterable

from data.records import Problem

_STROKES = str.maketrans("łŁ", "lL")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
#: what a spreadsheet would reckon; a plus before a telephone number is none
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![ \d]*\d[\d ()/-]*$)(?=\S)")
YES, NO = frozenset({"tak", "yes", "true", "t", "1"}), frozenset({"nie", "no", "false", "n", "0"})


def clean(text: str) -> str:
    """Without invisible characters, letters composed (NFC), spaces at the ends gone."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text)).strip()


def slug(text: str) -> str:
    """ "Zamek w Ojcowie" -> "zamek-w-ojcowie"; at most 80 letters of ASCII."""
    plain = unicodedata.normalize("NFKD", text.translate(_STROKES))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:80].strip("-")


def identifier_of(said: str, name: str) -> str:
    """The identifier of the source where it is fit for an address, else one made from it or from the name."""
    return said if _IDENTIFIER.fullmatch(said) else slug(said) or slug(name)


def short(text: str, longest: int, object_: str, problems: list[Problem]) -> str:
    """One line within its column; what is cut off is told."""
    line = " ".join(clean(text).split())
    if len(line) <= longest:
        return line
    message = f"Tekst „{line[:40]}…” jest dłuższy niż {longest} znaków; skrócono go. Skróć go w źródle."
    problems.append(Problem("text-shortened", "warning", object_, message))
    return line[:longest]


def formulas(texts: Iterable[str], object_: str) -> list[Problem]:
    """A warning for texts that a spreadsheet would take for a formula; they are kept and written out harmless."""
    found = next((text for text in texts if _FORMULA.match(text)), None)
    if found is None:
        return []
    message = (
        f"Tekst „{found[:40]}” zaczyna się jak formuła arkusza. Przyjęto go jako zwykły tekst; sprawdź, skąd pochodzi."
    )
    return [Problem("formula-like-text", "warning", object_, message)]


def yes_or_no(text: str) -> bool | None:
    """None where the source says neither."""
    said = text.strip().lower()
    return True if said in YES else False if said in NO else None

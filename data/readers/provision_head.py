"""What the beginning of a resolution says of itself: number, day, council, title."""

import re
from datetime import date

_ACT = re.compile(r"uchwała\s+nr\s+([IVXLCDM]+(?:/[\w/.]*\w)?|[0-9][\w/]*)", re.IGNORECASE)
_DAY = re.compile(r"z\s+dnia\s+([0-9]{1,2})(?:\s+([a-ząćęłńóśźż]+)\s+|\.([0-9]{1,2})\.)([0-9]{4})", re.IGNORECASE)
_COUNCIL = re.compile(
    r"(Rad[ay]\s+(?:Miejskiej|Miejska|Gminy|Miasta)[^,]{2,60}?)(?=\s+z\s+dnia|\s+w\s+sprawie|$)", re.IGNORECASE
)
_TITLE = re.compile(r"w\s+sprawie\s*:?\s*(.{3,1500}?)\s*(?=\b(?:na\s+podstawie|działając)\b|$)", re.IGNORECASE)
#: where the head ends: what the resolution is about, or its legal ground, which names days of its own
_AFTER_HEAD = re.compile(r"w\s+sprawie|na\s+podstawie|działając", re.IGNORECASE)
_WITHOUT_START = 400
_MONTHS = ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
           "października", "listopada", "grudnia")  # fmt: skip


def head(preamble: str) -> str:
    """From the word that begins a resolution to what it is about; an official journal has days of its own before."""
    begun = _start(preamble)
    ended = _AFTER_HEAD.search(begun)
    return begun[: ended.start()].strip() if ended else begun[:_WITHOUT_START]


def number(head: str) -> str | None:
    found = _ACT.search(head)
    return found[1] if found else None


def day(head: str) -> date | None:
    found = _DAY.search(head)
    if found is None or (found[2] and found[2].lower() not in _MONTHS):
        return None
    month = int(found[3]) if found[3] else _MONTHS.index(found[2].lower()) + 1
    try:
        return date(int(found[4]), month, int(found[1]))
    except ValueError:
        return None


def council(head: str) -> str | None:
    found = _COUNCIL.search(head)
    return found[1].strip() if found else None


def title(preamble: str) -> str | None:
    """ "miejscowego planu ...", what stands between "w sprawie" and the legal ground."""
    found = _TITLE.search(_start(preamble))
    return found[1].strip() if found else None


def _start(preamble: str) -> str:
    begun = re.search(r"uchwała", preamble, re.IGNORECASE)
    return preamble[begun.start() :] if begun else preamble

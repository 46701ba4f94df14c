"""Units of a legal text from its lines: chapter, §, ust., pkt, lit., tiret, with what stands before and after them.

A line without a number of its own continues the unit before it. A number that only looks like one (the rest of "ust. 1"
at the beginning of a wrapped line, a year, a house) is recognised by the numbers around it and by the words before it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

type Kind = Literal["chapter", "paragraph", "section", "point", "letter", "indent"]

#: "6-ZNW" alone in a line, between units, heads those below it: sections ("1."), or points ("1)") in a section
ZONE_RANKS = (2, 5)
#: "A." under "13." of old plans groups points that are numbered anew; such a group is a section in a section
GROUP_RANK = 4
_RANK: dict[Kind, int] = {"chapter": 0, "paragraph": 1, "section": 3, "point": 6, "letter": 7, "indent": 8}
_LETTERS: dict[Kind, str] = {
    "chapter": "r", "paragraph": "p", "section": "u", "point": "k", "letter": "l", "indent": "t",
}  # fmt: skip
_KEY_LENGTH = 34
_NUMBER_LENGTH = 10
_CHAPTER = re.compile(r"(?:rozdział|dział)\s*([0-9]{1,4}[a-z]?|[IVXLC]{1,8})?\s*[.:]?\s*(.*)", re.IGNORECASE)
#: a reference at the beginning of a wrapped line ("§ 6 uchwały") goes on in small letters
_PARAGRAPH = re.compile(r"§\s*([0-9]{1,4}[a-z]{0,2})(?:\s*\.\s*|\s*$|\s+(?=[^a-ząćęłńóśźż,;)]))(.*)")
_SECTION = re.compile(r"([0-9]{1,3}[a-z]{0,2})\.(?![0-9])\s*(.*)")
_GROUP = re.compile(r"([A-Z])\.\s+(.*)")
_POINT = re.compile(r"([0-9]{1,3}[a-z]{0,2})(?:\)|/(?=\s))\s*(.*)")  # "1/" in old plans
_LETTER = re.compile(r"([a-z]{1,2})(?:\)|/(?=\s))\s*(.*)")
_ZONE_LINE = re.compile(
    r"(?=[^0-9]{0,6}[0-9])(?:[A-ZŁŚŻ]{1,3}[0-9]{0,2}\.?\s)?[0-9]{0,3}\s?[.-]?\s?[A-ZŁŚŻ]{1,4}[a-z]?[0-9]{0,3}"
    r"(?:\s?[,/.-]\s?[0-9]{0,2}[A-ZŁŚŻ]{1,4}[a-z]?[0-9]{0,2}){0,4}[,:]?"
)
_INDENT = re.compile(r"[-–—•]\s+(.*)")
_NUMBER = re.compile(r"([0-9]{1,4}[a-z]?|[IVXLC]{1,8})\s*[.:]?")
#: a line that ends so is not whole: the number that comes belongs to the reference
_REFERENCE = re.compile(r"(?:^|\W)(?:ust|pkt|lit|art|poz|nr|tiret|§)\.?$", re.IGNORECASE)
_INTO_FORCE = re.compile(r"wchodzi\s+w\s+życie", re.IGNORECASE)
_AFTER_LAST = re.compile(
    r"\W*(?:(?:wice)?przewodnicząc[yae]\b|załącznik(?:i|\s+(?:nr|graficzny|do))?\b|uzasadnienie\b"
    r"|projekt miejscowego planu|rozstrzygnięcie\b)",
    re.IGNORECASE,
)


@dataclass(slots=True, eq=False)
class Unit:
    """A unit with its own words; ``key`` is given when the whole text is known."""

    kind: Kind
    number: str
    parent: "Unit | None"
    rank: int
    opening: list[str]  #: lines it began with, as they stood
    lines: list[str] = field(default_factory=list)
    heading: list[str] = field(default_factory=list)
    named_at_once: bool = False  #: the heading began in the opening line
    key: str = ""
    last: dict[int, "Unit"] = field(default_factory=dict)  #: its youngest child of each rank

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def title(self) -> str:
        return " ".join(self.heading)

    def above(self) -> "Iterator[Unit]":
        """Units that it stands in, innermost first."""
        unit = self.parent
        while unit is not None:
            yield unit
            unit = unit.parent


@dataclass(frozen=True, slots=True)
class Outline:
    """``closing``: signatures, annexes, reasons; what follows the provision on coming into force."""

    preamble: list[str]
    units: list[Unit]
    closing: list[str]


def outline(lines: Iterable[str]) -> Outline:
    """Units in the order of the text, parents before children. No line is lost."""
    parser = _Parser(list(lines))
    for place, line in enumerate(parser.lines):
        parser.take(place, line)
    units = _without_contents(parser.units, parser.preamble)
    _give_keys(units)
    return Outline(parser.preamble, units, parser.closing)


# --- reading ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Parser:
    lines: list[str]
    place: int = 0
    preamble: list[str] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    root: Unit = field(default_factory=lambda: Unit("chapter", "", None, -1, []))
    #: a heading is being read: what follows "Rozdział 2" up to the first unit in it
    in_heading: bool = False
    comes_into_force: bool = False
    before: str = ""

    def take(self, place: int, line: str) -> None:
        self.place = place
        if self.closing or (self.comes_into_force and _AFTER_LAST.match(line)):
            self.closing.append(line)
            return
        self._place(line)
        self.comes_into_force |= bool(_INTO_FORCE.search(f"{self.before} {line}")) and self._now() is not None
        self.before = line

    def _place(self, line: str) -> None:
        now = self._now()
        if self.in_heading and now is not None and not now.number + now.title and (found := _NUMBER.fullmatch(line)):
            now.number = found[1]
            now.opening.append(line)
            return
        opened = self._opening(line)
        if opened is None:
            self._continue(line)
            return
        unit = self._open(*opened, line)
        # "§ 5. 1. 1) Ustala się" holds three units in one line
        while unit.lines and (opened := self._opening(unit.lines[0])) is not None and opened[1] > unit.rank:
            rest = unit.lines.pop()
            unit = self._open(*opened, rest)

    def _now(self) -> Unit | None:
        return self.units[-1] if self.units else None

    def _continue(self, line: str) -> None:
        now = self._now()
        if now is None:
            self.preamble.append(line)
        elif self.in_heading:
            now.heading.append(line)
        else:
            now.lines.append(line)

    def _open(self, kind: Kind, rank: int, number: str, rest: str, line: str) -> Unit:
        parent = self._parent(rank, number)
        unit = Unit(kind, number, parent if parent is not self.root else None, rank, [line])
        if rest:
            (unit.heading if kind == "chapter" else unit.lines).append(rest)
            unit.named_at_once = kind == "chapter"
        parent.last[rank] = unit
        self.units.append(unit)
        self.in_heading = kind == "chapter"
        return unit

    def _parent(self, rank: int, number: str) -> Unit:
        home = self._home(rank, number) if rank in (_RANK["section"], _RANK["point"]) else None
        return home or self._nearest(rank)

    def _nearest(self, rank: int) -> Unit:
        return next((unit for unit in self._chain() if unit.rank < rank), self.root)

    def _chain(self) -> Iterator[Unit]:
        now = self._now()
        if now is not None:
            yield now
            yield from now.above()

    def _opening(self, line: str) -> tuple[Kind, int, str, str] | None:
        """Kind, rank, number and the rest of a line that begins a unit."""
        if _REFERENCE.search(self.before):
            return None
        if (found := _PARAGRAPH.match(line)) is not None:
            return "paragraph", _RANK["paragraph"], found[1], found[2]
        # a sentence may begin with the word too; then no number follows and the line goes on
        if (found := _CHAPTER.fullmatch(line)) is not None and (found[1] or not found[2]):
            return "chapter", _RANK["chapter"], found[1] or "", found[2]
        inside = any(unit.kind == "paragraph" for unit in self._chain())
        return self._inner(line) if inside else None

    def _inner(self, line: str) -> tuple[Kind, int, str, str] | None:
        """A unit inside a paragraph."""
        numbered: tuple[tuple[Kind, re.Pattern[str]], ...] = (("section", _SECTION), ("point", _POINT))
        for kind, pattern in numbered:
            if (found := pattern.match(line)) is not None and self._home(_RANK[kind], found[1]):
                return kind, _RANK[kind], found[1], found[2]
        if self.before.endswith((".", ";")) and _ZONE_LINE.fullmatch(line) and self._is_deep():
            fits = len(line) <= _NUMBER_LENGTH
            return "section", self._rank_of_zone(), line if fits else "", "" if fits else line
        if (found := _GROUP.match(line)) is not None and self._is_next_group(found[1]):
            return "section", GROUP_RANK, found[1], found[2]
        if (found := _LETTER.match(line)) is not None:
            return "letter", _RANK["letter"], found[1], found[2]
        found = _INDENT.match(line)
        return ("indent", _RANK["indent"], "", found[1]) if found is not None else None

    def _home(self, rank: int, number: str) -> Unit | None:
        """Where a number may stand: as a first one, a first one again, or the next with a small gap; else outside."""
        now = value(number)
        for unit in self._chain():
            if unit.rank < rank:
                last = unit.last.get(rank)
                if now <= 3 if last is None else now == 1 or 0 <= now - value(last.number) <= 5:
                    return unit
            if unit.kind == "paragraph":
                break
        return None

    def _is_deep(self) -> bool:
        """Whether points are being listed; a symbol below the words that open a section belongs to them."""
        now = self._now()
        return now is not None and now.rank > ZONE_RANKS[1]

    def _rank_of_zone(self) -> int:
        """By the unit that the symbol heads."""
        headed = next((line for line in islice(self.lines, self.place + 1, None) if not _ZONE_LINE.fullmatch(line)), "")
        return ZONE_RANKS[0] if _SECTION.match(headed) else ZONE_RANKS[1]

    def _is_next_group(self, letter: str) -> bool:
        last = self._nearest(GROUP_RANK).last.get(GROUP_RANK)
        return letter == "A" if last is None else ord(letter) - ord(last.number) == 1


def value(number: str) -> int:
    """12 for "12" and "12a"; 3 for "c"."""
    digits = re.match(r"[0-9]+", number)
    return int(digits[0]) if digits else ord(number[-1]) - ord("a") + 1 if number else 0


def _without_contents(units: list[Unit], preamble: list[str]) -> list[Unit]:
    """Chapters of a table of contents, which come again with what is in them, are words of the preamble."""
    first = next((place for place, unit in enumerate(units) if unit.kind == "paragraph"), len(units))
    left = Counter(unit.number for unit in units if unit.kind == "chapter")
    end = 0
    # the last chapter before the first paragraph holds it
    for place, unit in enumerate(units[: max(first - 1, 0)]):
        left[unit.number] -= 1
        end = place + 1 if left[unit.number] else end
    for unit in units[:end]:
        preamble += [*unit.opening, *unit.heading[1 if unit.named_at_once else 0 :]]
    return units[end:]


def _give_keys(units: Iterable[Unit]) -> None:
    """ "p7.u1.k2": chapters give no part, because § are numbered over the whole text. A name comes once."""
    children: dict[Unit | None, int] = {}
    used: dict[str, int] = {}
    for unit in units:
        children[unit.parent] = count = children.get(unit.parent, 0) + 1
        above = f"{unit.parent.key}." if unit.parent is not None and unit.parent.kind != "chapter" else ""
        number = re.sub(r"\W", "", unit.number or (unit.text[:12] if unit.rank in ZONE_RANKS else "")) or count
        stem = f"{above}{_LETTERS[unit.kind]}{number}"[:_KEY_LENGTH]
        used[stem] = time = used.get(stem, 0) + 1
        unit.key = stem if time == 1 else f"{stem}-{time}"

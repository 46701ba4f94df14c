"""From the paragraphs of a resolution to a proposed tree of provisions, with the zones that each unit names.

A proposal for a person to look at: the law is what was adopted, not what was recognised. Nothing of the text is lost:
what stands before the first unit is the preamble, and a line without a number of its own continues the unit before it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from data.records import Problem, ProvisionRecord

type Kind = Literal["chapter", "paragraph", "section", "point", "letter", "indent"]

_RANK: dict[Kind, int] = {"chapter": 0, "paragraph": 1, "section": 2, "point": 3, "letter": 4, "indent": 5}
_LETTERS: dict[Kind, str] = {
    "chapter": "r", "paragraph": "p", "section": "u", "point": "k", "letter": "l", "indent": "t",
}  # fmt: skip
_CHAPTER = re.compile(r"(?:rozdział|dział)\s*([0-9]+[a-z]?|[IVXLC]+)?\s*[.:]?\s*(.*)", re.IGNORECASE)
#: a reference at the beginning of a wrapped line ("§ 6 uchwały") goes on in small letters
_PARAGRAPH = re.compile(r"§\s*([0-9]+[a-z]?)(?:\.\s*|\s*$|\s+(?=[^a-ząćęłńóśźż,;)]))(.*)")
_SECTION = re.compile(r"([0-9]{1,3}[a-z]{0,2})\.(?![0-9])\s*(.*)")
_POINT = re.compile(r"([0-9]{1,3}[a-z]{0,2})\)\s*(.*)")
_LETTER = re.compile(r"([a-z]{1,2})\)\s*(.*)")
_INDENT = re.compile(r"[-–—•]\s+(.*)")
_NUMBER = re.compile(r"([0-9]+[a-z]?|[IVXLC]+)\s*[.:]?")

_ACT = re.compile(r"uchwała\s+nr\s+([IVXLCDM]+(?:/[\w/]+)?|[0-9][\w/]*)", re.IGNORECASE)
_DAY = re.compile(r"z\s+dnia\s+([0-9]{1,2})\s+([a-ząćęłńóśźż]+)\s+([0-9]{4})", re.IGNORECASE)
_COUNCIL = re.compile(r"(Rad[ay] (?:Miejskiej|Miejska|Gminy|Miasta) [^,]{2,60}?)(?= z dnia| w sprawie|$)")
#: where the head of a resolution ends: what it is about, or its legal ground, which names days of its own
_AFTER_HEAD = re.compile(r"w sprawie|na podstawie|działając", re.IGNORECASE)
_MONTHS = ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
           "października", "listopada", "grudnia")  # fmt: skip

_SYMBOL = (
    r"[0-9]{0,3}[.-]?[A-ZŁŚŻ][A-ZŁŚŻa-z]{0,5}(?:[.-]?[0-9]{1,3})?"
    r"(?:[./-][0-9]{0,2}[A-ZŁŚŻ][A-ZŁŚŻa-z]{0,4}[0-9]{0,3})*"
)
_AND = r"[\"”]?\s*(?:,|;|i|oraz|lub|do|–|-)\s*[„\"]?"
_NAMED = re.compile(rf"symbol(?:em|ami|u|ach|e)?\s*:?\s*(?:od\s+)?[„\"]?((?:{_SYMBOL})(?:{_AND}{_SYMBOL})*)")
_ONE = re.compile(_SYMBOL)
#: "1MN-3MN", "1MN do 3MN"; and with the number behind: "MN1-MN3"
_RANGES = (
    re.compile(
        r"(?<!\w)(?P<from>[0-9]+)\s?(?P<kind>[A-ZŁŚŻ][\w./]*?)\s*(?:-|–|÷|do)\s*(?P<to>[0-9]+)\s?(?P=kind)(?!\w)"
    ),
    re.compile(
        r"(?<!\w)(?P<kind>[A-ZŁŚŻ][A-ZŁŚŻa-z./]*)(?P<from>[0-9]+)\s*(?:-|–|÷|do)\s*(?P=kind)(?P<to>[0-9]+)(?!\w)"
    ),
)
_NEAR = 120  #: signs before a short symbol in which the word "symbol" or "teren" must stand


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was recognised. ``provisions`` are in the order of the text, parents before children."""

    provisions: tuple[ProvisionRecord, ...]
    preamble: str = ""
    number: str | None = None
    adopted_on: date | None = None
    council: str | None = None
    unknown_symbols: tuple[str, ...] = ()  #: named in the text, not among those of the drawing
    problems: tuple[Problem, ...] = ()


def read_resolution(lines: Sequence[str], *, symbols: Collection[str] = ()) -> Resolution:
    """lines: paragraphs of the document. symbols: of the zones that are drawn; with them, recognition is exact."""
    parser = _Parser()
    for line in lines:
        parser.take(line)
    units = _without_contents(parser.units, parser.preamble)
    head = _head(" ".join(parser.preamble))
    seen = _Symbols(symbols)
    records = _general([_record(unit, seen) for unit in units])
    return Resolution(
        provisions=tuple(records),
        preamble="\n".join(parser.preamble),
        number=_number(head),
        adopted_on=_day(head),
        council=_council(head),
        unknown_symbols=tuple(sorted(seen.unknown)),
        problems=tuple(_sequence(units)),
    )


# --- units ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Unit:
    kind: Kind
    number: str
    key: str
    parent: "_Unit | None"
    lines: list[str] = field(default_factory=list)
    heading: list[str] = field(default_factory=list)
    children: int = 0
    opening: str = ""  #: the line it began with, as it stood

    @property
    def text(self) -> str:
        return " ".join(self.lines)


@dataclass(slots=True)
class _Parser:
    units: list[_Unit] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    #: a heading is being read: what follows "Rozdział 2" up to the first unit in it
    in_heading: bool = False

    def take(self, line: str) -> None:
        if self.in_heading and not self.units[-1].number and (found := _NUMBER.fullmatch(line)):
            self.units[-1].number = found[1]
            return
        opened = self._opening(line)
        if opened is None:
            self._continue(line)
            return
        kind, number, rest = opened
        self._open(kind, number, rest, line)
        # "§ 5. 1. Ustala się" holds two units in one line
        if kind != "chapter" and rest and (inner := self._opening(rest)) is not None and _RANK[inner[0]] > _RANK[kind]:
            self.units[-1].lines.clear()
            self._open(*inner, rest)

    def _continue(self, line: str) -> None:
        if not self.units:
            self.preamble.append(line)
        elif self.in_heading:
            self.units[-1].heading.append(line)
        else:
            self.units[-1].lines.append(line)

    def _opening(self, line: str) -> tuple[Kind, str, str] | None:
        """Kind, number and the rest of a line that begins a unit."""
        if (found := _PARAGRAPH.match(line)) is not None:
            return "paragraph", found[1], found[2]
        if (found := _CHAPTER.fullmatch(line)) is not None and self._is_chapter(found):
            return "chapter", found[1] or "", found[2]
        return self._inner(line) if self._inside_paragraph() else None

    def _inner(self, line: str) -> tuple[Kind, str, str] | None:
        """A unit inside a paragraph."""
        numbered: tuple[tuple[Kind, re.Pattern[str]], ...] = (("section", _SECTION), ("point", _POINT))
        for kind, pattern in numbered:
            if (found := pattern.match(line)) is not None and self._follows(kind, found[1]):
                return kind, found[1], found[2]
        if (found := _LETTER.match(line)) is not None:
            return "letter", found[1], found[2]
        found = _INDENT.match(line)
        return ("indent", "", found[1]) if found is not None else None

    def _is_chapter(self, found: re.Match[str]) -> bool:
        """A sentence may begin with the word too; then no number follows and the line goes on in small letters."""
        return bool(found[1]) or not found[2]

    def _inside_paragraph(self) -> bool:
        return any(unit.kind == "paragraph" for unit in self._open_units())

    def _open_units(self) -> list[_Unit]:
        """The last unit and those that it stands in, innermost first."""
        chain = []
        unit = self.units[-1] if self.units else None
        while unit is not None:
            chain.append(unit)
            unit = unit.parent
        return chain

    def _follows(self, kind: Kind, number: str) -> bool:
        """Whether a number may stand here: the first, or one that comes after the last of its kind, with small gaps."""
        now = _value(number)
        last = next((unit for unit in self._siblings(kind)), None)
        return now <= 3 if last is None else 0 <= now - _value(last.number) <= 5

    def _siblings(self, kind: Kind) -> Iterator[_Unit]:
        """Units of the kind under the same parent, the last one first."""
        parent = next((unit for unit in self._open_units() if _RANK[unit.kind] < _RANK[kind]), None)
        for unit in reversed(self.units):
            if unit is parent:
                return
            if unit.kind == kind and unit.parent is parent:
                yield unit

    def _open(self, kind: Kind, number: str, rest: str, line: str) -> None:
        parent = next((unit for unit in self._open_units() if _RANK[unit.kind] < _RANK[kind]), None)
        if parent is not None:
            parent.children += 1
        count = parent.children if parent is not None else len(self.units) + 1
        unit = _Unit(kind, number, self._key(parent, kind, number or str(count)), parent, opening=line)
        if rest:
            (unit.heading if kind == "chapter" else unit.lines).append(rest)
        self.units.append(unit)
        self.in_heading = kind == "chapter"

    def _key(self, parent: _Unit | None, kind: Kind, number: str) -> str:
        """ "p7.u1.k2": chapters give no part, because § are numbered over the whole text."""
        above = f"{parent.key}." if parent is not None and parent.kind != "chapter" else ""
        stem = f"{above}{_LETTERS[kind]}{number}"[:34]
        key = next(name for name in (stem, *(f"{stem}-{count}" for count in range(2, 10_000))) if name not in self.keys)
        self.keys.add(key)
        return key


def _value(number: str) -> int:
    """12 for "12" and "12a"."""
    digits = re.match(r"[0-9]+", number)
    return int(digits[0]) if digits else 0


def _without_contents(units: list[_Unit], preamble: list[str]) -> list[_Unit]:
    """Chapters of a table of contents, which come again with what is in them, are words of the preamble."""
    first = next((place for place, unit in enumerate(units) if unit.kind == "paragraph"), len(units))
    later = {unit.number for unit in units[first:] if unit.kind == "chapter"}
    again = [place for place, unit in enumerate(units[:first]) if unit.kind == "chapter"]
    before = [place for place in again if units[place].number in later or _comes_again(units, place, first)]
    for place in before:
        preamble += [units[place].opening, *units[place].heading[1 if _opens_heading(units[place]) else 0 :]]
    return [unit for place, unit in enumerate(units) if place not in set(before)]


def _comes_again(units: list[_Unit], place: int, first: int) -> bool:
    return any(other.kind == "chapter" and other.number == units[place].number for other in units[place + 1 : first])


def _opens_heading(unit: _Unit) -> bool:
    """Whether the first words of the heading stood in the opening line."""
    return bool(unit.heading) and unit.opening.endswith(unit.heading[0])


def _record(unit: _Unit, seen: "_Symbols") -> ProvisionRecord:
    text = unit.text
    return ProvisionRecord(
        key=unit.key,
        parent=unit.parent.key if unit.parent else None,
        kind=unit.kind,
        number=unit.number,
        text=text,
        heading=" ".join(unit.heading) or None,
        zones=seen.of(f"{' '.join(unit.heading)} {text}"),
    )


def _general(records: list[ProvisionRecord]) -> list[ProvisionRecord]:
    """A paragraph that names no zone, and in which none is named, speaks of the whole plan."""
    named = {record.key for record in records if record.zones}
    parents = {record.key: record.parent for record in records}
    for key in list(named):
        above = parents[key]
        while above is not None:
            named.add(above)
            above = parents[above]
    return [
        replace(record, binds_whole_plan=True) if record.kind == "paragraph" and record.key not in named else record
        for record in records
    ]


def _sequence(units: Iterable[_Unit]) -> Iterator[Problem]:
    """Paragraphs whose numbers leave a gap or come again."""
    last = 0
    for unit in units:
        if unit.kind != "paragraph":
            continue
        now = _value(unit.number)
        if now == last and unit.number.isdecimal():
            message = f"§ {unit.number} występuje dwa razy. Sprawdź numerację z uchwałą."
            yield Problem("paragraph-number-repeated", "warning", unit.key, message)
        elif now not in (last, last + 1):
            message = f"Po § {last} następuje § {unit.number}. Sprawdź, czy tekst jest cały."
            yield Problem("paragraph-number-gap", "warning", unit.key, message)
        last = max(last, now)


# --- symbols ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Symbols:
    """Symbols in a text: exactly those of the drawing where they are known, else what the word "symbol" announces."""

    known: Collection[str]
    unknown: set[str] = field(default_factory=set)

    def of(self, text: str) -> tuple[str, ...]:
        announced = [symbol for found in _NAMED.finditer(text) for symbol in _listed(found[1])]
        if not self.known:
            return tuple(dict.fromkeys(announced))
        found = {symbol for symbol in self.known if self._is_in(symbol, text)}
        found |= {symbol for pattern in _RANGES for told in pattern.finditer(text) for symbol in self._between(told)}
        plain = {_plain(symbol) for symbol in self.known}
        self.unknown |= {one for one in announced if _plain(one) not in plain and not _is_range(one)}
        return tuple(sorted(found))

    def _is_in(self, symbol: str, text: str) -> bool:
        pattern = r"\s?".join(map(re.escape, _plain(symbol)))
        for found in re.finditer(rf"(?<![\w/.-]){pattern}(?![\w/]|-\w|\.\w)", text):
            if len(_plain(symbol)) > 2 or any(sign.isdigit() for sign in symbol):
                return True
            before = text[max(0, found.start() - _NEAR) : found.start()].lower()
            if "symbol" in before or re.search(r"teren(y|ów|ach|u|em|ami|ie)?[\s,:„\"\w/.-]*$", before):
                return True
        return False

    def _between(self, told: re.Match[str]) -> Iterator[str]:
        """Symbols of the drawing with the same letters and a number from the range."""
        for number in range(int(told["from"]), min(int(told["to"]), int(told["from"]) + 500) + 1):
            name = f"{number}{told['kind']}" if told[0][0].isdigit() else f"{told['kind']}{number}"
            yield from (symbol for symbol in self.known if _plain(symbol) == name)


def _plain(symbol: str) -> str:
    return "".join(symbol.split())


def _listed(text: str) -> list[str]:
    return [found[0].rstrip(".-") for found in _ONE.finditer(text)]


def _is_range(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in _RANGES)


# --- head -------------------------------------------------------------------------------------------------------


def _head(text: str) -> str:
    """From the word that begins a resolution to what it is about."""
    begun = re.search(r"uchwała", text, re.IGNORECASE)
    head = text[begun.start() :] if begun else text[:400]
    ended = _AFTER_HEAD.search(head)
    return head[: ended.start()].strip() if ended else head[:400]


def _number(head: str) -> str | None:
    found = _ACT.search(head)
    return found[1] if found else None


def _day(head: str) -> date | None:
    found = _DAY.search(head)
    if found is None or found[2].lower() not in _MONTHS:
        return None
    try:
        return date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    except ValueError:
        return None


def _council(head: str) -> str | None:
    found = _COUNCIL.search(head)
    return found[1].strip() if found else None

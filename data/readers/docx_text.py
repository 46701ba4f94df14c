"""Words of a DOCX with the numbers that Word draws: "§ 5.", "2)" and "a)" of automatic lists stand in no text run.

Read from the XML itself, so that text in content controls, tables and boxes, and inserted text of tracked changes, is
there; deleted and moved-away text is not. Format: ECMA-376 part 1, 17.9 (numbering) and 17.3 (paragraphs).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

type Element = etree._Element

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = (qn("w:moveFrom"), qn("w:del"), _FALLBACK)
_LEVELS = 9
_DRAWN_BULLET = "–"
_MOST_STYLES = 20  #: styles based on one another, before a circle is supposed


def lines_of(document: Document) -> Iterator[str]:
    """Lines in the order of the document; cells of a row with one paragraph each are one line."""
    numbers = _Numbers.of(document)
    yield from _block(document.element.body, numbers)


def _block(parent: Element, numbers: "_Numbers") -> Iterator[str]:
    for child in parent.iterchildren("*"):
        if child.tag == qn("w:p"):
            yield from _paragraph(child, numbers)
        elif child.tag == qn("w:tbl"):
            for row in child.iter(qn("w:tr")):
                if next(row.iterancestors(qn("w:tbl"))) is child:
                    yield from _row(row, numbers)
        elif child.tag not in _GONE:
            yield from _block(child, numbers)


def _row(row: Element, numbers: "_Numbers") -> Iterator[str]:
    cells = [[line for line in _block(cell, numbers) if line.strip()] for cell in row.iterchildren(qn("w:tc"))]
    if all(len(lines) <= 1 for lines in cells):
        yield " ".join(line for lines in cells for line in lines)
    else:
        yield from (line for lines in cells for line in lines)


def _paragraph(paragraph: Element, numbers: "_Numbers") -> Iterator[str]:
    words = "".join(_runs(paragraph))
    number = numbers.next_of(paragraph)
    yield from (f"{number} {words}" if number and words.strip() else words).splitlines()
    for box in paragraph.iter(qn("w:txbxContent")):
        if next(box.iterancestors(_FALLBACK), None) is None and next(box.iterancestors(qn("w:p"))) is paragraph:
            yield from _block(box, numbers)


def _runs(parent: Element) -> Iterator[str]:
    for child in parent.iterchildren("*"):
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield "\t" if parent.tag == qn("w:r") else ""
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag not in (*_GONE, qn("w:txbxContent"), qn("w:pPr"), qn("w:rPr")):
            yield from _runs(child)


# --- numbers ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    start: int
    kind: str  #: decimal, lowerLetter, bullet...
    pattern: str  #: "§ %1.", "%2)"


@dataclass(slots=True)
class _Numbers:
    """``levels`` and ``abstract`` by the number of the list; lists of one kind go on counting together."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    restarted: dict[str, dict[int, int]] = field(default_factory=dict)
    styles: dict[str, tuple[str | None, str | None, str | None]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, document: Document) -> "_Numbers":
        numbers = cls()
        for style in document.styles.element.iter(qn("w:style")):
            based = _value(style.find(qn("w:basedOn")))
            numbers.styles[style.get(qn("w:styleId"), "")] = (*_said(style.find(qn("w:pPr"))), based)
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):  # a document without lists has no such part
            return numbers
        kinds = {kind.get(qn("w:abstractNumId"), ""): _levels(kind) for kind in root.iter(qn("w:abstractNum"))}
        for one in root.iter(qn("w:num")):
            numbers._add(one, kinds)
        return numbers

    def _add(self, one: Element, kinds: dict[str, dict[int, _Level]]) -> None:
        name, kind = one.get(qn("w:numId"), ""), _value(one.find(qn("w:abstractNumId"))) or ""
        self.abstract[name] = kind
        self.levels[name] = dict(kinds.get(kind, {}))
        for change in one.iter(qn("w:lvlOverride")):
            level = _whole(change.get(qn("w:ilvl")), 0)
            if (start := _value(change.find(qn("w:startOverride")))) is not None:
                self.restarted.setdefault(name, {})[level] = _whole(start, 1)
            for own in change.iter(qn("w:lvl")):
                self.levels[name][level] = _level(own)

    def next_of(self, paragraph: Element) -> str:
        """Number drawn before the paragraph, "" for one outside lists."""
        name, level = self._place(paragraph.find(qn("w:pPr")))
        levels = self.levels.get(name or "", {})
        if name is None or level not in levels:
            return ""
        counts = self.counts.setdefault(self.abstract[name], {})
        if name not in self.used:
            self.used.add(name)
            for deep, start in self.restarted.get(name, {}).items():
                counts[deep] = start - 1
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [deep for deep in counts if deep > level]:
            del counts[deeper]
        return _drawn(level, levels, counts)

    def _place(self, properties: Element | None) -> tuple[str | None, int]:
        """List and level: of the paragraph, else of its style or of one that it is based on."""
        name, level = _said(properties)
        style = _value(properties.find(qn("w:pStyle"))) if properties is not None else None
        for _ in range(_MOST_STYLES):
            if (name is not None and level is not None) or style not in self.styles:
                break
            styled, deep, style = self.styles[style]
            name, level = name if name is not None else styled, level if level is not None else deep
        return name, _whole(level, 0)


def _said(properties: Element | None) -> tuple[str | None, str | None]:
    numbered = properties.find(qn("w:numPr")) if properties is not None else None
    if numbered is None:
        return None, None
    return _value(numbered.find(qn("w:numId"))), _value(numbered.find(qn("w:ilvl")))


def _levels(kind: Element) -> dict[int, _Level]:
    return {_whole(one.get(qn("w:ilvl")), 0): _level(one) for one in kind.iterchildren(qn("w:lvl"))}


def _level(one: Element) -> _Level:
    return _Level(
        start=_whole(_value(one.find(qn("w:start"))), 1),
        kind=_value(one.find(qn("w:numFmt"))) or "decimal",
        pattern=_value(one.find(qn("w:lvlText"))) or "",
    )


def _drawn(level: int, levels: dict[int, _Level], counts: dict[int, int]) -> str:
    if levels[level].kind == "bullet":
        return _DRAWN_BULLET

    def number(found: re.Match[str]) -> str:
        deep = int(found[1]) - 1
        told = levels.get(deep, levels[level])
        return _written(counts.get(deep, told.start), told.kind)

    return re.sub(r"%([1-9])", number, levels[level].pattern).strip()


def _written(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        # Word goes on with aa, bb after z
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letters if kind == "lowerLetter" else letters.upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 400:
        return _roman(number).lower() if kind == "lowerRoman" else _roman(number)
    return "" if kind == "none" else str(number)


def _roman(number: int) -> str:
    written = ""
    for value, sign in (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        written += sign * (number // value)
        number %= value
    return written


def _value(element: Element | None) -> str | None:
    return element.get(qn("w:val")) if element is not None else None


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,6}", text) else otherwise

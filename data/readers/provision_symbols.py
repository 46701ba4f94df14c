"""Symbols of zones in the words of a plan: exactly those of the drawing where they are known, else what is announced.

A symbol is no data: "1MN", "MN1", "2.MN/U", "DJ. MN", "K4. 1 M-U" and "C5-2ZU,KS" are all printed in plans. So known
symbols are looked for as they are, whatever the spaces and the kind of dash; a guess is made only behind the word
"symbol". Units of law, numbers of chapters and abbreviations are no symbols.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

_DASHES = str.maketrans("–—−‐‑", "-----")
_UPPER = "A-ZĄĆĘŁŃÓŚŹŻ"
_SYMBOL = (
    # a plan's own sign before the zone's ("DJ. MN", "K4. 1 M-U"), then number, letters, number, parts after a stroke
    rf"(?:[{_UPPER}]{{1,3}}[0-9]{{0,3}}\.\s(?=[0-9]{{1,3}}\s?[{_UPPER}]|[{_UPPER}]{{2}}))?"
    rf"(?:[0-9]{{1,3}}\s?[.-]?)?[{_UPPER}][{_UPPER}a-z]{{0,5}}(?:[.-]?[0-9]{{1,3}})?"
    rf"(?:[./-][0-9]{{0,2}}[{_UPPER}][{_UPPER}a-z]{{0,4}}[0-9]{{0,3}}){{0,4}}"
)
_FOUND = "¤"  #: stands where a known symbol was
_AND = r"[\"”]?\s*(?:,|;|\bi\b|\boraz\b|\blub\b|\bdo\b|-)\s*[„\"]?"
_ADJECTIVES = r"(?:\s+(?:planu|terenu|terenów|literow\w+|identyfikacyjn\w+|przeznaczenia|główn\w+))?"
_NAMED = re.compile(
    rf"symbol(?:em|ami|u|ach|e)?{_ADJECTIVES}\s*:?\s*(?:od\s+)?[„\"]?"
    rf"((?:{_SYMBOL}|{_FOUND})(?:{_AND}(?:{_SYMBOL}|{_FOUND}))*)"
)
#: "oznaczone symbolemKD"
_GLUED = re.compile(rf"(?<=symbolem)(?=[{_UPPER}0-9])|(?<=symbolami)(?=[{_UPPER}0-9])")
_ONE = re.compile(_SYMBOL)
#: "1MN-3MN", "1MN do 3MN"; and with the number behind: "MN1-MN3"
_RANGES = (
    re.compile(
        rf"(?<!\w)(?P<from>[0-9]{{1,3}})\s?(?P<kind>[{_UPPER}][\w./]{{0,12}}?)\s*(?:-|÷|do)\s*"
        r"(?P<to>[0-9]{1,3})\s?(?P=kind)(?!\w)"
    ),
    re.compile(
        rf"(?<!\w)(?P<kind>[{_UPPER}][{_UPPER}a-z./]{{0,12}})(?P<from>[0-9]{{1,3}})\s*(?:-|÷|do)\s*"
        r"(?P=kind)(?P<to>[0-9]{1,3})(?!\w)"
    ),
)
_MOST_IN_RANGE = 200
#: what stands behind the word "symbol" and is none: words, law, numbers of chapters
_NO_SYMBOLS = frozenset({
    "dla", "na", "do", "od", "po", "za", "ze", "nr", "ust", "art", "pkt", "lit", "poz", "rys", "zał", "tab", "dz",
    "dz.u", "rdoś", "nip", "kpa", "regon", "pesel", "oraz", "teren", "tereny",
})  # fmt: skip
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_NEAR = 120  #: signs before a symbol of two letters in which the word "symbol" or "teren" must stand
_ZONE_WORD = re.compile(r"\b(?:symbol|teren|oznacz)", re.IGNORECASE)
#: a list that the word announces, up to a symbol of one letter
_LISTED_BEFORE = re.compile(
    rf"(?:symbol\w*|teren\w*){_ADJECTIVES}[\s:,„\"(]*"
    rf"(?:(?:[0-9]{{0,3}}\s?[.-]?[{_UPPER}][\w./-]{{0,8}}|i|oraz|lub)[\s,;„”\"]+)*$"
)
_DESCRIBED_BEFORE = re.compile(r"teren\w*(?:\s+[a-ząćęłńóśźż,-]+){1,6}\s[„\"(]?$")
_AFTER_DESCRIBED = re.compile(
    r"[”\")]?\s*(?:$|[,.;:)-]|(?:ustala|dopuszcza|obowiązuj|przeznacza|zakaz|nakaz|oraz\b|i\b|lub\b))"
)


@dataclass(slots=True)
class Symbols:
    """Reads texts one after another; what is announced and not drawn gathers in ``unknown``."""

    known: Collection[str]
    unknown: set[str] = field(default_factory=set)
    _by_plain: dict[str, list[str]] = field(init=False)
    _pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_plain = {}
        for symbol in self.known:
            self._by_plain.setdefault(_plain(symbol), []).append(symbol)
        longest_first = sorted(filter(None, self._by_plain), key=lambda plain: (-len(plain), plain))
        choices = "|".join(r"\s?".join(map(re.escape, plain)) for plain in longest_first)
        # in "1MN-3MN" and "MN/U" no "MN" is named
        self._pattern = re.compile(rf"(?<![\w/.-])(?:{choices or '(?!)'})(?![\w/]|-\w|\.\w)")

    def of(self, text: str) -> tuple[str, ...]:
        """Symbols that the text names: of the drawing, sorted; or, where none is drawn, in the order of the text."""
        text = _GLUED.sub(" ", text.translate(_DASHES))
        if not self.known:
            return tuple(dict.fromkeys(one for found in _NAMED.finditer(text) for one in _listed(found[1])))
        ranges = [(told.span(), _between(told)) for pattern in _RANGES for told in pattern.finditer(text)]
        drawn = [(span, names) for span, names in ranges if any(one in self._by_plain for one in names)]
        plain = {one for _, names in drawn for one in names}
        covered = [span for span, _ in drawn]
        for found in self._pattern.finditer(text):
            name = _plain(found[0])
            if _is_meant(name, text, found):
                plain.add(name)
                covered.append(found.span())
        self._note_unknown(_without(text, covered), plain)
        return tuple(sorted(symbol for one in plain for symbol in self._by_plain.get(one, ())))

    def _note_unknown(self, rest: str, named: Collection[str]) -> None:
        announced = {one for found in _NAMED.finditer(rest) for one in _listed(found[1])}
        self.unknown |= {one for one in (announced | set(named)) if _plain(one) not in self._by_plain}


def _is_meant(name: str, text: str, found: re.Match[str]) -> bool:
    """Whether letters are a symbol here: short ones are also words ("W granicach") and initials."""
    if len(name) > 2 or any(sign.isdigit() for sign in name):
        return True
    before = text[max(0, found.start() - _NEAR) : found.start()]
    if not before.strip():
        return bool(re.match(r"\s*(?:[-:]|$)", text[found.end() :]))
    if len(name) == 2 and _ZONE_WORD.search(before):
        return True
    if _LISTED_BEFORE.search(before):
        return True
    return bool(_DESCRIBED_BEFORE.search(before) and _AFTER_DESCRIBED.match(text[found.end() :]))


def _between(told: re.Match[str]) -> list[str]:
    """ "1MN", "2MN", "3MN" for "1MN-3MN"."""
    first, last = int(told["from"]), int(told["to"])
    if not first < last <= first + _MOST_IN_RANGE:
        return []
    number_first = told[0][0].isdigit()
    return [
        f"{number}{told['kind']}" if number_first else f"{told['kind']}{number}" for number in range(first, last + 1)
    ]


def _plain(symbol: str) -> str:
    return "".join(symbol.translate(_DASHES).split())


def _listed(text: str) -> Iterator[str]:
    """Symbols of an announced list, ranges written out."""
    rest = text
    for pattern in _RANGES:
        for told in pattern.finditer(text):
            yield from _between(told)
            rest = rest.replace(told[0], _FOUND)
    for found in _ONE.finditer(rest):
        one = _plain(found[0].rstrip(".-"))
        if one.lower().rstrip(".") not in _NO_SYMBOLS and not (len(one) > 1 and _ROMAN.fullmatch(one)):
            yield one


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with a mark in place of each span."""
    pieces, end = [], 0
    for start, stop in sorted(spans):
        if start >= end:
            pieces += [text[end:start], _FOUND]
            end = stop
    return "".join([*pieces, text[end:]])

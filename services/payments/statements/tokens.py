"""Numbers that people write into titles of transfers, and whose charges they are.

An app that numbers things declares its kind in ``payment_tokens.py``, loaded when a statement is first matched; nothing
here knows cases or fees.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class TokenKind:
    """One way of numbering: how it is found in a title, and the charges of the numbers that exist."""

    code: str
    #: numbers that may stand in the title (capitals, single spaces), as the register writes them
    read: Callable[[str], Iterable[str]]
    #: of the municipality (TERYT): keys of charges by the number; what is not known is left out
    charges: Callable[[str, Collection[str]], Mapping[str, Iterable[int]]]
    names_one: bool = False  #: a number is of one charge, which is paid before others that the title names


_kinds: dict[str, TokenKind] = {}
_APART = r"\s?[\s./,-]\s?"
_CASE = re.compile(
    rf"(?P<unit>[^\W\d_]{{1,20}}(?:{_APART}[^\W\d_]{{1,20}}){{0,3}}?){_APART}(?P<jrwa>\d{{3,4}}){_APART}(?P<number>\d{{1,6}}){_APART}"
    r"(?P<year>(?:19|20)\d\d)(?!\d)"
)


def register(kind: TokenKind) -> None:
    """Two of one code are a mistake of ours."""
    if _kinds.get(kind.code, kind) is not kind:
        raise ValueError(f"Token {kind.code} is declared twice.")
    _kinds[kind.code] = kind


@cache
def kinds() -> tuple[TokenKind, ...]:
    autodiscover_modules("payment_tokens")
    return tuple(_kinds.values())


def charges_of(municipality: str, titles: Mapping[int, str], *, named_alone: bool = False) -> dict[int, list[int]]:
    """Keys of charges that the titles name, by the key of the title; one question for each kind of number.

    ``named_alone``: only by numbers of one charge.
    """
    found: dict[int, list[int]] = {}
    plain = {key: " ".join(title.upper().split()) for key, title in titles.items() if title}
    for kind in (one for one in kinds() if one.names_one or not named_alone):
        said = {key: tuple(dict.fromkeys(kind.read(title))) for key, title in plain.items()}
        wanted = {number for numbers in said.values() for number in numbers}
        known = kind.charges(municipality, wanted) if wanted else {}
        for key, numbers in said.items():
            for number in numbers:
                found.setdefault(key, []).extend(known.get(number, ()))
    return {key: list(dict.fromkeys(charges)) for key, charges in found.items() if charges}


def case_numbers(title: str) -> Iterator[str]:
    """``"ZA SPRAWE OR 1510 / 12 / 2026"`` -> ``OR.1510.12.2026``, and with each word before: units have dots too."""
    for found in _CASE.finditer(title):
        words = re.split(r"[\s./,-]+", found["unit"])
        rest = f"{found['jrwa']}.{int(found['number'])}.{found['year']}"
        for first in range(len(words) - 1, max(len(words) - 4, -1), -1):
            yield f"{'.'.join(words[first:])}.{rest}"

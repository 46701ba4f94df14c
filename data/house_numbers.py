"""Grammar of a numer porządkowy: 12, 12A, 12/14, 12A/3 (regulation of 21.07.2021 on places, streets and addresses).

Input is read tolerantly (``12 a``, ``12 / 14``), the written form is strict. Nothing here knows whether it exists.
"""

import re
from dataclasses import dataclass
from typing import Self

NUMBER_RE = re.compile(
    r"(?P<main>[1-9][0-9]{0,3})(?P<letters>[A-Z]{0,2})"
    r"(?:/(?P<sub>[1-9][0-9]{0,3})(?P<sub_letters>[A-Z]{0,2}))?"
)
EXAMPLES = "12, 12A, 12/14 albo 12A/3"


class MalformedHouseNumberError(ValueError):
    """The text is not a house number; message in Polish."""


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A numer porządkowy; ``sub`` is 0 where there is no part after a slash."""

    main: int
    letters: str = ""
    sub: int = 0
    sub_letters: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number as people write it: spaces, small letters. Raises MalformedHouseNumberError."""
        cleaned = re.sub(r"\s+", "", text).upper()
        match = NUMBER_RE.fullmatch(cleaned)
        if match is None:
            raise MalformedHouseNumberError(
                f"„{text.strip()[:30]}” nie ma postaci numeru porządkowego ({EXAMPLES}). Popraw numer w źródle."
            )
        return cls(int(match["main"]), match["letters"], int(match["sub"] or 0), match["sub_letters"] or "")

    @property
    def sort_key(self) -> tuple[int, str, int, str]:
        """Walking order: 9 before 10, 12 before 12A before 12B, 12/2 before 12/14."""
        return self.main, self.letters, self.sub, self.sub_letters

    def __str__(self) -> str:
        sub = f"/{self.sub}{self.sub_letters}" if self.sub else ""
        return f"{self.main}{self.letters}{sub}"

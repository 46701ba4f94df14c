"""A large file in two halves, each read by a process of its own.

A collection is cut between two members; each half is read as if it were a whole file, with the head of the file
before it and the root's end behind it. Where no cut can be found (one envelope for all, another encoding, members
inside members) the file stays whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

LEAST_BYTES = 32 << 20  #: of a part; starting a process costs about a second
_LOOK = 1 << 20  #: how far a cut or the first member is looked for

_MEMBER = re.compile(rb"<(?:[\w.-]+:)?(?:featureMember|member)(?=[\s>])")
_MEMBER_END = re.compile(rb"</(?:[\w.-]+:)?(?:featureMember|member)\s*>")
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from ``start`` to ``end`` (exclusive), all of whole members."""

    head: bytes  #: from the declaration of XML to the start of the first member
    start: int
    end: int
    tail: bytes  #: what closes the root; empty in the last part, which has its own

    def stream(self, file: BinaryIO) -> "PartStream":
        return PartStream(file, self)


class PartStream:
    """Head, members and tail as one stream."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self.pieces = self._pieces(file, part)
        self.rest = b""

    @staticmethod
    def _pieces(file: BinaryIO, part: Part) -> Iterator[bytes]:
        yield part.head
        file.seek(part.start)
        left = part.end - part.start
        while left and (piece := file.read(min(left, 1 << 16))):
            left -= len(piece)
            yield piece
        yield part.tail

    def read(self, size: int = -1) -> bytes:
        while not self.rest:
            piece = next(self.pieces, None)
            if piece is None:
                return b""
            self.rest = piece
        taken, self.rest = (self.rest, b"") if size < 0 else (self.rest[:size], self.rest[size:])
        return taken


def parts_of(path: Path, *, count: int, least_bytes: int = LEAST_BYTES) -> Sequence[Part]:
    """At most ``count`` parts of about equal size; none where the file is small or cannot be cut."""
    size = path.stat().st_size
    count = min(count, size // least_bytes)
    if count < 2:
        return ()
    with path.open("rb") as file:
        beginning = file.read(_LOOK)
        first, root = _MEMBER.search(beginning), _root_of(beginning)
        if first is None or root is None:
            return ()
        cuts = [first.start()]
        for number in range(1, count):
            cut = _cut_after(file, size * number // count)
            if cut is None or cut <= cuts[-1]:
                return ()
            cuts.append(cut)
    head, tail = beginning[: first.start()], b"</" + root + b">"
    spans = list(pairwise([*cuts, size]))
    return [Part(head, start, end, b"" if end == size else tail) for start, end in spans]


def _root_of(beginning: bytes) -> bytes | None:
    """Name of the root element with its prefix."""
    found = _ROOT.search(re.sub(rb"<!--.*?-->", b"", beginning, flags=re.DOTALL))
    return found[1] if found else None


def _cut_after(file: BinaryIO, offset: int) -> int | None:
    """The first end of a member behind the offset."""
    file.seek(offset)
    found = _MEMBER_END.search(file.read(_LOOK))
    return offset + found.end() if found else None

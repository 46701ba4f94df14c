"""How a piece of ground lies on sheets of paper at a given scale. Pure arithmetic, metres and millimetres.

The scale is the plan's own and is never changed to make things fit: a long parcel takes more sheets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

OVERLAP_MM = 10.0  #: neighbouring sheets share a strip, so that they can be laid edge on edge
CONTEXT_MM = 12.0  #: surroundings shown round the parcels

type Box = tuple[float, float, float, float]  #: west, south, east, north in EPSG:2178 metres


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper with the frame for the map on it; millimetres."""

    name: str
    width: float
    height: float
    a4_parts: int
    left: float = 20.0
    right: float = 20.0
    top: float = 36.0
    bottom: float = 56.0

    @property
    def frame_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def frame_height(self) -> float:
        return self.height - self.top - self.bottom


PAPERS = (
    Paper("A4", 210, 297, 1),
    Paper("A4 poziomo", 297, 210, 1),
    Paper("A3 poziomo", 420, 297, 2),
    Paper("A3", 297, 420, 2),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """What one sheet shows."""

    column: int
    row: int  #: from the north
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """Sheets of one size that show the whole."""

    paper: Paper
    scale: int
    tiles: tuple[Tile, ...]

    @property
    def a4_parts(self) -> int:
        return self.paper.a4_parts * len(self.tiles)


def ground_m(paper_mm: float, scale: int) -> float:
    return paper_mm * scale / 1000


def paper_mm(ground: float, scale: int) -> float:
    return ground * 1000 / scale


type Seen = Callable[[Box], Box | None]
"""Bounding box of the wanted ground inside a box; None where there is none of it."""


def lay_out(*, box: Box, scale: int, seen: Seen) -> Layout:
    """Fewest A4 parts (they are what the duty counts), then the smaller paper, then fewest sheets.

    Rows of sheets follow the ground: each row begins where the ground in it begins, so that a slanting strip takes no
    sheet of empty land. Columns are tried the same way.
    """
    layouts = [
        Layout(paper, scale, tuple(tiles))
        for paper in PAPERS
        for tiles in (in_rows(paper, box, scale, seen), in_columns(paper, box, scale, seen))
    ]
    return min(layouts, key=lambda layout: (layout.a4_parts, layout.paper.a4_parts, len(layout.tiles)))


def in_rows(paper: Paper, box: Box, scale: int, seen: Seen) -> list[Tile]:
    """Bands from north to south, sheets in each from west to east."""
    width, height = ground_m(paper.frame_width, scale), ground_m(paper.frame_height, scale)
    overlap = ground_m(OVERLAP_MM, scale)
    west, _, east, _ = box
    tiles = []
    for row, top in enumerate(reversed(starts(box[1], box[3], height, overlap, scale))):
        part = seen((west, top, east, top + height))
        if part:
            columns = starts(part[0], part[2], width, overlap, scale)
            tiles += [Tile(column, row, (x, top, x + width, top + height)) for column, x in enumerate(columns)]
    return tiles


def in_columns(paper: Paper, box: Box, scale: int, seen: Seen) -> list[Tile]:
    """Bands from west to east, sheets in each from north to south."""
    width, height = ground_m(paper.frame_width, scale), ground_m(paper.frame_height, scale)
    overlap = ground_m(OVERLAP_MM, scale)
    _, south, _, north = box
    tiles = []
    for column, left in enumerate(starts(box[0], box[2], width, overlap, scale)):
        part = seen((left, south, left + width, north))
        if part:
            rows = reversed(starts(part[1], part[3], height, overlap, scale))
            tiles += [Tile(column, row, (left, y, left + width, y + height)) for row, y in enumerate(rows)]
    return tiles


def starts(low: float, high: float, size: float, overlap: float, scale: int) -> list[float]:
    """Where the sheets along one direction begin: the ground with its context, centred on them."""
    context = ground_m(CONTEXT_MM, scale)
    count = steps(high - low + 2 * context, size, overlap)
    first = (low + high) / 2 - span(count, size, overlap) / 2
    return [first + index * (size - overlap) for index in range(count)]


def steps(length: float, size: float, overlap: float) -> int:
    """Sheets needed in one direction."""
    return 1 if length <= size else ceil((length - overlap) / (size - overlap))


def span(count: int, size: float, overlap: float) -> float:
    return count * size - (count - 1) * overlap

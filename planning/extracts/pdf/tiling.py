"""How a piece of ground lies on sheets of paper at a given scale. Pure arithmetic, metres and millimetres.

The scale is the plan's own and is never changed to make things fit: a long parcel takes more sheets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
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


def lay_out(*, box: Box, scale: int, touches: Callable[[Box], bool]) -> Layout:
    """Fewest A4 parts (the duty), then fewest sheets; sheets that ``touches`` denies are left out."""
    layouts = [tiled(paper, box=box, scale=scale, touches=touches) for paper in PAPERS]
    return min(layouts, key=lambda layout: (layout.a4_parts, layout.paper.a4_parts, len(layout.tiles)))


def tiled(paper: Paper, *, box: Box, scale: int, touches: Callable[[Box], bool]) -> Layout:
    """The box with its context, centred on a grid of sheets."""
    west, south, east, north = grown(box, by=ground_m(CONTEXT_MM, scale))
    width, height = ground_m(paper.frame_width, scale), ground_m(paper.frame_height, scale)
    overlap = ground_m(OVERLAP_MM, scale)
    columns, rows = (steps(length, size, overlap) for length, size in ((east - west, width), (north - south, height)))
    left = (west + east) / 2 - span(columns, width, overlap) / 2
    top = (south + north) / 2 + span(rows, height, overlap) / 2
    tiles = []
    for row, column in product(range(rows), range(columns)):
        x, y = left + column * (width - overlap), top - row * (height - overlap)
        frame = (x, y - height, x + width, y)
        if touches(frame):
            tiles.append(Tile(column, row, frame))
    return Layout(paper, scale, tuple(tiles))


def steps(length: float, size: float, overlap: float) -> int:
    """Sheets needed in one direction."""
    return 1 if length <= size else ceil((length - overlap) / (size - overlap))


def span(count: int, size: float, overlap: float) -> float:
    return count * size - (count - 1) * overlap


def grown(box: Box, *, by: float) -> Box:
    west, south, east, north = box
    return west - by, south - by, east + by, north + by

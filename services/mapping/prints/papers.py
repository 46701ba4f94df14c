"""Sizes, all in millimetres from the lower left corner; the browser shows the same frame (``as_json``)."""

from dataclasses import dataclass
from typing import Any

PAPERS = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}
SCALES = (250, 500, 1000, 2000, 2500, 5000, 10_000, 25_000)
#: dots of an inch: of the largest papers fewer, they are looked at from further
DPI = {"A4": 300, "A3": 300, "A2": 300, "A1": 200, "A0": 200}
#: an atlas: sheets of a size, so many beside and above each other, each showing a strip of its neighbours
ATLAS_PAPERS = ("A4", "A3")
MOST_ACROSS = 4
OVERLAP_MM = 10.0
MARGIN, HEAD, FOOT = 10.0, 12.0, 44.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet lying or standing."""

    name: str
    is_wide: bool

    @property
    def width(self) -> float:
        return PAPERS[self.name][1 if self.is_wide else 0]

    @property
    def height(self) -> float:
        return PAPERS[self.name][0 if self.is_wide else 1]

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of the map."""
        return MARGIN, MARGIN + FOOT, self.width - 2 * MARGIN, self.height - 2 * MARGIN - FOOT - HEAD

    @property
    def dots(self) -> float:
        """Pixels of the print in a screen pixel of 0.28 mm."""
        return DPI[self.name] * 0.28 / 25.4

    @property
    def pixels_per_mm(self) -> float:
        return DPI[self.name] / 25.4


def as_json() -> dict[str, Any]:
    """Frames by paper and position, and scales."""
    frames = {
        name: {
            position: list(Paper(name, is_wide).frame[2:]) for position, is_wide in (("pion", False), ("poziom", True))
        }
        for name in PAPERS
    }
    atlas = {"papers": list(ATLAS_PAPERS), "most": MOST_ACROSS, "overlap": OVERLAP_MM}
    return {"frames": frames, "scales": list(SCALES), "atlas": atlas}

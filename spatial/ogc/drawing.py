"""How a collection is drawn, said once: for pictures (WMS, WMTS), for vector maps (MapLibre) and for legends.

Colours are ``#rrggbb``; widths and sizes are pixels of 0.28 mm; zooms are those of the web map (z17 is about 1:4300
in Poland).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from spatial.ogc.text import Text

MAX_ZOOM = 24


class Hatch(StrEnum):
    """Told apart without colours too."""

    NONE = "none"
    RISING = "rising"
    FALLING = "falling"
    CROSS = "cross"
    FLAT = "flat"
    UPRIGHT = "upright"
    GRID = "grid"
    DOTS = "dots"
    WAVES = "waves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way of drawing: a filled area, a line, or a spot where ``radius`` is set."""

    fill: str = ""
    opacity: float = 1.0  #: of the fill
    hatch: Hatch = Hatch.NONE
    stroke: str = ""
    width: float = 1.0
    dash: tuple[float, ...] = ()
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """Objects whose field has one of the values; without values, all that no case before took."""

    title: Text
    look: Look
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A property written on the object, where there is room."""

    field: str
    from_zoom: int
    to_zoom: int = MAX_ZOOM  #: exclusive
    size: float = 11.0
    colour: str = "#2b3440"
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The one style of a collection."""

    cases: tuple[Case, ...]
    field: str = ""  #: property that tells the cases apart
    labels: tuple[Label, ...] = ()

    def fields(self) -> Iterator[str]:
        """Properties that drawing needs; vector tiles must carry them."""
        if self.field:
            yield self.field
        yield from (label.field for label in self.labels)


def plain(title: Text, look: Look, *labels: Label) -> Drawing:
    """All objects alike."""
    return Drawing(cases=(Case(title, look),), labels=labels)

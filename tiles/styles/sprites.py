"""The sheet of small pictures that vector styles name: hatches of areas."""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO

from PIL import Image

from spatial.ogc.drawing import Hatch, Look
from spatial.ogc.registry import collections
from tiles.pictures.patterns import SIZE, pattern, pattern_name

#: sheets for screens of one and of two dots to a pixel
SCALES = {"": 1, "@2x": 2}


def looks() -> Iterator[Look]:
    """Fills that are no plain colour, each once."""
    found = {
        pattern_name(case.look): case.look
        for one in collections
        if one.drawing
        for case in one.drawing.cases
        if case.look.fill and case.look.hatch != Hatch.NONE
    }
    yield from found.values()


def index(scale: int) -> dict[str, dict[str, int]]:
    """Places on the sheet, as MapLibre reads them."""
    side = SIZE * scale
    return {
        pattern_name(look): {"x": number * side, "y": 0, "width": side, "height": side, "pixelRatio": scale}
        for number, look in enumerate(looks())
    }


@lru_cache(maxsize=len(SCALES))
def sheet(scale: int) -> bytes:
    """PNG."""
    held = list(looks())
    side = SIZE * scale
    image = Image.new("RGBA", (side * max(1, len(held)), side))
    for number, look in enumerate(held):
        image.paste(pattern(look, scale), (number * side, 0))
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()

"""Ink for plan drawings: one byte per pixel, a palette, patterns that tell classes apart without colour."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from data.demo.zone_classes import CLASSES

type Bytes = NDArray[np.uint8]

WHITE, BLACK, GREY, DARK, RED, BLUE, GREEN, BROWN, PALE = range(9)
FIRST_CLASS = 16  #: class number n has its pale colour at FIRST_CLASS + 2n and its pattern at the next place
TILE = 48  #: pixels, 6 mm on paper

_FONTS = Path("/usr/share/fonts/truetype/lato")


def palette() -> dict[int, tuple[int, int, int, int]]:
    """Colour of each byte."""
    basic = [(255, 255, 255), (0, 0, 0), (150, 150, 150), (92, 92, 92), (190, 20, 20), (20, 70, 190), (20, 110, 40),
             (130, 70, 20), (222, 222, 222)]  # fmt: skip
    colours = {number: (*rgb, 255) for number, rgb in enumerate(basic)}
    for number, kind in enumerate(CLASSES.values()):
        red, green, blue = kind.colour
        colours[FIRST_CLASS + 2 * number] = (red, green, blue, 255)
        colours[FIRST_CLASS + 2 * number + 1] = (red * 2 // 3, green * 2 // 3, blue * 2 // 3, 255)
    return {number: colours.get(number, (255, 255, 255, 255)) for number in range(256)}


@cache
def font(size: int, *, is_bold: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Lato where it is installed, else what Pillow brings."""
    path = _FONTS / ("Lato-Bold.ttf" if is_bold else "Lato-Regular.ttf")
    if path.exists():
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    return ImageFont.load_default(size)


def textures() -> Bytes:
    """One tile of TILE x TILE bytes per class; the first is blank paper."""
    tiles = [np.zeros((TILE, TILE), np.uint8)]
    for number, kind in enumerate(CLASSES.values()):
        tile = np.full((TILE, TILE), FIRST_CLASS + 2 * number, np.uint8)
        tile[_mask(kind.pattern)] = FIRST_CLASS + 2 * number + 1
        tiles.append(tile)
    return np.stack(tiles)


def _mask(pattern: str) -> NDArray[np.bool_]:
    y, x = np.mgrid[0:TILE, 0:TILE]
    masks: dict[str, NDArray[np.bool_]] = {
        "blank": np.zeros((TILE, TILE), bool),
        "dots": ((x - 8) % 24) ** 2 + ((y - 8) % 24) ** 2 < 5,
        "cross": ((x + y) % 24 < 2) | ((x - y) % 24 < 2),
        "rising": (x + y) % 16 < 2,
        "falling": (x - y) % 16 < 2,
        "flat": y % 24 < 1,
        "upright": x % 16 < 1,
        "grid": (x % 16 < 1) | (y % 16 < 1),
        "waves": np.abs(y % 16 - 8 - 3 * np.sin(2 * np.pi * x / 24)) < 1,
        "brick": (y % 12 < 1) | ((x + 12 * (y // 12 % 2)) % 24 < 1),
        "trees": _trees(x, y),
    }
    return masks[pattern]


def _trees(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Small rings in two staggered rows."""
    first = np.hypot(x - 12, y - 12)
    second = np.hypot(x - 36, y - 36)
    return (np.abs(first - 6) < 1) | (np.abs(second - 6) < 1)


def paint(classes: Bytes) -> Bytes:
    """Class numbers (0 = none) to the ink of their patterns, in bands to spare memory."""
    tiles, inked = textures(), np.empty_like(classes)
    columns = np.arange(classes.shape[1]) % TILE
    for top in range(0, classes.shape[0], 512):
        rows = (np.arange(top, min(top + 512, classes.shape[0])) % TILE)[:, None]
        inked[top : top + 512] = tiles[classes[top : top + 512], rows, columns]
    return inked

"""Letters as signed distances, 256 at a time, in the protocol buffers that MapLibre asks for.

Form of Mapbox' ``glyphs.proto``: 24 pixels, 3 around, distances up to 8 pixels, the edge at a quarter. The one
generator kept on npm is a native module that has to be built; this needs FreeType (Pillow) and a distance transform
(SciPy).
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import distance_transform_edt

from tiles.pictures.engine import mapnik

SIZE, BUFFER, RADIUS, EDGE = 24, 3, 8, 0.25
FINER = 8  #: drawn larger, for distances finer than a pixel
#: above the baseline, pixels of SIZE: puts capitals in the middle of MapLibre's line (its offset is 17)
TOP = 26
RANGE = 256
LAST = 0xFFFF
FILES = {"DejaVu Sans Book": "DejaVuSans.ttf", "DejaVu Sans Bold": "DejaVuSans-Bold.ttf"}


@cache
def known(font: str) -> frozenset[int]:
    """Letters that the font has."""
    return frozenset(TTFont(path_of(font), lazy=True).getBestCmap())


def path_of(font: str) -> Path:
    return Path(mapnik.paths.fontscollectionpath) / FILES[font]


def glyphs(font: str, first: int) -> bytes:
    """The range from ``first`` on; letters that the font lacks are left out."""
    drawn = ImageFont.truetype(str(path_of(font)), SIZE * FINER)
    last = first + RANGE - 1
    held = b"".join(field(3, glyph(drawn, code)) for code in range(first, last + 1) if code in known(font))
    stack = field(1, font.encode()) + field(2, f"{first}-{last}".encode()) + held
    return field(1, stack)


def glyph(font: ImageFont.FreeTypeFont, code: int) -> bytes:
    text = chr(code)
    advance = round(font.getlength(text) / FINER)
    west, north, east, south = (round(edge) for edge in font.getbbox(text, anchor="ls"))
    if east <= west or south <= north:  # a space
        return number(1, code) + number(3, 0) + number(4, 0) + number(5, 0) + number(6, 0) + number(7, advance)
    left, top = west // FINER, -(north // FINER)
    width, height = -(-east // FINER) - left, -(-south // FINER) + top
    image = Image.new("L", ((width + 2 * BUFFER) * FINER, (height + 2 * BUFFER) * FINER))
    origin = ((BUFFER - left) * FINER, (BUFFER + top) * FINER)
    ImageDraw.Draw(image).text(origin, text, font=font, fill=255, anchor="ls")
    return (
        number(1, code) + field(2, distances(np.asarray(image) >= 128)) + number(3, width) + number(4, height)
        + number(5, zigzag(left)) + number(6, zigzag(top - TOP)) + number(7, advance)
    )  # fmt: skip


def distances(ink: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> bytes:
    """One byte for each pixel of SIZE: full inside, EDGE of the way down at the outline."""
    outside, inside = distance_transform_edt(~ink), distance_transform_edt(ink)
    away = (outside - inside) / FINER
    rows, columns = away.shape[0] // FINER, away.shape[1] // FINER
    mean = away.reshape(rows, FINER, columns, FINER).mean(axis=(1, 3))
    return bytes(np.clip(np.round(255 - 255 * (mean / RADIUS + EDGE)), 0, 255).astype(np.uint8).tobytes())


def field(tag: int, value: bytes) -> bytes:
    """A field of bytes."""
    return bytes([tag << 3 | 2]) + varint(len(value)) + value


def number(tag: int, value: int) -> bytes:
    return bytes([tag << 3]) + varint(value)


def zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def varint(value: int) -> bytes:
    return bytes(pieces(value))


def pieces(value: int) -> Iterator[int]:
    while value > 0x7F:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value

"""Fills of areas as small pictures that repeat: a pale colour and a hatch."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw

from spatial.ogc.drawing import Hatch, Look
from tiles.files import write_whole

SIZE = 16  #: pixels; divides a tile, so that hatches meet at its edges
FINER = 4  #: drawn larger and reduced, for smooth lines
INK = 0.62  #: share of the colour's light that the hatch keeps

type Line = tuple[float, float, float, float]

RISING: tuple[Line, ...] = ((0, 16, 16, 0), (-4, 4, 4, -4), (12, 20, 20, 12))
FALLING: tuple[Line, ...] = ((0, 0, 16, 16), (-4, 12, 4, 20), (12, -4, 20, 4))
FLAT: tuple[Line, ...] = ((0, 8, 16, 8),)
UPRIGHT: tuple[Line, ...] = ((8, 0, 8, 16),)
WAVE = ((0, 8), (2, 6.2), (4, 5.5), (6, 6.2), (8, 8), (10, 9.8), (12, 10.5), (14, 9.8), (16, 8))
LINES: dict[Hatch, tuple[Line, ...]] = {
    Hatch.RISING: RISING,
    Hatch.FALLING: FALLING,
    Hatch.CROSS: RISING + FALLING,
    Hatch.FLAT: FLAT,
    Hatch.UPRIGHT: UPRIGHT,
    Hatch.GRID: FLAT + UPRIGHT,
    Hatch.WAVES: tuple((*start, *end) for start, end in pairwise(WAVE)),
}
DOTS = ((4, 4), (12, 12))


def pattern(look: Look, scale: int = 1) -> Image.Image:
    """One period of the fill, RGBA; ``scale`` dots to a pixel."""
    red, green, blue = ImageColor.getrgb(look.fill)[:3]
    side = SIZE * FINER
    image = Image.new("RGBA", (side, side), (red, green, blue, round(look.opacity * 255)))
    pen = ImageDraw.Draw(image)
    ink = (round(red * INK), round(green * INK), round(blue * INK), round(255 * min(1, look.opacity + 0.25)))
    for line in LINES.get(look.hatch, ()):
        pen.line([part * FINER for part in line], fill=ink, width=FINER)
    if look.hatch == Hatch.DOTS:
        for x, y in DOTS:
            pen.ellipse([(x - 1.2) * FINER, (y - 1.2) * FINER, (x + 1.2) * FINER, (y + 1.2) * FINER], fill=ink)
    return image.resize((SIZE * scale, SIZE * scale), Image.Resampling.LANCZOS)


def pattern_name(look: Look) -> str:
    return f"{look.fill.lstrip('#')}-{look.opacity:.2f}-{look.hatch}"


def pattern_file(look: Look, folder: Path, scale: int = 1) -> Path:
    """The period as a PNG file below the folder, made once for each ``scale``."""
    path = folder / (f"{pattern_name(look)}.png" if scale == 1 else f"{pattern_name(look)}@{scale}.png")
    if not path.exists():
        made = BytesIO()
        pattern(look, scale).save(made, "PNG")
        write_whole(path, made.getvalue())
    return path

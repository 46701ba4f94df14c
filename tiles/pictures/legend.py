"""Legend of a collection as a picture: a swatch and its words for each case."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from spatial.ogc.drawing import Case, Look
from spatial.ogc.registry import Collection
from tiles.pictures.engine import mapnik
from tiles.pictures.patterns import SIZE, pattern

ROW, SWATCH, GAP, LETTERS = 22, 30, 6, 12
FONT = "DejaVuSans.ttf"


def legend(collection: Collection, language: str = "pl") -> Image.Image:
    """White ground; the title, then one row for each case."""
    assert collection.drawing is not None
    title = collection.title[language]
    cases = [case for case in collection.drawing.cases if case.title[language]]
    font = ImageFont.truetype(str(Path(mapnik.paths.fontscollectionpath) / FONT), LETTERS)
    words = [title, *(case.title[language] for case in cases)]
    width = round(max(font.getlength(text) for text in words)) + SWATCH + 3 * GAP
    image = Image.new("RGB", (width, ROW * (len(cases) + 1) + GAP), "white")
    pen = ImageDraw.Draw(image)
    pen.text((GAP, GAP), title, fill="#1a2230", font=font)
    for place, case in enumerate(cases, start=1):
        top = place * ROW + GAP // 2
        swatch(image, pen, collection, case, top)
        pen.text((SWATCH + 2 * GAP, top + 2), case.title[language], fill="#1a2230", font=font)
    return image


def swatch_picture(collection: Collection, case: Case, scale: int = 1) -> Image.Image:
    """The swatch alone, white ground, ``scale`` times as fine."""
    image = Image.new("RGB", (SWATCH + 2 * GAP, ROW - GAP + 2), "white")
    swatch(image, ImageDraw.Draw(image), collection, case, 1)
    cut = image.crop((GAP, 0, GAP + SWATCH + 1, image.height))
    return cut.resize((cut.width * scale, cut.height * scale), Image.Resampling.LANCZOS)


def swatch(image: Image.Image, pen: ImageDraw.ImageDraw, collection: Collection, case: Case, top: int) -> None:
    look, box = case.look, (GAP, top, GAP + SWATCH, top + ROW - GAP)
    middle = (top + box[3]) // 2
    if look.radius:
        centre, radius = GAP + SWATCH // 2, look.radius
        around = (centre - radius, middle - radius, centre + radius, middle + radius)
        pen.ellipse(around, fill=look.fill, outline=look.stroke)
    elif collection.geometry_type == "MultiPolygon":
        if look.fill:
            fill(image, look, box)
        if look.stroke:
            pen.rectangle(box, outline=look.stroke, width=max(1, round(look.width)))
    else:
        dashed(pen, look, box[0], box[2], middle)


def fill(image: Image.Image, look: Look, box: tuple[int, int, int, int]) -> None:
    period = pattern(look)
    area = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]))
    for x in range(0, area.width, SIZE):
        for y in range(0, area.height, SIZE):
            area.paste(period, (x, y))
    image.paste(area, box[:2], area)


def dashed(pen: ImageDraw.ImageDraw, look: Look, start: float, end: float, y: int) -> None:
    line, gap = look.dash[:2] if look.dash else (end - start, 0)
    while start < end:
        pen.line((start, y, min(start + line, end), y), fill=look.stroke, width=max(1, round(look.width)))
        start += line + gap

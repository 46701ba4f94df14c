"""The page: the map in its frame, pixel for pixel of the print, and round it what makes it readable.

Ground metres become paper millimetres in one place, ``Sheet.point``.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise, product
from math import ceil, floor

import segno
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image
from pyproj import Transformer
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from planning.extracts.pdf import fonts
from services.mapping.backgrounds import offered
from services.mapping.layers import state_day
from services.mapping.prints import ground
from services.mapping.prints.order import Layer, Order
from services.mapping.prints.papers import FOOT, HEAD, MARGIN
from spatial import crs
from spatial.ogc.drawing import Case
from spatial.ogc.reference_systems import Box
from spatial.ogc.registry import Collection, collections
from spatial.words import polish_date, polish_number
from tiles.pictures.legend import swatch_picture
from tiles.pictures.ogc import renderer
from tiles.pictures.renderer import Picture

INK, SOFT, GREEN = HexColor("#1b2430"), HexColor("#4a5563"), HexColor("#1f6b4f")
#: pixels of one drawing by Mapnik; larger maps are drawn in pieces
PIECE = 3000
#: distance of the crosses on paper is about this
CROSS_MM = 50
STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
#: what our own ground shows, as on the screen, with its strength
OWN_GROUND = {"buildings": 0.35, "streets": 0.6}
OWN = frozenset({"light", "grey", "dark"})
ROW_MM, SWATCH_MM, COLUMN_MM = 4.6, 7.0, 45.0


class Sheet:
    """One page with one map."""

    def __init__(self, order: Order, canvas: Canvas, site: str) -> None:
        self.order, self.canvas, self.site = order, canvas, site
        self.frame = order.paper.frame

    def point(self, east: float, north: float) -> tuple[float, float]:
        """Points of the page from metres on the ground."""
        west, south, *_far = self.order.box
        left, bottom, *_size = self.frame
        per_metre = 1000 / self.order.scale
        return (left + (east - west) * per_metre) * mm, (bottom + (north - south) * per_metre) * mm

    def draw(self, *, has_legend_page: bool = True) -> None:
        """``has_legend_page``: what finds no room in the legend of this sheet goes to a page after it."""
        self.clipped()
        missing = self.map()
        self.shapes()
        self.grid()
        self.canvas.restoreState()
        left, bottom, width, height = self.frame
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.35 * mm)
        self.canvas.rect(left * mm, bottom * mm, width * mm, height * mm, stroke=1, fill=0)
        self.head()
        self.scale()
        self.sources(missing)
        self.legend(has_page=has_legend_page)

    # --- inside the frame ---

    def clipped(self) -> None:
        left, bottom, width, height = self.frame
        self.canvas.saveState()
        path = self.canvas.beginPath()
        path.rect(left * mm, bottom * mm, width * mm, height * mm)
        self.canvas.clipPath(path, stroke=0, fill=0)

    def map(self) -> bool:
        """Draws the map; answers whether the ground that was asked for is missing."""
        order = self.order
        per_mm = order.paper.pixels_per_mm
        _left, _bottom, width, height = self.frame
        columns, rows = round(width * per_mm), round(height * per_mm)
        service = offered(order.background) if order.background not in OWN | {"none"} else None
        is_missing = False
        for x, y in product(range(0, columns, PIECE), range(0, rows, PIECE)):
            wide, high = min(PIECE, columns - x), min(PIECE, rows - y)
            box = self.box_of(x, y, (wide, high), (columns, rows))
            below = ground.picture(service, box, wide, high, order.day) if service else None
            is_missing |= service is not None and below is None
            image = self.piece(box, wide, high, below)
            west, south, east, north = box
            (x1, y1), (x2, y2) = self.point(west, south), self.point(east, north)
            self.canvas.drawImage(reader(image, is_photo=below is not None), x1, y1, x2 - x1, y2 - y1)
        return is_missing

    def box_of(self, x: int, y: int, size: tuple[int, int], whole: tuple[int, int]) -> Box:
        """Of a piece of a size, counted in pixels from the upper left corner of the whole."""
        west, south, east, north = self.order.box
        across, along = (east - west) / whole[0], (north - south) / whole[1]
        return west + x * across, north - (y + size[1]) * along, west + (x + size[0]) * across, north - y * along

    def piece(self, box: Box, wide: int, high: int, below: Image.Image | None) -> Image.Image:
        layers = [*self.ground_layers(), *self.order.layers]
        image = below.convert("RGBA") if below else Image.new("RGBA", (wide, high), "white")
        if layers:
            picture = Picture(
                collections=tuple(one.collection for one in layers), srid=crs.PL_2000_7, box=box, width=wide,
                height=high,
                day=self.order.day, strengths=tuple(one.strength for one in layers), dots=self.order.paper.dots,
            )  # fmt: skip
            with Image.open(BytesIO(renderer().draw(picture))) as drawn:
                image.alpha_composite(drawn.convert("RGBA"))
        return image.convert("RGB")

    def ground_layers(self) -> list[Layer]:
        if self.order.background not in OWN:
            return []
        seen = {one.collection.id for one in self.order.layers}
        return [Layer(collections[name], strength) for name, strength in OWN_GROUND.items() if name not in seen]

    def shapes(self) -> None:
        """Chosen parcels and the person's own drawing."""
        for parcel in self.order.parcels:
            self.outline(parcel.geom.coords, GREEN, 0.8)
        for feature in (self.order.drawing or {}).get("features", []):
            self.drawn(feature["geometry"], HexColor(feature["properties"]["colour"]), feature["properties"]["text"])

    def outline(
        self, polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...], colour: Color, width: float
    ) -> None:
        path = self.canvas.beginPath()
        for ring in (ring for polygon in polygons for ring in polygon):
            for place, (east, north) in enumerate(ring):
                (path.lineTo if place else path.moveTo)(*self.point(east, north))
            path.close()
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width * mm)
        self.canvas.setLineJoin(1)
        self.canvas.drawPath(path, stroke=1, fill=0)

    def drawn(self, geometry: dict[str, object], colour: Color, text: str) -> None:
        onto = Transformer.from_crs(crs.WGS84, crs.PL_2000_7, always_xy=True)
        lines = [[self.point(*onto.transform(lon, lat)) for lon, lat, *_up in line] for line in lines_of(geometry)]
        self.canvas.setStrokeColor(colour)
        self.canvas.setFillColor(colour)
        self.canvas.setLineWidth(0.6 * mm)
        for line in lines:
            if len(line) == 1:
                self.canvas.circle(*line[0], 1.2 * mm, stroke=0, fill=1)
            for (x1, y1), (x2, y2) in pairwise(line):
                self.canvas.line(x1, y1, x2, y2)
        if text and lines:
            x, y = lines[0][0]
            self.words(x / mm + 1.8, y / mm + 1.8, text[:80], size=8, font=fonts.BOLD, halo=True)

    def grid(self) -> None:
        """Crosses at whole metres of the chosen system, named where they are the first of their row or column."""
        if self.order.grid is None:
            return
        west, south, east, north = self.order.box
        there = Transformer.from_crs(crs.PL_2000_7, self.order.grid, always_xy=True)
        step = next((one for one in STEPS if one * 1000 / self.order.scale >= CROSS_MM), STEPS[-1])
        low_x, low_y, high_x, high_y = there.transform_bounds(west, south, east, north)
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.15 * mm)
        columns = range(ceil(low_x / step) * step, floor(high_x / step) * step + 1, step)
        rows = range(ceil(low_y / step) * step, floor(high_y / step) * step + 1, step)
        left, bottom, *_size = self.frame
        for number, x in enumerate(columns):
            for place, y in enumerate(rows):
                on_x, on_y = self.point(*there.transform(x, y, direction="INVERSE"))
                self.canvas.line(on_x - 2 * mm, on_y, on_x + 2 * mm, on_y)
                self.canvas.line(on_x, on_y - 2 * mm, on_x, on_y + 2 * mm)
                if number == 0:
                    self.words(left + 1, on_y / mm + 0.6, f"X {polish_number(y)}", size=6, halo=True)
                if place == 0:
                    self.words(on_x / mm + 0.6, bottom + 1, f"Y {polish_number(x)}", size=6, halo=True)

    # --- round the frame ---

    def words(
        self, x: float, y: float, text: str, *, size: float, font: str = fonts.REGULAR, halo: bool = False
    ) -> None:
        """Millimetres; ``halo`` for words over the map."""
        if halo:
            wide = self.canvas.stringWidth(text, font, size)
            self.canvas.setFillColor(Color(1, 1, 1, alpha=0.8))
            self.canvas.rect(x * mm - 1, y * mm - 1.5, wide + 2, size + 1, stroke=0, fill=1)
        self.canvas.setFillColor(INK)
        self.canvas.setFont(font, size)
        self.canvas.drawString(x * mm, y * mm, text)

    def head(self) -> None:
        paper, order = self.order.paper, self.order
        y = paper.height - MARGIN - 6
        title = order.title or _("Mapa gminy")
        if order.sheet:
            title = _("%(title)s, arkusz %(sheet)s") % {"title": title, "sheet": order.sheet}
        self.words(MARGIN, y, fitted(self.canvas, title, paper.width - 80), size=14, font=fonts.BOLD)
        day = polish_date(order.day or timezone.localdate())
        self.canvas.setFillColor(SOFT)
        self.canvas.setFont(fonts.REGULAR, 8)
        told = _("stan na %(day)s") if order.day else _("wydrukowano %(day)s")
        self.canvas.drawRightString((paper.width - MARGIN) * mm, y * mm, told % {"day": day})

    def scale(self) -> None:
        """The number, the bar of whole metres and the arrow to the grid's north."""
        left, y = MARGIN, MARGIN + FOOT - 8
        self.words(left, y, f"1:{polish_number(self.order.scale)}", size=11, font=fonts.BOLD)
        step = next(one for one in (5, 10, 20, 25, 50, 100, 250, 500, 1000) if one * 1000 / self.order.scale >= 18)
        side = step * 1000 / self.order.scale
        for part in range(2):
            self.canvas.setFillColor(INK if part == 0 else white)
            self.canvas.setStrokeColor(INK)
            self.canvas.setLineWidth(0.2 * mm)
            self.canvas.rect((left + part * side) * mm, (y - 5) * mm, side * mm, 1.6 * mm, stroke=1, fill=1)
        for part in range(3):
            unit = " m" if part == 2 else ""
            self.words(
                left + part * side - (1 if part else 0), y - 8.5, f"{polish_number(part * step)}{unit}", size=6.5
            )
        x, foot = left + 2 * side + 14, y - 7
        arrow = self.canvas.beginPath()
        for place, (dx, dy) in enumerate(((0.0, 9.0), (2.2, 0.0), (0.0, 2.2), (-2.2, 0.0))):
            (arrow.lineTo if place else arrow.moveTo)((x + dx) * mm, (foot + dy) * mm)
        arrow.close()
        self.canvas.setFillColor(INK)
        self.canvas.drawPath(arrow, stroke=0, fill=1)
        self.words(x + 3, foot + 5.5, "N", size=8, font=fonts.BOLD)

    def sources(self, is_ground_missing: bool) -> None:
        """What it is made from, that it proves nothing, and the way back to the same view."""
        y = MARGIN + FOOT - 21
        days = sorted({day for one in self.order.layers if (day := state_day(one.collection))})
        grid = f"{_('Siatka')}: EPSG:{self.order.grid}." if self.order.grid else ""
        as_of = f", {_('stan na')} {days[-1]}" if days else ""
        told = [
            f"{_('Układ')}: PL-2000, {_('strefa')} 7 (EPSG:2178). {grid}",
            f"{_('Źródło: rejestry gminy')}{as_of}. CC0.",
            _("Wydruk nie jest dokumentem urzędowym."),
            _("Wypis i wyrys z planu wydaje urząd."),
        ]
        if attribution := self.attribution():
            told.insert(
                2,
                f"{_('Tło')}: {attribution}"
                + (f" ({_('nie odpowiada, brak na wydruku')})" if is_ground_missing else ""),
            )
        for place, text in enumerate(told):
            self.words(MARGIN, y - place * 3.2, text, size=6.5)
        address = f"{self.site}/mapa/?{self.order.view}"
        picture = BytesIO()
        segno.make(address, micro=False, error="l").save(picture, kind="png", scale=8, border=1)
        size = 22
        x = self.order.paper.width - MARGIN - size
        self.canvas.drawImage(ImageReader(picture), x * mm, (MARGIN + 12) * mm, size * mm, size * mm)
        self.canvas.linkURL(address, (x * mm, (MARGIN + 12) * mm, (x + size) * mm, (MARGIN + 12 + size) * mm))
        self.words(x, MARGIN + 9, _("ten widok na mapie"), size=6.5)

    def attribution(self) -> str:
        return (
            offered(self.order.background).types.get("attribution", "")
            if self.order.background not in OWN | {"none"}
            else ""
        )

    def legend(self, *, has_page: bool) -> None:
        """Rows of the layers that are seen, the uppermost first; what finds no room goes to a page at the end."""
        left, right = MARGIN + 74, self.order.paper.width - MARGIN - 26
        columns = max(1, int((right - left) // COLUMN_MM))
        per_column = int((FOOT - 4) // ROW_MM)
        rows = list(rows_of(self.order.layers))
        held = rows if len(rows) <= columns * per_column else rows[: columns * per_column - 1]
        for number, row in enumerate(held):
            x, y = left + number // per_column * COLUMN_MM, MARGIN + FOOT - 8 - number % per_column * ROW_MM
            self.legend_row(x, y, *row)
        if len(held) < len(rows):
            number = len(held)
            x, y = left + number // per_column * COLUMN_MM, MARGIN + FOOT - 8 - number % per_column * ROW_MM
            self.words(x, y, _("dalszy ciąg legendy na ostatniej stronie"), size=6.5)
            if has_page:
                self.legend_page(rows[len(held) :])

    def legend_page(self, rows: list[tuple[Collection, Case | None]]) -> None:
        paper = self.order.paper
        self.canvas.showPage()
        self.words(MARGIN, paper.height - MARGIN - 6, _("Legenda"), size=14, font=fonts.BOLD)
        per_column = int((paper.height - 2 * MARGIN - HEAD) // ROW_MM)
        for number, row in enumerate(rows):
            x = MARGIN + number // per_column * COLUMN_MM
            self.legend_row(x, paper.height - MARGIN - HEAD - number % per_column * ROW_MM, *row)

    def legend_row(self, x: float, y: float, collection: Collection, case: Case | None) -> None:
        if case is None:
            self.words(x, y, fitted(self.canvas, collection.title.pl, COLUMN_MM - 2, 7), size=7, font=fonts.BOLD)
            return
        picture = swatch_picture(collection, case, scale=6)
        self.canvas.drawImage(ImageReader(picture), x * mm, (y - 0.9) * mm, SWATCH_MM * mm, 3.4 * mm)
        self.words(x + SWATCH_MM + 1.5, y, fitted(self.canvas, case.title.pl, COLUMN_MM - SWATCH_MM - 3, 7), size=7)


def rows_of(layers: tuple[Layer, ...]) -> Iterator[tuple[Collection, Case | None]]:
    """Titles of layers of many looks, then their looks; a layer of one look is one row."""
    for one in reversed(layers):
        assert one.collection.drawing is not None
        cases = [case for case in one.collection.drawing.cases if case.title.pl]
        if len(cases) > 1:
            yield one.collection, None
        for case in cases:
            yield one.collection, case


def lines_of(geometry: dict[str, object]) -> list[list[list[float]]]:
    """Positions of every part, whatever the type."""
    parts: list[list[list[float]]] = []

    def collect(held: object) -> None:
        assert isinstance(held, list)
        if held and not isinstance(held[0], list):
            parts.append([held])
        elif held and not isinstance(held[0][0], list):
            parts.extend([[one] for one in held] if geometry["type"] == "MultiPoint" else [held])
        else:
            for part in held:
                collect(part)

    collect(geometry["coordinates"])
    return parts


def fitted(canvas: Canvas, text: str, width_mm: float, size: float = 14) -> str:
    """The text, cut with an ellipsis where there is no room."""
    while text and canvas.stringWidth(text, fonts.BOLD, size) > width_mm * mm:
        text = text[:-2].rstrip() + "…"
    return text


def reader(image: Image.Image, *, is_photo: bool) -> ImageReader:
    """Lines are packed without loss, photographs as JPEG."""
    if not is_photo:
        return ImageReader(image)
    packed = BytesIO()
    image.save(packed, "JPEG", quality=90)
    packed.seek(0)
    return ImageReader(packed)


def pdf(order: Order, site: str) -> bytes:
    """The print. Raises PictureFailed when the map cannot be drawn now."""
    fonts.register()
    made = BytesIO()
    size = (order.paper.width * mm, order.paper.height * mm)
    canvas = Canvas(made, pagesize=size, pageCompression=1, lang="pl")
    canvas.setTitle(order.title or _("Mapa gminy"))
    canvas.setAuthor("Miedza")
    canvas.setViewerPreference("PrintScaling", "None")
    sheets = list(order.sheets)
    for place, one in enumerate(sheets, start=1):
        Sheet(one, canvas, site).draw(has_legend_page=place == len(sheets))
        canvas.showPage()
    canvas.save()
    return made.getvalue()

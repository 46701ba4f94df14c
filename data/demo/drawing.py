"""Plan drawings as GeoTIFF sheets: 8 pixels to the millimetre of paper (203 dpi) at the scale of the plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import rasterio
import shapely
from PIL import Image, ImageDraw
from rasterio.transform import Affine
from rasterio.windows import Window
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry as Geometry

from data.demo.buildings import houses
from data.demo.outlines import MUNICIPALITIES
from data.demo.plan_list import WIELMOZA
from data.demo.shapes import polygons_of
from data.demo.sheet_ink import (
    BLACK,
    BLUE,
    BROWN,
    DARK,
    GREEN,
    GREY,
    PALE,
    RED,
    WHITE,
    Bytes,
    font,
    paint,
    palette,
)  # fmt: skip
from data.demo.zone_classes import CLASSES
from data.demo.zoning import Zoning, class_of, is_road
from data.records import OverlayRecord, SheetRecord, ZoneRecord

PX_PER_MM = 8
LARGEST = 8000  #: pixels on a side of a sheet
MARGIN_MM, TITLE_MM, LEGEND_MM = 16, 34, 112

_INK = {"building-line": RED, "protection": BLUE, "flood": BLUE, "archaeology": BROWN, "landscape": GREEN}
_DASHES = {"building-line": (26, 10), "protection": (44, 14), "flood": (10, 8), "archaeology": (6, 10),
           "landscape": (60, 22)}  # fmt: skip


@dataclass(slots=True)
class Canvas:
    """The whole drawing of a plan before it is cut into sheets."""

    west: float
    north: float
    pixel: float  #: metres
    image: Image.Image

    def dots(self, line: Geometry) -> list[tuple[float, float]]:
        """Pixel positions of a line's vertices."""
        coords = shapely.get_coordinates(line)
        points = (coords - np.array([self.west, self.north])) / np.array([self.pixel, -self.pixel])
        return [(float(x), float(y)) for x, y in points]

    @property
    def pen(self) -> ImageDraw.ImageDraw:
        """A pen without grey edges: bytes are places in the palette."""
        pen = ImageDraw.Draw(self.image)
        pen.fontmode = "1"
        return pen


def draw(zoning: Zoning, overlays: list[OverlayRecord], directory: Path) -> tuple[SheetRecord, ...]:
    """Draw a plan and write its sheets; returns their records."""
    canvas = _canvas(zoning)
    canvas.image = Image.fromarray(paint(_class_numbers(canvas, zoning)))
    pen = canvas.pen
    _base_map(canvas, pen, zoning)
    _zone_lines(canvas, pen, zoning)
    for overlay in overlays:
        _overlay(canvas, pen, overlay)
    _plan_boundary(canvas, pen, zoning.boundary)
    _symbols(canvas, pen, zoning)
    _frame_texts(canvas, pen, zoning, overlays)
    return tuple(_sheets(canvas, zoning, directory))


def _canvas(zoning: Zoning) -> Canvas:
    per_mm = zoning.spec.scale / 1000
    west, south, east, north = zoning.boundary.bounds
    left = np.floor(west - MARGIN_MM * per_mm)
    top = np.ceil(north + TITLE_MM * per_mm)
    pixel = per_mm / PX_PER_MM
    width = int(np.ceil((east + LEGEND_MM * per_mm - left) / pixel))
    height = int(np.ceil((top - south + MARGIN_MM * per_mm) / pixel))
    return Canvas(float(left), float(top), pixel, Image.new("L", (width, height), WHITE))


def _class_numbers(canvas: Canvas, zoning: Zoning) -> Bytes:
    """Each pixel's class, outer zones before those that lie in their holes."""
    numbers = {name: n for n, name in enumerate(CLASSES, start=1)}
    image = Image.new("L", canvas.image.size, 0)
    pen = ImageDraw.Draw(image)
    shapes = [(p, numbers[class_of(z)]) for z in zoning.zones for p in shapely.get_parts(z.geometry)]
    for shape, number in sorted(shapes, key=lambda s: -Polygon(s[0].exterior).area):
        pen.polygon(canvas.dots(shape.exterior), fill=number)
    return np.asarray(image)


def _base_map(canvas: Canvas, pen: ImageDraw.ImageDraw, zoning: Zoning) -> None:
    """Buildings, parcel lines and numbers in grey, as on the map that the plan was drawn on."""
    area = zoning.boundary.buffer(12 * zoning.spec.scale / 1000)
    prepared = area
    shapely.prepare(prepared)
    for house in houses(zoning.spec.teryt):
        if prepared.intersects(house.record.geometry):
            pen.polygon(canvas.dots(shapely.get_parts(house.record.geometry)[0].exterior), fill=PALE, outline=DARK)
    for plot in zoning.plots:
        if not prepared.intersects(plot.shape):
            continue
        for line in _lines(shapely.intersection(plot.shape.boundary, area)):
            pen.line(canvas.dots(line), fill=GREY, width=1)
        _number(canvas, pen, plot.shape, plot.identifier.rsplit(".", 1)[1], area)


def _number(canvas: Canvas, pen: ImageDraw.ImageDraw, shape: Polygon, text: str, area: Geometry) -> None:
    seen = shapely.intersection(shape, area)
    room = 2 * shape.area / shape.length / canvas.pixel
    if room > 24 and seen.area > 0.3 * min(shape.area, 3000):
        place = canvas.dots(seen.point_on_surface())[0]
        pen.text((place[0], place[1] + 26), text, fill=DARK, font=font(15), anchor="mm")


def _lines(shape: Geometry) -> list[LineString]:
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    return [p for p in shapely.get_parts(merged) if isinstance(p, LineString)]


def _zone_lines(canvas: Canvas, pen: ImageDraw.ImageDraw, zoning: Zoning) -> None:
    """Linie rozgraniczające, half a millimetre wide."""
    for record in zoning.zones:
        for part in shapely.get_parts(record.geometry):
            for ring in (part.exterior, *part.interiors):
                pen.line(canvas.dots(ring), fill=BLACK, width=4, joint="curve")


def _dashes(line: Geometry, on: float, off: float) -> Iterator[LineString]:
    """Pieces of a line, in its own units."""
    for part in _lines(line):
        starts = np.arange(0, part.length, on + off)
        for start in starts:
            spots = np.linspace(start, min(start + on, part.length), 3)
            yield LineString([part.interpolate(s) for s in spots])


def _overlay(canvas: Canvas, pen: ImageDraw.ImageDraw, overlay: OverlayRecord) -> None:
    on, off = (length * canvas.pixel for length in _DASHES[overlay.kind])
    ink = _INK[overlay.kind]
    line = overlay.geometry if overlay.kind == "building-line" else overlay.geometry.boundary
    width = 3 if overlay.kind in ("building-line", "flood") else 6
    for dash in _dashes(line, on, off):
        pen.line(canvas.dots(dash), fill=ink, width=width)
    if overlay.symbol:
        ring = max(_lines(line), key=lambda p: p.length)
        for share in (0.12, 0.62):
            place = canvas.dots(ring.interpolate(share, normalized=True))[0]
            pen.text(place, overlay.symbol, fill=ink, font=font(34, is_bold=True), anchor="mm", stroke_width=3,
                     stroke_fill=WHITE)  # fmt: skip


def _plan_boundary(canvas: Canvas, pen: ImageDraw.ImageDraw, boundary: Polygon) -> None:
    """Granica obszaru objętego planem: broad black dashes outside the line."""
    outer = boundary.buffer(7 * canvas.pixel, join_style="mitre")
    for dash in _dashes(outer.exterior, 48 * canvas.pixel, 20 * canvas.pixel):
        pen.line(canvas.dots(dash), fill=BLACK, width=9)


def _symbols(canvas: Canvas, pen: ImageDraw.ImageDraw, zoning: Zoning) -> None:
    """A symbol in each zone; in a large one again and again, so that a cut-out of the drawing shows it."""
    for record in zoning.zones:
        for part in _label_pieces(record, 0.15 * zoning.spec.scale):
            circle = shapely.maximum_inscribed_circle(part, tolerance=1.5)
            size = 30 if is_road(record) or part.area < 4000 else 42
            place = canvas.dots(circle)[0]
            pen.text(place, record.symbol, fill=BLACK, font=font(size, is_bold=True), anchor="mm", stroke_width=3,
                     stroke_fill=WHITE)  # fmt: skip


def _label_pieces(record: ZoneRecord, cell: float) -> Iterator[Polygon]:
    """The zone itself or, when it is large, its pieces in a grid of cells that are wide enough for a symbol."""
    for part in polygons_of(record.geometry):
        west, south, east, north = part.bounds
        rows, columns = max(int((north - south) / cell), 1), max(int((east - west) / cell), 1)
        boxes = [
            shapely.box(*corner, corner[0] + (east - west) / columns, corner[1] + (north - south) / rows)
            for corner in product(np.linspace(west, east, columns + 1)[:-1], np.linspace(south, north, rows + 1)[:-1])
        ]
        pieces = [p for box in boxes for p in polygons_of(shapely.intersection(part, box), over_m2=cell * cell / 120)]
        wide = [p for p in pieces if 2 * p.area / p.length > cell * 0.012]
        yield from wide if len(boxes) > 1 and wide else [part]


def _frame_texts(canvas: Canvas, pen: ImageDraw.ImageDraw, zoning: Zoning, overlays: list[OverlayRecord]) -> None:
    spec, width = zoning.spec, canvas.image.width
    home = MUNICIPALITIES[spec.teryt]
    pen.rectangle((0, 0, width, 22 * PX_PER_MM), fill=WHITE)
    left = MARGIN_MM * PX_PER_MM
    pen.text((left, 30), f"MIEJSCOWY PLAN ZAGOSPODAROWANIA PRZESTRZENNEGO „{spec.name.upper()}”", fill=BLACK,
             font=font(56, is_bold=True))  # fmt: skip
    under = f"Rysunek planu w skali 1:{spec.scale} – załącznik nr 1 do uchwały Nr {spec.number} ({home.council})"
    under += " – DANE PRZYKŁADOWE, bez mocy prawnej"
    pen.text((left, 108), under, fill=BLACK, font=font(34))
    _legend(canvas, pen, zoning, overlays, width - (LEGEND_MM - 14) * PX_PER_MM)


def _legend(canvas: Canvas, pen: ImageDraw.ImageDraw, zoning: Zoning, overlays: list[OverlayRecord], left: int) -> None:
    """Legend, scale and north arrow in the right margin."""
    pen.rectangle((left - 20, 180, canvas.image.width, canvas.image.height), fill=WHITE)
    pen.text((left, 200), "LEGENDA", fill=BLACK, font=font(44, is_bold=True))
    top = 280
    for label, drawn in _legend_lines(overlays):
        drawn(canvas, pen, left, top)
        top = _wrapped(pen, left + 120, top - 2, label) + 18
    names = list(CLASSES)
    for name in (n for n in names if any(class_of(z) == n for z in zoning.zones)):
        box = Image.fromarray(paint(np.full((44, 96), names.index(name) + 1, np.uint8)))
        canvas.image.paste(box, (left, top))
        pen.rectangle((left, top, left + 96, top + 44), outline=BLACK, width=3)
        pen.text((left + 48, top + 22), name, fill=BLACK, font=font(24, is_bold=True), anchor="mm",
                 stroke_width=2, stroke_fill=WHITE)  # fmt: skip
        top = max(_wrapped(pen, left + 120, top - 2, CLASSES[name].name), top + 46) + 16
    _north_and_scale(canvas, pen, zoning.spec.scale, left, top + 60)


def _legend_lines(overlays: list[OverlayRecord]) -> Iterable[tuple[str, "_Sample"]]:
    yield "granica obszaru objętego planem", _Sample(BLACK, 9, (48, 20))
    yield (
        "linie rozgraniczające tereny o różnym przeznaczeniu lub zasadach zagospodarowania",
        _Sample(BLACK, 4, (96, 0)),
    )
    seen: set[str] = set()
    for overlay in overlays:
        name = "nieprzekraczalne linie zabudowy" if overlay.kind == "building-line" else overlay.name
        if name not in seen:
            seen.add(name)
            yield name, _Sample(_INK[overlay.kind], 5, _DASHES[overlay.kind])
    yield "granice działek ewidencyjnych i numery (treść informacyjna)", _Sample(GREY, 2, (96, 0))


@dataclass(frozen=True, slots=True)
class _Sample:
    """A stroke in the legend."""

    ink: int
    width: int
    dash: tuple[int, int]

    def __call__(self, canvas: Canvas, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
        on, off = self.dash
        for start in range(0, 96, on + off):
            end = min(start + on, 96)
            pen.line([(left + start, top + 18), (left + end, top + 18)], fill=self.ink, width=self.width)


def _wrapped(pen: ImageDraw.ImageDraw, left: int, top: int, text: str) -> int:
    """Write in lines of at most 68 mm; returns the height where the text ends."""
    line = ""
    for word in text.split():
        if line and pen.textlength(f"{line} {word}", font=font(28)) > 68 * PX_PER_MM:
            pen.text((left, top), line, fill=BLACK, font=font(28))
            line, top = word, top + 34
        else:
            line = f"{line} {word}".strip()
    pen.text((left, top), line, fill=BLACK, font=font(28))
    return top + 38


def _north_and_scale(canvas: Canvas, pen: ImageDraw.ImageDraw, scale: int, left: int, top: int) -> None:
    pen.polygon([(left + 60, top), (left + 30, top + 120), (left + 60, top + 96)], fill=BLACK)
    pen.polygon([(left + 60, top), (left + 90, top + 120), (left + 60, top + 96)], outline=BLACK, fill=WHITE)
    pen.text((left + 60, top - 26), "N", fill=BLACK, font=font(40, is_bold=True), anchor="mm")
    pen.text((left + 150, top), f"SKALA 1:{scale}", fill=BLACK, font=font(44, is_bold=True))
    metres = scale // 10
    length, begin = int(metres / canvas.pixel), left + 150  # 100 mm of paper; shortened to fit the margin
    length, metres = length // 2, metres // 2
    for part in range(5):
        box = (begin + part * length // 5, top + 70, begin + (part + 1) * length // 5, top + 86)
        pen.rectangle(box, fill=BLACK if part % 2 == 0 else WHITE, outline=BLACK)
    pen.text((begin, top + 94), "0", fill=BLACK, font=font(26))
    pen.text((begin + length, top + 94), f"{metres} m", fill=BLACK, font=font(26), anchor="ra")
    pen.text((left, top + 150), "Układ współrzędnych PL-2000 strefa 7 (EPSG:2178)", fill=BLACK, font=font(26))


def _windows(canvas: Canvas, zoning: Zoning) -> list[Window]:
    """A grid, west to east, north to south; sheets touch and do not overlap. Wielmoża has lost its second sheet."""
    width, height = canvas.image.size
    columns, rows = -(-width // LARGEST), -(-height // LARGEST)
    is_torn = zoning.spec.code == WIELMOZA
    tops, lefts = (
        np.linspace(0, s, n + 1).astype(int) for s, n in ((height, rows), (width, 2 if is_torn else columns))
    )
    windows = [
        Window(int(left), int(top), int(right - left), int(bottom - top))
        for top, bottom in pairwise(tops)
        for left, right in pairwise(lefts)
    ]
    return windows[:1] if is_torn else windows


def sheet_extents(zoning: Zoning) -> list[Polygon]:
    """Ground that each sheet covers, without drawing it."""
    canvas = _canvas(zoning)
    extents = []
    for window in _windows(canvas, zoning):
        west = canvas.west + window.col_off * canvas.pixel
        north = canvas.north - window.row_off * canvas.pixel
        extents.append(
            shapely.box(west, north - window.height * canvas.pixel, west + window.width * canvas.pixel, north)
        )
    return extents


def _sheets(canvas: Canvas, zoning: Zoning, directory: Path) -> Iterator[SheetRecord]:
    spec, inked = zoning.spec, np.asarray(canvas.image)
    for number, window in enumerate(_windows(canvas, zoning), start=1):
        path = directory / f"{spec.code}-{number}.tif"
        _write(path, canvas, inked, window)
        yield SheetRecord(str(number), str(path), spec.scale, rmse_m=0.08 * spec.scale / 1000)


def _write(path: Path, canvas: Canvas, drawing: Bytes, window: Window) -> None:
    place = Affine(canvas.pixel, 0, canvas.west, 0, -canvas.pixel, canvas.north)
    place = place @ Affine.translation(window.col_off, window.row_off)
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=window.width, height=window.height, count=1, dtype="uint8",
        crs="EPSG:2178", transform=place, tiled=True, blockxsize=512, blockysize=512, compress="deflate",
        photometric="palette",
    ) as sheet:  # fmt: skip
        sheet.write_colormap(1, palette())
        sheet.write(drawing[window.row_off : window.row_off + window.height,
                            window.col_off : window.col_off + window.width], 1)  # fmt: skip

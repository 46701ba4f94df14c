"""The wyrys: the plan's own raster at the plan's own scale, with the parcels on top.

The raster is the legal drawing and is printed pixel for pixel, never resampled. Ground metres become paper
millimetres in one place, ``Sheet.point``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

import numpy as np
import rasterio
from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, LineString, Polygon
from PIL import Image
from rasterio.windows import Window
from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Flowable

from planning.extracts.pdf import fonts
from planning.extracts.pdf.canvas import INK, SOFT
from planning.extracts.pdf.tiling import Box, Layout, Tile, ground_m, paper_mm
from planning.models import LocalPlan, PlanSheet
from spatial.cadastre.models import Parcel
from spatial.errors import ServiceError
from spatial.files import sha256_of
from spatial.words import polish_date

PARCEL = HexColor("#B42318")
GRID_MM = 50  #: grid crosses every 5 cm on paper


class DrawingUnusable(ServiceError):
    """The file of a plan sheet is gone or is not the one that was registered."""

    code = "sheet-damaged"
    status = 409


@dataclass(frozen=True, slots=True)
class Subject:
    """What the drawing shows besides the raster."""

    plans: tuple[LocalPlan, ...]
    sheets: tuple[PlanSheet, ...]
    parcels: tuple[Parcel, ...]
    neighbours: tuple[Parcel, ...]
    case_number: str
    state_on: str


def usable_sheets(sheets: Iterable[PlanSheet]) -> tuple[PlanSheet, ...]:
    """Each file read whole and compared with its SHA-256. Raises DrawingUnusable."""
    chosen = tuple(sheets)
    for sheet in chosen:
        path = Path(sheet.file.path)
        if not path.is_file() or sha256_of(path) != sheet.sha256:
            raise DrawingUnusable(
                f"Plik arkusza {sheet.number} rysunku planu „{sheet.plan.title}” zniknął albo został zmieniony. "
                "Wczytaj arkusz jeszcze raz, zanim wydasz wyrys."
            )
    return chosen


class DrawingSheet(Flowable):  # type: ignore[misc]
    """One sheet of the wyrys; fills its page and places everything itself."""

    def __init__(self, subject: Subject, layout: Layout, index: int) -> None:
        super().__init__()
        self.subject = subject
        self.layout = layout
        self.index = index

    @property
    def tile(self) -> Tile:
        return self.layout.tiles[self.index]

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self.layout.paper.width * mm, self.layout.paper.height * mm

    def draw(self) -> None:
        sheet = Sheet(self.canv, self.layout, self.tile)
        with clipped(sheet):
            draw_rasters(sheet, self.subject.sheets)
            draw_neighbours(sheet, self.subject.neighbours)
            draw_plan_boundaries(sheet, self.subject.plans)
            draw_parcels(sheet, self.subject.parcels)
            draw_grid(sheet)
            draw_numbers(sheet, self.subject)
        draw_frame(sheet)
        draw_grid_labels(sheet)
        draw_title(sheet, self.subject, index=self.index)
        draw_scale(sheet)
        draw_control_line(sheet)
        draw_north(sheet)
        draw_signs(sheet)
        draw_sources(sheet, self.subject)
        if len(self.layout.tiles) > 1:
            draw_index(sheet, self.layout, self.index)


@dataclass(frozen=True)
class Sheet:
    """A page with its frame: the one place where metres turn into points."""

    canvas: Canvas
    layout: Layout
    tile: Tile

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """x, y, width, height in points."""
        paper = self.layout.paper
        return paper.left * mm, paper.bottom * mm, paper.frame_width * mm, paper.frame_height * mm

    def point(self, east: float, north: float) -> tuple[float, float]:
        """Points on paper of a place in EPSG:2178."""
        west, south, _, _ = self.tile.box
        x, y, _, _ = self.frame
        scale = self.layout.scale
        return x + paper_mm(east - west, scale) * mm, y + paper_mm(north - south, scale) * mm

    def path(self, geometry: GEOSGeometry) -> PDFPathObject:
        path = self.canvas.beginPath()
        for ring in rings(geometry):
            for index, (east, north) in enumerate(ring):
                (path.lineTo if index else path.moveTo)(*self.point(east, north))
        return path


def rings(geometry: GEOSGeometry) -> Iterator[Sequence[Sequence[float]]]:
    """Every line of a geometry: rings of areas, lines as they are."""
    if isinstance(geometry, GeometryCollection):
        for part in geometry:
            yield from rings(part)
    elif isinstance(geometry, Polygon):
        for ring in geometry:
            yield ring.coords
    elif isinstance(geometry, LineString):
        yield geometry.coords


class clipped:  # noqa: N801 (reads as a word: with clipped(sheet))
    """Nothing leaves the frame."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __enter__(self) -> None:
        self.sheet.canvas.saveState()
        path = self.sheet.canvas.beginPath()
        path.rect(*self.sheet.frame)
        self.sheet.canvas.clipPath(path, stroke=0, fill=0)

    def __exit__(self, *_: object) -> None:
        self.sheet.canvas.restoreState()


# --- inside the frame -------------------------------------------------------------------------------------------


def draw_rasters(sheet: Sheet, rasters: Iterable[PlanSheet]) -> None:
    for raster in rasters:
        with rasterio.open(raster.file.path) as source:
            window = pixels(source, sheet.tile.box)
            if window is None:
                continue
            west, south, east, north = rasterio.windows.bounds(window, source.transform)
            picture = read_rgb(source, window)
        x, y = sheet.point(west, south)
        right, top = sheet.point(east, north)
        sheet.canvas.drawImage(ImageReader(picture), x, y, width=right - x, height=top - y)


def pixels(source: "rasterio.DatasetReader", box: Box) -> Window | None:
    """Whole pixels that cover the box; None where the raster does not reach."""
    exact = rasterio.windows.from_bounds(*box, transform=source.transform)
    left, top = max(0, floor(exact.col_off)), max(0, floor(exact.row_off))
    right = min(source.width, ceil(exact.col_off + exact.width))
    bottom = min(source.height, ceil(exact.row_off + exact.height))
    if right <= left or bottom <= top:
        return None
    return Window(left, top, right - left, bottom - top)


def read_rgb(source: "rasterio.DatasetReader", window: Window) -> Image.Image:
    """Native pixels; a palette becomes colours, grey stays grey."""
    if source.count >= 3:
        return Image.fromarray(np.moveaxis(source.read((1, 2, 3), window=window), 0, -1))
    band = source.read(1, window=window)
    if source.colorinterp[0].name != "palette":
        return Image.fromarray(band)
    table = np.zeros((256, 3), np.uint8)
    for value, colour in source.colormap(1).items():
        table[value] = colour[:3]
    return Image.fromarray(table[band])


def draw_neighbours(sheet: Sheet, neighbours: Iterable[Parcel]) -> None:
    sheet.canvas.setStrokeColor(SOFT)
    sheet.canvas.setLineWidth(0.15 * mm)
    for parcel in neighbours:
        sheet.canvas.drawPath(sheet.path(parcel.geom), stroke=1, fill=0)


def draw_plan_boundaries(sheet: Sheet, plans: Iterable[LocalPlan]) -> None:
    """Long dash, dot: the sign of the plan's limit."""
    sheet.canvas.saveState()
    sheet.canvas.setStrokeColor(INK)
    sheet.canvas.setLineWidth(0.5 * mm)
    sheet.canvas.setDash([4 * mm, 1.2 * mm, 0.4 * mm, 1.2 * mm])
    for plan in plans:
        sheet.canvas.drawPath(sheet.path(plan.boundary), stroke=1, fill=0)
    sheet.canvas.restoreState()


def draw_parcels(sheet: Sheet, parcels: Iterable[Parcel]) -> None:
    """A white edge under the red line keeps it readable on any ground, also in black and white."""
    sheet.canvas.setLineJoin(1)
    for colour, width in ((white, 1.1), (PARCEL, 0.6)):
        sheet.canvas.setStrokeColor(colour)
        sheet.canvas.setLineWidth(width * mm)
        for parcel in parcels:
            sheet.canvas.drawPath(sheet.path(parcel.geom), stroke=1, fill=0)


def grid_lines(low: float, high: float, step: float) -> Iterator[float]:
    value = ceil(low / step) * step
    while value <= high:
        yield value
        value += step


def draw_grid(sheet: Sheet) -> None:
    west, south, east, north = sheet.tile.box
    step = ground_m(GRID_MM, sheet.layout.scale)
    sheet.canvas.setStrokeColor(INK)
    sheet.canvas.setLineWidth(0.12 * mm)
    for x in grid_lines(west, east, step):
        for y in grid_lines(south, north, step):
            px, py = sheet.point(x, y)
            sheet.canvas.line(px - 2 * mm, py, px + 2 * mm, py)
            sheet.canvas.line(px, py - 2 * mm, px, py + 2 * mm)


def draw_numbers(sheet: Sheet, subject: Subject) -> None:
    window = Polygon.from_bbox(sheet.tile.box)
    for parcel in subject.neighbours:
        draw_number(sheet, parcel, window, font=fonts.REGULAR, size=6.5, colour=SOFT)
    for parcel in subject.parcels:
        draw_number(sheet, parcel, window, font=fonts.BOLD, size=9, colour=PARCEL)


def draw_number(sheet: Sheet, parcel: Parcel, window: Polygon, *, font: str, size: float, colour: HexColor) -> None:
    """The number in the part of the parcel that this sheet shows, with a white halo."""
    seen = parcel.geom.intersection(window)
    if seen.empty or seen.area == 0:
        return
    place = seen.point_on_surface
    x, y = sheet.point(place.x, place.y)
    canvas = sheet.canvas
    canvas.setFont(font, size)
    x -= canvas.stringWidth(parcel.number, font, size) / 2
    canvas.saveState()
    canvas.setStrokeColor(white)
    canvas.setLineWidth(1.6)
    put_text(canvas, x, y - size / 3, parcel.number, mode=2)
    canvas.restoreState()
    canvas.setFillColor(colour)
    put_text(canvas, x, y - size / 3, parcel.number, mode=0)


def put_text(canvas: Canvas, x: float, y: float, words: str, *, mode: int) -> None:
    """Mode 2 fills and strokes (the halo), 0 fills."""
    line = canvas.beginText(x, y)
    line.setTextRenderMode(mode)
    line.textOut(words)
    canvas.drawText(line)


# --- round the frame --------------------------------------------------------------------------------------------


def write(sheet: Sheet, x: float, y: float, words: str, *, size: float = 8, font: str = fonts.REGULAR) -> None:
    """Millimetres from the lower left corner of the page."""
    sheet.canvas.setFont(font, size)
    sheet.canvas.setFillColor(INK)
    sheet.canvas.drawString(x * mm, y * mm, words)


def draw_frame(sheet: Sheet) -> None:
    sheet.canvas.setStrokeColor(INK)
    sheet.canvas.setLineWidth(0.35 * mm)
    sheet.canvas.rect(*sheet.frame, stroke=1, fill=0)


def draw_grid_labels(sheet: Sheet) -> None:
    """EPSG:2178 as surveyors write it: X north, Y east."""
    west, south, east, north = sheet.tile.box
    step = ground_m(GRID_MM, sheet.layout.scale)
    x, y, _, _ = sheet.frame
    canvas = sheet.canvas
    canvas.setFont(fonts.REGULAR, 6)
    canvas.setFillColor(SOFT)
    for value in grid_lines(west, east, step):
        canvas.drawCentredString(sheet.point(value, south)[0], y - 3 * mm, f"Y {value:.0f}")
    for value in grid_lines(south, north, step):
        canvas.saveState()
        canvas.translate(x - 1.5 * mm, sheet.point(west, value)[1])
        canvas.rotate(90)
        canvas.drawCentredString(0, 0, f"X {value:.0f}")
        canvas.restoreState()


def draw_title(sheet: Sheet, subject: Subject, *, index: int) -> None:
    paper = sheet.layout.paper
    top = paper.height - 16
    write(sheet, paper.left, top, "WYRYS Z RYSUNKU MIEJSCOWEGO PLANU", size=11, font=fonts.BOLD)
    count = len(sheet.layout.tiles)
    sheets = f"arkusz {index + 1} z {count}" if count > 1 else ""
    right = " · ".join(filter(None, ("Załącznik nr 1", sheets)))
    sheet.canvas.setFont(fonts.REGULAR, 9)
    sheet.canvas.drawRightString((paper.width - paper.right) * mm, top * mm, right)
    room = paper.frame_width * mm
    write(sheet, paper.left, top - 5.5, fitted(subject.plans[0].title, room, 8), size=8)
    numbers = ", ".join(parcel.number for parcel in subject.parcels)
    district = subject.parcels[0].district.name
    about = f"Działka nr {numbers}, obręb {district}. Granice działek: EGiB na dzień {subject.state_on}."
    write(sheet, paper.left, top - 10, fitted(about, room, 8), size=8)
    scale = f"Skala 1:{sheet.layout.scale}  ·  układ PL-2000, strefa 7 (EPSG:2178)"
    write(sheet, paper.left, top - 14.5, scale, size=8, font=fonts.BOLD)


def fitted(words: str, room: float, size: float) -> str:
    """One line; what does not fit ends with an ellipsis (the whole title stands on page 1)."""
    from_end = words
    while from_end and Canvas("").stringWidth(from_end + "…", fonts.REGULAR, size) > room:
        from_end = from_end[:-1]
    return words if from_end == words else from_end.rstrip() + "…"


def draw_scale(sheet: Sheet) -> None:
    """Five parts of 20 mm, black and white in turn, with ground metres."""
    x, y = sheet.layout.paper.left, 43.0
    canvas = sheet.canvas
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.2 * mm)
    for part in range(5):
        canvas.setFillColor(INK if part % 2 == 0 else white)
        canvas.rect((x + 20 * part) * mm, y * mm, 20 * mm, 1.8 * mm, stroke=1, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(fonts.REGULAR, 6.5)
    for part in range(6):
        metres = ground_m(20 * part, sheet.layout.scale)
        canvas.drawCentredString((x + 20 * part) * mm, (y + 2.6) * mm, f"{metres:.0f}{' m' if part == 5 else ''}")


def draw_control_line(sheet: Sheet) -> None:
    x, y = sheet.layout.paper.left, 38.5
    canvas = sheet.canvas
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.2 * mm)
    canvas.line(x * mm, y * mm, (x + 100) * mm, y * mm)
    for end in (x, x + 100):
        canvas.line(end * mm, (y - 1) * mm, end * mm, (y + 1) * mm)
    write(sheet, x + 2, y - 3, "Odcinek kontrolny 100 mm. Drukuj w skali 100 %, bez dopasowania do strony.", size=6.5)


def draw_north(sheet: Sheet) -> None:
    """Grid north of PL-2000: straight up."""
    paper = sheet.layout.paper
    x, y = (paper.width - paper.right - 6) * mm, 36 * mm
    canvas = sheet.canvas
    canvas.setFillColor(INK)
    canvas.setStrokeColor(INK)
    arrow = canvas.beginPath()
    for index, (dx, dy) in enumerate(((0, 11), (2.6, 0), (0, 2.6), (-2.6, 0))):
        (arrow.lineTo if index else arrow.moveTo)(x + dx * mm, y + dy * mm)
    arrow.close()
    canvas.drawPath(arrow, stroke=1, fill=1)
    canvas.setFont(fonts.BOLD, 8)
    canvas.drawCentredString(x, y + 12 * mm, "N")


def draw_signs(sheet: Sheet) -> None:
    """What our lines mean; the plan's own signs stand in the legend."""
    x, y = sheet.layout.paper.left, 30.5
    canvas = sheet.canvas
    canvas.setStrokeColor(PARCEL)
    canvas.setLineWidth(0.6 * mm)
    canvas.line(x * mm, (y + 1) * mm, (x + 10) * mm, (y + 1) * mm)
    write(sheet, x + 12, y, "granica działki z wniosku", size=7)
    canvas.setStrokeColor(SOFT)
    canvas.setLineWidth(0.15 * mm)
    canvas.line((x + 48) * mm, (y + 1) * mm, (x + 58) * mm, (y + 1) * mm)
    write(sheet, x + 60, y, "działki sąsiednie", size=7)
    canvas.setStrokeColor(INK)
    canvas.saveState()
    canvas.setLineWidth(0.5 * mm)
    canvas.setDash([4 * mm, 1.2 * mm, 0.4 * mm, 1.2 * mm])
    canvas.line((x + 85) * mm, (y + 1) * mm, (x + 97) * mm, (y + 1) * mm)
    canvas.restoreState()
    write(sheet, x + 99, y, "granica planu", size=7)


def draw_sources(sheet: Sheet, subject: Subject) -> None:
    """Which raster this is: sheet, hash, accuracy of the georeference."""
    paper = sheet.layout.paper
    window = Polygon.from_bbox(sheet.tile.box)
    y = 25.5
    for raster in subject.sheets:
        if raster.footprint.intersects(window) and y > 15.5:
            accuracy = f"{raster.rmse_m:.2f} m" if raster.rmse_m is not None else "nie podano"
            words = (
                f"Rysunek planu, arkusz {raster.number}: SHA-256 {raster.sha256[:16]}…, "
                f"piksel {raster.pixel_m:.3f} m, błąd georeferencji {accuracy}"
            ).replace(".", ",", 2)
            write(sheet, paper.left, y, fitted(words, paper.frame_width * mm, 6.5), size=6.5)
            y -= 3.2


def draw_index(sheet: Sheet, layout: Layout, index: int) -> None:
    """Where this sheet lies among the others; 24 x 14 mm beside the north arrow."""
    boxes = [tile.box for tile in layout.tiles]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    factor = min(26 * mm / (east - west), 13 * mm / (north - south))
    paper = layout.paper
    x0, y0 = (paper.width - paper.right - 42) * mm, 35 * mm
    canvas = sheet.canvas
    canvas.setLineWidth(0.15 * mm)
    canvas.setStrokeColor(INK)
    canvas.setFont(fonts.BOLD, 6)
    for number, box in enumerate(boxes):
        x, y = x0 + (box[0] - west) * factor, y0 + (box[1] - south) * factor
        width, height = (box[2] - box[0]) * factor, (box[3] - box[1]) * factor
        canvas.setFillColor(SOFT if number == index else white)
        canvas.rect(x, y, width, height, stroke=1, fill=1)
        canvas.setFillColor(white if number == index else INK)
        canvas.drawCentredString(x + width / 2, y + height / 2 - 2, str(number + 1))


def state_text(parcels: Sequence[Parcel]) -> str:
    return ", ".join(dict.fromkeys(polish_date(parcel.snapshot.state_on) for parcel in parcels))

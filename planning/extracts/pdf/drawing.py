"""The wyrys: the plan's own raster at the plan's own scale, with the parcels on top.

The raster is the legal drawing and is printed pixel for pixel, never resampled. Ground metres become paper
millimetres in one place, ``sheet.Sheet.point``.
"""

from collections.abc import Iterable
from math import ceil, floor
from pathlib import Path

import numpy as np
import rasterio
from django.contrib.gis.geos import Polygon
from PIL import Image
from rasterio.windows import Window
from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from planning.extracts.pdf import fonts
from planning.extracts.pdf.canvas import INK, SOFT
from planning.extracts.pdf.margin import (
    draw_control_line,
    draw_frame,
    draw_grid_labels,
    draw_index,
    draw_north,
    draw_scale,
    draw_signs,
    draw_sources,
    draw_title,
)
from planning.extracts.pdf.sheet import GRID_MM, PARCEL, PLAN_LIMIT, Sheet, Subject, grid_lines
from planning.extracts.pdf.tiling import Box, Layout, Tile, ground_m
from planning.models import LocalPlan, PlanSheet
from spatial.cadastre.models import Parcel
from spatial.errors import ServiceError
from spatial.files import sha256_of

LINE_MM = 1.0  #: a plan's boundary line is shown whole


class DrawingUnusable(ServiceError):
    """The file of a plan sheet is gone or is not the one that was registered."""

    code = "sheet-damaged"
    status = 409


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
            draw_rasters(sheet, self.subject)
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


def draw_rasters(sheet: Sheet, subject: Subject) -> None:
    """The base plan's drawing, then each change within its own boundary: its margin must not hide what binds."""
    for order, plan in enumerate(subject.plans):
        sheet.canvas.saveState()
        if order:
            ground = plan.boundary.buffer(ground_m(LINE_MM, sheet.layout.scale))
            sheet.canvas.clipPath(sheet.path(ground), stroke=0, fill=0)
        draw_sheets(sheet, [raster for raster in subject.sheets if raster.plan_id == plan.pk])
        sheet.canvas.restoreState()


def draw_sheets(sheet: Sheet, rasters: Iterable[PlanSheet]) -> None:
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
    sheet.canvas.saveState()
    sheet.canvas.setStrokeColor(INK)
    sheet.canvas.setLineWidth(0.5 * mm)
    sheet.canvas.setDash(PLAN_LIMIT)
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

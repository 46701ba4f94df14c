"""One sheet of the wyrys: what it shows and the one place where ground metres become points on paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, LineString, Polygon
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from planning.extracts.pdf.tiling import Layout, Tile, paper_mm
from planning.models import LocalPlan, PlanSheet
from spatial.cadastre.models import Parcel

PARCEL = HexColor("#B42318")
GRID_MM = 50  #: grid crosses every 5 cm on paper
PLAN_LIMIT = [4 * mm, 1.2 * mm, 0.4 * mm, 1.2 * mm]  #: long dash, dot: the sign of the plan's limit


@dataclass(frozen=True, slots=True)
class Subject:
    """What the drawing shows besides the raster."""

    plans: tuple[LocalPlan, ...]
    sheets: tuple[PlanSheet, ...]
    parcels: tuple[Parcel, ...]
    neighbours: tuple[Parcel, ...]
    district: str
    state_on: str


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


def grid_lines(low: float, high: float, step: float) -> Iterator[float]:
    value = ceil(low / step) * step
    while value <= high:
        yield value
        value += step

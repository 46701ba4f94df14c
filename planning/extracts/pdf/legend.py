"""The full legend of the plan: each symbol with its purpose and a piece of the drawing itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import rasterio
from django.contrib.gis.geos import Point
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Spacer, Table

from planning.extracts.pdf.canvas import INK
from planning.extracts.pdf.drawing import pixels, read_rgb
from planning.extracts.pdf.margin import source_words
from planning.extracts.pdf.text import CELL, HEAD_CELL, HEADING, RIGHT, RULED, SMALL, TITLE, grid, text
from planning.extracts.pdf.tiling import ground_m
from planning.models import LocalPlan, PlanOverlay, PlanSheet, PlanZone

SAMPLE_MM = (14.0, 8.0)


class Sample(Flowable):  # type: ignore[misc]
    """A piece of the plan's drawing at its own scale."""

    def __init__(self, picture: ImageReader) -> None:
        super().__init__()
        self.picture = picture

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return SAMPLE_MM[0] * mm, SAMPLE_MM[1] * mm

    def draw(self) -> None:
        width, height = SAMPLE_MM[0] * mm, SAMPLE_MM[1] * mm
        self.canv.drawImage(self.picture, 0, 0, width=width, height=height)
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(0.15 * mm)
        self.canv.rect(0, 0, width, height)


def legend_part(plans: Iterable[LocalPlan], sheets: Sequence[PlanSheet]) -> Iterator[Flowable]:
    yield text("Załącznik nr 2", RIGHT)
    yield text("LEGENDA RYSUNKU PLANU", TITLE)
    for plan in plans:
        own = [sheet for sheet in sheets if sheet.plan_id == plan.pk]
        yield text(plan.title, HEADING)
        yield signs_table(plan, own)
        yield from (text(f"{source_words(sheet)}.", SMALL) for sheet in own)
    yield text("Próbki pochodzą z rysunku planu w jego skali.", SMALL)


def signs_table(plan: LocalPlan, sheets: list[PlanSheet]) -> Table:
    """One row for a purpose, the symbols that have it together; then zones of protection and lines."""
    rows: list[list[Any]] = [[text(words, HEAD_CELL) for words in ("Rysunek", "Symbole", "Znaczenie")]]
    for name, zones in by_name(plan).items():
        symbols = ", ".join(dict.fromkeys(zone.symbol_raw for zone in zones))
        rows.append([sample_at(zones[0].geom.point_on_surface, sheets), text(symbols, HEAD_CELL), text(name, CELL)])
    for overlay in plan.overlays.order_by("pk"):
        words = f"{overlay.name} ({overlay.get_kind_display()})"
        rows.append([sample_at(on_its_line(overlay), sheets), text(overlay.symbol, HEAD_CELL), text(words, CELL)])
    return grid(rows, (20, 50, 100), *RULED, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), repeat=1)


def on_its_line(overlay: PlanOverlay) -> Point:
    """A place where the overlay's own line is drawn."""
    line = overlay.geom if overlay.geom.dims == 1 else overlay.geom.boundary
    place: Point = line.interpolate_normalized(0.37)
    return place


def by_name(plan: LocalPlan) -> dict[str, list[PlanZone]]:
    found: dict[str, list[PlanZone]] = {}
    for zone in plan.zones.order_by("pk"):
        found.setdefault(zone.name, []).append(zone)
    return found


def sample_at(place: Point, sheets: list[PlanSheet]) -> Flowable:
    """The drawing at the place; empty where no sheet reaches."""
    for sheet in sheets:
        if sheet.footprint.contains(place):
            return Sample(ImageReader(read_at(sheet, place)))
    return Spacer(0, 0)


def read_at(sheet: PlanSheet, place: Point) -> object:
    width, height = (ground_m(side, sheet.scale) for side in SAMPLE_MM)
    box = (place.x - width / 2, place.y - height / 2, place.x + width / 2, place.y + height / 2)
    with rasterio.open(sheet.file.path) as source:
        window = pixels(source, box)
        assert window is not None, "the footprint holds the point"
        return read_rgb(source, window)

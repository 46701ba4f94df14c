"""The full legend of the plan: each symbol with its purpose and a piece of the drawing itself."""

from collections.abc import Iterable, Iterator
from typing import Any

import rasterio
from django.contrib.gis.geos import Point
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Spacer, Table

from planning.extracts.pdf.canvas import INK
from planning.extracts.pdf.drawing import pixels, read_rgb
from planning.extracts.pdf.text import CELL, HEAD_CELL, HEADING, RULED, SMALL, TITLE, grid, text
from planning.extracts.pdf.tiling import ground_m
from planning.models import LocalPlan, PlanSheet, PlanZone

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


def legend_part(plans: Iterable[LocalPlan], sheets: Iterable[PlanSheet]) -> Iterator[Flowable]:
    yield text("LEGENDA RYSUNKU PLANU", TITLE)
    by_plan = {plan.pk: [sheet for sheet in sheets if sheet.plan_id == plan.pk] for plan in plans}
    for plan in plans:
        yield text(plan.title, HEADING)
        yield zones_table(plan, by_plan[plan.pk])
        yield from overlay_lines(plan)
    yield text(
        "Próbki pochodzą z rysunku planu w jego skali. Znaki spoza tej listy objaśnia legenda na arkuszu rysunku.",
        SMALL,
    )


def zones_table(plan: LocalPlan, sheets: list[PlanSheet]) -> Table:
    """One row for a purpose; the symbols that have it stand together."""
    rows: list[list[Any]] = [[text(words, HEAD_CELL) for words in ("Rysunek", "Symbole", "Przeznaczenie")]]
    for name, zones in by_name(plan).items():
        symbols = ", ".join(dict.fromkeys(zone.symbol_raw for zone in zones))
        rows.append([sample_of(zones[0], sheets), text(symbols, HEAD_CELL), text(name, CELL)])
    return grid(rows, (20, 50, 100), *RULED, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), repeat=1)


def by_name(plan: LocalPlan) -> dict[str, list[PlanZone]]:
    found: dict[str, list[PlanZone]] = {}
    for zone in plan.zones.order_by("pk"):
        found.setdefault(zone.name, []).append(zone)
    return found


def sample_of(zone: PlanZone, sheets: list[PlanSheet]) -> Flowable:
    """The drawing at the zone's own point; empty where no sheet reaches."""
    place = zone.geom.point_on_surface
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


def overlay_lines(plan: LocalPlan) -> Iterator[Flowable]:
    for overlay in plan.overlays.order_by("pk"):
        yield text(
            f"{overlay.symbol + ': ' if overlay.symbol else ''}{overlay.name} ({overlay.get_kind_display()})", CELL
        )

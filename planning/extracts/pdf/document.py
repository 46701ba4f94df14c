"""One order in, one PDF out. The same order gives the same bytes."""

from dataclasses import dataclass
from io import BytesIO

from django.contrib.gis.geos import Polygon
from django.utils import translation
from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from planning.extracts.analysis import Analysis, PlanFamily
from planning.extracts.fees import Fee, extract_fee
from planning.extracts.order import ExtractOrder, family_of
from planning.extracts.pdf import fonts
from planning.extracts.pdf.archive import archival
from planning.extracts.pdf.canvas import Facts, Imprint, LateBox, Mark, canvas_maker
from planning.extracts.pdf.drawing import DrawingSheet, state_text, usable_sheets
from planning.extracts.pdf.legend import legend_part
from planning.extracts.pdf.sheet import Subject
from planning.extracts.pdf.text import (
    basis_part,
    closing_part,
    duty_part,
    heading_part,
    parcels_part,
    provisions_part,
)
from planning.extracts.pdf.tiling import Box, Layout, Seen, lay_out
from planning.extracts.situation import union
from planning.models import PlanSheet
from spatial.cadastre.models import Parcel

rl_config.useA85 = 0  # binary streams: a quarter smaller, no text encoding of pictures


@dataclass(frozen=True, slots=True)
class BuiltExtract:
    """The bytes and what was counted on them."""

    pdf: bytes
    pages: int
    text_pages: int
    drawing_parts: int
    fee: Fee


@translation.override("pl")
def build_extract(order: ExtractOrder) -> BuiltExtract:
    """The document speaks Polish, whatever the planner's pages speak.

    Raises DrawingUnusable when a sheet's file is not the registered one, NoRate without a rate.
    """
    fonts.register()
    analysis = order.analysis()
    family = family_of(analysis, order.base_plan)
    drawing = drawing_of(order, analysis, family) if order.has_drawing else None
    parts = drawing[1].a4_parts if drawing else 0
    facts = Facts()

    def fee() -> Fee:
        pages = facts.between("text-begins", "text-ends") if order.has_text else 0
        return extract_fee(text_pages=pages, drawing_parts=parts, rate=order.fee_rate())

    story: list[Flowable] = [Mark("text-begins"), *text_story(order, analysis, family)]
    story += [LateBox(height=20 * mm, content=lambda: duty_part(fee(), pages=facts.pages)), Mark("text-ends")]
    if drawing:
        story += drawing_story(*drawing)
        sheets = usable_sheets(PlanSheet.objects.filter(plan__in=family.plans).order_by("plan", "number"))
        story += [NextPageTemplate("text"), PageBreak(), *legend_part(family.plans, sheets)]
    buffer = BytesIO()
    title = title_of(order, family)
    imprint = Imprint(order.case_number, order.verification_code, title, order.office.name, order.is_preview)
    document = BaseDocTemplate(buffer, pageTemplates=page_templates(drawing[1] if drawing else None))
    document.build(story, canvasmaker=canvas_maker(imprint, facts))
    text_pages = facts.between("text-begins", "text-ends") if order.has_text else 0
    pdf = archival(buffer.getvalue(), title=title, author=order.office.name, made_on=order.issued_on)
    return BuiltExtract(pdf, facts.pages, text_pages, parts, fee())


def title_of(order: ExtractOrder, family: PlanFamily) -> str:
    names = " i ".join(name for name, wanted in (("Wypis", order.has_text), ("wyrys", order.has_drawing)) if wanted)
    return f"{names[0].upper()}{names[1:]}: {family.base.title}"


def text_story(order: ExtractOrder, analysis: Analysis, family: PlanFamily) -> list[Flowable]:
    answers = analysis.parcels_in(family)
    story = [*heading_part(order), *basis_part(order, family), *parcels_part(answers, family)]
    if order.has_text:
        story += provisions_part(analysis, family)
    annexes = ["wyrys z rysunku planu", "legenda rysunku planu"] if order.has_drawing else []
    return [*story, closing_part(order, annexes)]


def drawing_of(order: ExtractOrder, analysis: Analysis, family: PlanFamily) -> tuple[Subject, Layout]:
    parcels = tuple(answer.parcel for answer in analysis.parcels_in(family))
    scale = family.base.drawing_scale
    layout = lay_out(box=extent(parcels), scale=scale, seen=part_of(parcels))
    sheets = PlanSheet.objects.filter(plan__in=family.plans).order_by("plan", "number")
    subject = Subject(
        plans=family.plans,
        sheets=usable_sheets(sheet for sheet in sheets if shown(sheet, layout)),
        parcels=parcels,
        neighbours=tuple(Parcel.objects.filter(pk__in=order.neighbours).order_by("pk")),
        case_number=order.case_number,
        state_on=state_text(parcels),
    )
    return subject, layout


def shown(sheet: PlanSheet, layout: Layout) -> bool:
    return any(sheet.footprint.intersects(Polygon.from_bbox(tile.box)) for tile in layout.tiles)


def extent(parcels: tuple[Parcel, ...]) -> Box:
    boxes = [parcel.geom.extent for parcel in parcels]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def part_of(parcels: tuple[Parcel, ...]) -> Seen:
    """Bounding box of the parcels' land inside a box."""
    land = union(parcel.geom for parcel in parcels)

    def seen(box: Box) -> Box | None:
        inside = land.intersection(Polygon.from_bbox(box))
        return None if inside.empty else inside.extent

    return seen


def drawing_story(subject: Subject, layout: Layout) -> list[Flowable]:
    story: list[Flowable] = []
    for index in range(len(layout.tiles)):
        story += [NextPageTemplate("drawing"), PageBreak(), DrawingSheet(subject, layout, index)]
    return story


def page_templates(layout: Layout | None) -> list[PageTemplate]:
    """Text on A4 with 20 mm margins; the drawing on the sheet its layout chose."""
    text_frame = Frame(20 * mm, 20 * mm, 170 * mm, 257 * mm, 0, 0, 0, 0, id="text")
    templates = [PageTemplate("text", [text_frame], pagesize=(210 * mm, 297 * mm))]
    if layout:
        size = (layout.paper.width * mm, layout.paper.height * mm)
        whole = Frame(0, 0, *size, 0, 0, 0, 0, id="drawing")
        templates.append(PageTemplate("drawing", [whole], pagesize=size))
    return templates

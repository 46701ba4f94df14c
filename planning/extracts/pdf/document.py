"""One order in, one PDF out. The same order gives the same bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from django.contrib.gis.geos import Polygon
from django.utils import translation
from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from planning.extracts.analysis import Analysis, ParcelAnswer, PlanFamily
from planning.extracts.fees import Fee, extract_fee
from planning.extracts.order import ExtractOrder, family_of
from planning.extracts.pdf import fonts
from planning.extracts.pdf.archive import archival
from planning.extracts.pdf.canvas import Facts, Imprint, LateBox, Mark, canvas_maker
from planning.extracts.pdf.drawing import DrawingSheet, usable_sheets
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
from planning.models import LocalPlan, PlanSheet
from spatial.cadastre.models import Parcel
from spatial.words import polish_date

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
    sheets = plan_sheets(order) if order.has_drawing else ()
    drawings = drawings_of(order, analysis, family, sheets) if order.has_drawing else []
    parts = sum(layout.a4_parts for _, layout in drawings)
    facts = Facts()

    def fee() -> Fee:
        pages = facts.between("text-begins", "text-ends") if order.has_text else 0
        return extract_fee(text_pages=pages, drawing_parts=parts, rate=order.fee_rate())

    story: list[Flowable] = [Mark("text-begins"), *text_story(order, analysis, family)]
    story += [LateBox(height=20 * mm, content=lambda: duty_part(fee(), pages=facts.pages)), Mark("text-ends")]
    if drawings:
        story += [page for number, drawing in enumerate(drawings) for page in drawing_story(*drawing, number=number)]
        story += [NextPageTemplate("text"), PageBreak(), *legend_part(family.plans, sheets)]
    buffer = BytesIO()
    title = title_of(order, family)
    imprint = Imprint(order.case_number, order.verification_code, title, order.office.name, order.is_preview)
    document = BaseDocTemplate(buffer, pageTemplates=page_templates([layout for _, layout in drawings]))
    document.build(story, canvasmaker=canvas_maker(imprint, facts))
    text_pages = facts.between("text-begins", "text-ends") if order.has_text else 0
    pdf = archival(buffer.getvalue(), title=title, author=order.office.name, made_on=order.issued_on)
    return BuiltExtract(pdf, facts.pages, text_pages, parts, fee())


def title_of(order: ExtractOrder, family: PlanFamily) -> str:
    names = " i ".join(name for name, wanted in (("Wypis", order.has_text), ("wyrys", order.has_drawing)) if wanted)
    return f"{names[0].upper()}{names[1:]}: {family.base.title}"


def text_story(order: ExtractOrder, analysis: Analysis, family: PlanFamily) -> list[Flowable]:
    answers = analysis.parcels_in(family)
    story = [*heading_part(order), *basis_part(order, family), *parcels_part(order, answers, family)]
    if order.has_text:
        story += provisions_part(analysis, family)
    annexes = ["wyrys z rysunku planu", "legenda rysunku planu"] if order.has_drawing else []
    return [*story, closing_part(order, annexes)]


def plan_sheets(order: ExtractOrder) -> tuple[PlanSheet, ...]:
    """The sheets that the order names, each file compared with its hash."""
    rows = PlanSheet.objects.filter(pk__in=[key for key, _ in order.sheets]).select_related("plan")
    return usable_sheets(rows.order_by("plan", "number"))


def drawings_of(
    order: ExtractOrder, analysis: Analysis, family: PlanFamily, sheets: Sequence[PlanSheet]
) -> list[tuple[Subject, Layout]]:
    """One drawing for each scale that plans of the family were drawn at, where they bind one of the parcels."""
    answers = analysis.parcels_in(family)
    drawings = []
    for scale in dict.fromkeys(plan.drawing_scale for plan in family.plans):
        plans = tuple(plan for plan in family.plans if plan.drawing_scale == scale)
        parcels = tuple(answer.parcel for answer in answers if is_drawn(answer, plans))
        if parcels:
            layout = lay_out(box=extent(parcels), scale=scale, seen=part_of(parcels))
            drawings.append((subject_of(order, plans, parcels, [s for s in sheets if shown(s, layout)]), layout))
    return drawings


def is_drawn(answer: ParcelAnswer, plans: tuple[LocalPlan, ...]) -> bool:
    pieces = [answer.land.piece_of(plan) for plan in plans]
    return any(piece is not None and not piece.is_text_only for piece in pieces)


def subject_of(
    order: ExtractOrder, plans: tuple[LocalPlan, ...], parcels: tuple[Parcel, ...], sheets: Iterable[PlanSheet]
) -> Subject:
    days = dict.fromkeys(polish_date(order.state_on(parcel)) for parcel in parcels)
    return Subject(
        plans=plans,
        sheets=tuple(sheets),
        parcels=parcels,
        neighbours=tuple(Parcel.objects.filter(pk__in=order.neighbours).order_by("pk")),
        district=order.district(parcels[0]),
        state_on=", ".join(days),
    )


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


def drawing_story(subject: Subject, layout: Layout, *, number: int) -> list[Flowable]:
    story: list[Flowable] = []
    for index in range(len(layout.tiles)):
        story += [NextPageTemplate(f"drawing-{number}"), PageBreak(), DrawingSheet(subject, layout, index)]
    return story


def page_templates(layouts: Iterable[Layout]) -> list[PageTemplate]:
    """Text on A4 with 20 mm margins; each drawing on the sheets its layout chose."""
    text_frame = Frame(20 * mm, 20 * mm, 170 * mm, 257 * mm, 0, 0, 0, 0, id="text")
    templates = [PageTemplate("text", [text_frame], pagesize=(210 * mm, 297 * mm))]
    for number, layout in enumerate(layouts):
        size = (layout.paper.width * mm, layout.paper.height * mm)
        whole = Frame(0, 0, *size, 0, 0, 0, 0, id="drawing")
        templates.append(PageTemplate(f"drawing-{number}", [whole], pagesize=size))
    return templates

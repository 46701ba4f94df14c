"""The wypis: heading, parcels, table of zones, quoted provisions, clause. Flowables in the order of reading."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from planning.extracts.analysis import Analysis, ParcelAnswer, PlanFamily
from planning.extracts.fees import Fee
from planning.extracts.order import ExtractOrder
from planning.extracts.pdf import fonts
from planning.extracts.pdf.canvas import INK, LINE, SOFT
from planning.extracts.quoting import Quote, paragraphs_of, quoted
from planning.extracts.rules import area_mismatch, general_plan_text, has_general_plan, is_younger
from planning.extracts.shares import Ground, Share, official_area
from planning.extracts.situation import OverlayPiece
from planning.models import LocalPlan, PlanAct, Provision
from spatial.cadastre.models import Parcel
from spatial.words import polish_area, polish_date, polish_money, polish_number

BODY = ParagraphStyle("body", fontName=fonts.REGULAR, fontSize=10, leading=14, textColor=INK, spaceAfter=4)
SMALL = ParagraphStyle("small", BODY, fontSize=8.5, leading=11.5, textColor=SOFT)
CELL = ParagraphStyle("cell", BODY, fontSize=9, leading=12, spaceAfter=0)
CELL_RIGHT = ParagraphStyle("cell-right", CELL, alignment=TA_RIGHT)
HEAD_CELL = ParagraphStyle("head-cell", CELL, fontName=fonts.BOLD)
RIGHT = ParagraphStyle("right", BODY, alignment=TA_RIGHT)
TITLE = ParagraphStyle(
    "title", BODY, fontName=fonts.BOLD, fontSize=14, leading=19, alignment=TA_CENTER, spaceBefore=10, spaceAfter=10
)
HEADING = ParagraphStyle("heading", BODY, fontName=fonts.BOLD, fontSize=11, spaceBefore=10, keepWithNext=1)
OMISSION = ParagraphStyle("omission", BODY, textColor=SOFT, alignment=TA_CENTER)
CHAPTER = ParagraphStyle("chapter", BODY, fontName=fonts.BOLD, alignment=TA_CENTER, spaceBefore=8, keepWithNext=1)

RULED = (
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
)

INDENT_MM = {
    Provision.Kind.PARAGRAPH: 0.0,
    Provision.Kind.SECTION: 0.0,
    Provision.Kind.POINT: 6.0,
    Provision.Kind.LETTER: 12.0,
    Provision.Kind.INDENT: 18.0,
}


def text(words: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Plain words; nothing in them is read as markup."""
    return Paragraph(escape(words), style)


def grid(rows: list[list[Any]], widths_mm: Sequence[float], *commands: tuple[Any, ...], repeat: int = 0) -> Table:
    """A table in our font; without the font's name the library would set an alien one for each cell."""
    style = TableStyle([("FONTNAME", (0, 0), (-1, -1), fonts.REGULAR), ("VALIGN", (0, 0), (-1, -1), "TOP"), *commands])
    return Table(rows, colWidths=[width * mm for width in widths_mm], style=style, repeatRows=repeat)


def heading_part(order: ExtractOrder) -> Iterator[Flowable]:
    office = order.office
    left = [
        Paragraph(f"<b>{escape(office.name)}</b>", CELL),
        text(office.street_address, CELL),
        text(office.postal_address, CELL),
    ]
    right = [
        text(f"{office.seat}, {dated(order.issued_on)}", CELL_RIGHT),
        text(f"Znak sprawy: {order.case_number}", CELL_RIGHT),
    ]
    yield grid([[left, right]], (90, 80))
    yield Spacer(0, 6 * mm)
    if order.addressee:
        yield Paragraph(f"<b>{escape(order.addressee)}</b>", RIGHT)
    kind = "WYPIS Z MIEJSCOWEGO PLANU" if order.has_text else "WYRYS Z MIEJSCOWEGO PLANU"
    yield Paragraph(f"{kind}<br/>ZAGOSPODAROWANIA PRZESTRZENNEGO", TITLE)


def basis_part(order: ExtractOrder, family: PlanFamily) -> Iterator[Flowable]:
    yield text(
        "Na podstawie art. 30 ust. 1 ustawy z dnia 27 marca 2003 r. o planowaniu i zagospodarowaniu przestrzennym "
        f"wydaje się niniejszy dokument według stanu prawnego na dzień {dated(order.as_of)}"
    )
    for plan in family.plans:
        yield text("Plan" if plan.pk == family.base.pk else "Zmiana planu", HEADING)
        yield text(plan.title)
        for act in plan.acts.order_by("pk"):
            if was_there(act, order.as_of):
                yield text(act_text(act, plan))
        if plan.in_force_from:
            yield text(f"Obowiązuje od {dated(plan.in_force_from)}")
        if plan.is_sample:
            yield text("Plan przykładowy, przygotowany do pokazu systemu: nie jest aktem prawa miejscowego.", SMALL)


def was_there(act: PlanAct, as_of: date) -> bool:
    """Acts of later days are no part of the law of that day; one without a date is quoted."""
    first = act.in_force_on or act.adopted_on
    return first is None or first <= as_of


def dated(day: date) -> str:
    """``"25 listopada 2026 r."``; the dot also ends a sentence."""
    return f"{polish_date(day)}\u00a0r."


def act_text(act: PlanAct, plan: LocalPlan) -> str:
    """One line: what the act did, its number, day, organ, journal; the title only where it says more than the plan."""
    parts = [act.number and f"nr {act.number}", act.adopted_on and f"z dnia {dated(act.adopted_on)}", act.issuer]
    if act.role != PlanAct.Role.ADOPTS or not any(parts):
        parts.insert(0, act.title)
        parts = [act.title, *(part for part in parts[1:] if part and not said(part, act.title))]
    if act.journal_year and act.journal_position:
        parts.append(f"Dz. Urz. Woj. Małopolskiego z {act.journal_year} r. poz. {act.journal_position}")
    words = ", ".join(part for part in parts if part)
    return f"{act.get_role_display()}: {words}."


def said(part: str, title: str) -> bool:
    """Whether the title says it already, whatever the spaces are."""
    return part.removeprefix("nr ").replace("\u00a0", " ") in title.replace("\u00a0", " ")


def parcels_part(order: ExtractOrder, answers: list[ParcelAnswer], family: PlanFamily) -> Iterator[Flowable]:
    for answer in answers:
        parcel = answer.parcel
        yield text(f"Działka nr {parcel.number}", HEADING)
        yield text(
            f"Identyfikator {parcel.identifier}, obręb {order.district(parcel)}, {area_words(parcel)}, dane ewidencji "
            f"gruntów i budynków na dzień {dated(order.state_on(parcel))}"
        )
        yield text(symbols_sentence(answer, family))
        yield zones_table(answer, family)
        yield Spacer(0, 2 * mm)
        yield from (text(words) for words in remarks(answer, family))
        basis = "pola ewidencyjnego" if parcel.registered_area_m2 else "pola z granic działki"
        yield text(f"Powierzchnie i udziały są orientacyjne: policzono je graficznie i odniesiono do {basis}.", SMALL)


def area_words(parcel: Parcel) -> str:
    if parcel.registered_area_m2:
        return f"pole ewidencyjne {polish_area(parcel.registered_area_m2)}"
    return f"pole policzone z granic {polish_area(official_area(parcel))} (ewidencja nie podaje pola)"


def remarks(answer: ParcelAnswer, family: PlanFamily) -> Iterator[str]:
    """What a reader must know beside the table: both areas, an older division on the drawing, the general plan."""
    parcel = answer.parcel
    if any(area_mismatch(answer.land, ())):
        yield f"Pole policzone z granic działki w ewidencji: {polish_area(round(parcel.geom.area))}."
    for plan in family.plans:
        if is_younger(answer.land, plan):
            yield (
                f"Działka powstała {polish_date(parcel.valid_from)}, po sporządzeniu mapy planu: rysunek pokazuje "
                "wcześniejszy podział."
            )
    if has_general_plan(answer.land):
        yield f"{general_plan_text(answer.land)}."


def symbols_sentence(answer: ParcelAnswer, family: PlanFamily) -> str:
    symbols = list(dict.fromkeys(share.symbol for share in answer.rows(family) if share.symbol))
    within = Decimal(100) - answer.beyond(family)[1]
    part = "" if within == 100 else f" w części ({percent_words(within)})"
    if len(symbols) == 1:
        return f"Działka jest położona{part} w terenie oznaczonym w planie symbolem {symbols[0]}."
    return f"Działka jest położona{part} w terenach oznaczonych w planie symbolami: {', '.join(symbols)}."


def percent_words(percent: Decimal) -> str:
    return f"{polish_number(percent.quantize(Decimal('0.1')))}\u00a0%"


def zones_table(answer: ParcelAnswer, family: PlanFamily) -> Table:
    """Symbol, purpose, m², per cent, paragraph; overlays, other plans in force and the uncovered rest below."""
    rows = [[text(words, HEAD_CELL) for words in ("Symbol", "Przeznaczenie", "Pow.", "Udział", "Ustalenia")]]
    rows += [share_row(share) for share in answer.rows(family)]
    rows += [overlay_row(found, answer) for found in answer.overlays(family)]
    rows += [plain_row("", name, area, percent, "") for name, (area, percent) in elsewhere(answer, family).items()]
    return grid(rows, (22, 76, 22, 18, 32), *RULED, repeat=1)


def elsewhere(answer: ParcelAnswer, family: PlanFamily) -> dict[str, tuple[int, Decimal]]:
    """The rest of the parcel: each other plan in force by its title, then what no local plan covers."""
    found: dict[str, tuple[int, Decimal]] = {}
    for share in answer.shares:
        if share.plan and share.plan.pk in family.plan_ids:
            continue
        name = f"w innym planie: {share.plan.title}" if share.plan else "obszar nieobjęty planem miejscowym"
        area, percent = found.get(name, (0, Decimal(0)))
        found[name] = (area + share.area_m2, percent + share.percent)
    return found


def share_row(share: Share) -> list[Paragraph]:
    if share.ground is Ground.GAP or share.zone is None or share.plan is None:
        return plain_row("", "miejsce w planie bez przeznaczenia", share.area_m2, share.percent, "")
    where = paragraphs_of(share.plan, zones=share.zone)
    return plain_row(share.symbol, share.zone.name, share.area_m2, share.percent, where)


def plain_row(symbol: str, name: str, area_m2: int, percent: Decimal, where: str) -> list[Paragraph]:
    right = [text(polish_area(area_m2), CELL_RIGHT), text(percent_words(percent), CELL_RIGHT)]
    return [text(symbol, HEAD_CELL), text(name, CELL), *right, text(where, CELL)]


def overlay_row(found: OverlayPiece, answer: ParcelAnswer) -> list[Paragraph]:
    """Overlays lie across zones: their share of the register area is no part of the sum. A line has no area."""
    overlay = found.overlay
    name = f"{overlay.name} (ustalenie dodatkowe)"
    where = paragraphs_of(overlay.plan, overlays=overlay)
    if found.area_m2 < 1:
        return [text(overlay.symbol, HEAD_CELL), text(name, CELL), text("linia", CELL_RIGHT), text("", CELL),
                text(where, CELL)]  # fmt: skip
    share = min(1.0, found.area_m2 / answer.parcel.geom.area)
    percent = Decimal(str(round(100 * share, 1)))
    return plain_row(overlay.symbol, name, round(share * official_area(answer.parcel)), percent, where)


def provisions_part(analysis: Analysis, family: PlanFamily) -> Iterator[Flowable]:
    answers = analysis.parcels_in(family)
    for plan in family.plans:
        zones, overlays = bound(plan, answers)
        yield text(f"Ustalenia planu: {plan.title}", HEADING)
        quotes = quoted(plan=plan, zones=zones, overlays=overlays, as_of=analysis.as_of)
        if not quotes:
            yield text("Rejestr planów nie zawiera treści tej uchwały.", SMALL)
        yield from map(quote_paragraph, quotes)


def bound(plan: LocalPlan, answers: Iterable[ParcelAnswer]) -> tuple[set[int], set[int]]:
    """Zones and overlays of the plan that concern the parcels."""
    zones: set[int] = set()
    overlays: set[int] = set()
    for answer in answers:
        for share in answer.shares:
            if share.zone and share.plan and share.plan.pk == plan.pk:
                zones.add(share.zone.pk)
        piece = answer.land.piece_of(plan)
        overlays |= {found.overlay.pk for found in (piece.overlays if piece else ())}
    return zones, overlays


def quote_paragraph(quote: Quote) -> Flowable:
    if quote.kind is None:
        return text(quote.text, OMISSION)
    if quote.kind is Provision.Kind.CHAPTER:
        return Paragraph("<br/>".join(filter(None, (escape(quote.label), escape(quote.heading)))), CHAPTER)
    indent = INDENT_MM[quote.kind] * mm
    style = ParagraphStyle("quote", BODY, leftIndent=indent + 6 * mm, firstLineIndent=-6 * mm)
    body = f"<b>{escape(quote.label)}</b> " if quote.kind is Provision.Kind.PARAGRAPH else f"{escape(quote.label)} "
    if quote.heading:
        body += f"<b>{escape(quote.heading)}</b> "
    body += escape(quote.text)
    if quote.note:
        body += f" <i>[{escape(quote.note)}]</i>"
    return Paragraph(body, style)


def closing_part(order: ExtractOrder, annexes: list[str]) -> Flowable:
    """Clause, signature, place for the seal, annexes, instruction."""
    clause = "Za zgodność z treścią uchwały" if order.has_text else "Za zgodność z rysunkiem planu"
    signature = [
        text(f"z up. {order.office.head_genitive or order.office.head_title}", CELL),
        Paragraph(f"<b>{escape(order.signatory)}</b>", CELL),
        Spacer(0, 3 * mm),
        text("podpis lub kwalifikowana pieczęć elektroniczna", SMALL),
    ]
    code = verification(order) if order.verification_code else [text("", CELL)]
    parts: list[Flowable] = [
        Spacer(0, 4 * mm),
        text(f"{clause}. Stan prawny na dzień {dated(order.as_of)}", HEADING),
        grid([[code, signature]], (90, 80)),
    ]
    parts += [text(f"Załącznik nr {number}: {name}.", SMALL) for number, name in enumerate(annexes, start=1)]
    parts.append(
        text(
            "Pouczenie: dokument przedstawia ustalenia planu obowiązującego w podanym dniu i nie rozstrzyga o ich "
            "wykładni. Mapę drukuj w skali 100 % i sprawdź odcinek kontrolny 100 mm.",
            SMALL,
        )
    )
    return KeepTogether(parts)


def verification(order: ExtractOrder) -> list[Flowable]:
    """QR of 22 mm with its address in text beside it."""
    words = [
        text("Sprawdź dokument:", SMALL),
        text(order.verification_url, SMALL),
        text(f"kod {order.verification_code}", SMALL),
    ]
    return [grid([[Qr(order.verification_url, side=22 * mm), words]], (25, 60), ("LEFTPADDING", (0, 0), (0, 0), 0))]


class Qr(Flowable):  # type: ignore[misc]
    """Vector squares; four modules of quiet zone. The library's drawings would set an alien font on the page."""

    def __init__(self, address: str, *, side: float) -> None:
        super().__init__()
        self.address, self.side = address, side

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self.side, self.side

    def draw(self) -> None:
        rows = list(segno.make(self.address, error="m", micro=False).matrix_iter(border=4))
        module = self.side / len(rows)
        self.canv.setFillColor(INK)
        for y, row in enumerate(reversed(rows)):
            for x, dark in enumerate(row):
                if dark:
                    self.canv.rect(x * module, y * module, module, module, stroke=0, fill=1)


def duty_part(fee: Fee, *, pages: int) -> list[Flowable]:
    """Filled in when the pages are counted."""
    lines = "; ".join(f"{line.title}: {line.operands} – {polish_money(line.amount_gr)}" for line in fee.lines)
    return [
        text(f"Dokument ma {pages} {pages_word(pages)} z załącznikami.", BODY),
        text(f"Opłata skarbowa {polish_money(fee.total_gr)} ({lines}). Podstawa: {fee.legal_basis}.", SMALL),
    ]


def pages_word(count: int) -> str:
    """1 stronę, 2 strony, 5 stron, 22 strony."""
    if count == 1:
        return "stronę"
    if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14}:
        return "strony"
    return "stron"

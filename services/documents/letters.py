"""Letters of the office: a head, an addressee, a title, paragraphs, a signature, the code anybody can check them by."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

import segno
from reportlab.lib.enums import TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table

from planning.extracts.order import Office
from planning.extracts.pdf import fonts
from planning.extracts.pdf.archive import archival
from planning.extracts.pdf.canvas import INK, SOFT, Facts, Imprint, canvas_maker
from spatial.words import polish_date

BODY = ParagraphStyle("body", fontName=fonts.REGULAR, fontSize=10, leading=14, textColor=INK, spaceAfter=3 * mm)
JUSTIFIED = ParagraphStyle("justified", BODY, alignment=TA_JUSTIFY)
RIGHT = ParagraphStyle("right", BODY, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11, textColor=SOFT)
TITLE = ParagraphStyle(
    "title", BODY, fontName=fonts.BOLD, fontSize=14, leading=18, spaceBefore=6 * mm, spaceAfter=6 * mm
)
ADDRESSEE = ParagraphStyle("addressee", RIGHT, fontName=fonts.BOLD)
HEAD = ParagraphStyle("head", BODY, fontName=fonts.BOLD, spaceAfter=0)


#: a table names its font even where it holds no text of its own
FONT = ("FONT", (0, 0), (-1, -1), fonts.REGULAR, 10)
TOP, MIDDLE = ([FONT, ("VALIGN", (0, 0), (-1, -1), place)] for place in ("TOP", "MIDDLE"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What stands in it. ``text``: paragraphs divided by empty lines."""

    office: Office
    case_number: str
    addressee: str
    title: str
    text: str
    written_on: date
    signatory: str = ""
    facts: tuple[tuple[str, str], ...] = ()  #: rows of a table between the title and the text
    code: str = ""
    address: str = ""  #: at which the code is checked
    is_preview: bool = False  #: with a watermark


def pdf(letter: Letter) -> tuple[bytes, int]:
    """PDF/A-2u, and its number of pages; the same letter gives the same bytes."""
    fonts.register()
    facts = Facts()
    title = f"{letter.title}, {letter.case_number}"
    imprint = Imprint(letter.case_number, letter.code, title, letter.office.name, is_preview=letter.is_preview)
    made = BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=20 * mm, bottomMargin=22 * mm
    )
    document.build(story(letter), canvasmaker=canvas_maker(imprint, facts))
    return archival(made.getvalue(), title=title, author=letter.office.name, made_on=letter.written_on), facts.pages


def story(letter: Letter) -> list[Flowable]:
    office = letter.office
    head = [
        Paragraph(escaped(office.name), HEAD),
        Paragraph(escaped(f"{office.street_address}, {office.postal_address}"), SMALL),
    ]
    day = Paragraph(escaped(f"{office.seat}, {polish_date(letter.written_on)}"), RIGHT)
    told: list[Flowable] = [
        Table([[head, day]], colWidths=[100 * mm, 70 * mm], style=TOP),
        Spacer(0, 6 * mm),
        Paragraph(escaped(letter.case_number), BODY),
        Paragraph(escaped(letter.addressee), ADDRESSEE),
        Paragraph(escaped(letter.title), TITLE),
    ]
    if letter.facts:
        rows = [[Paragraph(escaped(label), SMALL), Paragraph(broken(value), BODY)] for label, value in letter.facts]
        told.append(Table(rows, colWidths=[55 * mm, 115 * mm], style=TOP))
        told.append(Spacer(0, 4 * mm))
    told += [Paragraph(broken(part), JUSTIFIED) for part in letter.text.split("\n\n") if part.strip()]
    if letter.signatory:
        told += [
            Spacer(0, 10 * mm),
            Paragraph(f"z up. {escaped(office.head_genitive)}<br/>{escaped(letter.signatory)}", RIGHT),
        ]
    if letter.code:
        told += [Spacer(0, 6 * mm), check(letter)]
    return told


def check(letter: Letter) -> Table:
    """Where anybody can see that the office wrote it."""
    picture = BytesIO()
    segno.make(letter.address, micro=False, error="m").save(picture, kind="png", scale=8, border=1)
    picture.seek(0)
    words = Paragraph(escaped(f"Sprawdź ten dokument: {letter.address} (kod {letter.code})."), SMALL)
    return Table(
        [[Image(picture, 22 * mm, 22 * mm), words]],
        colWidths=[26 * mm, 144 * mm],
        style=MIDDLE,
    )


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def broken(text: str) -> str:
    """Escaped, with its line ends kept."""
    return escaped(text.strip()).replace("\n", "<br/>")

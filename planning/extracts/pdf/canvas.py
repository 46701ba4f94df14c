"""A canvas that knows the number of pages before it prints the first one.

Pages wait until the end; then each gets its footer, a preview its watermark, and boxes whose text depends on the
whole (pages, duty) are filled in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from planning.extracts.pdf import fonts

INK, SOFT, LINE = HexColor("#1B2430"), HexColor("#4A5563"), HexColor("#9AA39A")
ALWAYS = {"invariant": 1, "pageCompression": 1, "lang": "pl-PL", "initialFontName": fonts.REGULAR}
WATERMARK = "PODGLĄD – nie stanowi dokumentu"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on every page."""

    case_number: str
    verification_code: str
    title: str
    author: str
    is_preview: bool

    @property
    def check_words(self) -> str:
        """In the middle of the footer; a document that is made anew at each download has no code."""
        if self.verification_code:
            return f"Kod weryfikacyjny: {self.verification_code}"
        return WATERMARK if self.is_preview else ""


@dataclass(slots=True)
class Facts:
    """What is known only when all pages are laid out."""

    pages: int = 0
    marks: dict[str, int] = field(default_factory=dict)  #: name of a place -> its page

    def between(self, first: str, last: str) -> int:
        """Pages from one mark to another, both included; 0 when the part is absent."""
        if first not in self.marks:
            return 0
        return self.marks[last] - self.marks[first] + 1


class ExtractCanvas(Canvas):  # type: ignore[misc]
    """Made by ``canvas_maker``; one for each document."""

    imprint: Imprint
    facts: Facts

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | ALWAYS)
        self._waiting: list[dict[str, Any]] = []
        self._boxes: list[tuple[int, LateBox, tuple[float, float]]] = []
        self.setTitle(self.imprint.title)
        self.setAuthor(self.imprint.author)
        self.setCreator("Miedza")

    def mark(self, name: str) -> None:
        self.facts.marks[name] = self.getPageNumber()

    def late(self, box: "LateBox") -> None:
        self._boxes.append((self.getPageNumber(), box, self.absolutePosition(0, 0)))

    def showPage(self) -> None:  # noqa: N802 (the library's name)
        self._waiting.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        boxes, facts = self._boxes, self.facts
        facts.pages = len(self._waiting)
        for state in self._waiting:
            self.__dict__.update(state)
            self.footer(pages=facts.pages)
            for page, box, (x, y) in boxes:
                if page == self.getPageNumber():
                    box.fill(self, x, y)
            Canvas.showPage(self)
        super().save()

    def footer(self, *, pages: int) -> None:
        width, height = self._pagesize
        self.saveState()
        self.setStrokeColor(LINE)
        self.setLineWidth(0.4)
        self.line(20 * mm, 14 * mm, width - 20 * mm, 14 * mm)
        self.setFillColor(SOFT)
        self.setFont(fonts.REGULAR, 8)
        self.drawString(20 * mm, 10 * mm, self.imprint.case_number)
        self.drawCentredString(width / 2, 10 * mm, self.imprint.check_words)
        self.drawRightString(width - 20 * mm, 10 * mm, f"Strona {self.getPageNumber()} z {pages}")
        if self.imprint.is_preview:
            self.watermark(width, height)
        self.restoreState()

    def watermark(self, width: float, height: float) -> None:
        self.setFillColor(Color(0.45, 0.45, 0.45, alpha=0.28))
        self.setFont(fonts.BOLD, 30 if width < height else 36)
        self.translate(width / 2, height / 2)
        self.rotate(45)
        self.drawCentredString(0, 0, WATERMARK)


def canvas_maker(imprint: Imprint, facts: Facts) -> type[ExtractCanvas]:
    return type("BoundCanvas", (ExtractCanvas,), {"imprint": imprint, "facts": facts})


class Mark(Flowable):  # type: ignore[misc]
    """Remembers the page it falls on."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.mark(self.name)


class LateBox(Flowable):  # type: ignore[misc]
    """Room for text that is known only at the end; ``content`` is asked then, its height is fixed before."""

    def __init__(self, *, height: float, content: Callable[[], list[Flowable]]) -> None:
        super().__init__()
        self.height = height
        self.content = content
        self.width = 0.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, self.height

    def draw(self) -> None:
        self.canv.late(self)

    def fill(self, canvas: Canvas, x: float, y: float) -> None:
        top = y + self.height
        for part in self.content():
            _, height = part.wrapOn(canvas, self.width, self.height)
            top -= height
            part.drawOn(canvas, x, top)

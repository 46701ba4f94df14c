"""Letters on paper: printed with a page for the window of the envelope, posted in batches, confirmed by hand.

Envelope DL, 110 × 220 mm; window 35 × 90 mm, 20 mm from its right and 15 mm from its lower edge. A sheet of A4 folded
in three is 11 mm lower and 10 mm narrower than the envelope, so it may lie anywhere within that: the address stands
where the window always is, in millimetres from the left and the upper edge of the sheet.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from io import BytesIO

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pikepdf import Pdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from data.writers.cells import harmless
from planning.extracts.pdf import fonts
from services.correspondence.looking import Echo
from services.correspondence.models import Correspondence
from services.correspondence.posting_numbers import readable
from services.delivery.account import end_of
from services.delivery.course import ENDS, State
from services.delivery.models import DeliveryRule, PaperBatch, Shipment
from services.delivery.posting import posted_on
from services.delivery.proofs import NewProof, keep
from services.identity.models import User
from spatial.errors import Conflict, Malformed
from spatial.municipalities.models import Municipality

#: where the window is however the sheet lies
WINDOW_LEFT, WINDOW_RIGHT, WINDOW_TOP, WINDOW_BOTTOM = 112, 188, 61, 83
LINE = 4.8
SIZE_PT, SMALLEST_PT = 10, 6

Code = DeliveryRule.Code

COLUMNS = ("Lp.", "Adresat", "Ulica i numer", "Kod pocztowy", "Miejscowość", "Numer nadawczy", "Rodzaj", "Znak")
KIND = "polecona, potwierdzenie odbioru"


class Outcome(StrEnum):
    """What a confirmation of receipt (ZPO, EPO) says; the value is the code of its evidence."""

    DELIVERED = "P.O"
    AFTER_NOTICE = "P.A"
    RETURNED_AFTER_NOTICE = "P.U"
    RETURNED = "P.Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """As the clerk reads it. ``on``: of delivery or return; the notices where there were any."""

    outcome: Outcome
    on: date | None
    first_notice_on: date | None = None
    second_notice_on: date | None = None
    received_by: str = field(default="", repr=False)
    reason: str = ""


def waiting(municipality: Municipality) -> QuerySet[Shipment]:
    """Letters that are to be printed."""
    rows = Shipment.objects.current().filter(
        letter__municipality=municipality, channel=Correspondence.Channel.POST, state=State.QUEUED
    )
    ready = rows.exclude(address__street="")
    return ready.select_related("letter__document", "letter__case").order_by("created_at", "pk")


@transaction.atomic
def post(municipality: Municipality, *, clerk: User, at: datetime) -> PaperBatch:
    """All letters that wait are of this batch, and posted. Raises Conflict where none waits."""
    rows = list(waiting(municipality).select_for_update(of=("self",)))
    if not rows:
        raise Conflict(_("Żaden list nie czeka na wydruk."))
    batch = PaperBatch.objects.create(municipality=municipality, made_at=at, made_by=clerk)
    for shipment in rows:
        Shipment.objects.filter(pk=shipment.pk).update(batch=batch)
        keep(shipment, [NewProof(code="P.N", key="P.N", at=at, by=clerk)], at=at)
    return batch


def batches_of(municipality: Municipality) -> QuerySet[PaperBatch]:
    """Newest first, with ``unnumbered``: how many of their letters wait for a posting number."""
    unnumbered = Q(shipments__posting_number="") & ~Q(shipments__state__in=ENDS)
    rows = PaperBatch.objects.filter(municipality=municipality)
    return rows.annotate(unnumbered=Count("shipments", filter=unnumbered)).order_by("-pk")


def letters_of(batch: PaperBatch) -> QuerySet[Shipment]:
    rows = batch.shipments.select_related("letter__document", "letter__case", "letter__municipality")
    return rows.order_by("created_at", "pk")


def batch_pdf(batch: PaperBatch) -> bytes:
    """Each letter behind its page with the address, all to be printed on both sides of the sheet."""
    with Pdf.new() as made:
        for shipment in letters_of(batch):
            append(made, address_page(shipment))
            if shipment.letter.document:
                with shipment.letter.document.file.open("rb") as file:
                    append(made, file.read())
        written = BytesIO()
        made.save(written, deterministic_id=True)
    return written.getvalue()


def append(made: Pdf, content: bytes) -> None:
    """On a sheet of its own: an empty side is added to an odd number of pages."""
    with Pdf.open(BytesIO(content)) as source:
        made.pages.extend(source.pages)
        if len(source.pages) % 2:
            made.add_blank_page(page_size=A4)


def address_page(shipment: Shipment) -> bytes:
    """Addressee in the window, sender above it, marks for folding at the edge."""
    fonts.register()
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1)
    office = shipment.letter.municipality
    draw(canvas, [office.office_name, office.street_address, office.postal_address], left=20, top=20)
    draw(canvas, address_lines(shipment), left=WINDOW_LEFT, top=WINDOW_TOP, width=WINDOW_RIGHT - WINDOW_LEFT)
    case = shipment.letter.case
    draw(canvas, [*([case.number] if case else []), str(shipment.letter)], left=20, top=WINDOW_TOP)
    for third in (1, 2):
        y = A4[1] * third / 3
        canvas.line(0, y, 5 * mm, y)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def address_lines(shipment: Shipment) -> list[str]:
    said = shipment.address
    return [said["name"], said["street"], f"{said['postal_code']} {said['city']}"]


def draw(canvas: Canvas, lines: Sequence[str], *, left: float, top: float, width: float = 85) -> None:
    """Millimetres from the left and the upper edge; a line that is too long becomes smaller, then ends."""
    for index, line in enumerate(lines):
        size = fitting(canvas, line, width)
        while canvas.stringWidth(line, fonts.REGULAR, size) > width * mm:
            line = line[:-1]  # noqa: PLW2901 - cut to what fits
        canvas.setFont(fonts.REGULAR, size)
        canvas.drawString(left * mm, A4[1] - (top + (index + 0.8) * LINE) * mm, line)


def fitting(canvas: Canvas, line: str, width: float) -> float:
    """Points, so that the line fits into so many millimetres."""
    needed = float(canvas.stringWidth(line, fonts.REGULAR, SIZE_PT)) or 1
    return max(float(SMALLEST_PT), min(float(SIZE_PT), SIZE_PT * width * float(mm) / needed))


def posting_book(batch: PaperBatch) -> Iterator[str]:
    """Pocztowa książka nadawcza, line by line, for a spreadsheet."""
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(COLUMNS)
    for number, shipment in enumerate(letters_of(batch), start=1):
        said = shipment.address
        cells = (
            number, said["name"], said["street"], said["postal_code"], said["city"], readable(shipment.posting_number),
            KIND, str(shipment.letter),
        )  # fmt: skip
        yield writer.writerow(harmless(str(cell)) for cell in cells)


@transaction.atomic
def confirm(shipment: Shipment, said: Confirmation, *, clerk: User, at: datetime) -> Shipment:
    """What the confirmation says. A letter that returned after two notices is deemed delivered with the last of the
    days at the post office, counted from the first notice (KPA art. 44 § 4).

    Raises Conflict for a letter that is not on paper under way, Malformed for days that cannot be.
    """
    shipment = Shipment.objects.select_for_update(of=("self",)).select_related("letter").get(pk=shipment.pk)
    on_paper = (Correspondence.Channel.POST, Correspondence.Channel.HYBRID)
    if shipment.channel not in on_paper or shipment.is_ended or shipment.state == State.QUEUED:
        raise Conflict(_("Tego pisma nikt nie doręcza albo doręczenie jest już zapisane."))
    today = timezone.localdate(at)
    refuse_impossible(said, sent_on=posted_on(shipment), today=today)
    proof = NewProof(
        code=said.outcome, key="ZPO", at=end_of(day_of(shipment, said, today=today)), reason=reason_of(said),
        received_by=said.received_by, by=clerk,
    )  # fmt: skip
    return keep(shipment, [proof], at=at)


def day_of(shipment: Shipment, said: Confirmation, *, today: date) -> date:
    """Raises Malformed."""
    first, second = said.first_notice_on, said.second_notice_on
    if said.outcome == Outcome.RETURNED_AFTER_NOTICE and first and second:
        if second < counted(Code.PAPER_SECOND, shipment, first):
            raise Malformed(
                _("Drugie zawiadomienie zostawiono za wcześnie, więc list nie jest doręczony (art. 44 § 3 KPA). "
                  "Wybierz zwrot z innej przyczyny i wyślij list jeszcze raz.")
            )  # fmt: skip
        last = counted(Code.PAPER_DEEMED, shipment, first)
        if said.on and said.on < last:
            raise Malformed(_("List wrócił, zanim minął czas na jego odbiór. To zwrot z innej przyczyny."))
        if last >= today:
            raise Malformed(_("Czas na odbiór listu jeszcze nie minął. Wpisz zwrotkę, gdy list wróci."))
        return last
    if said.on is None:
        raise Malformed(_("Podaj dzień doręczenia albo zwrotu."))
    return said.on


def counted(code: DeliveryRule.Code, shipment: Shipment, noticed_on: date) -> date:
    """So many days after the first notice. Raises Malformed where the office has no such number."""
    days = DeliveryRule.objects.days(code, shipment.letter.municipality_id, noticed_on)
    if days is None:
        raise Malformed(_("Nie wiadomo, ile dni list czeka na poczcie. Poproś administratora o uzupełnienie."))
    return noticed_on + days


def refuse_impossible(said: Confirmation, *, sent_on: date, today: date) -> None:
    """Raises Malformed."""
    days = [day for day in (said.first_notice_on, said.second_notice_on, said.on) if day]
    if any(not sent_on <= day <= today for day in days):
        raise Malformed(_("Dzień doręczenia nie może być przed wysłaniem ani po dniu dzisiejszym."))
    if days != sorted(days):
        raise Malformed(_("Daty muszą iść po kolei: pierwsze zawiadomienie, drugie, doręczenie albo zwrot."))
    if said.outcome == Outcome.RETURNED_AFTER_NOTICE and not (said.first_notice_on and said.second_notice_on):
        raise Malformed(_("Podaj dni obu zawiadomień: bez nich list nie jest doręczony (art. 44 KPA)."))


def reason_of(said: Confirmation) -> str:
    """The notices and the clerk's words, Polish."""
    days = (("pierwsze zawiadomienie", said.first_notice_on), ("drugie zawiadomienie", said.second_notice_on))
    told = [f"{name} {day.isoformat()}" for name, day in days if day]
    return ", ".join([*told, *filter(None, [said.reason.strip()])])

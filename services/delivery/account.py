"""The account in the portal as a way of delivery (KPA art. 39 and 46): the person opens the letter and so confirms it.

Two notices and a deemed delivery, by dated ``DeliveryRule``s; what a job has missed it does not make up at once: a
letter is deemed delivered only after its second notice.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from lxml import etree

from planning.extracts.order import Office
from services.cases.services import record
from services.correspondence.models import Correspondence
from services.delivery.base import File
from services.delivery.channels import Channel, begin
from services.delivery.course import State
from services.delivery.models import DeliveryRule, Shipment
from services.delivery.proofs import NewProof, keep
from services.documents import letters as paper
from services.documents.seal import sealed, sealed_xml
from services.identity.models import User
from spatial.words import polish_date

Code = DeliveryRule.Code
DAY = timedelta(days=1)
#: the proof of the central repository (CRD), as in services/catalogue/upo.py
NAMESPACE = "http://crd.gov.pl/xml/schematy/UPO/2008/05/09/"


@transaction.atomic
def open_letter(letter: Correspondence, *, person: User, at: datetime) -> Shipment:
    """The person confirms the receipt: a sealed proof is kept, the letter is delivered. A second time nothing changes,
    nor does the day of a letter that was deemed delivered, whether the job has said so yet or not. Raises NoSeal.
    """
    shipment = locked(letter)
    if is_over(shipment, today=timezone.localdate(at)):
        shipment = deem(shipment, at=at)
    if shipment.is_ended:
        return shipment
    proofs = [
        NewProof(code=code, key=code, at=at, by=person, received_by=person.display_name, file=file)
        for code, file in (("K.OX", receipt_xml(letter, person, at)), ("K.OP", receipt_pdf(letter, person, at)))
    ]
    return keep(shipment, proofs, at=at)


def locked(letter: Correspondence) -> Shipment:
    """The shipment first and the letter after it, as whoever keeps evidence; a letter from before there were shipments
    gets one.
    """
    rows = Shipment.objects.current().filter(letter=letter).select_for_update(of=("self",))
    if found := rows.first():
        return found
    Correspondence.objects.select_for_update().get(pk=letter.pk)
    return rows.first() or begin(letter, Channel.PORTAL)


def receipt_xml(letter: Correspondence, person: User, at: datetime) -> File:
    """UPD, sealed by the office in whose system the account is."""
    root = etree.Element(f"{{{NAMESPACE}}}Dokument", nsmap={None: NAMESPACE})  # type: ignore[dict-item] # no default in the stubs
    told = etree.SubElement(root, f"{{{NAMESPACE}}}UPD")
    for name, value in (
        ("IdentyfikatorPoswiadczenia", str(letter)), ("Adresat", person.display_name),
        ("Nadawca", letter.municipality.office_name), ("DataDoreczenia", moment(at)),
        ("DataWytworzeniaPoswiadczenia", moment(at)), ("IdentyfikatorDokumentu", identifier_of(letter)),
        ("SkrotDokumentu", letter.document.sha256 if letter.document else ""),
    ):  # fmt: skip
        etree.SubElement(told, f"{{{NAMESPACE}}}{name}").text = readable(value)
    packed = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return File("upd.xml", "application/xml", sealed_xml(packed, municipality=letter.municipality, at=at))


def receipt_pdf(letter: Correspondence, person: User, at: datetime) -> File:
    """The same for people."""
    told = paper.Letter(
        office=Office.of(letter.municipality), case_number=letter.case.number if letter.case else str(letter),
        addressee=person.display_name, title="Urzędowe poświadczenie doręczenia", written_on=timezone.localdate(at),
        facts=(
            ("Pismo", letter.subject), ("Numer w dzienniku", str(letter)),
            ("Odebrano", f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"), ("Odebrał", person.display_name),
            ("SHA-256 dokumentu", letter.document.sha256 if letter.document else "bez dokumentu"),
        ),
        text="Poświadczenie wystawiono automatycznie w chwili, w której adresat potwierdził odbiór na swoim koncie.",
    )  # fmt: skip
    return File("upd.pdf", "application/pdf", sealed(paper.pdf(told)[0], municipality=letter.municipality, at=at).pdf)


def identifier_of(letter: Correspondence) -> str:
    return letter.document.code if letter.document else str(letter)


def moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def readable(text: str) -> str:
    """Without signs that XML cannot hold."""
    return "".join(sign for sign in text if sign.isprintable())


# --- days -------------------------------------------------------------------------------------------------------------


def remind(*, at: datetime) -> None:
    """Second notices and deemed deliveries of the day; run again it does nothing more."""
    for pk in Shipment.objects.waiting_in_account().order_by("pk").values_list("pk", flat=True):
        remind_of(pk, at=at)


@transaction.atomic
def remind_of(pk: int, *, at: datetime) -> None:
    rows = Shipment.objects.waiting_in_account().select_for_update(of=("self",), skip_locked=True)
    shipment = rows.filter(pk=pk).select_related("letter__case", "letter__municipality").first()
    if shipment is None:
        return
    today, second_on = timezone.localdate(at), counted(Code.ACCOUNT_SECOND, shipment)
    if second_notice_on(shipment) is None and second_on and today > second_on:
        keep(shipment, [NewProof(code="K.2", key="K.2", at=at)], at=at)
        tell(shipment, deemed_on(shipment), at=at)
    elif is_over(shipment, today=today):
        deem(shipment, at=at)


def is_over(shipment: Shipment, *, today: date) -> bool:
    """Whether the days of a letter that waits have ended, the second notice before them."""
    if shipment.state != State.WAITING or not (noticed := second_notice_on(shipment)):
        return False
    last = deemed_on(shipment)
    return last is not None and today > max(last, noticed)


def deem(shipment: Shipment, *, at: datetime) -> Shipment:
    last = deemed_on(shipment)
    assert last is not None  # is_over
    return keep(shipment, [NewProof(code="K.U", key="K.U", at=end_of(last))], at=at)


def tell(shipment: Shipment, last: date | None, *, at: datetime) -> None:
    """The news reaches the person by every channel of news."""
    letter = shipment.letter
    if letter.case:
        text = f"Pismo czeka na odbiór, to drugie zawiadomienie: {letter.subject} ({letter.number})."
        if last:
            text += f" Jeżeli go nie odbierzesz, uznamy je za doręczone {polish_date(last)}."
        record(letter.case, kind="second-notice", text=text, actor=None, at=at)


def deemed_on(shipment: Shipment) -> date | None:
    """With the end of this day the letter is deemed delivered. After a second notice that was late the person has as
    many days as after one in its time, on the day after those of the first.
    """
    last, second_on = counted(Code.ACCOUNT_DEEMED, shipment), counted(Code.ACCOUNT_SECOND, shipment)
    noticed = second_notice_on(shipment)
    return last + max(noticed - second_on - DAY, timedelta()) if last and second_on and noticed else last


def second_notice_on(shipment: Shipment) -> date | None:
    second = shipment.evidence.filter(code="K.2").first()
    return timezone.localdate(second.at) if second else None


def counted(code: DeliveryRule.Code, shipment: Shipment) -> date | None:
    """So many days from the first notice, which is day 0; None where no rule says how many."""
    noticed = timezone.localdate(shipment.evidence.get(code="K.1").at)
    days = DeliveryRule.objects.days(code, shipment.letter.municipality_id, noticed)
    return noticed + days if days else None


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=timezone.get_current_timezone())

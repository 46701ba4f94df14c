"""Letters that come by e-Doręczenia: entered in the register once each, into their case or to be assigned by a clerk.

What a letter claims of its case is only where it is put; whose account sees it depends on the sender's address.
"""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import record
from services.correspondence.models import Correspondence
from services.correspondence.services import Letter, enter
from services.delivery.base import File, Message, Operator, OperatorFailed
from services.delivery.models import Addressee, Incoming, IncomingFile, Mailbox, Shipment
from services.documents.uploads import Refused, Unchecked, checked
from services.identity.models import User
from spatial.errors import Conflict, NotFound
from spatial.municipalities.models import Municipality

Channel, Direction = Correspondence.Channel, Correspondence.Direction

#: the list is read again from so long before its last reading: letters may be listed late
OVERLAP = timedelta(days=2)


def fetch(mailbox: Mailbox, operator: Operator, *, at: datetime) -> int:
    """How many letters were entered. One that cannot be taken holds nobody up and is asked for again, until it is.

    Raises OperatorFailed where the list cannot be read.
    """
    since = mailbox.read_until - OVERLAP if mailbox.read_until else None
    listed = list(operator.inbox(since=since))
    entered = set(mailbox.incoming.exclude(letter=None).values_list("message_id", flat=True))
    faulty = mailbox.incoming.filter(letter=None).order_by("pk").values_list("message_id", flat=True)
    wanted = [one for one in dict.fromkeys([*faulty, *listed]) if one not in entered]
    taken = [one for one in wanted if take(mailbox, operator, one, at=at)]
    Mailbox.objects.filter(pk=mailbox.pk).update(read_until=at)
    return len(taken)


def take(mailbox: Mailbox, operator: Operator, message_id: str, *, at: datetime) -> bool:
    try:
        message = operator.read(message_id)
        fault = "" if message else _("Pismo nie jest jeszcze gotowe do pobrania.")
    except OperatorFailed as failed:
        message, fault = None, failed.message
    if message is not None:
        try:
            return enter_once(mailbox, message, at=at)
        except Unchecked as unchecked:
            fault = unchecked.message
    wait_for(mailbox, message_id, fault, at=at)
    return False


def wait_for(mailbox: Mailbox, message_id: str, fault: str, *, at: datetime) -> None:
    row, _is_new = Incoming.objects.get_or_create(mailbox=mailbox, message_id=message_id, defaults={"seen_at": at})
    Incoming.objects.filter(pk=row.pk, letter=None).update(fault=fault[:300])


@transaction.atomic
def enter_once(mailbox: Mailbox, message: Message, *, at: datetime) -> bool:
    """Whether it was entered now; two workers enter it once."""
    Incoming.objects.get_or_create(mailbox=mailbox, message_id=message.message_id, defaults={"seen_at": at})
    row = Incoming.objects.select_for_update().get(mailbox=mailbox, message_id=message.message_id)
    if row.letter_id is not None:
        return False
    row.thread_id, row.sender, row.said_case, row.fault = message.thread_id, message.sender, message.case_number, ""
    for file in message.files:
        keep_file(row, file)
    case = case_of(mailbox.municipality, message)
    row.letter = enter(
        letter_of(message, case), municipality=mailbox.municipality, at=message.received_at,
        unit=case.unit_symbol if case else mailbox.unit_symbol,
    )  # fmt: skip
    row.save()
    if case:
        tell_case(case, row.letter, at=at)
    return True


def letter_of(message: Message, case: Case | None) -> Letter:
    return Letter(
        direction=Direction.IN, channel=Channel.ADE, subject=message.subject.strip() or "(bez tematu)",
        party=party_of(message, case), party_name=message.sender_name or message.sender or "nieznany nadawca",
        attachments=len(message.files), case=case,
    )  # fmt: skip


def party_of(message: Message, case: Case | None) -> User | None:
    """The applicant, where the letter came from the address that they have given."""
    if case and Addressee.objects.filter(user=case.applicant_id, ade=message.sender).exclude(ade="").exists():
        return case.applicant
    return None


def case_of(municipality: Municipality, message: Message) -> Case | None:
    """By our case number, otherwise by the thread of a letter of ours."""
    cases = Case.objects.of(municipality).select_related("applicant")
    if message.case_number and (found := cases.filter(number=message.case_number).first()):
        return found
    if not message.thread_id:
        return None
    thread = Q(thread_id=message.thread_id) | Q(message_id=message.thread_id)
    ours = Shipment.objects.filter(thread, letter__municipality=municipality, letter__case__isnull=False)
    return cases.filter(pk__in=ours.values("letter__case")).first()


def keep_file(row: Incoming, file: File) -> None:
    """As an upload is kept: what does harm or is of no kind we take stays in the mailbox, and is named.

    Raises Unchecked where the scanner must answer and does not: the whole letter is taken later.
    """
    try:
        read = checked(file.name, file.content)
    except Unchecked:
        raise
    except Refused as fault:
        IncomingFile.objects.create(incoming=row, name=file.name[-120:], fault=fault.message[:300])
        return
    kept = IncomingFile.objects.create(
        incoming=row, name=read.name, media_type=read.media_type, sha256=read.sha256
    )  # fmt: skip
    if not default_storage.exists(kept.path):
        default_storage.save(kept.path, ContentFile(read.content))


def tell_case(case: Case, letter: Correspondence, *, at: datetime) -> None:
    """For the office: the words are those of whoever has written."""
    text = f"Wpłynęło pismo przez e-Doręczenia: {letter.subject} ({letter.number})."
    record(case, kind="letter-in", text=text, actor=None, at=at, is_public=False)


def unassigned(municipality: Municipality) -> QuerySet[Incoming]:
    """Letters without a case, and those that could not be taken yet."""
    rows = Incoming.objects.filter(mailbox__municipality=municipality, letter__case=None)
    return rows.select_related("letter").order_by("seen_at", "pk")


@transaction.atomic
def assign(row: Incoming, *, case_number: str, at: datetime) -> Case:
    """Raises NotFound for a case that the office does not have, Conflict for a letter that has one."""
    letter = Correspondence.objects.select_for_update().get(incoming=row)
    if letter.case_id is not None:
        raise Conflict(_("To pismo należy już do sprawy."))
    case = Case.objects.of(letter.municipality_id).filter(number=case_number).first()
    if case is None:
        raise NotFound(_("Nie ma sprawy o takim znaku. Sprawdź znak albo zostaw pole puste."))
    letter.case = case
    letter.save(update_fields=["case"])
    tell_case(case, letter, at=at)
    return case

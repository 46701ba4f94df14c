"""What leaves by an operator: handed over once, whatever dies on the way; then asked after until it has arrived.

Before a shipment is handed over, its row is leased and says so. Whoever comes after one that died finds that it was
tried and first asks the operator for a message with our key. That question waits long enough for a message that was
accepted to be seen there.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.services import record
from services.correspondence.base import channel_for
from services.correspondence.models import Correspondence
from services.delivery import rerouting
from services.delivery.base import File, FoundEvidence, Operator, OperatorFailed, PaperAddress, Parcel
from services.delivery.channels import address_for, addressee_of, begin, hand_to_worker, mailbox_of
from services.delivery.contrib.user_agent import UserAgent
from services.delivery.course import State, normal_code
from services.delivery.models import Shipment
from services.delivery.proofs import NewProof, keep, settle
from spatial.errors import Conflict
from spatial.municipalities.models import Municipality

Channel = Correspondence.Channel

BY_OPERATOR = (Channel.ADE, Channel.HYBRID)
#: between attempts to hand over; then a clerk looks
WAITS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 120, 360, 720))
LEASE = WAITS[0]
TASK_TAKES, TASK_KNOWN_FOR, ASKS_EVERY = timedelta(minutes=1), timedelta(days=1), timedelta(hours=1)
#: after which a shipment that is ended, or silent, is asked after no more
ASKS_FOR = timedelta(days=60)
#: the last word of the operator; what belongs before it may be listed after it, so a day more is waited
LAST, ASKS_MORE = frozenset({"BP.OX", "BP.OP", "H.EPO", "A.2", "H.DW"}), timedelta(days=1)
#: by how much a proof may seem to come before its letter was handed over, or after now: clocks differ
EARLIER, LATER = timedelta(days=1), timedelta(hours=1)


def operator_for(municipality: Municipality) -> Operator:
    """Raises OperatorFailed."""
    mailbox = mailbox_of(municipality)
    if mailbox is None:
        raise OperatorFailed(_("Urząd nie ma czynnej skrzynki do e-Doręczeń."))
    return UserAgent(mailbox)


def work(*, at: datetime, clock: Callable[[], datetime] | None = None) -> None:
    """Every shipment whose time has come, each by the clock: a lease that began with the run could be over already."""
    for pk in Shipment.objects.filter(next_try__lte=at).order_by("next_try", "pk").values_list("pk", flat=True):
        advance(pk, at=clock() if clock else at)


def advance(pk: int, *, at: datetime) -> None:
    """One step of one shipment; nothing where its time has not come or another worker has it."""
    shipment = leased(pk, at=at)
    if shipment is None:
        return
    try:
        operator = operator_for(shipment.letter.municipality)
        if shipment.message_id:
            ask_evidence(operator, shipment, at=at)
        elif shipment.task_id:
            ask_task(operator, shipment, at=at)
        else:
            hand_over(operator, shipment, at=at)
    except OperatorFailed as fault:
        hold_back(shipment, fault, at=at)


@transaction.atomic
def leased(pk: int, *, at: datetime) -> Shipment | None:
    rows = Shipment.objects.select_for_update(of=("self",), skip_locked=True)
    shipment = rows.filter(pk=pk, next_try__lte=at).select_related("letter__municipality", "letter__case").first()
    if shipment is not None:
        shipment.next_try = at + LEASE
        shipment.save(update_fields=["next_try"])
    return shipment


def hand_over(operator: Operator, shipment: Shipment, *, at: datetime) -> None:
    tried_at, parcel = shipment.tried_at, parcel_of(shipment)
    if note(shipment, at=at, attempts=shipment.attempts + 1, tried_at=tried_at or at).is_superseded:
        return  # it was sent on to the party meanwhile
    if tried_at and (found := operator.find(parcel.key, since=tried_at)):
        refuse_known(shipment, found.message_id)
        note(shipment, at=at, begun=State.PASSED, message_id=found.message_id, thread_id=found.thread_id, next_try=at)
        return
    task_id = operator.send(parcel)
    note(shipment, at=at, begun=State.VERIFIED, task_id=task_id, fault="", next_try=at + TASK_TAKES)


def parcel_of(shipment: Shipment) -> Parcel:
    """The document as it was issued."""
    letter, said = shipment.letter, shipment.address
    files = []
    if letter.document:
        with letter.document.file.open("rb") as file:
            files = [File(f"{letter.document.code}.pdf", "application/pdf", file.read())]
    return Parcel(
        key=str(shipment.key), to=said["ade"] if shipment.channel == Channel.ADE else PaperAddress(**said),
        name=said["name"], subject=letter.subject, case_number=letter.case.number if letter.case else "", files=files,
    )  # fmt: skip


def ask_task(operator: Operator, shipment: Shipment, *, at: datetime) -> None:
    task = operator.task(shipment.task_id)
    if task.message_id:
        refuse_known(shipment, task.message_id)
        note(shipment, at=at, begun=State.PASSED, message_id=task.message_id, fault="", next_try=at)
    elif task.is_finished:
        text = _("Operator nie przyjął przesyłki: %(reason)s") % {"reason": task.fault}
        note(shipment, at=at, begun=State.FAILED, fault=text[:300], next_try=None)
    else:
        note(shipment, at=at, fault="", next_try=at + TASK_TAKES)


def refuse_known(shipment: Shipment, message_id: str) -> None:
    """Proofs of one message would deliver two letters. Raises OperatorFailed."""
    others = Shipment.objects.filter(letter__municipality=shipment.letter.municipality_id, message_id=message_id)
    if others.exclude(pk=shipment.pk).exists():
        raise OperatorFailed(_("Operator podał identyfikator innej przesyłki. Zapytamy ponownie."))


def ask_evidence(operator: Operator, shipment: Shipment, *, at: datetime) -> None:
    """Takes what is new with its file; a file that does not come is asked for next time. A proof of a time that cannot
    be gives no day of delivery: it is left, and the clerk told.
    """
    kept = set(shipment.evidence.exclude(file="").values_list("key", flat=True))
    told = [one for one in operator.evidences(shipment.message_id) if one.evidence_id not in kept]
    first, last = begun_at(shipment) - EARLIER, at + LATER
    found = [one for one in told if first <= one.at <= last]
    keep(shipment, [proof_of(one) for one in found], at=at)
    take_files(operator, shipment, found, at=at)
    if len(found) < len(told):
        raise OperatorFailed(_("Operator podał dowód z chwili sprzed nadania albo z przyszłości. Nie liczymy go."))
    over = shipment.evidence.filter(code__in=LAST, added_at__lte=at - ASKS_MORE).exists()
    note(shipment, at=at, fault="", next_try=None if over else asked_next(shipment, at=at))


def take_files(operator: Operator, shipment: Shipment, found: Iterable[FoundEvidence], *, at: datetime) -> None:
    """All that come. Raises OperatorFailed where one did not."""
    missing: OperatorFailed | None = None
    for one in found:
        try:
            file = operator.evidence_file(one, shipment.message_id)
        except OperatorFailed as fault:
            missing = fault
        else:
            keep(shipment, [proof_of(one, file)], at=at)
    if missing:
        raise missing


def asked_next(shipment: Shipment, *, at: datetime) -> datetime | None:
    return at + ASKS_EVERY if at < last_begun_at(shipment) + ASKS_FOR else None


def begun_at(shipment: Shipment) -> datetime:
    """From when the operator can have had it."""
    return shipment.tried_at or shipment.created_at


def last_begun_at(shipment: Shipment) -> datetime:
    """A clerk may have let it be tried again long after the first time."""
    return max(begun_at(shipment), shipment.created_at)


def proof_of(found: FoundEvidence, file: File | None = None) -> NewProof:
    code = normal_code(found.code)
    return NewProof(code=code, key=found.evidence_id, at=found.at, reason=found.reason, file=file)


def hold_back(shipment: Shipment, fault: OperatorFailed, *, at: datetime) -> None:
    """What could not be asked is asked later; what could not be handed over for long is shown to a clerk, and so is a
    task that the operator does not know a day later.
    """
    fields = {"fault": fault.message[:300]}
    is_lost = fault.is_final and at >= last_begun_at(shipment) + TASK_KNOWN_FOR
    if shipment.message_id or (shipment.task_id and not is_lost):
        note(shipment, at=at, next_try=asked_next(shipment, at=at), **fields)
    elif fault.is_final or shipment.attempts >= len(WAITS):
        note(shipment, at=at, begun=State.FAILED, next_try=None, **fields)
    else:
        note(shipment, at=at, next_try=at + WAITS[shipment.attempts], **fields)


@transaction.atomic
def note(shipment: Shipment, *, at: datetime, **fields: object) -> Shipment:
    """What the sending itself has come to, on the row as it is now; the state follows from all that is known."""
    locked = Shipment.objects.select_for_update(of=("self",)).select_related("letter__case").get(pk=shipment.pk)
    for name, value in fields.items():
        setattr(locked, name, value)
        setattr(shipment, name, value)
    locked.save(update_fields=list(fields))
    settle(locked, by=None, at=at)
    return locked


@transaction.atomic
def send_again(shipment: Shipment, *, at: datetime) -> Shipment:
    """One that could not be handed over is tried again under its key, so it is found if it was; one that was rejected
    or came back, or whose addressee wants another way by now, is followed by another. Where somebody else receives the
    letters of the case by now, it is sent on to them. Raises Conflict for any other.
    """
    rows = Shipment.objects.select_for_update(of=("self",)).select_related("letter__party", "letter__case")
    shipment = rows.get(pk=shipment.pk)
    if shipment.channel not in (*BY_OPERATOR, Channel.POST) or shipment.is_superseded:
        raise Conflict(_("Tej przesyłki nie wysyła się ponownie."))
    if shipment.state not in (State.FAILED, State.REJECTED, State.UNDELIVERED):
        raise Conflict(_("Ta przesyłka jest w drodze albo już dotarła."))
    letter = shipment.letter
    if letter.case and letter.case.recipient != addressee_of(letter):
        again = rerouting.send_on(shipment, letter.case, why="Pismo nie zostało doręczone", at=at)
        return again or shipment
    way = way_of(letter)
    if shipment.state == State.FAILED and way == shipment.channel:
        return tried_again(shipment, at=at)
    Shipment.objects.filter(pk=shipment.pk).update(is_superseded=True, next_try=None)
    return begun_anew(letter, way, at=at)


def way_of(letter: Correspondence) -> Correspondence.Channel:
    """That its addressee wants today."""
    to = addressee_of(letter)
    assert to is not None  # letters of nobody have no shipment
    return channel_for(to, municipality=letter.municipality, has_document=letter.document_id is not None).code


def tried_again(shipment: Shipment, *, at: datetime) -> Shipment:
    """To the address of today: the operator may have refused the one before."""
    shipment.address = address_for(shipment.letter, Channel(shipment.channel))
    shipment.begun = shipment.state = State.QUEUED
    shipment.attempts, shipment.task_id, shipment.fault, shipment.next_try = 0, "", "", at
    shipment.created_at = at
    shipment.save()
    hand_to_worker(shipment)
    return shipment


def begun_anew(letter: Correspondence, way: Correspondence.Channel, *, at: datetime) -> Shipment:
    letter.channel, letter.status = way, Correspondence.Status.SENT
    letter.save(update_fields=["channel", "status"])
    shipment = begin(letter, way, next_try=at if way in BY_OPERATOR else None)
    if way in BY_OPERATOR:
        hand_to_worker(shipment)
    if way == Channel.PORTAL:
        keep(shipment, [NewProof(code="K.1", key="K.1", at=at)], at=at)
        if letter.case:
            text = f"Pismo czeka na odbiór na koncie: {letter.subject} ({letter.number})."
            record(letter.case, kind="letter-again", text=text, actor=None, at=at)
    return shipment


def hinted(municipality: Municipality, message_id: str, *, at: datetime) -> bool:
    """Something has changed, says a callback: the shipment is asked after now. Whether it is one of ours."""
    ours = Shipment.objects.filter(letter__municipality=municipality).exclude(message_id="")
    shipment = ours.filter(message_id=message_id).first()
    if shipment is None:
        return False
    Shipment.objects.filter(pk=shipment.pk).update(next_try=at)
    hand_to_worker(shipment)
    return True

"""Letters leave the office: taken in batches, handed over, and what became of each is written.

A letter is marked as handed, and that is committed, before its operator is called. When the worker dies between the
two, another takes the letter up after ``LEASE`` and hands it over with the same key, and the operator drops the second.
Mail has no such key: what was handed and has no answer waits for a person.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cryptography.fernet import InvalidToken
from django.contrib.postgres.functions import RandomUUID
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet
from django.urls import reverse

from services.notifications import bounces, silence, unsubscribing
from services.notifications.audience import absolute
from services.notifications.channels import mail, push, sms
from services.notifications.channels.base import Fate, Letter, Outcome, Sender
from services.notifications.models import Channel, ChannelAddress, ChannelState, Consent, Delivery, Message, SmsAccount
from services.notifications.quiet import NOTHING, loud_from
from services.notifications.topics import KINDS

State = Delivery.State
BATCH = {Channel.EMAIL: 1, Channel.SMS: 100, Channel.PUSH: 100}
THREADS = 8
LEASE = timedelta(minutes=5)
#: after the first, second… try that failed; then it is over
BACKOFF = tuple(timedelta(seconds=one) for one in (30, 120, 600, 3_600, 21_600))
REFUSALS_STOP = 20  #: in a row: the key or the account is wrong, not the letters
REFUSALS_OF_ADDRESS = 5
UNREADABLE = Outcome(Fate.WRONG, error="adres nie do odczytania")

type Opener = Callable[[], AbstractContextManager[Sender]]


@dataclass(frozen=True, slots=True)
class Road:
    """One channel of one office."""

    municipality: str
    channel: Channel

    def opener(self) -> Opener | None:
        """None where the office cannot use it now: its letters wait."""
        if self.channel == Channel.EMAIL:
            return mail.opened_for_run
        if self.channel == Channel.PUSH:
            return push.opened_for_run if push.is_ready() else None
        account = SmsAccount.objects.filter(municipality=self.municipality).first()
        if account is None:
            return None
        receipts = absolute(reverse("notifications:receipt", args=[account.receipts_key]))
        return partial(sms.opened_for, account, receipts=receipts)

    def is_stopped(self) -> bool:
        rows = ChannelState.objects.filter(municipality=self.municipality, channel=self.channel)
        return rows.exclude(stopped_at=None).exists()


def run(*, clock: Callable[[], datetime], until: datetime) -> int:
    """Everything that is due, or as much as there is time for, of which each road has its part; how many letters were
    tried. A road that cannot be taken, by a key that is damaged, stops no other; its faults are raised at the end.
    """
    tried, faults = 0, []
    take_over(at=clock())
    found = roads(at=clock())
    for left, road in zip(range(len(found), 0, -1), found, strict=True):
        now = clock()
        try:
            tried += travel(road, clock=clock, until=now + (until - now) / left)
        except Exception as fault:
            faults.append(fault)
    settle(at=clock())
    if faults:
        raise ExceptionGroup("roads", faults)
    return tried


def travel(road: Road, *, clock: Callable[[], datetime], until: datetime) -> int:
    opener = road.opener()
    if opener is None:
        return 0
    with opener() as sender:
        return drain(road, sender, clock=clock, until=until)


def drain(road: Road, sender: Sender, *, clock: Callable[[], datetime], until: datetime) -> int:
    tried = 0
    while clock() < until and not road.is_stopped() and (taken := take(road, at=clock())) is not None:
        if taken:
            hand(taken, sender, clock=clock)
        tried += len(taken)
    return tried


def roads(*, at: datetime) -> list[Road]:
    """Where something is due; first where it is most pressing: danger stands before everything that waits."""
    found = waiting(at=at).values_list("message__municipality", "channel").annotate(first=Min("next_try"))
    pressing = found.order_by("first", "message__municipality", "channel")
    return [Road(municipality, Channel(channel)) for municipality, channel, _first in pressing]


def waiting(*, at: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=State.QUEUED, next_try__lte=at)


def take_over(*, at: datetime) -> None:
    """Letters of workers that are no more are queued again, with their keys; mail is left for a person."""
    lost = Delivery.objects.filter(state=State.HANDED, handed_at__lte=at - LEASE)
    lost.filter(channel=Channel.EMAIL).update(state=State.UNCERTAIN, ended_at=at, error="praca przerwana")
    lost.exclude(channel=Channel.EMAIL).update(state=State.QUEUED, next_try=at)


# --- taking --------------------------------------------------------------------------------------------------------


@transaction.atomic
def take(road: Road, *, at: datetime) -> list[Delivery] | None:
    """The next batch, marked as handed over, without those that nobody wants any more; None where nothing is due."""
    rows = waiting(at=at).filter(channel=road.channel, message__municipality=road.municipality)
    chosen = rows.order_by("next_try").select_for_update(of=("self",), skip_locked=True)
    batch = list(chosen.select_related("message__municipality", "address")[: BATCH[road.channel]])
    going = list(sorted_out(batch, at=at))
    Delivery.objects.filter(pk__in=[one.pk for one in going]).update(
        state=State.HANDED, handed_at=at, attempts=F("attempts") + 1
    )
    return going if batch else None


def sorted_out(batch: Sequence[Delivery], *, at: datetime) -> Iterator[Delivery]:
    """Those to be sent now; the others are ended, or wait for the morning."""
    wanted, own = still_wanted(batch), silence.of(one.recipient_id for one in batch)
    for one in batch:
        loud = at if one.message.is_danger else loud_from(at, own=own.get(one.recipient_id, NOTHING))
        if one.message.expires_at <= at:
            end(one, State.EXPIRED, at=at)
        elif one.message.state == Message.State.CANCELLED or one.message.replaced_at:
            end(one, State.CANCELLED, at=at)
        elif one.message.topic not in KINDS:
            end(one, State.CANCELLED, at=at, error="temat wycofany")
        elif one.pk not in wanted:
            end(one, State.SKIPPED, at=at, error="zgoda cofnięta albo adres odłączony")
        elif loud > at:
            Delivery.objects.filter(pk=one.pk).update(state=State.QUEUED, next_try=loud)
        else:
            one.attempts += 1
            yield one


def still_wanted(batch: Sequence[Delivery]) -> set[int]:
    """Keys of rows whose address stands and whose person has not withdrawn since they were queued."""
    found: set[int] = set()
    for message in {one.message_id: one.message for one in batch}.values():
        rows = Delivery.objects.filter(pk__in=[one.pk for one in batch if one.message_id == message.pk])
        usable = rows.filter(address__in=ChannelAddress.objects.usable(), recipient__is_active=True)
        if not message.is_by_duty:
            said = Consent.objects.filter(user__in=[one.recipient_id for one in batch])
            given = said.given(message.municipality, message.topic).filter(channel=batch[0].channel)
            usable = usable.filter(recipient__in=given.values("user"))
        found.update(usable.values_list("pk", flat=True))
    return found


def end(one: Delivery, state: Delivery.State, *, at: datetime, error: str = "") -> None:
    Delivery.objects.filter(pk=one.pk).update(state=state, ended_at=at, error=error)


# --- handing over --------------------------------------------------------------------------------------------------


def hand(batch: Sequence[Delivery], sender: Sender, *, clock: Callable[[], datetime]) -> None:
    """Operators are asked side by side, the answers are written one after the other."""
    letters = [readable(one, at=clock()) for one in batch]
    with ThreadPoolExecutor(min(THREADS, len(letters))) as pool:
        outcomes = list(pool.map(lambda letter: sender.send(letter) if letter else UNREADABLE, letters))
    write(list(zip(batch, outcomes, strict=True)), at=clock())


def readable(one: Delivery, *, at: datetime) -> Letter | None:
    """None where the address was sealed under another key: the others of the batch do not wait for it."""
    try:
        return letter_of(one, at=at)
    except InvalidToken:
        return None


def letter_of(one: Delivery, *, at: datetime) -> Letter:
    assert one.address is not None
    message, language = one.message, one.address.language
    title, body = message.outward(language)
    return Letter(
        key=one.key, to=one.address.value, title=title, body=body, language=language,
        address=absolute(message.get_absolute_url()), tag=message.public_id, is_danger=message.is_danger,
        unsubscribe=absolute(reverse("notifications:unsubscribe", args=[unsubscribing.token(one)])),
        lives_s=max(0, int((message.expires_at - at).total_seconds())),
    )  # fmt: skip


@transaction.atomic
def write(answers: Sequence[tuple[Delivery, Outcome]], *, at: datetime) -> None:
    """A report of delivery may have come before the answer: what is not ``handed`` any more stays."""
    accepted = [one for one, outcome in answers if outcome.fate == Fate.ACCEPTED]
    for one, outcome in answers:
        one.state, one.ended_at, one.next_try = after(one, outcome, at=at)
        one.status_code, one.error = outcome.status, outcome.error
        one.provider_id = outcome.provider_id or one.provider_id
    rows = {one.pk: one for one, _outcome in answers}
    handed = Delivery.objects.select_for_update().filter(pk__in=rows, state=State.HANDED).order_by("pk")
    now = [rows[pk] for pk in handed.values_list("pk", flat=True)]
    Delivery.objects.bulk_update(now, ["state", "ended_at", "next_try", "status_code", "error", "provider_id"])
    count_refusals(answers, at=at)
    ChannelAddress.objects.filter(deliveries__in=accepted, refusals__gt=0).update(refusals=0)


def after(one: Delivery, outcome: Outcome, *, at: datetime) -> tuple[Delivery.State, datetime | None, datetime | None]:
    """State, its end, and the next try."""
    match outcome.fate:
        case Fate.ACCEPTED:
            return State.ACCEPTED, at, None
        case Fate.GONE | Fate.WRONG:
            return State.FAILED, at, None
        case Fate.UNSURE:
            return State.UNCERTAIN, at, None
    if one.attempts > len(BACKOFF):
        return State.FAILED, at, None
    again = at + max(BACKOFF[one.attempts - 1], timedelta(seconds=outcome.retry_after_s))
    if again >= one.message.expires_at:
        return State.EXPIRED, at, None
    return State.QUEUED, None, again


def count_refusals(answers: Sequence[tuple[Delivery, Outcome]], *, at: datetime) -> None:
    """Addresses that are gone are revoked; a road that is refused time after time is stopped."""
    for one, outcome in answers:
        if outcome.fate == Fate.GONE:
            gone(one, outcome.error, at=at)
        elif outcome.fate == Fate.REFUSED and one.channel == Channel.PUSH:
            count_of_address(one, at=at)
    message = answers[0][0].message
    state, _is_new = ChannelState.objects.get_or_create(
        municipality=message.municipality, channel=answers[0][0].channel
    )
    state = ChannelState.objects.select_for_update().get(pk=state.pk)
    before = state.refusals, state.stopped_at
    for _one, outcome in answers:
        if outcome.fate != Fate.LATER:  # an operator that cannot just now has said nothing of our key
            state.refusals = state.refusals + 1 if outcome.fate == Fate.REFUSED else 0
        if state.refusals >= REFUSALS_STOP:
            state.stopped_at = state.stopped_at or at
    if (state.refusals, state.stopped_at) != before:
        state.save(update_fields=["refusals", "stopped_at"])


def count_of_address(one: Delivery, *, at: datetime) -> None:
    """Some browsers were registered under a key that is no more."""
    rows = ChannelAddress.objects.filter(deliveries=one)
    rows.update(refusals=F("refusals") + 1)
    if rows.filter(refusals__gte=REFUSALS_OF_ADDRESS).exists():
        revoke(one, "odmowa dostępu", at=at)


def gone(one: Delivery, why: str, *, at: datetime) -> None:
    """A browser goes quietly, an e-mail or a phone with a word to its owner."""
    if one.channel == Channel.PUSH:
        revoke(one, why, at=at)
    elif one.address is not None:
        bounces.suspend(one.address, municipality=one.message.municipality, at=at)


def revoke(one: Delivery, why: str, *, at: datetime) -> None:
    rows = ChannelAddress.objects.filter(deliveries=one, revoked_at=None)
    rows.update(revoked_at=at, revoked_why=why[:60])


# --- what time does ------------------------------------------------------------------------------------------------


def settle(*, at: datetime) -> None:
    """Expired letters end, messages with nothing left are sent."""
    still = Delivery.objects.filter(state=State.QUEUED, message__expires_at__lte=at)
    still.update(state=State.EXPIRED, ended_at=at)
    open_rows = Delivery.objects.open().filter(message=OuterRef("pk"))
    Message.objects.filter(~Exists(open_rows), state=Message.State.SENDING).update(state=Message.State.SENT)


def restart(road: Road) -> None:
    """Somebody has mended the key or the account."""
    rows = ChannelState.objects.filter(municipality=road.municipality, channel=road.channel)
    rows.update(refusals=0, stopped_at=None)


@transaction.atomic
def again(message: Message, *, at: datetime) -> int:
    """What failed or is uncertain goes once more, with its old key; how many. An SMS that the operator took and could
    not deliver gets another: with the old one it would be taken for a second of the same.
    """
    ended = message.deliveries.filter(
        state__in=[State.FAILED, State.UNCERTAIN], message__expires_at__gt=at, message__replaced_at=None
    )
    rows = ended.filter(address__in=ChannelAddress.objects.usable())
    taken = rows.filter(channel=Channel.SMS, state=State.FAILED).exclude(provider_id="")
    taken.update(key=RandomUUID(), provider_id="")
    changed = rows.update(state=State.QUEUED, attempts=0, next_try=at, ended_at=None)
    if changed:
        Message.objects.filter(pk=message.pk, state=Message.State.SENT).update(state=Message.State.SENDING)
    return changed


def tally(message: Message) -> dict[tuple[str, str], int]:
    """Deliveries by channel and state."""
    rows = message.deliveries.values_list("channel", "state").annotate(many=Count("pk")).order_by("channel", "state")
    return {(channel, state): many for channel, state, many in rows}

"""Rows of deliveries are made by the database itself, one INSERT … SELECT for each channel."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField as Moment
from django.db.models import F, QuerySet, Value

from services.notifications.audience import addresses, people
from services.notifications.models import Channel, ChannelAddress, Delivery, Message
from services.notifications.quiet import loud_from
from services.notifications.topics import is_composed

State = Message.State
COLUMNS = ("message_id", "recipient_id", "channel", "address_id", "state", "next_try", "queued_at", "ended_at")
NOWHERE = Value(None, output_field=Delivery._meta.pk)  #: the address of what lies in the inbox
AHEAD = timedelta(days=1)  #: danger stands before everything that waits
LONGEST = "SET LOCAL statement_timeout = '120s'"  #: a hundred thousand rows with their keys, on a busy machine


@transaction.atomic
def queue(message: Message, *, at: datetime) -> int:
    """How many deliveries now wait; a message that is queued already adds none, one of no topic is cancelled."""
    message = Message.objects.select_for_update(of=("self",)).select_related("municipality", "group").get(pk=message.pk)
    if message.state not in {State.APPROVED, State.SCHEDULED}:
        return 0
    if not is_composed(message.topic):
        message.state, message.counts = State.CANCELLED, {"withdrawn": True}
        message.save(update_fields=["state", "counts"])
        return 0
    with connection.cursor() as cursor:
        cursor.execute(LONGEST)
    queued = {channel: insert(message, channel, at=at) for channel in message.channels}
    if Channel.INBOX in queued:
        message.counts["people"] = queued[Channel.INBOX]
    message.state = State.SENDING
    message.save(update_fields=["state", "counts"])
    return sum(queued.values())


def queue_own(messages: Sequence[Message], *, at: datetime) -> None:
    """Automatic messages, each to its person by the ways on it; inside the transaction that makes them."""
    for channel in {way for message in messages for way in message.channels}:
        rows = Message.objects.filter(
            pk__in=[message.pk for message in messages], channels__contains=[channel], person__is_active=True
        ).annotate(what=F("pk"), to=F("person_id"))
        if channel == Channel.INBOX:
            put(rows.annotate(way=NOWHERE), channel, state=Delivery.State.DELIVERED, next_try=None, at=at)
            continue
        usable = ChannelAddress.objects.usable().filter(channel=channel)
        rows = rows.filter(person__ways__in=usable).annotate(way=F("person__ways"))
        put(rows, channel, state=Delivery.State.QUEUED, next_try=loud_from(at), at=at)


def insert(message: Message, channel: str, *, at: datetime) -> int:
    """Deliveries of a message to its audience."""
    if channel == Channel.INBOX:
        rows: QuerySet[Any] = people(message).annotate(to=F("pk"), way=NOWHERE, what=Value(message.pk))
        return put(rows, channel, state=Delivery.State.DELIVERED, next_try=None, at=at)
    first = at - AHEAD if message.is_danger else loud_from(at)
    rows = addresses(message, channel).annotate(to=F("user_id"), way=F("pk"), what=Value(message.pk))
    return put(rows, channel, state=Delivery.State.QUEUED, next_try=first, at=at)


def put(rows: QuerySet[Any], channel: str, *, state: str, next_try: datetime | None, at: datetime) -> int:
    """rows: with ``what``, ``to`` and ``way``, keys of a message, a person and an address."""
    ended = at if state == Delivery.State.DELIVERED else None
    rows = rows.order_by().annotate(
        by=Value(str(channel)), how=Value(str(state)),
        tried=Value(next_try, output_field=Moment(null=True)), begun=Value(at, output_field=Moment()),
        done=Value(ended, output_field=Moment(null=True)),
    )  # fmt: skip
    wanted = rows.values_list("what", "to", "by", "way", "how", "tried", "begun", "done")
    sql, params = wanted.query.sql_with_params()
    into = f"INSERT INTO {Delivery._meta.db_table} ({', '.join(COLUMNS)})"
    with connection.cursor() as cursor:
        cursor.execute(f"{into} {sql} ON CONFLICT DO NOTHING", params)
        return int(cursor.rowcount)


def due(*, at: datetime) -> QuerySet[Message]:
    """Approved ones, and those whose hour has come."""
    scheduled = Message.objects.filter(state=State.SCHEDULED, send_at__lte=at)
    return Message.objects.filter(state=State.APPROVED) | scheduled

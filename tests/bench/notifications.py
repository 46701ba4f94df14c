"""A hundred thousand SMS by workers that are killed at random: ``python -m tests.bench.notifications [MANY]``.

The gate is a small server of its own process that answers as SMSAPI does and counts each key. The database is a test
database, made and dropped here.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import parse_qs

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
os.environ.setdefault("MIEDZA_TEST_DATABASE", "test_bench_notifications")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402

from services.identity.models import User  # noqa: E402
from services.identity.protected import fingerprint, sealed  # noqa: E402
from services.notifications import delivering  # noqa: E402
from services.notifications.models import ChannelAddress, Consent, Message, SmsAccount  # noqa: E402
from services.notifications.queueing import queue  # noqa: E402
from tests import factories  # noqa: E402

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
FORK = get_context("fork")


def gate(pipe: Connection) -> None:
    """A second letter with one key is refused with 53 and not counted as sent."""
    sent: set[str] = set()
    asked: Counter[str] = Counter()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                key = parse_qs((await reader.readexactly(size)).decode())["idx"][0]
                asked[key] += 1
                body = b'{"error":53}' if key in sent else b'{"count":1,"list":[{"id":"%d"}]}' % len(sent)
                sent.add(key)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)
        pipe.send((len(sent), asked.total()))

    asyncio.run(serve())


def people() -> Message:
    """So many with phones and consents, and an approved message for them."""
    office = factories.municipality("120610")
    SmsAccount.objects.create(municipality=office, token=sealed("t"), sender="UMiG", part_price_gr=16)
    users = User.objects.bulk_create((User(username=f"o{number}") for number in range(MANY)), batch_size=5_000)
    kind = {"municipality": office, "topic": "warning", "channel": "sms", "is_given": True, "at": NOON}
    Consent.objects.bulk_create(
        (Consent(user=one, actor=one, source="portal", text_version="1", **kind) for one in users), batch_size=5_000
    )
    phone = sealed("+48600100200")
    dates = {"added_at": NOON, "confirmed_at": NOON}
    ChannelAddress.objects.bulk_create(
        (
            ChannelAddress(user=one, channel="sms", sealed=phone, fingerprint=fingerprint(one.username), **dates)
            for one in users
        ),
        batch_size=5_000,
    )
    return Message.objects.create(
        municipality=office, topic="warning", title_pl="Przerwa w dostawie wody", channels=["inbox", "sms"],
        audience="subscribers", state="approved", created_at=NOON, expires_at=NOON + timedelta(days=60),
    )  # fmt: skip


def work(turn: int) -> None:
    at = NOON + turn * (delivering.LEASE + timedelta(seconds=1))
    delivering.run(clock=lambda: at, until=at + timedelta(seconds=1))


def deliver(chance: random.Random) -> int:
    """Until nothing is left; how many workers were killed."""
    kills, turn = 0, 0
    while Message.objects.filter(state="sending").exists():
        connections.close_all()
        worker = FORK.Process(target=work, args=(turn,))
        worker.start()
        worker.join(chance.uniform(5, 20))
        kills += worker.is_alive()
        worker.kill()
        worker.join()
        turn += 1
    return kills


def main() -> None:
    ours, theirs = FORK.Pipe()
    operator = FORK.Process(target=gate, args=(theirs,), daemon=True)
    operator.start()
    settings.SMS_URL = f"http://127.0.0.1:{ours.recv()}"
    message = people()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    begin = time.perf_counter()
    queue(message, at=NOON)
    queued_s = time.perf_counter() - begin
    begin = time.perf_counter()
    kills = deliver(random.Random(8))
    delivered_s = time.perf_counter() - begin
    ours.send("how many?")
    sent, asked = ours.recv()
    accepted = message.deliveries.filter(channel="sms", state="accepted").count()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"queued {MANY} (and as many rows of the inbox): {queued_s:.1f} s")
    print(f"handed over: {delivered_s:.0f} s, {MANY / delivered_s:.0f} a second; workers killed: {kills}")
    print(f"accepted {accepted}, taken by the gate {sent}, asked {asked}: {asked - sent} came twice and were dropped")
    assert accepted == sent == MANY


if __name__ == "__main__":
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True)
    try:
        main()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)

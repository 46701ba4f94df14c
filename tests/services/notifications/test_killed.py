"""A worker killed in the middle of a mass send, several times: every letter goes out, none goes twice."""

import random
import time
from datetime import timedelta
from multiprocessing import get_context

import pytest
from django.db import connections
from django.utils import timezone

from services.notifications import delivering
from services.notifications.models import Delivery
from services.notifications.queueing import queue
from tests.services.notifications import NOON
from tests.simulators.base import Waits
from tests.simulators.sms import SmsGate

MANY = 100
FORK = get_context("fork")


def work(turn: int) -> None:
    """A worker of a later hour: what the dead ones held is free again."""
    at = NOON + turn * (delivering.LEASE + timedelta(seconds=1))
    delivering.run(clock=lambda: at, until=at + timedelta(seconds=1))


def killed_at(gate: SmsGate, letters: int, turn: int) -> bool:
    """Whether SIGKILL came while it was at work, once the gate had so many."""
    connections.close_all()  # a child must not speak on our connection
    worker = FORK.Process(target=work, args=(turn,))
    worker.start()
    while worker.is_alive() and len(gate.sent) < letters:
        time.sleep(0.001)
    was_alive = worker.is_alive()
    worker.kill()
    worker.join()
    return was_alive


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.django_db(transaction=True)
def test_each_letter_goes_out_once(crowd, gate, told, monkeypatch):
    monkeypatch.setitem(delivering.BATCH, "sms", 10)
    gate.always = Waits(0.01)
    crowd(MANY)
    message = told(lives=timedelta(days=30))
    moments = sorted(random.Random(8).sample(range(5, MANY - 20), 4))

    kills = [killed_at(gate, letters, turn) for turn, letters in enumerate(moments)]
    work(len(moments))
    work(len(moments) + 1)

    letters = message.deliveries.filter(channel="sms")
    assert set(letters.values_list("state", flat=True)) == {Delivery.State.ACCEPTED}
    assert sorted(one.idx for one in gate.sent) == sorted(str(key) for key in letters.values_list("key", flat=True))
    assert len({one.to for one in gate.sent}) == MANY
    assert kills == [True] * 4
    assert max(gate.asked.values()) > 1  # some were on their way when their worker died
    message.refresh_from_db()
    assert message.state == "sent"
    assert queue(message, at=timezone.now()) == 0

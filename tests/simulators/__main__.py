"""``python -m tests.simulators``: the outside systems of the demo, until it is told to stop.

A login node, an operator of payments, an operator of e-Doręczenia and an SMS gate, each on a free port. What the office
must be told of them is written to ``FOLDER/office.env`` once all of them answer. Nothing here proves or pays anything.
"""

import argparse
import shlex
import signal
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.simulators.edelivery import EDelivery
from tests.simulators.node import LoginNode
from tests.simulators.operator import Przelewy24Simulator
from tests.simulators.sms import SmsGate

#: evidence of a letter of e-Doręczenia and after how many seconds it comes: taken, sent, waits, collected
COURSE = (("A.1", 2), ("B.1", 5), ("D.1", 8), ("E.1", 30), ("BP.OX", 32))
PAUSE_S = 1.0


def main() -> None:
    said = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    said.add_argument("--site", required=True, help="public address of the office, http://localhost:8000")
    said.add_argument("--folder", required=True, type=Path)
    asked = said.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(asked.site, asked.folder, stop)


def run(site: str, folder: Path, stop: threading.Event) -> None:
    told = folder / "office.env"
    told.unlink(missing_ok=True)
    with ExitStack() as stack:
        node = stack.enter_context(LoginNode().running())
        operator = stack.enter_context(Przelewy24Simulator().running())
        letters = stack.enter_context(EDelivery().running())
        gate = stack.enter_context(SmsGate().running())
        office = node.office_at(site, folder / "node") | {
            "MIEDZA_P24_SANDBOX": operator.root,
            "MIEDZA_SMS_URL": gate.root,
            "DEMO_MAILBOX": letters.root,
        }
        written = told.with_suffix(".new")
        written.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in office.items()))
        written.rename(told)
        while not stop.wait(PAUSE_S):
            deliver(letters)
    told.unlink(missing_ok=True)


def deliver(letters: EDelivery) -> None:
    """Each letter goes its honest way by itself."""
    now = datetime.now(UTC)
    for message in list(letters.sent.values()):
        known = {one["type"] for one in message.evidences}
        for code, after_s in COURSE:
            if code not in known and (now - message.at).total_seconds() >= after_s:
                letters.happens(message.message_id, code, now)


if __name__ == "__main__":
    main()

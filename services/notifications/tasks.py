"""Jobs of the worker: letters go out each minute, what came back is read, old rows go when their time is over."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from services.notifications import delivering, expiring, keeping, mailbox, queueing

LOGGER = logging.getLogger(__name__)
QUEUE = "notifications"
RUN_FOR = timedelta(seconds=50)  #: other jobs of the worker get their turn


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, queueing_lock="notifications.send", name="notifications.send")
def send(timestamp: int) -> None:
    send_now()


def send_now() -> None:
    """What is due, for as long as one run may take."""
    for message in queueing.due(at=timezone.now()):
        queueing.queue(message, at=timezone.now())
    expiring.tell(at=timezone.now())
    delivering.run(clock=timezone.now, until=timezone.now() + RUN_FOR)


@app.periodic(cron="*/10 * * * *")
@app.task(queue=QUEUE, queueing_lock="notifications.bounces", name="notifications.bounces")
def bounces(timestamp: int) -> None:
    if settings.BOUNCES_URL:
        try:
            mailbox.read(settings.BOUNCES_URL)
        except mailbox.MailboxFailed as fault:
            LOGGER.warning("%s", fault.message)


@app.periodic(cron="47 3 * * *")
@app.task(queue=QUEUE, queueing_lock="notifications.forget", name="notifications.forget")
def forget(timestamp: int) -> None:
    keeping.forget(at=timezone.now())

"""Jobs of the worker: letters go out each minute; old rows go when their time is over."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from services.notifications import delivering, keeping, queueing

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
    delivering.run(clock=timezone.now, until=timezone.now() + RUN_FOR)


@app.periodic(cron="47 3 * * *")
@app.task(queue=QUEUE, queueing_lock="notifications.forget", name="notifications.forget")
def forget(timestamp: int) -> None:
    keeping.forget(at=timezone.now())

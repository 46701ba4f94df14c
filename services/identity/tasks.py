"""Job of the worker: the log of sign-ins forgets what is older than two years."""

from procrastinate.contrib.django import app

from services.identity import journal
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="47 3 * * *")
@app.task(queue=QUEUE, queueing_lock="identity.forget", name="identity.forget")
def forget(timestamp: int) -> None:
    journal.forget()

"""Job of the worker: expired drawings go."""

from procrastinate.contrib.django import app

from services.sharing import services
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="41 3 * * *")
@app.task(queue=QUEUE, queueing_lock="sharing.forget", name="sharing.forget")
def forget(timestamp: int) -> None:
    services.forget()

"""Job of the worker: kept tiles of national services go when they are old."""

from procrastinate.contrib.django import app

from services.mapping import backgrounds
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="53 3 * * *")
@app.task(queue=QUEUE, queueing_lock="backgrounds.forget", name="backgrounds.forget")
def forget(timestamp: int) -> None:
    backgrounds.forget()

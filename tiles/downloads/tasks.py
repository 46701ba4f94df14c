"""Job of the worker: the files anew each night."""

from procrastinate.contrib.django import app

from spatial.ogc.tasks import QUEUE
from tiles.downloads import files


@app.periodic(cron="7 3 * * *")
@app.task(queue=QUEUE, queueing_lock="downloads.make", name="downloads.make")
def make(timestamp: int) -> None:
    files.make_all()

"""Job of the worker: expired drafts go."""

from django.utils import timezone
from procrastinate.contrib.django import app

from services.catalogue import filing
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="43 3 * * *")
@app.task(queue=QUEUE, queueing_lock="catalogue.forget", name="catalogue.forget")
def forget(timestamp: int) -> None:
    filing.forget(at=timezone.now())

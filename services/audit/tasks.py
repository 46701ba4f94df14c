"""Job of the worker: rows of the logs go when their time is over."""

from django.conf import settings
from procrastinate.contrib.django import app

from services.audit.chain import forget as forget_older
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="53 3 * * 0")
@app.task(queue=QUEUE, queueing_lock="audit.forget", name="audit.forget")
def forget(timestamp: int) -> None:
    forget_older(years=settings.AUDIT_YEARS)

"""Jobs of the worker: payments without a message are asked about, refunds without an answer told again."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from services.payments import paying, refunds
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="*/5 * * * *")
@app.task(queue=QUEUE, queueing_lock="payments.reconcile", name="payments.reconcile")
def reconcile(timestamp: int) -> None:
    paying.reconcile(at=timezone.now())


@app.periodic(cron="17 * * * *")
@app.task(queue=QUEUE, queueing_lock="payments.refunds", name="payments.refunds")
def repeat_refunds(timestamp: int) -> None:
    refunds.repeat(at=timezone.now(), address=settings.SITE)

"""Jobs of the worker: shipments on their way, letters that came, days of letters that lie in accounts."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from services.delivery import account, inbox, outbox, rerouting
from services.delivery.base import OperatorFailed
from services.delivery.channels import QUEUE, SEND
from services.delivery.contrib.user_agent import UserAgent
from services.delivery.models import Mailbox

LOGGER = logging.getLogger(__name__)


@app.task(queue=QUEUE, name=SEND)
def send(shipment: int) -> None:
    outbox.advance(shipment, at=timezone.now())


@app.periodic(cron="*/2 * * * *")
@app.task(queue=QUEUE, queueing_lock="delivery.work", name="delivery.work")
def work(timestamp: int) -> None:
    """Also what a worker that died has left."""
    outbox.work(at=timezone.now(), clock=timezone.now)


@app.periodic(cron="*/10 * * * *")
@app.task(queue=QUEUE, queueing_lock="delivery.fetch", name="delivery.fetch")
def fetch(timestamp: int) -> None:
    for mailbox in Mailbox.objects.filter(is_active=True).select_related("municipality").order_by("pk"):
        fetch_mailbox(mailbox.pk)


@app.task(queue=QUEUE, name="delivery.fetch_mailbox")
def fetch_mailbox(mailbox: int) -> None:
    found = Mailbox.objects.select_related("municipality").get(pk=mailbox)
    try:
        inbox.fetch(found, UserAgent(found), at=timezone.now())
    except OperatorFailed as fault:
        LOGGER.warning("Mailbox of %s: %s", found.municipality_id, fault.message)


@app.periodic(cron="11 0 * * *")
@app.task(queue=QUEUE, queueing_lock="delivery.remind", name="delivery.remind")
def remind(timestamp: int) -> None:
    """After midnight: the days of the law have ended, and mandates of yesterday."""
    now = timezone.now()
    rerouting.redirect_lapsed(at=now)
    account.remind(at=now)

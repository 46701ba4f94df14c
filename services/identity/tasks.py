"""Jobs of the worker: reminders of keys that end; the log of sign-ins forgets what is older than two years."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from services.identity import journal, programs
from services.identity.sessions import SessionStore
from spatial.ogc.tasks import QUEUE


@app.periodic(cron="47 3 * * *")
@app.task(queue=QUEUE, queueing_lock="identity.forget", name="identity.forget")
def forget(timestamp: int) -> None:
    journal.forget()
    programs.forget(at=timezone.now())
    SessionStore.clear_expired()


@app.periodic(cron="17 7 * * *")
@app.task(queue=QUEUE, queueing_lock="identity.remind", name="identity.remind")
def remind(timestamp: int) -> None:
    """Of keys of programs that end soon."""
    if settings.EMAIL_WORKS:
        programs.remind(at=timezone.now())

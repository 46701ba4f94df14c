"""Jobs: kept in the database, run by the worker (``spatial.ogc.tasks``), so that a restart loses none."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from spatial.errors import NotFound, ServiceError
from spatial.ogc.execution import EXCEPTIONS, Order, run
from spatial.ogc.models import Job

log = logging.getLogger(__name__)

TASK = "ogc.process"
KEPT = timedelta(days=1)
MOST_WAITING = 200  #: jobs not finished; more are refused
Status = Job.Status


class NoSuchJob(NotFound):
    code = "NotFound"
    type = f"{EXCEPTIONS}/no-such-job"


class NotReady(NotFound):
    code = "NotFound"
    type = f"{EXCEPTIONS}/result-not-ready"


class Failed(ServiceError):
    """The job ended with an error; ``status`` is that of the error."""

    code = "NoApplicableCode"

    def __init__(self, kept: dict[str, Any]) -> None:
        super().__init__(kept["description"])
        self.status = kept["status"]  # type: ignore[misc] # of this one


class TooMany(ServiceError):
    code = "TooManyJobs"
    status = 503


def accept(order: Order) -> Job:
    """Keep the order and queue it. Raises TooMany."""
    if Job.objects.filter(finished=None).count() >= MOST_WAITING:
        raise TooMany("Za dużo zadań czeka, spróbuj później / too many jobs are waiting, try later.")
    with transaction.atomic():
        job = Job.objects.create(process=order.process, order=order.as_json())
        queue.configure_task(TASK).defer(job=str(job.pk))
    return job


def perform(identifier: str) -> None:
    """Run the job and keep its answer. Run again after a crash it does the same; one that ended is left alone."""
    job = Job.objects.filter(pk=identifier, finished=None).first()
    if job is None:
        return
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, started=timezone.now())
    try:
        ended: dict[str, Any] = {
            "status": Status.SUCCESSFUL, "results": run(Order.from_json(job.process, job.order)),
        }  # fmt: skip
    except ServiceError as error:
        ended = failed(error.status, error.message)
    except Exception:
        log.exception("OGC job %s of process %s failed.", job.pk, job.process)
        ended = failed(500, "Wystąpił błąd po naszej stronie / an error of ours.")
    Job.objects.filter(pk=job.pk).update(finished=timezone.now(), **ended)


def failed(status: int, description: str) -> dict[str, Any]:
    return {"status": Status.FAILED, "failure": {"status": status, "description": description}}


def job_of(identifier: str) -> Job:
    """Raises NoSuchJob."""
    try:
        return Job.objects.get(pk=UUID(identifier))
    except (ValueError, Job.DoesNotExist):
        raise NoSuchJob(f"Nie ma zadania {identifier[:60]!r} / no such job.") from None


def results_of(job: Job) -> dict[str, Any]:
    """Results by name. Raises NotReady, and Failed with the error that ended the job."""
    if job.failure is not None:
        raise Failed(job.failure)
    if job.results is None:
        raise NotReady("Wynik nie jest jeszcze gotowy / the result is not ready yet.")
    return dict(job.results)


def newest(limit: int, process: str | None = None, status: str | None = None) -> QuerySet[Job]:
    found = Job.objects.defer("order", "results")
    if process is not None:
        found = found.filter(process=process)
    if status is not None:
        found = found.filter(status=status)
    return found[:limit]


def forget() -> int:
    """Delete jobs older than KEPT; the number."""
    return Job.objects.filter(created__lt=timezone.now() - KEPT).delete()[0]

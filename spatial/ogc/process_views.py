"""OGC API Processes over HTTP: descriptions, execution at once or as a job, jobs and their results."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from spatial.ogc import documents, jobs
from spatial.ogc.execution import ASYNC, JSON, Answer, encoded, metadata_of, read_order, run, written
from spatial.ogc.models import Job
from spatial.ogc.questions import PRESENTATION, choice, strict, whole
from spatial.ogc.views import api_of, base_url, document_view, door, language_of, pairs_of, shown

RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0"
MOST_LISTED = 1_000

process = document_view(documents.process)


@door("GET", "HEAD")
def process_list(request: HttpRequest) -> HttpResponseBase:
    limit = read_limit(strict(pairs_of(request), PRESENTATION | {"limit"}))
    language = language_of(request)
    document = documents.process_list(api_of(request), language)
    document["processes"] = document["processes"][:limit]
    return shown(request, written(document), JSON, language)


def read_limit(given: dict[str, str]) -> int:
    """More than there can be is as much as there can be (/req/core/pl-limit-response)."""
    return min(whole(given, "limit", 100, least=1), MOST_LISTED)


@door("POST")
def execution(request: HttpRequest, name: str) -> HttpResponseBase:
    """Runs the process at once, or with ``Prefer: respond-async`` as a job where the process allows.

    Body ``{"inputs": {...}, "outputs": {...}, "response": "raw" | "document"}``; a subscriber is refused.
    """
    strict(pairs_of(request), PRESENTATION)
    order = read_order(name, request.body)
    if wants_job(request) and ASYNC in metadata_of(name)["jobControlOptions"]:
        job = jobs.accept(order)
        response = HttpResponse(written(status_of(request, job)), status=201, content_type=JSON)
        response.headers["Location"] = f"{base_url(request)}/jobs/{job.pk}"
        response.headers["Preference-Applied"] = "respond-async"
        return response
    return sent(encoded(run(order), is_document=order.is_document))


def wants_job(request: HttpRequest) -> bool:
    preferences = request.headers.get("Prefer", "").replace(";", ",").split(",")
    return "respond-async" in (one.strip().lower() for one in preferences)


def sent(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, content_type=answer.media_type)


@door("GET", "HEAD")
def job_list(request: HttpRequest) -> HttpResponseBase:
    """The newest jobs; what they were asked is not told."""
    given = strict(pairs_of(request), PRESENTATION | {"limit", "processID", "status"})
    status = choice(given, "status", {"": None, **{one: one for one in Job.Status.values}}, "")
    found = jobs.newest(read_limit(given), given.get("processID"), status)
    here = f"{base_url(request)}/jobs"
    document = {
        "title": "Zadania / Jobs",
        "jobs": [status_of(request, job) for job in found],
        "links": [link("self", here), link("alternate", f"{here}?f=html", "text/html")],
    }
    return shown(request, written(document), JSON, language_of(request))


@door("GET", "HEAD")
def job_status(request: HttpRequest, identifier: str) -> HttpResponseBase:
    strict(pairs_of(request), PRESENTATION)
    return shown(request, written(status_of(request, jobs.job_of(identifier))), JSON, language_of(request))


@door("GET", "HEAD")
def job_results(request: HttpRequest, identifier: str) -> HttpResponseBase:
    """What the process answered; 404 of the type ``result-not-ready`` until then, the error where it failed."""
    strict(pairs_of(request), PRESENTATION)
    job = jobs.job_of(identifier)
    return sent(encoded(jobs.results_of(job), is_document=job.order["is_document"]))


def status_of(request: HttpRequest, job: Job) -> dict[str, Any]:
    """``statusInfo`` of OGC 18-062r2."""
    here = f"{base_url(request)}/jobs/{job.pk}"
    ends = {Job.Status.SUCCESSFUL: 100, Job.Status.FAILED: 100}
    moments = {"created": job.created, "started": job.started, "finished": job.finished}
    links = [link("self", here), link("monitor", here)]
    if job.status == Job.Status.SUCCESSFUL:
        links.append(link(f"{RELATIONS}/results", f"{here}/results"))
    elif job.status == Job.Status.FAILED:
        links.append(link(f"{RELATIONS}/exceptions", f"{here}/results"))
    return {
        "jobID": str(job.pk),
        "processID": job.process,
        "type": "process",
        "status": job.status,
        "message": job.failure["description"] if job.failure else str(Job.Status(job.status).label),
        "progress": ends.get(Job.Status(job.status), 0),
        **{name: moment.isoformat(timespec="milliseconds") for name, moment in moments.items() if moment},
        "updated": (job.finished or job.started or job.created).isoformat(timespec="milliseconds"),
        "links": links,
    }


def link(rel: str, href: str, media_type: str = JSON) -> dict[str, str]:
    return {"rel": rel, "type": media_type, "href": href}

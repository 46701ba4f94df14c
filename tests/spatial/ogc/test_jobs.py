"""Processes as jobs: asked for over HTTP, run by the worker of the queue, kept in the database."""

from email import message_from_bytes
from json import loads

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.models import ProcrastinateJob

from services.catalogue.declaration import eservices
from spatial.ogc import jobs
from spatial.ogc.models import Job

ECHO = "/ogc/processes/echo/execution"
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


@pytest.fixture
def execute(client, db):
    def post(inputs, *, later=False, **more):
        headers = {"Prefer": "respond-async"} if later else {}
        return client.post(ECHO, {"inputs": inputs} | more, content_type="application/json", headers=headers)

    return post


def work() -> None:
    with queue.replace_connector(queue.connector.get_worker_connector()) as app:
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_accepted_run_by_the_worker_and_read(client, execute):
    accepted = execute({"message": "dzień dobry"}, later=True)
    address = accepted["Location"]
    waiting = client.get(address).json()
    too_early = client.get(f"{address}/results")

    work()
    done = client.get(address).json()
    listed = client.get("/ogc/jobs?processID=echo&status=successful").json()["jobs"]

    assert (accepted.status_code, accepted.json()["status"], waiting["status"]) == (201, "accepted", "accepted")
    assert accepted["Preference-Applied"] == "respond-async"
    assert (too_early.status_code, too_early.json()["type"]) == (404, f"{EXCEPTIONS}/result-not-ready")
    assert (done["status"], done["progress"], done["type"]) == ("successful", 100, "process")
    [results] = [one["href"] for one in done["links"] if one["rel"].endswith("/results")]
    assert client.get(results).json() == "dzień dobry"
    assert done["jobID"] in {one["jobID"] for one in listed}
    assert "dzień" not in str(listed)


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_is_run_by_the_next(client, execute):
    address = execute({"message": "a"}, later=True)["Location"]
    task = ProcrastinateJob.objects.get(task_name=jobs.TASK, args={"job": address.rpartition("/")[2]})
    # What a killed worker leaves: a task that nobody works on, and a job begun.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE id = %s", [task.pk])
    Job.objects.update(status=Job.Status.RUNNING, started=timezone.now())

    queue.configure_task("imports.recover").defer(timestamp=0)
    work()

    assert client.get(address).json()["status"] == "successful"


@pytest.mark.django_db
def test_a_job_that_fails_tells_why(client, land, make_parcel):
    order = {"inputs": {"parcels": ["120610_5.0007.999"]}}
    accepted = client.post(
        "/ogc/processes/plan-extract-preview/execution", order, content_type="application/json",
        headers={"Prefer": "wait=1, respond-async"},
    )  # fmt: skip
    jobs.perform(accepted.json()["jobID"])
    status = client.get(accepted["Location"]).json()
    results = client.get(f"{accepted['Location']}/results")

    assert status["status"] == "failed"
    assert "120610_5.0007.999" in status["message"]
    assert results.status_code == 404
    assert results.json()["description"] == status["message"]


def test_a_fault_of_ours_ends_the_job_and_says_nothing_of_it(client, execute, monkeypatch):
    address = execute({"message": "a"}, later=True)["Location"]
    monkeypatch.setattr(jobs, "run", lambda order: 1 / 0)
    jobs.perform(address.rpartition("/")[2])
    results = client.get(f"{address}/results")

    assert (client.get(address).json()["status"], results.status_code) == ("failed", 500)
    assert "division" not in results.content.decode()


def test_several_raw_results_come_in_parts(execute):
    response = execute({"message": "a", "numbers": [1, 2]})
    parsed = message_from_bytes(f"Content-Type: {response['Content-Type']}\r\n\r\n".encode() + response.content)
    parts = {part["Content-ID"]: loads(part.get_payload()) for part in parsed.get_payload()}

    assert response["Content-Type"].startswith("multipart/related")
    assert parts == {"message": "a", "numbers": [1, 2]}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"response": "document"}, {"message": "a", "numbers": [1, 2]}),
        ({"response": "document", "outputs": {"numbers": {}}}, {"numbers": [1, 2]}),
        ({"outputs": {"message": {"transmissionMode": "value"}}}, "a"),
        ({"response": "document", "outputs": {}}, {"message": "a", "numbers": [1, 2]}),
    ],
)
def test_what_was_asked_for_is_given(execute, more, expected):
    assert execute({"message": "a", "numbers": [1, 2]}, **more).json() == expected


@pytest.mark.parametrize(
    ("inputs", "more"),
    [
        ({}, {}),
        ({"message": 1}, {}),
        ({"message": "a", "obcy": 1}, {}),
        ({"message": "a", "pause": 11}, {}),
        ({"message": "a", "pause": -1}, {}),
        ({"message": "a", "document": {"type": "wrong/type"}}, {}),
        ({"message": {"href": "http://127.0.0.1:1/x"}}, {}),
        ({"message": "a", "area": {"bbox": [1, 2]}}, {}),
        ({"message": "a"}, {"outputs": {"nic": {}}}),
        ({"message": "a"}, {"outputs": {"message": {"transmissionMode": "reference"}}}),
        ({"message": "a"}, {"outputs": []}),
    ],
)
def test_orders_that_do_not_fit_are_refused_and_no_job_is_kept(execute, inputs, more):
    assert execute(inputs, later=True, **more).status_code == 400
    assert not Job.objects.exists()


def test_inputs_of_mixed_and_complex_types(execute):
    inputs = {
        "message": "a", "document": {"value": "b"},
        "area": {"bbox": [19.8, 50.2, 19.9, 50.3], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
    }  # fmt: skip
    assert execute(inputs, response="document").json() == inputs


@pytest.mark.parametrize("identifier", ["1", "x" * 500, "3f0c3c4e-0b0a-4d8f-9a52-0a4f6d1c7b11"])
@pytest.mark.parametrize("end", ["", "/results"])
def test_no_such_job(client, db, identifier, end):
    response = client.get(f"/ogc/jobs/{identifier}{end}")

    assert (response.status_code, response.json()["type"]) == (404, f"{EXCEPTIONS}/no-such-job")


def test_too_many_waiting_jobs_are_refused(execute, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_WAITING", 1)

    assert [execute({"message": "a"}, later=True).status_code for _ in range(2)] == [201, 503]


def test_old_jobs_are_forgotten(execute):
    execute({"message": "a"}, later=True)
    Job.objects.update(created=timezone.now() - jobs.KEPT * 2)

    assert (jobs.forget(), Job.objects.count()) == (1, 0)


@pytest.mark.parametrize(("limit", "number"), [("1", 1), ("1000000", 2 + len(list(eservices)))])
def test_the_list_of_processes_is_limited(client, db, limit, number):
    assert len(client.get(f"/ogc/processes?limit={limit}").json()["processes"]) == number


@pytest.mark.parametrize("limit", ["0", "x", "-1", ""])
def test_a_limit_that_is_none(client, db, limit):
    assert client.get(f"/ogc/processes?limit={limit}").status_code == 400

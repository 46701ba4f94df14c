"""Jobs of the worker (``manage.py procrastinate worker``); the queue lives in the database."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

from spatial.imports import uploads


@app.task(queue=uploads.QUEUE, name="imports.check")
def check(upload_id: int) -> None:
    uploads.check(upload_id)


@app.task(queue=uploads.QUEUE, name="imports.publish")
def publish(upload_id: int) -> None:
    uploads.publish(upload_id)


@app.periodic(cron="*/2 * * * *")
@app.task(queue=uploads.QUEUE, queueing_lock="imports.recover", name="imports.recover", pass_context=True)
async def recover(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker died start again; each of them can be repeated without harm."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(queue=uploads.QUEUE, queueing_lock="imports.forget", name="imports.forget")
def forget(timestamp: int) -> None:
    uploads.forget_undecided()

"""Jobs of the worker: processes that clients asked for, the open tables at midnight and at night."""

from procrastinate.contrib.django import app

from spatial.ogc import jobs, open_tables

QUEUE = "maps"


@app.task(queue=QUEUE, name=jobs.TASK)
def process(job: str) -> None:
    """Taken up again by another worker when one dies (``imports.recover``)."""
    jobs.perform(job)


@app.periodic(cron="1 0 * * *")
@app.task(queue=QUEUE, queueing_lock="ogc.turn_day", name="ogc.turn_day")
def turn_day(timestamp: int) -> None:
    """The first request of a day does the same; a map that nobody asks for is ready too."""
    open_tables.turn_day()


@app.periodic(cron="37 2 * * *")
@app.task(queue=QUEUE, queueing_lock="ogc.sweep", name="ogc.sweep")
def sweep(timestamp: int) -> None:
    open_tables.sweep()


@app.periodic(cron="23 * * * *")
@app.task(queue=QUEUE, queueing_lock="ogc.forget", name="ogc.forget")
def forget(timestamp: int) -> None:
    jobs.forget()

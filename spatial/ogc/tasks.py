"""Jobs of the worker: the open tables at midnight and at night."""

from procrastinate.contrib.django import app

from spatial.ogc import open_tables

QUEUE = "maps"


@app.periodic(cron="1 0 * * *")
@app.task(queue=QUEUE, queueing_lock="ogc.turn_day", name="ogc.turn_day")
def turn_day(timestamp: int) -> None:
    """The first request of a day does the same; a map that nobody asks for is ready too."""
    open_tables.turn_day()


@app.periodic(cron="37 2 * * *")
@app.task(queue=QUEUE, queueing_lock="ogc.sweep", name="ogc.sweep")
def sweep(timestamp: int) -> None:
    open_tables.sweep()

"""Several files that are one delivery, read one after the other."""

from collections.abc import Iterator, Sequence

from data.records import Reading


def joined[Record](readings: Sequence[Reading[Record]]) -> Reading[Record]:
    """One reading of all; its state is the oldest of theirs."""
    if len(readings) == 1:
        return readings[0]
    days = [reading.state_on for reading in readings if reading.state_on is not None]
    whole = Reading[Record](iter(()), state_on=min(days, default=None))

    def records() -> Iterator[Record]:
        for reading in readings:
            yield from reading.records
            whole.problems.extend(reading.problems)
            whole.read += reading.read

    whole.records = records()
    return whole

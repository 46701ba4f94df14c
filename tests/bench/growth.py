"""``python -m tests.bench.growth BASE < PATHS``: one client asks each path three times; prints median and p95.

Run against servers over tables of different size, the ratios tell what growth costs.
"""

import http.client
import statistics
import sys
from time import perf_counter
from urllib.parse import urlsplit

ROUNDS = 3


def measured(base: str, paths: list[str]) -> tuple[float, float]:
    """Milliseconds; the first round warms and is not counted. Raises SystemExit for an answer that is none."""
    place = urlsplit(base)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    times: list[float] = []
    for number in range(ROUNDS + 1):
        for path in paths:
            began = perf_counter()
            connection.request("GET", path, headers={"Connection": "keep-alive"})
            answer = connection.getresponse()
            answer.read()
            if number:
                times.append(1000 * (perf_counter() - began))
            if answer.status not in (200, 204):
                raise SystemExit(f"{answer.status}: {path}")
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[18]


if __name__ == "__main__":
    median, late = measured(sys.argv[1], [line.strip() for line in sys.stdin if line.strip()])
    print(f"median {median:.2f} ms, p95 {late:.2f} ms")

"""Lookups in the database that DATABASE_URL names: name, tab, milliseconds of execution (median)."""

import os
import random
import re
from collections.abc import Callable
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "services.portal.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from spatial.cadastre.models import AddressPoint, Parcel  # noqa: E402
from spatial.cadastre.search import find  # noqa: E402

ASKED = 100


def in_sql(ask: Callable[[], object]) -> float:
    """Execution time of all queries of one question, as PostgreSQL measures it."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        ask()
    return sum(_executed(query["sql"]) for query in captured.captured_queries if query["sql"].startswith("SELECT"))


def _executed(sql: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF) " + sql.replace("%", "%%"), ())
        plan = "\n".join(row[0] for row in cursor.fetchall())
    found = re.search(r"Execution Time: ([\d.]+) ms", plan)
    assert found, plan
    return float(found[1])


def main() -> None:
    dice = random.Random(3)
    connection.force_debug_cursor = True
    pks = list(Parcel.objects.current().values_list("pk", flat=True))
    parcels = list(Parcel.objects.filter(pk__in=dice.sample(pks, ASKED)))
    houses = list(
        AddressPoint.objects.filter(pk__in=dice.sample(list(AddressPoint.objects.values_list("pk", flat=True)), ASKED))
    )
    questions: dict[str, list[Callable[[], object]]] = {
        "parcel by identifier": [
            lambda p=p: list(Parcel.objects.current().filter(identifier=p.identifier)) for p in parcels
        ],
        "parcel by point": [lambda p=p: list(Parcel.objects.current().at(p.geom.point_on_surface)) for p in parcels],
        "address by label": [lambda h=h: find(query=h.label) for h in houses],
    }
    for name, asked in questions.items():
        for ask in asked[:10]:
            ask()
        print(f"{name}\t{median(in_sql(ask) for ask in asked):.3f}")


if __name__ == "__main__":
    main()

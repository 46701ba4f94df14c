"""``python -m tests.bench.office``: filing and the work list, in a database of its own that goes afterwards.

1,000 drafts are filed by 16 residents at once, each by the POST of its page; a clerk opens the work list over 100,000
cases.
"""

import os
import statistics
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.catalogue.models import Draft
    from services.identity.models import User

FILINGS, RESIDENTS, CASES, ROUNDS = 1_000, 16, 100_000, 20
#: processes, as the server has
WORKERS = 2


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        measure()
    finally:
        from django.db import connections

        connections.close_all()
        teardown_databases(made, verbosity=0)


def file_in_threads(work: "tuple[list[User], list[list[Draft]]]") -> list[float]:
    """Each person's drafts one after the other, the people at once: what one process of the server does."""
    from django.db import close_old_connections
    from django.test import Client

    def file_all(owner: "User", drafts: "list[Draft]") -> list[float]:
        client = Client()
        client.force_login(owner)
        times = []
        for draft in drafts:
            began = perf_counter()
            answer = client.post(f"/uslugi/pismo-ogolne/wniosek/{draft.pk}/")
            times.append(1000 * (perf_counter() - began))
            assert answer.status_code == 302, answer.content
        close_old_connections()
        return times

    with ThreadPoolExecutor(len(work[0])) as pool:
        return [one for part in pool.map(file_all, *work) for one in part]


def measure() -> None:
    from django.db import connection, connections
    from django.test import Client
    from django.utils import timezone

    from services.cases.models import Case, CaseClass
    from services.catalogue import filing
    from services.catalogue.declaration import eservices
    from services.identity.models import StaffRole, User
    from services.portal.demo import CASE_CLASSES
    from tests import factories

    skala = factories.municipality("120610")
    for service, (unit, jrwa) in CASE_CLASSES.items():
        CaseClass.objects.create(
            municipality=skala,
            service=service,
            unit_symbol=unit,
            jrwa=jrwa,
            valid_from=date(2011, 1, 1),
            source="bench",
        )
    letter, now = eservices.get("pismo-ogolne"), timezone.now()
    assert letter is not None
    typed = {"office": ["120610"], "kind": ["question"], "subject": ["Pytanie"], "text": ["Kiedy?"]}
    people = [User.objects.create_user(f"r{number}") for number in range(RESIDENTS)]
    held = [
        [filing.begin(letter, owner=owner, typed=typed, at=now) for _ in range(FILINGS // RESIDENTS + 1)]
        for owner in people
    ]

    connections.close_all()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
        parts = pool.map(file_in_threads, [(people[one::WORKERS], held[one::WORKERS]) for one in range(WORKERS)])
        times = [one for part in parts for one in part]
    numbers = sorted(int(number.split(".")[2]) for number in Case.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(times) + 1)), "a gap or a double"
    tell(f"filing, {len(times)} by {RESIDENTS} at once", times)

    clerk = User.objects.create_user("clerk", last_name="Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    today = timezone.localdate()
    Case.objects.bulk_create(
        (
            Case(municipality=skala, number=f"OR.1510.{number}.2020", service="pismo-ogolne", title=f"Pismo {number}",
                 applicant=people[number % RESIDENTS], filed_at=now, due_on=today + timedelta(days=number % 400 - 30))
            for number in range(CASES)
        ),
        batch_size=5_000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_case")
    client = Client()
    client.force_login(clerk)
    for name, path in (("work list", "/urzad/"), ("work list, page 100", "/urzad/?strona=100"),
                       ("work list, by words", "/urzad/?szukaj=Pismo+99999")):  # fmt: skip
        times = []
        for _ in range(ROUNDS):
            began = perf_counter()
            assert client.get(path).status_code == 200
            times.append(1000 * (perf_counter() - began))
        tell(f"{name}, {CASES} cases", times[1:])


def tell(name: str, times: list[float]) -> None:
    print(f"{name}: median {statistics.median(times):.1f} ms, p95 {statistics.quantiles(times, n=20)[18]:.1f} ms")


if __name__ == "__main__":
    main()

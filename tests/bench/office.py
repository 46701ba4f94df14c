"""``python -m tests.bench.office``: filing and the work list, in a database of its own that goes afterwards.

1,000 drafts are filed by 16 residents at once, each by the POST of its page; a clerk opens the work list over 100,000
cases. All of it over HTTP, from the server as ``make up`` runs it.
"""

import os
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.bench.serving import server

if TYPE_CHECKING:
    from services.catalogue.models import Draft
    from services.identity.models import User
    from spatial.municipalities.models import Municipality

FILINGS, RESIDENTS, CASES, ROUNDS = 1_000, 16, 100_000, 20
#: any that the page would give: what comes in the cookie must come in the header
CSRF = "b" * 32


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        skala, people, drafts = prepared()
        with served() as port:
            file_all(port, people, drafts)
            open_list(port, skala, people)
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)


@contextmanager
def served() -> Iterator[int]:
    """The server over the database of this run, with the settings of ``make up`` and not those of tests."""
    from django.db import connection

    said = connection.settings_dict
    user, password = (quote(str(said[name]), safe="") for name in ("USER", "PASSWORD"))
    address = f"postgresql://{user}:{password}@{said['HOST']}:{said['PORT']}/{said['NAME']}"
    with server({"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "services.portal.settings"}) as port:
        yield port


def prepared() -> "tuple[Municipality, list[User], list[list[Draft]]]":
    """The office, and drafts of each resident with every answer given."""
    from django.utils import timezone

    from services.cases.models import CaseClass
    from services.catalogue import filing
    from services.catalogue.declaration import eservices
    from services.identity.models import User
    from services.portal.demo import CASE_CLASSES
    from tests import factories

    skala = factories.municipality("120610")
    for service, (unit, jrwa) in CASE_CLASSES.items():
        CaseClass.objects.create(
            municipality=skala, service=service, unit_symbol=unit, jrwa=jrwa, valid_from=date(2011, 1, 1),
            source="bench",
        )  # fmt: skip
    letter, now = eservices.get("pismo-ogolne"), timezone.now()
    assert letter is not None
    typed = {"office": ["120610"], "kind": ["question"], "subject": ["Pytanie"], "text": ["Kiedy?"]}
    people = [User.objects.create_user(f"r{number}") for number in range(RESIDENTS)]
    drafts = [
        [filing.begin(letter, owner=owner, typed=typed, at=now) for _ in range(FILINGS // RESIDENTS + 1)]
        for owner in people
    ]
    return skala, people, drafts


class Browser:
    """A signed-in person with one connection kept alive."""

    def __init__(self, port: int, user: "User") -> None:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        self.headers = {"Cookie": cookies, "X-CSRFToken": CSRF, "Content-Length": "0"}
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def timed(self, method: str, address: str, status: int) -> float:
        """Milliseconds until the last byte. Raises AssertionError for another status."""
        began = perf_counter()
        self.connection.request(method, address, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        took = 1000 * (perf_counter() - began)
        assert answer.status == status, (answer.status, body[:2000])
        return took


def file_all(port: int, people: "list[User]", drafts: "list[list[Draft]]") -> None:
    """Each person's drafts one after the other, the people at once."""
    from services.cases.models import Case
    from services.correspondence.models import Correspondence

    def of_one(browser: Browser, held: "list[Draft]") -> list[float]:
        return [browser.timed("POST", f"/uslugi/pismo-ogolne/wniosek/{one.pk}/", 302) for one in held]

    browsers = [Browser(port, one) for one in people]
    began = perf_counter()
    with ThreadPoolExecutor(RESIDENTS) as pool:
        times = [one for part in pool.map(of_one, browsers, drafts) for one in part]
    a_second = len(times) / (perf_counter() - began)
    for numbers, place in (
        (Case.objects.values_list("number", flat=True), (".", 2)),
        (Correspondence.objects.values_list("number", flat=True), ("/", 1)),
    ):
        given = sorted(int(number.split(place[0])[place[1]]) for number in numbers)
        assert given == list(range(1, len(times) + 1)), "a gap or a double"
    tell(f"filing, {len(times)} by {RESIDENTS} at once, {a_second:.0f} a second", times)


def open_list(port: int, skala: "Municipality", people: "list[User]") -> None:
    from django.db import connection
    from django.utils import timezone

    from services.cases.models import Case
    from services.identity.models import StaffRole, User

    clerk = User.objects.create_user("clerk", last_name="Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    now, today = timezone.now(), timezone.localdate()
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
    browser = Browser(port, clerk)
    for name, path in (("work list", "/urzad/"), ("work list, page 100", "/urzad/?strona=100"),
                       ("work list, by words", "/urzad/?szukaj=Pismo+99999")):  # fmt: skip
        times = [browser.timed("GET", path, 200) for _ in range(ROUNDS)]
        tell(f"{name}, {CASES} cases", times)


def tell(name: str, times: list[float]) -> None:
    print(f"{name}: median {statistics.median(times):.1f} ms, p95 {statistics.quantiles(times, n=20)[18]:.1f} ms")


if __name__ == "__main__":
    main()

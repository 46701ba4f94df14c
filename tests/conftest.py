"""Personas and places that every test may ask for.

*Anna* owns the parcel, *Bogdan* co-owns it, *Celina* must see nothing, *Danuta* is the planner in Skała, *Emil* in
Sułoszowa.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import expect

from planning.models import LocalPlan, PlanZone
from services.identity.models import StaffRole, User
from spatial.cadastre.models import Parcel
from spatial.municipalities.models import Municipality
from tests import factories
from tests.drawn import drawn_plan, filing, make_order, make_sheet, rate

__all__ = ["drawn_plan", "filing", "make_order", "make_sheet", "rate"]


# Playwright's loop runs in the thread of the tests; the database is asked between its calls, never inside.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# The machine may be busy; how fast a page is, is measured by ``make bench``.
expect.set_options(timeout=20_000)


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    """Files that a test stores go with the test."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def nothing_kept():
    """Rows go with their test; what was remembered of them goes too."""
    cache.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files beside the project; absent on most machines."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "real"
    if not folder.is_dir():
        pytest.skip("the real files (../shared/data/real) are not on this machine")
    return folder


@pytest.fixture
def committing(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Rows that other connections and processes see; the test deletes its own, one by one.

    pytest-django makes the test database only when some test of the run asks for ``db``.
    """
    with django_db_blocker.unblock():
        assert str(connection.settings_dict["NAME"]).startswith("test_"), "run the whole file: it makes the database"
        yield


@pytest.fixture
def skala(db: None) -> Municipality:
    return factories.municipality("120610")


@pytest.fixture
def suloszowa(db: None) -> Municipality:
    return factories.municipality("120613")


@pytest.fixture
def make_parcel(skala: Municipality) -> Callable[..., Parcel]:
    return partial(factories.parcel, skala)


@pytest.fixture
def make_plan(skala: Municipality) -> Callable[..., LocalPlan]:
    return partial(factories.plan, skala)


@pytest.fixture
def local_plan(make_plan: Callable[..., LocalPlan]) -> LocalPlan:
    return make_plan()


@pytest.fixture
def make_zone(local_plan: LocalPlan) -> Callable[..., PlanZone]:
    """Zones of the one plan ``local_plan``; ``factories.zone`` serves where there are several."""
    return partial(factories.zone, local_plan)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The distribution's Chromium: browser builds of their own are not downloaded."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing: apt-get install chromium (make test does it)"
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags.append("--enable-unsafe-swiftshader")  # WebGL of MapLibre
    return browser_type_launch_args | {"executable_path": chromium, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """A Polish visitor; pages speak the visitor's language."""
    return browser_context_args | {"locale": "pl-PL", "timezone_id": "Europe/Warsaw"}


def person(username: str, first_name: str, last_name: str) -> User:
    return User.objects.create_user(
        username, password="miedza-demo", first_name=first_name, last_name=last_name, email=f"{username}@example.pl"
    )


def planner(user: User, owner: Municipality) -> User:
    StaffRole.objects.create(
        user=user, municipality=owner, role=StaffRole.Role.PLANNER, job_title="inspektor ds. planowania przestrzennego"
    )
    return user


@pytest.fixture
def anna(db: None) -> User:
    return person("anna", "Anna", "Nowak")


@pytest.fixture
def bogdan(db: None) -> User:
    return person("bogdan", "Bogdan", "Kowalski")


@pytest.fixture
def celina(db: None) -> User:
    return person("celina", "Celina", "Wiśniewska")


@pytest.fixture
def danuta(skala: Municipality) -> User:
    return planner(person("danuta", "Danuta", "Zielińska"), skala)


@pytest.fixture
def emil(suloszowa: Municipality) -> User:
    return planner(person("emil", "Emil", "Wójcik"), suloszowa)

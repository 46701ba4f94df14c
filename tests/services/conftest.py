from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from services.identity.models import StaffRole
from tests.conftest import person
from tests.simulators.maps import MapSimulator, picture


@pytest.fixture
def land(drawn_plan, make_parcel, rate, filing):
    """A parcel that an extract can be issued for."""
    return make_parcel(east=0, north=0, side=100, number="123/4")


@pytest.fixture
def service(settings, tmp_path, skala):
    """A national service of pictures, simulated; nothing of it is kept yet."""
    cache.clear()
    settings.MAP_FOLDER = tmp_path / "maps"
    with MapSimulator(content=picture()).running() as running:
        yield running


@pytest.fixture(autouse=True)
def polish() -> Iterator[None]:
    """A test before may have asked in English, and a thread stays in the language of its last page."""
    with translation.override("pl"):
        yield


@pytest.fixture
def jadwiga(skala):
    clerk = person("jadwiga", "Jadwiga", "Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    return clerk


@pytest.fixture
def resident(client, anna, filing):
    client.force_login(anna)
    return client


@pytest.fixture
def office(jadwiga):
    clerk = Client()
    clerk.force_login(jadwiga)
    return clerk

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

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

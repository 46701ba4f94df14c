from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.db import connections
from django.test.testcases import LiveServerThread

from spatial.cadastre.models import AddressPoint, Building, Locality
from tests import factories
from tests.spatial.owners.private import plant_land_book

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
#: planted where no public answer may reach
CANARY_LAND_BOOK = "KR1P/00654321/7"
CANARY_FINGERPRINT = "deadbeefdeadbeefdeadbeefdeadbeef"


@pytest.fixture(autouse=True)
def forget_extent():
    cache.clear()


@pytest.fixture
def items(client, db):
    """GET of the items of a collection; the document when all is well, else the response."""

    def get(collection: str, **parameters: Any):
        named = {name.replace("_", "-"): value for name, value in parameters.items()}
        response = client.get(f"/ogc/collections/{collection}/items", named)
        return response.json() if response.status_code == 200 else response

    return get


def ids(document: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in document["features"]]


@pytest.fixture
def make_building(skala):
    def make(number: int, *, east: float, north: float, side: float = 10) -> Building:
        return Building.objects.create(
            municipality=skala,
            snapshot=factories.snapshot(skala),
            identifier=f"120610_5.0007.{number}_BUD",
            valid_from=date(2010, 1, 1),
            fingerprint=CANARY_FINGERPRINT,
            kind="m",
            floors_above=2,
            geom=factories.rectangle(east=east, north=north, width=side, height=side),
        )

    return make


@pytest.fixture
def address(skala) -> AddressPoint:
    village = Locality.objects.create(simc="0331234", name="Cianowice", kind="wieś", municipality=skala)
    return AddressPoint.objects.create(
        municipality=skala,
        snapshot=factories.snapshot(skala),
        identifier="0331234.00000.12",
        valid_from=date(2010, 1, 1),
        fingerprint=CANARY_FINGERPRINT,
        locality=village,
        number="12",
        label="Cianowice 12",
        search_key="canary of the search key",
        geom=Point(factories.EAST + 50, factories.NORTH + 50, srid=2178),
    )


@pytest.fixture
def land(make_parcel, make_plan, make_building, address):
    """One object in each collection, with secrets beside them."""
    parcel = make_parcel(east=0, north=0, side=100, number="123/4", fingerprint=CANARY_FINGERPRINT)
    factories.zone(make_plan(), "1MN", east=0, north=0, side=60)
    make_building(7, east=20, north=20)
    place = parcel.district
    place.geom = factories.rectangle(east=-500, north=-500, width=2000, height=2000)
    place.save()
    plant_land_book(parcel, CANARY_LAND_BOOK)
    return parcel


@pytest.fixture
def address_of_server(db, monkeypatch) -> Iterator[str]:
    """The office over real HTTP, on the connection of the test: what the test wrote is seen, nothing is committed."""
    shared = connections["default"]
    shared.inc_thread_sharing()
    monkeypatch.setattr(shared, "close", lambda: None)  # the server would close it after each request
    server = LiveServerThread("127.0.0.1", lambda handler: handler, connections_override={"default": shared})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    server.join()
    shared.dec_thread_sharing()

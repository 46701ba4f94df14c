"""Tiles in an S3-compatible store, over real HTTP: kept, served again, and gone when what they show changes."""

from uuid import uuid4

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from moto.server import ThreadedMotoServer

from services.portal.front import in_front_of
from tests import factories
from tests.tiles.test_map_services import asked, tile_at
from tiles.freshness import Change
from tiles.storage import Bucket, kept_tiles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(monkeypatch):
    """Address of an empty bucket."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint, name = f"http://{host}:{port}", f"kafle-{uuid4().hex}"  # the server's memory is the process's
    boto3.session.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=name)
    yield f"s3://{name}/miedza?endpoint={endpoint}&region=us-east-1"
    server.stop()


def keys(address: str) -> list[str]:
    bucket = Bucket.of(address)
    found = bucket.client().list_objects_v2(Bucket=bucket.name).get("Contents", ())
    return sorted(one["Key"] for one in found)


def test_a_tile_is_kept_in_the_bucket_and_leaves_it_with_a_change(store, settings, tmp_path, make_parcel, make_plan):
    settings.MAP_FOLDER, settings.TILE_CACHE = tmp_path, store
    factories.zone(make_plan(), "1MN", east=0, north=0, side=200)
    make_parcel(side=200)
    application = in_front_of(get_wsgi_application())
    zoom, (column, row) = 16, tile_at(16)
    address = f"/wmts/plan-zones/WebMercatorQuad/{zoom}/{column}/{row}.png"
    status, _, first = asked(application, address)
    held = keys(store)
    again = asked(application, address)[2]

    own = f"miedza/plan-zones-tiles/WebMercatorQuad/{zoom}/{column}/{row}.png"
    assert status[:3] == "200"
    assert own in held
    assert again == first
    assert not list((tmp_path / "tiles").rglob("*.png"))

    side = 2 * 20_037_508.342789244 / 2**zoom
    west, north = column * side - 20_037_508.342789244, 20_037_508.342789244 - row * side
    kept_tiles(tmp_path / "tiles", Bucket.of(store)).remove(
        Change("plan-zones", (west + 1, north - side + 1, west + side - 1, north - 1))
    )
    assert own not in keys(store)


def test_a_wide_change_removes_by_listing_and_all_go_at_once(store, tmp_path):
    bucket = Bucket.of(store)
    client = bucket.client()
    for key in ("parcels-tiles/WebMercatorQuad/20/600000/350000.png", "parcels-tiles/WebMercatorQuad/20/1/1.png",
                "plans-tiles/WebMercatorQuad/3/1/1.png", "inne/1.png"):  # fmt: skip
        client.put_object(Bucket=bucket.name, Key=f"miedza/{key}", Body=b"x")
    tiles = kept_tiles(tmp_path, bucket)
    side = 2 * 20_037_508.342789244 / 2**20
    west, north = 600_000 * side - 20_037_508.342789244, 20_037_508.342789244 - 350_000 * side
    tiles.remove(Change("parcels", (west - 5000, north - 5000, west + 5000, north + 5000)))
    assert keys(store) == [
        "miedza/inne/1.png", "miedza/parcels-tiles/WebMercatorQuad/20/1/1.png",
        "miedza/plans-tiles/WebMercatorQuad/3/1/1.png",
    ]  # fmt: skip

    tiles.remove_all()
    assert keys(store) == ["miedza/inne/1.png"]


@pytest.mark.parametrize("address", ["http://x", "s3://", "s3://a/b?x=1", "s3:"])
def test_an_address_that_is_none(address):
    with pytest.raises(ImproperlyConfigured):
        Bucket.of(address)


def test_no_address_means_files(tmp_path):
    assert Bucket.of("") is None
    assert type(kept_tiles(tmp_path, None)).__name__ == "Tiles"

"""Programs of other people against the office over HTTP: GDAL (command line and library) and OWSLib."""

import json
import shutil
import subprocess
import sys

import pytest
from django.utils import timezone
from owslib.ogcapi.features import Features
from owslib.ogcapi.processes import Processes

from services.catalogue.declaration import eservices
from services.identity import programs
from services.identity.models import StaffRole, User
from tests.factories import EAST, NORTH


@pytest.fixture
def door(address_of_server, land):
    return f"{address_of_server}/ogc"


@pytest.fixture
def ogrinfo():
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("ogrinfo is not on this machine")

    def run(*arguments: str) -> str:
        done = subprocess.run([program, "-ro", *arguments], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


READ = """
import json, sys, pyogrio
frame = pyogrio.read_dataframe(sys.argv[1], layer=sys.argv[2], **json.loads(sys.argv[3]))
print(json.dumps({"ids": list(frame["identifier"]), "epsg": frame.crs.to_epsg(), "bounds": list(frame.total_bounds)}))
"""


def read_by_library(door: str, layer: str, **options: str) -> dict:
    """GDAL of the wheel, newer than that of the system; a process of its own, because it waits holding the GIL."""
    command = [sys.executable, "-c", READ, f"OAPIF:{door}", layer, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_curl_edits_by_a_key_of_a_program(door, skala):
    """HTTP Basic as curl, QGIS and GDAL write it; the password of the account opens nothing."""
    keeper = User.objects.create_user("feliks", password="tajne")
    StaffRole.objects.create(user=keeper, municipality=skala, role="register-keeper", job_title="inspektor")
    _, key = programs.make(user=keeper, municipality="120610", name="curl", days=1, at=timezone.now())
    castle = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [19.83, 50.2119]},
        "properties": {"name": "Zamek", "kind": "castle"},
    }  # fmt: skip
    told = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/geo+json", "-d", "@-"]

    def posted(secret: str) -> str:
        command = [shutil.which("curl") or pytest.skip("curl is not on this machine"), *told]
        command += ["-u", f"feliks:{secret}", f"{door}/collections/places/items"]
        return subprocess.run(command, input=json.dumps(castle), capture_output=True, text=True, check=True).stdout

    assert [posted(one) for one in ("tajne", key[:-1], key)] == ["401", "401", "201"]


class TestGdal:
    def test_finds_the_collections(self, door, ogrinfo):
        listed = ogrinfo(f"OAPIF:{door}")

        for name in ("parcels", "plans", "plan-zones", "districts", "buildings", "addresses"):
            assert name in listed

    def test_reads_a_parcel_with_its_attributes(self, door, ogrinfo):
        shown = ogrinfo(f"OAPIF:{door}", "parcels", "-al")

        assert "Feature Count: 1" in shown
        assert "number (String) = 123/4" in shown
        assert "registered_area_m2 (Integer) = 10000" in shown
        assert "MULTIPOLYGON (((19.85" in shown

    def test_filters_by_place_and_attribute(self, door, ogrinfo):
        here = ("-spat", "19.84", "50.21", "19.86", "50.23")

        assert "Feature Count: 1" in ogrinfo(f"OAPIF:{door}", "parcels", "-so", *here)
        assert "Feature Count: 0" in ogrinfo(f"OAPIF:{door}", "parcels", "-so", "-spat", "19", "49", "19.1", "49.1")
        assert "Feature Count: 0" in ogrinfo(f"OAPIF:{door}", "parcels", "-so", "-where", "number = '5'")

    def test_pages_through_everything(self, door, make_parcel):
        for number in range(200, 225):
            make_parcel(east=number, north=500, side=1, number=str(number))

        found = read_by_library(door, "parcels", PAGE_SIZE="10")

        assert len(found["ids"]) == len(set(found["ids"])) == 26

    def test_asks_for_the_storage_system(self, door):
        """Newer GDAL turns the axes by itself: what comes is east, north."""
        found = read_by_library(door, "parcels", CRS="EPSG:2178")

        assert found["epsg"] == 2178
        assert found["bounds"] == pytest.approx([EAST, NORTH, EAST + 100, NORTH + 100], abs=0.01)


class TestOwslib:
    def test_features(self, door):
        client = Features(f"{door}/")

        assert set(client.feature_collections()) >= {"parcels", "plans", "plan-zones"}
        assert client.conformance()["conformsTo"]
        assert client.api()["openapi"].startswith("3.0")
        assert client.collection_queryables("parcels")["properties"]["number"]["type"] == "string"
        found = client.collection_items("parcels", bbox=[19.84, 50.21, 19.86, 50.23], limit=5)
        assert found["features"][0]["properties"]["number"] == "123/4"
        assert client.collection_items("parcels", filter="number = '5'")["numberMatched"] == 0
        one = client.collection_item("parcels", "120610_5.0007.123/4")
        assert one["id"] == "120610_5.0007.123/4"

    def test_process(self, door, land):
        client = Processes(f"{door}/")

        services = [one.code for one in eservices]
        assert [one["id"] for one in client.processes()] == ["echo", "plan-extract-preview", *services]
        answer = client.execute("plan-extract-preview", {"parcels": [land.identifier]})
        assert answer["preview"]["parcels"][0]["id"] == land.identifier

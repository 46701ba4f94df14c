"""The catalogue of layers, grounds and heights, by simulators of the national services."""

import os
import time
from math import atan, degrees, pi, sinh

import pytest
from django.core.cache import cache
from pyproj import Transformer

from services.mapping import backgrounds
from spatial.ogc.registry import collections
from spatial.remote.contrib.pictures import days_of
from spatial.remote.models import RemoteCall
from tests.factories import EAST, NORTH
from tests.simulators.base import Resets, Says
from tests.simulators.heights import HeightsSimulator
from tests.simulators.maps import picture, switch_on

pytestmark = pytest.mark.django_db(transaction=True)

JSON = {"Accept": "application/json"}
TILE = "/podklady/orto/14/9094/5548"


class TestCatalogue:
    def test_has_every_drawn_collection_once(self, client, skala):
        groups = client.get("/mapa/warstwy").json()["groups"]

        named = [layer["id"] for group in groups for layer in group["layers"]]
        assert sorted(named) == sorted(one.id for one in collections if one.drawing and one.tile_fields)

    def test_says_the_day_of_the_newest_delivery(self, client, make_parcel):
        make_parcel(number="1")
        cache.clear()

        groups = client.get("/mapa/warstwy").json()["groups"]
        parcels = next(layer for group in groups for layer in group["layers"] if layer["id"] == "parcels")
        assert parcels["state_on"] == "2026-11-01"

    def test_offers_only_grounds_that_are_switched_on(self, client, service, skala):
        def offered():
            return [one["id"] for one in client.get("/mapa/warstwy").json()["backgrounds"]]

        assert offered() == ["light", "grey", "dark", "none"]
        switch_on("orto", service)
        assert offered() == ["light", "grey", "dark", "none", "orto"]


class TestGround:
    def test_is_asked_for_once_a_day(self, client, service):
        switch_on("orto", service)

        first, second = client.get(TILE), client.get(TILE)

        assert (first.status_code, first["Content-Type"]) == (200, "image/jpeg")
        assert first.content == second.content == service.content
        assert RemoteCall.objects.count() == 1
        asked = service.questions[-1]
        assert (asked["TILEMATRIX"], asked["TILECOL"], asked["TILEROW"]) == ("EPSG:3857:14", "9094", "5548")

    def test_of_a_silent_service_is_a_week_old_at_most(self, client, service, settings):
        switch_on("orto", service)
        client.get(TILE)
        file = settings.MAP_FOLDER / "backgrounds/orto/14/9094/5548"
        service.always = Resets()

        os.utime(file, (time.time() - 2 * 86_400,) * 2)
        assert client.get(TILE).status_code == 200
        os.utime(file, (time.time() - 8 * 86_400,) * 2)
        assert client.get(TILE).status_code == 503
        assert backgrounds.forget() == 1
        assert not file.exists()

    @pytest.mark.parametrize("body", [b"<html>oops</html>", b"<ServiceException/>", b"not a picture", picture(side=10)])
    def test_that_is_no_tile_is_not_kept(self, client, service, settings, body):
        switch_on("orto", service)
        service.lie(Says(body))

        assert client.get(TILE).status_code == 503
        assert not list((settings.MAP_FOLDER / "backgrounds").rglob("*")) or not list(
            (settings.MAP_FOLDER / "backgrounds/orto").rglob("5548")
        )

    @pytest.mark.parametrize(
        "address",
        ["/podklady/kieg/14/9094/5548", "/podklady/x/1/1/1", "/podklady/orto/3/0/0", "/podklady/orto/14/9150/5400"],
    )
    def test_that_is_not_offered_is_not_there(self, client, service, address):
        switch_on("kieg", service)
        switch_on("orto", service)

        assert client.get(address).status_code == 404
        assert RemoteCall.objects.count() == 0

    def test_is_not_kept_on_a_full_disk(self, client, service, settings, monkeypatch):
        switch_on("orto", service)
        monkeypatch.setattr(backgrounds, "LEAST_FREE", 1 << 60)

        assert client.get(TILE).status_code == 200
        assert not (settings.MAP_FOLDER / "backgrounds").exists()

    def test_by_wms_asks_for_the_same_square(self, client, service):
        switch_on("topo", service)

        assert client.get("/podklady/topo/0/0/0").status_code == 200
        west, south, east, north = map(float, service.questions[-1]["BBOX"].split(","))
        assert (west, south, east, north) == pytest.approx((-20037508.34, -20037508.34, 20037508.34, 20037508.34))

    def test_of_a_service_without_the_screens_system_is_asked_in_degrees(self, client, service):
        """Corners of tile 14/9094/5548 by the formula of the web map, in degrees."""
        switch_on("cieniowanie", service)

        assert client.get("/podklady/cieniowanie/14/9094/5548").status_code == 200
        asked = service.questions[-1]
        west, south, east, north = map(float, asked["BBOX"].split(","))
        assert asked["SRS"] == "EPSG:4326"
        assert (west, east) == pytest.approx((9094 / 2**14 * 360 - 180, 9095 / 2**14 * 360 - 180), abs=1e-8)
        for latitude, row in ((north, 5548), (south, 5549)):
            expected = degrees(atan(sinh(pi * (1 - 2 * row / 2**14))))
            assert latitude == pytest.approx(expected, abs=1e-8)


class TestGroundInTime:
    """A WMS that keeps pictures of three days (OGC 06-042, annex C)."""

    @pytest.fixture
    def older(self, service):
        service.times = "2009-12-31T00:00:00.000Z,2015-06-01T00:00:00.000Z,2023"
        switch_on("orto-w-czasie", service)
        return service

    def test_tells_its_days(self, client, older):
        assert client.get("/podklady/orto-w-czasie/dni").json() == {"days": ["2009-12-31", "2015-06-01", "2023-12-31"]}
        [offered] = [one for one in client.get("/mapa/warstwy").json()["backgrounds"] if one["id"] == "orto-w-czasie"]
        assert offered["days_url"] == "/podklady/orto-w-czasie/dni"

    @pytest.mark.parametrize(
        ("day", "time"),
        [("", "2023"), ("2016-01-01", "2015-06-01T00:00:00.000Z"), ("2015-06-01", "2015-06-01T00:00:00.000Z"),
         ("1990-01-01", "2009-12-31T00:00:00.000Z")],
    )  # fmt: skip
    def test_is_the_newest_that_the_day_knew(self, client, older, day, time):
        assert client.get(f"/podklady/orto-w-czasie/14/9094/5548?dzien={day}").status_code == 200
        assert older.questions[-1]["TIME"] == time

    def test_days_are_kept_apart(self, client, older):
        for day in ("2016-01-01", "2010-01-01", "2016-02-02"):
            assert client.get(f"/podklady/orto-w-czasie/14/9094/5548?dzien={day}").status_code == 200

        asked = [one["TIME"] for one in older.questions if one["REQUEST"] == "GetMap"]
        assert asked == ["2015-06-01T00:00:00.000Z", "2009-12-31T00:00:00.000Z"]

    def test_of_a_silent_service_says_so(self, client, older):
        older.always = Resets()

        assert client.get("/podklady/orto-w-czasie/dni").status_code == 503
        assert client.get("/podklady/orto-w-czasie/14/9094/5548").status_code == 503

    def test_of_a_day_that_is_none_is_refused(self, client, older):
        assert client.get("/podklady/orto-w-czasie/14/9094/5548?dzien=wczoraj").status_code == 400

    @pytest.mark.parametrize(
        ("said", "days"),
        [
            ("2010-12-31/2013-12-31/P1Y", ["2010-12-31", "2011-12-31", "2012-12-31", "2013-12-31"]),
            ("2010-05/2020-05/P5Y", ["2010-05-31", "2015-05-31", "2020-05-31"]),
            ("current", []), ("2010-01-01/2011-01-01/PT0S", []), ("2010/2012/P0Y", []), ("", []), ("/", []),
        ],
    )  # fmt: skip
    def test_reads_lists_and_spans(self, said, days):
        assert [day for day, _word in days_of(said)] == days


class TestProfile:
    """The simulator knows a slope: a metre up for every ten to the east."""

    @pytest.fixture
    def heights(self, skala):
        with HeightsSimulator().running() as running:
            switch_on("nmt", running)
            yield running

    def test_has_the_heights_along_the_line(self, client, heights):
        told = client.get(f"/mapa/profil?punkty={EAST} {NORTH},{EAST + 100} {NORTH},{EAST + 100} {NORTH + 50}").json()

        assert told["points"][0][0] == 0
        assert told["points"][-1][0] == pytest.approx(150, abs=0.01)
        assert [100, pytest.approx(told["highest"], abs=0.05)] in told["points"]
        assert told["highest"] - told["lowest"] == pytest.approx(10, abs=0.15)  # the grids are turned to each other
        assert told["ascent"] == pytest.approx(10, abs=0.15)
        assert len(heights.questions) == 2  # a hundred points at once

    def test_speaks_north_first(self, client, heights):
        client.get(f"/mapa/profil?punkty={EAST} {NORTH},{EAST + 1} {NORTH}")

        north, east = map(float, heights.questions[-1]["list"].split(",")[0].split())
        turned = Transformer.from_crs(2178, 2180, always_xy=True).transform(EAST, NORTH)
        assert (east, north) == pytest.approx(turned, abs=0.01)

    def test_of_axes_exchanged_is_not_believed(self, client, heights):
        heights.is_swapped = True

        response = client.get(f"/mapa/profil?punkty={EAST} {NORTH},{EAST + 9} {NORTH}", headers=JSON)
        assert response.status_code == 503
        assert "osie" in response.json()["description"]

    def test_knows_unknown_ground(self, client, heights):
        heights.flat = 0.0

        told = client.get(f"/mapa/profil?punkty={EAST} {NORTH},{EAST + 2} {NORTH}").json()
        assert told["points"] == [[0, None], [1, None], [2, None]]
        assert told["lowest"] is None

    def test_without_the_service_says_so(self, client, skala):
        response = client.get(f"/mapa/profil?punkty={EAST} {NORTH},{EAST + 9} {NORTH}", headers=JSON)

        assert response.status_code == 503
        assert "nie włączył" in response.json()["description"]

    @pytest.mark.parametrize("lie", [Resets(), Says(b"<html></html>"), Says(b"1 2 3"), Says(b"a b c,1 2 3"), Says(b"")])
    def test_of_a_lying_service_says_so(self, client, heights, lie):
        heights.always = lie

        assert client.get(f"/mapa/profil?punkty={EAST} {NORTH},{EAST + 1} {NORTH}").status_code == 503

    @pytest.mark.parametrize(
        "asked", ["", "1 2", "a b,c d", f"{EAST} {NORTH}", f"{EAST} {NORTH},nan nan", f"{EAST} {NORTH},inf 1",
                  f"{EAST} {NORTH},{EAST}", f"{EAST} {NORTH},{EAST + 60_000} {NORTH}",
                  ",".join(["7418209 5566697"] * 201)],
    )  # fmt: skip
    def test_of_no_line_is_refused(self, client, heights, asked):
        assert client.get("/mapa/profil", {"punkty": asked}).status_code == 400
        assert not heights.questions

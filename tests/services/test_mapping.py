"""The catalogue of layers, grounds and services of others by simulators, prints measured on their pixels."""

import os
import time

import pytest
from django.core.cache import cache

from services.mapping import backgrounds
from spatial.ogc.registry import collections
from spatial.remote.models import RemoteCall
from tests.simulators.base import Resets, Says
from tests.simulators.maps import picture, switch_on

pytestmark = pytest.mark.django_db(transaction=True)

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


class TestOthers:
    def test_are_those_of_the_list(self, client, service):
        switch_on("kieg", service)

        assert [one["code"] for one in client.get("/mapa/uslugi/").json()["services"]] == ["kieg"]

    @pytest.mark.parametrize(
        "address",
        ["http://169.254.169.254/latest/meta-data", "http://localhost:5432/", "https://example.com/wms", "file:///etc/passwd",
         "http://[::1", "gopher://x", "x" * 5000],
    )  # fmt: skip
    def test_of_other_addresses_are_never_asked(self, client, service, address):
        switch_on("kieg", service)

        response = client.get("/mapa/uslugi/", {"adres": address}, headers={"Accept": "application/json"})

        assert response.status_code == 403
        assert RemoteCall.objects.count() == 0

    def test_are_found_by_their_address_whatever_is_asked_after_it(self, client, service):
        switch_on("kieg", service)

        found = client.get("/mapa/uslugi/", {"adres": f"{service.url}?SERVICE=WMS&REQUEST=GetCapabilities"}).json()

        assert [one["code"] for one in found["services"]] == ["kieg"]

    def test_answer_capabilities_and_maps(self, client, service):
        switch_on("kieg", service)

        told = client.get("/mapa/uslugi/kieg?REQUEST=GetCapabilities")
        drawn = client.get(
            "/mapa/uslugi/kieg?REQUEST=GetMap&LAYERS=dzialki&WIDTH=256&HEIGHT=256&SLD=http://x/&MAP=/etc"
        )

        assert b"<Name>dzialki</Name>" in told.content
        assert drawn["Content-Type"] == "image/jpeg"
        assert not {"SLD", "MAP"} & set(service.questions[-1])

    @pytest.mark.parametrize(
        "query", ["REQUEST=GetFeatureInfo", "", "REQUEST=GetMap&WIDTH=999999&HEIGHT=1",
                  "REQUEST=GetMap&WIDTH=a&HEIGHT=1", "REQUEST=GetMap&WIDTH=9&HEIGHT=9&LAYERS=%00"],
    )  # fmt: skip
    def test_are_asked_for_nothing_else(self, client, service, query):
        switch_on("kieg", service)

        assert client.get(f"/mapa/uslugi/kieg?{query}").status_code == 400
        assert RemoteCall.objects.count() == 0

    @pytest.mark.parametrize(
        "lie",
        [
            Resets(),
            Says(b"<html>login</html>", content_type="text/html"),
            Says(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        ],
    )
    def test_that_lie_are_told_from_maps(self, client, service, lie):
        switch_on("kieg", service)
        service.lie(lie)

        response = client.get("/mapa/uslugi/kieg?REQUEST=GetCapabilities", headers={"Accept": "application/json"})

        assert response.status_code == 502
        assert response.json()["description"]

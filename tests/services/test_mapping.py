"""The catalogue of layers, grounds and services of others by simulators, prints measured on their pixels."""

import os
import subprocess
import time
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

import numpy as np
import pytest
from django.core.cache import cache
from PIL import Image

from services.mapping import backgrounds
from services.mapping.prints.order import read
from services.mapping.prints.papers import PAPERS, SCALES
from spatial.ogc.registry import collections
from spatial.remote.models import RemoteCall, RemoteService
from tests.factories import EAST, NORTH, TODAY
from tests.simulators.base import Reply, Resets, Says, Simulator

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = {"private_network": True, "timeout_s": 5.0, "attempts": 1}
CAPABILITIES = (
    b'<?xml version="1.0"?><WMS_Capabilities version="1.3.0"><Capability><Layer><Title>R</Title><Layer><Name>dzialki'
    b"</Name><Title>Dzialki</Title></Layer></Layer></Capability></WMS_Capabilities>"
)


def picture(colour: str = "#5d7048", kind: str = "JPEG", side: int = 256) -> bytes:
    made = BytesIO()
    Image.new("RGB", (side, side), colour).save(made, kind)
    return made.getvalue()


@dataclass
class MapSimulator(Simulator):
    """A WMTS and WMS that answers every tile with one picture."""

    content: bytes = b""

    def answer(self, params):
        request = params.get("REQUEST")
        if request == "GetCapabilities":
            return Reply(CAPABILITIES, content_type="text/xml")
        if request in ("GetTile", "GetMap"):
            return Reply(self.content, content_type="image/jpeg")
        return Reply(b"<ServiceExceptionReport/>", content_type="text/xml")


@pytest.fixture
def service(settings, tmp_path):
    settings.MAP_FOLDER = tmp_path / "maps"
    with MapSimulator(content=picture()).running() as running:
        yield running


def switch_on(code: str, simulator: Simulator, **options) -> None:
    RemoteService.objects.update_or_create(
        code=code, valid_from=TODAY, defaults={"url": simulator.url, "is_enabled": True, "options": QUICK | options}
    )


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

    @pytest.mark.parametrize("address", ["/podklady/kieg/14/9094/5548", "/podklady/x/1/1/1", "/podklady/orto/3/0/0"])
    def test_that_is_not_offered_is_not_there(self, client, service, address):
        switch_on("kieg", service)
        switch_on("orto", service)

        assert client.get(address).status_code == 404
        assert RemoteCall.objects.count() == 0

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


def print_of(client, **asked) -> bytes:
    told = {
        "x": f"{EAST + 50:.2f}",
        "y": f"{NORTH + 50:.2f}",
        "skala": "1000",
        "warstwy": "parcels",
        "tlo": "none",
        "siatka": "bez",
    }
    response = client.get("/mapa/wydruk", told | asked)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/pdf"
    return response.content


def pixels(pdf: bytes, tmp_path, dpi: int = 508) -> np.ndarray:
    """The first page by poppler; 20 pixels a millimetre."""
    path = tmp_path / "print.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-png", "-singlefile", path, tmp_path / "page"], check=True)
    return np.asarray(Image.open(tmp_path / "page.png").convert("RGB")).astype(int)


class TestPrint:
    @pytest.mark.parametrize(("scale", "side_mm"), [("500", 200.0), ("1000", 100.0), ("2000", 50.0)])
    def test_is_true_to_scale_within_a_tenth_of_a_millimetre(self, client, make_parcel, tmp_path, scale, side_mm):
        """A parcel of 100 m, its green outline of 0.8 mm measured on the page that poppler draws."""
        parcel = make_parcel(number="1", side=100)

        page = pixels(print_of(client, skala=scale, dzialka=parcel.identifier, papier="A3"), tmp_path)

        green = (abs(page - (31, 107, 79)).max(axis=2) < 12).nonzero()
        height, width = ((axis.max() - axis.min() + 1) / 20 - 0.8 for axis in green)
        assert (width, height) == pytest.approx((side_mm, side_mm), abs=0.1)
        left, bottom, wide, high = read({"x": "7418209", "y": "5566697", "papier": "A3"}, "v=1").paper.frame
        middle_x = (green[1].max() + green[1].min() + 1) / 40
        middle_y = (page.shape[0] * 2 - green[0].max() - green[0].min() - 1) / 40
        assert (middle_x, middle_y) == pytest.approx((left + wide / 2, bottom + high / 2), abs=0.1)

    def test_map_and_outlines_lie_on_each_other(self, client, make_parcel, tmp_path):
        """The picture by Mapnik against the vector line of the same parcel: no more than a tenth apart."""
        make_parcel(number="1", side=100)

        page = pixels(print_of(client), tmp_path)

        dark = (page.sum(axis=2) < 600)[1000:4400, 300:3900]  # inside the frame
        rows, columns = dark.mean(axis=1), dark.mean(axis=0)
        edges = [axis[axis > 0.3].size and (axis > 0.3).nonzero()[0] for axis in (rows, columns)]
        for axis in edges:
            assert (axis.max() - axis.min()) / 20 == pytest.approx(100, abs=0.25)

    def test_strength_and_order_are_those_of_the_screen(self, client, make_zone, tmp_path):
        make_zone("MN.1", east=-400, north=-400, width=900, height=900, class_2021="MN")

        strong = pixels(print_of(client, warstwy="plan-zones"), tmp_path, 100)
        weak = pixels(print_of(client, warstwy="plan-zones~20"), tmp_path, 100)
        none = pixels(print_of(client, warstwy=""), tmp_path, 100)

        spot = (slice(300, 500), slice(300, 500))
        shades = [float(page[spot].mean()) for page in (strong, weak, none)]
        assert shades[0] < shades[1] < shades[2]
        assert shades[2] - shades[1] == pytest.approx(0.2 * (shades[2] - shades[0]), rel=0.15)

    def test_says_what_it_is(self, client, make_parcel, tmp_path):
        make_parcel(number="1", side=100)
        path = tmp_path / "print.pdf"
        path.write_bytes(print_of(client, tytul="Zażółć gęślą jaźń", siatka="2178", dzien="2020-05-01"))

        text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout

        told = text.replace("\u00a0", " ")
        for words in (
            "Zażółć gęślą jaźń",
            "1:1 000",
            "EPSG:2178",
            "stan na 1 maja 2020",
            "nie jest dokumentem",
            "działka",
        ):
            assert words in told
        assert f"X {NORTH:,.0f}".replace(",", " ")[:6] in told

    @pytest.mark.parametrize("name", PAPERS)
    @pytest.mark.parametrize("position", ["pion", "poziom"])
    def test_has_the_size_of_the_paper(self, client, make_parcel, tmp_path, name, position):
        make_parcel(number="1")
        path = tmp_path / "print.pdf"
        path.write_bytes(print_of(client, papier=name, uklad=position, skala="25000"))

        told = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
        size = next(line for line in told.splitlines() if line.startswith("Page size")).split()
        found = sorted(float(size[place]) / 72 * 25.4 for place in (2, 4))
        assert found == pytest.approx(sorted(PAPERS[name]), abs=0.2)

    def test_lays_the_ground_under_it_where_it_answers(self, client, service, make_parcel, tmp_path):
        make_parcel(number="1")
        switch_on("orto", service)

        page = pixels(print_of(client, tlo="orto"), tmp_path, 100)

        assert tuple(page[400, 400]) == pytest.approx((0x5D, 0x70, 0x48), abs=6)

    def test_says_that_the_ground_is_missing(self, client, service, make_parcel, tmp_path):
        make_parcel(number="1")
        switch_on("orto", service)
        service.always = Resets()
        path = tmp_path / "print.pdf"
        path.write_bytes(print_of(client, tlo="orto"))

        text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
        assert "nie odpowiada, brak na wydruku" in text

    @pytest.mark.parametrize(
        "asked",
        [
            {"papier": "A9"}, {"skala": "1"}, {"x": "a"}, {"y": "nan"}, {"x": "1"}, {"tytul": "a" * 121},
            {"tytul": "a\nb"},
            {"warstwy": "nic"}, {"warstwy": "parcels~x"}, {"tlo": "orto"}, {"dzien": "wczoraj"}, {"siatka": "4326"},
            {"dzialka": "\u202e"}, {"uklad": "krzywo"},
        ],
    )  # fmt: skip
    def test_of_nonsense_is_refused_by_name(self, client, skala, asked):
        told = {"x": "7418209", "y": "5566697"} | asked

        response = client.get(f"/mapa/wydruk?{urlencode(told)}", headers={"Accept": "application/json"})

        assert response.status_code == 400
        assert response.json()["description"]

    def test_scales_are_offered_to_the_browser(self, client, skala):
        said = client.get("/mapa/warstwy").json()["prints"]

        assert said["scales"] == list(SCALES)
        assert said["frames"]["A4"]["pion"] == [190, 221]

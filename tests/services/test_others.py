"""Maps of others: our own server, asked over HTTP as if it were another office's, and simulators that lie."""

import json
from io import BytesIO

import pytest
from PIL import Image

from services.mapping.others.allowed import is_of_allowed_host, without_question
from spatial.remote.base import Body
from spatial.remote.contrib.features import MOST, read
from spatial.remote.models import RemoteCall, RemoteService
from tests.factories import TODAY
from tests.simulators.base import Reply, Resets, Says, Simulator
from tests.simulators.maps import PATIENT, switch_on
from tests.tiles.test_map_services import application, land, site  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

JSON = {"Accept": "application/json"}
AROUND = "19.80,50.20,19.90,50.26"  #: of the land, degrees


def list_as(code: str, url: str) -> None:
    RemoteService.objects.update_or_create(
        code=code, valid_from=TODAY, defaults={"url": url, "is_enabled": True, "options": PATIENT}
    )


class Words(Simulator):
    """Says one thing to everything."""

    said: bytes = b"{}"

    def answer(self, params):
        return Reply(self.said, content_type="application/json")


class TestRealServices:
    """The four protocols by programs that are not written for this: MapProxy, gisserver and pygeoapi."""

    @pytest.fixture
    def listed(self, client, site, land):  # noqa: F811
        def at(path):
            list_as("kieg", f"{site}{path}")
            told = client.get("/mapa/uslugi/opis", {"adres": f"{site}{path}"}, headers=JSON)
            assert told.status_code == 200, told.content
            return f"{site}{path}", told.json()

        return at

    def test_wms_is_described_and_drawn(self, client, listed):
        address, told = listed("/wms")

        assert told["protocol"] == "wms"
        [zones] = [one for one in told["layers"] if one["name"] == "plan-zones"]
        assert zones["system"] == "EPSG:3857"
        drawn = client.get("/mapa/uslugi/obraz", {
            "adres": address, "REQUEST": "GetMap", "VERSION": "1.3.0", "LAYERS": "plan-zones", "STYLES": "",
            "CRS": "EPSG:3857", "BBOX": "2205000,6481000,2217000,6493000", "WIDTH": "256", "HEIGHT": "256",
            "FORMAT": "image/png", "TRANSPARENT": "TRUE", "SLD": "http://example.com/",
        })  # fmt: skip
        assert drawn.status_code == 200, drawn.content
        assert Image.open(BytesIO(drawn.content)).size == (256, 256)

    def test_wmts_is_described_and_drawn(self, client, listed):
        address, told = listed("/wmts")

        assert told["protocol"] == "wmts"
        [parcels] = [one for one in told["layers"] if one["name"] == "parcels"]
        tiles = parcels["tiles"]
        _name, metres, left, top, side = tiles["matrices"][0]
        assert (left, top, side) == (pytest.approx(-20037508.34, abs=1), pytest.approx(20037508.34, abs=1), 256)
        assert metres == pytest.approx(156543.03, rel=1e-4)
        drawn = client.get("/mapa/uslugi/obraz", {
            "adres": address, "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "parcels", "STYLE": tiles["style"],
            "FORMAT": tiles["format"], "TILEMATRIXSET": tiles["matrix_set"], "TILEMATRIX": tiles["matrices"][17][0],
            "TILEROW": "44311", "TILECOL": "72790",
        })  # fmt: skip
        assert drawn.status_code == 200, drawn.content

    def test_wfs_gives_objects_where_they_lie(self, client, listed):
        address, told = listed("/wfs")

        assert told["protocol"] == "wfs"
        found = client.get(
            "/mapa/uslugi/obiekty", {"adres": address, "rodzaj": "wfs", "warstwa": "open:parcels", "bbox": AROUND}
        ).json()
        [feature] = found["features"]
        [direct] = client.get("/ogc/collections/parcels/items").json()["features"]
        ring, other = feature["geometry"]["coordinates"], direct["geometry"]["coordinates"]
        assert sorted(map(tuple, flat(ring))) == [
            pytest.approx(spot, abs=2e-7) for spot in sorted(map(tuple, flat(other)))
        ]
        assert feature["properties"]["number"] == "123/4"

    @pytest.mark.parametrize("path", ["/ogc", "/ogc/collections", "/ogc/collections/parcels/items"])
    def test_ogc_api_is_found_by_any_of_its_addresses(self, client, listed, path):
        address, told = listed(path)

        assert told["protocol"] == "features"
        assert "parcels" in {one["name"] for one in told["layers"]}
        found = client.get(
            "/mapa/uslugi/obiekty", {"adres": address, "rodzaj": "features", "warstwa": "parcels", "bbox": AROUND}
        ).json()
        assert [one["properties"]["number"] for one in found["features"]] == ["123/4"]
        assert not found["is_partial"]


def flat(coordinates):
    if isinstance(coordinates[0], int | float):
        return [coordinates]
    return [pair for part in coordinates for pair in flat(part)]


class TestFile:
    @pytest.fixture
    def file(self, client, skala):
        with Words().running() as running:
            list_as("kieg", running.url)
            yield running

    def ask(self, client, file):
        return client.get(
            "/mapa/uslugi/obiekty", {"adres": file.url, "rodzaj": "geojson", "warstwa": "", "bbox": AROUND},
            headers=JSON,
        )  # fmt: skip

    def test_of_geojson_is_one_layer(self, client, file):
        file.said = b'{"type": "FeatureCollection", "name": "x", "features": []}'

        told = client.get("/mapa/uslugi/opis", {"adres": file.url}).json()
        assert (told["protocol"], len(told["layers"])) == ("geojson", 1)

    def test_is_cleaned(self, client, file):
        file.said = json.dumps({"type": "FeatureCollection", "links": ["x"], "features": [
            {"type": "Feature", "id": "secret", "geometry": {"type": "Point", "coordinates": [19.85, 50.22]},
             "properties": {"a": 1, "b": {"c": [1]}, "d": "x" * 9000}},
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [7418209, 5566697]}, "properties": {}},
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}, "properties": None},
            {"type": "Feature", "geometry": None}, 7, None,
        ]}).encode()  # fmt: skip

        told = self.ask(client, file).json()

        [one] = told["features"]
        assert one["properties"] == {"a": 1, "b": "{'c': [1]}", "d": "x" * 500}
        assert told["unread"] == 5

    def test_of_many_objects_says_that_these_are_not_all(self):
        point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [20, 50]}, "properties": {}}
        body = json.dumps({"type": "FeatureCollection", "features": [point] * (MOST + 5)}).encode()

        found = read(Body(body, "application/json"))
        assert (len(found.features), found.is_partial) == (MOST, True)

    @pytest.mark.parametrize(
        "said",
        [b"{", b"[]", b"{}", b'{"features": 7}', b'{"features": {"a": 1}}', b"[" * 100_000, b"null", b"<a/>",
         b"<html></html>", b"\xff\xfe"],
    )  # fmt: skip
    def test_that_is_no_geojson_is_told(self, client, file, said):
        file.said = said

        for response in (self.ask(client, file), client.get("/mapa/uslugi/opis", {"adres": file.url}, headers=JSON)):
            assert response.status_code == 502
            assert response.json()["description"]


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        ["http://169.254.169.254/latest/meta-data", "http://localhost:5432/", "https://example.com/wms", "file:///etc/passwd",
         "http://mapy.geoportal.gov.pl/wms", "https://mapy.geoportal.gov.pl:8443/wms", "https://gov.pl.example.com/",
         "https://a@mapy.geoportal.gov.pl/wms", "https://evilgov.pl/wms", "gopher://x"],
    )  # fmt: skip
    @pytest.mark.parametrize("path", ["opis", "obraz", "obiekty"])
    def test_off_the_list_are_never_asked(self, client, skala, path, address):
        response = client.get(f"/mapa/uslugi/{path}", {"adres": address}, headers=JSON)

        assert response.status_code == 403
        assert RemoteCall.objects.count() == 0

    @pytest.mark.parametrize("address", ["", " ", "http://[::1", "x" * 5000, "https://a\x00.gov.pl/"])
    def test_that_are_none_are_refused(self, client, skala, address):
        assert client.get("/mapa/uslugi/opis", {"adres": address}, headers=JSON).status_code in {400, 403}
        assert RemoteCall.objects.count() == 0

    def test_of_an_allowed_host_inside_the_network_are_not_reached(self, client, skala, settings):
        """A name that the office lets may still lead to the office's own machines: the connection is refused."""
        settings.MAP_HOSTS = ("localhost",)

        response = client.get("/mapa/uslugi/opis", {"adres": "https://localhost/wms"}, headers=JSON)

        assert response.status_code == 502
        assert "sieci" in response.json()["description"]
        assert [call.reason for call in RemoteCall.objects.all()] == ["address-forbidden"]

    @pytest.mark.parametrize(
        ("address", "is_allowed"),
        [("https://mapy.geoportal.gov.pl/wss", True), ("https://gov.pl", True), ("https://GOV.PL./x", True),
         ("https://mapy.geoportal.gov.pl:443/", True), ("https://[::1", False), ("https://x:y:z/", False), ("", False)],
    )  # fmt: skip
    def test_of_hosts(self, settings, address, is_allowed):
        settings.MAP_HOSTS = ("gov.pl",)

        assert is_of_allowed_host(address) is is_allowed

    def test_lose_their_question(self):
        said = "https://a.gov.pl/ows?map=x&SERVICE=WMS&Request=GetCapabilities&VERSION=1.3.0"

        assert without_question(said) == "https://a.gov.pl/ows?map=x"


class TestPictures:
    def test_are_those_of_the_list(self, client, service):
        switch_on("kieg", service)

        [told] = client.get("/mapa/uslugi/").json()["services"]
        assert told["url"] == service.url

    def test_are_found_by_an_address_with_a_question(self, client, service):
        switch_on("kieg", service)

        asked = {"adres": f"{service.url}?SERVICE=WMS&REQUEST=GetCapabilities"}
        told = client.get("/mapa/uslugi/opis", asked).json()
        assert (told["title"], [one["name"] for one in told["layers"]]) == ("Powiat", ["dzialki"])

    @pytest.mark.parametrize(
        "query", ["REQUEST=GetFeatureInfo", "", "REQUEST=GetMap&WIDTH=999999&HEIGHT=1",
                  "REQUEST=GetMap&WIDTH=a&HEIGHT=1", "REQUEST=GetMap&WIDTH=9&HEIGHT=9&LAYERS=%00"],
    )  # fmt: skip
    def test_are_asked_for_nothing_else(self, client, service, query):
        switch_on("kieg", service)

        assert client.get(f"/mapa/uslugi/obraz?adres={service.url}&{query}").status_code == 400
        assert RemoteCall.objects.count() == 0

    @pytest.mark.parametrize("query", ["rodzaj=wms", "rodzaj=wfs", "rodzaj=wfs&bbox=1,2,3", "rodzaj=wfs&bbox=0,0,90,90",
                                       "rodzaj=wfs&bbox=nan,0,1,1", "rodzaj=wfs&bbox=2,0,1,1"])  # fmt: skip
    def test_objects_need_a_box_that_people_can_look_at(self, client, service, query):
        switch_on("kieg", service)

        assert client.get(f"/mapa/uslugi/obiekty?adres={service.url}&warstwa=x&{query}").status_code == 400
        assert RemoteCall.objects.count() == 0

    @pytest.mark.parametrize(
        "lie",
        [
            Resets(),
            Says(b"<html>login</html>", content_type="text/html"),
            Says(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
            Says(b"<WMS_Capabilities/>"),
            Says(b"<Capabilities/>"),
        ],
    )
    def test_that_lie_are_told_from_maps(self, client, service, lie):
        switch_on("kieg", service)
        service.always = lie

        response = client.get("/mapa/uslugi/opis", {"adres": service.url}, headers=JSON)

        assert response.status_code == 502
        assert response.json()["description"]

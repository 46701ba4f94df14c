"""WMS, WMTS and TMS over real HTTP, by clients that we did not write: OWSLib and GDAL."""

import math
import threading
from io import BytesIO
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import pytest
import rasterio
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image
from pyproj import Transformer

from services.portal.front import in_front_of
from spatial.ogc.registry import collections
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

WEST, SOUTH = factories.EAST, factories.NORTH
#: box of 400 m, EPSG:2178, x first, with the square of the test in its lower left quarter
BOX = (WEST - 100, SOUTH - 100, WEST + 300, SOUTH + 300)


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def application(tmp_path, settings):
    settings.MAP_FOLDER = tmp_path / "maps"
    return in_front_of(get_wsgi_application())


@pytest.fixture
def site(application):
    server = make_server("127.0.0.1", 0, application, handler_class=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def land(make_parcel, make_plan):
    """A parcel and a zone of 200 m, and nothing round them."""
    make_parcel(number="123/4", side=200)
    factories.zone(make_plan(), "1MN", east=0, north=0, side=200)


def asked(application, address: str) -> tuple[str, dict[str, str], bytes]:
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "testserver", "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
    }  # fmt: skip
    told = []
    body = b"".join(application(environ, lambda status, headers, *_: told.append((status, dict(headers)))))
    return (*told[0], body)


def get_map(**changed: object) -> str:
    told = {
        "SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": "plan-zones", "STYLES": "",
        "CRS": "EPSG:2178", "BBOX": f"{BOX[1]},{BOX[0]},{BOX[3]},{BOX[2]}", "WIDTH": 400, "HEIGHT": 400,
        "FORMAT": "image/png",
    }  # fmt: skip
    return "/wms?" + "&".join(f"{name}={value}" for name, value in (told | changed).items())


def pixels(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(body)).convert("RGBA"))


def covered(body: bytes) -> tuple[float, float, float, float]:
    """Box of what is drawn, as shares of the picture from the upper left corner."""
    drawn = pixels(body)[:, :, 3] > 60
    rows, columns = np.where(drawn.any(axis=1))[0], np.where(drawn.any(axis=0))[0]
    height, width = drawn.shape
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height


class TestGetMap:
    def test_the_square_is_where_it_lies(self, application, land):
        status, headers, body = asked(application, get_map(TRANSPARENT="TRUE"))

        assert (status, headers["Content-type"]) == ("200 OK", "image/png")
        assert covered(body) == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=0.01)

    @pytest.mark.parametrize("system", ["EPSG:2178", "EPSG:2180", "EPSG:3857", "EPSG:4326", "CRS:84"])
    @pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
    def test_the_same_in_every_system_and_order_of_axes(self, application, land, system, version):
        """North first in 1.3.0 where EPSG says so, east first in 1.1.1 (planning dossier 1.5)."""
        onto = Transformer.from_crs("EPSG:2178", system.replace("CRS:84", "EPSG:4326"), always_xy=True)
        west, south, east, north = onto.transform_bounds(*BOX)
        north_first = version == "1.3.0" and system in ("EPSG:2178", "EPSG:2180", "EPSG:4326")
        box = (south, west, north, east) if north_first else (west, south, east, north)
        name = "CRS" if version == "1.3.0" else "SRS"
        told = {"VERSION": version, "CRS": "", name: system, "BBOX": ",".join(map(str, box)), "TRANSPARENT": "TRUE"}
        _, _, body = asked(application, get_map(**told))

        left, top, right, bottom = covered(body)
        assert (left + right) / 2 == pytest.approx(0.5, abs=0.03)
        assert (top + bottom) / 2 == pytest.approx(0.5, abs=0.03)
        assert 0.4 < right - left < 0.62

    def test_a_zone_has_the_colour_of_its_group(self, application, land):
        *_, body = asked(application, get_map())

        red, green, blue = pixels(body)[250, 120][:3]
        assert red > green > blue  # housing: a pale orange
        assert tuple(pixels(body)[20, 20][:3]) == (255, 255, 255)

    def test_letters_of_polish_are_drawn(self, application, make_zone):
        make_zone("ŻÓŁW", east=0, north=0, side=200)
        *_, with_label = asked(application, get_map())
        from planning.models import PlanZone

        PlanZone.objects.update(symbol_raw="")
        *_, without = asked(application, get_map())

        assert (pixels(with_label) != pixels(without)).any(axis=2).sum() > 100

    def test_a_group_draws_its_layers(self, application, land):
        *_, alone = asked(application, get_map(LAYERS="plan-zones"))
        *_, group = asked(application, get_map(LAYERS="planning,cadastre"))

        assert (pixels(alone) != pixels(group)).any()

    def test_far_away_parcels_are_left_out(self, application, land):
        far = f"{SOUTH - 50_000},{WEST - 50_000},{SOUTH + 50_000},{WEST + 50_000}"
        *_, body = asked(application, get_map(LAYERS="parcels", BBOX=far, TRANSPARENT="TRUE"))

        assert pixels(body)[:, :, 3].max() == 0

    @pytest.mark.parametrize(
        ("media_type", "kind"), [("image/png;%20mode=8bit", "P"), ("image/jpeg", "RGB"), ("image/png", "RGB")]
    )
    def test_formats(self, application, land, media_type, kind):
        *_, body = asked(application, get_map(FORMAT=media_type))

        assert Image.open(BytesIO(body)).mode == kind

    def test_a_change_is_drawn_at_once(self, application, land):
        from planning.models import PlanZone

        *_, before = asked(application, get_map(TRANSPARENT="TRUE"))
        PlanZone.objects.all().delete()
        *_, after = asked(application, get_map(TRANSPARENT="TRUE"))

        assert pixels(before)[:, :, 3].max() > 0
        assert pixels(after)[:, :, 3].max() == 0

    def test_a_plan_as_it_stood_on_a_day(self, application, make_plan):
        """The days of the plan decide; the last one is no day of it."""
        from datetime import date

        factories.zone(make_plan(in_force_from=date(2005, 1, 1), in_force_to=date(2015, 1, 1)), "1MN", east=0, north=0)
        drawn = {
            day: pixels(asked(application, get_map(TRANSPARENT="TRUE", TIME=day))[2])[:, :, 3].max() > 0
            for day in ("2004-12-31", "2005-01-01", "2014-12-31", "2015-01-01", "current")
        }

        assert list(drawn.values()) == [False, True, True, False, False]

    @pytest.mark.parametrize(
        "changed",
        [
            {"TIME": "wczoraj"}, {"TIME": "2005-01-01/2006-01-01"},
            {"LAYERS": "nic"}, {"CRS": "EPSG:1"}, {"BBOX": "a,b,c,d"}, {"BBOX": "1,2,3"}, {"WIDTH": 0},
            {"WIDTH": 100_000}, {"WIDTH": "x"},
            {"WIDTH": 16_000_000, "HEIGHT": 1}, {"FORMAT": "application/openlayers"}, {"SLD": "http://x"},
            {"SLD_BODY": "<x/>"}, {"map": "/etc"},
            {"BBOX": "nan,nan,nan,nan"}, {"BBOX": "9,9,1,1"}, {"REQUEST": "Nic"}, {"VERSION": "x"}, {"SERVICE": "XYZ"},
            {"BGCOLOR": "zielony"},
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_refused_as_xml(self, application, land, changed):
        status, headers, body = asked(application, get_map(**changed))

        assert status.startswith("400")
        assert "xml" in headers["Content-type"]
        assert b"Exception" in body
        assert b"Traceback" not in body

    def test_a_failed_database_is_another_answer(self, application, land, monkeypatch):
        from tiles.pictures.renderer import Renderer

        def fails(self, picture):
            raise RuntimeError("no connection")

        monkeypatch.setattr(Renderer, "_drawn", fails)
        status, _, body = asked(application, get_map())

        assert status.startswith("503")
        assert b"no connection" not in body
        column, row = tile_at(17)
        status, _, body = asked(application, f"/wmts/parcels/WebMercatorQuad/17/{column}/{row}.png")
        assert status.startswith("503")
        assert b"no connection" not in body

    def test_other_methods_and_long_questions_are_refused(self, application):
        assert asked(application, "/wms?x=" + "y" * 5000)[0].startswith("414")

    words = st.one_of(
        st.text(st.characters(codec="ascii", exclude_characters="&#%+"), max_size=20),
        st.sampled_from(
            ["1e400", "-1", "0", "nan", "inf", "EPSG:2180", "parcels", "%00", "%ff", ",,,", "1,2,3,4", "all"]
        ),
        st.integers(-(10**12), 10**12).map(str),
    )

    @given(
        st.dictionaries(
            st.sampled_from(["LAYERS", "CRS", "BBOX", "WIDTH", "HEIGHT", "FORMAT", "STYLES", "TRANSPARENT", "BGCOLOR",
                             "VERSION", "REQUEST", "TIME", "EXCEPTIONS", "I", "J", "QUERY_LAYERS", "INFO_FORMAT",
                             "LAYER", "SERVICE", "TILEMATRIX", "TILEROW", "TILECOL", "TILEMATRIXSET", "FEATURE_COUNT"]),
            words, max_size=5,
        )
    )  # fmt: skip
    @hypothesis_settings(
        max_examples=300,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_any_question_is_answered(self, application, changed):
        assert asked(application, get_map(**changed).replace(" ", "%20"))[0][:3] in ("200", "400", "404")


class TestFeatureInfo:
    def info(self, application, media_type: str, **changed: object) -> tuple[str, dict[str, str], bytes]:
        layers = "plan-zones,parcels"
        told = {"REQUEST": "GetFeatureInfo", "LAYERS": layers, "QUERY_LAYERS": layers, "I": 200, "J": 200,
                "INFO_FORMAT": media_type, "FEATURE_COUNT": 5}  # fmt: skip
        return asked(application, get_map(**told | changed))

    def test_json_is_a_feature_collection_of_all_layers(self, application, land):
        from json import loads

        document = loads(self.info(application, "application/json")[2])

        assert document["type"] == "FeatureCollection"
        assert [one["properties"].get("number") or one["properties"]["symbol"] for one in document["features"]] == [
            "1MN", "123/4",
        ]  # fmt: skip

    @pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
    def test_for_people(self, application, land, media_type):
        _, headers, body = self.info(application, media_type)

        assert headers["Content-type"].startswith(media_type)
        assert "Numer działki" in body.decode()
        assert "123/4" in body.decode()

    @pytest.mark.parametrize("system", ["EPSG:2180", "EPSG:2178", "EPSG:3857", "EPSG:4326"])
    @pytest.mark.parametrize(
        "box", ["1e300,1e300,1e301,1e301", "-1e9,-1e9,1e9,1e9", "89,179,91,181", "nan,nan,nan,nan"]
    )
    def test_far_from_the_country_there_is_nothing_or_no_place(self, application, land, system, box):
        status, _, body = self.info(application, "application/json", CRS=system, BBOX=box)

        assert status[:3] in ("200", "400")
        assert b"123/4" not in body

    def test_beside_there_is_nothing(self, application, land):
        from json import loads

        assert loads(self.info(application, "application/json", I=5, J=5)[2])["features"] == []


class TestClients:
    def test_owslib_reads_the_capabilities_and_a_map(self, site, land):
        wms = WebMapService(f"{site}/wms", version="1.3.0")

        assert set(wms.contents) >= {one.id for one in collections if one.drawing} | {"cadastre", "planning"}
        assert wms["parcels"].title == "Działki ewidencyjne"
        assert wms["plan-zones"].timepositions
        assert not wms["districts"].timepositions
        answer = wms.getmap(
            layers=["plan-zones"], srs="EPSG:2178", bbox=BOX, size=(200, 200), format="image/png", transparent=True
        )
        assert covered(answer.read()) == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=0.02)

    def test_gdal_reads_the_map(self, site, land):
        west, south, east, north = Transformer.from_crs(2178, 3857, always_xy=True).transform_bounds(*BOX)
        address = (
            f"WMS:{site}/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=plan-zones&SRS=EPSG:3857"
            f"&BBOX={west},{south},{east},{north}&FORMAT=image/png&TRANSPARENT=TRUE"
        )
        with rasterio.open(address) as dataset:
            drawn = dataset.read(4, out_shape=(200, 200))

        assert drawn[100, 100] > 60
        assert drawn[5, 5] == 0

    def test_owslib_reads_tiles(self, site, land):
        wmts = WebMapTileService(f"{site}/wmts/1.0.0/WMTSCapabilities.xml")
        assert set(wmts.contents) >= {"parcels", "planning"}
        column, row = tile_at(17)

        tile = wmts.gettile(
            layer="plan-zones", tilematrixset="WebMercatorQuad", tilematrix="17", row=row, column=column,
            format="image/png",
        )  # fmt: skip
        assert pixels(tile.read())[:, :, 3].max() > 60

    def test_gdal_reads_tiles_of_both_matrix_sets(self, site, land):
        for matrix_set in ("WebMercatorQuad", "PL1992Quad"):
            address = f"WMTS:{site}/wmts/1.0.0/WMTSCapabilities.xml,layer=plan-zones,tilematrixset={matrix_set}"
            with rasterio.open(address) as dataset:
                onto = Transformer.from_crs(2178, dataset.crs, always_xy=True)
                west, south, east, north = onto.transform_bounds(*BOX)
                window = rasterio.windows.from_bounds(west, south, east, north, dataset.transform)
                drawn = dataset.read(4, window=window, out_shape=(100, 100))

            assert drawn[50, 50] > 60
            assert drawn[4, 4] == 0


def tile_at(zoom: int) -> tuple[int, int]:
    lon, lat = Transformer.from_crs(2178, 4326, always_xy=True).transform(WEST + 100, SOUTH + 100)
    share = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**zoom), int(share * 2**zoom)


def test_a_database_that_was_restarted_costs_no_picture(application, land):
    """Mapnik's own connections: one that has drawn, and one of layers that were not drawn before."""
    assert asked(application, get_map())[0] == "200 OK"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND query LIKE '%%_mercator%%'"
        )
        assert cursor.fetchone()[0] >= 1

    assert asked(application, get_map())[0] == "200 OK"
    assert asked(application, get_map(LAYERS="parcels"))[0] == "200 OK"


class TestTiles:
    def test_a_tile_is_kept_and_asked_about(self, application, land):
        column, row = tile_at(17)
        address = f"/wmts/plan-zones/WebMercatorQuad/17/{column}/{row}.png"
        status, headers, body = asked(application, address)

        assert status == "200 OK"
        assert "max-age=0" in headers["Cache-control"] or "no-cache" in headers["Cache-control"]
        kept = (
            settings.MAP_FOLDER / "tiles" / "plan-zones-tiles" / "WebMercatorQuad" / "17" / str(column) / f"{row}.png"
        )
        assert kept.read_bytes() == body

    @pytest.mark.parametrize("path", ["/wmts/nic/WebMercatorQuad/1/1/1.png", "/wmts/parcels/Nic/1/1/1.png",
                                      "/wmts/parcels/WebMercatorQuad/99/1/1.png", "/wmts/x", "/tms/1.0.0/nic/0/0/0.png",
                                      "/wmts/parcels/WebMercatorQuad/1/../../x.png"])  # fmt: skip
    def test_what_is_not_there_is_refused(self, application, path):
        assert asked(application, path)[0][:3] in ("400", "404")

    def test_tms_lists_the_layers(self, application):
        assert b"parcels" in asked(application, "/tms/1.0.0")[2]


class TestLegend:
    @pytest.mark.parametrize("layer", [one.id for one in collections if one.drawing])
    def test_of_each_layer(self, application, layer):
        address = (
            f"/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER={layer}&FORMAT=image/png&SLD_VERSION=1.1.0"
        )
        status, _, body = asked(application, address)

        assert status == "200 OK"
        assert len(np.unique(pixels(body).reshape(-1, 4), axis=0)) > 5

"""The small lake district of OGC's WMS suites, redrawn by us in our registers: a lake with an island between forests,
a road over it with a bridge, a building, two ponds. What the suites let a person judge by eye is judged by pixels.
"""

from datetime import date
from io import BytesIO

import numpy as np
import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon
from PIL import Image

from services.tourism.models import Place
from spatial import crs
from spatial.cadastre.models import Building, Locality, Street
from tests import factories
from tests.factories import EAST, NORTH
from tests.tiles.test_map_services import application, asked  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db(transaction=True)

SIDE = 400  #: metres of the district, and pixels of its map
BRIDGE = (200, 200)  #: metres from the lower left corner
ISLAND = (130, 270)
POND = (40, 40)
WHOLE = (EAST, NORTH, EAST + SIDE, NORTH + SIDE)


def ring(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [(EAST + x, NORTH + y) for x, y in corners]


@pytest.fixture
def blue_lake(skala, make_plan):
    told = {
        "municipality": skala, "snapshot": factories.snapshot(skala), "valid_from": date(2010, 1, 1),
        "fingerprint": "0" * 32,
    }  # fmt: skip
    lakes = factories.zone(make_plan(), "WS", east=0, north=0, side=10, name="wody", class_2021="WS")
    lakes.geom = MultiPolygon(
        Polygon(ring(100, 100, 300, 300), ring(120, 260, 140, 280)), Polygon(ring(20, 20, 60, 60)),
        Polygon(ring(340, 20, 380, 60)), srid=crs.PL_2000_7,
    )  # fmt: skip
    lakes.save()
    factories.zone(lakes.plan, "ZL", east=0, north=320, width=400, height=80, name="lasy", class_2021="ZL")
    locality = Locality.objects.create(simc="0330009", name="Blue Lake", kind="wieś", municipality=skala)
    road = LineString([(EAST, NORTH + 200), (EAST + SIDE, NORTH + 200)])
    Street.objects.create(
        ulic="00009", locality=locality, name="Route 5", municipality=skala,
        geom=MultiLineString(road, srid=crs.PL_2000_7),
    )  # fmt: skip
    Building.objects.create(
        **told, identifier="goose-island", geom=MultiPolygon(Polygon(ring(124, 264, 136, 276)), srid=crs.PL_2000_7)
    )
    Place.objects.create(
        **told, identifier="cam-bridge", name="Cam Bridge", kind="bridge", confidence="high",
        geom=Point(EAST + BRIDGE[0], NORTH + BRIDGE[1], srid=crs.PL_2000_7),
    )  # fmt: skip


@pytest.fixture
def draw(application, blue_lake):  # noqa: F811
    def draw(layers: str, box=WHOLE, size=(SIDE, SIDE), system="EPSG:2178", **more: str) -> np.ndarray:
        """Rows from the top of red, green, blue, opacity."""
        west, south, east, north = box
        told = {
            "SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": layers, "STYLES": "", "CRS": system,
            "BBOX": f"{south},{west},{north},{east}", "WIDTH": size[0], "HEIGHT": size[1], "FORMAT": "image/png",
        } | more  # fmt: skip
        status, _, body = asked(application, "/wms?" + "&".join(f"{name}={value}" for name, value in told.items()))
        assert status.startswith("200"), body
        return np.asarray(Image.open(BytesIO(body)).convert("RGBA"))

    return draw


def at(picture: np.ndarray, place: tuple[float, float]) -> tuple[int, ...]:
    """Pixel at metres from the lower left corner, in a map of the whole district."""
    rows, columns = picture.shape[:2]
    return tuple(int(part) for part in picture[int(rows - 1 - place[1] / SIDE * rows), int(place[0] / SIDE * columns)])


WHITE = (255, 255, 255, 255)
LAKE, LAND = (220, 120), (350, 120)


def test_getmap_transparent_and_bgcolor(draw):
    """TRANSPARENT=TRUE shows nothing where nothing is; else BGCOLOR lies under all, white by default."""
    through, plain = draw("plan-zones", TRANSPARENT="TRUE"), draw("plan-zones")
    red = draw("plan-zones", BGCOLOR="0xFF0000", TRANSPARENT="FALSE")

    assert at(through, LAND)[3] == 0
    assert at(through, LAKE)[3] > 0
    assert (at(plain, LAND), at(red, LAND)) == (WHITE, (255, 0, 0, 255))
    assert at(plain, LAKE) != at(red, LAKE)  # water is not opaque


def test_getmap_an_island_is_no_lake(draw):
    """Inner rings stay empty, parts of one feature are all drawn."""
    picture = draw("plan-zones")

    assert at(picture, (122, 262)) == WHITE
    assert at(picture, POND) != WHITE
    assert at(picture, (360, 40)) != WHITE


def test_getmap_layers_are_drawn_in_their_order(draw):
    """The leftmost at the bottom (06-042, 7.3.3.3)."""
    above, below = draw("buildings,plan-zones,places"), draw("places,plan-zones,buildings")

    assert at(above, BRIDGE) == at(draw("places"), BRIDGE)
    assert at(below, BRIDGE) != at(above, BRIDGE)
    assert at(below, ISLAND) == at(draw("buildings"), ISLAND)


def test_getmap_pixels_need_not_be_square(draw):
    """Aspect ratio of box and picture differ: the map is stretched (06-042, 7.3.3.8)."""
    stretched = draw("plan-zones", size=(SIDE, SIDE // 2))
    wet = np.argwhere(stretched[:160, :, 3] * (stretched[:160, :, :3].sum(axis=2) < 765))
    lake = wet[(wet[:, 1] > 80) & (wet[:, 1] < 320) & (wet[:, 0] > 45)]

    assert lake[:, 0].min() == pytest.approx(50, abs=2)
    assert lake[:, 0].max() == pytest.approx(150, abs=2)
    assert lake[:, 1].max() == pytest.approx(300, abs=2)


def test_getmap_a_box_half_outside_the_data(draw):
    west, south, east, north = WHOLE
    half = SIDE // 2
    beyond = draw("plan-zones", box=(west - half, south, east - half, north), TRANSPARENT="TRUE")
    whole = draw("plan-zones", TRANSPARENT="TRUE")

    assert beyond[:, : half - 2, 3].max() == 0
    assert (beyond[:, half + 4 :, 3] > 0).mean() == pytest.approx((whole[:, 4:half, 3] > 0).mean(), abs=0.01)


@pytest.mark.parametrize("layers", ["buildings", "places", "streets", "plan-zones"])
def test_getmap_each_layer_is_drawn(draw, layers):
    picture = draw(layers, TRANSPARENT="TRUE")

    assert picture[:, :, 3].any()


def test_getmap_a_map_is_the_sum_of_its_tiles(draw):
    """bbox: neighbouring boxes meet without a gap or a shift. Edges apart, where lines are cut."""
    west, south, east, north = WHOLE
    middle = west + SIDE / 2
    left = draw("plan-zones", box=(west, south, middle, north), size=(SIDE // 2, SIDE))
    right = draw("plan-zones", box=(middle, south, east, north), size=(SIDE // 2, SIDE))
    whole, parts = draw("plan-zones"), np.hstack([left, right])
    inside = np.ones(whole.shape[:2], bool)
    inside[:, SIDE // 2 - 40 : SIDE // 2 + 40] = False  # symbols are written elsewhere in halves

    changed = (np.abs(whole.astype(int) - parts).max(axis=2) > 40) & inside
    assert changed.mean() < 0.01


@pytest.mark.parametrize(
    ("place", "layer", "told"),
    [(BRIDGE, "places", "Cam Bridge"), (LAKE, "plan-zones", "WS"), (ISLAND, "buildings", "goose-island")],
)
def test_getfeatureinfo_tells_what_is_drawn(application, blue_lake, place, layer, told):  # noqa: F811
    west, south, east, north = WHOLE
    query = (
        f"SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS={layer}&QUERY_LAYERS={layer}&STYLES=&CRS=EPSG:2178"
        f"&BBOX={south},{west},{north},{east}&WIDTH={SIDE}&HEIGHT={SIDE}&I={place[0]}&J={SIDE - place[1]}"
        "&INFO_FORMAT=text/plain&FORMAT=image/png"
    )

    assert told in asked(application, f"/wms?{query}")[2].decode()


def test_getfeatureinfo_of_the_hole_tells_nothing(application, blue_lake):  # noqa: F811
    west, south, east, north = WHOLE
    query = (
        "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=plan-zones&QUERY_LAYERS=plan-zones&STYLES="
        f"&CRS=EPSG:2178&BBOX={south},{west},{north},{east}&WIDTH={SIDE}&HEIGHT={SIDE}&I={ISLAND[0]}"
        f"&J={SIDE - ISLAND[1]}&INFO_FORMAT=application/json&FORMAT=image/png"
    )

    assert b'"features": []' in asked(application, f"/wms?{query}")[2]

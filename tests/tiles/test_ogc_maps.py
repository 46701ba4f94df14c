"""OGC API Maps: a picture of the place asked for, in its size, system and colours."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer

from tests import factories
from tiles.pictures.ogc import renderer

pytestmark = pytest.mark.django_db(transaction=True)

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
WEST, SOUTH = factories.EAST, factories.NORTH
#: 400 m, EPSG:2178, with the square of the test in its lower left quarter
BOX = (WEST - 100, SOUTH - 100, WEST + 300, SOUTH + 300)


@pytest.fixture(autouse=True)
def fresh(settings, tmp_path):
    settings.MAP_FOLDER = tmp_path
    renderer.cache_clear()
    yield
    renderer.cache_clear()


@pytest.fixture
def land(make_parcel, make_plan):
    make_parcel(number="123/4", side=200)
    factories.zone(make_plan(), "1MN", east=0, north=0, side=200)


@pytest.fixture
def draw(client, land):
    def get(address: str = "/ogc/collections/plan-zones/map", **asked: object):
        north_first = f"{BOX[1]},{BOX[0]},{BOX[3]},{BOX[2]}"
        told = {"bbox": north_first, "bbox-crs": f"{EPSG}/2178", "crs": f"{EPSG}/2178", "width": 400, "height": 400}
        response = client.get(address, told | {name.replace("_", "-"): value for name, value in asked.items()})
        assert response.status_code == 200, response.content
        return response

    return get


def pixels(response) -> "np.ndarray":
    return np.asarray(Image.open(BytesIO(response.content)).convert("RGBA"))


def test_the_square_lies_where_it_lies(draw):
    response = draw()
    seen = pixels(response)
    coloured = np.argwhere(seen[:, :, 3] > 0)

    assert response["Content-Crs"] == f"<{EPSG}/2178>"
    assert seen.shape[:2] == (400, 400)
    assert coloured.min(axis=0) == pytest.approx([100, 100], abs=2)
    assert coloured.max(axis=0) == pytest.approx([300, 300], abs=2)


@pytest.mark.parametrize("srid", [2180, 3857, 4326])
def test_in_other_systems_the_box_is_moved_along(draw, srid):
    seen = pixels(draw(crs=f"{EPSG}/{srid}"))
    coloured = np.argwhere(seen[:, :, 3] > 0).mean(axis=0)

    assert coloured == pytest.approx([200, 200], abs=6)


def test_a_box_in_degrees_by_default(client, land):
    corners = Transformer.from_crs(2178, 4326, always_xy=True).transform_bounds(*BOX)
    response = client.get("/ogc/collections/plan-zones/map", {"bbox": ",".join(map(str, corners)), "width": 300})
    image = Image.open(BytesIO(response.content))

    assert response["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert image.size[0] == 300
    assert image.size[1] == pytest.approx(300, abs=8)  # as the ground has it, not as degrees


def test_background_and_formats(draw):
    clear, blue, jpeg = draw(), draw(bgcolor="0x0000FF"), draw(f="jpg")

    assert pixels(clear)[5, 5, 3] == 0
    assert pixels(blue)[5, 5].tolist() == [0, 0, 255, 255]
    assert jpeg["Content-Type"] == "image/jpeg"
    assert pixels(jpeg)[5, 5, 0] > 250
    assert draw(transparent="false")["Content-Type"] == "image/png"
    assert pixels(draw(transparent="false"))[5, 5].tolist() == [255, 255, 255, 255]


def test_the_whole_map_and_parts_of_it(draw):
    whole = pixels(draw("/ogc/map"))
    one = pixels(draw("/ogc/map", collections="plan-zones"))
    styled = pixels(draw("/ogc/styles/plan-zones/map"))

    assert (one == styled).all()
    assert (whole != one).any()
    assert (pixels(draw("/ogc/collections/plan-zones/styles/plan-zones/map")) == one).all()


def test_another_day(draw):
    assert pixels(draw(datetime="1990-01-01"))[:, :, 3].max() == 0


def test_links_lead_to_the_map(client, land):
    links = client.get("/ogc/collections/parcels").json()["links"]

    assert client.get(next(one["href"] for one in links if one["rel"].endswith("/rel/ogc/1.0/map"))).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("width=0", 400), ("width=5000", 400), ("width=x", 400), ("bbox=1,2", 400), ("bbox=a", 400),
        ("bbox=nan,1,2,3", 400),
        ("bbox=1e300,1,2e300,3", 400), ("bbox=20,50,19,51", 400), ("bbox=-200,0,-190,1", 400), ("crs=EPSG:1", 400),
        ("bgcolor=zzz", 400), ("transparent=x", 400), ("datetime=x", 400), ("f=tiff", 400), ("sld=http://x", 400),
        ("bbox=-10,-10,-9,-9", 200), ("bbox=-10,-10,-9,-9&width=1", 200), ("bbox=19,50,19.0000001,51", 200),
    ],
)  # fmt: skip
def test_refusals(client, land, query, status):
    assert client.get(f"/ogc/collections/parcels/map?{query}").status_code in (
        status,
        200 if "2178" in query else status,
    )


@pytest.mark.parametrize(
    "address", ["/ogc/collections/nic/map", "/ogc/collections/parcels/styles/nic/map", "/ogc/styles/nic/map",
                "/ogc/map?collections=nic"]
)  # fmt: skip
def test_no_such_map(client, land, address):
    assert client.get(address).status_code == 404

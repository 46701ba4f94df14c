"""Styles, sprites and glyphs: complete in themselves, and what one names another serves."""

from io import BytesIO

import pytest
from PIL import Image

from spatial.ogc.registry import collections
from tiles.styles.glyphs import BUFFER, EDGE, FILES, RANGE

pytestmark = pytest.mark.django_db


def styles(client) -> list[str]:
    return [one["id"] for one in client.get("/ogc/styles").json()["styles"]]


def test_the_landing_page_leads_to_every_style(client):
    links = client.get("/ogc/").json()["links"]
    listed = client.get(next(one["href"] for one in links if one["rel"].endswith("/styles"))).json()

    for one in listed["styles"]:
        for link in one["links"]:
            assert client.get(link["href"]).status_code == 200
    assert {"all", "planning", "parcels", "plan-zones"} <= {one["id"] for one in listed["styles"]}


def test_a_style_names_only_what_is_served(client):
    sprites = client.get("/styles/sprite.json").json()
    for name in styles(client):
        style = client.get(f"/ogc/styles/{name}").json()
        sources = style["sources"]
        ids = [layer["id"] for layer in style["layers"]]
        assert len(ids) == len(set(ids))
        for layer in style["layers"][1:]:
            held = collections[layer["source-layer"]]
            assert layer["source"] in sources
            assert layer["minzoom"] >= sources[layer["source"]]["minzoom"]
            assert layer["paint"].get("fill-pattern", next(iter(sprites))) in sprites
            assert set(layer.get("layout", {}).get("text-font", [])) <= set(FILES)
            told = str(layer.get("filter")) + str(layer.get("layout"))
            assert all(field in held.tile_fields for field in held.fields if f"['get', '{field}']" in told)


def test_each_case_of_zones_has_its_own_filter_and_the_rest_takes_the_others(client):
    layers = client.get("/ogc/styles/plan-zones").json()["layers"]
    filters = {str(one["filter"]) for one in layers if one["type"] == "fill"}

    assert len(filters) == len(collections["plan-zones"].drawing.cases)
    assert sum("'!'" in one for one in filters) == 1


@pytest.mark.parametrize(("scale", "times"), [("", 1), ("@2x", 2)])
def test_the_sheet_holds_what_its_index_says(client, scale, times):
    places = client.get(f"/styles/sprite{scale}.json").json()
    sheet = Image.open(BytesIO(client.get(f"/styles/sprite{scale}.png").content))

    assert {one["pixelRatio"] for one in places.values()} == {times}
    for one in places.values():
        assert one["x"] + one["width"] <= sheet.width
        assert one["height"] == sheet.height == 16 * times
        part = sheet.crop((one["x"], 0, one["x"] + one["width"], one["height"]))
        assert len(part.getcolors()) > 1


def read(body: bytes) -> list[tuple[int, int | bytes]]:
    """Fields of a protocol buffer: a reader of the test's own."""
    found, place = [], 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = body[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(body):
        key = varint()
        if key & 7 == 2:
            length = varint()
            found.append((key >> 3, body[place : place + length]))
            place += length
        else:
            found.append((key >> 3, varint()))
    return found


@pytest.mark.parametrize("font", FILES)
def test_polish_letters_have_their_shapes(client, settings, tmp_path, font):
    settings.MAP_FOLDER = tmp_path
    response = client.get(f"/glyphs/{font}/256-511.pbf")
    [(_, stack)] = read(response.content)
    held = [dict(read(value)) for tag, value in read(stack) if tag == 3]
    letters = {one[1]: one for one in held}

    assert response["Content-Type"] == "application/x-protobuf"
    assert dict(read(stack))[1] == font.encode()
    assert {ord(letter) for letter in "ąćęłńśźżĄĆĘŁŃŚŹŻ"} <= set(letters)
    ogonek = letters[ord("ą")]
    assert len(ogonek[2]) == (ogonek[3] + 2 * BUFFER) * (ogonek[4] + 2 * BUFFER)
    edge = round(255 * (1 - EDGE))
    assert max(ogonek[2]) > edge > ogonek[2][0]  # ink inside, none in the corner
    assert client.get(f"/glyphs/{font}/256-511.pbf").content == response.content  # kept


@pytest.mark.parametrize(
    "address",
    ["/glyphs/Comic Sans/0-255.pbf", "/glyphs/DejaVu Sans Book/1-256.pbf", "/glyphs/DejaVu Sans Book/0-511.pbf",
     "/glyphs/DejaVu Sans Book/65536-65791.pbf", "/glyphs/DejaVu Sans Book/99999999999-255.pbf", "/ogc/styles/nic",
     "/ogc/styles/nic/metadata", "/ogc/collections/nic/styles", "/styles/sprite@3x.png"],
)  # fmt: skip
def test_what_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_a_list_of_fonts_takes_the_first_known(client, settings, tmp_path):
    settings.MAP_FOLDER = tmp_path

    assert client.get("/glyphs/Open Sans,DejaVu Sans Bold/0-255.pbf").status_code == 200
    assert RANGE == 256


def test_an_unknown_form_of_a_style(client):
    assert client.get("/ogc/styles/all?f=sld").status_code == 400

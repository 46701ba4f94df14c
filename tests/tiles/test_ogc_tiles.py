"""OGC API Tiles: the documents lead to the tiles, and the tiles hold what lies there."""

import pyogrio
import pytest
from pyproj import Transformer

from tests import factories
from tests.tiles.reading import tile_at
from tiles.matrix import GRIDS, PL1992_QUAD, WEB_MERCATOR_QUAD

HOME = "/ogc/collections/parcels/tiles"


@pytest.fixture
def parcel(make_parcel):
    return make_parcel(east=0, north=0, side=100, number="123/4")


def address_on(grid, zoom: int) -> tuple[int, int]:
    """Row and column of the middle of the parcel."""
    onto = Transformer.from_crs(2178, grid.srid, always_xy=True).transform
    east, north = onto(factories.EAST + 50, factories.NORTH + 50)
    return int((grid.north - north) // grid.side(zoom)), int((east - grid.west) // grid.side(zoom))


def test_the_landing_page_leads_to_the_tile(client, parcel):
    landing = client.get("/ogc/").json()
    schemes = next(one["href"] for one in landing["links"] if one["rel"].endswith("tiling-schemes"))
    assert {one["id"] for one in client.get(schemes).json()["tileMatrixSets"]} == set(GRIDS)

    collection = client.get("/ogc/collections/parcels").json()
    sets = client.get(next(one["href"] for one in collection["links"] if one["rel"].endswith("tilesets-vector"))).json()
    assert {one["tileMatrixSetId"] for one in sets["tilesets"]} == set(GRIDS)
    for one in sets["tilesets"]:
        told = client.get(next(link["href"] for link in one["links"] if link["rel"] == "self")).json()
        template = next(link["href"] for link in told["links"] if link["rel"] == "item")
        row, column = address_on(GRIDS[one["tileMatrixSetId"]], 14)
        address = (
            template.replace("{tileMatrix}", "14").replace("{tileRow}", str(row)).replace("{tileCol}", str(column))
        )
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/vnd.mapbox-vector-tile")


def test_rows_come_before_columns(client, parcel):
    """``{z}/{row}/{col}`` is the tile that the web map calls ``{z}/{x}/{y}``."""
    row, column = address_on(WEB_MERCATOR_QUAD, 16)
    web = tile_at("parcels", zoom=16, east=50, north=50)

    assert web == f"/tiles/parcels/16/{column}/{row}.mvt"
    assert client.get(f"{HOME}/WebMercatorQuad/16/{row}/{column}").content == client.get(web).content


def test_on_the_national_grid_the_parcel_has_its_size(client, parcel, tmp_path):
    """A side of 100 m takes 100 / 264.6 of a tile of zoom 13 (a pixel is 1.0335 m)."""
    row, column = address_on(PL1992_QUAD, 13)
    body = client.get(f"{HOME}/PL1992Quad/13/{row}/{column}").content
    file = tmp_path / f"13/{column}/{row}.mvt"
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    shape = pyogrio.read_dataframe(f"MVT:{file}", layer="parcels", CLIP="NO").geometry[0]
    west, _, east, _ = shape.bounds
    # without knowing the grid GDAL reads the tile as one of the web map's size
    share = (east - west) / (WEB_MERCATOR_QUAD.side(13))
    assert share == pytest.approx(100 / PL1992_QUAD.side(13), rel=0.05)


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_matrix_sets_are_as_the_standard_writes_them(client, db, grid):
    document = client.get(f"/ogc/tileMatrixSets/{grid.name}").json()
    first, second, *_ = document["tileMatrices"]

    assert document["crs"] == grid.crs_uri
    assert first["matrixWidth"] == 1
    assert second["scaleDenominator"] == pytest.approx(first["scaleDenominator"] / 2)
    if grid is WEB_MERCATOR_QUAD:  # OGC 17-083r4, annex D.1
        assert first["scaleDenominator"] == pytest.approx(559082264.0287178)
        assert first["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    else:  # north first, as EPSG:2180 has it
        assert first["scaleDenominator"] == pytest.approx(30238155.714285716)
        assert (document["orderedAxes"], first["pointOfOrigin"]) == (["N", "E"], [850_000, 100_000])


def test_nothing_is_204_and_off_the_grid_404(client, db):
    assert client.get(f"{HOME}/WebMercatorQuad/14/0/0").status_code == 204
    assert client.get(f"{HOME}/PL1992Quad/13/0/0").status_code == 204
    assert client.get(f"{HOME}/WebMercatorQuad/23/0/0").status_code == 404


class TestDataset:
    """Tiles of all collections at once."""

    def address(self) -> str:
        row, column = address_on(WEB_MERCATOR_QUAD, 16)
        return f"/ogc/tiles/WebMercatorQuad/16/{row}/{column}"

    def test_the_landing_page_leads_there(self, client, parcel):
        links = client.get("/ogc/").json()["links"]
        sets = client.get(next(one["href"] for one in links if one["rel"].endswith("tilesets-vector"))).json()
        told = client.get(sets["tilesets"][0]["links"][0]["href"]).json()

        assert all(one["tileMatrixSetURI"].startswith("http") for one in sets["tilesets"])
        assert {"parcels", "districts", "plans"} <= {one["id"] for one in told["layers"]}
        assert told["tileMatrixSetLimits"][0]["tileMatrix"] == "8"

    def test_a_tile_has_a_layer_for_each_collection(self, client, parcel, make_plan, tmp_path):
        factories.zone(make_plan(), "1MN", east=0, north=0, side=60)
        file = tmp_path / "16/0/0.mvt"
        file.parent.mkdir(parents=True)
        file.write_bytes(client.get(self.address()).content)

        assert {"parcels", "plans", "plan-zones"} <= {name for name, _ in pyogrio.list_layers(file)}

    def test_chosen_collections_only(self, client, parcel, make_plan):
        factories.zone(make_plan(), "1MN", east=0, north=0, side=60)
        one = client.get(f"{HOME}{self.address().removeprefix('/ogc/tiles')}").content

        assert client.get(f"{self.address()}?collections=parcels").content == one
        assert client.get(f"{self.address()}?collections=parcels,parcels").content == one

    @pytest.mark.parametrize(("query", "status"), [("collections=nic", 404), ("collections=", 404), ("x=1", 400)])
    def test_what_is_not_there(self, client, parcel, query, status):
        assert client.get(f"{self.address()}?{query}").status_code == status

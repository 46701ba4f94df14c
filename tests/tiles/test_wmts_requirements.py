"""Assertions of the OGC suite ets-wmts10 on requests by query, by their names there; OGC 07-057r7."""

import json

import pytest
from lxml import etree
from pyproj import Transformer

from spatial.ogc.registry import collections
from tests.tiles.test_map_services import SOUTH, WEST, application, asked, land  # noqa: F401 - fixtures
from tiles.matrix import GRIDS

pytestmark = pytest.mark.django_db(transaction=True)

OWS, WMTS = "{http://www.opengis.net/ows/1.1}", "{http://www.opengis.net/wmts/1.0}"
CAPABILITIES = {"service": "WMTS", "request": "GetCapabilities"}
TILE = {
    "service": "WMTS", "request": "GetTile", "version": "1.0.0", "layer": "parcels", "style": "default",
    "format": "image/png", "TileMatrixSet": "WebMercatorQuad", "TileMatrix": "17", "TileRow": "44311",
    "TileCol": "72790",
}  # fmt: skip
INFO = TILE | {"request": "GetFeatureInfo", "J": "128", "I": "128", "InfoFormat": "application/json"}
SECTIONS = ["ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "Themes"]


@pytest.fixture
def ask(application, land):  # noqa: F811
    def get(base: dict[str, str], **changed: str | None) -> tuple[str, str, bytes]:
        """``None`` leaves a parameter out. Status, media type, body."""
        query = "&".join(f"{name}={value}" for name, value in (base | changed).items() if value is not None)
        status, headers, body = asked(application, f"/wmts?{query}")
        return status[:3], headers["Content-type"].split(";")[0], body

    return get


def fault(answer: tuple[str, str, bytes]) -> tuple[str, str, str | None]:
    """Status, code and locator of an exception report."""
    status, media_type, body = answer
    report = etree.fromstring(body)
    assert (media_type, report.tag) == ("text/xml", f"{OWS}ExceptionReport")
    one = report.find(f"{OWS}Exception")
    assert " / " in one.findtext(f"{OWS}ExceptionText")  # Polish and English
    return status, one.get("exceptionCode"), one.get("locator")


def sections(body: bytes) -> list[str]:
    return [etree.QName(one).localname for one in etree.fromstring(body)]


def test_an_invalid_query_string(application, land):  # noqa: F811
    """Server.KVP.GET.InvalidQueryString."""
    status, headers, body = asked(application, "/wmts?request~GetCapabilities!service~!'WMTS'version~'1.0.0'")

    answer = (status[:3], headers["Content-type"].split(";")[0], body)
    assert fault(answer) == ("400", "MissingParameterValue", "service")


@pytest.mark.parametrize(
    ("changed", "code", "locator"),
    [
        ({"service": "BOGUS"}, "InvalidParameterValue", "service"),  # Server.KVP.GET.InvalidService
        ({"service": None}, "MissingParameterValue", "service"),  # Server.KVP.GET.GetCapabilities.Request.NoService
        ({"request": "GetBOGUS"}, "InvalidParameterValue", "request"),  # Server.KVP.GET.InvalidRequest
        ({"request": None}, "MissingParameterValue", "request"),
        ({"AcceptVersions": "0.7.1,9.9.9"}, "VersionNegotiationFailed", None),  # ...Request.AcceptVersions.Invalid
        ({"Sections": "Bogus"}, "InvalidParameterValue", "Sections"),
    ],
)
def test_capabilities_refused(ask, changed, code, locator):
    assert fault(ask(CAPABILITIES, **changed)) == ("400", code, locator)


def test_capabilities_by_versions(ask):
    """...Request.AcceptVersions.Valid, ...Request.Mandatory."""
    for changed in ({}, {"AcceptVersions": "1.0.0"}, {"AcceptVersions": "0.7.1,1.0.0"}):
        status, media_type, body = ask(CAPABILITIES, **changed)
        assert (status, media_type, etree.fromstring(body).get("version")) == ("200", "application/xml", "1.0.0")


def test_names_of_parameters_in_any_case_and_order(ask):
    """...Request.CaseInsensitive.KVP.Names."""
    plain = ask(CAPABILITIES, version="1.0.0")

    assert ask({"VERSION": "1.0.0", "ReQuEsT": "GetCapabilities", "sErViCe": "WMTS"}) == plain


@pytest.mark.parametrize("asked_for", [*([one] for one in SECTIONS), ["Contents", "Themes"], ["All"]])
def test_sections(ask, asked_for):
    """...Request.Sections.*: only what is asked for; there are no themes."""
    whole = sections(ask(CAPABILITIES)[2])
    wanted = [one for one in whole if one in asked_for or asked_for == ["All"]]

    assert whole == ["ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents"]
    assert sections(ask(CAPABILITIES, Sections=",".join(asked_for))[2]) == wanted


@pytest.mark.parametrize("name", ["layer", "style", "format", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol"])
def test_a_missing_parameter_is_named(ask, name):
    """Server.KVP.GET.GetTile.Missing."""
    assert fault(ask(TILE, **{name: None})) == ("400", "MissingParameterValue", name)
    assert fault(ask(INFO, **{name: None})) == ("400", "MissingParameterValue", name)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("version", "9.9.9", "InvalidParameterValue"),
        ("layer", "BOGUS", "InvalidParameterValue"),  # Server.KVP.GET.GetTile.Invalid.Layer
        ("style", "BOGUS", "InvalidParameterValue"),
        ("format", "image/bogus", "InvalidParameterValue"),
        ("TileMatrixSet", "BOGUS", "InvalidParameterValue"),
        ("TileMatrix", "99", "InvalidParameterValue"),
        ("TileRow", str(2**17), "TileOutOfRange"),
        ("TileCol", str(2**17), "TileOutOfRange"),
        ("TileRow", "-1", "InvalidParameterValue"),
        ("TileCol", "x", "InvalidParameterValue"),
    ],
)
def test_an_unfit_parameter_is_named(ask, name, value, code):
    assert fault(ask(TILE, **{name: value})) == ("400", code, name)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("I", "256", "PointIJOutOfRange"),
        ("J", "256", "PointIJOutOfRange"),
        ("I", None, "MissingParameterValue"),
        ("J", None, "MissingParameterValue"),
        ("InfoFormat", None, "MissingParameterValue"),
        ("InfoFormat", "text/bogus", "InvalidParameterValue"),
    ],
)
def test_an_unfit_point_is_named(ask, name, value, code):
    assert fault(ask(INFO, **{name: value})) == ("400", code, name)


def test_each_layer_in_each_matrix_set_has_tiles_and_answers_what_is_there(ask):
    """Server.KVP.GET.GetTile.Mandatory, ...GetFeatureInfo.Mandatory: one corner of each, as it is announced."""
    document = etree.fromstring(ask(CAPABILITIES)[2])
    layers = document.findall(f"{WMTS}Contents/{WMTS}Layer")

    assert {one.findtext(f"{OWS}Identifier") for one in layers} >= {one.id for one in collections if one.drawing}
    for layer in layers:
        formats = [one.text for one in layer.findall(f"{WMTS}InfoFormat")]
        name = layer.findtext(f"{OWS}Identifier")
        assert formats in ([], ["text/plain", "text/html", "application/json"])
        assert formats or name not in collections
        for link in layer.findall(f"{WMTS}TileMatrixSetLink"):
            place = {
                "layer": name, "TileMatrix": "0", "TileRow": "0", "TileCol": "0",
                "style": layer.findtext(f"{WMTS}Style/{OWS}Identifier"), "format": layer.findtext(f"{WMTS}Format"),
                "TileMatrixSet": link.findtext(f"{WMTS}TileMatrixSet"),
            }  # fmt: skip
            assert place["TileMatrixSet"] in GRIDS
            assert ask(TILE, **place)[:2] == ("200", "image/png")
            for media_type in formats:
                assert ask(INFO, **(place | {"InfoFormat": media_type}))[:2] == ("200", media_type)
            if not formats:
                assert fault(ask(INFO, **place)) == ("400", "InvalidParameterValue", "layer")


@pytest.mark.parametrize("grid", GRIDS.values(), ids=lambda grid: grid.name)
def test_the_parcel_under_a_pixel(ask, grid):
    """The middle of the parcel, and 300 m west of it where nothing is."""

    def told(east: float) -> list[str]:
        x, y = Transformer.from_crs(2178, grid.srid, always_xy=True).transform(east, SOUTH + 100)
        (column, across), (row, down) = (
            divmod(int(far * 256 / grid.side(14)), 256) for far in (x - grid.west, grid.north - y)
        )
        place = {"TileMatrix": "14", "TileRow": str(row), "TileCol": str(column), "I": str(across), "J": str(down)}
        _, _, body = ask(INFO, **(place | {"TileMatrixSet": grid.name}))
        return [one["properties"]["number"] for one in json.loads(body)["features"]]

    assert (told(WEST + 100), told(WEST - 200)) == (["123/4"], [])

"""Assertions of the OGC suite ets-wms13 (basic, queryable, time), by their names there; OGC 06-042."""

import pytest
from lxml import etree

from tests.tiles.test_map_services import BOX, application, asked, land  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

OGC, WMS = "{http://www.opengis.net/ogc}", "{http://www.opengis.net/wms}"
WHOLE = {
    "LaYeRs": "parcels", "StYlEs": "", "CrS": "EPSG:2178", "BbOx": f"{BOX[1]},{BOX[0]},{BOX[3]},{BOX[2]}",
    "WiDtH": "200", "HeIgHt": "200", "FoRmAt": "image/png", "ReQuEsT": "GetMap", "VeRsIoN": "1.3.0",
}  # fmt: skip


@pytest.fixture
def ask(application, land):  # noqa: F811
    def get(**changed: str | None) -> tuple[str, str, bytes]:
        """``None`` leaves a parameter out. Status, media type, body."""
        small = {name.lower(): value for name, value in changed.items()}
        told = {name: small.pop(name.lower(), value) for name, value in WHOLE.items()} | small
        query = "&".join(f"{name}={value}" for name, value in told.items() if value is not None)
        status, headers, body = asked(application, f"/wms?{query}")
        return status[:3], headers["Content-type"].split(";")[0], body

    return get


@pytest.fixture
def capabilities(application, land):  # noqa: F811
    def get(query: str = "ReQuEsT=GetCapabilities&SeRvIcE=WMS&VeRsIoN=1.3.0") -> tuple[str, etree._Element]:
        _, headers, body = asked(application, f"/wms?{query}")
        return headers["Content-type"].split(";")[0], etree.fromstring(body)

    return get


def code_of(body: bytes) -> str | None:
    return etree.fromstring(body).find(f"{OGC}ServiceException").get("code")


@pytest.mark.parametrize(
    ("query", "version"),
    [
        ("REQUEST=GetCapabilities&SERVICE=WMS&VERSION=1.3.0", "1.3.0"),
        ("REQUEST=GetCapabilities&SERVICE=WMS", "1.3.0"),  # basic_elements: no VERSION, the highest
        ("REQUEST=GetCapabilities", "1.3.0"),
        ("REQUEST=GetCapabilities&SERVICE=WMS&VERSION=100.0.0", "1.3.0"),
        ("REQUEST=GetCapabilities&SERVICE=WMS&VERSION=0.0.0", "1.1.1"),
        ("REQUEST=GetCapabilities&SERVICE=WMS&VERSION=1.2.0", "1.1.1"),
    ],
)
def test_version_negotiation(capabilities, query, version):
    assert capabilities(query)[1].get("version") == version


@pytest.mark.parametrize("more", ["", "&FoRmAt=invalid", "&FoRmAt=text/xml", "&UpDaTeSeQuEnCe=ignored", "&vendor=x"])
def test_capabilities_are_xml(capabilities, more):
    """getcapabilities:no-format, invalid-format, each-format, updatesequence-ignored."""
    media_type, document = capabilities(f"ReQuEsT=GetCapabilities&SeRvIcE=WMS&VeRsIoN=1.3.0{more}")

    assert (media_type, document.tag) == ("text/xml", f"{WMS}WMS_Capabilities")


def test_metadata_of_the_view_service_are_linked_for_clients_of_inspire(capabilities):
    """Technical guidance for view services 3.11: ExtendedCapabilities, scenario 1."""
    _, document = capabilities("REQUEST=GetCapabilities&SERVICE=WMS&VERSION=1.3.0&LANGUAGE=pol")
    _, plain = capabilities()
    common = "{http://inspire.ec.europa.eu/schemas/common/1.0}"

    assert (
        next(document.iter(f"{common}URL")).text == "http://testserver/ogc/collections/catalogue/items/wms?f=iso19139"
    )
    assert next(document.iter(f"{common}ResponseLanguage")).findtext(f"{common}Language") == "pol"
    assert not list(plain.iter(f"{common}URL"))


def test_layer_properties(capabilities):
    """crs-present, crs-for-all-layers, bbox-distinct-crs, bbox-crs-advertised, ex_geobbox-coordinates, style-unique."""
    _, document = capabilities()
    assert {one.text for one in document.iter(f"{WMS}CRS")} >= {"CRS:84", "EPSG:2180"}
    for layer in document.iter(f"{WMS}Layer"):
        boxes = [one.get("CRS") for one in layer.findall(f"{WMS}BoundingBox")]
        systems = {
            one.text for above in (layer, *layer.iterancestors(f"{WMS}Layer")) for one in above.findall(f"{WMS}CRS")
        }
        styles = [one.findtext(f"{WMS}Name") for one in layer.findall(f"{WMS}Style")]
        bounds = layer.find(f"{WMS}EX_GeographicBoundingBox")
        west, east, south, north = (float(one.text) for one in bounds)
        assert systems
        assert len(boxes) == len(set(boxes))
        assert set(boxes) <= systems
        assert len(styles) == len(set(styles))
        assert west < east
        assert south < north
    for one in document.iter(f"{WMS}LegendURL"):
        assert one.findtext(f"{WMS}Format") == "image/png"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"SERVICE": "WMS"},
        {"styles": "default"},
        {"layers": "parcels,plan-zones", "styles": ","},
        {"layers": "parcels,plan-zones", "styles": ""},  # styles-default-multiple-layers
        {"layers": "parcels,plan-zones,plans", "styles": "default,,"},  # styles-some-default
        {"bbox": "5.5e6,7.4E6,5600000.0,75e5"},  # bbox-exponential
        {"bbox": "-400,-400,-300,-300"},  # bbox-no-overlap, bbox-outside-crs
        {"crs": "CRS:84", "bbox": "-380,-190,-370,-180"},
        {"width": "8", "height": "5"},  # small-size
        {"width": "1024", "height": "768"},  # large-size
        {"transparent": "TRUE"}, {"transparent": "FALSE"}, {"bgcolor": "0x0000FF"}, {"exceptions": "XML"},
        {"time": "2016-01-01"},
        *({"crs": system, "bbox": box} for system, box in (
            ("EPSG:2180", "250000,550000,270000,570000"), ("EPSG:3857", "2200000,6480000,2220000,6500000"),
            ("EPSG:4326", "50,19,51,20"), ("CRS:84", "19,50,20,51"),
        )),
    ],
)  # fmt: skip
def test_a_map_is_drawn(ask, changed):
    status, media_type, body = ask(**changed)

    assert (status, media_type) == ("200", "image/png"), body


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_each_format(ask, media_type):
    assert ask(format=media_type)[:2] == ("200", media_type)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"layers": "unknown"}, "LayerNotDefined"),
        ({"layers": "unknown,parcels", "styles": ","}, "LayerNotDefined"),
        ({"layers": "parcels,unknown", "styles": ","}, "LayerNotDefined"),
        ({"styles": "unknown"}, "StyleNotDefined"),
        ({"layers": "parcels,plans", "styles": "unknown,"}, "StyleNotDefined"),
        ({"layers": "parcels,plans", "styles": ",unknown"}, "StyleNotDefined"),
        ({"crs": "invalid"}, "InvalidCRS"),
        ({"crs": "EPSG:32633"}, "InvalidCRS"),
        ({"format": "invalid"}, "InvalidFormat"),
        ({"time": "invalid"}, "InvalidDimensionValue"),
        ({"bbox": f"{BOX[3]},{BOX[0]},{BOX[1]},{BOX[2]}"}, None),  # bbox-miny-gt-maxy
        ({"bbox": f"{BOX[1]},{BOX[2]},{BOX[3]},{BOX[0]}"}, None),
        ({"bbox": f"{BOX[1]},{BOX[0]},{BOX[1]},{BOX[2]}"}, None),
        ({"bbox": f"{BOX[1]},{BOX[0]},{BOX[3]},{BOX[0]}"}, None),
        ({"request": "unknown"}, None),
        *(({name: None}, None) for name in ("layers", "styles", "crs", "bbox", "width", "height", "format")),
    ],
)
def test_exceptions(ask, changed, code):
    status, media_type, body = ask(**changed)

    assert (status, media_type, code_of(body)) == ("400", "text/xml", code)


@pytest.mark.parametrize("way", ["INIMAGE", "BLANK"])
def test_exceptions_as_a_picture(ask, way):
    """exceptions-inimage-mime, exceptions-blank-mime."""
    assert ask(layers="unknown", exceptions=way)[1] == "image/png"


@pytest.mark.parametrize("size", ["100000", "0", "-1", "x", "", "9" * 20])
def test_a_refusal_is_not_drawn_in_a_size_that_is_refused(ask, size):
    status, media_type, _ = ask(width=size, exceptions="INIMAGE", layers="unknown")

    assert (status, media_type) == ("400", "text/xml")


class TestFeatureInfo:
    POINT = {
        "request": "GetFeatureInfo",
        "query_layers": "parcels",
        "i": "100",
        "j": "100",
        "info_format": "text/plain",
    }

    @pytest.mark.parametrize("media_type", ["text/plain", "text/html", "application/json"])
    def test_each_format(self, ask, media_type):
        status, told, body = ask(**self.POINT | {"info_format": media_type})

        assert (status, told) == ("200", media_type)
        assert b"123/4" in body

    @pytest.mark.parametrize(
        "more", [{"feature_count": "1"}, {"feature_count": "2"}, {"exceptions": "XML"}, {"styles": "default"}]
    )
    def test_what_it_takes(self, ask, more):
        assert ask(**self.POINT | more)[0] == "200"

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"query_layers": "unknown"}, "LayerNotDefined"),
            ({"info_format": "invalid"}, "InvalidFormat"),
            ({"i": "x"}, None), ({"i": "200"}, "InvalidPoint"), ({"j": "-1"}, "InvalidPoint"),
            ({"j": "1000"}, "InvalidPoint"),
        ],
    )  # fmt: skip
    def test_exceptions(self, ask, changed, code):
        status, media_type, body = ask(**self.POINT | changed)

        assert (status, media_type, code_of(body)) == ("400", "text/xml", code)

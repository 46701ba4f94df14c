"""WFS 2.0: what older clients read is what the OGC API shows, and nothing else."""

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from lxml import etree
from owslib.wfs import WebFeatureService

from spatial.ogc.registry import collections
from tests.factories import NORTH
from tests.spatial.ogc.conftest import CANARY_FINGERPRINT, CANARY_LAND_BOOK

GET = "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature"
SPACES = {"wfs": "http://www.opengis.net/wfs/2.0", "gml": "http://www.opengis.net/gml/3.2", "open": "urn:miedza:open",
          "ows": "http://www.opengis.net/ows/1.1"}  # fmt: skip


def read(response) -> etree._Element:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return etree.fromstring(body)


def texts(document: etree._Element, path: str) -> list[str]:
    return [one.text for one in document.iterfind(path, SPACES)]


def test_capabilities_name_every_collection(client, land):
    document = read(client.get("/wfs?SERVICE=WFS&REQUEST=GetCapabilities"))

    assert texts(document, ".//wfs:FeatureType/wfs:Name") == [f"open:{one.id}" for one in collections]


def test_a_feature_has_the_properties_of_the_ogc_api(client, land):
    [feature] = client.get("/ogc/collections/parcels/items").json()["features"]
    document = read(client.get(f"{GET}&TYPENAMES=open:parcels"))
    [parcel] = document.iterfind(".//open:parcels", SPACES)
    told = {etree.QName(one).localname: one.text for one in parcel if etree.QName(one).namespace == SPACES["open"]}

    assert document.get("numberMatched") == "1"
    assert {name: value for name, value in told.items() if name != "geom"} == {
        name: str(value) if value else None for name, value in feature["properties"].items()
    }
    assert texts(parcel, "gml:name") == [feature["id"]]


@pytest.mark.parametrize(
    ("system", "first"),
    [
        ("urn:ogc:def:crs:EPSG::2178", NORTH),
        ("urn:ogc:def:crs:EPSG::3857", 2_211_000),
        ("urn:ogc:def:crs:EPSG::4326", 50.2),
        ("urn:ogc:def:crs:OGC::CRS84", 19.8),
    ],
)
def test_axes_stand_in_the_order_of_the_system(client, land, system, first):
    """Northing or latitude first in 2178 and 4326 (planning-and-land 1.5)."""
    document = read(client.get(f"{GET}&TYPENAMES=parcels&SRSNAME={system}"))
    [number, *_] = texts(document, ".//gml:posList")[0].split()

    assert float(number) == pytest.approx(first, rel=0.003)


def test_a_filter_in_xml_finds_and_a_moment_stands_for_its_day(client, land):
    body = """<GetFeature xmlns="http://www.opengis.net/wfs/2.0" service="WFS" version="2.0.0"
        xmlns:o="urn:miedza:open">
      <Query typeNames="o:parcels"><Filter xmlns="http://www.opengis.net/fes/2.0"><And>
        <PropertyIsEqualTo><ValueReference>o:number</ValueReference><Literal>123/4</Literal></PropertyIsEqualTo>
        <PropertyIsGreaterThan><ValueReference>o:valid_from</ValueReference>
          <Literal>2001-01-01T00:00:00Z</Literal></PropertyIsGreaterThan></And></Filter></Query></GetFeature>"""
    document = read(client.post("/wfs", body, content_type="text/xml"))

    assert texts(document, ".//open:number") == ["123/4"]


class TestOtherPrograms:
    @pytest.fixture
    def door(self, address_of_server, land):
        return f"{address_of_server}/wfs"

    def test_owslib(self, door):
        service = WebFeatureService(door, version="2.0.0")
        found = etree.fromstring(service.getfeature(typename=["open:plan-zones"], maxfeatures=5).read())

        assert set(service.contents) == {f"open:{one.id}" for one in collections}
        assert service["open:parcels"].title == "Działki ewidencyjne"
        assert texts(found, ".//open:symbol") == ["1MN"]

    def test_gdal(self, door):
        program = shutil.which("ogrinfo")
        if program is None:
            pytest.skip("ogrinfo is not on this machine")
        done = subprocess.run(
            [program, "-ro", "-al", "-where", "number = '123/4'", f"WFS:{door}?VERSION=2.0.0", "open:parcels"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr
        assert "number (String) = 123/4" in done.stdout
        assert 'ID["EPSG",2180]' in done.stdout


@pytest.mark.parametrize("collection", ["parcels", "addresses", "buildings"])
def test_no_secret_is_shown_nor_asked(client, land, collection):
    for form in ("", "&OUTPUTFORMAT=geojson", "&OUTPUTFORMAT=csv"):
        response = client.get(f"{GET}&TYPENAMES={collection}{form}")
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code == 200
        for secret in (CANARY_LAND_BOOK, CANARY_FINGERPRINT, "canary of the search key"):
            assert secret.encode() not in body
    for name in ("fingerprint", "snapshot", "search_key", "_text", "_mercator", "row_key", "landbook__number"):
        condition = f"<ValueReference>{name}</ValueReference><Literal>*</Literal>"
        condition = f"<PropertyIsLike wildCard='*' singleChar='.' escapeChar='!'>{condition}</PropertyIsLike>"
        condition = f"<Filter>{condition}</Filter>"
        assert client.get(GET, {"TYPENAMES": collection, "FILTER": condition}).status_code == 400
        assert client.get(f"{GET}&TYPENAMES={collection}&SORTBY={name}").status_code == 400
        assert client.get(f"{GET}&TYPENAMES={collection}&PROPERTYNAME={name}").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        """<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><GetFeature service="WFS">&x;</GetFeature>""",
        """<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]><GetFeature service="WFS">&y;</GetFeature>""",
        "", "<", "<a/>", "{}", "<GetFeature xmlns='http://www.opengis.net/wfs/2.0' service='WFS' version='2.0.0'/>",
    ],
)  # fmt: skip
def test_bodies_that_are_no_request(client, db, body):
    response = client.post("/wfs", body, content_type="text/xml")

    assert response.status_code == 400
    assert b"root:" not in response.content
    assert read(response).find("ows:Exception", SPACES) is not None


@pytest.mark.parametrize("number", ["1e120", "1e308", "-1e308", "nan", "inf"])
def test_a_coordinate_beyond_the_earth_is_refused_before_it_is_written(client, db, number):
    """GEOS 3.11 writes such a number past its buffer and the process ends; ``make fuzz``, seed 11, found it."""
    bbox = f"{number},{number},1,1"
    envelope = (
        '<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"><fes:BBOX>'
        f'<gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>{number} {number}</gml:lowerCorner>'
        "<gml:upperCorner>1 1</gml:upperCorner></gml:Envelope></fes:BBOX></fes:Filter>"
    )
    for question in ({"BBOX": bbox}, {"FILTER": envelope}):
        for form in ("csv", "geojson"):
            asked = {"TYPENAMES": "parcels", "OUTPUTFORMAT": form, "COUNT": "1", **question}
            assert client.get(GET, asked).status_code == 400


def test_a_body_too_large(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert client.post("/wfs", "<a>" + " " * 200 + "</a>", content_type="text/xml").status_code == 413


NAMES = ["SERVICE", "VERSION", "REQUEST", "TYPENAMES", "SRSNAME", "BBOX", "COUNT", "STARTINDEX", "RESULTTYPE", "SORTBY",
         "FILTER", "RESOURCEID", "PROPERTYNAME", "OUTPUTFORMAT", "STOREDQUERY_ID", "ID", "NAMESPACES", "VALUEREFERENCE",
         "ACCEPTVERSIONS", "RESOLVE", "FILTER_LANGUAGE"]  # fmt: skip
FOUND = "<PropertyIsEqualTo><ValueReference>number</ValueReference><Literal>1</Literal></PropertyIsEqualTo>"
VALUES = [
    "WFS", "2.0.0", "1.0.0", "GetFeature", "GetPropertyValue", "DescribeFeatureType", "GetCapabilities", "parcels",
    "open:parcels", "parcels plans", "(parcels)(plans)", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG::99999",
    "EPSG:0", "1,2,3,4", "a,b,c,d", "1e400,1,2,3", "nan,1,2,3", "19,50,20,51,urn:ogc:def:crs:EPSG::4326", "-1", "0",
    "9" * 20, "hits", "results", "number DESC", "number", "geom", "parcels.1", "parcels.x", f"parcels.{'9' * 20}",
    "<Filter/>", "<Filter><BBOX/></Filter>", f"<Filter>{FOUND}</Filter>", "geojson", "csv",
    "text/xml; subtype=gml/3.2", "urn:ogc:def:query:OGC-WFS::GetFeatureById", "xmlns(a,b)", "", "\0", "*", "//",
    "@gml:id", "ą",
]  # fmt: skip
OPERATIONS = ["GetFeature", "GetPropertyValue", "DescribeFeatureType", "ListStoredQueries"]


@examples(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=20), max_size=8),
    operation=st.sampled_from(
        ["GetFeature", "GetFeature", "GetPropertyValue", "DescribeFeatureType", "ListStoredQueries"]
    ),
)
def test_no_parameter_breaks_it(client, land, asked, operation):
    response = client.get("/wfs", {"REQUEST": operation, "TYPENAMES": "parcels", **asked})

    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code < 500
    assert b"during rendering" not in body

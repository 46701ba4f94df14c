"""Cadastral WFS: capabilities, pages, tiles, every known way to fail; what was recorded from real services."""

from contextlib import suppress

import pytest

from data.readers.flat import read_flat
from data.readers.mapping import ParcelMapping
from data.records import UnreadableFileError
from spatial.remote.base import Failed, Found
from spatial.remote.contrib.wfs import Wfs
from spatial.remote.contrib.wfs_download import Download
from spatial.remote.reasons import Reason, ServiceFailed
from tests.factories import EAST, NORTH
from tests.simulators.base import (
    EMPTY,
    EXCEPTION,
    GATEWAY_PAGE,
    REDIRECT,
    UNAVAILABLE,
    CutsOff,
    Resets,
    Says,
    Truncates,
)
from tests.spatial.remote.conftest import building, parcel

pytestmark = pytest.mark.django_db
BOX = (EAST - 10, NORTH - 10, EAST + 1990, NORTH + 200)


@pytest.fixture
def county(wfs):
    """Twenty-five parcels in a row and two buildings."""
    wfs.features = {
        "ms:dzialki": [parcel(str(number), number) for number in range(25)],
        "ms:budynki": [building(1, 3), building(2, 4)],
    }
    return wfs


def found(answer):
    assert isinstance(answer, Found), answer
    return answer.value


class TestDescription:
    def test_what_the_service_says_it_can(self, county, point_to):
        told = found(Wfs(point_to("egib-wfs", county)).capabilities())

        assert told.names() == {"ms:dzialki", "ms:budynki"}
        assert (told.most, told.has_paging) == (1000, True)

    def test_addresses_that_it_names_are_never_asked(self, county, point_to):
        Wfs(point_to("egib-wfs", county)).capabilities()

        assert [question["request"] for question in county.questions] == ["GetCapabilities"]

    def test_properties_of_a_type(self, county, point_to):
        told = found(Wfs(point_to("egib-wfs", county)).describe("ms:dzialki"))

        assert {"ID_DZIALKI", "POLE_EWIDENCYJNE", "msGeometry"} <= set(told)


class TestPages:
    @pytest.mark.parametrize(
        ("most", "matched", "pages", "asked"),
        [(1000, "exact", "yes", 1), (10, "exact", "yes", 3), (10, "unknown", "yes", 4), (1000, "unknown", "yes", 2)],
    )
    def test_every_object_once(self, county, point_to, tmp_path, most, matched, pages, asked):
        county.most, county.matched, county.pages = most, matched, pages

        files = Download(Wfs(point_to("egib-wfs", county)), "ms:dzialki", tmp_path, box=BOX).run()

        ids = [text for file in files for text in file.read_text().split("<ms:ID_DZIALKI>")[1:]]
        assert len(ids) == 20  # those in the box
        assert len(county.questions) <= asked

    @pytest.mark.parametrize("pages", ["ignored", "refused"])
    def test_a_service_that_cannot_page_is_asked_tile_by_tile(self, county, point_to, tmp_path, pages):
        county.most, county.pages = 7, pages

        files = Download(Wfs(point_to("egib-wfs", county)), "ms:dzialki", tmp_path, box=BOX).run()

        ids = {text.partition("<")[0] for file in files for text in file.read_text().split("<ms:ID_DZIALKI>")[1:]}
        assert len(ids) == 20

    def test_without_a_box_such_a_service_fails(self, county, point_to, tmp_path):
        county.most, county.pages = 7, "ignored"

        with pytest.raises(ServiceFailed) as fault:
            Download(Wfs(point_to("egib-wfs", county)), "ms:dzialki", tmp_path).run()

        assert fault.value.reason == Reason.NO_PAGING

    def test_the_box_is_sent_north_first_in_the_form_of_a_urn(self, county, point_to, tmp_path):
        Wfs(point_to("egib-wfs", county)).page("ms:dzialki", tmp_path / "a.gml", box=BOX)

        north, east, *_, system = county.questions[0]["bbox"].split(",")
        assert (float(north), float(east), system) == (NORTH - 10, EAST - 10, "urn:ogc:def:crs:EPSG::2178")


class TestFailures:
    @pytest.mark.parametrize(
        ("lie", "reason"),
        [
            (EMPTY, Reason.EMPTY), (GATEWAY_PAGE, Reason.PAGE), (UNAVAILABLE, Reason.FAULT),
            (EXCEPTION, Reason.EXCEPTION), (REDIRECT, Reason.REDIRECTED), (Truncates(), Reason.CUT_OFF),
            (CutsOff(), Reason.BROKEN), (Resets(), Reason.BROKEN), (Says(b"nic"), Reason.MALFORMED),
            (Says(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Reason.MALFORMED), (Says(b"", 404), Reason.REFUSED),
        ],
    )  # fmt: skip
    def test_no_lie_is_taken_for_a_page(self, county, point_to, tmp_path, lie, reason):
        county.always = lie

        answer = Wfs(point_to("egib-wfs", county, attempts=1)).page("ms:dzialki", tmp_path / "a.gml")

        assert isinstance(answer, Failed)
        assert answer.reason == reason
        assert list(tmp_path.iterdir()) == []

    def test_fewer_objects_than_announced_are_no_page(self, county, point_to, tmp_path):
        county.always = Says(b'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberReturned="5"/>')

        answer = Wfs(point_to("egib-wfs", county)).page("ms:dzialki", tmp_path / "a.gml")

        assert isinstance(answer, Failed)
        assert answer.reason == Reason.INCOMPLETE

    def test_a_page_that_fails_fails_the_whole(self, county, point_to, tmp_path):
        county.most, county.matched = 10, "exact"
        wfs = Wfs(point_to("egib-wfs", county, attempts=1))
        download = Download(wfs, "ms:dzialki", tmp_path)
        wfs.page("ms:dzialki", tmp_path / "first.gml")
        county.lies.clear()
        honest = county.answer
        county.answer = lambda params: UNAVAILABLE.instead(honest(params)) if "startIndex" in params else honest(params)

        with pytest.raises(ServiceFailed):
            download.run()


def test_recorded_answers_of_counties_are_read_or_refused_with_words(shared_data, recorded, point_to, tmp_path):
    """README: 1, 1, 0, 1, 0, 1, 10 buildings in seven answers, in EPSG:4326 or 2180, with either order of axes."""
    counts = []
    for file in sorted((shared_data / "egib_wfs").glob("*.xml")):
        server = recorded(f"egib_wfs/{file.name}", content_type="text/xml")
        answer = Wfs(point_to("egib-wfs", server, attempts=1)).page("ms:budynki", tmp_path / file.name)
        assert isinstance(answer, Found), (file.name, answer)
        counts.append(answer.value.returned)

    assert sorted(counts) == [0, 0, 1, 1, 1, 1, 10]


def test_recorded_buildings_come_out_as_buildings(shared_data):
    read = 0
    for file in sorted((shared_data / "egib_wfs").glob("*.xml")):
        with suppress(UnreadableFileError):  # two hold no building, one names no system
            read += len(list(read_flat(file, mapping=ParcelMapping.preset("simple-wfs")).records))
    assert read >= 3

"""The parcel locator: the same answers from the simulator and from recorded files; every known way to fail."""

from dataclasses import replace

import pytest
import shapely
from pyproj import Transformer

from spatial.remote.base import Failed, Found, NothingFound
from spatial.remote.contrib.uldk import Place, Snapped, Uldk
from spatial.remote.reasons import Reason
from tests.factories import EAST, NORTH
from tests.simulators.base import Says
from tests.simulators.uldk import HeldPlace

pytestmark = pytest.mark.django_db

RYNEK_2180 = (560863.23, 262948.91)  #: Skała, Rynek (dossier 1.5)
RYNEK_2178 = (7418209.08, 5566697.33)
FIELDS_OF_RECORD = ("voivodeship", "geom_extent", "county", "commune", "teryt", "parcel", "region", "geom_wkt")


def held(identifier: str = "120610_5.0004.123/4", *, side: float = 50, region: str = "Ojców", **more) -> HeldPlace:
    east, north = RYNEK_2180
    shape = shapely.box(east, north, east + side, north + side)
    return HeldPlace(identifier, shape, identifier.rpartition(".")[2], region, **more)


@pytest.fixture
def asked(uldk, point_to) -> Uldk:
    uldk.places.append(held())
    return Uldk(point_to("uldk", uldk))


def found(answer) -> Place:
    assert isinstance(answer, Found), answer
    return answer.value


class TestContract:
    """The same assertions hold for the simulator and for what the service once said."""

    @pytest.fixture(params=["simulator", "recording"])
    def krzewina(self, request, point_to):
        """Two parcels of one number in two obręby called Krzewina."""
        fields = ("geom_wkt", "commune", "region")
        if request.param == "recording":
            server = request.getfixturevalue("recorded")("uldk/GetParcelByIdOrNr_two_results.txt")
        else:
            server = request.getfixturevalue("uldk")
            server.places += [
                HeldPlace("020201_1.0001.1", shapely.box(216905, 358170, 217050, 358330), "1", "Krzewina", "Bogatynia"),
                HeldPlace("301901_2.0001.1", shapely.box(357143, 581970, 357320, 582190), "1", "Krzewina", "Kaczory"),
            ]
        return Uldk(point_to("uldk", server), fields=fields)

    def test_a_number_in_obreby_of_one_name_gives_all_of_them(self, krzewina):
        places = found(krzewina.parcels_by_id_or_number("Krzewina 1"))

        assert [(place.commune, place.region) for place in places] == [
            ("Bogatynia", "Krzewina"),
            ("Kaczory", "Krzewina"),
        ]
        # the request speaks of EPSG:2180 and answers have east first: Bogatynia lies in the west, by 15.0 E
        lon, lat = Transformer.from_crs(2178, 4326, always_xy=True).transform(*places[0].geometry.centroid.coords[0])
        assert (lon, lat) == (pytest.approx(15.0, abs=0.1), pytest.approx(51.0, abs=0.2))

    @pytest.fixture(params=["simulator", "recording"])
    def minsk(self, request, point_to):
        if request.param == "recording":
            server = request.getfixturevalue("recorded")("uldk/parcel_line_all_fields.txt", head=b"0\n")
        else:
            server = request.getfixturevalue("uldk")
            ring = [(677047.4, 481558.91), (677009.54, 481577.8), (677033.52, 481618.26), (677045.44, 481625.09),
                    (677062.41, 481626.24), (677076.78, 481627.23), (677082.74, 481626.02)]  # fmt: skip
            server.places.append(
                HeldPlace("141201_1.0001.6509", shapely.Polygon(ring), "6509", "Mińsk Mazowiecki", "Mińsk Mazowiecki",
                          "Miński", "Mazowieckie")
            )  # fmt: skip
        return Uldk(point_to("uldk", server), fields=FIELDS_OF_RECORD)

    def test_a_parcel_comes_with_its_names_and_its_ground(self, minsk):
        place = found(minsk.parcel_by_id("141201_1.0001.6509"))

        assert (place.identifier, place.parcel, place.region) == ("141201_1.0001.6509", "6509", "Mińsk Mazowiecki")
        assert (place.commune, place.county, place.voivodeship) == ("Mińsk Mazowiecki", "Miński", "Mazowieckie")
        # shoelace of the recorded ring in EPSG:2180 is 2652.4 m²; PL-1992 shrinks areas there by about 0.1 %
        assert place.area_m2 == pytest.approx(2652.4, rel=0.002)

    @pytest.fixture(params=["simulator", "recording"])
    def broken(self, request, point_to):
        if request.param == "recording":
            return Uldk(point_to("uldk", request.getfixturevalue("recorded")("uldk/error_minus1.txt")))
        server = request.getfixturevalue("uldk")
        server.always = Says("-1 wystąpił błąd\n".encode())
        return Uldk(point_to("uldk", server))

    def test_an_error_is_not_nothing(self, broken):
        answer = broken.parcel_by_id("141201_1.0001.6509")

        assert isinstance(answer, Failed)
        assert answer.reason == Reason.EXCEPTION


class TestQuestions:
    def test_a_parcel_by_its_identifier(self, asked, uldk):
        place = found(asked.parcel_by_id("120610_5.0004.123/4"))

        assert (place.identifier, place.parcel, place.region) == ("120610_5.0004.123/4", "123/4", "Ojców")
        assert place.geometry.bounds[:2] == pytest.approx(RYNEK_2178, abs=1.5)  # grids are turned by 1.5 degrees
        assert uldk.questions[0]["request"] == "GetParcelById"
        assert uldk.questions[0]["srid"] == "2180"

    def test_a_parcel_under_a_point_in_any_system(self, asked, uldk):
        east, north = RYNEK_2178
        assert found(asked.parcel_at(east + 10, north + 10)).parcel == "123/4"
        assert found(asked.parcel_at(19.8538, 50.2308, epsg=4326)).parcel == "123/4"
        assert uldk.questions[0]["xy"] == "7418219.08,5566707.33,2178"

    def test_nothing_is_said_by_the_service(self, asked):
        assert asked.parcel_by_id("120610_5.0004.999") == NothingFound()
        assert asked.parcel_at(EAST + 9000, NORTH) == NothingFound()

    def test_units_and_buildings(self, asked, uldk):
        uldk.places += [
            held("120610_5.0004", kind="Region", region="Ojców"),
            held("120610_5.0004.3_BUD", kind="Building"),
        ]

        assert found(asked.unit_by_id("Region", "120610_5.0004")).region == "Ojców"
        assert [place.identifier for place in found(asked.regions_by_name("Ojców"))] == ["120610_5.0004"]
        assert found(asked.building_by_id("120610_5.0004.3_BUD")).identifier == "120610_5.0004.3_BUD"

    def test_the_union_of_parcels(self, asked, uldk):
        east, north = RYNEK_2180
        uldk.places.append(HeldPlace("120610_5.0004.5", shapely.box(east + 50, north, east + 100, north + 50)))

        union = found(asked.union_of(["120610_5.0004.123/4", "120610_5.0004.5"]))

        assert union.area == pytest.approx(5000, rel=0.002)

    @pytest.mark.parametrize("snaps_north_first", [False, True])
    def test_a_boundary_point_whatever_axis_comes_first(self, asked, uldk, snaps_north_first):
        uldk.snaps_north_first = snaps_north_first
        east, north = RYNEK_2178

        snapped = found(asked.boundary_point_near(east - 1, north - 1, radius_m=10))

        assert isinstance(snapped, Snapped)
        assert (snapped.east, snapped.north) == (pytest.approx(east, abs=0.1), pytest.approx(north, abs=0.1))
        assert snapped.distance_m == pytest.approx(1.41, abs=0.05)

    def test_a_village_called_bledow_is_no_error(self, asked, uldk):
        uldk.places = [held(region="Błędów")]

        assert found(asked.parcel_by_id("120610_5.0004.123/4")).region == "Błędów"


class TestFailures:
    GOOD = "SRID=2178;POLYGON((7418209 5566697,7418309 5566697,7418309 5566797,7418209 5566697))|a|1|r|c|k|w"

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("-1 wystąpił błąd", Reason.EXCEPTION),
            ("-3 przekroczono limit", Reason.EXCEPTION),
            ("0\nbłąd połączenia z serwerem powiatu", Reason.EXCEPTION),
            ("0\nXML parse error", Reason.EXCEPTION),
            ("XML", Reason.MALFORMED),
            ("0", Reason.INCOMPLETE),
            ("0\n\n \n", Reason.INCOMPLETE),
            (f"2\n{GOOD}", Reason.INCOMPLETE),
            ("0\nSRID=2178;POLYGON((1 1,2 2|a|1|r|c|k|w", Reason.MALFORMED),
            ("0\nSRID=2178;POINT(7418209 5566697)|a|1|r|c|k|w", Reason.MALFORMED),
            (f"0\n{GOOD}|more", Reason.MALFORMED),
            ("0\nSRID=2178;POLYGON((5566697 7418209,5566697 7418309,5566797 7418309,5566697 7418209))|a|1|r|c|k|w",
             Reason.ELSEWHERE),
            ("0\nSRID=9999;POLYGON((0 0,1 0,1 1,0 0))|a|1|r|c|k|w", Reason.ELSEWHERE),
            ("0\nSRID=2178;POLYGON((nan nan,1 0,1 1,nan nan))|a|1|r|c|k|w", Reason.MALFORMED),
        ],
    )  # fmt: skip
    def test_no_answer_is_taken_for_nothing(self, asked, uldk, text, reason):
        uldk.always = Says(text.encode())

        answer = asked.parcel_by_id("120610_5.0004.123/4")

        assert isinstance(answer, Failed), answer
        assert answer.reason == reason or (reason == Reason.MALFORMED and answer.reason == Reason.ELSEWHERE)

    def test_another_encoding_is_no_answer(self, asked, uldk):
        uldk.always = Says("0\nSRID|Ojców".encode("cp1250"))

        assert isinstance(asked.parcel_by_id("1"), Failed)

    def test_empty_pieces_are_silence(self, asked, uldk):
        row = self.GOOD.rpartition("|a|")[0] + "|120610_5.0004.1|||Skała||"
        uldk.always = Says(f"\ufeff0\r\n{row}\r\n\r\n".encode())

        place = found(asked.parcel_by_id("120610_5.0004.1"))

        assert (place.identifier, place.parcel, place.region, place.commune) == ("120610_5.0004.1", None, None, "Skała")

    def test_an_answer_in_the_national_grid_is_moved(self, asked, uldk):
        east, north = RYNEK_2180
        ring = f"{east} {north},{east + 10} {north},{east + 10} {north + 10},{east} {north}"
        uldk.always = Says(f"0\nSRID=2180;POLYGON(({ring}))|a|1|r|c|k|w".encode())

        assert found(asked.parcel_by_id("a")).geometry.bounds[:2] == pytest.approx(RYNEK_2178, abs=0.5)

    def test_it_is_off_unless_an_office_switches_it_on(self, asked):
        answer = Uldk(replace(asked.endpoint, is_enabled=False)).parcel_by_id("1")

        assert isinstance(answer, Failed)
        assert answer.reason == Reason.OFF

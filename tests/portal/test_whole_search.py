"""The one search over registers, collections and coordinates, as /szukaj answers it."""

from datetime import date

import pytest
import shapely
from django.contrib.gis.geos import Point

from services.tourism.models import Place
from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.ogc.registry import Collection, Searching, collections
from spatial.remote.models import RemoteService
from tests import factories
from tests.factories import rectangle
from tests.simulators.base import Resets
from tests.simulators.uldk import HeldPlace, UldkSimulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_place(skala):
    def make_place(name, kind="castle", east=100.0):
        corner = skala.boundary.centroid
        return Place.objects.create(
            municipality=skala, snapshot=factories.snapshot(skala), identifier=name.lower(), name=name, kind=kind,
            valid_from=date(2020, 1, 1), fingerprint="0" * 32, confidence="high",
            geom=Point(corner.x + east, corner.y, srid=crs.PL_2000_7),
        )  # fmt: skip

    return make_place


def found(client, query):
    response = client.get("/szukaj", {"q": query, "f": "json"})
    assert response.status_code == 200
    return [(hit["kind"], hit["label"]) for hit in response.json()["results"]]


class TestPlaces:
    @pytest.mark.parametrize("query", ["Zamek Pieskowa Skała", "pieskowa skala", "PIESKOWA", "zamek pieskowa skla"])
    def test_are_found_without_accents_and_with_a_slip(self, client, make_place, query):
        make_place("Zamek Pieskowa Skała")

        assert ("place", "Zamek Pieskowa Skała") in found(client, query)

    def test_of_one_name_are_two(self, client, make_place):
        make_place("Kapliczka")
        second = make_place("Kapliczka druga", east=900)
        Place.objects.filter(pk=second.pk).update(name="Kapliczka")

        assert found(client, "kapliczka") == [("place", "Kapliczka")] * 2

    def test_that_were_renamed_are_found_by_the_new_name_at_once(self, client, make_place):
        place = make_place("Stara Buda")
        Place.objects.filter(pk=place.pk).update(name="Dom Gościnny")

        assert found(client, "stara buda") == []
        assert found(client, "dom goscinny") == [("place", "Dom Gościnny")]


class TestZones:
    def test_are_found_by_their_symbol_each_plan_once(self, client, local_plan, make_zone):
        make_zone("1MN", east=0, north=0, width=100, height=100)
        make_zone("1MN", east=300, north=0, width=100, height=100)

        hits = client.get("/szukaj", {"q": "1mn", "f": "json"}).json()["results"]

        assert [(hit["kind"], hit["label"]) for hit in hits] == [("zone", "1MN")]
        assert local_plan.title in hits[0]["detail"]


class TestOrder:
    def test_a_number_asked_for_comes_before_words_that_are_alike(self, client, make_parcel, make_place):
        make_parcel(number="12")
        make_place("Cianowice 12 dębów")

        assert found(client, "Cianowice 12")[0] == ("parcel", "Działka 12, Cianowice")

    def test_kinds_stand_together(self, client, make_parcel, make_place):
        for name in ("Cianowice dwór", "Cianowice staw", "Cianowice kapliczka"):
            make_place(name)
        make_parcel(number="1")

        kinds = [kind for kind, _ in found(client, "cianowice")]

        assert kinds == sorted(kinds, key=kinds.index)
        assert kinds.count("place") == 3


class TestCoordinates:
    def test_are_a_place_on_the_map(self, client, skala):
        spot = skala.boundary.centroid

        [hit] = client.get("/szukaj", {"q": f"{spot.y:.1f} {spot.x:.1f}", "f": "json"}).json()["results"]

        assert hit["kind"] == "coordinates"
        lon, lat = spot.transform(crs.WGS84, clone=True).coords
        assert (hit["lon"], hit["lat"]) == pytest.approx((lon, lat), abs=1e-5)

    def test_abroad_are_said_to_be_abroad(self, client):
        answer = client.get("/szukaj", {"q": "48.8566, 2.3522", "f": "json"}).json()

        assert answer["results"] == []
        assert "poza Polską" in answer["message"]


@pytest.mark.parametrize("query", ["%", "_", "' OR 1=1 --", "\\", "((((", "a" * 200, "😀", "%s %s", "{0}"])
def test_odd_queries_find_nothing_and_break_nothing(client, query):
    assert client.get("/szukaj", {"q": query, "f": "json"}).status_code == 200


def test_too_long_a_query_is_refused_with_the_limit(client):
    response = client.get("/szukaj", {"q": "a" * 10_000, "f": "json"})

    assert response.status_code == 400
    assert "200" in response.json()["description"]


def test_every_kind_of_a_collection_has_a_heading():
    from services.portal.search import kind_name

    assert all(kind_name(one.search.kind) for one in collections if one.search)


def test_a_collection_that_searches_unknown_words_is_refused():
    from django.core.exceptions import ImproperlyConfigured

    parts = {name: getattr(collections["places"], name) for name in Collection.__dataclass_fields__}
    wrong = Searching(kind="place", words=("nazwa",), label="{name}", detail="")

    with pytest.raises(ImproperlyConfigured, match="nazwa"):
        Collection(**parts | {"search": wrong})


class TestWholeCountry:
    """National services are asked only by a person's word, and only where the office has switched them on."""

    @pytest.fixture
    def uldk(self):
        with UldkSimulator().running() as simulator:
            east, north = 560_863.23, 262_948.91
            shape = shapely.box(east, north, east + 50, north + 50)
            simulator.places.append(HeldPlace("120610_5.0004.777", shape, "777", "Maszyce"))
            yield simulator

    def switch_on(self, simulator):
        options = {"private_network": True, "first_wait_s": 0.0, "timeout_s": 5.0, "attempts": 1}
        RemoteService.objects.create(
            code="uldk", url=simulator.url, is_enabled=True, options=options, valid_from=date(2026, 1, 1)
        )

    def test_is_offered_when_we_know_nothing(self, client, skala, uldk):
        assert client.get("/szukaj", {"q": "Maszyce 777", "f": "json"}).json()["wider_url"] is None
        self.switch_on(uldk)

        wider = client.get("/szukaj", {"q": "Maszyce 777", "f": "json"}).json()["wider_url"]
        assert uldk.questions == []
        [hit] = client.get(f"{wider}&f=json").json()["results"]

        assert (hit["kind"], hit["label"], hit["id"]) == ("country", "Działka 777, Maszyce", None)
        assert (hit["lon"], hit["lat"]) == pytest.approx((19.8532, 50.2299), abs=0.003)

    def test_that_is_silent_is_told_from_nothing(self, client, skala, uldk):
        self.switch_on(uldk)
        nothing = client.get("/szukaj", {"q": "Maszyce 1", "kraj": "1", "f": "json"})
        uldk.always = Resets()
        silent = client.get("/szukaj", {"q": "Maszyce 777", "kraj": "1", "f": "json"})

        assert (nothing.status_code, nothing.json()["results"]) == (200, [])
        assert silent.status_code == 502
        assert "nie odpowiadają" in silent.json()["description"]


class TestStaff:
    def test_planner_is_told_everything_of_the_own_municipality(self, client, danuta, emil, make_parcel, make_zone):
        """A sliver of 5 cm along the boundary of a zone: the office's matter, not the resident's."""
        parcel = make_parcel(number="1", side=100)
        make_zone("MN.1", east=-100, north=-100, width=300, height=200.05, class_2021="MN")
        make_zone("R.1", east=-100, north=100.05, width=300, height=200, class_2021="R")
        make_zone("R.2", east=-100, north=-300, width=300, height=200.1, class_2021="R")
        make_zone("R.3", east=99.95, north=-100, width=300, height=300, class_2021="R")
        address = f"/dzialki/{parcel.identifier}/?f=json"

        def told():
            report = client.get(address).json()
            return len(report["findings"]), [link["title"] for link in report["desk"]]

        resident = told()
        client.force_login(danuta)
        planner = told()
        assert "no-store" in client.get(address)["Cache-Control"]
        client.force_login(emil)
        neighbour = told()

        assert resident[1] == neighbour[1] == []
        assert resident[0] == neighbour[0] < planner[0]
        assert planner[1] == ["Właściciele", "Plany i szkice", "Biurko planisty"]

    def test_map_opens_where_they_work(self, client, skala, emil):
        Municipality.objects.filter(pk=skala.pk).update(boundary=rectangle(east=90_000, north=0, width=10, height=10))

        def extent():
            return client.get("/mapa/").content.decode().partition('data-extent="')[2].partition('"')[0]

        everybody = extent()
        client.force_login(emil)

        assert extent().split(",")[0] == everybody.split(",")[0]
        assert float(extent().split(",")[2]) < float(everybody.split(",")[2]) - 0.5

"""The one search over registers, collections and coordinates, as /szukaj answers it."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point

from services.tourism.models import Place
from spatial import crs
from spatial.ogc.registry import Collection, Searching, collections
from tests import factories

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

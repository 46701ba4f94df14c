"""Sample park, places and trails of the demo: near what the dossier says of the real ones, and marked as samples."""

import pytest

from data.demo import MUNICIPALITIES, places, protected_areas, trails
from data.records.tourism import PLACE_KINDS, TRAIL_KINDS


@pytest.fixture(scope="module")
def park_and_buffer():
    return list(protected_areas("120610"))


def test_the_park_is_about_as_large_as_the_real_one(park_and_buffer):
    park, _ = park_and_buffer
    in_skala = park.geometry.intersection(MUNICIPALITIES["120610"].outline).area

    assert park.geometry.area / 10_000 == pytest.approx(2146, rel=0.05)
    assert in_skala / park.geometry.area == pytest.approx(0.57, abs=0.08)  # dossier tourism 2
    assert "przykładowy" in park.name


def test_the_whole_of_suloszowa_is_park_or_buffer_zone(park_and_buffer):
    park, buffer_zone = park_and_buffer
    suloszowa = MUNICIPALITIES["120613"].outline

    assert suloszowa.difference(park.geometry).difference(buffer_zone.geometry).area == pytest.approx(0, abs=1)
    assert park.geometry.intersection(buffer_zone.geometry).area == pytest.approx(0, abs=1)
    assert (park.is_buffer, buffer_zone.is_buffer) == (False, True)


@pytest.mark.parametrize("teryt", ["120610", "120613"])
def test_places_lie_in_their_gmina(teryt):
    found = list(places(teryt))

    assert all(MUNICIPALITIES[teryt].outline.distance(place.geometry) <= 300 for place in found)
    assert all(place.kind in PLACE_KINDS and place.name_en and place.description_en for place in found)
    assert len({place.identifier for place in found}) == len(found)


def test_pieskowa_skala_is_in_suloszowa():
    """The most frequent error in texts about the area (dossier tourism 2)."""
    assert "zamek-pieskowa-skala" in {place.identifier for place in places("120613")}


@pytest.mark.parametrize("teryt", ["120610", "120613"])
def test_trails_run_through_their_gmina_and_say_that_they_are_samples(teryt):
    found = list(trails(teryt))

    assert len(found) == 3
    for trail in found:
        assert trail.geometry.intersects(MUNICIPALITIES[teryt].outline)
        assert trail.kind in TRAIL_KINDS
        assert trail.measured_m == pytest.approx(trail.geometry.length, rel=0.01)
        assert trail.published_m is None
        assert "przykład" in trail.name

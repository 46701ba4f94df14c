"""Expected values by pyproj, whose PROJ is not the one that GeoDjango uses."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from spatial.coordinates import are_coordinates, spots

ONTO_2178 = {srid: Transformer.from_crs(srid, 2178, always_xy=True) for srid in (4326, 2180, 3857)}
LON, LAT = 19.8533, 50.2231
EAST, NORTH = ONTO_2178[4326].transform(LON, LAT)


def found(text):
    return [(spot.system.srid, spot.east, spot.north) for spot in spots(text)]


@pytest.mark.parametrize(
    "text",
    [
        "50.2231 19.8533",
        "19.8533, 50.2231",
        "50,2231 19,8533",
        "50,2231; 19,8533",
        "50.2231,19.8533",
        "50.2231° N, 19.8533° E",
        "N 50.2231 E 19.8533",
        "50°13'23.16\"N 19°51'11.88\"E",
        "50° 13,386' 19° 51,198'",
        "lat=50.2231 lon=19.8533",
    ],
)
def test_degrees_are_read_however_they_are_written(text):
    [(srid, east, north)] = found(text)

    assert srid == 4326
    assert (east, north) == pytest.approx((EAST, NORTH), abs=0.02)


@pytest.mark.parametrize(("srid", "order"), [(2178, 1), (2178, -1), (3857, 1), (3857, -1)])
def test_metres_are_known_by_their_size_in_both_orders(srid, order):
    pair = (EAST, NORTH) if srid == 2178 else Transformer.from_crs(4326, 3857, always_xy=True).transform(LON, LAT)
    text = " ".join(f"{number:.3f}" for number in pair[::order])

    [(read, east, north)] = found(text)

    assert read == srid
    assert (east, north) == pytest.approx((EAST, NORTH), abs=0.01)


def test_the_national_grid_is_offered_in_both_orders_where_both_are_in_poland():
    east, north = Transformer.from_crs(2178, 2180, always_xy=True).transform(EAST, NORTH)

    places = found(f"{north:.2f} {east:.2f}")

    assert [place[0] for place in places] == [2180, 2180]
    assert places[0][1:] == pytest.approx((EAST, NORTH), abs=0.02)
    assert places[1][1:] == pytest.approx(ONTO_2178[2180].transform(north, east), abs=0.02)


@pytest.mark.parametrize("text", ["12 34", "Ojców 12", "123/4", "MN 12.5", "120610_5.0001.12", "", "50", "1 2 3"])
def test_other_texts_are_no_coordinates(text):
    assert not are_coordinates(text)
    assert found(text) == []


def test_a_place_abroad_is_told_from_words():
    assert are_coordinates("48.8566, 2.3522")
    assert found("48.8566, 2.3522") == []


@given(st.text(max_size=60))
def test_no_text_fails(text):
    for spot in spots(text):
        assert spot.hit().label


@given(st.floats(14.1, 24.1), st.floats(49.1, 54.8))
def test_what_is_shown_finds_the_same_place_again(lon, lat):
    [spot] = spots(f"{lat:.5f} {lon:.5f}")

    [again] = spots(spot.hit().label)

    assert hypot(again.east - spot.east, again.north - spot.north) < 1.2

import pytest


@pytest.fixture
def land(drawn_plan, make_parcel, rate, filing):
    """A parcel that an extract can be issued for."""
    return make_parcel(east=0, north=0, side=100, number="123/4")

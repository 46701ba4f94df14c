from datetime import date

import pytest

from services.cases.models import CaseClass
from services.extracts.services import SERVICE


@pytest.fixture
def filing(skala, suloszowa):
    """Both offices said under which class they file extracts."""
    for owner in (skala, suloszowa):
        CaseClass.objects.create(
            municipality=owner,
            service=SERVICE,
            unit_symbol="GP",
            jrwa="6727",
            valid_from=date(2011, 1, 1),
            source="test",
        )


@pytest.fixture
def land(drawn_plan, make_parcel, rate, filing):
    """A parcel that an extract can be issued for."""
    return make_parcel(east=0, north=0, side=100, number="123/4")

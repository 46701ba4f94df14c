"""KPA art. 24 § 1: who has a part in a case, or acts for who has, decides of nothing in it."""

import pytest
from django.utils import timezone

from services.cases.models import Case, CaseParty
from services.catalogue.handled import hand_over, handlers_of
from services.identity.models import StaffRole
from spatial.errors import Refused
from tests.conftest import person
from tests.office import filed, service

pytestmark = pytest.mark.django_db


@pytest.fixture
def leon(skala):
    user = person("leon", "Leon", "Urzędowy")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    return user


@pytest.fixture
def case(filing, anna):
    return filed("pismo-ogolne", anna, office="120610", kind="question", subject="x", text="x", signing="alone")


@pytest.fixture(params=["applicant", "cosigner", "representative"])
def own(request, case, jadwiga, firm, make_link):
    """Of Jadwiga, who handles such cases."""
    if request.param == "applicant":
        Case.objects.filter(pk=case.pk).update(applicant=jadwiga)
    elif request.param == "cosigner":
        CaseParty.objects.create(case=case, user=jadwiga, role=CaseParty.Role.COSIGNER)
    else:
        make_link(jadwiga, firm, basis="representation")
        Case.objects.filter(pk=case.pk).update(on_behalf_of=firm)
    case.refresh_from_db()
    return case


def test_one_of_others_is_led(case, office):
    assert case.number in office.get("/urzad/").content.decode()
    assert office.get(f"/urzad/sprawy/{case.pk}/").status_code == 200


def test_ones_own_is_not_on_the_desk_nor_in_reach(own, office):
    assert own.number not in office.get("/urzad/").content.decode()
    page = office.get(f"/urzad/sprawy/{own.pk}/")
    assert (page.status_code, "prowadzi ją inna osoba" in page.content.decode()) == (403, True)
    assert office.post(f"/urzad/sprawy/{own.pk}/krok/przejmij/").status_code == 403
    own.refresh_from_db()
    assert own.handler is None


def test_ones_own_is_handed_over_by_nobody(own, jadwiga, leon):
    assert leon in handlers_of(own, service(own.service))
    assert jadwiga not in handlers_of(own, service(own.service))
    with pytest.raises(Refused):
        hand_over(own, clerk=leon, to=jadwiga, note="", at=timezone.now())

"""Case numbers: gapless in (unit, class, year), whatever happens at the same time."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from services.cases.models import Case
from services.cases.services import NoCaseClass, class_for, give_number, lock_open, open_case
from services.cases.terms import MONTH
from services.extracts.wanted import SERVICE
from spatial.errors import Conflict

WARSAW = ZoneInfo("Europe/Warsaw")
NUMBER = re.compile(  # form of a case number, instrukcja kancelaryjna 2011
    r"^[A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż0-9-]{1,12}(?:\.[IVX]+)?\.\d{3,4}(?:\.\d+){1,2}\.\d{4}(?:\.[A-ZĄĆĘŁŃÓŚŹŻ]{1,4})?$"
)


def register(owner, applicant, at=datetime(2026, 11, 25, 9, tzinfo=WARSAW)):
    with transaction.atomic():
        under = class_for(SERVICE, owner, on=at.date())
        case = open_case(
            municipality=owner, service=SERVICE, title="t", applicant=applicant, at=at, term=MONTH, filed_under=under
        )  # fmt: skip
        give_number(case, under)
    return case


@pytest.mark.django_db
class TestNumbers:
    def test_run_in_their_series(self, filing, skala, suloszowa, anna):
        numbers = [register(owner, anna).number for owner in (skala, skala, suloszowa)]

        assert numbers == ["GP.6727.1.2026", "GP.6727.2.2026", "GP.6727.1.2026"]
        assert all(NUMBER.match(number) for number in numbers)

    def test_begin_anew_with_the_year_of_warsaw(self, filing, skala, anna):
        register(skala, anna)
        late = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC"))  # already 2027 in Warsaw

        assert register(skala, anna, at=late).number == "GP.6727.1.2027"

    def test_a_filing_that_fails_leaves_no_gap(self, filing, skala, anna):
        with pytest.raises(RuntimeError), transaction.atomic():
            register(skala, anna)
            raise RuntimeError

        assert register(skala, anna).number == "GP.6727.1.2026"

    def test_without_a_class_nothing_is_registered(self, skala, anna):
        with pytest.raises(NoCaseClass):
            register(skala, anna)

        assert Case.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_numbers_stay_gapless_when_many_file_at_once(filing, skala, anna):
    def file(_):
        try:
            return register(skala, anna).number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(file, range(40)))

    assert sorted(int(number.split(".")[2]) for number in numbers) == list(range(1, 41))


@pytest.mark.django_db
def test_a_closed_case_cannot_be_closed_again(filing, skala, anna):
    case = register(skala, anna)
    Case.objects.filter(pk=case.pk).update(closed_at=case.filed_at, status=Case.Status.ISSUED)

    with pytest.raises(Conflict, match="już zakończona"):
        lock_open(case)

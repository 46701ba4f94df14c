from datetime import date

import pytest

from spatial.cadastre.models import AddressPoint, Locality, Street
from spatial.cadastre.search import Words, find, nothing_found
from spatial.errors import Malformed
from spatial.words import search_key
from tests import factories
from tests.factories import rectangle


@pytest.fixture
def cianowice(skala):
    return Locality.objects.create(
        simc="0330001", name="Cianowice", kind="wieś", municipality=skala,
        geom=rectangle(east=-500, north=-500, width=2000, height=2000),
    )  # fmt: skip


@pytest.fixture
def town(skala):
    return Locality.objects.create(
        simc="0330002", name="Skała", kind="miasto", municipality=skala,
        geom=rectangle(east=5000, north=5000, width=2000, height=2000),
    )  # fmt: skip


@pytest.fixture
def make_address(skala):
    def make_address(locality, number, street=None):
        label = f"{street.name} {number}, {locality.name}" if street else f"{locality.name} {number}"
        return AddressPoint.objects.create(
            municipality=skala, snapshot=factories.snapshot(skala), identifier=label, valid_from=date(2010, 1, 1),
            fingerprint="0" * 32, locality=locality, street=street, number=number, label=label,
            search_key=search_key(label), geom=rectangle(east=10, north=10, width=2, height=2).centroid,
        )  # fmt: skip

    return make_address


@pytest.fixture
def long_street(town, skala):
    return Street.objects.create(ulic="00001", locality=town, name="ul. Świętego Jana", municipality=skala)


def labels(query, **asked):
    return [hit.label for hit in find(query=query, **asked)]


class TestParcels:
    @pytest.mark.parametrize("query", ["120610_5.0007.123/4", " 120610_5.0007. 123/4 ", "„120610_5.0007.123/4”"])
    def test_are_found_by_their_identifier_however_it_is_typed(self, make_parcel, query):
        make_parcel(number="123/4")

        assert labels(query) == ["Działka 123/4, Cianowice"]

    @pytest.mark.parametrize(
        "query", ["Cianowice 123/4", "cianowice dz. nr 123/4", "123/4 CIANOWICE", "cianowcie 123/4"]
    )
    def test_are_found_by_district_and_number_in_any_order_and_with_a_slip(self, make_parcel, query):
        make_parcel(number="123/4")
        make_parcel(number="124", east=200)

        assert labels(query) == ["Działka 123/4, Cianowice"]

    def test_come_with_the_exact_number_before_those_that_only_begin_so(self, make_parcel):
        for place, number in enumerate(["120", "12/1", "12"]):
            make_parcel(number=number, east=200 * place)

        assert labels("Cianowice 12") == [
            "Działka 12, Cianowice", "Działka 12/1, Cianowice", "Działka 120, Cianowice",
        ]  # fmt: skip

    def test_of_all_districts_are_listed_for_a_bare_number(self, skala, suloszowa):
        factories.parcel(skala, number="7")
        factories.parcel(suloszowa, number="7", east=5000)

        assert [hit.parcel for hit in find(query="7")] == ["120610_5.0007.7", "120613_2.0007.7"]

    def test_that_ended_say_so_and_the_living_are_not_mixed_with_them(self, make_parcel):
        make_parcel(number="5", valid_to=date(2020, 1, 1))

        [hit] = find(query="120610_5.0007.5")

        assert hit.detail == "120610_5.0007.5, gmina Skała, już nie istnieje"
        assert labels("Cianowice 5") == []

    def test_are_found_by_a_locality_whose_name_no_district_has(self, make_parcel, cianowice, skala):
        parcel = make_parcel(number="9")
        parcel.district.name = "Obręb 7"
        parcel.district.geom = cianowice.geom
        parcel.district.save()

        assert labels("Cianowice 9") == ["Działka 9, Obręb 7"]


class TestAddresses:
    def test_are_found_without_accents_and_kind_of_street(self, make_address, town, long_street):
        make_address(town, "12A", long_street)

        assert labels("swietego jana 12a") == labels("ul. Świętego Jana 12A, Skała") == ["ul. Świętego Jana 12A, Skała"]

    def test_stand_beside_parcels_of_the_same_number(self, make_parcel, make_address, cianowice):
        make_parcel(number="12")
        make_address(cianowice, "12")

        assert labels("Cianowice 12") == ["Działka 12, Cianowice", "Cianowice 12"]


class TestPlaces:
    def test_are_found_by_name_with_a_slip(self, cianowice, town):
        assert labels("cianowce") == ["Cianowice"]

    def test_are_offered_when_the_number_is_not_there(self, cianowice, make_parcel):
        assert labels("Cianowice 99999") == ["Cianowice"]


class TestWords:
    def test_take_the_last_number_and_leave_fillers(self):
        assert Words.read("dz. nr 12/3, obręb Nowa Wieś") == Words("nowa wies", "12/3")


class TestRefusals:
    @pytest.mark.parametrize("query", ["x" * 10_000, "dzia\x00łka", "a\u202eb"])
    def test_of_what_nobody_types_are_messages(self, db, query):
        with pytest.raises(Malformed):
            find(query=query)

    @pytest.mark.parametrize("query", ["", " ", "''; DROP TABLE", "%", "_", "/", "0", "🙂", "1/0/0"])
    def test_odd_but_honest_queries_find_nothing(self, db, query):
        assert find(query=query) == []

    def test_an_unknown_identifier_is_told_from_a_malformed_one(self):
        assert nothing_found("120610_5.0007.123/4") == (
            "Nie znaleźliśmy działki 120610_5.0007.123/4. Sprawdź numer obrębu albo wskaż działkę na mapie."
        )
        assert "obrębu „7”" in nothing_found("120610_5.7.123/4")

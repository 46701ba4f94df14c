"""Check digits by the dossier (3.4 and 8): the rules are computed here once more, the vectors are not ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parties import numbers
from spatial.errors import Malformed


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@given(digits(10))
def test_nip_by_its_weights(typed):
    left = sum(int(digit) * weight for digit, weight in zip(typed, (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=False)) % 11
    if left == int(typed[9]):
        assert numbers.nip(typed) == typed
    else:
        with pytest.raises(Malformed):
            numbers.nip(typed)


@pytest.mark.parametrize("typed", ["8567346215", "856-734-62-15", "PL 8567346215", " 856 734 62 15 "])
def test_nip_as_people_write_it(typed):
    assert numbers.nip(typed) == "8567346215"


def test_pesel_of_the_dossier():
    assert numbers.pesel("44051401458") == "44051401458"


@pytest.mark.parametrize(
    "typed",
    ["44051401459", "4405140145", "440514014580", "44951401458", "٤٤٠٥١٤٠١٤٥٨", "", "x" * 11, "44051401458\x00"],
)
def test_wrong_pesel_is_refused_without_being_repeated(typed):
    with pytest.raises(Malformed) as raised:
        numbers.pesel(typed)
    assert "PESEL jest błędny" in raised.value.message
    assert not typed or typed not in raised.value.message


@pytest.mark.parametrize("typed", ["192598184", "123456785", "12345678512347"])
def test_regon_of_9_and_14(typed):
    assert numbers.regon(typed) == typed


@pytest.mark.parametrize("typed", ["192598183", "12345678512348", "1925981", "x"])
def test_wrong_regon(typed):
    with pytest.raises(Malformed):
        numbers.regon(typed)


def test_krs_has_ten_digits():
    assert numbers.krs("0000 123 456") == "0000123456"
    for typed in ("123456", "00001234567", "000012345x", "٠٠٠٠١٢٣٤٥٦"):
        with pytest.raises(Malformed):
            numbers.krs(typed)


def test_nothing_typed_is_nothing():
    assert numbers.optional(numbers.nip, " ") == ""

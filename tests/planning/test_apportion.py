"""Sharing out whole units: sums are exact whatever the weights."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.extracts.apportion import apportion, percentages

weights = st.lists(st.floats(min_value=0, max_value=1e7, allow_nan=False), min_size=1, max_size=30).filter(
    lambda row: sum(row) > 1e-6
)


class TestApportion:
    def test_gives_the_spare_unit_to_the_largest_remainder(self):
        assert apportion(100, [1, 1, 1]) == [34, 33, 33]
        assert apportion(1000, [2.5, 2.5, 5.0]) == [250, 250, 500]
        assert apportion(10, [1.26, 1.26, 7.48]) == [1, 1, 8]

    @given(total=st.integers(0, 10**7), row=weights)
    def test_always_sums_to_the_total(self, total, row):
        assert sum(apportion(total, row)) == total

    @given(total=st.integers(1, 10**7), row=weights)
    def test_no_part_is_a_unit_away_from_its_exact_quota(self, total, row):
        whole = sum(row)

        parts = apportion(total, row)

        assert all(abs(part - total * weight / whole) < 1 + 1e-6 for part, weight in zip(parts, row, strict=True))

    @pytest.mark.parametrize("row", [[], [0, 0], [-1, 3]])
    def test_refuses_what_cannot_be_shared(self, row):
        with pytest.raises(ValueError):  # noqa: PT011
            apportion(10, row)


class TestPercentages:
    def test_sum_to_one_hundred(self):
        assert percentages([1, 1, 1]) == [Decimal("33.4"), Decimal("33.3"), Decimal("33.3")]

    @given(row=weights)
    def test_always_sum_to_one_hundred(self, row):
        assert sum(percentages(row)) == Decimal(100)

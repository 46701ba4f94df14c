"""Terms of KPA; expected days by the dossier (taxes-identity-cases 8) and by the calendar of the act."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.terms import APPEAL, MONTH, Term, is_free, moved, resumed


@pytest.mark.parametrize(
    ("term", "event", "last"),
    [
        (APPEAL, date(2026, 12, 10), date(2026, 12, 28)),  # 24 is free since 2025, 25-26 holidays, 27 a Sunday
        (APPEAL, date(2024, 12, 10), date(2024, 12, 24)),  # a working day still in 2024
        (Term(7, "days", ""), date(2026, 11, 2), date(2026, 11, 9)),
        (Term(7, "days", ""), date(2026, 10, 31), date(2026, 11, 9)),  # 7.11 is a Saturday
        (Term(1, "weeks", ""), date(2026, 11, 4), date(2026, 11, 12)),  # 11.11 is free
        (MONTH, date(2026, 1, 31), date(2026, 3, 2)),  # no 31 February: its last day, 28, is a Saturday
        (MONTH, date(2026, 4, 3), date(2026, 5, 4)),  # 3.05 is a Sunday and free
        (Term(2, "months", ""), date(2026, 2, 28), date(2026, 4, 28)),
    ],
)
def test_ends_as_article_57_says(term, event, last):
    assert term.ends(event) == last


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 400))
def test_never_ends_on_a_free_day_nor_before_its_count(event, count):
    last = Term(count, "days", "").ends(event)

    assert not is_free(last)
    assert 0 <= (last - event).days - count <= 5


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 200))
def test_stands_still_as_long_as_it_stood(due_on, stood):
    paused = date(2019, 12, 1)

    assert resumed(due_on, paused_on=paused, resumed_on=date.fromordinal(paused.toordinal() + stood)) == moved(
        date.fromordinal(due_on.toordinal() + stood)
    )

"""Addresses, codes and what a set of evidence says, whatever the order."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.terms import APPEAL
from services.delivery import ade
from services.delivery.course import Proof, State, course_of, normal_code

WARSAW = ZoneInfo("Europe/Warsaw")
#: Thursday 10 December 2026
DAY = datetime(2026, 12, 10, 9, 30, tzinfo=WARSAW)


class TestAddress:
    @pytest.mark.parametrize("text", [
        "AE:PL-55754-97181-CHDVR-19", "AE:PL-43563-82585-JHWCF-30", "AE:PL-28080-40239-TUSBF-26",
    ])  # fmt: skip
    def test_published_ones_agree_with_their_check_digits(self, text):
        assert ade.is_address(text)
        assert ade.is_sure(text)

    def test_a_dummy_has_the_form_and_other_digits(self):
        assert ade.is_address("AE:PL-12345-67890-ABCDE-12")
        assert not ade.is_sure("AE:PL-12345-67890-ABCDE-12")

    @pytest.mark.parametrize("text", ["", "AE:PL-5575-97181-CHDVR-19", "AE:DE-55754-97181-CHDVR-19", "anna@example.pl"])
    def test_others_are_none(self, text):
        assert not ade.is_address(text)

    def test_is_typed_in_small_letters_with_spaces(self):
        assert ade.normal(" pl-55754-97181-chdvr-19 ") == "AE:PL-55754-97181-CHDVR-19"


class TestCodes:
    @pytest.mark.parametrize(("written", "code"), [
        ("A1", "A.1"), ("A.1", "A.1"), ("e1", "E.1"), ("BPOX", "BP.OX"), ("BP.OP", "BP.OP"), ("HEPO", "H.EPO"),
        ("H.PN", "H.PN"), ("HDW", "H.DW"),
    ])  # fmt: skip
    def test_are_written_with_and_without_dots(self, written, code):
        assert normal_code(written) == code

    @pytest.mark.parametrize(("codes", "state"), [
        ([], State.PASSED), (["A.1"], State.POSTED), (["H.PN"], State.POSTED), (["A.1", "B.1"], State.SENT),
        (["A.1", "B.1", "D.1"], State.WAITING), (["A.1", "B.1", "D.1", "E.1"], State.DELIVERED),
        (["A.1", "B.1", "D.1", "BP.OX"], State.DEEMED), (["E.1", "BP.OX", "BP.OP"], State.DELIVERED),
        (["A.2"], State.REJECTED), (["H.DW"], State.REJECTED), (["H.EPO"], State.DELIVERED),
        (["A.1", "B.2"], State.UNDELIVERED), (["B.3"], State.UNDELIVERED), (["D.1", "D.2"], State.UNDELIVERED),
        (["D.1", "E.2"], State.UNDELIVERED), (["X.9"], State.PASSED),
    ])  # fmt: skip
    def test_cause_the_states_of_the_table(self, codes, state):
        assert course_of([Proof(code, DAY) for code in codes], begun=State.PASSED).state == state


class TestDay:
    def test_is_of_the_business_proof_not_of_the_collection(self):
        proofs = [Proof("E.1", DAY + timedelta(days=2)), Proof("BP.OX", DAY), Proof("D.1", DAY - timedelta(days=9))]

        assert course_of(proofs, begun=State.PASSED).delivered_on == date(2026, 12, 10)

    def test_is_not_known_from_a_letter_that_waits(self):
        assert course_of([Proof("D.1", DAY - timedelta(days=300))], begun=State.PASSED).delivered_on is None

    def test_is_of_warsaw(self):
        late = datetime(2026, 12, 9, 23, 30, tzinfo=ZoneInfo("UTC"))

        assert course_of([Proof("E.1", late)], begun=State.PASSED).delivered_on == date(2026, 12, 10)

    def test_gives_the_appeal_its_term(self):
        """14 days from Thursday 10 December end on a holiday, then come Christmas and a Sunday (dossier 8)."""
        delivered = course_of([Proof("BP.OX", DAY)], begun=State.PASSED).delivered_on

        assert APPEAL.ends(delivered) == date(2026, 12, 28)

    def test_a_returned_letter_is_judged_by_a_person(self):
        returned = Proof("H.EPO", DAY, "adresat wyprowadził się")

        assert course_of([returned], begun=State.PASSED).state == State.UNCLEAR
        assert course_of([returned, Proof("P.Z", DAY)], begun=State.PASSED).state == State.UNDELIVERED
        assert course_of([returned, Proof("P.U", DAY)], begun=State.PASSED).delivered_on == date(2026, 12, 10)


CODES = ["A.1", "A.2", "B.1", "B.2", "D.1", "D.2", "E.1", "E.2", "BP.OX", "BP.OP", "H.PN", "H.DW", "H.EPO", "X.1"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 40), st.sampled_from(["", "zwrot"])), max_size=8),
    st.randoms(use_true_random=False),
)
def test_neither_order_nor_repetition_matters(told, chance):
    proofs = [Proof(code, DAY + timedelta(days=days), reason) for code, days, reason in told]
    shuffled = proofs * 2
    chance.shuffle(shuffled)

    assert course_of(shuffled, begun=State.PASSED) == course_of(proofs, begun=State.PASSED)

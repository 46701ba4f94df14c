import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.identifiers import (
    APP_NAMESPACE_RE,
    BUILDING_RE,
    LandBookNumber,
    MalformedLandBookError,
    MalformedParcelIdError,
    ParcelId,
    land_book_control,
)

numbers = st.integers(min_value=1, max_value=10**9 - 1)
parcel_ids = st.builds(
    lambda unit, district, sheet, main, sub: ParcelId(
        unit, f"{district:04d}", sheet and str(sheet), f"{main}/{sub}" if sub else str(main)
    ),
    st.from_regex(r"[0-9]{6}_[1-9]", fullmatch=True),
    st.integers(min_value=0, max_value=9999),
    st.none() | st.integers(min_value=1, max_value=10**8 - 1),
    numbers,
    st.none() | numbers,
)


def natural(parcel: ParcelId) -> tuple[str, str, int, int, int]:
    main, _, sub = parcel.number.partition("/")
    return parcel.unit, parcel.district, int(parcel.sheet or 0), int(main), int(sub or 0)


class TestParcelId:
    def test_reads_the_parts_of_an_identifier(self) -> None:
        parcel = ParcelId.parse("120610_5.0007.AR_2.123/4")

        assert parcel == ParcelId("120610_5", "0007", "2", "123/4")
        assert parcel.municipality == "120610"
        assert parcel.district == "120610_5.0007"

    @pytest.mark.parametrize(
        "written",
        [
            " 120610_5.0007.ar_2.123/4 ",
            "120610_5. 0007 .AR_2. 123 / 4",
            "„120610_5.0007.AR_2.123/4”,",
            "120610_5.0007.AR_2.123/4.",
        ],
    )
    def test_reads_what_people_write_and_stores_the_strict_form(self, written: str) -> None:
        assert str(ParcelId.parse(written)) == "120610_5.0007.AR_2.123/4"

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("", "Nie podano"),
            ("12061_5.0007.1", "jednostką ewidencyjną"),
            ("120610_5.007.1", "czterech cyfr"),
            ("120610_5.0007.123-4", "123/4"),
            ("120610_5.0007.0", "Numer działki"),
            ("120610_5.0007.12/0", "Numer działki"),
            ("120610_5.0007", "Numer działki"),
            ("120610_5.0007.١٢", "Numer działki"),
        ],
    )
    def test_says_which_part_is_wrong(self, written: str, told: str) -> None:
        with pytest.raises(MalformedParcelIdError, match=told):
            ParcelId.parse(written)

    def test_twelve_ninths_stands_before_twelve_tenths(self) -> None:
        mixed = [
            "120610_5.0007.12/10",
            "120610_5.0007.100",
            "120610_5.0007.12",
            "120610_5.0007.12/9",
            "120610_5.0007.9",
        ]

        ordered = sorted(mixed, key=lambda text: ParcelId.parse(text).sort_key)

        assert [text.rpartition(".")[2] for text in ordered] == ["9", "12", "12/9", "12/10", "100"]

    @given(parcel_ids)
    def test_text_of_an_identifier_reads_back_the_same(self, parcel: ParcelId) -> None:
        assert ParcelId.parse(str(parcel)) == parcel

    @given(parcel_ids, parcel_ids)
    def test_order_of_keys_is_the_natural_order(self, one: ParcelId, two: ParcelId) -> None:
        assert (one.sort_key < two.sort_key) == (natural(one) < natural(two))

    @given(st.text(max_size=60))
    def test_any_text_is_read_or_refused_with_words(self, text: str) -> None:
        try:
            told = f"{ParcelId.parse(text)}."
        except MalformedParcelIdError as refusal:
            told = str(refusal)
        assert told.endswith(".")


class TestLandBookNumber:
    @pytest.mark.parametrize("published", ["KR1P/00610770/2", "KR1P/00291452/4", "KR1P/00286974/1", "OS1M/00005748/9"])
    def test_accepts_published_numbers(self, published: str) -> None:
        assert str(LandBookNumber.parse(published)) == published

    @pytest.mark.parametrize(
        ("court", "number", "control"), [("KR1P", "1", 2), ("KR1P", "00012345", 2), ("KR2K", "00012345", 4)]
    )
    def test_computes_the_control_digit(self, court: str, number: str, control: int) -> None:
        assert land_book_control(court, number) == control

    def test_pads_the_zeros_that_people_drop(self) -> None:
        assert str(LandBookNumber.parse(" kr1p / 610770 / 2 ")) == "KR1P/00610770/2"

    def test_names_the_right_control_digit(self) -> None:
        with pytest.raises(MalformedLandBookError, match="powinna być 0, a jest 5"):
            LandBookNumber.parse("KR1P/00055555/5")

    @pytest.mark.parametrize("written", ["", "123", "QV1P/00012345/2", "KR1P/123456789/2"])
    def test_refuses_what_is_no_number(self, written: str) -> None:
        with pytest.raises(MalformedLandBookError, match=r"np\. KR1P"):
            LandBookNumber.parse(written)


class TestOtherForms:
    @pytest.mark.parametrize("space", ["PL.ZIPPZP.1234/120610-MPZP", "PL.ZIPPZP.1/120610-POG", "PL.ZIPPZP.9/12-PZPW"])
    def test_planning_namespaces(self, space: str) -> None:
        assert APP_NAMESPACE_RE.fullmatch(space)

    @pytest.mark.parametrize("space", ["PL.ZIPPZP.1234/120610", "PL.ZIPPZP./120610-POG", "PL.ZIPPZP.1/12061-POG", ""])
    def test_wrong_planning_namespaces(self, space: str) -> None:
        assert not APP_NAMESPACE_RE.fullmatch(space)

    @pytest.mark.parametrize(
        "building", ["120610_5.0007.12_BUD", "120610_5.0007.123/4.1_BUD", "120610_5.0007.AR_2.123/4.1_BUD"]
    )
    def test_three_forms_of_building_identifiers(self, building: str) -> None:
        assert BUILDING_RE.fullmatch(building)

"""Owners of EGiB GML. Control digits: the vectors of the dossier (1.4); names and numbers of people are invented."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.personal_numbers import is_nip, is_pesel, is_regon, pesel_control
from data.readers.egib import read_egib
from data.readers.egib_owners import read_owners
from data.records import Problem, UnreadableFileError
from data.records.owners import (
    OwnersRecord,
    ParcelUnitRecord,
    PartyRecord,
    PersonalNumberRecord,
    RegisterUnitRecord,
    ShareRecord,
)
from data.shares import sums_of, wrong_sums
from tests.data import owners_samples as samples
from tests.data.gml_samples import collection, egb, feature, link, parcel, write

PLACE = "120610_5.0007"
CLOSED = "<egb:koniecObiekt>2024-11-14T11:31:36</egb:koniecObiekt>"


def scoped(number: int) -> str:
    return f"{PLACE}/00000000-0000-0000-0000-{number:012d}"


def local(number: int) -> str:
    return scoped(number).partition("/")[2]


def read(folder: Path, *members: str) -> tuple[list[OwnersRecord], list[Problem]]:
    reading = read_owners(write(folder, collection(*members)))
    return list(reading.records), reading.problems


def named(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.rule, problem.object) for problem in problems]


def of(kind: type, records: list[OwnersRecord]) -> list[OwnersRecord]:
    return [record for record in records if type(record) is kind]


class TestOneOwner:
    @pytest.fixture
    def delivery(self) -> list[str]:
        return [
            parcel(f"{PLACE}.1", more=link("JRG2", 10)),
            samples.unit(10, f"{PLACE}.G1"),
            samples.share(20, unit=10, party=30),
            samples.person(30, address=40, more=egb("imieOjca", "Jan") + egb("imieMatki", "Maria")),
            samples.address(40),
        ]

    def test_parcel_unit_share_and_person_of_2021(self, tmp_path, delivery):
        records, problems = read(tmp_path, *delivery)

        assert problems == []
        assert records == [
            RegisterUnitRecord(scoped(10), f"{PLACE}.G1", "7"),
            ParcelUnitRecord(f"{PLACE}.1", scoped(10)),
            ShareRecord(scoped(20), scoped(10), scoped(30), "own", "1", 1, 1, (scoped(30),)),
            PartyRecord(
                scoped(30), "person", "Anna", None, "Nowak", None, "Jan", "Maria", None, None, False,
                "ul. Krakowska 12/3", "32-043 Skała",
            ),
            PersonalNumberRecord(scoped(30), samples.PESEL_ANNA),
        ]  # fmt: skip

    def test_a_record_shows_its_identifier_only(self, tmp_path, delivery):
        records, _ = read(tmp_path, *delivery)

        told = repr(records) + str(records[-1])
        assert not any(secret in told for secret in ("Nowak", "Anna", "Krakowska", samples.PESEL_ANNA, "Jan"))

    def test_the_reader_of_the_cadastre_never_opens_people(self, tmp_path, delivery):
        reading = read_egib(write(tmp_path, collection(*delivery)))
        told = f"{list(reading.records)} {reading.problems}"

        assert not any(secret in told for secret in ("Nowak", "Anna", "Krakowska", samples.PESEL_ANNA))

    def test_a_person_who_is_gone_has_no_record(self, tmp_path):
        records, problems = read(
            tmp_path, samples.unit(10), samples.share(20, unit=10, party=30), samples.person(30, ended=CLOSED)
        )

        assert of(PartyRecord, records) == []
        assert ("owner-link-broken", local(20)) in named(problems)

    def test_whom_no_share_names_is_not_kept(self, tmp_path, delivery):
        records, problems = read(tmp_path, *delivery, samples.person(31, "Zenon", "Zbędny", samples.PESEL_CELINA))

        assert [record.identifier for record in of(PartyRecord, records)] == [scoped(30)]
        assert named(problems) == [("parties-unused", "")]


class TestKindsOfParties:
    def test_a_marriage_is_one_party_of_two(self, tmp_path):
        records, problems = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=33, choice="malzenstwo4"),
            samples.marriage(33, 30, 31),
            samples.person(30),
            samples.person(31, "Bogdan", "Nowak", samples.PESEL_BOGDAN),
        )

        [held] = of(ShareRecord, records)
        assert held.party == scoped(33)
        assert set(held.parties) == {scoped(33), scoped(30), scoped(31)}
        [pair] = [party for party in of(PartyRecord, records) if party.kind == "marriage"]
        assert pair.members == (scoped(30), scoped(31))
        assert problems == []

    @pytest.mark.parametrize("persons", [(30,), (30, 30), ()])
    def test_a_marriage_of_another_number_is_told(self, tmp_path, persons):
        _, problems = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=33),
            samples.marriage(33, *persons),
            samples.person(30),
        )

        assert ("marriage-members", local(33)) in named(problems)

    def test_a_group_opens_its_marriages_down_to_the_persons(self, tmp_path):
        records, _ = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=34),
            samples.group(34, {"instytucja": 32, "malzenstwo3": 33}),
            samples.institution(32),
            samples.marriage(33, 30, 31),
            samples.person(30),
            samples.person(31, "Bogdan", "Nowak", samples.PESEL_BOGDAN),
        )

        [held] = of(ShareRecord, records)
        assert set(held.parties) == {scoped(number) for number in (30, 31, 32, 33, 34)}
        assert PersonalNumberRecord(scoped(32), None, None, samples.REGON) in records

    def test_a_group_that_contains_itself_ends(self, tmp_path):
        records, _ = read(
            tmp_path, samples.unit(10), samples.share(20, unit=10, party=34), samples.group(34, {"instytucja": 34})
        )

        [held] = of(ShareRecord, records)
        assert held.parties == (scoped(34),)

    def test_the_dead_are_marked(self, tmp_path):
        records, problems = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=30),
            samples.person(30, more=egb("informacjaOSmierci", "zm. 2019")),
        )

        assert of(PartyRecord, records)[0].is_dead
        assert named(problems) == [("owner-dead", local(30))]

    def test_perpetual_usufruct_stands_beside_ownership(self, tmp_path):
        records, problems = read(
            tmp_path,
            samples.unit(10, group="2"),
            samples.share(20, unit=10, party=32, choice="instytucja1"),
            samples.holding(21, unit=10, party=35),
            samples.holding(22, unit=10, party=32, right="7", fraction=None),
            samples.institution(32, "Skarb Państwa"),
            samples.institution(35, "Spółdzielnia"),
        )

        assert [(held.family, held.right, held.fraction) for held in of(ShareRecord, records)] == [
            ("own", "1", Fraction(1)),
            ("hold", "1", Fraction(1)),
            ("hold", "7", None),
        ]
        assert problems == []


class TestSchemaOf2013:
    def test_shares_parties_and_addresses_under_their_older_names(self, tmp_path):
        def older(text: str) -> str:
            return text.replace(
                "ewidencjaGruntowIBudynkow:1.0", "urn:gugik:specyfikacje:gmlas:ewidencjaGruntowBudynkow:1.0"
            )

        members = [
            samples.unit(10),
            samples.share(20, unit=10, party=30).replace("EGB_UdzialWeWlasnosci", "EGB_UdzialWlasnosci"),
            samples.person(30, more=link("adresOsobyFizycznej", 40)),
            samples.address(40).replace("EGB_AdresPodmiotu", "EGB_Adres").replace("numerLokalu", "nrLokalu"),
        ]
        reading = read_owners(write(tmp_path, older(collection(*members))))

        records = list(reading.records)
        assert [held.fraction for held in of(ShareRecord, records)] == [Fraction(1)]
        assert of(PartyRecord, records)[0].street_address == "ul. Krakowska 12/3"
        assert reading.problems == []


class TestPlaces:
    def test_a_unit_without_a_full_number_lies_where_its_parcel_does(self, tmp_path):
        records, _ = read(
            tmp_path,
            parcel(f"{PLACE}.1", more=link("JRG2", 10)),
            samples.unit(10, "G.100"),
            samples.share(20, unit=10, party=30),
            samples.person(30),
        )

        assert of(RegisterUnitRecord, records) == [RegisterUnitRecord(scoped(10), "G.100", "7")]

    def test_a_unit_of_nowhere_is_left_out(self, tmp_path):
        records, problems = read(
            tmp_path, samples.unit(10, "G.100"), samples.share(20, unit=10, party=30), samples.person(30)
        )

        assert records == []
        assert ("register-unit-unplaced", local(10)) in named(problems)

    def test_an_owner_in_two_districts_belongs_to_both(self, tmp_path):
        records, problems = read(
            tmp_path,
            samples.unit(10, f"{PLACE}.G1"),
            samples.unit(11, "120610_5.0008.G9"),
            samples.share(20, unit=10, party=30),
            samples.share(21, unit=11, party=30),
            samples.person(30, pesel=None),
        )

        assert [party.identifier[:13] for party in of(PartyRecord, records)] == [PLACE, "120610_5.0008"]
        assert named(problems) == [("pesel-missing", local(30))]  # told once

    def test_shares_in_flats_are_counted(self, tmp_path):
        _, problems = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=30),
            samples.share(21, unit=12, party=30, unit_choice="JRL"),
            feature("EGB_JednostkaRejestrowaLokali", 13, egb("idJednostkiRejestrowej", f"{PLACE}.L1")),
            samples.share(22, unit=13, party=30, unit_choice="JRG"),
            samples.person(30),
        )

        assert [(one.rule, one.message) for one in problems] == [
            ("shares-not-read", "Pominięto udziały w jednostkach rejestrowych budynków i lokali: 2.")
        ]


class TestBrokenFiles:
    def test_dangling_links_are_told_by_technical_identifiers(self, tmp_path):
        _, problems = read(
            tmp_path,
            parcel(f"{PLACE}.1", more=link("JRG2", 99)),
            samples.unit(10),
            samples.share(20, unit=10, party=98),
            samples.share(21, unit=97, party=30),
            samples.share(22, unit=10, party=30),
            samples.person(30, address=96),
        )

        assert named(problems) == [
            ("owner-link-broken", f"{PLACE}.1"),
            ("owner-link-broken", local(20)),
            ("owner-link-broken", local(21)),
            ("owner-link-broken", local(30)),
        ]

    def test_a_repeated_share_counts_once(self, tmp_path):
        records, problems = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=30),
            samples.share(20, unit=10, party=30),
            samples.person(30),
        )

        assert len(of(ShareRecord, records)) == 1
        assert named(problems) == [("share-repeated", local(20))]

    @pytest.mark.parametrize("fraction", [("1", "0"), ("0", "1"), ("-1", "2"), ("3", "2"), ("x", "2"), ("", ""), None,
                                          ("1", str(2**70))])  # fmt: skip
    def test_what_is_no_part_of_a_whole_is_kept_without_its_size(self, tmp_path, fraction):
        records, problems = read(
            tmp_path, samples.unit(10), samples.share(20, unit=10, party=30, fraction=fraction), samples.person(30)
        )

        assert of(ShareRecord, records)[0].fraction is None
        assert named(problems) == [("share-unreadable", local(20))]

    def test_a_file_without_owners_says_so(self, tmp_path):
        records, problems = read(tmp_path, parcel(f"{PLACE}.1"))

        assert records == []
        assert named(problems) == [("owners-missing", "")]

    def test_a_torn_file_is_refused(self, tmp_path):
        whole = collection(samples.unit(10), samples.share(20, unit=10, party=30), samples.person(30))

        with pytest.raises(UnreadableFileError):
            list(read_owners(write(tmp_path, whole[: len(whole) // 2])).records)

    @pytest.mark.parametrize("pesel", ["60210100016", "6021010001", "99999999999", "6021010001X", "60213200015"])
    def test_a_wrong_pesel_is_told_and_never_quoted(self, tmp_path, pesel):
        _, problems = read(
            tmp_path, samples.unit(10), samples.share(20, unit=10, party=30), samples.person(30, pesel=pesel)
        )

        assert named(problems) == [("pesel-invalid", local(30))]
        assert not any(pesel in problem.message for problem in problems)

    def test_no_finding_names_a_person(self, tmp_path):
        _, problems = read(
            tmp_path,
            samples.unit(10),
            samples.share(20, unit=10, party=33, fraction=("1", "3")),
            samples.marriage(33, 30),
            samples.person(30, "Kanarek", "Sekretny", "12345678901", address=96, more=egb("informacjaOSmierci", "x")),
        )

        assert {problem.rule for problem in problems} == {
            "shares-not-one", "marriage-members", "pesel-invalid", "owner-dead", "owner-link-broken",
        }  # fmt: skip
        told = " ".join(f"{problem.object} {problem.message}" for problem in problems)
        assert not any(secret in told for secret in ("Kanarek", "Sekretny", "12345678901"))


class TestNumbers:
    """Vectors of the dossier, 1.4."""

    def test_published_numbers(self):
        assert is_pesel("44051401359")
        assert is_nip("5260250274")
        assert is_regon("000331501")

    @pytest.mark.parametrize(
        ("check", "good"), [(is_pesel, "44051401359"), (is_nip, "5260250274"), (is_regon, "000331501")]
    )
    @pytest.mark.parametrize("place", range(9))
    def test_one_wrong_digit_is_seen(self, check, good, place):
        wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]

        assert not check(wrong)

    @given(st.dates(min_value=date(1800, 1, 1), max_value=date(2299, 12, 31)),
           st.integers(0, 9999))  # fmt: skip
    def test_every_day_of_five_centuries_has_numbers(self, day, serial):
        months = {18: 80, 19: 0, 20: 20, 21: 40, 22: 60}
        ten = f"{day.year % 100:02d}{day.month + months[day.year // 100]:02d}{day.day:02d}{serial:04d}"

        assert is_pesel(ten + str(pesel_control(ten)))

    @given(st.text(max_size=15))
    def test_no_text_breaks_the_checks(self, text):
        assert {is_pesel(text), is_nip(text), is_regon(text)} <= {True, False}


fractions = st.fractions(min_value=0, max_value=1, max_denominator=10**6).filter(bool)


def shares(*parts: Fraction, family: str = "own", right: str = "1") -> list[ShareRecord]:
    return [
        ShareRecord(f"s{place}", "u", "p", family, right, part.numerator, part.denominator)  # type: ignore[arg-type]
        for place, part in enumerate(parts)
    ]


class TestSums:
    @given(st.lists(fractions, min_size=1, max_size=30))
    def test_a_whole_cut_into_parts_is_a_whole_again(self, parts):
        whole = sum(parts)
        made = shares(*(part / whole for part in parts))

        assert sums_of(made) == {("u", "own"): 1}
        assert list(wrong_sums(made, {"u": "G1"})) == []

    @given(st.lists(fractions, min_size=1, max_size=30))
    def test_the_sum_is_exact_whatever_the_order(self, parts):
        assert sums_of(shares(*parts)) == sums_of(shares(*reversed(parts))) == {("u", "own"): sum(parts)}

    def test_a_seventh_seven_times_is_one_and_six_times_is_told_as_a_fraction(self):
        seventh = Fraction(1, 7)

        assert list(wrong_sums(shares(*[seventh] * 7), {"u": "G1"})) == []
        [problem] = wrong_sums(shares(*[seventh] * 6), {"u": "120610_5.0007.G1"})
        assert (problem.rule, problem.severity, problem.object) == ("shares-not-one", "warning", "120610_5.0007.G1")
        assert "6/7" in problem.message

    def test_an_unknown_part_makes_no_statement_about_the_sum(self):
        unknown = ShareRecord("s9", "u", "p", "own", "1")

        assert list(wrong_sums([*shares(Fraction(1, 2)), unknown], {"u": "G1"})) == []

    def test_other_holders_need_not_hold_all(self):
        held = [*shares(Fraction(1)), *shares(Fraction(1, 2), family="hold", right="4")]

        assert list(wrong_sums(held, {"u": "G1"})) == []

    def test_half_of_a_perpetual_usufruct_is_told(self):
        held = [*shares(Fraction(1)), *shares(Fraction(1, 2), family="hold")]

        assert "użytkowaniu wieczystym sumują się do 1/2" in next(wrong_sums(held, {"u": "G1"})).message

    def test_a_unit_of_nobody_is_told(self):
        assert [one.rule for one in wrong_sums([], {"u": "G1"})] == ["unit-without-owner"]

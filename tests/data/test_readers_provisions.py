"""From the text of a resolution to a proposed tree: nothing lost, units and zones recognised, twelve real ones."""

import re
from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.paragraphs import paragraphs, paragraphs_of_text
from data.readers.provisions import Resolution, read_resolution

TEXT = """UCHWAŁA NR XXIV/186/2012
Rady Miejskiej w Skale
z dnia 26 września 2012 r.
w sprawie miejscowego planu „Cianowice”
Na podstawie art. 18 ust. 2 pkt 5 ustawy z dnia 8 marca 1990 r. uchwala się, co następuje:
Rozdział 1
Przepisy ogólne
§ 1. 1. Uchwala się plan.
2. Integralną częścią uchwały jest rysunek planu w skali 1:1000.
§ 2.
Ilekroć w uchwale jest mowa o:
1) planie – należy przez to rozumieć niniejszą uchwałę;
2) dachu – należy przez to rozumieć:
a) dach dwuspadowy,
b) dach namiotowy.
Rozdział 2. Ustalenia szczegółowe
§ 3.
1. Dla terenów oznaczonych symbolami 1MN, 2MN ustala się:
1) przeznaczenie: zabudowa jednorodzinna;
2) wysokość do 9 m, a na terenie 2MN do 7 m;
- garaże do 5 m.
2. Na terenie R zakazuje się zabudowy, o czym mówi
§ 2 uchwały.
§ 4. Traci moc uchwała nr V/3/2004."""


def proposed(text: str = TEXT, **known: object) -> Resolution:
    return read_resolution(paragraphs_of_text(text), **known)


class TestUnits:
    def test_the_tree_has_the_units_of_the_text(self):
        found = proposed()

        assert [(unit.key, unit.kind, unit.number) for unit in found.provisions] == [
            ("r1", "chapter", "1"),
            ("p1", "paragraph", "1"), ("p1.u1", "section", "1"), ("p1.u2", "section", "2"),
            ("p2", "paragraph", "2"), ("p2.k1", "point", "1"), ("p2.k2", "point", "2"),
            ("p2.k2.la", "letter", "a"), ("p2.k2.lb", "letter", "b"),
            ("r2", "chapter", "2"),
            ("p3", "paragraph", "3"), ("p3.u1", "section", "1"), ("p3.u1.k1", "point", "1"), ("p3.u1.k2", "point", "2"),
            ("p3.u1.k2.t1", "indent", ""), ("p3.u2", "section", "2"),
            ("p4", "paragraph", "4"),
        ]  # fmt: skip

    def test_a_parent_stands_before_its_children(self):
        seen: set[str | None] = {None}
        for unit in proposed().provisions:
            assert unit.parent in seen
            seen.add(unit.key)

    def test_a_line_without_a_number_goes_on(self):
        units = {unit.key: unit for unit in proposed().provisions}

        assert units["p3.u2"].text == "Na terenie R zakazuje się zabudowy, o czym mówi § 2 uchwały."
        assert units["p2"].text == "Ilekroć w uchwale jest mowa o:"
        assert units["r2"].heading == "Ustalenia szczegółowe"

    def test_the_head_is_read(self):
        found = proposed()

        assert (found.number, found.adopted_on) == ("XXIV/186/2012", date(2012, 9, 26))
        assert found.council == "Rady Miejskiej w Skale"
        assert found.preamble.startswith("UCHWAŁA NR")

    def test_the_title_and_what_follows_the_provisions_are_kept_apart(self):
        found = proposed("§ 1. Plan.\n§ 2. Uchwała wchodzi\nw życie po 14 dniach.\nPrzewodniczący Rady\nJan Kos\n"
                         "Załącznik nr 2\n1. Uwagi: brak.\n§ 1. a")  # fmt: skip

        assert proposed().title == "miejscowego planu „Cianowice”"
        assert [unit.text for unit in found.provisions] == ["Plan.", "Uchwała wchodzi w życie po 14 dniach."]
        assert found.closing.splitlines()[0] == "Przewodniczący Rady"
        assert [problem.rule for problem in found.problems] == ["text-after-provisions"]

    def test_an_annex_named_before_the_end_is_a_provision(self):
        assert proposed("§ 1. Plan ma rysunek jako\nZałącznik nr 1 do uchwały.\n§ 2. b").closing == ""

    def test_three_units_in_a_line(self):
        units = {unit.key: unit.text for unit in proposed("§ 12a. 1. 1) Zakaz; 2 m").provisions}

        assert units == {"p12a": "", "p12a.u1": "", "p12a.u1.k1": "Zakaz; 2 m"}

    def test_the_rest_of_a_reference_is_no_unit(self):
        units = proposed("§ 1. Mowa w ust.\n1) i dalej\n2) w pkt\n1. koniec").provisions

        assert [unit.key for unit in units] == ["p1", "p1.k2"]
        assert units[1].text == "w pkt 1. koniec"

    @pytest.mark.parametrize("sign", ["§ 5.", "§5.", "§5", "§ 5", "§ 5 ."])
    def test_however_a_paragraph_is_marked(self, sign):
        assert [unit.key for unit in proposed(f"{sign} Zakaz").provisions] == ["p5"]

    def test_groups_of_old_plans(self):
        text = ("§ 9. Ustalenia:\n1. Zakazy.\n2. Nakazy:\na) domy.\n6-ZNW\n1. Zakazy.\n2. Nakazy.\n"
                "A. Tereny zieleni\n1) park;\nB. Tereny wód\n1/ staw;\na/ mały")  # fmt: skip

        assert [unit.key for unit in proposed(text).provisions] == [
            "p9", "p9.u1", "p9.u2", "p9.u2.la", "p9.u6ZNW", "p9.u6ZNW.u1", "p9.u6ZNW.u2",
            "p9.u6ZNW.u2.uA", "p9.u6ZNW.u2.uA.k1", "p9.u6ZNW.u2.uB", "p9.u6ZNW.u2.uB.k1", "p9.u6ZNW.u2.uB.k1.la",
        ]  # fmt: skip
        assert bound(text, ["6-ZNW"])["p9.u6ZNW"] == ("6-ZNW",)

    def test_numbers_that_start_anew_are_told_once_for_a_paragraph(self):
        found = proposed("§ 1. Zakazy:\n1) a\n2) b\n1) c\n1) d\n5) e")

        assert [unit.key for unit in found.provisions] == ["p1", "p1.k1", "p1.k2", "p1.k1-2", "p1.k1-3", "p1.k5"]
        assert [(problem.rule, problem.object) for problem in found.problems] == [("unit-number-order", "p1.k1-2")]

    def test_an_official_journal_has_days_of_its_own_before(self):
        found = proposed("DZIENNIK URZĘDOWY\nKraków, z dnia 5 października 2012 r.\nUCHWAŁA NR V/7/2012\n"
                         "RADY GMINY W SUŁOSZOWEJ\nz dnia 26.09.2012 r.\nw sprawie planu\n§ 1. a")  # fmt: skip

        assert (found.number, found.adopted_on, found.council) == (
            "V/7/2012", date(2012, 9, 26), "RADY GMINY W SUŁOSZOWEJ",
        )  # fmt: skip

    def test_a_gap_and_a_repeated_number_are_told(self):
        found = proposed("§ 1. a\n§ 3. b\n§ 3. c")

        assert [problem.rule for problem in found.problems] == ["paragraph-number-gap", "paragraph-number-repeated"]

    def test_chapters_of_a_table_of_contents_are_words_of_the_preamble(self):
        found = proposed("Uchwała\nRozdział 1:\nPrzepisy\nRozdział 2:\nKońcowe\nRozdział 1.\nPrzepisy\n§ 1. a\n"
                         "Rozdział 2\nKońcowe\n§ 2. b")  # fmt: skip

        assert [unit.number for unit in found.provisions if unit.kind == "chapter"] == ["1", "2"]
        assert found.preamble.splitlines() == ["Uchwała", "Rozdział 1:", "Przepisy", "Rozdział 2:", "Końcowe"]


class TestSymbols:
    def test_what_the_word_symbol_announces(self):
        units = {unit.key: unit.zones for unit in proposed().provisions}

        assert units["p3.u1"] == ("1MN", "2MN")

    def test_exactly_those_of_the_drawing(self):
        units = {unit.key: unit.zones for unit in proposed(symbols=["1MN", "2MN", "R", "U"]).provisions}

        assert units["p3.u1"] == ("1MN", "2MN")
        assert units["p3.u1.k2"] == ("2MN",)
        assert units["p3.u2"] == ("R",)
        assert units["p4"] == ()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("tereny oznaczone symbolem 1MN-3MN", ("1MN", "2MN", "3MN")),
            ("tereny oznaczone symbolami od 1MN do 3MN", ("1MN", "2MN", "3MN")),
            ("tereny oznaczone symbolami MN1-MN3", ("MN2",)),
            ("teren 1 MN oraz 3MN", ("1MN", "3MN")),
            ("Roboty: U progu. W terenie nie ma.", ()),
            ("teren 11MN", ()),
            ("tereny U, 2MN", ("2MN", "U")),
            ("symbol U/P", ()),
            ("symbol 1MN – 3MN", ("1MN", "2MN", "3MN")),
            ("Teren oznaczony symbolem 1MN leży w całości U zbiegu dróg, W granicach miasta.", ("1MN",)),
            ("Zgodnie z art. 1 ust. 2 pkt 3, Dz.U. z 2012 r. poz. 647, RDOŚ, NIP 123, klasa III, 2 MNm", ()),
            ("U – tereny usług", ("U",)),
            ("tereny usług U, dopuszcza się", ("U",)),
            ("teren „U”", ("U",)),
        ],
    )
    def test_ranges_spaces_and_words_that_only_look_alike(self, text, expected):
        [unit] = proposed(f"§ 1. {text}", symbols=["1MN", "2MN", "3MN", "MN2", "U", "W"]).provisions

        assert unit.zones == expected

    @pytest.mark.parametrize(
        ("text", "symbol"),
        [
            ("na terenie WP13 - C4–1ZU,", "WP13-C4-1ZU"),
            ("symbolem C5 - 2 ZU,KS pod", "C5-2ZU,KS"),
            ("K4. 1 M-U", "K4.1M-U"),
            ("symbolu: DJ. MN – oznaczenie", "DJ.MN"),
            ("teren 2.MN/U oraz", "2.MN/U"),
            ("drogi KDL i inne", "KDL"),
        ],
    )
    def test_however_a_drawn_symbol_is_spaced_it_is_that_and_no_shorter_one(self, text, symbol):
        shorter = {"MN", "ZU", "KS", "U", "M", "C4", "MN/U", "KD"}

        assert bound(f"§ 1. {text}", [symbol, *shorter])["p1"] == (symbol,)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("symbolami 1MN, MN2 i 3.MN/U oraz KDL.", ("1MN", "MN2", "3.MN/U", "KDL")),
            ("symbolami od 1MN do 3MN, U", ("1MN", "2MN", "3MN", "U")),
            ("symbolem DJ. MN – oznaczenie", ("DJ.MN",)),
            ("symbolem 1 MN.", ("1MN",)),
            ("symbolami: R, R1, ZL", ("R", "R1", "ZL")),
            ("symbolem, Dz.U. nr 3, art. 5", ()),
            ("symbolem III i RDOŚ oraz NIP", ()),
            ("symbolem planu K3.30MN-U wymaga", ("K3.30MN-U",)),
            ("głównym symbolem MNs ustala się", ("MNs",)),
            ("symbolem MN. Dla działek", ("MN",)),
        ],
    )
    def test_where_nothing_is_drawn_what_the_word_announces_is_proposed(self, text, expected):
        assert set(bound(f"§ 1. {text}", [])["p1"]) == set(expected)

    def test_six_hundred_zones_and_three_thousand_units_are_read_in_seconds(self):
        symbols = [f"{number}{kind}" for kind in ("MN", "U", "KDD") for number in range(1, 201)]
        lines = [f"§ {number}. Teren {symbols[number % 600]} oraz 5MN." for number in range(1, 3001)]

        start = perf_counter()
        found = read_resolution(lines, symbols=symbols)

        assert perf_counter() - start < 10
        assert found.provisions[0].zones == ("2MN", "5MN")

    def test_symbols_that_are_not_drawn_are_told(self):
        assert proposed("§ 1. Teren oznaczony symbolem 9KDD.", symbols=["1MN"]).unknown_symbols == ("9KDD",)

    def test_a_paragraph_without_symbols_speaks_of_the_whole_plan(self):
        whole = {unit.key for unit in proposed().provisions if unit.binds_whole_plan}

        # "na terenie R" is taken for a symbol only when R is drawn; unsure, the unit is quoted for every zone
        assert whole == {"p1", "p2", "p3.u2", "p4"}
        assert "p3.u2" not in {
            unit.key for unit in proposed(symbols=["1MN", "2MN", "R"]).provisions if unit.binds_whole_plan
        }


class TestInheritedSymbols:
    """What an extract for a zone must not miss."""

    def test_the_section_that_designates_a_zone_gives_it_to_the_paragraph(self):
        text = "§ 8. 1. Wyznacza się teren oznaczony symbolem 1MN.\n2. Dopuszcza się garaże.\n1) do 6 m."

        units = bound(text, ["1MN"])

        assert units["p8"] == ("1MN",)
        assert units["p8.u2"] == units["p8.u2.k1"] == ()  # they stand under § 8: the extract quotes them for 1MN

    def test_a_section_on_one_zone_does_not_make_the_paragraph_of_it(self):
        units = bound("§ 8. 1. Na terenie 1MN obowiązuje cisza.\n2. Reklamy są zakazane.", ["1MN"])

        assert units == {"p8": (), "p8.u1": ("1MN",), "p8.u2": ()}
        assert whole("§ 8. 1. Na terenie 1MN obowiązuje cisza.\n2. Reklamy są zakazane.", ["1MN"]) == {"p8.u2"}

    def test_a_reference_to_another_paragraph_takes_its_zones(self):
        text = "§ 3. 1. Wyznacza się tereny 1MN, 2U.\n§ 4. Dla terenów, o których mowa w § 3 ust. 1, ustala się zakazy."

        assert bound(text, ["1MN", "2U"])["p4"] == ("1MN", "2U")

    def test_a_road_named_in_a_zones_paragraph_does_not_take_the_zone_away(self):
        text = "§ 3. Dla terenów 1MN, 2MN ustala się:\n1) dojazd z drogi 1KDD;\n2) na terenie 2MN wysokość 7 m."

        units = bound(text, ["1MN", "2MN", "1KDD"])

        assert units["p3.k1"] == ("1MN", "2MN", "1KDD")
        assert units["p3.k2"] == ("2MN",)

    def test_a_chapter_named_after_a_zone_binds_what_is_in_it(self):
        assert whole("Rozdział 1\nTereny 1MN\n§ 1. Zakaz.\nRozdział 2\nInne\n§ 2. a", ["1MN"]) == {"p2"}


def bound(text: str, symbols: list[str]) -> dict[str, tuple[str, ...]]:
    return {unit.key: unit.zones for unit in proposed(text, symbols=symbols).provisions}


def whole(text: str, symbols: list[str]) -> set[str]:
    return {unit.key for unit in proposed(text, symbols=symbols).provisions if unit.binds_whole_plan}


def without_signs(text: str) -> str:
    """Only the signs of numbering may go: dots, brackets, strokes, dashes, colons and the words of a chapter."""
    return re.sub(r"[.):/§–—•-]|rozdział|dział|\s", "", text, flags=re.IGNORECASE)


def kept_of(found: Resolution) -> str:
    units = "".join(f"{unit.number}{unit.heading or ''}{unit.text}" for unit in found.provisions)
    return without_signs(found.preamble + units + found.closing)


LINES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12),
        st.sampled_from(["Rozdział 1", "Rozdział 2. Tytuł", "Rozdział", "§ 1.", "§ 2. 1. Tekst", "1. a", "2. b", "1) c",
                         "a) d", "- e", "§ 3 ust. 1", "12. x", "2.", "II.", "symbolem 1MN", "A. grupa", "6-ZNW", "a.",
                         "Uchwała wchodzi w życie", "Załącznik nr 1", "w ust.", "§ 4. 1. 1) a) b", "1/ z"]),
    ),
    max_size=25,
)  # fmt: skip


@given(lines=LINES)
def test_nothing_of_any_text_is_lost(lines):
    found = read_resolution(lines)

    assert kept_of(found) == without_signs("".join(lines))
    assert len({unit.key for unit in found.provisions}) == len(found.provisions)
    assert all(len(unit.key) <= 40 and len(unit.number) <= 10 for unit in found.provisions)


LONG = ["A-" * 2000, "1MN-" * 500, "symbolem " + "R, " * 900]


@pytest.mark.parametrize("line", ["§ 1. 1", "- a", "1) a", "Rozdział 1", *LONG])
def test_a_flood_of_lines_is_read_in_seconds(line):
    count = 20_000 if len(line) < 20 else 30

    start = perf_counter()
    found = read_resolution(["§ 1. a", *[line] * count], symbols=["1MN", "R"])

    assert perf_counter() - start < 20
    assert found.provisions


#: § counted by eye and grep, number and day as printed, and what is wrong in the documents themselves: in IX1312003 the
#: sign before 10 is missing, in X1312007 the tenth paragraph is numbered 9 again. Rules inside paragraphs are left out.
REAL = {
    "IX1312003": (16, None, None, ["paragraph-number-gap"]),
    "VII4799": (23, "VII/47/99", date(1999, 2, 25), []),
    "X1312007": (25, "X/131/2007", date(2007, 6, 20), ["paragraph-number-repeated", "paragraph-number-gap"]),
    "XLIV66110": (17, None, date(2010, 2, 10), ["text-after-provisions"]),
    "XLVI67910": (22, None, date(2010, 4, 21), ["text-after-provisions"]),
    "XX2892004": (23, "XX/289/2004", date(2004, 4, 22), []),
    "XXI1902000": (14, "XXI/190/2000", date(2000, 2, 24), []),
    "XXII3172004": (38, "XXII/317/2004", date(2004, 4, 1), ["text-after-provisions"]),
    "XXIII34912": (13, None, None, ["text-after-provisions"]),
    "XXIII35212": (13, "XXIII/352/12", date(2012, 9, 19), ["text-after-provisions"]),
    "XXX2772000": (12, "XXX/277/2000", date(2000, 11, 23), []),
    "XXXVII5032005": (15, None, None, []),
}


@pytest.mark.parametrize("ending", ["htm", "txt"])
@pytest.mark.parametrize("name", REAL)
def test_real_resolutions(shared_data, name, ending):
    count, number, day, faults = REAL[name]

    found = read_resolution(paragraphs(shared_data / "mpzp_uchwaly" / f"{name}.{ending}"))

    assert sum(unit.kind == "paragraph" for unit in found.provisions) == count
    assert (found.number, found.adopted_on) == (number, day)
    assert [problem.rule for problem in found.problems if problem.rule != "unit-number-order"] == faults


@pytest.mark.parametrize("name", REAL)
def test_no_word_of_a_real_resolution_is_lost(shared_data, name):
    lines = paragraphs(shared_data / "mpzp_uchwaly" / f"{name}.htm")

    found = read_resolution(lines)

    assert kept_of(found) == without_signs("".join(lines))


#: what is printed in the documents, read by eye; the zones are given as the drawing would have them
PRINTED = [
    ("XXIII35212", ["Z4.MN", "Z4.R", "Z4.ZN"], {
        "p6": (), "p10": ("Z4.MN",), "p10.u2": ("Z4.MN",), "p11": ("Z4.R",), "p12.u1": ("Z4.ZN",), "p13.u1": (),
    }),
    ("XLIV66110", ["DJ.MN", "DJ.MNU", "DJ.KDD"], {
        "p12": ("DJ.MN",), "p13.u1": ("DJ.MNU",), "p14": ("DJ.KDD",), "p12.u2.k7": ("DJ.MN", "DJ.KDD"), "p10.u1": (),
    }),
    ("XXI1902000", ["UP1", "UP2", "UP3", "UP4", "KD"], {
        "p5": ("UP1", "UP2", "UP3", "UP4"), "p5.u3": ("UP1", "UP2", "UP3", "UP4"),
        "p5.u4": ("UP1", "UP2", "UP3", "UP4"),
        "p6.u1": ("UP1", "UP2", "UP3", "UP4"), "p7.u2": ("KD",), "p2": (),
    }),
    ("XXX2772000", ["UI,UC"], {"p3.u1": ("UI,UC",), "p4": ("UI,UC",), "p4.k4": ("UI,UC",), "p2": ()}),
    ("XXII3172004", ["K3. UO", "K4.1M-U", "K4.2M-U", "K4.3M-U", "K4.4M-U", "K3.30MN-U", "K3.9ZN"], {
        "p7": ("K4.1M-U", "K4.2M-U", "K4.3M-U", "K4.4M-U"), "p9": ("K3. UO",), "p20": ("K3.9ZN",),
    }),
    ("VII4799", ["1-KS", "2-ZP,KS", "3-KS", "4RL,KS", "5-RL", "6-ZNW"], {
        "p9.u3KS": ("3-KS", "4RL,KS"), "p9.u5RL": ("5-RL",), "p9.u6ZNW": ("6-ZNW",),
    }),
    ("IX1312003", ["WP13-C4-1ZU", "WP13-C4-2ZU", "WP13-C5-1ZU,KS", "WP13-C6-1PM", "WP8-1IT"], {
        "p6.u8": ("WP8-1IT",), "p6.u13.uC": ("WP13-C4-1ZU", "WP13-C4-2ZU"), "p6.u13.uD": ("WP13-C5-1ZU,KS",),
        "p6.u13.uE": ("WP13-C6-1PM",),
    }),
]  # fmt: skip


@pytest.mark.parametrize(("name", "symbols", "expected"), PRINTED, ids=[name for name, *_ in PRINTED])
def test_zones_of_named_units_of_real_resolutions(shared_data, name, symbols, expected):
    found = read_resolution(paragraphs(shared_data / "mpzp_uchwaly" / f"{name}.htm"), symbols=symbols)

    units = {unit.key: unit.zones for unit in found.provisions}
    assert {key: units[key] for key in expected} == expected

"""From a document to a proposed tree of provisions: nothing lost, units and symbols recognised, real resolutions."""

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen import canvas

from data.readers.paragraphs import paragraphs, paragraphs_of_text
from data.readers.provisions import Resolution, read_resolution
from data.records import UnreadableFileError

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
        ],
    )
    def test_ranges_spaces_and_words_that_only_look_alike(self, text, expected):
        [unit] = proposed(f"§ 1. {text}", symbols=["1MN", "2MN", "3MN", "MN2", "U", "W"]).provisions

        assert unit.zones == expected

    def test_symbols_that_are_not_drawn_are_told(self):
        assert proposed("§ 1. Teren oznaczony symbolem 9KDD.", symbols=["1MN"]).unknown_symbols == ("9KDD",)

    def test_a_paragraph_without_symbols_speaks_of_the_whole_plan(self):
        whole = {unit.key for unit in proposed().provisions if unit.binds_whole_plan}

        assert whole == {"p1", "p2", "p4"}


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


LINES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12),
        st.sampled_from(["Rozdział 1", "Rozdział 2. Tytuł", "Rozdział", "§ 1.", "§ 2. 1. Tekst", "1. a", "2. b", "1) c",
                         "a) d", "- e", "§ 3 ust. 1", "12. x", "2.", "II.", "symbolem 1MN"]),
    ),
    max_size=25,
)  # fmt: skip


@given(lines=LINES)
def test_nothing_of_any_text_is_lost(lines):
    found = read_resolution(lines)

    marks = {"chapter": "Rozdział", "paragraph": "§", "indent": "-"}
    kept = found.preamble + "".join(
        f"{marks.get(unit.kind, '')}{unit.number}{unit.heading or ''}{unit.text}" for unit in found.provisions
    )
    # only the signs of numbering may go: dots, brackets, dashes, colons and the words of a chapter
    signs = re.compile(r"[.):§–—•-]|rozdział|dział", re.IGNORECASE)
    assert sorted(words(signs.sub("", kept))) == sorted(words(signs.sub("", "".join(lines))))


def docx_of(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "1MN", "30%"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pdf_of(*pages: list[str]) -> bytes:
    stream = io.BytesIO()
    drawn = canvas.Canvas(stream)
    for number, lines in enumerate(pages, start=1):
        drawn.drawString(50, 800, "Dziennik Urzedowy")
        for place, line in enumerate(lines):
            drawn.drawString(50, 760 - 20 * place, line)
        drawn.drawString(50, 30, f"Strona {number}")
        drawn.showPage()
    drawn.save()
    return stream.getvalue()


class TestDocuments:
    def read(self, folder: Path, content: bytes, name: str = "plik.bin") -> list[str]:
        (folder / name).write_bytes(content)
        return paragraphs(folder / name)

    def test_a_docx_with_its_tables(self, tmp_path):
        assert self.read(tmp_path, docx_of("§ 1. Ala", "", "§ 2. Kot")) == ["§ 1. Ala", "§ 2. Kot", "1MN 30%"]

    def test_a_pdf_without_running_titles_and_with_joined_words(self, tmp_path):
        pages = [["§ 1. Zabu-", "dowa", "jednorodzinna"], ["§ 2. a", "b", "c"], ["§ 3. a", "b", "c"]]

        lines = self.read(tmp_path, pdf_of(*pages))

        assert lines[:2] == ["§ 1. Zabudowa", "jednorodzinna"]
        assert not any("Dziennik" in line or "Strona" in line for line in lines)

    @pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso-8859-2", "utf-16"])
    def test_a_text_in_old_encodings(self, tmp_path, encoding):
        text = "§ 1. Zażółć gęślą jaźń, łąka, źródło, świeżość."

        assert self.read(tmp_path, text.encode(encoding)) == [text]

    def test_html_of_a_word_processor(self, tmp_path):
        page = (
            "<html><head><meta content='text/html; charset=windows-1250'><style>p{}</style></head>"
            "<body><p>§ 1. Zażółć\r\ngęślą</p><script>alert(1)</script><div>1) a<br>2) b</div></body></html>"
        )

        assert self.read(tmp_path, page.encode("cp1250")) == ["§ 1. Zażółć gęślą", "1) a", "2) b"]

    @pytest.mark.parametrize(
        ("content", "rule"),
        [
            (b"", "empty-file"),
            (b"   \n", "text-not-found"),
            (b"PK\x03\x04 broken", "document-unreadable"),
            (b"%PDF-1.7 broken", "document-unreadable"),
            (pdf_of([]).replace(b"Dziennik Urzedowy", b""), "text-not-found"),
            (b"\xd0\xcf\x11\xe0 old", "document-unreadable"),
            (b"\x7fELF\x00\x00\x00", "document-unreadable"),
            (b"<html><body><form><input type='password'></form></body></html>", "document-unreadable"),
        ],
    )  # fmt: skip
    def test_what_is_no_document_gets_a_sentence(self, tmp_path, content, rule):
        if rule == "text-not-found" and content.startswith(b"%PDF"):
            stream = io.BytesIO()
            blank = canvas.Canvas(stream)
            blank.showPage()
            blank.save()
            content = stream.getvalue()

        with pytest.raises(UnreadableFileError) as fault:
            self.read(tmp_path, content)

        assert fault.value.rule == rule

    def test_a_bomb_in_a_docx_is_not_unpacked(self, tmp_path, monkeypatch):
        monkeypatch.setattr("data.readers.paragraphs.MAX_UNPACKED_BYTES", 1_000_000)
        stream = io.BytesIO(docx_of("a"))
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/media/a.bin", bytes(5_000_000))

        with pytest.raises(UnreadableFileError) as fault:
            self.read(tmp_path, stream.getvalue())

        assert fault.value.rule == "document-unreadable"


#: § counted in the files of Knurów by eye and grep, with what is known to be wrong in the documents themselves
REAL = {
    "IX1312003": (16, None, None, ["paragraph-number-gap"]),
    "VII4799": (23, "VII/47/99", date(1999, 2, 25), []),
    "X1312007": (25, "X/131/2007", date(2007, 6, 20), ["paragraph-number-repeated", "paragraph-number-gap"]),
    "XLIV66110": (17, None, date(2010, 2, 10), []),
    "XLVI67910": (22, None, date(2010, 4, 21), []),
    "XX2892004": (23, "XX/289/2004", date(2004, 4, 22), []),
    "XXI1902000": (14, "XXI/190/2000", date(2000, 2, 24), []),
    "XXII3172004": (38, "XXII/317/2004", date(2004, 4, 1), []),
    "XXIII34912": (13, None, None, []),
    "XXIII35212": (13, "XXIII/352/12", date(2012, 9, 19), []),
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
    assert [problem.rule for problem in found.problems] == faults


@pytest.mark.parametrize(
    ("name", "key", "symbols"),
    [
        ("XXIII35212", "p6", ("MN",)),
        ("XLVI67910", "p1.u1", ()),
        ("XXI1902000", "p5", ()),
        ("XXIII35212", "p4.u1", ()),
    ],
)
def test_symbols_of_named_paragraphs(shared_data, name, key, symbols):
    found = read_resolution(paragraphs(shared_data / "mpzp_uchwaly" / f"{name}.htm"))

    assert next(unit.zones for unit in found.provisions if unit.key == key) == symbols

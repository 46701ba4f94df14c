"""Paragraphs of documents that offices hold: whole, in their order, in the letters they were written in."""

import io
import random
import zipfile
from pathlib import Path

import docx
import pikepdf
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.pdfgen import canvas

from data.readers.paragraphs import MAX_BYTES, _joined_words, paragraphs
from data.readers.provisions import read_resolution
from data.records import UnreadableFileError


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


def zip_of(members: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
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
            (b"{\\rtf1 tekst}", "document-unreadable"),
            (b"\xd0\xcf\x11\xe0 " + "EncryptedPackage".encode("utf_16_le"), "document-encrypted"),
            (zip_of({"mimetype": "application/vnd.oasis.opendocument.text"}), "document-unreadable"),
            (zip_of({"uchwala.pdf": "%PDF"}), "document-unreadable"),
            (zip_of({"word/document.xml": "<a/>"}), "document-unreadable"),
            (b"x" * (MAX_BYTES + 1), "file-too-large"),
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

    @pytest.mark.parametrize("kind", [{"R": 6}, {"R": 4}, {"R": 3, "aes": False, "metadata": False}], ids=str)
    def test_a_password_on_a_pdf_is_told(self, tmp_path, kind):
        with pikepdf.open(io.BytesIO(pdf_of(["a"]))) as pdf:
            pdf.save(tmp_path / "plik.pdf", encryption=pikepdf.Encryption(owner="o", user="u", **kind))

        with pytest.raises(UnreadableFileError) as fault:
            paragraphs(tmp_path / "plik.pdf")

        assert fault.value.rule == "document-encrypted"

    def test_a_pdf_of_too_many_pages_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr("data.readers.paragraphs.MAX_PAGES", 2)

        with pytest.raises(UnreadableFileError) as fault:
            self.read(tmp_path, pdf_of(["a"], ["b"], ["c"]))

        assert fault.value.rule == "document-unreadable"

    def test_a_paragraph_at_the_top_of_each_page_is_no_running_title(self, tmp_path):
        pages = [[f"§ {number}. Zakaz", "b", "c", "d"] for number in range(1, 5)]

        lines = self.read(tmp_path, pdf_of(*pages))

        assert [line for line in lines if line.startswith("§")] == [f"§ {number}. Zakaz" for number in range(1, 5)]

    @pytest.mark.parametrize(
        ("halves", "expected"),
        [
            (("usługowo-", "mieszkaniowa"), "usługowo-mieszkaniowa"),
            (("zago-", "spodarowanie"), "zagospodarowanie"),
            (("obszar bielsko-", "bialski; bielsko-bialski"), "obszar bielsko-bialski; bielsko-bialski"),
            (("Bielsko-", "Biała"), None),
            (("lata 2003-", "2012"), None),
        ],
    )
    def test_a_word_divided_at_the_end_of_a_line(self, halves, expected):
        joined = [expected] if expected else list(halves)

        assert list(_joined_words(halves)) == joined

    @pytest.mark.parametrize("make", ["docx", "pdf"])
    def test_damaged_files_are_refused_or_read_but_never_crash(self, tmp_path, make):
        whole = docx_of("§ 1. Ala", "§ 2. Kot") if make == "docx" else pdf_of(["§ 1. Ala"], ["§ 2. Kot"])
        chance = random.Random(4)

        for _ in range(150):
            content = bytearray(whole[: chance.choice([len(whole), chance.randrange(5, len(whole))])])
            for _ in range(chance.randrange(1, 40)):
                content[chance.randrange(4, len(content))] = chance.randrange(256)
            rule = self.rule_of(tmp_path, bytes(content))
            assert rule in {None, "document-unreadable", "document-encrypted", "text-not-found"}

    def rule_of(self, folder: Path, content: bytes) -> str | None:
        try:
            self.read(folder, content)
        except UnreadableFileError as fault:
            return fault.rule
        return None

    def test_words_of_a_page_stay_apart_where_its_source_has_a_line_break(self, tmp_path):
        words = "oznaczone symbolem\n<b>KD</b>\nna <!-- uwaga -->rysunku<![if !x]> planu<![endif]>"
        page = f"<html><body><p>{words}</p></body></html>"

        assert self.read(tmp_path, page.encode()) == ["oznaczone symbolem KD na rysunku planu"]

    def test_a_page_that_names_the_wrong_encoding(self, tmp_path):
        page = "<html><meta charset='iso-8859-2'><body><p>Świeżość źródeł, ścieżka</p></body></html>"

        assert self.read(tmp_path, page.encode("cp1250")) == ["Świeżość źródeł, ścieżka"]

    def test_a_page_in_utf_16(self, tmp_path):
        assert self.read(tmp_path, "<html><body><p>Łąka</p></body></html>".encode("utf-16")) == ["Łąka"]

    def test_numbers_that_a_browser_draws(self, tmp_path):
        lists = "<ol start=2><li>a<ol><li>b</li></ol></li></ol><ul><li>c</li></ul>"
        page = f"<html><body><p>§ 1. Zakaz:</p>{lists}</body></html>"

        assert self.read(tmp_path, page.encode()) == ["§ 1. Zakaz:", "2. a", "1) b", "– c"]


NUMBERING = f"""
<w:abstractNum {nsdecls("w")} w:abstractNumId="90">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="§ %1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2)"/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
  <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl>
</w:abstractNum>"""


def numbered_docx(*units: tuple[int | None, str]) -> bytes:
    """Paragraphs of an automatic list; a level of None stands outside it."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(NUMBERING))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for level, text in units:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        if level is not None:
            drawn = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr>'
            properties.append(parse_xml(drawn))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


class TestWord:
    def test_numbers_that_word_draws_are_read(self, tmp_path):
        units = [(0, "Ustala się:"), (1, "zakaz"), (2, "domów"), (2, "garaży"), (3, "dużych"), (1, "nakaz")]
        content = numbered_docx(*units, (None, "ciąg dalszy"), (0, "Koniec."))
        (tmp_path / "a.docx").write_bytes(content)

        lines = paragraphs(tmp_path / "a.docx")

        assert lines == [
            "§ 1. Ustala się:", "1) zakaz", "a) domów", "b) garaży", "– dużych", "2) nakaz", "ciąg dalszy",
            "§ 2. Koniec.",
        ]  # fmt: skip
        assert [unit.key for unit in read_resolution(lines).provisions] == [
            "p1", "p1.k1", "p1.k1.la", "p1.k1.lb", "p1.k1.lb.t1", "p1.k2", "p2",
        ]  # fmt: skip

    def test_a_list_of_a_style(self, tmp_path):
        document = docx.Document()
        document.add_paragraph("pierwszy", style="List Number")
        document.add_paragraph("drugi", style="List Number")
        document.add_paragraph("kropka", style="List Bullet")
        document.save(tmp_path / "a.docx")

        assert paragraphs(tmp_path / "a.docx") == ["1. pierwszy", "2. drugi", "– kropka"]

    def test_equal_cells_content_controls_and_changes(self, tmp_path):
        document = docx.Document()
        table = document.add_table(rows=1, cols=3)
        for cell, text in zip(table.rows[0].cells, ["1MN", "30%", "30%"], strict=True):
            cell.text = text
        body = document.element.body
        inserted, deleted, moved = "<w:t>dodane</w:t>", "<w:delText>skreślone</w:delText>", "<w:t>przeniesione</w:t>"
        control = "<w:sdt {ns}><w:sdtContent><w:p><w:r><w:t>w polu</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        changes = "".join(
            f"<w:{kind}><w:r>{text}</w:r></w:{kind}>"
            for kind, text in (("ins", inserted), ("del", deleted), ("moveFrom", moved))
        )
        for words in (control, f"<w:p {{ns}}>{changes}</w:p>"):
            body.insert(len(body) - 1, parse_xml(words.replace("{ns}", nsdecls("w"))))
        document.save(tmp_path / "a.docx")

        assert paragraphs(tmp_path / "a.docx") == ["1MN 30% 30%", "w polu", "dodane"]

    def test_a_table_for_layout_keeps_its_paragraphs(self, tmp_path):
        document = docx.Document()
        cell = document.add_table(rows=1, cols=2).rows[0].cells
        cell[0].text, cell[1].text = "1-KS", "1) parking\n2) zieleń"
        cell[1].add_paragraph("3) droga")
        document.save(tmp_path / "a.docx")

        assert paragraphs(tmp_path / "a.docx") == ["1-KS", "1) parking", "2) zieleń", "3) droga"]

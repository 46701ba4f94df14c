"""Files of strangers; the hostile ones of the shared folder, and some made here."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Name, Pdf, Stream, String
from PIL import Image

from services.documents.uploads import Checked, Refused, checked

PLACE = 0x8825  #: EXIF, where a photograph was taken


def jpeg(**options) -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "#5d7048").save(made, "JPEG", **options)
    return made.getvalue()


def pdf(change=None) -> bytes:
    document = Pdf.new()
    document.add_blank_page()
    if change:
        change(document)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def packed(**members: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def locked() -> bytes:
    """As if by a password: the flag of the member, in its head and in the directory."""
    made = bytearray(packed(**{"umowa.txt": b"tekst"}))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def with_action(document: Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def with_file(document: Pdf) -> None:
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=[String("x"), Dictionary(
        Type=Name.Filespec, EF=Dictionary(F=Stream(document, b"MZ", Type=Name.EmbeddedFile)))]))  # fmt: skip


class TestGood:
    def test_a_photograph_loses_the_place_it_was_taken_at(self):
        exif = Image.Exif()
        exif.get_ifd(PLACE)[1] = "N"
        read = checked("IMG 1.JPG", jpeg(exif=exif))

        assert (read.name, read.media_type) == ("IMG 1.jpg", "image/jpeg")
        with Image.open(BytesIO(read.content)) as drawn:
            assert drawn.size == (40, 30)
            assert not drawn.getexif()

    @pytest.mark.parametrize(
        ("name", "content", "kept"),
        [
            ("pismo.pdf", pdf(), "pismo.pdf"), ("C:\\dane\\pismo.PDF", pdf(), "pismo.pdf"),
            ("../../x.pdf", pdf(), "x.pdf"),
            ("fałsz\u202efdp.exe", pdf(), "fałszfdp.pdf"),
            ("a.docx", packed(**{"[Content_Types].xml": b"<x/>"}), "a.docx"),
            ("a.odt", packed(mimetype=b"application/vnd.oasis.opendocument.text"), "a.odt"),
            ("dane.csv", "a;b\n1;-2,5\nŁąka;+3".encode("cp1250"), "dane.csv"),
            ("tel.csv", "\ufefftel;stan;uwagi\n+48 600 100 200;-;-5 °C\n-1.5;-;Rynek,-5,uwagi (x)".encode(), "tel.csv"),
            ("mapa.zip", packed(**{"mapa.shp": b"x", "mapa.dbf": b"x", "opis.pdf": b"x"}), "mapa.zip"),
            ("obszar.geojson", b'{"type": "x"}', "obszar.geojson"),
            ("slad.gpx", b"<gpx/>", "slad.gpx"),
        ],
    )  # fmt: skip
    def test_are_kept_under_a_plain_name(self, name, content, kept):
        assert checked(name, content).name == kept


class TestBad:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.pdf", b"", "pusty"), ("a.pdf", b"%PDF-1.4 nothing", "uszkodzony"),
            ("a.pdf", pdf(with_action), "skrypty"),
            ("a.pdf", pdf(with_file), "skrypty"), ("a.jpg", jpeg()[:60], "uszkodzony"),
            ("a.exe", b"MZ\x90", "Nie przyjmujemy"),
            ("a.jpg", b"<html><script>", "Nie przyjmujemy"), ("a.svg", b"<svg/>", "Nie przyjmujemy"),
            ("a.txt", b"<script>alert(1)</script>", "skrypty"), ("a.txt", b"a\x00b", "uszkodzony"),
            ("a.xml", b"<a>", "uszkodzony"), ("a.csv", b"x;=cmd|' /C calc'!A0", "skrypty"),
            ("a.csv", b"@SUM(1)", "skrypty"), ("a.csv", b"\xef\xbb\xbf=1+1", "skrypty"),
            ("a.csv", b"x\r=1+1", "skrypty"), ("a.csv", b"x; =1+1", "skrypty"), ("a.csv", b"-A1", "skrypty"),
            ("a.csv", b"+1+cmd|' /C calc'!A0", "skrypty"), ("a.csv", b"x;-2,5+SUM(1;2)", "skrypty"),
            *(("a.zip", packed(**{f"a.{one}": b"x"}), "skrypty") for one in ("scr", "LNK", "ps1", "rar", "exe. ")),
            ("a.docx", packed(**{"[Content_Types].xml": b"", "word/vbaProject.bin": b"x"}), "makra"),
            ("a.zip", locked(), "hasłem"),
            ("a.docx", packed(x=b"y"), "uszkodzony"), ("a.odt", packed(mimetype=b"text/plain"), "uszkodzony"),
            ("a.zip", packed(**{"../../etc/passwd": b"x"}), "skrypty"), ("a.zip", packed(**{"b.zip": b"x"}), "skrypty"),
            ("a.zip", packed(x=b"0" * 30_000_000), "uszkodzony"), ("a.pdf", b"%PDF-" + b"x" * 11_000_000, "10 MB"),
        ],
    )  # fmt: skip
    def test_are_refused_with_the_reason(self, name, content, words):
        with pytest.raises(Refused, match=words):
            checked(name, content)

    def test_every_hostile_file_is_refused_or_made_harmless(self, shared_data):
        harmless = {
            "clean.pdf",
            "polyglot_jpeg_html.jpg",
            "bowtie.geojson",
            "nan_coords.geojson",
            "swapped_axes.geojson",
        }
        taken = [
            kept
            for path in sorted((shared_data / "hostile").iterdir())
            if (kept := taken_or_none(path.name, path.read_bytes()))
        ]

        assert {one.name for one in taken} <= harmless
        assert all(b"<script" not in one.content for one in taken)

    @settings(deadline=None)
    @given(st.binary(max_size=300), st.sampled_from(["a.pdf", "a.jpg", "a.zip", "a.docx", "a.xml", "a.txt", "..", ""]))
    def test_rubbish_never_fails(self, content, name):
        for head in (b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"II*\x00"):
            taken_or_none(name, head + content)


def taken_or_none(name: str, content: bytes) -> Checked | None:
    try:
        return checked(name, content)
    except Refused:
        return None

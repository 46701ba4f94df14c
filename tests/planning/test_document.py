"""The document as another program reads it: poppler for words and lines, a ruler on its vectors."""

import re
import subprocess
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from planning.extracts.order import ExtractOrder
from planning.extracts.pdf.document import build_extract
from planning.extracts.pdf.drawing import DrawingUnusable
from planning.models import PlanAct, PlanRelation
from tests import factories

POINTS_PER_MM = 72 / 25.4
RED = "rgb(70.5"  # #B42318, as cairo writes it


def words(pdf: bytes, *options: str) -> str:
    """Text as pdftotext sees it."""
    command = ["pdftotext", "-enc", "UTF-8", *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def drawing(pdf: bytes, page: int, folder: Path) -> etree._Element:
    """One page as SVG by pdftocairo; units are points."""
    (folder / "page.pdf").write_bytes(pdf)
    out = folder / f"{page}.svg"
    command = ["pdftocairo", "-svg", "-noshrink", "-f", str(page), "-l", str(page), str(folder / "page.pdf"), str(out)]
    subprocess.run(command, check=True)
    return etree.parse(str(out)).getroot()


def painted(path: etree._Element) -> dict[str, str]:
    """Presentation of an SVG element: cairo 1.16 writes ``style``, newer ones write attributes."""
    style = dict(part.strip().split(":", 1) for part in path.get("style", "").split(";") if ":" in part)
    return dict(path.attrib) | style


def lines(svg: etree._Element) -> list[tuple[str, float, list[tuple[float, float]]]]:
    """Stroke colour, width in mm and points in mm of each stroked path, from the page's upper left corner."""
    found = []
    for path in svg.iter("{http://www.w3.org/2000/svg}path"):
        paint = painted(path)
        if paint.get("stroke", "none") == "none":
            continue
        matrix = path.get("transform", "matrix(1,0,0,1,0,0)")
        a, b, c, d, e, f = map(float, re.findall(r"-?[\d.]+(?:e-?\d+)?", matrix))
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
        points = [
            ((a * x + c * y + e) / POINTS_PER_MM, (b * x + d * y + f) / POINTS_PER_MM)
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        found.append((paint["stroke"], float(paint["stroke-width"]) / POINTS_PER_MM, points))
    return found


def outline_of(svg: etree._Element) -> list[tuple[float, float]]:
    """The red line of the one parcel."""
    [outline] = [points for stroke, _, points in lines(svg) if stroke.startswith(RED) and len(points) >= 5]
    return outline


def first_page_with(pdf: bytes, phrase: str) -> int:
    return next(n for n, page in enumerate(words(pdf).split("\f"), start=1) if phrase in page)


@pytest.fixture
def parcel(make_parcel):
    return make_parcel(east=0, north=0, side=100, number="123/4")


class TestScaleOnPaper:
    """1:1000: a hundred metres of boundary are a hundred millimetres of paper."""

    @pytest.fixture
    def printed(self, drawn_plan, parcel, make_order, tmp_path):
        pdf = build_extract(make_order(drawn_plan, parcel)).pdf
        return drawing(pdf, first_page_with(pdf, "WYRYS Z RYSUNKU"), tmp_path)

    def test_parcel_boundary(self, printed):
        outline = outline_of(printed)

        sides = [max(abs(x1 - x0), abs(y1 - y0)) for (x0, y0), (x1, y1) in pairwise(outline)]

        assert sides[:4] == [pytest.approx(100, abs=0.1)] * 4

    def test_control_line(self, printed):
        lengths = [abs(p[1][0] - p[0][0]) for _, _, p in lines(printed) if len(p) == 2 and p[0][1] == p[1][1]]

        assert any(length == pytest.approx(100, abs=0.1) for length in lengths)

    def test_grid_crosses_stand_at_round_coordinates(self, printed):
        """The parcel's corner is a round coordinate: a cross stands on it."""
        outline = outline_of(printed)
        crosses = [
            ((p[0][0] + p[1][0]) / 2, p[0][1])
            for _, _, p in lines(printed)
            if len(p) == 2 and abs(p[1][0] - p[0][0]) == pytest.approx(4, abs=0.01)
        ]

        left, bottom = min(x for x, _ in outline), max(y for _, y in outline)
        assert any(abs(x - left) < 0.1 and abs(y - bottom) < 0.1 for x, y in crosses)

    def test_raster_lies_exactly_under_the_vectors(self, drawn_plan, parcel, make_order, tmp_path):
        """The drawing has a black line at each 100 m; rendered, it coincides with the parcel's southern edge."""
        import numpy as np
        from PIL import Image

        pdf = build_extract(make_order(drawn_plan, parcel)).pdf
        page = first_page_with(pdf, "WYRYS Z RYSUNKU")
        (tmp_path / "a.pdf").write_bytes(pdf)
        dpi = 508  # 20 pixels a millimetre
        command = ["pdftoppm", "-r", str(dpi), "-gray", "-f", str(page), "-l", str(page), "-singlefile"]
        subprocess.run([*command, str(tmp_path / "a.pdf"), str(tmp_path / "a")], check=True)
        grey = np.asarray(Image.open(tmp_path / "a.pgm"))
        outline = outline_of(drawing(pdf, page, tmp_path))
        left, bottom = min(x for x, _ in outline), max(y for _, y in outline)

        column = grey[:, round((left - 10) * 20)]  # west of the parcel, 10 mm from it
        dark = np.flatnonzero(column[round((bottom - 5) * 20) : round((bottom + 5) * 20)] < 60)
        middle = (dark.mean() + round((bottom - 5) * 20)) / 20

        # the 100 m line is the first pixel row below the coordinate: its middle lies half a pixel (0.0625 mm) south
        assert middle == pytest.approx(bottom - 0.0625, abs=0.1) or middle == pytest.approx(bottom + 0.0625, abs=0.1)


class TestWords:
    def test_quotes_what_binds_and_marks_what_is_left_out(self, drawn_plan, parcel, make_order):
        found = words(build_extract(make_order(drawn_plan, parcel)).pdf)

        assert "WYPIS Z MIEJSCOWEGO PLANU" in found
        assert "art. 30 ust. 1" in found
        assert "GP.6727.45.2026" in found
        assert "Działka jest położona w terenach oznaczonych w planie symbolami: 2U/MN, 1MN." in found.replace(
            "\n", " "
        )
        order = [found.index(text) for text in ("§ 1.", "§ 2.", "(…)", "§ 4.")]
        assert order == sorted(order)
        assert "9ZL" not in found

    def test_polish_letters_survive_extraction(self, drawn_plan, parcel, make_order):
        phrase = "Zażółć gęślą jaźń – ZAŻÓŁĆ GĘŚLĄ JAŹŃ"
        factories.provision(drawn_plan, "9", phrase, binds_whole_plan=True)

        assert phrase in words(build_extract(make_order(drawn_plan, parcel)).pdf)

    def test_markup_in_a_resolution_is_printed_and_not_obeyed(self, drawn_plan, parcel, make_order):
        phrase = "a < b & <b>c</b> <img src='file:///etc/passwd'/>"
        factories.provision(drawn_plan, "9", phrase, binds_whole_plan=True)

        assert phrase in words(build_extract(make_order(drawn_plan, parcel)).pdf).replace("\n", " ")

    def test_every_page_says_which_of_how_many(self, drawn_plan, parcel, make_order):
        built = build_extract(make_order(drawn_plan, parcel))

        pages = words(built.pdf).split("\f")[:-1]

        assert len(pages) == built.pages
        assert all(f"Strona {n} z {built.pages}" in page for n, page in enumerate(pages, start=1))

    def test_duty_is_explained_line_by_line(self, drawn_plan, parcel, make_order):
        built = build_extract(make_order(drawn_plan, parcel))

        assert (built.text_pages, built.drawing_parts, built.fee.total_gr) == (2, 1, 5000)
        assert "Opłata skarbowa 50,00 zł" in words(built.pdf).replace("\u00a0", " ")

    def test_an_annulled_paragraph_keeps_its_number_and_loses_its_text(self, drawn_plan, parcel, make_order):
        drawn_plan.provisions.filter(number="4").update(annulled_on=date(2020, 1, 1), annulled_by="wyrok WSA")

        found = words(build_extract(make_order(drawn_plan, parcel)).pdf)

        assert "§ 4. [nieważny od 01.01.2020: wyrok WSA]" in found
        assert "ustala się usługi" not in found

    def test_without_a_register_area_nothing_is_called_one(self, drawn_plan, make_parcel, make_order):
        silent = make_parcel(side=100, registered_area_m2=None)

        found = words(build_extract(make_order(drawn_plan, silent)).pdf).replace("\u00a0", " ").replace("\n", " ")

        assert "pole policzone z granic 10 000 m² (ewidencja nie podaje pola)" in found
        assert "pola ewidencyjnego" not in found

    def test_a_parcel_partly_in_the_plan_is_not_said_to_lie_in_it(self, drawn_plan, make_parcel, make_order):
        edge = make_parcel(east=1450, side=100)  # the plan ends at 1500

        found = words(build_extract(make_order(drawn_plan, edge, has_drawing=False)).pdf).replace("\u00a0", " ")

        assert "Działka jest położona w części (50,0 %) w terenie" in found.replace("\n", " ")
        assert "obszar nieobjęty planem" in found

    def test_acts_of_later_days_are_not_quoted(self, drawn_plan, parcel, make_order):
        later = date(2026, 12, 1)
        PlanAct.objects.create(plan=drawn_plan, role="changes", title="Uchwała zmieniająca", in_force_on=later)

        assert "zmieniająca" not in words(build_extract(make_order(drawn_plan, parcel)).pdf)

    def test_signed_by_order_of_the_mayor_in_the_genitive(self, drawn_plan, parcel, make_order):
        assert "z up. Burmistrza Miasta i Gminy Skała" in words(build_extract(make_order(drawn_plan, parcel)).pdf)

    def test_both_areas_are_printed_when_they_differ(self, drawn_plan, make_parcel, make_order):
        odd = make_parcel(side=100, registered_area_m2=9_000)

        found = words(build_extract(make_order(drawn_plan, odd)).pdf).replace("\u00a0", " ")

        assert "pole ewidencyjne 9 000 m²" in found
        assert "Pole policzone z granic działki w ewidencji: 10 000 m²." in found

    def test_a_parcel_younger_than_the_base_map_is_explained(self, drawn_plan, make_parcel, make_order):
        drawn_plan.base_map_on = date(2014, 1, 1)
        drawn_plan.save()
        young = make_parcel(side=100, valid_from=date(2018, 5, 2), predecessors=["120610_5.0007.1"])

        found = words(build_extract(make_order(drawn_plan, young)).pdf).replace("\u00a0", " ").replace("\n", " ")

        assert "Działka powstała 2 maja 2018, po sporządzeniu mapy planu" in found

    def test_preview_says_that_it_is_none(self, drawn_plan, parcel, make_order):
        built = build_extract(make_order(drawn_plan, parcel, is_preview=True, verification_code=""))

        assert words(built.pdf).count("PODGLĄD") >= built.pages

    def test_fonts_are_embedded(self, drawn_plan, parcel, make_order, tmp_path):
        (tmp_path / "a.pdf").write_bytes(build_extract(make_order(drawn_plan, parcel)).pdf)

        listed = subprocess.run(["pdffonts", tmp_path / "a.pdf"], capture_output=True, check=True, text=True).stdout

        rows = [row.split() for row in listed.splitlines()[2:]]
        assert rows
        assert all("Lato" in row[0] and row[-5] == "yes" for row in rows)


class TestArchive:
    """PDF/A-2u as its checkers read it: marks, output intent, no active content, no encryption, dates that agree."""

    @pytest.fixture
    def pdf(self, drawn_plan, parcel, make_order):
        with pikepdf.open(BytesIO(build_extract(make_order(drawn_plan, parcel)).pdf)) as document:
            yield document

    def test_says_what_it_is(self, pdf):
        with pdf.open_metadata() as xmp:
            assert xmp.pdfa_status == "2U"
            assert xmp["dc:title"] == pdf.docinfo.Title
            assert str(pdf.docinfo.CreationDate) == "D:20261123000000+00'00'"
            assert xmp["xmp:CreateDate"] == "2026-11-23T00:00:00+00:00"

    def test_pages_use_only_fonts_that_they_name(self, pdf):
        for page in pdf.pages:
            used = set(re.findall(rb"(/F[^ ]+) [0-9.]+ Tf", page.Contents.read_bytes()))

            assert used
            assert {name.decode() for name in used} <= set(page.Resources.Font.keys())

    def test_defines_its_colours(self, pdf):
        [intent] = pdf.Root.OutputIntents

        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"

    def test_has_nothing_active_and_nothing_locked(self, pdf):
        assert not pdf.is_encrypted
        assert {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(pdf.Root.keys()) == set()
        assert pdf.trailer.get("/ID") is not None

    def test_pages_have_exact_sizes(self, pdf):
        sizes = {
            (round(float(p.mediabox[2]) / POINTS_PER_MM, 2), round(float(p.mediabox[3]) / POINTS_PER_MM, 2))
            for p in pdf.pages
        }

        assert sizes == {(210, 297)}


class TestManySheets:
    def test_a_long_parcel_takes_sheets_and_never_another_scale(self, drawn_plan, make_parcel, make_order):
        strip = make_parcel(east=0, north=0, width=20, height=480)

        built = build_extract(make_order(drawn_plan, strip))

        found = words(built.pdf)
        assert built.drawing_parts == found.count("arkusz 1 z") + found.count("arkusz 2 z") + found.count("arkusz 3 z")
        assert built.drawing_parts == 3
        assert "Skala 1:1000" in found


class TestChange:
    """The eastern half of the parcel was changed; the change's sheet is black far beyond its boundary."""

    @pytest.fixture
    def change(self, drawn_plan, make_plan):
        change = make_plan(code="IX-9-20", in_force_from=date(2020, 5, 1), east=50, north=-10, width=60, height=120)
        zone = factories.zone(change, "3MN", east=50, north=-10, width=60, height=120)
        factories.provision(change, "1", "Teren 3MN.", zones=[zone])
        PlanRelation.objects.create(
            plan=change, kind="changes", target_code=drawn_plan.code, effective_on=date(2020, 5, 1)
        )
        return change

    def order(self, make_order, drawn_plan, change, parcel):
        sheets = [*drawn_plan.sheets.all(), *change.sheets.all()]
        pairs = tuple((sheet.pk, sheet.sha256) for sheet in sheets)
        return make_order(drawn_plan, parcel, plans=(drawn_plan.pk, change.pk), sheets=pairs)

    def test_its_drawing_covers_nothing_beyond_its_boundary(
        self, drawn_plan, change, make_sheet, parcel, make_order, tmp_path
    ):
        import numpy as np
        from PIL import Image

        make_sheet(change, black=True, east=-100, north=-100, width=400, height=400)
        pdf = build_extract(self.order(make_order, drawn_plan, change, parcel)).pdf
        (tmp_path / "a.pdf").write_bytes(pdf)
        page = first_page_with(pdf, "WYRYS Z RYSUNKU")
        command = ["pdftoppm", "-r", "127", "-gray", "-f", str(page), "-l", str(page), "-singlefile"]
        subprocess.run([*command, str(tmp_path / "a.pdf"), str(tmp_path / "a")], check=True)
        grey = np.asarray(Image.open(tmp_path / "a.pgm"))  # 5 pixels a millimetre
        outline = outline_of(drawing(pdf, page, tmp_path))
        left, bottom = min(x for x, _ in outline), max(y for _, y in outline)

        inside = grey[round((bottom - 23) * 5), round((left + 83) * 5)]
        beyond = grey[round((bottom - 23) * 5), round((left + 23) * 5)]

        assert inside < 40
        assert beyond > 150

    def test_another_scale_has_a_drawing_of_its_own(self, drawn_plan, change, make_sheet, parcel, make_order):
        change.drawing_scale = 500
        change.save()
        make_sheet(change, east=-100, north=-100, width=400, height=400)

        built = build_extract(self.order(make_order, drawn_plan, change, parcel))

        found = words(built.pdf)
        assert "Skala 1:1000" in found
        assert "Skala 1:500" in found
        assert built.drawing_parts > 1


class TestReproducible:
    def test_same_inputs_same_bytes_even_after_the_registers_moved_on(
        self, drawn_plan, parcel, make_order, make_parcel
    ):
        order = make_order(drawn_plan, parcel)
        first = build_extract(order).pdf
        make_parcel(east=100, north=0, side=50)  # a new neighbour
        parcel.valid_to = date(2026, 12, 1)
        parcel.save()
        from django.utils import timezone

        drawn_plan.superseded_at = timezone.now()
        drawn_plan.save()
        type(parcel.district).objects.update(name="Cianowice Duże")
        type(parcel.snapshot).objects.update(state_on=date(2026, 12, 1))

        again = build_extract(ExtractOrder.from_json(order.as_json())).pdf

        assert again == first

    def test_a_changed_drawing_stops_the_document(self, drawn_plan, parcel, make_order):
        sheet = drawn_plan.sheets.get()
        with open(sheet.file.path, "ab") as file:
            file.write(b"x")

        with pytest.raises(DrawingUnusable, match="arkusza 1"):
            build_extract(make_order(drawn_plan, parcel))

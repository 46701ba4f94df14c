"""Prints of the map, measured on the pixels that poppler draws."""

import subprocess
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from services.mapping.prints.order import read
from services.mapping.prints.papers import PAPERS, SCALES
from tests.factories import EAST, NORTH
from tests.simulators.base import Resets
from tests.simulators.maps import switch_on

pytestmark = pytest.mark.django_db(transaction=True)


def print_of(client, **asked) -> bytes:
    told = {
        "x": f"{EAST + 50:.2f}",
        "y": f"{NORTH + 50:.2f}",
        "skala": "1000",
        "warstwy": "parcels",
        "tlo": "none",
        "siatka": "bez",
    }
    response = client.get("/mapa/wydruk", told | asked)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/pdf"
    return response.content


def pixels(pdf: bytes, tmp_path, dpi: int = 508) -> np.ndarray:
    """The first page by poppler; 20 pixels a millimetre."""
    path = tmp_path / "print.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-singlefile", path, tmp_path / "page"], check=True)
    return np.asarray(Image.open(tmp_path / "page.ppm")).astype(np.int16)


class TestPrint:
    @pytest.mark.parametrize(("scale", "side_mm"), [("500", 200.0), ("1000", 100.0), ("2000", 50.0)])
    def test_is_true_to_scale_within_a_tenth_of_a_millimetre(self, client, make_parcel, tmp_path, scale, side_mm):
        """A parcel of 100 m, its green outline of 0.8 mm measured on the page that poppler draws."""
        parcel = make_parcel(number="1", side=100)

        page = pixels(print_of(client, skala=scale, dzialka=parcel.identifier, papier="A3"), tmp_path)

        green = (abs(page - (31, 107, 79)).max(axis=2) < 12).nonzero()
        height, width = ((axis.max() - axis.min() + 1) / 20 - 0.8 for axis in green)
        assert (width, height) == pytest.approx((side_mm, side_mm), abs=0.1)
        left, bottom, wide, high = read({"x": "7418209", "y": "5566697", "papier": "A3"}, "v=1").paper.frame
        middle_x = (green[1].max() + green[1].min() + 1) / 40
        middle_y = (page.shape[0] * 2 - green[0].max() - green[0].min() - 1) / 40
        assert (middle_x, middle_y) == pytest.approx((left + wide / 2, bottom + high / 2), abs=0.1)

    def test_map_and_outlines_lie_on_each_other(self, client, make_parcel, tmp_path):
        """The picture by Mapnik against the vector line of the same parcel: no more than a tenth apart."""
        make_parcel(number="1", side=100)

        page = pixels(print_of(client), tmp_path)

        dark = (page.sum(axis=2) < 600)[1000:4400, 300:3900]  # inside the frame
        rows, columns = dark.mean(axis=1), dark.mean(axis=0)
        edges = [axis[axis > 0.3].size and (axis > 0.3).nonzero()[0] for axis in (rows, columns)]
        for axis in edges:
            assert (axis.max() - axis.min()) / 20 == pytest.approx(100, abs=0.25)

    def test_strength_and_order_are_those_of_the_screen(self, client, make_zone, tmp_path):
        make_zone("MN.1", east=-400, north=-400, width=900, height=900, class_2021="MN")

        strong = pixels(print_of(client, warstwy="plan-zones"), tmp_path, 100)
        weak = pixels(print_of(client, warstwy="plan-zones~20"), tmp_path, 100)
        none = pixels(print_of(client, warstwy=""), tmp_path, 100)

        spot = (slice(300, 500), slice(300, 500))
        shades = [float(page[spot].mean()) for page in (strong, weak, none)]
        assert shades[0] < shades[1] < shades[2]
        assert shades[2] - shades[1] == pytest.approx(0.2 * (shades[2] - shades[0]), rel=0.15)

    def test_says_what_it_is(self, client, make_parcel, tmp_path):
        make_parcel(number="1", side=100)
        path = tmp_path / "print.pdf"
        path.write_bytes(print_of(client, tytul="Zażółć gęślą jaźń", siatka="2178", dzien="2020-05-01"))

        text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout

        told = text.replace("\u00a0", " ")
        for words in (
            "Zażółć gęślą jaźń",
            "1:1 000",
            "EPSG:2178",
            "stan na 1 maja 2020",
            "nie jest dokumentem",
            "działka",
        ):
            assert words in told
        assert f"X {NORTH:,.0f}".replace(",", " ")[:6] in told

    @pytest.mark.parametrize(("name", "position"), [("A4", "pion"), ("A3", "poziom"), ("A1", "pion")])
    def test_has_the_size_of_the_paper(self, client, make_parcel, tmp_path, name, position):
        make_parcel(number="1")
        path = tmp_path / "print.pdf"
        path.write_bytes(print_of(client, papier=name, uklad=position, skala="25000"))

        told = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
        size = next(line for line in told.splitlines() if line.startswith("Page size")).split()
        found = sorted(float(size[place]) / 72 * 25.4 for place in (2, 4))
        assert found == pytest.approx(sorted(PAPERS[name]), abs=0.2)

    def test_of_an_atlas_has_a_page_for_each_sheet_from_the_north(self, client, make_parcel, tmp_path):
        """Two by two sheets: neighbours show a strip of 10 mm of each other, which the coordinates of the grid tell."""
        make_parcel(number="1", side=100)
        path = tmp_path / "atlas.pdf"
        path.write_bytes(print_of(client, arkusze="2x2", siatka="2178", warstwy="parcels"))

        info = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
        told = [
            subprocess.run(["pdftotext", "-f", page, "-l", page, path, "-"], check=True, capture_output=True, text=True)
            for page in "1234"
        ]
        assert "Pages:           4" in info
        assert [name in one.stdout for name, one in zip(("A1", "B1", "A2", "B2"), told, strict=True)] == [True] * 4

    def test_sheets_of_an_atlas_meet_on_the_ground(self):
        order = read({"x": "7418209", "y": "5566697", "skala": "1000", "arkusze": "3x2"}, "v=1")

        boxes = {one.sheet: one.box for one in order.sheets}

        assert list(boxes) == ["A1", "B1", "C1", "A2", "B2", "C2"]
        assert boxes["A1"][2] - boxes["B1"][0] == pytest.approx(10)  # 10 mm at 1:1000
        assert boxes["A2"][3] - boxes["A1"][1] == pytest.approx(10)
        middle = [(boxes["A1"][0] + boxes["C1"][2]) / 2, (boxes["A2"][1] + boxes["A1"][3]) / 2]
        assert middle == pytest.approx([7418209, 5566697])

    def test_lays_the_ground_under_it_where_it_answers(self, client, service, make_parcel, tmp_path):
        make_parcel(number="1")
        switch_on("orto", service)

        page = pixels(print_of(client, tlo="orto"), tmp_path, 100)

        assert tuple(page[400, 400]) == pytest.approx((0x5D, 0x70, 0x48), abs=6)

    def test_says_that_the_ground_is_missing(self, client, service, make_parcel, tmp_path):
        make_parcel(number="1")
        switch_on("orto", service)
        service.always = Resets()
        path = tmp_path / "print.pdf"
        path.write_bytes(print_of(client, tlo="orto"))

        text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
        assert "nie odpowiada, brak na wydruku" in text

    @pytest.mark.parametrize(
        "asked",
        [
            {"papier": "A9"}, {"skala": "1"}, {"x": "a"}, {"y": "nan"}, {"x": "1"}, {"tytul": "a" * 121},
            {"tytul": "a\nb"}, {"arkusze": "5x1"}, {"arkusze": "0x1"}, {"arkusze": "x"},
            {"arkusze": "2x2", "papier": "A0"},
            {"warstwy": "nic"}, {"warstwy": "parcels~x"}, {"tlo": "orto"}, {"dzien": "wczoraj"}, {"siatka": "4326"},
            {"dzialka": "\u202e"}, {"uklad": "krzywo"},
        ],
    )  # fmt: skip
    def test_of_nonsense_is_refused_by_name(self, client, skala, asked):
        told = {"x": "7418209", "y": "5566697"} | asked

        response = client.get(f"/mapa/wydruk?{urlencode(told)}", headers={"Accept": "application/json"})

        assert response.status_code == 400
        assert response.json()["description"]

    def test_scales_are_offered_to_the_browser(self, client, skala):
        said = client.get("/mapa/warstwy").json()["prints"]

        assert said["scales"] == list(SCALES)
        assert said["frames"]["A4"]["pion"] == [190, 221]

"""A scan gets its place from points: the fit, its error, and the drawing that lies straight on the grid."""

import math
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rasterio import Affine

from data.records import UnreadableFileError
from planning.georeferencing import ControlPoint, ControlPointsError, fit, keep_scan, place_scan, read_points
from tests.factories import EAST, NORTH

CORNERS = [(0, 0), (1000, 0), (1000, 800), (0, 800), (500, 400)]


def placed(transform: Affine, pixels=CORNERS) -> list[ControlPoint]:
    return [ControlPoint(column, row, *(transform @ (column, row))) for column, row in pixels]


def turned(degrees: float = 2, size: float = 0.5) -> Affine:
    """A drawing with square pixels, turned round its upper left corner."""
    return Affine.translation(EAST, NORTH + 500) @ Affine.rotation(degrees) @ Affine.scale(size, -size)


class TestFit:
    def test_exact_points_leave_no_residuals(self):
        found = fit(placed(turned()))

        assert found.transform.almost_equals(turned(), precision=1e-6)
        assert max(found.residuals_m) < 1e-6
        assert found.pixel_m == pytest.approx(0.5)

    def test_a_point_set_wrong_is_seen_in_its_residual(self):
        points = placed(turned())
        points[4] = ControlPoint(500, 400, points[4].east + 3, points[4].north)

        found = fit(points)

        assert found.residuals_m.index(max(found.residuals_m)) == 4
        # the middle point of a rectangle moves the whole by a fifth: residuals 2.4 m and four of 0.6 m
        assert sorted(found.residuals_m) == pytest.approx([0.6, 0.6, 0.6, 0.6, 2.4])
        assert found.rmse_m == pytest.approx(math.sqrt((4 * 0.6**2 + 2.4**2) / 2))
        assert found.is_doubtful(1000)
        assert not found.is_doubtful(5000)

    @pytest.mark.parametrize(
        ("points", "said"),
        [
            (placed(turned())[:3], "co najmniej 4"),
            (placed(turned(), [(0, 0), (10, 10), (20, 20), (30, 30)]), "jednej prostej"),
            (placed(turned(), [(0, 0), (0, 0), (10, 0), (10, 0)]), "jednej prostej"),
            ([ControlPoint(p.column, p.row, p.north, p.east) for p in placed(turned(0))], "lustrzane"),
            (placed(Affine.translation(EAST, NORTH) @ Affine.scale(0.5, -0.6)), "rozciągnięty"),
        ],
    )
    def test_points_that_give_no_place_are_refused(self, points, said):
        with pytest.raises(ControlPointsError, match=said):
            fit(points)

    @given(
        degrees=st.floats(-180, 180), size=st.floats(0.05, 10), east=st.floats(7_000_000, 8_000_000),
        north=st.floats(5_400_000, 6_100_000),
    )  # fmt: skip
    def test_any_turn_and_scale_is_found(self, degrees, size, east, north):
        transform = Affine.translation(east, north) @ Affine.rotation(degrees) @ Affine.scale(size, -size)

        found = fit(placed(transform))

        assert found.rmse_m < 1e-4
        assert found.pixel_m == pytest.approx(size, rel=1e-6)


class TestPoints:
    def test_points_of_qgis(self):
        text = (
            "#CRS: PROJCRS[...]\nmapX,mapY,sourceX,sourceY,enable,dX,dY,residual\n"
            "7418000.5,5566000.25,10.5,-20.25,1,0,0,0\n7418100,5566000,110,-20,0,0,0,0\n"
        )

        assert read_points(text) == [ControlPoint(10.5, 20.25, 7418000.5, 5566000.25)]

    @pytest.mark.parametrize(
        "line",
        ["10,5; 20; 7418000,25; 5566000", "10.5\t20\t7418000.25\t5566000", "10.5 20 7418000.25 5566000",
         "10.5, 20, 7418000.25, 5566000"],
    )  # fmt: skip
    def test_lines_as_people_write_them(self, line):
        assert read_points(f"{line}\n\n") == [ControlPoint(10.5, 20, 7418000.25, 5566000)]

    @pytest.mark.parametrize("text", ["1; 2; 3", "a; b; c; d", "1; 2; 3; 4; 5", "1; 2; 3; nan", "mapX,mapY\n1,2"])
    def test_what_is_no_point_is_named_by_its_line(self, text):
        with pytest.raises(ControlPointsError, match=r"(?i)wiersz"):
            read_points(text)

    @given(st.text(max_size=200))
    def test_any_text_ends_in_points_or_a_sentence(self, text):
        with suppress(ControlPointsError):
            assert all(isinstance(point, ControlPoint) for point in read_points(text))


def scan(folder: Path, name: str = "skan.png", mode: str = "RGB") -> Path:
    """White paper of 1000 by 800 pixels with a black square of 100 from (300, 200)."""
    image = Image.new(mode, (1000, 800), "white" if mode == "RGB" else 255)
    image.paste((0, 0, 0) if mode == "RGB" else 0, (300, 200, 400, 300))
    image.save(folder / name)
    return folder / name


class TestDrawing:
    @pytest.mark.parametrize(("name", "mode"), [("a.png", "RGB"), ("a.jpg", "RGB"), ("a.tif", "L")])
    def test_lies_straight_on_the_grid_where_the_points_say(self, tmp_path, name, mode):
        found = fit(placed(turned()))

        place_scan(scan(tmp_path, name, mode), found, tmp_path / "arkusz.tif")

        with rasterio.open(tmp_path / "arkusz.tif") as sheet:
            assert sheet.crs.to_epsg() == 2178
            assert (sheet.transform.b, sheet.transform.d) == (0, 0)
            assert sheet.transform.a == pytest.approx(-sheet.transform.e) == pytest.approx(0.5)
            rows, columns = np.nonzero(sheet.read(1) < 128)
            area = len(rows) * 0.25
            middle = sheet.transform @ (columns.mean() + 0.5, rows.mean() + 0.5)
        assert area == pytest.approx(50 * 50, rel=0.02)
        assert middle == pytest.approx(turned() @ (350, 250), abs=0.1)

    def test_a_palette_stays_a_palette(self, tmp_path):
        image = Image.open(scan(tmp_path)).convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
        image.save(tmp_path / "p.tif")

        place_scan(tmp_path / "p.tif", fit(placed(turned())), tmp_path / "arkusz.tif")

        with rasterio.open(tmp_path / "arkusz.tif") as sheet:
            corner = sheet.colormap(1)[int(sheet.read(1)[0, 0])]
        assert corner[:3] == (255, 255, 255)  # beyond the turned scan the paper is white

    @pytest.mark.parametrize("content", [b"", b"not a picture", b"II*\x00broken"])
    def test_what_is_no_picture_is_refused(self, tmp_path, content):
        (tmp_path / "a.tif").write_bytes(content)

        with pytest.raises(UnreadableFileError) as fault:
            place_scan(tmp_path / "a.tif", fit(placed(turned())), tmp_path / "arkusz.tif")

        assert fault.value.rule == "scan-unreadable"

    def test_the_scan_is_kept_as_it_came(self, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path / "media"
        file = scan(tmp_path)

        digest = keep_scan(file)

        assert (tmp_path / "media" / "plan-scans" / digest).read_bytes() == file.read_bytes()

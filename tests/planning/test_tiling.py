"""Sheets of paper over ground: nothing missed, nothing rescaled, nothing wasted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Polygon, box, unary_union

from planning.extracts.pdf.tiling import CONTEXT_MM, ground_m, lay_out


def laid(ground: Polygon, scale: int = 1000):
    def seen(area):
        inside = ground.intersection(box(*area))
        return None if inside.is_empty else inside.bounds

    return lay_out(box=ground.bounds, scale=scale, seen=seen)


def strip(length: float, width: float, slope: float) -> Polygon:
    return LineString([(0, 0), (length, length * slope)]).buffer(width / 2, cap_style="flat")


class TestLayOut:
    def test_a_small_parcel_takes_one_a4(self):
        layout = laid(box(0, 0, 100, 100))

        assert (layout.paper.name, layout.a4_parts) == ("A4", 1)
        [tile] = layout.tiles
        assert tile.box == pytest.approx((-35, -52.5, 135, 152.5))  # 170 x 205 mm round the middle

    def test_a_wide_parcel_turns_the_paper(self):
        assert laid(box(0, 0, 220, 50)).paper.name == "A4 poziomo"

    def test_a_slanting_strip_takes_no_empty_sheet(self):
        """920 m at 1:2000 are 460 mm: three sheets end to end, whatever the slope."""
        for slope in (0.0, 0.5, 1.0, 1.6, 4.0):
            ground = strip(920 / (1 + slope**2) ** 0.5, 12, slope)

            layout = laid(ground, scale=2000)

            assert layout.a4_parts <= 4
            assert all(ground.intersects(box(*tile.box)) for tile in layout.tiles)

    @given(
        length=st.floats(5, 1500),
        width=st.floats(2, 300),
        slope=st.floats(-3, 3),
        scale=st.sampled_from([500, 1000, 2000, 5000]),
    )
    def test_every_place_is_on_a_sheet_at_the_plan_s_scale(self, length, width, slope, scale):
        ground = strip(length, width, slope)

        layout = laid(ground, scale)

        frame = ground_m(layout.paper.frame_width, scale), ground_m(layout.paper.frame_height, scale)
        for west, south, east, north in (tile.box for tile in layout.tiles):
            assert (east - west, north - south) == pytest.approx(frame)
        sheets = unary_union([box(*tile.box) for tile in layout.tiles])
        assert ground.difference(sheets.buffer(1e-6)).area == 0

    def test_the_ends_have_their_surroundings(self):
        """A strip on two sheets keeps its context at both ends."""
        layout = laid(box(0, 0, 10, 330))

        south = min(tile.box[1] for tile in layout.tiles)
        north = max(tile.box[3] for tile in layout.tiles)
        assert south <= -CONTEXT_MM
        assert north >= 330 + CONTEXT_MM

"""What changed goes out of the caches, just that, by whatever hand it changed."""

import time
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from services.portal.front import database_address
from spatial.ogc.open_tables import sweep
from tests import factories
from tests.tiles.test_map_services import application, asked, tile_at  # noqa: F401 - the fixture
from tiles.freshness import MARGIN, SEEN, Change, Freshness, Tiles
from tiles.matrix import WEB_MERCATOR_QUAD as MERCATOR

HOME = (2_209_000.0, 6_484_000.0, 2_210_000.0, 6_485_000.0)


def kept(folder: Path, *path: object) -> Path:
    file = folder.joinpath(*map(str, path[:-1]), f"{path[-1]}.png")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"old")
    return file


class TestGrid:
    def test_the_tile_of_a_point_is_that_of_the_standard(self):
        columns, rows = MERCATOR.tiles((0, 0, 1, 1), 1, margin=MARGIN)

        assert (list(columns), list(rows)) == ([0, 1], [0, 1])  # the margin reaches over the middle
        assert MERCATOR.tiles((1e6, 6e6, 1e6, 6e6), 0, margin=MARGIN) == (range(1), range(1))

    @given(st.floats(1.5e6, 2.7e6), st.floats(6.2e6, 7.4e6), st.integers(8, 20))
    def test_a_tile_over_the_place_is_always_among_them(self, east, north, zoom):
        side = 2 * 20_037_508.342789244 / 2**zoom
        columns, rows = MERCATOR.tiles((east, north, east + 1, north + 1), zoom, margin=MARGIN)

        assert int((east + 20_037_508.342789244) // side) in columns
        assert int((20_037_508.342789244 - north) // side) in rows
        assert len(columns) <= 3


class TestRemoving:
    def test_just_the_tiles_of_the_place(self, tmp_path):
        columns, rows = MERCATOR.tiles(HOME, 15, margin=MARGIN)
        here = kept(tmp_path, "parcels-tiles", "WebMercatorQuad", 15, columns[0], rows[0])
        in_theme = kept(tmp_path, "cadastre-tiles", "WebMercatorQuad", 15, columns[0], rows[0])
        beside = kept(tmp_path, "parcels-tiles", "WebMercatorQuad", 15, columns[0] - 5, rows[0])
        other = kept(tmp_path, "plans-tiles", "WebMercatorQuad", 15, columns[0], rows[0])

        assert Tiles(tmp_path).remove(Change("parcels", HOME)) == 2
        assert [file.exists() for file in (here, in_theme, beside, other)] == [False, False, True, True]

    def test_on_the_national_grid_too(self, tmp_path):
        # Skała, Rynek: 560863 E, 262949 N (planning dossier 1.5)
        pixel = 8466.683600033868 / 2**10
        column, row = int((560_863 - 100_000) // (pixel * 256)), int((850_000 - 262_949) // (pixel * 256))
        file = kept(tmp_path, "parcels-tiles", "PL1992Quad", 10, column, row)
        x, y = 2_210_092.0, 6_484_700.0  # the same place on the web map

        assert Tiles(tmp_path).remove(Change("parcels", (x - 50, y - 50, x + 50, y + 50))) == 1
        assert not file.exists()

    def test_a_collection_that_is_no_more_removes_nothing(self, tmp_path):
        assert Tiles(tmp_path).remove(Change("nic", HOME)) == 0

    def test_a_zoom_that_no_grid_has_is_left_alone(self, tmp_path):
        (tmp_path / "parcels-tiles" / "WebMercatorQuad" / "tile_locks").mkdir(parents=True)

        assert Tiles(tmp_path).remove(Change("parcels", HOME)) == 0


@pytest.fixture
def listening(tmp_path, settings, transactional_db, monkeypatch):
    monkeypatch.setattr("tiles.freshness.AGAIN", (0.3, 0.8))
    settings.MAP_FOLDER = tmp_path / "maps"
    thread = Freshness(database_address(), Tiles(settings.MAP_FOLDER / "tiles"))
    thread.start()
    until((settings.MAP_FOLDER / "tiles" / SEEN).exists)
    yield thread
    thread.stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def until(happened, seconds: float = 10) -> float:
    """Waits; the seconds that it took."""
    begin = time.monotonic()
    while not happened():
        assert time.monotonic() - begin < seconds, "it did not happen"
        time.sleep(0.01)
    return time.monotonic() - begin


@pytest.mark.django_db(transaction=True)
class TestListening:
    @pytest.fixture
    def tile(self, listening, application, make_plan, settings):  # noqa: F811
        """Address and file of a tile that is kept."""
        factories.zone(make_plan(), "1MN", east=0, north=0, side=200)
        until(lambda: listening._later)
        until(lambda: not listening._later)
        column, row = tile_at(16)
        address = f"/wmts/plan-zones/WebMercatorQuad/16/{column}/{row}.png"
        asked(application, address)
        file = settings.MAP_FOLDER / f"tiles/plan-zones-tiles/WebMercatorQuad/16/{column}/{row}.png"
        assert file.exists()
        return address, file

    def test_plain_sql_is_seen_by_everybody(self, listening, tile, application):  # noqa: F811
        address, file = tile
        old = asked(application, address)[2]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM planning_planzone")
        until(lambda: not file.exists())

        assert asked(application, address)[2] != old

    def test_a_picture_of_the_state_before_is_found_later(self, listening, tile):
        """Drawn while the change came, kept after it: looked for again."""
        _, file = tile
        with connection.cursor() as cursor:
            cursor.execute("UPDATE planning_planzone SET symbol_raw = '2MN'")
        until(lambda: not file.exists())
        file.write_bytes(b"drawn from the old state")

        until(lambda: not file.exists())

    def test_what_was_missed_is_made_good_at_the_start(self, listening, tile):
        _, file = tile
        listening.stop.set()
        listening.join(timeout=10)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE planning_planzone SET symbol_raw = '2MN'")
        assert file.exists()
        again = Freshness(database_address(), listening.tiles)
        again.start()

        until(lambda: not file.exists())
        again.stop.set()
        again.join(timeout=10)

    def test_a_lost_connection_is_made_anew(self, listening, tile, monkeypatch):
        monkeypatch.setattr("tiles.freshness.LISTENING", 0.1)
        _, file = tile
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND query LIKE 'LISTEN%%' OR query LIKE '%%pg_current_snapshot%%'"
                " AND pid <> pg_backend_pid()"
            )
            cursor.execute("UPDATE planning_planzone SET symbol_raw = '2MN'")

        until(lambda: not file.exists(), seconds=20)

    def test_without_a_moment_known_all_tiles_go(self, tmp_path, transactional_db):
        file = kept(tmp_path, "parcels-tiles", "WebMercatorQuad", 15, 1, 1)
        thread = Freshness(database_address(), Tiles(tmp_path))
        thread.start()

        until(lambda: not file.exists())
        thread.stop.set()
        thread.join(timeout=10)

    def test_the_sweep_keeps_the_tables_and_forgets_old_changes(self, make_parcel):
        make_parcel()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE open_live.changes SET at = now() - interval '3 days'")
        sweep()
        with connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM open_live.changes), (SELECT count(*) FROM open.parcels)")
            assert cursor.fetchone() == (0, 1)

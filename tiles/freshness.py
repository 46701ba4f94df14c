"""Tiles kept ready never lie for long: what changed in the open tables is taken out of the caches at once.

The database notes each change with its place and sends a word (``spatial.ogc.open_tables``). A thread of each server
process hears it and removes the files of just those tiles, in every cache that draws the collection. A tile that was
being drawn when the change came is caught by looking again a little later. What was missed while no server ran is
made good at the start, from the last moment known.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread
from time import monotonic, time

import psycopg
from pyproj import Transformer

from spatial import crs
from spatial.ogc.open_tables import CHANGES_KEPT, CHANNEL
from spatial.ogc.open_views import LIVE
from spatial.ogc.reference_systems import Box
from spatial.ogc.registry import collections
from tiles.matrix import GRIDS, Grid

log = logging.getLogger(__name__)

#: seconds after a change at which its tiles are looked for again: pictures drawn meanwhile show the old state
AGAIN = (1.0, 4.0, 15.0)
#: pixels round a tile that are drawn with it: a label reaches that far
MARGIN = 64
#: without news the database is asked anyway
LISTENING = 5.0
SEEN = "seen"  #: file with the last moment known


@dataclass(frozen=True, slots=True)
class Change:
    collection: str
    box: Box  #: EPSG:3857


class Tiles:
    """The folder of tile caches: one for each collection and one for each theme."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._onto = {
            grid.name: Transformer.from_crs(crs.WEB_MERCATOR, grid.srid, always_xy=True) for grid in GRIDS.values()
        }

    def remove(self, change: Change) -> int:
        """Number of files removed."""
        return sum(
            self._removed(self.folder / f"{name}-tiles" / grid, GRIDS[grid], box)
            for name, grid, box in self.places(change)
        )

    def places(self, change: Change) -> Iterator[tuple[str, str, Box]]:
        """Layers and matrix sets that draw the collection, with the box in the set's system."""
        held = collections.get(change.collection)
        for name in (held.id, str(held.theme)) if held else ():
            for grid in GRIDS.values():
                is_web = grid.srid == crs.WEB_MERCATOR
                yield name, grid.name, change.box if is_web else self._onto[grid.name].transform_bounds(*change.box)

    def touched(self, grid: str, box: Box, zoom: int) -> tuple[range, range]:
        """Columns and rows of the tiles that show the box."""
        columns, rows = GRIDS[grid].tiles(box, zoom, margin=MARGIN)
        last = 2**zoom
        return range(max(0, columns.start), min(last, columns.stop)), range(max(0, rows.start), min(last, rows.stop))

    def _removed(self, folder: Path, grid: Grid, box: Box) -> int:
        removed = 0
        for zoom in numbered(folder):
            columns, rows = grid.tiles(box, int(zoom.name), margin=MARGIN)
            for column in numbered(zoom):
                if int(column.name) not in columns:
                    continue
                for file in column.iterdir():
                    if file.stem.isdecimal() and int(file.stem) in rows:
                        with suppress(FileNotFoundError):  # the other process was faster
                            file.unlink()
                            removed += 1
        return removed

    def remove_all(self) -> None:
        for one in self.folder.glob("*-tiles"):
            rmtree(one, ignore_errors=True)

    def seen(self) -> str | None:
        with suppress(FileNotFoundError):
            return (self.folder / SEEN).read_text() or None
        return None

    def remember(self, moment: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        made = self.folder / f"{SEEN}.{id(self)}"
        made.write_text(moment)
        made.replace(self.folder / SEEN)


def numbered(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (one for one in folder.iterdir() if one.name.isdecimal())


class Freshness(Thread):
    """Listens until ``stop`` is set; a lost connection is made anew."""

    def __init__(self, address: str, tiles: Tiles) -> None:
        super().__init__(name="freshness", daemon=True)
        self.address, self.tiles, self.stop = address, tiles, Event()
        self._later: list[tuple[float, Change]] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                with psycopg.connect(self.address, autocommit=True) as connection:
                    self.listen(connection)
            except psycopg.Error as error:
                log.warning("Changes are not heard of for now: %s", type(error).__name__)
                self.stop.wait(LISTENING)

    def listen(self, connection: psycopg.Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        while not self.stop.is_set():
            self.catch_up(connection)
            self.look_again()
            for _ in connection.notifies(timeout=self.patience(), stop_after=1):
                pass

    def catch_up(self, connection: psycopg.Connection) -> None:
        """Take out of the caches what changed since the last moment known."""
        moment, news = self.news(connection)
        for change in news:
            self.tiles.remove(change)
            self._later += [(monotonic() + seconds, change) for seconds in AGAIN]
        self.tiles.remember(moment)

    def news(self, connection: psycopg.Connection) -> tuple[str, Iterable[Change]]:
        """The moment it is, and the changes since the one known; without one, or after long, all tiles go."""
        seen = self.tiles.seen()
        [moment, is_lost] = connection.execute(
            "SELECT pg_current_snapshot()::text, %s::text IS NULL", [seen]
        ).fetchone() or ("", True)
        if is_lost or self.is_too_old():
            self.tiles.remove_all()
            return moment, ()
        rows = connection.execute(
            f"SELECT collection, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM {LIVE}.changes "  # noqa: S608
            "WHERE NOT pg_visible_in_snapshot(transaction, %s::pg_snapshot) ORDER BY id",
            [seen],
        )
        return moment, [Change(collection, (west, south, east, north)) for collection, west, south, east, north in rows]

    def is_too_old(self) -> bool:
        """Changes are kept for so long only (CHANGES_KEPT)."""
        days = int(CHANGES_KEPT.split()[0]) - 1
        with suppress(FileNotFoundError):
            return time() - (self.tiles.folder / SEEN).stat().st_mtime > days * 86_400
        return True

    def look_again(self) -> None:
        now = monotonic()
        due = {change for at, change in self._later if at <= now}
        self._later = [(at, change) for at, change in self._later if at > now]
        for change in due:
            self.tiles.remove(change)

    def patience(self) -> float:
        """Seconds to wait for news before something else is due."""
        soonest = min((at for at, _ in self._later), default=monotonic() + LISTENING)
        return max(0.05, min(LISTENING, soonest - monotonic()))

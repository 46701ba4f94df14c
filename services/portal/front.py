"""What is answered before Django's middleware, assembled."""

import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from time import time as now
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from spatial.ogc.front import Features, Front
from spatial.ogc.open_tables import turn_day
from spatial.ogc.reader import PlaceReader, Reader
from tiles.freshness import Freshness
from tiles.mapproxy.server import MapServices
from tiles.mvt.front import VectorTiles
from tiles.pictures.ogc import renderer
from tiles.storage import Bucket, kept_tiles

log = logging.getLogger(__name__)


def in_front_of(behind: WSGIApplication) -> WSGIApplication:
    reader, places = Reader(database_address()), PlaceReader(database_address())
    maps = MapServices(behind, renderer(), reader, settings.MAP_FOLDER / "tiles", Bucket.of(settings.TILE_CACHE))
    return Calendar(Front(maps, (Features(reader, places), VectorTiles(reader))))


def freshness() -> Freshness:
    """The thread that keeps the tiles true; hears of changes as the application does, whose own they are."""
    return Freshness(
        database_address("default"), kept_tiles(settings.MAP_FOLDER / "tiles", Bucket.of(settings.TILE_CACHE))
    )


class Calendar:
    """Sees to it that a plan that comes into force today is on the map before the first question of the day."""

    def __init__(self, behind: WSGIApplication) -> None:
        self.behind = behind
        self.turns_at = 0.0  #: seconds of the epoch

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if now() >= self.turns_at:
            self.turn()
        return self.behind(environ, start_response)

    def turn(self) -> None:
        tomorrow = datetime.combine(timezone.localdate() + timedelta(days=1), time(), timezone.get_current_timezone())
        try:
            turn_day()
            self.turns_at = tomorrow.timestamp()
        except DatabaseError:
            log.exception("The open tables could not be brought to today; the next request tries again.")
        finally:
            close_old_connections()


def database_address(alias: str = "") -> str:
    """The database, that of open data unless said otherwise, as libpq reads it."""
    held = settings.DATABASES[alias or settings.OPEN_DATA_ALIAS]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{name: str(held[key]) for name, key in named.items() if held.get(key)})

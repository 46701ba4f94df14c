"""``manage.py seed_tiles``: draw the tiles of a municipality before anybody asks, or drop those that are kept."""

import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from pyproj import Transformer
from rich.progress import track

from services.portal.front import in_front_of
from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.ogc.registry import Theme
from tiles.catalogue import drawn
from tiles.matrix import GRIDS, Grid
from tiles.storage import Bucket, kept_tiles

#: tiles of one run
MOST = 2_000_000


class Command(BaseCommand):
    help = "Draw the tiles of WMTS and TMS that are not kept yet. --clean drops all that are. Exit 2: wrong use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--layers", default=",".join(Theme), help="layers or groups, with commas (all groups)")
        parser.add_argument("--zooms", default="8-15", help="first and last zoom (8-15)")
        parser.add_argument("--matrix-set", default="WebMercatorQuad", choices=list(GRIDS))
        parser.add_argument("--municipality", help="TERYT of one municipality (all)")
        parser.add_argument("--clean", action="store_true", help="drop all tiles first")

    def handle(
        self, *, layers: str, zooms: str, matrix_set: str, municipality: str | None, clean: bool, **_: Any
    ) -> None:
        if clean:
            kept_tiles(settings.MAP_FOLDER / "tiles", Bucket.of(settings.TILE_CACHE)).remove_all()
            self.stdout.write("Tiles dropped.")
        addresses = list(self.addresses(self.named(layers), self.span(zooms), GRIDS[matrix_set], municipality))
        application = in_front_of(self.nobody)
        failed = sum(self.fails(application, address) for address in track(addresses, "Drawing tiles", transient=True))
        self.stdout.write(f"{len(addresses)} tiles looked at, {failed} could not be drawn.")
        if failed:
            sys.exit(1)

    def named(self, layers: str) -> list[str]:
        known = {one.id for theme in Theme for one in drawn(theme)} | set(Theme)
        chosen = layers.split(",")
        if unknown := [name for name in chosen if name not in known]:
            raise CommandError(f"No layer {unknown[0]!r}. Known: {', '.join(sorted(known))}.", returncode=2)
        return chosen

    def span(self, zooms: str) -> range:
        first, _, last = zooms.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise CommandError("--zooms takes two numbers, as in 8-15.", returncode=2)
        return range(int(first), int(last or first) + 1)

    def addresses(self, layers: list[str], zooms: range, grid: Grid, teryt: str | None) -> Iterator[str]:
        places = Municipality.objects.filter(boundary__isnull=False)
        if teryt:
            places = places.filter(teryt=teryt)
        if not places:
            raise CommandError("No such municipality, or none with a boundary.", returncode=2)
        onto = Transformer.from_crs(crs.PL_2000_7, grid.srid, always_xy=True)
        boxes = [onto.transform_bounds(*place.boundary.extent) for place in places]
        parts = [(zoom, *grid.tiles(box, zoom, margin=0)) for box in boxes for zoom in zooms]
        if (count := len(layers) * sum(len(columns) * len(rows) for _, columns, rows in parts)) > MOST:
            raise CommandError(f"{count} tiles are too many; take fewer zooms or layers.", returncode=2)
        wanted = {
            (zoom, column, row)
            for zoom, columns, rows in parts
            for column in columns
            for row in rows
            if grid.has(zoom, column, row)
        }
        for layer in layers:
            for zoom, column, row in sorted(wanted):
                yield f"/wmts/{layer}/{grid.name}/{zoom}/{column}/{row}.png"

    def fails(self, application: Any, address: str) -> bool:
        told: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": address, "QUERY_STRING": "", "SCRIPT_NAME": "",
            "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr,
        }  # fmt: skip
        for _ in application(environ, lambda status, headers, *more: told.append(status)):
            pass
        return not told or not told[0].startswith("200")

    def nobody(self, environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return []

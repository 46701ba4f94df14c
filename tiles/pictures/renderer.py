"""A picture of a place: layers, system, box and size in, encoded image out."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import local

import numpy as np
from imagecodecs import spng_encode

from spatial import crs
from spatial.ogc.reference_systems import Box
from spatial.ogc.registry import Collection
from tiles.pictures.engine import mapnik
from tiles.pictures.stylesheet import Place, stylesheet

#: by media type, as Mapnik names them; z is the effort of packing
FORMATS = {
    "image/png": "png32:z=1:s=filtered",
    "image/png; mode=8bit": "png8:m=h:z=1",
    "image/jpeg": "jpeg85",
    "image/webp": "webp:quality=85",
}
GROUND_SYSTEMS = frozenset({crs.PL_1992, crs.PL_2000_7})
#: maps that a thread keeps; each holds its layers' rules
KEPT = 32
#: that Mapnik keeps at most, by its own default
CONNECTIONS = 10
#: what it says of one that the database has closed
LOST = ("server closed the connection", "terminating connection", "no connection to the server")


class PictureFailed(Exception):
    """Mapnik or the database could not draw; the text is for the log."""


def opaque_png(image: "mapnik.Image") -> bytes:
    """PNG without transparency by libspng: twice as fast as Mapnik's own encoder, which takes longer than drawing."""
    rows = np.frombuffer(image.to_string(), dtype=np.uint8).reshape(image.height(), image.width(), 4)
    return bytes(spng_encode(np.ascontiguousarray(rows[:, :, :3]), level=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is asked for; the box runs x first in the system's own numbers, whatever the order on the wire."""

    collections: tuple[Collection, ...]  #: the first at the bottom
    srid: int
    box: Box
    width: int
    height: int
    media_type: str = "image/png"
    background: str | None = None  #: ``#rrggbb``; None: transparent
    day: date | None = None  #: as it stood then; None: as it is
    strengths: tuple[float, ...] = ()  #: of each collection, 0 to 1; none: all at full strength
    dots: float = 1.0  #: pixels of the picture in a pixel of 0.28 mm; lines and letters keep their size on paper


class Renderer:
    """Keeps maps for each thread: Mapnik's are changed while they draw."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.folder = place, folder
        self._held = local()

    def draw(self, picture: Picture) -> bytes:
        """Raises PictureFailed.

        Mapnik keeps connections and learns only by asking that the database was restarted meanwhile; then it drops the
        one that it asked by and another is taken.
        """
        for left in reversed(range(CONNECTIONS + 1)):
            try:
                return self._drawn(picture)
            except RuntimeError as error:
                if not left or not any(text in str(error) for text in LOST):
                    raise PictureFailed(str(error)) from error
        raise AssertionError("the last attempt returns or raises")

    def _drawn(self, picture: Picture) -> bytes:
        held = self._map(picture)
        held.srs = f"epsg:{picture.srid}"
        held.resize(picture.width, picture.height)
        held.background = mapnik.Color(picture.background or "rgba(0,0,0,0)")
        held.zoom_to_box(mapnik.Box2d(*picture.box))
        image = mapnik.Image(picture.width, picture.height)
        mapnik.render(held, image, picture.dots)
        if picture.media_type == "image/png" and picture.background:
            return opaque_png(image)
        return bytes(image.to_string(FORMATS[picture.media_type]))

    def _map(self, picture: Picture) -> "mapnik.Map":
        maps: dict[tuple[str, ...], mapnik.Map] = self._held.__dict__.setdefault("maps", {})
        on_ground = picture.srid in GROUND_SYSTEMS
        looks = (on_ground, picture.day, picture.strengths, picture.dots)
        key = (str(looks), *(one.id for one in picture.collections))
        if key not in maps:
            if len(maps) >= KEPT:
                maps.pop(next(iter(maps)))
            made = mapnik.Map(256, 256)
            made.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
            xml = stylesheet(
                list(picture.collections), self.place, self.folder, on_ground=on_ground, day=picture.day,
                strengths=picture.strengths, dots=picture.dots,
            )  # fmt: skip
            mapnik.load_map_from_string(made, xml)
            maps[key] = made
        return maps[key]

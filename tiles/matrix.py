"""Tile matrix sets: the world's square of the web map, and one over the national grid."""

from dataclasses import dataclass
from typing import Any

from spatial import crs
from spatial.ogc.reference_systems import Box
from spatial.ogc.text import Text

TILE = 256
#: metres of a pixel of 0.28 mm at scale 1:1
PIXEL = 0.00028
HALF = 20_037_508.342789244
#: of tiles of pictures; vector tiles go on
LAST_PICTURE_ZOOM = 20


@dataclass(frozen=True, slots=True)
class Grid:
    """Square tiles from a north-west corner, each zoom half the one before; one tile at zoom 0."""

    name: str
    title: Text
    srid: int
    west: float
    north: float
    pixel: float  #: size at zoom 0, in the system's units
    zooms: int
    north_first: bool  #: axes of the system on the wire
    uri: str = ""

    def side(self, zoom: int) -> float:
        return float(self.pixel * TILE / 2**zoom)

    def box(self, zoom: int, column: int, row: int) -> Box:
        """Of one tile, x first."""
        side = self.side(zoom)
        west, north = self.west + column * side, self.north - row * side
        return west, north - side, west + side, north

    def tiles(self, box: Box, zoom: int, *, margin: int) -> tuple[range, range]:
        """Columns and rows that a box (in the grid's system) touches, with a margin of pixels."""
        side, reach = self.side(zoom), self.pixel * margin / 2**zoom
        west, south, east, north = box
        columns = range(int((west - reach - self.west) // side), int((east + reach - self.west) // side) + 1)
        rows = range(int((self.north - north - reach) // side), int((self.north - south + reach) // side) + 1)
        return columns, rows

    def has(self, zoom: int, column: int, row: int) -> bool:
        return 0 <= zoom < self.zooms and 0 <= column < 2**zoom and 0 <= row < 2**zoom

    @property
    def picture_zooms(self) -> int:
        return min(self.zooms, LAST_PICTURE_ZOOM + 1)

    @property
    def crs_uri(self) -> str:
        return f"http://www.opengis.net/def/crs/EPSG/0/{self.srid}"

    def document(self, language: str) -> dict[str, Any]:
        """As OGC Two Dimensional Tile Matrix Set 2.0 writes it in JSON."""
        corner = [self.north, self.west] if self.north_first else [self.west, self.north]
        uri = {"uri": self.uri} if self.uri else {}
        return {
            "id": self.name,
            "title": self.title[language],
            **uri,
            "crs": self.crs_uri,
            "orderedAxes": ["N", "E"] if self.north_first else ["E", "N"],
            "tileMatrices": [
                {
                    "id": str(zoom),
                    "scaleDenominator": self.pixel / 2**zoom / PIXEL,
                    "cellSize": self.pixel / 2**zoom,
                    "cornerOfOrigin": "topLeft",
                    "pointOfOrigin": corner,
                    "tileWidth": TILE,
                    "tileHeight": TILE,
                    "matrixWidth": 2**zoom,
                    "matrixHeight": 2**zoom,
                }
                for zoom in range(self.zooms)
            ],
        }


WEB_MERCATOR_QUAD = Grid(
    "WebMercatorQuad", Text("Mapy internetowe (WebMercatorQuad)", "Web maps (WebMercatorQuad)"), crs.WEB_MERCATOR,
    -HALF, HALF, 2 * HALF / TILE, 23, north_first=False,
    uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
)  # fmt: skip
#: origin and first scale are those of the national services
PL1992_QUAD = Grid(
    "PL1992Quad", Text("Układ PL-1992", "National grid PL-1992"), crs.PL_1992,
    100_000, 850_000, 8466.683600033868, 17, north_first=True,
)  # fmt: skip
GRIDS = {grid.name: grid for grid in (WEB_MERCATOR_QUAD, PL1992_QUAD)}

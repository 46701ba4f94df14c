"""One SQL statement for one vector tile, from outlines that stand ready in EPSG:3857."""

from typing import NamedTuple

from spatial import crs
from spatial.ogc.open_data import Ask
from spatial.ogc.open_tables import MERCATOR, ROUGH
from spatial.ogc.open_views import SCHEMA, quoted
from spatial.ogc.registry import Collection
from tiles.matrix import Grid

EXTENT = 4096
BUFFER = 64
#: pixels of EPSG:3857 at z13, metres: from here on the rough outline is drawn; it leaves out less than such a pixel
ROUGH_PIXEL = 19.0
#: Poland with room, x first, by system; nothing lies elsewhere
COUNTRY = {crs.WEB_MERCATOR: (1.3e6, 5.9e6, 3.1e6, 7.8e6), crs.PL_1992: (0.0, 0.0, 1e6, 1e6)}


class Address(NamedTuple):
    """A tile that exists."""

    zoom: int
    column: int
    row: int


def tile(collection: Collection, grid: Grid, place: Address, *, ask: Ask) -> bytes:
    """Mapbox vector tile with one layer, called as the collection; empty bytes where nothing lies.

    Buildings and the like are left out below the collection's ``min_zoom``.
    """
    if place.zoom < collection.min_zoom or not is_in_country(grid, place):
        return b""
    return bytes(ask(statement(collection, grid, place.zoom), grid.box(*place))[0][0])


def statement(collection: Collection, grid: Grid, zoom: int) -> str:
    """SQL with the edges of the tile's box to fill in.

    No ``WHERE shape IS NOT NULL`` around it: PostgreSQL would compute each shape twice; ST_AsMVT skips nulls. SRIDs are
    integers: text ones cost PostGIS a look-up for each geometry.
    """
    fields = "".join(f"{quoted(name)}, " for name in collection.tile_fields)
    margin = grid.side(zoom) * BUFFER / EXTENT
    shape, reach = outline(collection, grid, zoom), f"ST_Expand(_box, {margin:.6f})"
    if grid.srid != crs.WEB_MERCATOR:
        shape = f"ST_Transform({shape}, {grid.srid})"
        reach = f"ST_Transform({reach}, {crs.WEB_MERCATOR})"
    return (
        f"WITH t AS MATERIALIZED (SELECT _box, {reach} AS _reach FROM "  # noqa: S608 - names of the registry
        f"(SELECT ST_MakeEnvelope(%s, %s, %s, %s, {grid.srid}) AS _box OFFSET 0) AS b) "
        f"SELECT ST_AsMVT(drawn, '{collection.id}', {EXTENT}, 'shape') "
        f"FROM (SELECT {fields}ST_AsMVTGeom({shape}, _box, {EXTENT}, {BUFFER}) AS shape "
        f'FROM t, "{SCHEMA}"."{collection.id}" WHERE {MERCATOR} && _reach) AS drawn'
    )


def outline(collection: Collection, grid: Grid, zoom: int) -> str:
    """SQL of the outline, EPSG:3857, as simple as the zoom allows."""
    pixel = grid.pixel / 2**zoom
    if collection.geometry_type == "Point" or pixel < ROUGH_PIXEL:
        return MERCATOR
    if pixel < 2 * ROUGH_PIXEL:
        return ROUGH
    half_a_pixel = pixel / 4  # of a tile of 512
    return f"ST_Simplify({ROUGH}, {half_a_pixel:.3f}, true)"


def is_in_country(grid: Grid, place: Address) -> bool:
    """Whether the tile with its margin meets the country."""
    margin = grid.side(place.zoom) * BUFFER / EXTENT
    west, south, east, north = grid.box(*place)
    low_x, low_y, high_x, high_y = COUNTRY[grid.srid]
    return west - margin < high_x and east + margin > low_x and south - margin < high_y and north + margin > low_y

"""One SQL statement for one vector tile, from outlines that stand ready in EPSG:3857."""

from spatial.ogc.open_data import Ask
from spatial.ogc.open_tables import MERCATOR, ROUGH
from spatial.ogc.open_views import SCHEMA, quoted
from spatial.ogc.registry import Collection

EXTENT = 4096
BUFFER = 64
MAX_ZOOM = 22
#: up to here the rough outline is drawn: what it leaves out is less than a pixel of a screen
ROUGH_ZOOM = 13
#: below, outlines are simpler still, by half a pixel
SIMPLER_BELOW = 12
#: side of the world square, metres of EPSG:3857
WORLD = 2 * 20_037_508.342789244
#: Poland with room, EPSG:3857; nothing lies elsewhere
COUNTRY = (1.3e6, 5.9e6, 3.1e6, 7.8e6)


def tile(collection: Collection, *, zoom: int, column: int, row: int, ask: Ask) -> bytes:
    """Mapbox vector tile with one layer, called as the collection; empty bytes where nothing lies.

    The numbers are a tile that exists: ``0 <= column, row < 2 ** zoom``. Buildings and the like are left out below
    the collection's ``min_zoom``.
    """
    if zoom < collection.min_zoom or not is_in_country(zoom, column, row):
        return b""
    return bytes(ask(statement(collection, zoom), [zoom, column, row])[0][0])


def statement(collection: Collection, zoom: int) -> str:
    """SQL with the zoom, column and row to fill in.

    No ``WHERE shape IS NOT NULL`` around it: PostgreSQL would compute each shape twice; ST_AsMVT skips nulls. SRIDs are
    integers: text ones cost PostGIS a look-up for each geometry.
    """
    fields = "".join(f"{quoted(name)}, " for name in collection.tile_fields)
    margin = BUFFER / EXTENT
    drawn = f"ST_AsMVTGeom({outline(collection, zoom)}, _box, {EXTENT}, {BUFFER}) AS shape"
    return (
        "WITH t AS MATERIALIZED (SELECT ST_TileEnvelope(%s, %s, %s) AS _box) "  # noqa: S608 - names of the registry
        f"SELECT ST_AsMVT(drawn, '{collection.id}', {EXTENT}, 'shape') "
        f'FROM (SELECT {fields}{drawn} FROM t, "{SCHEMA}"."{collection.id}" '
        f"WHERE {MERCATOR} && ST_Expand(_box, (ST_XMax(_box) - ST_XMin(_box)) * {margin})) AS drawn"
    )


def outline(collection: Collection, zoom: int) -> str:
    """SQL of the outline as simple as the zoom allows."""
    if collection.geometry_type == "Point" or zoom > ROUGH_ZOOM:
        return MERCATOR
    if zoom > SIMPLER_BELOW:
        return ROUGH
    half_a_pixel = WORLD / 2**zoom / 512 / 2
    return f"ST_Simplify({ROUGH}, {half_a_pixel:.3f}, true)"


def is_in_country(zoom: int, column: int, row: int) -> bool:
    """Whether the tile with its margin meets the country."""
    side: float = WORLD / 2**zoom
    margin = side * BUFFER / EXTENT
    west, north = column * side - WORLD / 2, WORLD / 2 - row * side
    return (
        west - margin < COUNTRY[2]
        and west + side + margin > COUNTRY[0]
        and north - side - margin < COUNTRY[3]
        and north + margin > COUNTRY[1]
    )

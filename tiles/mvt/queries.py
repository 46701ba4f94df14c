"""One SQL statement for one vector tile. SRIDs are integers: text ones cost PostGIS a look-up for each geometry."""

from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.db import connections
from django.db.models import F, Func, QuerySet, Value
from django.db.models.expressions import Combinable

from spatial import crs
from spatial.ogc.open_data import field_of, outline_of, reading, rows
from spatial.ogc.registry import Collection
from spatial.ogc.values import alias_of

EXTENT = 4096
BUFFER = 64
MAX_ZOOM = 22
#: from here on outlines are drawn as they are; half a screen pixel is then finer than 0.4 m on the ground
EXACT_ZOOM = 16
#: side of the world square, metres of EPSG:3857
WORLD = 2 * 20_037_508.342789244
#: Poland with room, EPSG:3857; the storage projection is not asked about other places
COUNTRY = (1.3e6, 5.9e6, 3.1e6, 7.8e6)
#: a metre of EPSG:3857 on the ground at 50 N
GROUND = 0.64

type Box = tuple[float, float, float, float]


def tile(collection: Collection, *, zoom: int, column: int, row: int) -> bytes:
    """Mapbox vector tile with one layer, called as the collection; empty bytes where nothing lies.

    The numbers are a tile that exists: ``0 <= column, row < 2 ** zoom``. Buildings and the like are left out below
    the collection's ``min_zoom``.
    """
    area = reach(zoom, column, row)
    if zoom < collection.min_zoom or area is None:
        return b""
    with reading() as alias:
        return drawn(alias, collection, visible(collection, alias, area, zoom=zoom, column=column, row=row))


def drawn(alias: str, collection: Collection, found: QuerySet[Any]) -> bytes:
    inner, parameters = found.query.get_compiler(alias).as_sql()
    # Django's aliases may not equal columns of the model, names in the tile must be the public ones.
    names = ", ".join(f'"{alias_of(name)}" AS "{name}"' for name in collection.tile_fields)
    # No "WHERE shape IS NOT NULL" around it: PostgreSQL would compute each shape twice; ST_AsMVT skips nulls.
    sql = (
        f"SELECT ST_AsMVT(drawn.*, %s, %s, 'shape') "  # noqa: S608 - names of the registry, inner is Django's own
        f"FROM (SELECT {names}, shape FROM ({inner}) AS rows) AS drawn"
    )
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [collection.id, EXTENT, *parameters])
        return bytes(cursor.fetchone()[0])


def visible(collection: Collection, alias: str, area: Box, *, zoom: int, column: int, row: int) -> QuerySet[Any]:
    """Rows that meet the area (EPSG:3857), with the public tile fields and ``shape`` in units of the tile.

    The area is turned into EPSG:2178 once, so that the index on the bare column finds the rows.
    """
    here = Func(
        Func(*area, crs.WEB_MERCATOR, function="ST_MakeEnvelope"),
        crs.PL_2000_7,
        function="ST_Transform",
        output_field=GeometryField(srid=crs.PL_2000_7),
    )
    outline: Combinable = F(outline_of(collection, of_now=True))
    if zoom < EXACT_ZOOM and collection.geometry_type != "Point":
        half_a_pixel = EXTENT / 512 / 2 * WORLD / 2**zoom / EXTENT * GROUND
        outline = Func(outline, Value(half_a_pixel), Value(True), function="ST_Simplify")
    shape = Func(
        Func(outline, crs.WEB_MERCATOR, function="ST_Transform"),
        Func(zoom, column, row, function="ST_TileEnvelope"),
        EXTENT,
        BUFFER,
        function="ST_AsMVTGeom",
        output_field=GeometryField(),
    )
    found = rows(collection, alias).filter(geom__bboverlaps=here)
    fields = {alias_of(name): F(field_of(name)) for name in collection.tile_fields}
    return found.order_by().values(**fields, shape=shape)


def reach(zoom: int, column: int, row: int) -> Box | None:
    """Tile with its margin, EPSG:3857, as far as it lies in the country; None elsewhere."""
    side = WORLD / 2**zoom
    margin = side * BUFFER / EXTENT
    west, north = column * side - WORLD / 2, WORLD / 2 - row * side
    area = (
        max(west - margin, COUNTRY[0]),
        max(north - side - margin, COUNTRY[1]),
        min(west + side + margin, COUNTRY[2]),
        min(north + margin, COUNTRY[3]),
    )
    return area if area[0] < area[2] and area[1] < area[3] else None

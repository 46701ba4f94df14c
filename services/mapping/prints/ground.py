"""The picture of a national service under a print: its tiles, turned from EPSG:3857 to the plane of the print."""

from datetime import date
from io import BytesIO
from math import ceil, floor, log2

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject

from services.mapping.backgrounds import LAST_ZOOM, fetched, is_ours
from spatial import crs
from spatial.ogc.reference_systems import Box
from spatial.remote.contrib.pictures import HALF, SIDE
from spatial.remote.endpoints import Endpoint

MOST_TILES = 400
#: the finest zoom is one whose pixels are no smaller than those of the print, in metres of EPSG:3857 at zoom 0
PIXEL_0 = 2 * HALF / SIDE


def picture(service: Endpoint, box: Box, width: int, height: int, day: date | None) -> Image.Image | None:
    """Of the box in EPSG:2178, as of the day; white where tiles are missing, None where none came."""
    west, south, east, north = Transformer.from_crs(crs.PL_2000_7, crs.WEB_MERCATOR, always_xy=True).transform_bounds(
        *box
    )
    zoom = min(LAST_ZOOM, max(0, round(log2(PIXEL_0 / ((east - west) / width)))))
    while True:
        side = 2 * HALF / 2**zoom
        columns = range(floor((west + HALF) / side), ceil((east + HALF) / side))
        rows = range(floor((HALF - north) / side), ceil((HALF - south) / side))
        if len(columns) * len(rows) <= MOST_TILES:
            break
        zoom -= 1
    mosaic = np.full((3, len(rows) * SIDE, len(columns) * SIDE), 255, np.uint8)
    came = 0
    for column in columns:
        for row in rows:
            tile = tile_of(service, zoom, column, row, day)
            if tile is None:
                continue
            came += 1
            top, left = (row - rows.start) * SIDE, (column - columns.start) * SIDE
            mosaic[:, top : top + SIDE, left : left + SIDE] = tile
    if not came:
        return None
    bounds = (
        columns.start * side - HALF,
        HALF - rows.stop * side,
        columns.stop * side - HALF,
        HALF - rows.start * side,
    )
    turned = np.full((3, height, width), 255, np.uint8)
    reproject(
        mosaic, turned, src_transform=from_bounds(*bounds, mosaic.shape[2], mosaic.shape[1]),
        src_crs=CRS.from_epsg(crs.WEB_MERCATOR), dst_transform=from_bounds(*box, width, height),
        dst_crs=CRS.from_epsg(crs.PL_2000_7), resampling=Resampling.bilinear, init_dest_nodata=False,
    )  # fmt: skip
    return Image.fromarray(np.moveaxis(turned, 0, 2))


def tile_of(service: Endpoint, zoom: int, column: int, row: int, day: date | None) -> NDArray[np.uint8] | None:
    tile = fetched(service, zoom, column, row, day=day) if is_ours(zoom, column, row) else None
    if tile is None:
        return None
    with Image.open(BytesIO(tile.content)) as image:
        return np.moveaxis(np.asarray(image.convert("RGB")), 2, 0)

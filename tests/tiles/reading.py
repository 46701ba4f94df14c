"""Addresses of tiles near the corner of ``tests.factories``, and a look inside with GDAL's reader."""

import math
from pathlib import Path
from typing import Any

import pyogrio
from pyproj import Transformer

from tests.factories import EAST, NORTH


def tile_at(collection: str, *, zoom: int, east: float, north: float) -> str:
    """Metres from the corner."""
    lon, lat = Transformer.from_crs(2178, 4326, always_xy=True).transform(EAST + east, NORTH + north)
    column = int((lon + 180) / 360 * 2**zoom)
    row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
    return f"/tiles/{collection}/{zoom}/{column}/{row}.mvt"


def decoded(body: bytes, address: str, folder: Path) -> dict[str, Any]:
    """Layer name to a GeoDataFrame in EPSG:3857."""
    *_, zoom, column, row = address.removesuffix(".mvt").split("/")
    place = folder / zoom / column
    place.mkdir(parents=True, exist_ok=True)
    file = place / f"{row}.mvt"
    file.write_bytes(body)
    layers = [name for name, _ in pyogrio.list_layers(f"MVT:{file}")]
    return {name: pyogrio.read_dataframe(f"MVT:{file}", layer=name) for name in layers}

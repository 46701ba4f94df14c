"""A small picture of a parcel in its surroundings, for pages: light where a live map would be heavy."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from spatial import crs
from spatial.ogc.registry import collections
from tiles.pictures.ogc import renderer
from tiles.pictures.renderer import Picture

WIDTH, HEIGHT = 720, 420
DRAWN = ("plan-zones", "buildings", "streets", "parcels", "addresses")
#: share of the picture that the parcel fills, and the least width in metres
FILLS, LEAST_M = 0.55, 120.0
GREEN, LINE = "#1f6b4f", 5


def thumbnail(shape: Any) -> bytes:
    """PNG; the shape is a MultiPolygon in EPSG:2178. Raises PictureFailed."""
    west, south, east, north = shape.extent
    across = max((east - west) / FILLS, (north - south) / FILLS * WIDTH / HEIGHT, LEAST_M)
    along = across * HEIGHT / WIDTH
    left, top = (west + east) / 2 - across / 2, (south + north) / 2 + along / 2
    drawn = Picture(
        collections=tuple(collections[name] for name in DRAWN), srid=crs.PL_2000_7,
        box=(left, top - along, left + across, top), width=WIDTH, height=HEIGHT, background="#ffffff",
    )  # fmt: skip
    with Image.open(BytesIO(renderer().draw(drawn))) as image:
        picture = image.convert("RGB")
    pen = ImageDraw.Draw(picture)
    for ring in (ring for polygon in shape for ring in polygon):
        points = [((x - left) / across * WIDTH, (top - y) / along * HEIGHT) for x, y in ring.coords]
        pen.line(points, fill=GREEN, width=LINE, joint="curve")
    made = BytesIO()
    picture.save(made, "PNG", optimize=True)
    return made.getvalue()

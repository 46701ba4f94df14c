"""Questions about a place: a point or an area, told by a parcel, by coordinates, or as the map writes them.

An answer is a GeoJSON geometry in degrees. What is typed is anybody's: every number is looked at before GEOS sees it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from django.utils.translation import gettext as _
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from services.forms.questions import Question, Value, Wrong, parcel_ids
from spatial import crs
from spatial.cadastre.models import Parcel
from spatial.coordinates import are_coordinates, decimal, spots
from spatial.hits import Box
from spatial.municipalities.models import Municipality
from spatial.ogc.text import Text
from spatial.words import NO_BREAK, polish_area

DECIMALS = 7  #: of a degree: a centimetre
MOST_CORNERS = 2_000
LEAST_M2, LARGEST_M2 = 1, 1_000_000
LONGEST = 100  #: signs of coordinates
POINT_HINT = Text(
    "Numer działki albo współrzędne, na przykład 19.85361, 50.22950.",
    "Number of a parcel or coordinates, for example 19.85361, 50.22950.",
)
AREA_HINT = Text("Narysuj na mapie albo wpisz numery działek.", "Draw it on the map or write numbers of parcels.")

type Pair = tuple[float, float]  #: longitude, latitude

_TO_METRES = Transformer.from_crs(crs.WGS84, crs.PL_2000_7, always_xy=True)
_TO_DEGREES = Transformer.from_crs(crs.PL_2000_7, crs.WGS84, always_xy=True)


@dataclass(frozen=True, kw_only=True)
class Point(Question):
    """One place."""

    hint: Text = POINT_HINT
    kind: ClassVar[str] = "point"

    def value(self, text: str) -> Value:
        if text.startswith("{"):
            place: Iterable[float] = position(coordinates(text, "Point")[1], home())
        elif len(text) <= LONGEST and are_coordinates(text):
            place = spot(text)
        else:
            place = degrees(shapely.point_on_surface(outlines(parcel_ids(text)))).coords[0]
        return {"type": "Point", "coordinates": rounded(place)}

    def told(self, value: Value) -> str:
        assert isinstance(value, dict)
        lon, lat = value["coordinates"]
        east, north = _TO_METRES.transform(lon, lat)
        place = f"X{NO_BREAK}{decimal(north, 2)}, Y{NO_BREAK}{decimal(east, 2)}"
        return f"{decimal(lat, 6)}°{NO_BREAK}N, {decimal(lon, 6)}°{NO_BREAK}E (PL-2000, strefa 7: {place})"

    def schema(self) -> dict[str, Any]:
        return geometry_schema("Point", POSITION)


@dataclass(frozen=True, kw_only=True)
class Area(Question):
    """One or several areas; those that meet become one."""

    hint: Text = AREA_HINT
    most: int = 5
    largest_m2: int = LARGEST_M2
    kind: ClassVar[str] = "area"

    def value(self, text: str) -> Value:
        whole = drawn(text) if text.startswith("{") else degrees(outlines(parcel_ids(text)))
        parts = parts_of(shapely.set_precision(whole, 10**-DECIMALS))
        size = sum(metres(part).area for part in parts)
        if size < LEAST_M2:
            raise Wrong(_("Ten obszar jest za mały. Narysuj większy."))
        if size > self.largest_m2:
            raise Wrong(_("Ten obszar jest za duży. Wskaż najwyżej %(most)s.") % {"most": polish_area(self.largest_m2)})
        if len(parts) > self.most:
            raise Wrong(_("Narysuj najwyżej tyle obszarów: %(most)d.") % {"most": self.most})
        return {"type": "MultiPolygon", "coordinates": [list(map(closed, rings_of(part))) for part in parts]}

    def told(self, value: Value) -> str:
        assert isinstance(value, dict)
        parts = parts_of(shape_of(value))
        corners = sum(len(ring.coords) - 1 for part in parts for ring in rings_of(part))
        size = polish_area(round(sum(metres(part).area for part in parts)))
        many = f"obszarów: {len(parts)}, " if len(parts) > 1 else ""
        return f"{size} ({many}narożników: {corners})"

    def schema(self) -> dict[str, Any]:
        ring = {"type": "array", "items": POSITION, "minItems": 4}
        polygon = {"type": "array", "items": ring, "minItems": 1}
        polygons = {"type": "array", "items": polygon, "minItems": 1, "maxItems": self.most}
        return geometry_schema("MultiPolygon", polygons)


# --- what is typed ----------------------------------------------------------------------------------------------


def coordinates(text: str, *kinds: str) -> tuple[str, Any]:
    """Type and coordinates of a GeoJSON geometry. Raises Wrong."""
    try:
        said = json.loads(text)
        kind, found = said["type"], said["coordinates"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise unclear() from None
    if kind not in kinds:
        raise unclear()
    return kind, found


def unclear() -> Wrong:
    return Wrong(_("Tego miejsca nie da się odczytać. Wskaż je jeszcze raz na mapie albo wpisz numer działki."))


def elsewhere() -> Wrong:
    return Wrong(_("To miejsce leży poza gminami, które tu obsługujemy."))


def position(said: Any, box: Box | None) -> Pair:
    """Longitude and latitude; a height is left out. Raises Wrong for what is no position near us."""
    match said:
        case [float() | int() as lon, float() | int() as lat] | [float() | int() as lon, float() | int() as lat, _]:
            if not is_near(lon, lat, box):
                raise elsewhere()
            return float(lon), float(lat)
    raise unclear()


def is_near(lon: float, lat: float, box: Box | None) -> bool:
    """False for what is no number, too."""
    return box is not None and box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def spot(text: str) -> Pair:
    """Where coordinates lie, of those near us that they may mean, in degrees. Raises Wrong."""
    box = home()
    meant = (_TO_DEGREES.transform(one.east, one.north) for one in spots(text))
    near = next((pair for pair in meant if is_near(*pair, box)), None)
    if near is None:
        raise elsewhere()
    return near


def drawn(text: str) -> BaseGeometry:
    """Polygons of GeoJSON, each right by itself, as one. Raises Wrong."""
    kind, found = coordinates(text, "Polygon", "MultiPolygon")
    polygons = [found] if kind == "Polygon" else found
    rings = [listed(polygon) for polygon in listed(polygons)]
    if sum(len(listed(ring)) for polygon in rings for ring in polygon) > MOST_CORNERS:
        raise Wrong(_("Ten kształt ma za dużo narożników. Narysuj prostszy."))
    box = home()
    return shapely.union_all([surface([[position(one, box) for one in ring] for ring in polygon]) for polygon in rings])


def surface(rings: list[list[Pair]]) -> shapely.Polygon:
    """The outer ring and the holes. Raises Wrong."""
    try:
        shell, *holes = rings
        found = shapely.Polygon(shell, holes)
    except ValueError:
        raise unclear() from None
    if not found.is_valid:
        raise Wrong(_("Granica obszaru przecina samą siebie. Narysuj ją jeszcze raz."))
    return found


def listed(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise unclear()
    return said


def outlines(identifiers: Iterable[str]) -> BaseGeometry:
    """Of parcels that are there today, together, EPSG:2178. Raises Wrong for one that is not."""
    wanted = set(identifiers)
    held = dict(Parcel.objects.current().filter(identifier__in=wanted).values_list("identifier", "geom"))
    if missing := sorted(wanted - held.keys()):
        said = _("Nie ma u nas działki %(parcel)s. Sprawdź numer albo wskaż miejsce na mapie.")
        raise Wrong(said % {"parcel": missing[0]})
    return shapely.union_all([shapely.from_wkb(bytes(geom.wkb)) for geom in held.values()])


def home() -> Box | None:
    """All municipalities together, degrees: west, south, east, north; None where there are none."""
    extent = Municipality.objects.aggregate(box=Extent("boundary"))["box"]
    if extent is None:
        return None
    box = Polygon.from_bbox(extent)
    box.srid = crs.PL_2000_7
    west, south, east, north = box.transform(crs.WGS84, clone=True).extent
    return west, south, east, north


# --- shapes -----------------------------------------------------------------------------------------------------

POSITION = {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}], "minItems": 2, "maxItems": 3}


def geometry_schema(kind: str, inside: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"const": kind}, "coordinates": inside},
        "required": ["type", "coordinates"],
        "additionalProperties": False,
    }


def shape_of(value: dict[str, Any]) -> BaseGeometry:
    """Of an answer, degrees."""
    return shapely.geometry.shape(value)


def metres(shape: BaseGeometry) -> BaseGeometry:
    return moved(shape, _TO_METRES)


def degrees(shape: BaseGeometry) -> BaseGeometry:
    return moved(shape, _TO_DEGREES)


def moved(shape: BaseGeometry, onto: Transformer) -> BaseGeometry:
    return shapely.transform(shape, lambda pairs: np.column_stack(onto.transform(*pairs.T)))


def parts_of(shape: BaseGeometry) -> list[shapely.Polygon]:
    """Polygons in one order, outer rings against the clock as GeoJSON has them."""
    parts = shapely.get_parts(shapely.orient_polygons(shapely.normalize(shape)))
    return [part for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty]


def rings_of(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]


def closed(ring: shapely.LinearRing) -> list[list[float]]:
    return [rounded(pair) for pair in ring.coords]


def rounded(pair: Iterable[float]) -> list[float]:
    return [round(number, DECIMALS) for number in pair]

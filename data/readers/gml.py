"""GML 3.2 geometry to shapely, x = east, y = north; the one place where GML axes are swapped.

Order of axes follows the form of ``srsName`` (dossier 1.5): a URN or URI means the order of the EPSG register,
which for all Polish systems is north first; the short "EPSG:2180" means what its producer meant, by default
east first, and the caller may say otherwise.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import shapely
from lxml import etree
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.geometry import (
    ARC_TOLERANCE_M,
    GeometryRefusedError,
    linearised_arc,
    linearised_circle,
    not_finite,
    surfaces_of,
)
from data.readers.xml import XLINK_HREF, local_name

type AxisOrder = Literal["east-north", "north-east"]
type Pair = tuple[float, float]

#: systems whose EPSG record names north (or latitude) first
NORTH_FIRST = frozenset({2172, 2173, 2174, 2175, 2176, 2177, 2178, 2179, 2180, 3120, 4258, 4326})

_URN = re.compile(r"urn:(?:ogc|x-ogc):def:crs:EPSG:[^:]*:(\d{4,5})", re.IGNORECASE)
_URI = re.compile(r"https?://www\.opengis\.net/def/crs/EPSG/[^/]+/(\d{4,5})/?", re.IGNORECASE)
_SHORT = re.compile(r"EPSG:(\d{4,5})", re.IGNORECASE)
_OLD_URI = re.compile(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#(\d{4,5})", re.IGNORECASE)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:OGC:[^:]*:|https?://www\.opengis\.net/def/crs/OGC/[^/]+/)CRS84", re.IGNORECASE)

_GEOMETRIES = frozenset(
    {"Point", "LineString", "Curve", "CompositeCurve", "OrientableCurve", "MultiCurve", "MultiLineString"}
    | {"Polygon", "Surface", "CompositeSurface", "PolyhedralSurface", "MultiSurface", "MultiPolygon"}
)


@dataclass(frozen=True, slots=True)
class ReferenceSystem:
    """System of a geometry and whether its first number is the north."""

    epsg: int
    north_first: bool


@lru_cache(maxsize=256)
def reference_system(srs_name: str, *, short_order: AxisOrder = "east-north") -> ReferenceSystem:
    """Read srsName. Raises GeometryRefusedError (unsupported-crs) when it is none of the known forms."""
    name = srs_name.strip()
    if _CRS84.fullmatch(name):
        return ReferenceSystem(4326, north_first=False)
    for form in (_URN, _URI):
        if match := form.fullmatch(name):
            epsg = int(match[1])
            return ReferenceSystem(epsg, north_first=epsg in NORTH_FIRST)
    for form in (_SHORT, _OLD_URI):
        if match := form.fullmatch(name):
            return ReferenceSystem(int(match[1]), north_first=short_order == "north-east")
    raise GeometryRefusedError(
        "unsupported-crs",
        f"Nieznany zapis układu współrzędnych srsName=„{name[:80]}”. Użyj np. urn:ogc:def:crs:EPSG::2178.",
    )


def read_geometry(
    element: etree._Element, *, short_order: AxisOrder = "east-north", default_srs: str | None = None
) -> tuple[BaseGeometry, int]:
    """Geometry with east first, and the EPSG code of its system.

    element: the geometry itself or the property that holds it. srsName comes from the geometry, an element
    inside it, one around it or the object's envelope; ``default_srs`` is used only when all are silent.
    Raises GeometryRefusedError; an arc is drawn with chords at most 1 cm off.
    """
    node = element if local_name(element) in _GEOMETRIES else _geometry_inside(element)
    system = reference_system(_srs_name(node, default_srs), short_order=short_order)
    try:
        geometry = _Builder(system).build(node)
    except (shapely.GEOSException, ValueError, OverflowError) as fault:
        if isinstance(fault, GeometryRefusedError):
            raise
        raise GeometryRefusedError(
            "geometry-unreadable", f"Nie udało się odczytać geometrii ({fault}). Wyeksportuj obiekt ponownie."
        ) from fault
    return geometry, system.epsg


def _geometry_inside(element: etree._Element) -> etree._Element:
    for node in element:
        if local_name(node) in _GEOMETRIES:
            return node
    if element.get(XLINK_HREF):
        raise _by_reference()
    kinds = ", ".join(filter(None, (local_name(node) for node in element))) or "brak"
    raise GeometryRefusedError(
        "geometry-empty" if kinds == "brak" else "unsupported-geometry",
        f"Obiekt nie ma geometrii, którą umiemy odczytać (znaleziono: {kinds}). Uzupełnij ją w źródle.",
    )


def _srs_name(node: etree._Element, default: str | None) -> str:
    inside = {name for part in node.iter() if (name := part.get("srsName"))}
    if len(inside) > 1:
        raise GeometryRefusedError(
            "mixed-crs",
            "Jedna geometria podaje kilka różnych układów współrzędnych. Popraw srsName w źródle.",
        )
    if inside:
        return inside.pop()
    for around in node.iterancestors():
        name = around.get("srsName") or envelope_srs(around)
        if name:
            return name
    if default is None:
        raise GeometryRefusedError(
            "no-crs",
            "Geometria nie podaje układu współrzędnych (srsName), więc nie wiadomo, gdzie leży. "
            "Wyeksportuj plik z zapisanym układem.",
        )
    return default


def envelope_srs(around: etree._Element) -> str | None:
    """srsName of the envelope (boundedBy) that a feature or a collection carries."""
    for bounded in around:
        if local_name(bounded) == "boundedBy":
            return next((name for part in bounded.iter() if (name := part.get("srsName"))), None)
    return None


def _by_reference() -> GeometryRefusedError:
    return GeometryRefusedError(
        "geometry-by-reference",
        "Geometria jest tylko odnośnikiem do innego obiektu. Wyeksportuj plik z pełnymi współrzędnymi.",
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds one geometry; the reference system is the same for all of its parts."""

    system: ReferenceSystem

    def build(self, node: etree._Element) -> BaseGeometry:
        match local_name(node):
            case "Point":
                return Point(self._pairs(node)[0])
            case "LineString" | "Curve" | "CompositeCurve" | "OrientableCurve":
                return LineString(self._curve(node))
            case "MultiCurve" | "MultiLineString":
                return MultiLineString([self._curve(part) for part in _members(node)])
            case _:
                return self._surface(node)

    def _surface(self, node: etree._Element) -> Polygon | MultiPolygon:
        kind = local_name(node)
        if kind in ("Polygon", "PolygonPatch", "Rectangle", "Triangle"):
            return self._polygon(node)
        if kind in ("MultiSurface", "MultiPolygon"):
            return surfaces_of(MultiPolygon(_flat([self._surface(part) for part in _members(node)])))
        if kind == "CompositeSurface":
            return self._joined([self._surface(part) for part in _members(node)])
        if kind in ("Surface", "PolyhedralSurface"):
            return self._joined([self._surface(patch) for patch in _members(node)])
        raise GeometryRefusedError(
            "unsupported-geometry", f"Geometrii gml:{kind} nie obsługujemy. Zapisz obiekt jako gml:Polygon."
        )

    @staticmethod
    def _joined(parts: list[Polygon | MultiPolygon]) -> Polygon | MultiPolygon:
        """Patches of one surface, joined along their common edges."""
        return parts[0] if len(parts) == 1 else surfaces_of(shapely.union_all(parts))

    def _polygon(self, node: etree._Element) -> Polygon:
        if len(node) == 1 and (flat := self._plain_shell(node[0])) is not None:
            return cast(Polygon, shapely.polygons(flat))
        shell: list[Pair] | None = None
        holes: list[list[Pair]] = []
        for side in node:
            if local_name(side) == "exterior":
                shell = self._ring(side)
            elif local_name(side) == "interior":
                holes.append(self._ring(side))
        if shell is None:
            raise GeometryRefusedError("geometry-empty", "Wielokąt nie ma granicy zewnętrznej. Popraw obiekt w źródle.")
        return Polygon(shell, holes)

    def _plain_shell(self, side: etree._Element) -> npt.NDArray[np.float64] | None:
        """Nearly every parcel: one good ring of one posList. None where there is more to it, or something to tell."""
        if local_name(side) != "exterior" or len(side) != 1 or local_name(side[0]) != "LinearRing" or len(side[0]) != 1:
            return None
        part = side[0][0]
        if local_name(part) != "posList" or _dimension(part) != 2:
            return None
        try:
            flat = np.array((part.text or "").split(), dtype=np.float64)
        except ValueError:
            return None
        if len(flat) < 8 or len(flat) % 2 or not np.isfinite(flat).all() or (flat[:2] != flat[-2:]).any():
            return None
        pairs = flat.reshape(-1, 2)
        return pairs[:, ::-1] if self.system.north_first else pairs

    def _ring(self, side: etree._Element) -> list[Pair]:
        ring = next((node for node in side if local_name(node) in ("LinearRing", "Ring")), None)
        if ring is None:
            raise GeometryRefusedError("geometry-empty", "Granica wielokąta jest pusta. Popraw obiekt w źródle.")
        points = self._pairs(ring) if local_name(ring) == "LinearRing" else self._chain(_members(ring))
        if not points:
            raise GeometryRefusedError("geometry-empty", "Granica wielokąta nie ma punktów. Popraw obiekt w źródle.")
        if points[0] != points[-1]:
            raise GeometryRefusedError(
                "geometry-unclosed",
                "Granica wielokąta nie jest zamknięta: ostatni punkt różni się od pierwszego. "
                "Sprawdź, czy nie brakuje punktów, i zamknij granicę w źródle.",
            )
        if len(points) < 4:
            raise GeometryRefusedError(
                "geometry-too-few-points",
                f"Granica wielokąta ma za mało punktów ({len(points)}, potrzeba 4). Popraw obiekt w źródle.",
            )
        return points

    # --- curves ---

    def _curve(self, node: etree._Element) -> list[Pair]:
        kind = local_name(node)
        if kind in ("LineString", "LineStringSegment"):
            return self._pairs(node)
        if kind == "Curve":
            segments = next((part for part in node if local_name(part) == "segments"), None)
            return self._chain(list(segments) if segments is not None else [])
        if kind == "CompositeCurve":
            return self._chain(_members(node))
        if kind == "OrientableCurve":
            base = self._chain(_members(node))
            return base[::-1] if node.get("orientation") == "-" else base
        if kind in ("Arc", "ArcString", "Circle"):
            return self._arcs(node, kind)
        raise GeometryRefusedError(
            "unsupported-geometry",
            f"Krzywej gml:{kind} nie obsługujemy. Zapisz ją jako łamaną lub łuk trzypunktowy.",
        )

    def _chain(self, parts: list[etree._Element]) -> list[Pair]:
        """Curves laid end to end; the common point of neighbours stands once."""
        points: list[Pair] = []
        for part in parts:
            piece = self._curve(part)
            points.extend(piece[1:] if points and piece and points[-1] == piece[0] else piece)
        return points

    def _arcs(self, node: etree._Element, kind: str) -> list[Pair]:
        control = self._pairs(node)
        if len(control) < 3 or len(control) % 2 == 0 or (kind != "ArcString" and len(control) != 3):
            raise GeometryRefusedError(
                "geometry-wrong-arc",
                f"Łuk gml:{kind} ma {len(control)} punkty, a powinien mieć 3. Popraw go w źródle.",
            )
        if kind == "Circle":
            return linearised_circle(control, tolerance=ARC_TOLERANCE_M)
        points = control[:1]
        for start in range(0, len(control) - 2, 2):
            one, two, three = control[start : start + 3]
            points.extend(linearised_arc(one, two, three, tolerance=ARC_TOLERANCE_M)[1:])
        return points

    # --- numbers ---

    def _pairs(self, node: etree._Element) -> list[Pair]:
        """Coordinates below the node as (east, north); the height is dropped."""
        numbers: list[Pair] = []
        for part in node:
            if local_name(part) in ("posList", "pos"):
                numbers.extend(self._swapped(part))
            elif local_name(part) in ("pointProperty", "Point"):
                numbers.extend(self._pairs(part))
        if not numbers:
            raise GeometryRefusedError(
                "geometry-empty",
                f"Element gml:{local_name(node)} nie ma współrzędnych. Uzupełnij je w źródle.",
            )
        return numbers

    def _swapped(self, part: etree._Element) -> list[Pair]:
        words = (part.text or "").split()
        dimension = _dimension(part)
        try:
            flat = np.array(words, dtype=np.float64)
        except ValueError:
            raise GeometryRefusedError(
                "geometry-not-numbers",
                "Współrzędne zawierają tekst, który nie jest liczbą (np. przecinek dziesiętny). Użyj kropki.",
            ) from None
        if not np.isfinite(flat).all():
            raise not_finite()
        if len(flat) % dimension:
            raise GeometryRefusedError(
                "geometry-odd-coordinates",
                f"Liczba współrzędnych ({len(flat)}) nie dzieli się przez {dimension}: którejś brakuje. "
                "Wyeksportuj obiekt ponownie.",
            )
        first, second = flat[0::dimension].tolist(), flat[1::dimension].tolist()
        return list(zip(second, first, strict=True) if self.system.north_first else zip(first, second, strict=True))


def _dimension(part: etree._Element) -> int:
    for node in (part, *part.iterancestors()):
        said = node.get("srsDimension")
        if said:
            return 3 if said.strip() == "3" else 2
    return 2


def _members(node: etree._Element) -> list[etree._Element]:
    """Geometries inside the member properties of an aggregate, in order."""
    found: list[etree._Element] = []
    for member in node:
        if local_name(member) == "boundedBy":
            continue
        if member.get(XLINK_HREF):
            raise _by_reference()
        found.extend(member)
    if not found:
        raise GeometryRefusedError(
            "geometry-empty", f"Geometria gml:{local_name(node)} nie ma żadnej części. Uzupełnij ją w źródle."
        )
    return found


def _flat(surfaces: list[Polygon | MultiPolygon]) -> list[Polygon]:
    return [part for surface in surfaces for part in ([surface] if isinstance(surface, Polygon) else surface.geoms)]

"""ULDK as its description and its clients know it: text lines, a status or a count first, EWKT with east first."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from pyproj import Transformer

from tests.simulators.base import Reply, Simulator

RESULTS = {"geom_wkt", "geom_wkb", "geom_extent", "teryt", "id", "parcel", "region", "commune", "county",
           "voivodeship", "datasource"}  # fmt: skip
NOTHING = "-1 brak wyników"


@dataclass(frozen=True)
class HeldPlace:
    """A parcel, a building or a unit that the simulator knows; EPSG:2180, east first."""

    identifier: str
    shape: shapely.Polygon
    parcel: str = ""
    region: str = ""
    commune: str = "Skała (obszar wiejski)"
    county: str = "krakowski"
    voivodeship: str = "małopolskie"
    kind: str = "Parcel"


@dataclass
class UldkSimulator(Simulator):
    places: list[HeldPlace] = field(default_factory=list)
    #: the announcement of 2019 shows the snapped point with northing first
    snaps_north_first: bool = False

    def answer(self, params):
        request = params.get("request", "")
        others = {"SnapToPoint": self._snapped, "GetAggregateArea": self._union}
        return self._text(others[request](params) if request in others else self._places(request, params))

    def _places(self, request, params):
        kind = request.removeprefix("Get").partition("By")[0]
        if not request.startswith("Get") or kind not in {"Parcel", "Building", "Region", "Commune", "County",
                                                         "Voivodeship"}:  # fmt: skip
            return "-1 nieznane zapytanie"
        wanted = params.get("result", "geom_wkb").split(",")
        if not set(wanted) <= RESULTS:
            return "-1 niepoprawny parametr result"
        held = [place for place in self.places if place.kind == kind]
        found = self._found(request, params, held)
        if found is None:
            return "-1 niepoprawne parametry"
        if not found:
            return NOTHING
        status = str(len(found)) if request.endswith(("ByIdOrNr", "ByNameOrId")) else "0"
        rows = ["|".join(self._field(name, place, params) for name in wanted) for place in found]
        return "\n".join([status, *rows])

    def _found(self, request, params, held):
        """Places asked about; None for a question without its parameter."""
        if request.endswith("ByXY"):
            point = self._point(params)
            return None if point is None else [place for place in held if place.shape.covers(point)][:1]
        if "id" not in params:
            return None
        text = params["id"]
        if request.endswith("ById"):
            return [place for place in held if place.identifier == text][:1]
        return [place for place in held if text in (place.identifier, f"{place.region} {place.parcel}", place.region)]

    def _point(self, params):
        parts = params.get("xy", "").split(",")
        if len(parts) not in (2, 3):
            return None
        epsg = int(parts[2]) if len(parts) == 3 else 2180
        east, north = Transformer.from_crs(epsg, 2180, always_xy=True).transform(float(parts[0]), float(parts[1]))
        return shapely.Point(east, north)

    def _field(self, name, place, params):
        if name == "geom_wkt":
            return self._ewkt(place.shape, params)
        known = {"teryt": place.identifier, "id": place.identifier, "parcel": place.parcel, "region": place.region,
                 "commune": place.commune, "county": place.county, "voivodeship": place.voivodeship}  # fmt: skip
        return known.get(name, "")

    def _ewkt(self, shape, params):
        epsg = int(params.get("srid", "2180"))
        moved = self._moved(shape, epsg)
        return f"SRID={epsg};{shapely.to_wkt(moved, rounding_precision=3)}"

    @staticmethod
    def _moved(shape, epsg):
        transformer = Transformer.from_crs(2180, epsg, always_xy=True)
        return shapely.transform(shape, lambda pairs: np.column_stack(transformer.transform(*pairs.T)))

    def _union(self, params):
        names = params.get("id", "").split(",")
        shapes = [place.shape for place in self.places if place.identifier in names]
        return f"0\n{self._ewkt(shapely.union_all(shapes), params)}" if shapes else NOTHING

    def _snapped(self, params):
        point = self._point(params)
        near = [place.shape.exterior for place in self.places if place.shape.distance(point) <= float(params["radius"])]
        if not near:
            return NOTHING
        corners = shapely.points(shapely.get_coordinates(near))
        corner = min(corners, key=point.distance)
        east, north = Transformer.from_crs(2180, int(params["srid"]), always_xy=True).transform(corner.x, corner.y)
        pair = (north, east) if self.snaps_north_first else (east, north)
        return f"0\n{shapely.to_wkb(shapely.Point(pair), hex=True)}\n{point.distance(corner):.3f}"

    @staticmethod
    def _text(text):
        return Reply((text + "\n").encode())

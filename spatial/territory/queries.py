"""Whose land is a place: the official boundary where we hold it, else the municipality's own outline."""

from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry, Point
from shapely.geometry.base import BaseGeometry

from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.territory.models import UnitBoundary


@dataclass(frozen=True, slots=True)
class Holder:
    """A gmina that holds a place."""

    teryt: str  #: six digits
    name: str


def holder_of(location: Point) -> Holder | None:
    """The gmina at the point (any CRS), None where we know none; on a border the lower code wins."""
    boundary = UnitBoundary.objects.current().at(location).order_by("identifier", "pk").first()
    if boundary is not None:
        return Holder(boundary.identifier[:6], boundary.name)
    here = location.transform(crs.PL_2000_7, clone=True)
    own = Municipality.objects.filter(boundary__intersects=here).order_by("pk").first()
    return Holder(own.pk, own.name) if own is not None else None


def geos(geometry: BaseGeometry) -> GEOSGeometry:
    """A geometry of a record (shapely, EPSG:2178) as GeoDjango takes it."""
    return GEOSGeometry(memoryview(geometry.wkb), srid=crs.PL_2000_7)

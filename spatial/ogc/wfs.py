"""WFS 2.0 for clients that know nothing newer, by django-gisserver over the open tables (read only).

The library works on models; each collection gets one that no migration knows, with its public fields and nothing
else. ADR: docs/adr/2026-11-28-wfs.md.
"""

import logging
import re
from datetime import date
from functools import cache
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.contrib.gis.db import models
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from gisserver.crs import CRS
from gisserver.exceptions import ExternalParsingError, OperationProcessingFailed, OWSException
from gisserver.features import FeatureType, ServiceDescription
from gisserver.features import field as feature_field
from gisserver.geometries import WGS84BoundingBox
from gisserver.parsers.gml.geometries import GEOSGMLGeometry
from gisserver.parsers.xml import NSElement
from gisserver.types import TYPES_TO_PYTHON, XsdTypes
from gisserver.views import WFSView
from psycopg.errors import QueryCanceled

from spatial import crs
from spatial.ogc.documents import extent
from spatial.ogc.open_views import GEOMETRY, KEY, SCHEMA
from spatial.ogc.questions import FORBIDDEN, MAX_LIMIT
from spatial.ogc.registry import Collection, FieldSpec, collections
from spatial.ogc.text import DESCRIPTION, TITLE

log = logging.getLogger(__name__)

NAMESPACE = "urn:miedza:open"
LONGEST_QUERY = 20_000
#: coordinate, in metres or degrees, that no system of ours reaches
FARTHEST = 1e9
#: a day with a time or a zone behind it
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[TZ+-]", re.ASCII)
SYSTEMS = [
    CRS.from_string(f"urn:ogc:def:crs:EPSG::{srid}")
    for srid in (crs.PL_1992, crs.PL_2000_7, crs.WGS84, crs.WEB_MERCATOR)
] + [CRS.from_string("urn:ogc:def:crs:OGC::CRS84")]
#: away from Django's own: nobody else asks these models
_apps = Apps()


def column_of(spec: FieldSpec) -> "models.Field[Any, Any]":
    match spec.type:
        case "integer":
            return models.BigIntegerField(null=True)
        case "number":
            return models.FloatField(null=True)
        case "date":
            return models.DateField(null=True)
        case _:
            return models.TextField(null=True)


def model_of(collection: Collection) -> type[models.Model]:
    """A model over the collection's open table."""
    geometry = {
        "Point": models.PointField, "MultiPolygon": models.MultiPolygonField,
        "MultiLineString": models.MultiLineStringField,
    }[collection.geometry_type]  # fmt: skip
    whole = isinstance(collection.public().model._meta.pk, models.IntegerField)
    key = (models.BigIntegerField if whole else models.TextField)(primary_key=True, db_column=KEY)
    meta = {"app_label": "wfs", "apps": _apps, "managed": False, "db_table": f'"{SCHEMA}"."{collection.id}"'}
    members = {name: column_of(spec) for name, spec in collection.fields.items()}
    return type(
        collection.id.title().replace("-", ""),
        (models.Model,),
        {
            **members, "row_key": key, GEOMETRY: geometry(srid=crs.PL_2000_7, null=True), "__module__": __name__,
            "Meta": type("Meta", (), meta),
        },
    )  # fmt: skip


def day_of(text: str) -> date:
    """A moment that is compared with a day stands for its day. Raises ValueError, which the library answers."""
    return date.fromisoformat(text[:10] if MOMENT.match(text) else text)


TYPES_TO_PYTHON[XsdTypes.date] = day_of


def on_earth(geometry: GEOSGMLGeometry) -> GEOSGMLGeometry:
    """Geometry of a question, unless a coordinate is beyond any system of reference.

    Not manners: the library logs what it cannot use as WKT, and GEOS before 3.12 writes a number of more than some
    110 digits past the end of its buffer, which ends the process. Raises ExternalParsingError, answered with 400.
    """
    if not geometry.geos_data.empty and not all(abs(one) <= FARTHEST for one in geometry.geos_data.extent):
        raise ExternalParsingError("Współrzędna poza Ziemią / a coordinate is beyond the Earth.")
    return geometry


def from_bbox(bbox_value: str) -> GEOSGMLGeometry:
    return on_earth(read_bbox(bbox_value))


def from_xml(element: NSElement) -> GEOSGMLGeometry:
    return on_earth(read_xml(element))


read_bbox, read_xml = GEOSGMLGeometry.from_bbox, GEOSGMLGeometry.from_xml
GEOSGMLGeometry.from_bbox, GEOSGMLGeometry.from_xml = from_bbox, from_xml


class OpenFeatureType(FeatureType):  # type: ignore[misc] # gisserver carries no types
    def get_bounding_box(self) -> WGS84BoundingBox:
        """Of all municipalities: the rows are not read for it."""
        west, south, east, north = extent()
        return WGS84BoundingBox(west, south, east, north)


@cache
def feature_types() -> list[FeatureType]:
    return [feature_type(one) for one in collections]


def feature_type(collection: Collection) -> FeatureType:
    rows = model_of(collection)._default_manager.using(settings.OPEN_DATA_ALIAS).order_by("row_key")
    fields = [feature_field(name, abstract=spec.title.pl) for name, spec in collection.fields.items()]
    return OpenFeatureType(
        rows,
        name=collection.id,
        title=collection.title.pl,
        abstract=collection.description.pl,
        keywords=list(collection.keywords),
        fields=[*fields, GEOMETRY],
        geometry_field_name=GEOMETRY,
        crs=SYSTEMS[0],
        other_crs=SYSTEMS[1:],
        display_field_name=collection.id_field,
    )


class OpenWfs(WFSView):  # type: ignore[misc]
    """KVP and XML (read by defusedxml); errors are OWS exceptions with 4xx."""

    xml_namespace = NAMESPACE
    xml_namespace_aliases = {"open": NAMESPACE}
    max_page_size = MAX_LIMIT
    use_html_templates = False
    http_method_names = ("get", "post", "head", "options")
    service_description = ServiceDescription(
        title=TITLE.pl,
        abstract=DESCRIPTION.pl,
        keywords=["MPZP", "EGiB", "działki"],
        provider_name="Urząd gminy",
        provider_site="https://www.gov.pl/",
        contact_person="Urząd gminy",
    )

    def get_feature_types(self) -> list[FeatureType]:
        return feature_types()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if FORBIDDEN.search("".join(f"{name}{value}" for name, value in request.GET.items())):
            response = refusal("Niedozwolony znak / character not allowed.")
        elif len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            response = refusal("Zapytanie jest zbyt długie / request too long.", 414)
        else:
            response = super().dispatch(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def handle_exception(self, exc: Exception) -> HttpResponse | None:
        """What neither the library nor we refused in time is still no fault of the server's; it is logged."""
        answered: HttpResponse | None = super().handle_exception(exc)
        if answered is not None:
            return answered
        if isinstance(exc, RequestDataTooBig):
            return refusal("Zapytanie jest zbyt duże / request too large.", 413)
        if isinstance(exc, OperationalError) and not isinstance(exc.__cause__, QueryCanceled):
            return None
        if isinstance(exc, DatabaseError):
            return refusal("Odpowiedź trwałaby zbyt długo albo wartość nie pasuje / too costly, or an unfit value.")
        log.warning("Refused a WFS request (%s): %s", type(exc).__name__, str(exc)[:300])
        return refusal("Nie umiemy odczytać zapytania / the request cannot be read.")


def refusal(text: str, status: int = 400) -> HttpResponse:
    error: OWSException = OperationProcessingFailed(text)
    error.status_code = status
    response: HttpResponse = error.as_response()
    return response


wfs = OpenWfs.as_view()

"""Where a case is on the map."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point

from services.forms import places
from services.forms.definition import Form
from services.forms.questions import Group, Parcels, Question
from spatial import crs
from spatial.cadastre.models import Parcel


def place_of(form: Form, answers: Mapping[str, Any]) -> Point | None:
    """A point inside the first place named that is there today, EPSG:2180; None where none is.

    ``answers``: as the filing keeps them.
    """
    first = next(shapes(form, answers), None)
    if first is None:
        return None
    place = inside(first)
    place.transform(crs.PL_1992)
    return place


def inside(shape: GEOSGeometry) -> Point:
    return shape.point_on_surface


def drawing(form: Form, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """Everything the answers show on the map, GeoJSON in degrees; None where they show nothing."""
    found = [json.loads(shape.transform(crs.WGS84, clone=True).json) for shape in shapes(form, answers)]
    return {"type": "GeometryCollection", "geometries": found} if found else None


def shapes(form: Form, answers: Mapping[str, Any]) -> Iterator[GEOSGeometry]:
    """Parcels that are there today and places, in the order of the form."""
    for question, value in answered(form, answers):
        match question:
            case Parcels():
                rows = dict(Parcel.objects.current().filter(identifier__in=value).values_list("identifier", "geom"))
                yield from (rows[identifier] for identifier in value if identifier in rows)
            case places.Point() | places.Area():
                yield shape_of(value)


def shape_of(value: Mapping[str, Any]) -> GEOSGeometry:
    """Of an answer about a place; degrees."""
    return GEOSGeometry(json.dumps(value), srid=crs.WGS84)


def answered(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[Question, Any]]:
    """Questions with their answers in the order of the form, also those asked in groups."""
    for one in form.questions():
        if isinstance(one, Group):
            for thing in answers.get(one.name, ()):
                yield from ((question, thing[question.name]) for question in one.questions if question.name in thing)
        elif one.name in answers:
            yield one, answers[one.name]

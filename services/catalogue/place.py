"""Where a case is on the map."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.gis.geos import Point

from services.forms.definition import Form
from services.forms.questions import Group, Parcels
from spatial import crs
from spatial.cadastre.models import Parcel


def place_of(form: Form, answers: Mapping[str, Any]) -> Point | None:
    """A point inside the first parcel named that is there today, EPSG:2180; None where none is.

    ``answers``: as the filing keeps them.
    """
    for identifier in named(form, answers):
        parcel = Parcel.objects.current().filter(identifier=identifier).only("geom").first()
        if parcel is not None:
            inside = parcel.geom.point_on_surface
            inside.transform(crs.PL_1992)
            return inside
    return None


def named(form: Form, answers: Mapping[str, Any]) -> Iterator[str]:
    """Identifiers of parcels in the order of the form, also those asked for in groups."""
    for one in form.questions():
        if isinstance(one, Parcels):
            yield from answers.get(one.name, ())
        elif isinstance(one, Group):
            parcels = [question.name for question in one.questions if isinstance(question, Parcels)]
            for thing in answers.get(one.name, ()):
                for name in parcels:
                    yield from thing.get(name, ())

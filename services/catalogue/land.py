"""Which office an application goes to, and whether its land is known: asked of every service in the same way."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from planning.extracts.analysis import find_parcels
from services.catalogue.declaration import EService
from services.catalogue.place import inside, shape_of
from services.forms.places import Area, Point
from services.forms.questions import OfficeChoice, Parcels
from services.forms.reading import Answers, Quoted
from spatial.cadastre.models import Parcel
from spatial.municipalities.models import Municipality
from spatial.territory.queries import holder_of


def municipality_of(service: EService, answers: Answers) -> Municipality | None:
    """Of the office that was chosen, otherwise of the first parcel or place; None while none is answered."""
    for one in service.form.questions():
        value = answers.get(one.name)
        if isinstance(one, OfficeChoice) and value:
            return Municipality.objects.filter(pk=value).first()
        if isinstance(one, Parcels) and isinstance(value, list) and value:
            rows = Parcel.objects.known().filter(identifier=value[0]).select_related("municipality")
            parcel = rows.order_by("-valid_from").first()
            return parcel.municipality if parcel else None
        if isinstance(one, Point | Area) and isinstance(value, dict):
            return around(value)
    return None


def around(value: Mapping[str, Any]) -> Municipality | None:
    """The municipality of ours that a place lies in, by its boundary."""
    holder = holder_of(inside(shape_of(value)))
    return Municipality.objects.filter(pk=holder.teryt).first() if holder else None


def faults_of(service: EService, answers: Answers, *, today: date) -> dict[str, str]:
    """What is wrong with the land, by the name of the question: unknown on the day, of two municipalities, of none."""
    found: dict[str, str] = {}
    for one in service.form.questions():
        named = answers.get(one.name)
        if isinstance(one, Parcels) and isinstance(named, list):
            parcels, missing = find_parcels([str(name) for name in named], as_of=service.land_day(answers, today))
            if missing:
                found[one.name] = Quoted(" ".join(finding.message for finding in missing))
            elif len({parcel.municipality_id for parcel in parcels}) > 1:
                found[one.name] = _("Działki leżą w dwóch gminach. Złóż osobny wniosek dla każdej z nich.")
        elif isinstance(one, Point | Area) and isinstance(named, dict) and around(named) is None:
            found[one.name] = _("To miejsce leży poza gminami, które tu obsługujemy.")
    return found

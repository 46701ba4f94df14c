"""Each e-service as an OGC API process that says whether an application is ready, before anybody signs in.

It checks and tells, it files nothing and keeps nothing: filing needs a person (``/uslugi/<code>/zloz``). Runs at once
only, because jobs keep what they were asked.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation
from pygeoapi.process.base import BaseProcessor

from services.cases.services import term_for
from services.catalogue.declaration import EService, eservices
from services.catalogue.editions import form_for
from services.catalogue.filing import read_whole
from services.forms.questions import Asked, Files, OfficeChoice, is_needed
from services.forms.reading import as_typed
from spatial.ogc.registry import Process, processes

PATH = "services.catalogue.process.Application"
OUTPUT = {
    "assessment": {
        "title": {"pl": "Ocena wniosku", "en": "Assessment of the application"},
        "schema": {
            "type": "object",
            "properties": {
                "is_ready": {"type": "boolean"},
                "faults": {"type": "object", "additionalProperties": {"type": "string"}},
                "municipality": {"type": ["string", "null"]},
                "form_version": {"type": "string"},
                "due_on": {"type": ["string", "null"], "format": "date"},
                "apply_at": {"type": "string"},
            },
        },
    }
}


def register_all() -> None:
    """Called once, when all services have declared themselves."""
    for service in eservices:
        processes.register(Process(id=service.code, processor=PATH))


def metadata_of(service: EService) -> dict[str, Any]:
    return {
        "version": service.form.version,
        "id": service.code,
        "title": service.card.title.as_dict(),
        "description": service.card.summary.as_dict(),
        "keywords": {"pl": ["e-usługa"], "en": ["e-service"]},
        "jobControlOptions": ["sync-execute"],
        "outputTransmission": ["value"],
        "inputs": {one.name: input_of(one) for one in service.form.questions() if not isinstance(one, Files)},
        "outputs": OUTPUT,
        "example": {"inputs": {}},
    }


def input_of(one: Asked) -> dict[str, Any]:
    """What a condition asks for is never demanded here: the reading of the whole says whether it is missing."""
    schema = {"type": "string", "pattern": "^[0-9]{6}$"} if isinstance(one, OfficeChoice) else one.described()
    least = 1 if is_needed(one) and not one.when else 0
    return {"title": one.label.as_dict(), "schema": schema, "minOccurs": least, "maxOccurs": 1}


class Application(BaseProcessor):  # type: ignore[misc] # pygeoapi carries no types
    """Of the service that the definition names."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        self.service = eservices.held[processor_def["process"]]
        super().__init__(processor_def, metadata_of(self.service))

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, dict[str, Any]]:
        with translation.override("pl"):
            return "application/json", assessment(self.service, data)


def assessment(service: EService, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the answers could be filed now, and until when they would be settled."""
    now = timezone.now()
    today = timezone.localdate(now)
    declared = read_whole(service, service.form, as_typed(service.form.questions(), answers), at=now)
    place = declared.municipality
    form = form_for(service, place.pk if place else None)
    found = read_whole(service, form, as_typed(form.questions(), answers), at=now)
    faults = {name: str(text) for reading in found.by_step.values() for name, text in reading.errors.items()}
    term = term_for(service.code, place, declared=service.term, on=today) if place else None
    return {
        "is_ready": not faults and place is not None,
        "faults": faults,
        "municipality": place.pk if place else None,
        "form_version": form.version,
        "due_on": term.ends(today).isoformat() if term else None,
        "apply_at": f"/uslugi/{service.code}/",
    }

"""OGC process: what an extract of these parcels would say, without a case, a fee or a document."""

from datetime import date
from typing import Any

from django.utils import timezone
from pygeoapi.process.base import BaseProcessor

from planning.report import parcel_report

MAX_PARCELS = 20

METADATA: dict[str, Any] = {
    "version": "1.0.0",
    "id": "plan-extract-preview",
    "title": {"pl": "Podgląd wypisu z planu miejscowego", "en": "Preview of a local plan extract"},
    "description": {
        "pl": "Przeznaczenie działek w planach obowiązujących we wskazanym dniu: udziały terenów, strefy, ustalenia "
        "kontroli. Wynik jest informacją, nie dokumentem urzędowym.",
        "en": "Zoning of parcels under the plans in force on a day: shares of zones, overlays and findings. "
        "The result is information, not an official document.",
    },
    "keywords": {"pl": ["wypis", "MPZP", "działka"], "en": ["extract", "local plan", "parcel"]},
    "jobControlOptions": ["sync-execute", "async-execute"],
    "outputTransmission": ["value"],
    "inputs": {
        "parcels": {
            "title": {"pl": "Identyfikatory działek", "en": "Parcel identifiers"},
            "description": {"pl": "Od 1 do 20 działek ewidencyjnych.", "en": "1 to 20 cadastral parcels."},
            "schema": {
                "type": "array",
                "items": {"type": "string", "maxLength": 80},
                "minItems": 1,
                "maxItems": MAX_PARCELS,
            },
            "minOccurs": 1,
            "maxOccurs": 1,
        },
        "as_of": {
            "title": {"pl": "Stan na dzień", "en": "As of"},
            "description": {"pl": "Domyślnie dzisiaj.", "en": "Today by default."},
            "schema": {"type": "string", "format": "date"},
            "minOccurs": 0,
            "maxOccurs": 1,
        },
    },
    "outputs": {
        "preview": {
            "title": {"pl": "Raport", "en": "Report"},
            "schema": {"type": "object", "contentMediaType": "application/json"},
        }
    },
    "example": {"inputs": {"parcels": ["120610_5.0007.123/4"], "as_of": "2026-11-23"}},
}


class PlanExtractPreview(BaseProcessor):  # type: ignore[misc] # pygeoapi carries no types
    """Answers ``{"as_of": "2026-11-23", "parcels": [report, ...]}``; reports as of ``planning.report``."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, METADATA)

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, dict[str, Any]]:
        """``data`` fits the schemas above. Raises NotFound and Retired for a parcel that is not there on the day."""
        identifiers = dict.fromkeys(data["parcels"])
        as_of = date.fromisoformat(data["as_of"]) if "as_of" in data else timezone.localdate()
        reports = [parcel_report(identifier=identifier, as_of=as_of) for identifier in identifiers]
        return "application/json", {"as_of": as_of.isoformat(), "parcels": reports}

"""OGC process that answers what it was given: for clients and conformance tests to try their side."""

from time import sleep
from typing import Any

from pygeoapi.process.base import BaseProcessor

LONGEST_PAUSE = 10  #: seconds

_TEXT = {"type": "string", "maxLength": 2000}
_NUMBERS = {"type": "array", "items": {"type": "integer"}, "maxItems": 100}
_DOCUMENT = {
    "oneOf": [
        {"type": "string", "contentMediaType": "text/plain", "maxLength": 2000},
        {
            "type": "object",
            "required": ["value"],
            "properties": {"value": _TEXT, "mediaType": {"type": "string", "maxLength": 100}},
            "additionalProperties": False,
        },
    ]
}
_AREA = {
    "type": "object",
    "required": ["bbox"],
    "properties": {
        "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        "crs": {"type": "string", "maxLength": 200},
    },
    "additionalProperties": False,
}


def _told(polish: str, english: str, schema: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"title": {"pl": polish, "en": english}, "schema": schema, "minOccurs": least, "maxOccurs": 1}


METADATA: dict[str, Any] = {
    "version": "1.0.0",
    "id": "echo",
    "title": {"pl": "Echo", "en": "Echo"},
    "description": {
        "pl": "Oddaje to, co dostał; do sprawdzania programów. Może odczekać wskazaną liczbę sekund.",
        "en": "Gives back what it was given, to try programs with. May wait for a number of seconds.",
    },
    "keywords": {"pl": ["próba"], "en": ["test"]},
    "jobControlOptions": ["sync-execute", "async-execute"],
    "outputTransmission": ["value"],
    "inputs": {
        "message": _told("Tekst", "Text", _TEXT, least=1),
        "document": _told("Tekst wprost albo z typem", "Text, plain or with its type", _DOCUMENT),
        "numbers": _told("Liczby", "Numbers", _NUMBERS),
        "area": _told("Prostokąt", "Bounding box", _AREA),
        "pause": _told(
            "Ile sekund odczekać", "Seconds to wait", {"type": "number", "minimum": 0, "maximum": LONGEST_PAUSE}
        ),
    },
    "outputs": {
        "message": {"title": {"pl": "Tekst", "en": "Text"}, "schema": {"type": "string"}},
        "document": {"title": {"pl": "Tekst", "en": "Text"}, "schema": _DOCUMENT},
        "numbers": {"title": {"pl": "Liczby", "en": "Numbers"}, "schema": _NUMBERS},
        "area": {"title": {"pl": "Prostokąt", "en": "Bounding box"}, "schema": _AREA},
    },
    "example": {"inputs": {"message": "dzień dobry"}},
}


class Echo(BaseProcessor):  # type: ignore[misc] # pygeoapi carries no types
    """Answers the inputs by their names."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, METADATA)

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, dict[str, Any]]:
        sleep(data.get("pause", 0))
        return "application/json", {name: data[name] for name in METADATA["outputs"] if name in data}

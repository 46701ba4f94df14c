"""One run of a process: the order read strictly, the inputs checked against their schemas, the answer encoded.

OGC 18-062r2 (Processes 1.0), clause 7.11. Inputs come in the body; an address of a client's choice is never called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps, loads
from typing import Any
from uuid import uuid4

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

from spatial.errors import Malformed, NotFound
from spatial.ogc.config import processor_of
from spatial.ogc.registry import processes

JSON = "application/json"
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
ASYNC = "async-execute"


class NoSuchProcess(NotFound):
    code = "NotFound"
    type = f"{EXCEPTIONS}/no-such-process"


@dataclass(frozen=True, slots=True)
class Order:
    """An execute request that may be run."""

    process: str
    inputs: Mapping[str, Any]
    outputs: tuple[str, ...] | None = None  #: None: all
    is_document: bool = False

    def as_json(self) -> dict[str, Any]:
        outputs = None if self.outputs is None else list(self.outputs)
        return {"inputs": dict(self.inputs), "outputs": outputs, "is_document": self.is_document}

    @classmethod
    def from_json(cls, process: str, kept: Mapping[str, Any]) -> "Order":
        outputs = kept["outputs"]
        return cls(process, kept["inputs"], None if outputs is None else tuple(outputs), kept["is_document"])


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    media_type: str


def metadata_of(process: str) -> dict[str, Any]:
    """Description of the process as its app wrote it. Raises NoSuchProcess."""
    if process not in processes:
        raise NoSuchProcess(f"Nie ma procesu {process[:60]!r} / no such process.")
    found: dict[str, Any] = processor_of(process).metadata
    return found


def read_order(process: str, text: bytes) -> Order:
    """Raises NoSuchProcess, and Malformed for everything but an execute request without a subscriber."""
    metadata = metadata_of(process)
    body = read_body(text)
    inputs = {name: plain(value) for name, value in body["inputs"].items()}
    check_inputs(metadata, inputs)
    return Order(process, inputs, read_outputs(metadata, body.get("outputs")), body.get("response") == "document")


def read_body(text: bytes) -> dict[str, Any]:
    try:
        body = loads(text)
        dumps(body, ensure_ascii=False).encode()  # half a surrogate pair reads as JSON and is no text
    except (ValueError, RecursionError):
        raise Malformed("Treść nie jest poprawnym JSON / the body is not valid JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("inputs"), dict):
        raise Malformed("Oczekiwano obiektu z polem „inputs” / expected an object with inputs.")
    if unknown := set(body) - {"inputs", "outputs", "response"}:
        raise Malformed(f"Nieobsługiwane pola / unsupported members: {', '.join(sorted(unknown))[:200]}.")
    if "\\u0000" in dumps(body):
        raise Malformed("Niedozwolony znak / character not allowed.")
    if body.get("response", "raw") not in ("raw", "document"):
        raise Malformed("response: dozwolone / allowed: raw, document.")
    return body


def plain(value: Any) -> Any:
    """A qualified value (``{"value": ..., "mediaType": ...}``) of a format is the value itself, where it is a list
    or an object; texts with their media type stay as they are. Raises Malformed for a reference.
    """
    if isinstance(value, dict) and "href" in value:
        raise Malformed("Dane wejściowe podaje się w treści, nie odnośnikiem / inputs by reference are not taken.")
    if isinstance(value, dict) and "value" in value and set(value) <= {"value", "mediaType", "format"}:
        return value if isinstance(value["value"], str) else value["value"]
    return value


def check_inputs(metadata: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Raises Malformed, naming the input (/req/core/job-creation-input-validation)."""
    known: Mapping[str, Any] = metadata["inputs"]
    if unknown := sorted(set(inputs) - set(known)):
        raise Malformed(
            f"Nieznane dane wejściowe / unknown inputs: {', '.join(unknown)[:200]}. "
            f"Dozwolone / allowed: {', '.join(known)}."
        )
    for name, told in known.items():
        if name not in inputs:
            if told.get("minOccurs", 1):
                raise Malformed(f"Brak danych wejściowych / missing input: {name}.")
            continue
        validator = Draft202012Validator(told["schema"], format_checker=FormatChecker())
        if error := best_match(validator.iter_errors(inputs[name])):
            raise Malformed(f"{name}: {complaint(error)}")


def complaint(error: ValidationError) -> str:
    """What is wrong with a value, by the keyword of JSON Schema that it breaks."""
    limit: Any = error.validator_value
    match error.validator:
        case "type":
            return f"oczekiwano typu {limit} / expected type {limit}."
        case "minItems" | "minLength" | "minimum":
            return f"za mało, najmniej {limit} / too little, at least {limit}."
        case "maxItems" | "maxLength" | "maximum":
            return f"za dużo, najwyżej {limit} / too much, at most {limit}."
        case "format":
            shape = "RRRR-MM-DD / YYYY-MM-DD" if limit == "date" else limit
            return f"oczekiwano zapisu {shape} / expected this form."
        case "enum":
            return f"dozwolone / allowed: {', '.join(map(str, limit))}."
        case _:
            return "wartość nie pasuje do schematu / the value does not fit the schema."


def read_outputs(metadata: Mapping[str, Any], asked: Any) -> tuple[str, ...] | None:
    """Raises Malformed for outputs that are not there, and for transmission by reference."""
    if asked is None:
        return None
    if not isinstance(asked, dict) or not all(isinstance(one, dict) for one in asked.values()):
        raise Malformed("outputs: oczekiwano obiektu / expected an object.")
    if unknown := sorted(set(asked) - set(metadata["outputs"])):
        raise Malformed(f"outputs: nieznane / unknown: {', '.join(unknown)[:200]}.")
    if any(one.get("transmissionMode", "value") != "value" for one in asked.values()):
        raise Malformed("transmissionMode: wyniki oddajemy w treści / results are given by value.")
    return tuple(name for name in metadata["outputs"] if name in asked) or None


def run(order: Order) -> dict[str, Any]:
    """Results by name. Raises ServiceError as the process does."""
    processor = processor_of(order.process)
    _, output = processor.execute(dict(order.inputs))
    names = list(processor.metadata["outputs"])
    results = output if len(names) > 1 else {names[0]: output}
    return {name: value for name, value in results.items() if order.outputs is None or name in order.outputs}


def encoded(results: Mapping[str, Any], *, is_document: bool) -> Answer:
    """A document of all, a single raw value, or a part for each (/req/core/job-creation-sync-raw-value-multi)."""
    if is_document or not results:
        return Answer(written(results), JSON)
    if len(results) == 1:
        return Answer(written(next(iter(results.values()))), JSON)
    boundary = uuid4().hex
    parts = [
        f"--{boundary}\r\nContent-Type: {JSON}\r\nContent-ID: {name}\r\n\r\n".encode() + written(value) + b"\r\n"
        for name, value in results.items()
    ]
    return Answer(b"".join(parts) + f"--{boundary}--\r\n".encode(), f'multipart/related; boundary="{boundary}"')


def written(value: Any) -> bytes:
    return dumps(value, ensure_ascii=False).encode()

"""The contract of every outside service: three different answers, and never an exception for what services do daily.

"Found nothing" is said by the service; silence, an error page or half a file is "failed" and proves nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from spatial.remote.reasons import Reason, ServiceFailed


@dataclass(frozen=True, slots=True)
class Found[Value]:
    value: Value


@dataclass(frozen=True, slots=True)
class NothingFound:
    """The service knows no such thing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The service could not be asked or understood. ``message`` is Polish, for people."""

    reason: Reason
    message: str


type Answer[Value] = Found[Value] | NothingFound | Failed


def mapped[Value, Other](answer: Answer[Value], change: Callable[[Value], Other]) -> Answer[Other]:
    """The same answer about another value."""
    return Found(change(answer.value)) if isinstance(answer, Found) else answer


def value_of[Value](answer: Answer[Value]) -> Value:
    """The value, for a course of questions that needs every one. Raises ServiceFailed for the two other answers."""
    match answer:
        case Found(value):
            return value
        case Failed(reason):
            raise ServiceFailed(reason)
        case _:
            raise ServiceFailed(Reason.EMPTY)


@dataclass(frozen=True, slots=True)
class Body:
    """A whole answer, within the limit of size. ``content_type`` is what the service claims, often wrongly."""

    content: bytes
    content_type: str

    @property
    def is_page(self) -> bool:
        head = self.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))

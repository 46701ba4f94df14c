"""The contract of an operator of electronic delivery, and what passes through it.

An operator is asked, never believed at a word: what it calls back with is a hint, the truth is in its answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from spatial.errors import ServiceError


class OperatorFailed(ServiceError):
    """The operator did not answer, or not to the question. ``is_final``: asking again will not help."""

    code = "delivery-operator"
    status = 502

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class File:
    """A file of a letter."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAddress:
    """Where a letter on paper goes; the same lines stand in the window of the envelope."""

    name: str
    street: str
    postal_code: str
    city: str

    @property
    def lines(self) -> list[str]:
        return [self.name, self.street, f"{self.postal_code} {self.city}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A letter as it is handed over. ``to`` is an ADE, or an address on paper for a hybrid letter."""

    key: str  #: ours, of the shipment: stands in the message, so that it can be found again
    to: str | PaperAddress = field(repr=False)
    name: str = field(repr=False)
    subject: str
    case_number: str
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class Task:
    """What has become of a letter that was handed over."""

    is_finished: bool
    message_id: str = ""
    fault: str = ""  #: as the operator says it, where it took nothing


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was handed over before."""

    message_id: str
    thread_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvidence:
    """``code`` as it was written there."""

    evidence_id: str
    code: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A letter that came."""

    message_id: str
    sender: str = field(repr=False)
    sender_name: str = field(repr=False)
    subject: str
    case_number: str  #: as the sender says it
    thread_id: str
    received_at: datetime
    files: Sequence[File]


class Operator(Protocol):
    """One mailbox at an operator. Every call raises OperatorFailed."""

    def send(self, parcel: Parcel) -> str:
        """The identifier of a task that ends later. Never asked twice by itself: see ``find``."""

    def task(self, task_id: str) -> Task: ...

    def find(self, key: str, *, since: datetime) -> Found | None:
        """The message with our key, sent since then; None where nothing was handed over."""

    def evidences(self, message_id: str) -> list[FoundEvidence]: ...

    def evidence_file(self, evidence: FoundEvidence, message_id: str) -> File: ...

    def inbox(self, *, since: datetime | None) -> Iterator[str]:
        """Identifiers of letters that came, the oldest first."""

    def read(self, message_id: str) -> Message | None:
        """None while it is not ready yet."""

    def subscribe(self, address: str) -> None:
        """Where the operator tells us that something has changed."""

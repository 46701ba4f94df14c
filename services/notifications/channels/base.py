"""The contract of a way out of the office. A sender knows no tables: what it needs stands in the letter."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol
from uuid import UUID


class Fate(Enum):
    """What an operator's answer means for the letter."""

    ACCEPTED = auto()  #: taken; "accepted" is not "seen"
    GONE = auto()  #: this address is no more: it is revoked
    WRONG = auto()  #: the letter itself is not taken: somebody must look
    REFUSED = auto()  #: our key or account is not taken: the channel stops when it goes on
    LATER = auto()  #: the operator cannot just now; the same letter with the same key comes again
    UNSURE = auto()  #: may have gone out, and nobody can be asked


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer; ``error`` is short, for the office, without personal data."""

    fate: Fate
    status: int | None = None
    provider_id: str = ""
    error: str = ""
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message as it goes to one address."""

    key: UUID  #: the same each time the same letter is tried
    to: str = field(repr=False)
    title: str = field(repr=False)
    body: str = field(repr=False)
    language: str
    address: str  #: of the page with the whole message
    unsubscribe: str  #: address that takes the consent back
    tag: str  #: of the message, the same for everybody
    is_danger: bool
    lives_s: int  #: until the message expires


class Sender(Protocol):
    """One channel of one office, open for a run of letters."""

    def send(self, letter: Letter) -> Outcome:
        """Never raises for what the other side does; may be called from several threads."""

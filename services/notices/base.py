"""The contract of a way to tell people the news: the portal itself, and letters (``services.CHANNELS``).

A letter that leaves the office (e-mail, SMS, Web Push) has no words of the case, only that there is news and where. It
is queued in the transaction and sent after it: a letter cannot be taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.cases.models import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that one person should know."""

    to: int  #: primary key of the account
    case: Case
    event: int  #: primary key of what has happened in the case
    text: str
    at: datetime


class Channel(Protocol):
    """One way of telling."""

    @property
    def code(self) -> str: ...

    def send(self, news: Sequence[News]) -> None:
        """To each who is named, inside the transaction of what has happened; an error undoes both."""

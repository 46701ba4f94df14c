"""The contract of a way to tell people the news; the one of today is the portal itself (``services.Portal``).

A channel that leaves the office (e-mail, SMS) sends no words of the case, only that there is news and where, and does
so after the transaction (``on_commit``): a letter cannot be taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.cases.models import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that one person should know."""

    to: int  #: primary key of the account
    case: Case
    text: str
    at: datetime


class Channel(Protocol):
    """One way of telling."""

    @property
    def code(self) -> str: ...

    def send(self, news: News) -> None:
        """Inside the transaction of what has happened; an error undoes both."""

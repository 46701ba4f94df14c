"""What others may listen to: a person whom a trusted provider has identified, in the transaction of the sign-in."""

from dataclasses import dataclass, field
from datetime import date

from django.dispatch import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalPerson:
    """What the node says of a person; the identifier is a PESEL, or ``XX/PL/...`` of somebody from abroad."""

    identifier: str = field(repr=False)
    first_name: str
    last_name: str
    born_on: date | None = field(default=None, repr=False)

    @property
    def pesel(self) -> str:
        """ "" for whoever has none."""
        return self.identifier if len(self.identifier) == 11 and self.identifier.isdecimal() else ""


#: sent with ``user`` and ``person``
identified = Signal()

"""What the office knows before anybody types: named in a question, shown to the person, who may change it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.catalogue.models import Filing
from services.forms.questions import Asked, Group
from services.identity.models import User
from services.parties.models import Party


@dataclass(frozen=True, slots=True)
class Filler:
    """Who fills in, and for whom."""

    user: User
    party: Party | None = None  #: None: for themselves

    @property
    def name(self) -> str:
        return self.party.name if self.party else self.user.get_full_name()


def given_before(filler: Filler, name: str) -> str:
    """The person's newest answer to a question of this name for the same party, whatever it was in; texts only."""
    rows = Filing.objects.filter(case__applicant=filler.user, case__on_behalf_of=filler.party, answers__has_key=name)
    rows = rows.order_by("-filed_at")
    answer = rows.values_list(f"answers__{name}", flat=True).first()
    return answer if isinstance(answer, str) else ""


#: person, day and name of the question to what stands in the field at first
SOURCES: Mapping[str, Callable[[Filler, date, str], str]] = {
    "today": lambda _filler, day, _name: day.isoformat(),
    "name": lambda filler, _day, _name: filler.name,
    "email": lambda filler, _day, _name: filler.user.email,
    "before": lambda filler, _day, name: given_before(filler, name),
}


def known(questions: Iterable[Asked], *, filler: Filler, on: date) -> dict[str, list[str]]:
    """By the names of questions; nothing for what nobody knows. Raises KeyError for an unknown source."""
    found = {}
    for one in questions:
        if not isinstance(one, Group):
            text = (SOURCES[one.prefill](filler, on, one.name) if one.prefill else "") or one.initial
            if text:
                found[one.name] = [text]
    return found

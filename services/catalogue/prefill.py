"""What the office knows before anybody types: named in a question, shown to the person, who may change it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from services.forms.questions import Asked, Group
from services.identity.models import User

#: the person and the day to what stands in the field at first
type Source = Callable[[User, date], str]

SOURCES: Mapping[str, Source] = {
    "today": lambda _user, day: day.isoformat(),
    "name": lambda user, _day: user.get_full_name(),
    "email": lambda user, _day: user.email,
}


def known(questions: Iterable[Asked], *, user: User, on: date) -> dict[str, list[str]]:
    """By the names of questions; nothing for what nobody knows. Raises KeyError for an unknown source."""
    found = {}
    for one in questions:
        if not isinstance(one, Group):
            text = (SOURCES[one.prefill](user, on) if one.prefill else "") or one.initial
            if text:
                found[one.name] = [text]
    return found

"""What the office knows before anybody types: named in a question, shown to the person, who may change it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from services.catalogue.models import Filing
from services.forms.questions import Asked, Group
from services.identity.models import User


def given_before(user: User, name: str) -> str:
    """The person's newest answer to a question of this name, whatever it was filed for; texts only."""
    rows = Filing.objects.filter(case__applicant=user, answers__has_key=name).order_by("-filed_at")
    answer = rows.values_list(f"answers__{name}", flat=True).first()
    return answer if isinstance(answer, str) else ""


#: person, day and name of the question to what stands in the field at first
SOURCES: Mapping[str, Callable[[User, date, str], str]] = {
    "today": lambda _user, day, _name: day.isoformat(),
    "name": lambda user, _day, _name: user.get_full_name(),
    "email": lambda user, _day, _name: user.email,
    "before": lambda user, _day, name: given_before(user, name),
}


def known(questions: Iterable[Asked], *, user: User, on: date) -> dict[str, list[str]]:
    """By the names of questions; nothing for what nobody knows. Raises KeyError for an unknown source."""
    found = {}
    for one in questions:
        if not isinstance(one, Group):
            text = (SOURCES[one.prefill](user, on, one.name) if one.prefill else "") or one.initial
            if text:
                found[one.name] = [text]
    return found

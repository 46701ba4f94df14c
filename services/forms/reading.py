"""From what was typed to answers, or to what is wrong with it, field by field."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from services.forms.questions import Asked, Group, Question, Raw, Value, When, Wrong, spoken

#: an item of a group: its answers by name
type Item = dict[str, Value]
type Answers = dict[str, Value | list[Item]]


class Quoted(str):
    """An error in the words of a register: Polish on every page, and marked so."""


@dataclass(slots=True)
class Reading:
    """``errors``: by the name of the field in the page, as are the fields themselves."""

    answers: Answers = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    has_new: bool = False  #: answers have brought up questions that nobody has seen yet

    @property
    def is_good(self) -> bool:
        return not self.errors and not self.has_new


def read(questions: Iterable[Asked], typed: Raw, *, before: Answers | None = None) -> Reading:
    """``before``: answers of earlier steps, which conditions may look at. Questions that are not asked are not read."""
    found = Reading()
    seen: Answers = dict(before or {})
    for one in questions:
        if not holds(one.when, seen):
            continue
        if isinstance(one, Group):
            items = list(read_items(one, typed, found.errors))
            if len(items) < one.least:
                found.errors.setdefault(one.name, too_few(one))
            seen[one.name] = found.answers[one.name] = items
        else:
            try:
                value = one.read(typed.get(one.name, []))
            except Wrong as fault:
                found.errors[one.name] = fault.message
            else:
                if value is not None:
                    seen[one.name] = found.answers[one.name] = value
    return found


def holds(when: When | None, answers: Answers) -> bool:
    return when is None or answers.get(when.question) in when.values


def too_few(group: Group) -> str:
    return _("Dodaj co najmniej %(least)d: %(one)s.") % {"least": group.least, "one": spoken(group.one).lower()}


def read_items(group: Group, typed: Raw, errors: dict[str, str]) -> Iterator[Item]:
    for key in keys(group, typed):
        item: Answers = {}
        for question in group.questions:
            if not holds(question.when, item):
                continue
            name = group.field(key, question)
            try:
                value = question.read(typed.get(name, []))
            except Wrong as fault:
                errors[name] = fault.message
            else:
                if value is not None:
                    item[question.name] = value
        yield cast(Item, item)  # a group holds no groups


def as_json(answers: Answers) -> dict[str, Any]:
    """As the schema describes them: days and numbers of JSON, in the order in which they were asked."""
    return {name: plain(value) for name, value in answers.items()}


def plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case list():
            return [plain(one) for one in value]
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case _:
            return value


def as_typed(questions: Iterable[Asked], answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Answers of JSON as a person would have typed them, for a form that is to be changed or that a program fills in.

    What does not fit the questions is left as text: reading finds it wrong.
    """
    found: dict[str, list[str]] = {}
    for one in questions:
        value = answers.get(one.name)
        if value is None:
            continue
        if isinstance(one, Group):
            items = [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
            found[one.name] = [str(number) for number in range(len(items))]
            for number, item in enumerate(items):
                typed = as_typed(one.questions, item)
                found |= {f"{one.name}-{number}-{name}": texts for name, texts in typed.items()}
        else:
            found[one.name] = typed_value(value)
    return found


def typed_value(value: Any) -> list[str]:
    match value:
        case bool():
            return ["tak"] if value else []
        case list():
            return ["\n".join(str(one) for one in value)]
        case {"type": "Point", "coordinates": [float() | int() as x, float() | int() as y]} if is_on_globe(x, y):
            return [f"{x:.7f}, {y:.7f}"]
        case dict():
            return [json.dumps(value)]
        case _:
            return [str(value)]


def is_on_globe(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90


def told(questions: Iterable[Asked], answers: Answers) -> Iterator[tuple[str, str]]:
    """Labels and answers for people, Polish; things of a group are numbered."""
    for one in questions:
        value = answers.get(one.name)
        if value is None:
            continue
        if isinstance(one, Group):
            assert isinstance(value, list)
            for number, item in enumerate(value, start=1):
                assert isinstance(item, dict)
                for label, text in told(one.questions, dict(item)):
                    yield f"{one.one.pl} {number}: {label}", text
        else:
            yield one.label.pl, said(one, value)


def said(question: Question, value: Any) -> str:
    return question.told(value)


# --- repeating groups -------------------------------------------------------------------------------------------


def keys(group: Group, typed: Raw) -> list[str]:
    """Of the things that are there, in order; at first as many as there must be."""
    if group.name not in typed:
        return [str(number) for number in range(group.least)]
    found = [key for key in typed[group.name] if key.isascii() and key.isdecimal() and len(key) < 6]
    return list(dict.fromkeys(found))[: group.most]


def changed(group: Group, typed: Raw, action: str, key: str) -> dict[str, list[str]]:
    """What was typed after ``add``, ``copy``, ``remove`` or ``restore``; the fields of a removed thing stay."""
    held = keys(group, typed)
    removed = [one for one in typed.get(removed_name(group), []) if one not in held]
    after = {name: list(values) for name, values in typed.items()}
    free = str(1 + max((int(one) for one in [*held, *removed] if one.isdecimal()), default=-1))
    if action in {"add", "copy"} and len(held) < group.most:
        if action == "copy":
            for question in group.questions:
                after[group.field(free, question)] = list(typed.get(group.field(key, question), []))
        held.append(free)
    elif action == "remove" and key in held:
        held.remove(key)
        removed = [key]
    elif action == "restore" and key in removed:
        held, removed = sorted([*held, key], key=int)[: group.most], []
    after[group.name], after[removed_name(group)] = held, removed
    return after


def removed_name(group: Group) -> str:
    return f"{group.name}-removed"

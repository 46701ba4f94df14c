"""A form: steps of questions, with a version that a filing keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.forms.questions import NAME, Asked, Group, object_schema
from spatial.ogc.text import Text


@dataclass(frozen=True, slots=True)
class Step:
    """One page. ``name`` stands in its address."""

    name: str
    title: Text
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Form:
    """Steps in order. A condition may look at earlier questions only, so there are no circles."""

    version: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for a name that comes twice and for a condition on what is asked later or not at all."""
        before: set[str] = set()
        for one in self.questions():
            if one.name in before:
                raise ValueError(f"the question {one.name!r} comes twice")
            refuse_later(one, before)
            before.add(one.name)
            if isinstance(one, Group):
                inside: set[str] = set()
                for part in one.questions:
                    refuse_later(part, inside)
                    inside.add(part.name)
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names) or not all(NAME.fullmatch(name) for name in names):
            raise ValueError("steps need names of their own")

    def questions(self) -> Iterator[Asked]:
        for step in self.steps:
            yield from step.questions

    def question(self, name: str) -> Asked:
        """Raises KeyError."""
        for one in self.questions():
            if one.name == name:
                return one
        raise KeyError(name)

    def step(self, name: str) -> Step | None:
        return next((one for one in self.steps if one.name == name), None)

    def schema(self, *, title: str) -> dict[str, Any]:
        """JSON Schema 2020-12 of the answers."""
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, "version": self.version}
        return head | object_schema(self.questions())


def refuse_later(one: Asked, before: set[str]) -> None:
    if one.when and one.when.question not in before:
        raise ValueError(f"{one.name!r} depends on {one.when.question!r}, which is not asked before it")

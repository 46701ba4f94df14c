"""A step as its page shows it: every field with what was typed and what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html

from services.forms.places import Area
from services.forms.questions import Asked, Choice, Day, Files, Group, Line, Number, Parcels, Question, Raw, spoken
from services.forms.reading import Answers, Quoted, Reading, holds, keys, removed_name


@dataclass(frozen=True, slots=True)
class Field:
    """One input. ``id`` is that of the element to which an error leads."""

    name: str
    kind: str
    label: str
    hint: str
    is_required: bool
    typed: str
    error: str
    options: tuple[tuple[str, str, bool], ...] = ()  #: value, label, whether it is chosen
    autocomplete: str = "off"
    unit: str = ""
    longest: int | None = None
    files: tuple[tuple[str, str], ...] = ()  #: key and name of those that are kept
    can_grow: bool = True
    least: str = ""
    most: str = ""  #: the last day, or how many places of the map

    @property
    def id(self) -> str:
        return f"pole-{self.name}"

    @property
    def is_place(self) -> bool:
        """Whether a map may answer it."""
        return self.kind in {"parcels", "point", "area"}

    @property
    def described_by(self) -> str:
        said = [f"{self.id}-opis"] if self.hint else []
        return " ".join(said + ([f"{self.id}-blad"] if self.error else []))


@dataclass(frozen=True, slots=True)
class Thing:
    """One of a repeating group."""

    key: str
    title: str
    fields: tuple[Field, ...]
    can_go: bool


@dataclass(frozen=True, slots=True)
class Many:
    """A repeating group."""

    name: str
    label: str
    hint: str
    one: str
    error: str
    things: tuple[Thing, ...]
    removed: tuple[str, ...]
    can_grow: bool
    kind: str = "group"

    @property
    def id(self) -> str:
        return f"pole-{self.name}"


def shown(
    questions: Iterable[Asked], typed: Raw, reading: Reading, *, before: Answers, is_whole: bool = False
) -> list[Field | Many]:
    """Only what is asked now (all of it: ``is_whole``); ``reading.errors`` may be empty on a page not sent yet."""
    seen: Answers = before | reading.answers
    return [
        many(one, typed, reading) if isinstance(one, Group) else field_of(one, one.name, typed, reading)
        for one in questions
        if is_whole or holds(one.when, seen)
    ]


def marked(error: str) -> str:
    """For a page: words of a register say that they are Polish."""
    return format_html('<span lang="pl">{}</span>', error) if isinstance(error, Quoted) else error


def field_of(question: Question, name: str, typed: Raw, reading: Reading) -> Field:
    held = typed.get(name, [])
    text = held[0] if held else ""
    more: dict[str, object] = {}
    match question:
        case Choice():
            more["options"] = tuple((one.value, spoken(one.label), one.value == text) for one in question.offered())
        case Line(autocomplete=autocomplete, longest=longest):
            more |= {"autocomplete": autocomplete, "longest": longest}
        case Files(most=most):
            more["files"] = tuple((one.partition(" ")[0], one.partition(" ")[2]) for one in held)
            more["can_grow"] = len(held) < most
        case Number(unit=unit):
            more["unit"] = unit
        case Parcels(most=most) | Area(most=most):
            more["most"] = str(most)
        case Day(first=first, last=last):
            more |= {"least": first.isoformat(), "most": last.isoformat()}
    return Field(
        name=name, kind=question.kind, label=spoken(question.label), hint=spoken(question.hint),
        is_required=question.is_required, typed=text, error=marked(reading.errors.get(name, "")),
        **more,  # type: ignore[arg-type] # by the kind above
    )  # fmt: skip


def many(group: Group, typed: Raw, reading: Reading) -> Many:
    held = keys(group, typed)
    things = tuple(
        Thing(
            key,
            f"{spoken(group.one)} {number}",
            tuple(field_of(one, group.field(key, one), typed, reading) for one in group.questions),
            can_go=len(held) > group.least,
        )
        for number, key in enumerate(held, start=1)
    )
    removed = tuple(key for key in typed.get(removed_name(group), []) if key not in held)
    return Many(
        group.name, spoken(group.label), spoken(group.hint), spoken(group.one), reading.errors.get(group.name, ""),
        things, removed, can_grow=len(held) < group.most,
    )  # fmt: skip

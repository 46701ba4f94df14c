"""Kinds of questions: how each is read, shown in a summary, and written in JSON Schema."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from data.identifiers import MalformedParcelIdError, ParcelId
from spatial.municipalities.models import Municipality
from spatial.near import cache
from spatial.ogc.text import Text
from spatial.words import polish_date, polish_number

#: what was typed, by the name of the field in the page
type Raw = Mapping[str, list[str]]
type Value = str | bool | int | Decimal | date | list[str] | dict[str, Any]

NOTHING = Text("", "")
LINE, LINES = 300, 10_000
OFFICES_KEPT_S = 60
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Wrong(Exception):
    """What was typed cannot be taken; the message says what to do, in the language of the page."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class When:
    """The question is asked when an earlier one was answered with one of the values."""

    question: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. ``name`` is for programs, ``label`` for people."""

    name: str
    label: Text
    hint: Text = NOTHING
    is_required: bool = True
    when: When | None = None
    initial: str = ""  #: stands in the field at first
    prefill: str = ""  #: what the office knows already, by a name of ``services.catalogue.prefill``
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a question")

    def read(self, typed: list[str]) -> Value | None:
        """None where nothing was typed. Raises Wrong."""
        text = clean(typed[0] if typed else "")
        if not text:
            if self.is_required:
                raise Wrong(_("Odpowiedz na to pytanie."))
            return None
        return self.value(text)

    def value(self, text: str) -> Value:
        """Of a text that is not empty. Raises Wrong."""
        raise NotImplementedError

    def told(self, value: Value) -> str:
        """For people, Polish: summaries and documents."""
        return str(value)

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError

    def described(self) -> dict[str, Any]:
        """JSON Schema with the words."""
        said = self.schema() | {"title": self.label.pl}
        return said | ({"description": self.hint.pl} if self.hint.pl else {})


def clean(text: str) -> str:
    """Without signs that cannot be printed, one kind of line end, no space at the ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(sign for sign in lines if sign == "\n" or sign.isprintable() or sign == "\u00a0").strip()


@dataclass(frozen=True, kw_only=True)
class Line(Question):
    """A line of text."""

    longest: int = LINE
    autocomplete: str = "off"
    kind: ClassVar[str] = "line"

    def value(self, text: str) -> Value:
        text = " ".join(text.split())
        if len(text) > self.longest:
            raise Wrong(_("Skróć odpowiedź do %(most)d znaków.") % {"most": self.longest})
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, kw_only=True)
class Lines(Question):
    """A longer text."""

    longest: int = LINES
    kind: ClassVar[str] = "lines"

    def value(self, text: str) -> Value:
        if len(text) > self.longest:
            raise Wrong(_("Skróć odpowiedź do %(most)d znaków.") % {"most": self.longest})
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, kw_only=True)
class Email(Question):
    kind: ClassVar[str] = "email"

    def value(self, text: str) -> Value:
        try:
            validate_email(text)
        except ValidationError:
            raise Wrong(_("Podaj adres e-mail, na przykład anna@example.pl.")) from None
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 320}


@dataclass(frozen=True, kw_only=True)
class Day(Question):
    """A day between two."""

    first: date = date(1900, 1, 1)
    last: date = date(2200, 12, 31)
    kind: ClassVar[str] = "day"

    def value(self, text: str) -> Value:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Wrong(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28.")) from None
        if not self.first <= day <= self.last:
            raise Wrong(
                _("Podaj dzień od %(first)s do %(last)s.")
                % {"first": polish_date(self.first), "last": polish_date(self.last)}
            )
        return day

    def told(self, value: Value) -> str:
        assert isinstance(value, date)
        return polish_date(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """A number with at most ``places`` decimals; a comma or a point, spaces between thousands."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(1_000_000)
    places: int = 0
    unit: str = ""
    kind: ClassVar[str] = "number"

    def value(self, text: str) -> Value:
        written = re.sub(r"[\s\u00a0]", "", text).replace(",", ".")
        try:
            number = Decimal(written) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", written, re.ASCII) else None
        except InvalidOperation:
            number = None
        if number is None or number != round(number, self.places):
            raise Wrong(_("Wpisz liczbę, najwyżej z %(places)d miejscami po przecinku.") % {"places": self.places})
        if not self.least <= number <= self.most:
            raise Wrong(_("Wpisz liczbę od %(least)s do %(most)s.") % {"least": self.least, "most": self.most})
        return number

    def told(self, value: Value) -> str:
        assert isinstance(value, Decimal)
        return f"{polish_number(value)} {self.unit}".strip()

    def schema(self) -> dict[str, Any]:
        step = float(Decimal(1).scaleb(-self.places))
        return {"type": "number", "minimum": float(self.least), "maximum": float(self.most), "multipleOf": step}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """One of a few."""

    options: tuple[Option, ...] = ()
    kind: ClassVar[str] = "choice"

    def offered(self) -> tuple[Option, ...]:
        return self.options

    def value(self, text: str) -> Value:
        if text not in {option.value for option in self.offered()}:
            raise Wrong(_("Wybierz jedną z odpowiedzi."))
        return text

    def told(self, value: Value) -> str:
        return next(option.label.pl for option in self.offered() if option.value == value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "oneOf": [{"const": one.value, "title": one.label.pl} for one in self.offered()]}


@dataclass(frozen=True, kw_only=True)
class OfficeChoice(Choice):
    """Which municipality's office; the value is its TERYT."""

    def offered(self) -> tuple[Option, ...]:
        """A new office is offered within a minute: each filing asks for this list twice."""
        found: tuple[Option, ...] | None = cache.get("forms.offices")
        if found is None:
            found = offices()
            cache.set("forms.offices", found, OFFICES_KEPT_S)
        return found


def offices() -> tuple[Option, ...]:
    rows = Municipality.objects.order_by("name").values_list("pk", "office_name")
    return tuple(Option(teryt, Text(name, name)) for teryt, name in rows)


@dataclass(frozen=True, kw_only=True)
class Statement(Question):
    """A sentence that the person makes the own one; a required one must be."""

    kind: ClassVar[str] = "statement"

    def read(self, typed: list[str]) -> Value | None:
        is_made = bool(typed and clean(typed[0]))
        if self.is_required and not is_made:
            raise Wrong(_("Bez tego oświadczenia nie przyjmiemy wniosku."))
        return is_made

    def told(self, value: Value) -> str:
        return "tak" if value else "nie"

    def schema(self) -> dict[str, Any]:
        return {"const": True} if self.is_required else {"type": "boolean"}


def parcel_ids(text: str) -> list[str]:
    """Each once, in the order in which they were typed. Raises Wrong."""
    try:
        return list(dict.fromkeys(str(ParcelId.parse(word)) for word in re.split(r"[\s,;]+", text)))
    except MalformedParcelIdError as fault:
        raise Wrong(str(fault)) from None


@dataclass(frozen=True, kw_only=True)
class Parcels(Question):
    """Parcels by their identifiers; on the page the map picks them. Whether they are known, the service asks."""

    most: int = 20
    kind: ClassVar[str] = "parcels"

    def value(self, text: str) -> Value:
        found = parcel_ids(text)
        if len(found) > self.most:
            raise Wrong(_("Podaj najwyżej %(most)d działek.") % {"most": self.most})
        return found

    def told(self, value: Value) -> str:
        assert isinstance(value, list)
        return ", ".join(value)

    def schema(self) -> dict[str, Any]:
        item = {"type": "string", "pattern": r"^\d{6}_\d\.\d{4}\..+$"}
        return {"type": "array", "items": item, "minItems": 1, "maxItems": self.most, "uniqueItems": True}


@dataclass(frozen=True, kw_only=True)
class Files(Question):
    """Files. What is typed is written by the office, never taken from the page: "key name" of each kept file."""

    most: int = 5
    kind: ClassVar[str] = "files"

    def read(self, typed: list[str]) -> Value | None:
        if self.is_required and not typed:
            raise Wrong(_("Dołącz co najmniej jeden plik."))
        return list(typed) or None

    def told(self, value: Value) -> str:
        assert isinstance(value, list)
        return "\n".join(one.partition(" ")[2] for one in value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": self.most}


@dataclass(frozen=True, kw_only=True)
class Group:
    """Questions asked as many times as there are things to tell of; every thing has a key that stays its own."""

    name: str
    label: Text
    one: Text  #: what one of them is: "Dziecko"
    questions: tuple[Question, ...]
    hint: Text = NOTHING
    least: int = 1
    most: int = 20
    when: When | None = None
    kind: ClassVar[str] = "group"

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or any(one.when and one.when.question == one.name for one in self.questions):
            raise ValueError(f"{self.name!r} is no group")

    def field(self, key: str, question: Question) -> str:
        """Name of the field in the page."""
        return f"{self.name}-{key}-{question.name}"

    def described(self) -> dict[str, Any]:
        return {
            "type": "array", "title": self.label.pl, "minItems": self.least, "maxItems": self.most,
            "items": object_schema(self.questions),
        }  # fmt: skip


type Asked = Question | Group


def object_schema(questions: Iterable[Asked]) -> dict[str, Any]:
    """JSON Schema (2020-12) of answers: what a condition asks for is required only where it holds."""
    held = list(questions)
    conditions = [
        {
            "if": {"properties": {one.when.question: {"enum": list(one.when.values)}}, "required": [one.when.question]},
            "then": {"required": [one.name]},
            "else": {"properties": {one.name: False}},
        }
        for one in held
        if one.when and is_needed(one)
    ]
    said: dict[str, Any] = {
        "type": "object",
        "properties": {one.name: one.described() for one in held},
        "required": [one.name for one in held if is_needed(one) and not one.when],
        "additionalProperties": False,
    }
    return said | ({"allOf": conditions} if conditions else {})


def is_needed(one: Asked) -> bool:
    return one.least > 0 if isinstance(one, Group) else one.is_required


def spoken(text: Text) -> str:
    """In the language of the page."""
    return text[get_language() or "pl"]

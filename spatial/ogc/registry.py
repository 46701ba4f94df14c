"""What the OGC doors serve: collections and processes that the apps register in their ``collections.py``.

``fields`` is the allow-list: a column that is not named here can be neither read, filtered, sorted nor drawn.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Any, Literal, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import DateField, F, Func, Model, QuerySet
from django.db.models.expressions import Combinable

from spatial.ogc.drawing import Drawing
from spatial.ogc.editing import Editing
from spatial.ogc.text import Text

FieldType = Literal["string", "integer", "number", "date"]


class Today(Func):
    """The day it is when somebody asks. A day from Python would stand in the open view for ever."""

    template = "(now() AT TIME ZONE '%(zone)s')::date"
    output_field = DateField()

    def __init__(self) -> None:
        super().__init__(zone=settings.TIME_ZONE)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One public property."""

    path: str | Combinable  #: path of the ORM from the collection's model, or an expression over it
    title: Text
    type: FieldType = "string"

    @property
    def expression(self) -> Combinable:
        return F(self.path) if isinstance(self.path, str) else self.path

    def schema(self, language: str = "pl") -> dict[str, str]:
        """JSON Schema of a value; every property may be absent (null)."""
        kind = {"type": "string", "format": "date"} if self.type == "date" else {"type": self.type}
        return kind | {"title": self.title[language]}


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Legal time of the rows: ``datetime=`` chooses among ``ever()``; without it ``public()`` is served."""

    start: str  #: path to the first day
    end: str  #: path to the day after the last one, null while open
    ever: Callable[[], QuerySet[Any]]  #: public rows of all days


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """How the one search finds rows by their words, and what it calls them."""

    kind: str  #: of the hits, as the search of the portal groups them
    words: tuple[str, ...]  #: properties whose words find a row
    label: str  #: properties in braces: ``"{symbol}"``
    detail: str  #: likewise; rows of one label and one detail are one hit

    def fields(self) -> set[str]:
        return {*self.words, *named_in(self.label), *named_in(self.detail)}


def named_in(pattern: str) -> list[str]:
    return [name for _text, name, _format, _conversion in Formatter().parse(pattern) if name]


@dataclass(frozen=True, slots=True)
class Follows:
    """A table that decides, by a subquery, what rows of a collection say. Joined tables need no mention."""

    model: type[Model]
    column: str  #: of that table; its values in rows that came, changed or went are what ``reached`` is given
    reached: Callable[[Combinable], QuerySet[Any]]  #: rows of the collection's model to write anew; ``__in`` the values


class Theme(StrEnum):
    """Groups of collections, in the order in which maps list them; later ones lie above."""

    PLANNING = "planning"
    CADASTRE = "cadastre"
    NATURE = "nature"
    UTILITIES = "utilities"
    TOURISM = "tourism"


THEMES = {
    Theme.PLANNING: Text("Planowanie przestrzenne", "Spatial planning"),
    Theme.CADASTRE: Text("Ewidencja gruntów, budynków i adresów", "Land, buildings and addresses"),
    Theme.NATURE: Text("Ochrona przyrody", "Nature protection"),
    Theme.UTILITIES: Text("Sieci uzbrojenia terenu", "Utility networks"),
    Theme.TOURISM: Text("Turystyka", "Tourism"),
}


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A set of public objects with one geometry each, EPSG:2178.

    ``public()`` yields rows that everybody may see, without personal data. They stand ready in a table that the
    database keeps (``spatial.ogc.open_tables``), so it may name no day but ``Today()``. Item ids (``id_field``)
    outlive a new delivery of the same object.
    """

    id: str
    title: Text
    description: Text
    keywords: tuple[str, ...]
    public: Callable[[], QuerySet[Any]]
    fields: Mapping[str, FieldSpec]
    id_field: str
    geometry: str = "geom"
    geometry_type: Literal["Point", "MultiPolygon", "MultiLineString"] = "MultiPolygon"
    #: what is served with ``public()`` in place of the stored column, which nobody can then ask about
    shape: Callable[[], Combinable] | None = None
    follows: tuple[Follows, ...] = ()
    time: TimeSpan | None = None
    tile_fields: tuple[str, ...] = ()
    min_zoom: int = 0
    theme: Theme = Theme.CADASTRE
    inspire: str = ""  #: code of the INSPIRE theme, for metadata
    drawing: Drawing | None = None  #: None: no pictures of it are made
    editing: Editing | None = None  #: None: read only
    search: Searching | None = None  #: None: the one search finds its rows in another way, or not at all

    def __post_init__(self) -> None:
        drawn = set(self.drawing.fields()) if self.drawing else set()
        set_by_clients = self.editing.fields if self.editing else ()
        searched = self.search.fields() if self.search else ()
        unknown = ({self.id_field, *self.tile_fields, *set_by_clients, *searched} - set(self.fields)) | (
            drawn - set(self.tile_fields)
        )
        if unknown:
            raise ImproperlyConfigured(f"Collection {self.id!r} names unknown fields: {sorted(unknown)}.")

    def outline(self, *, of_now: bool = True) -> Combinable:
        """Geometry to serve, EPSG:2178; rows of other days are served as stored."""
        return self.shape() if self.shape and of_now else F(self.geometry)


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process of public data; ``processor`` is the dotted path of a pygeoapi processor with ``METADATA``."""

    id: str
    processor: str


class Named(Protocol):
    @property
    def id(self) -> str: ...


class Registry[T: Named]:
    """Things by id, in the order of registration."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._held: dict[str, T] = {}

    def register(self, thing: T) -> T:
        """Raises ImproperlyConfigured when the id is taken."""
        if thing.id in self._held:
            raise ImproperlyConfigured(f"OGC {self.kind} {thing.id!r} is registered twice.")
        self._held[thing.id] = thing
        return thing

    def get(self, name: str) -> T | None:
        return self._held.get(name)

    def __getitem__(self, name: str) -> T:
        """Raises KeyError."""
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def __iter__(self) -> Iterator[T]:
        return iter(self._held.values())


collections: Registry[Collection] = Registry("collection")
processes: Registry[Process] = Registry("process")

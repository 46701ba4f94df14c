"""Sources that ``manage.py import`` knows. Each app declares its own in ``importers.py``, loaded at first use."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Self

from django.utils.module_loading import autodiscover_modules

from data.records import Problem, Reading
from spatial.errors import ServiceError
from spatial.imports.differences import Differences
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality


class WrongUse(ServiceError):
    """The import was asked for in a way that cannot work: unknown source, no such file, no such municipality."""

    code = "wrong-use"


@dataclass(frozen=True, slots=True)
class Argument:
    """An option that only some sources take; the command offers it as ``--name``."""

    name: str
    help: str
    type: Callable[[str], Any] = str
    is_required: bool = False
    is_flag: bool = False
    #: what a page offers; the command takes other values too (a path on the server, which no page may name)
    choices: tuple[str, ...] = ()
    #: False: means something on the server only, and no page asks for it
    is_for_pages: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a delivery is taken; all are options of the command."""

    municipality: str | None = None  #: six digits of TERYT; None: taken from the identifiers of the file
    state_on: date | None = None  #: day of the register's state; None: the file's own, else the day of the import
    #: since when the first known versions are valid (documents with a date in the past need them); None: state_on
    valid_from: date | None = None
    skip_refused: bool = False  #: publish the good objects although others were refused
    is_partial: bool = False  #: the file is an excerpt; what is not in it stays
    is_correction: bool = False  #: replace a state of the same day
    accept_removals: bool = False  #: the many objects missing from the file are really gone
    is_sample: bool = False  #: sample data, marked so wherever they are shown
    dry_run: bool = False  #: do everything, keep nothing
    create_municipality: str | None = None  #: name of a municipality to create when it is unknown
    options: Mapping[str, Any] = field(default_factory=dict)  #: values of the source's own arguments

    def as_json(self) -> dict[str, Any]:
        """For an upload that waits; days as ISO text."""
        said = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        days = {name: said[name] and date.fromisoformat(said[name]) for name in ("state_on", "valid_from")}
        return cls(**{**said, **days})


@dataclass(slots=True)
class Delivery:
    """One delivery on its way into the registers, inside one transaction."""

    municipality: Municipality
    snapshot: Snapshot
    terms: Terms
    problems: list[Problem]  #: of the reader and of the importer; fills as records are taken
    undo: list[Callable[[], None]] = field(default_factory=list)  #: what a rollback of the database cannot undo
    differences: Differences | None = None  #: filled for a reviewer; None: nobody asked

    @property
    def state_on(self) -> date:
        return self.snapshot.state_on

    def refuse(self, rule: str, object_: str, message: str, point: tuple[float, float] | None = None) -> None:
        self.problems.append(Problem(rule, "error", object_, message, point))

    def warn(self, rule: str, object_: str, message: str, point: tuple[float, float] | None = None) -> None:
        self.problems.append(Problem(rule, "warning", object_, message, point))

    def refused(self) -> set[str]:
        """Identifiers named by errors so far; what we hold of them stays as it is."""
        return {problem.object for problem in self.problems if problem.severity == "error" and problem.object}


@dataclass(frozen=True, slots=True)
class Published:
    """What a publisher did."""

    counts: dict[str, dict[str, int]]  #: {"parcel": {"added": 3, "changed": 0, "removed": 1, "unchanged": 20}}
    written: int  #: records that are new or changed in the registers
    scope: Sequence[str]  #: parts of the registers the delivery speaks of: "parcel:120610_5.0007", "plan:XI-85-15"
    is_unchanged: bool  #: the registers already say all this; no snapshot is kept


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file: how it is read and where its records go."""

    code: str
    title: str  #: Polish, for people
    read: Callable[[Sequence[Path], Mapping[str, Any]], Reading[Any]]
    publish: Callable[[Iterable[Any], Delivery], Published]
    #: six digits of TERYT that the record names, None where it names none
    municipality_of: Callable[[Any], str | None]
    #: name of the record in findings
    name_of: Callable[[Any], str]
    arguments: tuple[Argument, ...] = ()
    #: takes back what the versioned tables do not know of, when a delivery of this source is rolled back
    take_back: Callable[[Snapshot, datetime], dict[str, int]] | None = None
    #: False: the same file may be brought in again for another object
    is_known_by_hash: bool = True
    #: False: objects may lie far from the municipality (places worth a trip, boundaries of neighbours)
    stays_near: bool = True
    #: True: the file covers more than one municipality (PRG, TERYT): objects of others are counted, not refused
    skips_others: bool = False
    #: False: the day of the state means nothing for this source and is not asked for
    has_state_day: bool = True
    #: True: names kept in place, without versions; a file older than the last one of this source is refused
    keeps_latest_only: bool = False
    #: False: what it publishes comes from the system's own pages, and no file is asked for
    is_for_files: bool = True
    #: True: other people bring it than the keeper of registers, on their own page
    has_page_of_its_own: bool = False


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Declare a source; two of one code are a mistake of ours."""
    if _sources.get(source.code, source) is not source:
        raise ValueError(f"Source {source.code} is declared twice.")
    _sources[source.code] = source


@cache
def discover() -> None:
    """Loads each app's ``importers.py`` when a source is first asked for: readers are heavy, pages need none."""
    autodiscover_modules("importers")


def sources() -> list[Source]:
    """Those that read files."""
    discover()
    return [_sources[code] for code in sorted(_sources) if _sources[code].is_for_files]


def source_if_known(code: str) -> Source | None:
    """None for deliveries that no declared source made (plan editing, sample data)."""
    discover()
    return _sources.get(code)


def source(code: str) -> Source:
    """Raises WrongUse for a code that no app declared."""
    discover()
    try:
        return _sources[code]
    except KeyError:
        known = ", ".join(sorted(_sources))
        raise WrongUse(f"Nie znamy źródła „{code}”. Podaj jedno z: {known}.") from None

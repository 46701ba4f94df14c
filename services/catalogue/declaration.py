"""What an e-service says about itself; the rest (pages, cases, drafts, letters) is the same for all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from services.cases.models import Case
from services.cases.terms import Term
from services.forms.definition import Form
from services.forms.questions import Parcels
from services.forms.reading import Answers
from services.identity.models import StaffRole
from spatial.municipalities.models import Municipality
from spatial.ogc.text import Text

if TYPE_CHECKING:
    from services.catalogue.models import Filing

#: what is wrong with answers that are each right: messages by the name of the question
type Faults = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """The service in plain words."""

    title: Text
    summary: Text  #: one sentence: what one gets
    cost: Text
    steps: tuple[Text, ...]  #: what happens, from filing to the end
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Letters:
    """Titles of what the office writes; ``draft`` proposes the text of the positive one from the filing."""

    answer: str
    refusal: str
    draft: Callable[["Filing", date], str] = lambda _filing, _day: ""


@dataclass(frozen=True, slots=True)
class OwnPages:
    """Pages of a service whose cases have more to show than answers and letters."""

    apply: str  #: name of the address of its form
    mine: Callable[[HttpRequest, Case], HttpResponse]
    review: Callable[[HttpRequest, Case], HttpResponse]


@dataclass(frozen=True, kw_only=True)
class EService:
    """One e-service. ``municipality`` and ``check`` look at answers that are each right."""

    code: str
    card: Card
    role: StaffRole.Role  #: who handles it
    term: Term
    order: int = 100
    form: Form | None = None
    letters: Letters | None = None
    case_title: Callable[[Answers], str] = lambda _answers: ""
    municipality: Callable[[Answers], Municipality | None] = lambda _answers: None
    check: Callable[[Answers, date], Faults] = lambda _answers, _day: {}
    pages: OwnPages | None = None

    @property
    def starts_from_parcel(self) -> bool:
        """Whether the map may send a parcel along."""
        return self.form is not None and any(isinstance(one, Parcels) for one in self.form.questions())


@dataclass(slots=True)
class Catalogue:
    """All services of the installation, by code."""

    held: dict[str, EService] = field(default_factory=dict)

    def register(self, service: EService) -> None:
        """Raises ValueError for a code that is taken and for a service without a form and pages."""
        if service.code in self.held or not (service.form or service.pages):
            raise ValueError(service.code)
        self.held[service.code] = service

    def get(self, code: str) -> EService | None:
        return self.held.get(code)

    def __iter__(self) -> Iterator[EService]:
        return iter(sorted(self.held.values(), key=lambda one: (one.order, one.code)))


eservices = Catalogue()

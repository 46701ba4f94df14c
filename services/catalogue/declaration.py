"""What an e-service says about itself; the rest (pages, cases, drafts, letters) is the same for all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from services.cases.models import Case
from services.cases.terms import Term
from services.documents.services import Made
from services.fees.charges import Charge
from services.forms.definition import Form
from services.forms.questions import Parcels
from services.forms.reading import Answers
from services.identity.base import Acting, Level
from services.identity.models import StaffRole, User
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
class Hand:
    """Who issues a document, when, and where anybody will check it."""

    clerk: User
    at: datetime
    site: str


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents that a service makes itself, in place of a letter whose words the clerk writes.

    A document may come with ``inputs["fee_gr"]``, the stamp duty that was counted on it.
    """

    make: Callable[["Filing", Hand], list[Made]]  #: all of them; raises ServiceError when something stands in the way
    preview: Callable[["Filing", int, Hand], bytes]  #: PDF of one of them with a watermark; raises Conflict
    #: whether their stamp duty is known only when they are made, so that the clerk has it counted before
    are_charged: bool = False


@dataclass(frozen=True, slots=True)
class Letters:
    """Titles of what the office writes; ``draft`` proposes the text of the positive one from the filing."""

    answer: str
    refusal: str
    draft: Callable[["Filing", date], str] = lambda _filing, _day: ""
    papers: Papers | None = None
    waits_for_payment: bool = False  #: what was asked for is issued when its stamp duty is paid


@dataclass(frozen=True, slots=True)
class Bench:
    """What a service adds to the clerk's page of a case: a part of the page and steps of its own."""

    template: str
    #: for the template; ``obstacle`` (a sentence) keeps the document from being issued, ``previews`` are titles
    context: Callable[["Filing", date], Mapping[str, Any]]
    steps: Mapping[str, Callable[[Case, QueryDict, User, datetime], object]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EService:
    """One e-service. ``check`` looks at answers that are each right; which office and that parcels are known, the
    catalogue asks itself (``services.catalogue.land``).
    """

    code: str
    card: Card
    role: StaffRole.Role  #: who handles it
    term: Term
    form: Form
    letters: Letters
    case_title: Callable[[Answers], str]
    order: int = 100
    check: Callable[[Answers, date], Faults] = lambda _answers, _day: {}
    #: on which parcels must be known; may look at answers of their step and of earlier ones
    land_day: Callable[[Answers, date], date] = lambda _answers, day: day
    bench: Bench | None = None
    level: Level = Level.ACCOUNT  #: how sure the office must be of who files
    who_may: frozenset[Acting] = frozenset(Acting)  #: for whom one may act in it
    needs_cosigner: Callable[[Answers], bool] = lambda _answers: False  #: whether a second person must sign
    rates: tuple[str, ...] = ()  #: codes of ``services.fees`` that ``fees`` may charge; an office sets amounts for them
    #: what is to be paid for an application of the day
    fees: Callable[[Answers, date], tuple[Charge, ...]] = lambda _answers, _day: ()
    #: why the document of a mandate is not taxed in such a case (stamp-duty act, art. 2 or 7); "" where it is
    mandate_outside: Callable[[Answers], str] = lambda _answers: ""
    asks_mandate: str = ""  #: name of a question about a mandate, for who does not file by one

    @property
    def starts_from_parcel(self) -> bool:
        """Whether the map may send a parcel along."""
        return any(isinstance(one, Parcels) for one in self.form.questions())


@dataclass(slots=True)
class Catalogue:
    """All services of the installation, by code."""

    held: dict[str, EService] = field(default_factory=dict)

    def register(self, service: EService) -> None:
        """Raises ValueError for a code that is taken."""
        if service.code in self.held:
            raise ValueError(service.code)
        self.held[service.code] = service

    def get(self, code: str) -> EService | None:
        return self.held.get(code)

    def __iter__(self) -> Iterator[EService]:
        return iter(sorted(self.held.values(), key=lambda one: (one.order, one.code)))


eservices = Catalogue()

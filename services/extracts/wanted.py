"""What an application for an extract asks for, and what the plans say about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Self

from planning.extracts.analysis import Analysis, analyse, find_parcels
from services.cases.models import Case, CaseProperty
from services.catalogue.models import Filing
from services.forms.reading import Answers
from spatial.cadastre.models import Parcel

SERVICE = "wypis-i-wyrys"
#: property of a case: keys of the slivers that the planner chose to print
SLIVERS = "confirmed-slivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which land, which parts, which day; ``confirmed``: keys of slivers that are to be printed."""

    case: Case
    parcels: tuple[str, ...]
    as_of: date
    scope: str = "both"
    confirmed: tuple[str, ...] = ()

    @classmethod
    def of(cls, filing: Filing) -> Self:
        answers = filing.newest.answers
        noted = CaseProperty.objects.filter(case=filing.case_id, name=SLIVERS).first()
        return cls(
            case=filing.case, parcels=tuple(answers["parcels"]), as_of=date.fromisoformat(answers["as_of"]),
            scope=answers["scope"], confirmed=tuple(noted.value) if noted else (),
        )  # fmt: skip


def analysis_of(wanted: Wanted, *, confirmed: Collection[str] | None = None) -> Analysis:
    """The parcels on their day, with the slivers that the planner confirmed."""
    parcels, missing = find_parcels(wanted.parcels, as_of=wanted.as_of)
    chosen = wanted.confirmed if confirmed is None else confirmed
    return analyse(parcels=parcels, as_of=wanted.as_of, confirmed=chosen, missing=missing)


def named_land(answers: Answers) -> str:
    """``"działka 123/4, Skała"``."""
    named = answers["parcels"]
    assert isinstance(named, list)
    rows = Parcel.objects.known().filter(identifier__in=named).select_related("district").order_by("-valid_from")
    found = {row.identifier: row for row in rows}
    numbers = ", ".join(found[str(name)].number if str(name) in found else str(name) for name in named)
    districts = ", ".join(sorted({row.district.name for row in found.values()}))
    return f"działka {numbers}, {districts}"

"""Everything a document is made from, by version: kept with it, so that it can be made again byte for byte."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from django.db.models import Q

from planning.extracts.analysis import Analysis, PlanFamily, analyse
from planning.extracts.models import ExtractRate
from planning.models import GeneralPlanZone, LocalPlan, PlanSheet
from spatial.cadastre.models import Parcel
from spatial.cadastre.states import state_days
from spatial.municipalities.models import Municipality

TEMPLATE = "wypis-wyrys 1"  #: raise when the paper changes; the old one stays reproducible by its release

NEIGHBOUR_M = 0.5  #: parcels this near are drawn with their numbers


@dataclass(frozen=True, slots=True)
class Office:
    """The issuing office as it stood on the day."""

    name: str
    street_address: str
    postal_address: str
    seat: str
    head_title: str
    head_genitive: str  #: "Burmistrza …", after "z up."

    @classmethod
    def of(cls, municipality: Municipality) -> Self:
        return cls(
            municipality.office_name,
            municipality.street_address,
            municipality.postal_address,
            municipality.seat,
            municipality.head_title,
            municipality.head_title_genitive,
        )


@dataclass(frozen=True, slots=True)
class ExtractOrder:
    """One document: one plan with its changes, some parcels, one legal day. Numbers are primary keys of versions."""

    office: Office
    as_of: date
    issued_on: date
    case_number: str
    addressee: str
    signatory: str
    verification_code: str
    verification_url: str
    has_text: bool
    has_drawing: bool
    is_preview: bool
    base_plan: int
    plans: tuple[int, ...]  #: all plans in force that were asked, for the shares
    parcels: tuple[int, ...]
    neighbours: tuple[int, ...]
    general_zones: tuple[int, ...]  #: of the general plan, on the part outside local plans
    confirmed: tuple[str, ...]
    sheets: tuple[tuple[int, str], ...]  #: key and SHA-256 of each sheet of the plan
    registers: dict[str, tuple[str, str]]  #: parcel -> name of its district, day of the EGiB state, as they stood
    rate: int
    template: str = TEMPLATE

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"as_of": self.as_of.isoformat(), "issued_on": self.issued_on.isoformat()}

    @classmethod
    def from_json(cls, inputs: Mapping[str, Any]) -> Self:
        days = {name: date.fromisoformat(inputs[name]) for name in ("as_of", "issued_on")}
        lists = {name: tuple(inputs[name]) for name in ("plans", "parcels", "neighbours", "general_zones", "confirmed")}
        pairs = {
            "sheets": tuple((key, digest) for key, digest in inputs["sheets"]),
            "registers": {parcel: (name, day) for parcel, (name, day) in inputs["registers"].items()},
        }
        return cls(**{**inputs, **days, **lists, **pairs, "office": Office(**inputs["office"])})

    def district(self, parcel: Parcel) -> str:
        return self.registers[parcel.identifier][0]

    def state_on(self, parcel: Parcel) -> date:
        return date.fromisoformat(self.registers[parcel.identifier][1])

    def analysis(self) -> Analysis:
        """The answer from exactly the versions named here."""
        rows = Parcel.objects.filter(pk__in=self.parcels).in_natural_order()
        parcels = list(rows.select_related("district", "municipality", "snapshot"))
        plans = LocalPlan.objects.filter(pk__in=self.plans)
        general = GeneralPlanZone.objects.filter(pk__in=self.general_zones)
        return analyse(parcels=parcels, as_of=self.as_of, plans=plans, general=general, confirmed=self.confirmed)

    def fee_rate(self) -> ExtractRate:
        return ExtractRate.objects.get(pk=self.rate)


def neighbours_of(parcels: list[Parcel], *, as_of: date) -> tuple[int, ...]:
    """Parcels beside the asked ones, as they are on the day."""
    near = Q(pk=None)
    for parcel in parcels:
        near |= Q(geom__dwithin=(parcel.geom, NEIGHBOUR_M))
    rows = Parcel.objects.on(as_of).filter(near).exclude(pk__in=[parcel.pk for parcel in parcels])
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def sheets_of(family: PlanFamily) -> tuple[tuple[int, str], ...]:
    rows = PlanSheet.objects.filter(plan__in=family.plans).order_by("plan", "number")
    return tuple(rows.values_list("pk", "sha256"))


def registers_of(parcels: list[Parcel], *, as_of: date) -> dict[str, tuple[str, str]]:
    days = state_days(parcels, as_of=as_of)
    return {row.identifier: (row.district.name, days[row.identifier].isoformat()) for row in parcels}


def family_of(analysis: Analysis, base_plan: int) -> PlanFamily:
    return next(family for family in analysis.families if family.base.pk == base_plan)

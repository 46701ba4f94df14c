"""Given parcels and a day: which plans bind them, what goes into which document, and what stands in the way."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from data.identifiers import ParcelId
from planning.extracts import findings
from planning.extracts.findings import Finding, Severity
from planning.extracts.rules import check
from planning.extracts.shares import Share, Sliver, parcel_shares
from planning.extracts.situation import OverlayPiece, Situation, situation
from planning.models import GeneralPlanZone, LocalPlan, LocalPlanQuerySet
from spatial.cadastre.models import Parcel
from spatial.words import polish_date


@dataclass(frozen=True, slots=True)
class ParcelAnswer:
    """One parcel under all plans in force."""

    land: Situation
    shares: tuple[Share, ...]
    slivers: tuple[Sliver, ...]

    @property
    def parcel(self) -> Parcel:
        return self.land.parcel

    def rows(self, family: "PlanFamily") -> list[Share]:
        """Rows of the plan and its changes."""
        return [share for share in self.shares if share.plan and share.plan.pk in family.plan_ids]

    def beyond(self, family: "PlanFamily") -> tuple[int, Decimal]:
        """Square metres and per cent of the parcel outside these plans."""
        rest = [share for share in self.shares if not share.plan or share.plan.pk not in family.plan_ids]
        return sum(share.area_m2 for share in rest), sum((share.percent for share in rest), Decimal(0))

    def overlays(self, family: "PlanFamily") -> list[OverlayPiece]:
        return [found for piece in self.land.pieces if piece.plan.pk in family.plan_ids for found in piece.overlays]


@dataclass(frozen=True, slots=True)
class PlanFamily:
    """A plan with the plans that change it: one document, one duty."""

    base: LocalPlan
    changes: tuple[LocalPlan, ...]

    @property
    def plans(self) -> tuple[LocalPlan, ...]:
        return (self.base, *self.changes)

    @property
    def plan_ids(self) -> frozenset[int]:
        return frozenset(plan.pk for plan in self.plans)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The answer to the whole question; ``blocked`` says that no document may be issued."""

    as_of: date
    answers: tuple[ParcelAnswer, ...]
    families: tuple[PlanFamily, ...]
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        return any(finding.severity is Severity.BLOCKING for finding in self.findings)

    def parcels_in(self, family: PlanFamily) -> list[ParcelAnswer]:
        return [answer for answer in self.answers if answer.rows(family)]


def plans_in_force(as_of: date) -> LocalPlanQuerySet:
    """Local plans that bind on the day, as the register knows them now."""
    return LocalPlan.objects.known().in_force(as_of).filter(kind=LocalPlan.Kind.LOCAL_PLAN)


def analyse(
    *,
    parcels: Sequence[Parcel],
    as_of: date,
    plans: LocalPlanQuerySet | None = None,
    general: QuerySet[GeneralPlanZone] | None = None,
    confirmed: Collection[str] = (),
    missing: Iterable[Finding] = (),
) -> Analysis:
    """The day is a legal day; ``plans`` and ``general`` (zones of the general plan) default to those in force on it.

    ``confirmed`` names slivers to print, ``missing`` what was said about parcels that are not there.
    """
    chosen = plans_in_force(as_of) if plans is None else plans
    zones = GeneralPlanZone.objects.in_force(as_of) if general is None else general
    answers = []
    found = list(missing)
    for parcel in parcels:
        land = situation(
            parcel=parcel,
            plans=chosen.filter(municipality=parcel.municipality_id),
            general=zones.filter(plan__municipality=parcel.municipality_id),
            as_of=as_of,
        )
        shares, slivers = parcel_shares(land, confirmed=confirmed)
        answers.append(ParcelAnswer(land, tuple(shares), tuple(slivers)))
        found += check(land, confirmed=confirmed)
    families = [family for family in families_of(answers) if any(answer.rows(family) for answer in answers)]
    return Analysis(as_of, tuple(answers), tuple(families), tuple(found))


def families_of(answers: Iterable[ParcelAnswer]) -> list[PlanFamily]:
    """Plans that give rows or words, each change under the plan it changes; in the order they came into force.

    A base whose whole area here was changed still belongs to the document: its general provisions bind.
    """
    plans: dict[int, LocalPlan] = {}
    base_of: dict[int, int] = {}
    for answer in answers:
        plans |= {share.plan.pk: share.plan for share in answer.shares if share.plan}
        for succession in answer.land.successions:
            if succession.is_change and answer.land.piece_of(succession.later):
                plans |= {plan.pk: plan for plan in (succession.later, succession.target)}
                base_of[succession.later.pk] = succession.target.pk
    ordered = sorted(plans.values(), key=lambda plan: (plan.in_force_from or date.max, plan.code))
    roots = [plan for plan in ordered if plan.pk not in base_of]
    return [
        PlanFamily(root, tuple(plan for plan in ordered if plan.pk in base_of and root_of(plan.pk, base_of) == root.pk))
        for root in roots
    ]


def root_of(plan: int, base_of: dict[int, int]) -> int:
    """The plan at the bottom of a chain of changes; a chain in a circle ends where it began."""
    seen: set[int] = set()
    while plan in base_of and plan not in seen:
        seen.add(plan)
        plan = base_of[plan]
    return plan


def find_parcels(identifiers: Iterable[str], *, as_of: date) -> tuple[list[Parcel], list[Finding]]:
    """Parcel versions valid on the day, in natural order, and a finding for each identifier without one.

    Raises data.identifiers.MalformedParcelIdError for text that is no parcel identifier.
    """
    wanted = list(dict.fromkeys(str(ParcelId.parse(text)) for text in identifiers))
    rows = Parcel.objects.on(as_of).filter(identifier__in=wanted).in_natural_order()
    parcels = list(rows.select_related("district", "district__unit", "municipality", "snapshot"))
    here = {parcel.identifier for parcel in parcels}
    return parcels, [absent(identifier, as_of=as_of) for identifier in wanted if identifier not in here]


def absent(identifier: str, *, as_of: date) -> Finding:
    """Never here, not yet here, or no longer: three sentences."""
    last = Parcel.objects.known().filter(identifier=identifier).order_by("-valid_from").first()
    if last is None:
        text = f"Nie znaleźliśmy działki {identifier}. Sprawdź numer obrębu albo wskaż działkę na mapie."
        return Finding(findings.PARCEL_UNKNOWN, text, parcel=identifier)
    if last.valid_from > as_of:
        text = f"Działka {identifier} powstała dopiero {polish_date(last.valid_from)}. Wybierz późniejszy dzień."
        return Finding(findings.PARCEL_RETIRED, text, parcel=identifier)
    text = f"Działka {identifier} nie istnieje od {polish_date(last.valid_to or as_of)}."
    if last.successors:
        text += f" Powstały z niej działki: {', '.join(last.successors)}. Wybierz jedną z nich."
    return Finding(findings.PARCEL_RETIRED, text, parcel=identifier)

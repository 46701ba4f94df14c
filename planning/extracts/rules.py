"""The named rules: each looks at one parcel on one day and says what it found.

A rule yields findings and decides nothing else; what blocks, stands in ``findings``.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations

from django.contrib.gis.geos import MultiPolygon

from planning.extracts import findings
from planning.extracts.findings import Finding, Rule
from planning.extracts.quoting import quoted
from planning.extracts.shares import Sliver, counts, is_sliver, parcel_shares, widest_scale
from planning.extracts.situation import PlanPiece, Situation, minus, surface, union
from planning.models import LocalPlan, Provision
from spatial.words import polish_date, polish_number

type ParcelRule = Callable[[Situation, Collection[str]], Iterator[Finding]]


def say(rule: Rule, land: Situation, message: str, *, plan: LocalPlan | None = None, key: str = "") -> Finding:
    return Finding(rule, message, parcel=land.parcel.identifier, plan=plan.code if plan else "", key=key)


def metres(area_m2: float) -> str:
    """``"12,3 m²"``: graphic areas that people compare by eye."""
    return f"{polish_number(Decimal(str(round(area_m2, 1))))}\u00a0m²"


def parcel_geometry(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """Self-intersections and the like make every share a guess."""
    if not land.parcel.geom.valid:
        yield say(
            findings.PARCEL_GEOMETRY,
            land,
            "Granica działki w naszych danych przecina się sama ze sobą, więc nie da się policzyć powierzchni terenów. "
            "Zgłoś to prowadzącemu ewidencję i wczytaj poprawione dane.",
        )


def no_plan(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """The third answer: no plan in force, which is neither missing data nor a failed service."""
    if not counts_as_covered(land):
        yield say(
            findings.NO_PLAN,
            land,
            f"Dla działki nie ma planu miejscowego obowiązującego {polish_date(land.as_of)}. "
            "Można wydać zaświadczenie o braku planu.",
        )


def counts_as_covered(land: Situation) -> bool:
    """A plan that reaches the parcel only by the width of its boundary line does not cover it."""
    parcel_m2 = land.parcel.geom.area
    return any(not is_sliver(piece.geom, scale=piece.plan.drawing_scale, parcel_m2=parcel_m2) for piece in land.pieces)


def plans_overlap(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """Two plans marked in force on one place, and neither says that it changes the other: an error in the data."""
    for one, other in combinations(land.pieces, 2):
        if one.is_text_only or other.is_text_only:
            continue
        common = surface(one.geom.intersection(other.geom))
        if common:
            yield overlap(findings.PLANS_OVERLAP, land, common, one, names=(one.plan.title, other.plan.title))


def zones_overlap(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """Two zones of one plan on one place: the drawing must be read by a person."""
    for piece in land.pieces:
        for one, other in combinations(piece.zones, 2):
            common = surface(one.geom.intersection(other.geom))
            if common:
                names = (one.zone.symbol_raw, other.zone.symbol_raw)
                yield overlap(findings.ZONES_OVERLAP, land, common, piece, names=names)


def overlap(rule: Rule, land: Situation, common: MultiPolygon, piece: PlanPiece, *, names: tuple[str, str]) -> Finding:
    """Blocks when it is land; warns when it is narrower than the drawn line."""
    if is_sliver(common, scale=piece.plan.drawing_scale, parcel_m2=land.parcel.geom.area):
        rule = findings.OVERLAP_AT_LINE
    advice = (
        "To mniej niż szerokość linii na rysunku; sprawdź rysunek."
        if rule is findings.OVERLAP_AT_LINE
        else "To błąd danych: popraw granice w rejestrze planów, zanim wydasz dokument."
    )
    text = f"{names[0]} i {names[1]} nakładają się na działce na {metres(common.area)}. {advice}"
    return say(rule, land, text, plan=piece.plan)


def gap_in_plan(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """A place inside the plan that no zone covers."""
    for piece in land.pieces:
        if not piece.gap:
            continue
        thin = is_sliver(piece.gap, scale=piece.plan.drawing_scale, parcel_m2=land.parcel.geom.area)
        rule = findings.GAP_AT_LINE if thin else findings.GAP_IN_PLAN
        advice = (
            "To mniej niż szerokość linii na rysunku."
            if thin
            else "Odczytaj przeznaczenie z rysunku i popraw tereny w rejestrze planów."
        )
        text = f"{metres(piece.gap.area)} działki leży w granicach planu, ale w żadnym jego terenie. {advice}"
        yield say(rule, land, text, plan=piece.plan)


def sheet_missing(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """A wyrys with a blank picture is worse than none."""
    for piece in land.pieces:
        if piece.is_text_only:
            continue
        sheets = union(surface(sheet.footprint) for sheet in piece.plan.sheets.all())
        bare = minus(piece.geom, sheets)
        if bare and not is_sliver(bare, scale=piece.plan.drawing_scale, parcel_m2=land.parcel.geom.area):
            text = (
                f"Arkusze rysunku planu nie pokrywają {metres(bare.area)} działki, więc nie można wydać wyrysu. "
                "Wczytaj brakujący arkusz."
            )
            yield say(findings.SHEET_MISSING, land, text, plan=piece.plan)


def sheet_scale(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """A raster registered at one scale is never printed at another."""
    for piece in land.pieces:
        for sheet in piece.plan.sheets.all():
            if sheet.scale != piece.plan.drawing_scale:
                text = (
                    f"Arkusz {sheet.number} ma skalę 1:{sheet.scale}, a plan 1:{piece.plan.drawing_scale}. "
                    "Popraw skalę w rejestrze planów."
                )
                yield say(findings.SHEET_SCALE, land, text, plan=piece.plan)


def zone_without_provisions(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """A zone with nothing to quote."""
    zones = {found.zone.pk: (found.zone, piece) for piece in land.pieces for found in piece.zones}
    bound = set(Provision.objects.filter(zones__in=zones).values_list("zones__pk", flat=True))
    for pk, (zone, piece) in zones.items():
        if pk not in bound:
            text = (
                f"Teren {zone.symbol_raw} nie ma w rejestrze żadnych ustaleń szczegółowych, więc wypis byłby niepełny. "
                "Uzupełnij treść uchwały."
            )
            yield say(findings.NO_PROVISIONS, land, text, plan=piece.plan)


def sliver(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """Shown to the planner, printed only if confirmed, never dropped silently."""
    for fragment in parcel_shares(land, confirmed=confirmed)[1]:
        yield say(findings.SLIVER, land, sliver_text(fragment), plan=fragment.plan, key=fragment.key)


def sliver_text(fragment: Sliver) -> str:
    return (
        f"Teren {fragment.symbol} zajmuje tylko {metres(fragment.graphic_m2)} przy linii rozgraniczającej, mniej niż "
        "szerokość tej linii na rysunku. Zaznacz, jeśli ma być w dokumencie."
    )


def area_mismatch(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """|A_geom − A_ewid| > max(2 %, 20 m²) (project choice): both areas are shown."""
    official, measured = land.parcel.registered_area_m2, land.parcel.geom.area
    if official is not None and official > 0 and abs(measured - official) > max(0.02 * official, 20):
        text = (
            f"Pole ewidencyjne działki to {polish_number(official)} m², a pole z jej granic {metres(measured)}. "
            "Powierzchnie w dokumencie liczymy od pola ewidencyjnego; sprawdź działkę w ewidencji."
        )
        yield say(findings.AREA_MISMATCH, land, text)


def register_area_missing(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    if not land.parcel.registered_area_m2:
        text = "Ewidencja nie podaje pola działki; w dokumencie będzie pole policzone z granic."
        yield say(findings.AREA_MISSING, land, text)


def provision_annulled(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """A voivode or a court struck out a unit that would be quoted; units under it fall with it, unsaid."""
    for piece in land.pieces:
        if not piece.plan.provisions.filter(annulled_on__lte=land.as_of).exists():
            continue
        zones = [found.zone.pk for found in piece.zones]
        overlays = [found.overlay.pk for found in piece.overlays]
        for quote in quoted(plan=piece.plan, zones=zones, overlays=overlays, as_of=land.as_of):
            if quote.note:
                text = f"{quote.where} – {quote.note}. W wypisie będzie oznaczony jako nieważny."
                yield say(findings.ANNULLED, land, text, plan=piece.plan)


def plan_boundary_crosses(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    if counts_as_covered(land) and counts(land.uncovered, land, scale=widest_scale(land)):
        text = f"{metres(land.uncovered.area)} działki leży poza granicami planu."
        yield say(findings.BOUNDARY_CROSSES, land, text)


def uncovered_at_line(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """A strip outside the plan as thin as its drawn boundary is no row of the table, and is said."""
    if land.uncovered and counts_as_covered(land) and not counts(land.uncovered, land, scale=widest_scale(land)):
        text = f"{metres(land.uncovered.area)} działki wystaje poza granicę planu o mniej niż szerokość linii rysunku."
        yield say(findings.UNCOVERED_AT_LINE, land, text)


def several_plans(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    changing = {succession.later.pk for succession in land.successions if succession.is_change}
    bases = [piece for piece in land.pieces if piece.plan.pk not in changing]
    if len(bases) > 1:
        text = "Na działce obowiązuje więcej niż jeden plan. Dla każdego powstanie osobny dokument z osobną opłatą."
        yield say(findings.SEVERAL_PLANS, land, text)


def plan_changed(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """Base and change are quoted together, each with its date."""
    for succession in land.successions:
        if succession.is_change and land.piece_of(succession.later):
            day = polish_date(succession.relation.effective_on)
            text = f"Plan zmieniono od {day}: {succession.later.title}."
            yield say(findings.PLAN_CHANGED, land, text, plan=succession.later)


def plan_ended(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    for plan in plans_of_other_days(land, in_force_to__lte=land.as_of):
        if plan.in_force_to:
            text = f"Do {polish_date(plan.in_force_to)} obowiązywał tu plan, który stracił moc: {plan.title}."
            yield say(findings.PLAN_ENDED, land, text, plan=plan)


def plan_pending(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    for plan in plans_of_other_days(land, in_force_from__gt=land.as_of):
        if plan.in_force_from:
            text = f"Od {polish_date(plan.in_force_from)} obowiązuje tu plan: {plan.title}."
            yield say(findings.PLAN_PENDING, land, text, plan=plan)


def plans_of_other_days(land: Situation, **when: date) -> Iterator[LocalPlan]:
    """Local plans that bind the parcel on some other day, in the order of time."""
    plans = LocalPlan.objects.known().filter(
        municipality=land.parcel.municipality_id,
        kind=LocalPlan.Kind.LOCAL_PLAN,
        boundary__intersects=land.parcel.geom,
        **when,
    )
    for plan in plans.order_by("in_force_from"):
        if surface(plan.boundary.intersection(land.parcel.geom)):
            yield plan


def general_plan_zone(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """Outside the local plans the general plan's zone is named; silence means that we hold no zone there."""
    if has_general_plan(land):
        yield say(findings.GENERAL_PLAN, land, f"{general_plan_text(land)}.")


def has_general_plan(land: Situation) -> bool:
    return bool(land.general_zones) and counts(land.uncovered, land, scale=widest_scale(land))


def general_plan_text(land: Situation) -> str:
    zones = ", ".join(f"{zone.label} ({zone.name})" for zone in land.general_zones)
    return f"Część działki poza planem miejscowym leży w strefie planu ogólnego gminy: {zones}"


def parcel_newer(land: Situation, confirmed: Collection[str]) -> Iterator[Finding]:
    """The drawing shows an older parcel; the current one is used and the document says so."""
    for piece in land.pieces:
        if is_younger(land, piece.plan) and piece.plan.base_map_on:
            text = (
                f"Działka powstała {polish_date(land.parcel.valid_from)}, po sporządzeniu mapy planu "
                f"({polish_date(piece.plan.base_map_on)}): na rysunku widać stary podział."
            )
            yield say(findings.PARCEL_NEWER, land, text, plan=piece.plan)


def is_younger(land: Situation, plan: LocalPlan) -> bool:
    """Divided or merged after the day of the map that the plan was drawn on."""
    base = plan.base_map_on
    return bool(base and land.parcel.predecessors and land.parcel.valid_from > base and land.piece_of(plan))


PARCEL_RULES: tuple[ParcelRule, ...] = (
    parcel_geometry,
    no_plan,
    plans_overlap,
    zones_overlap,
    gap_in_plan,
    sheet_missing,
    sheet_scale,
    zone_without_provisions,
    sliver,
    area_mismatch,
    register_area_missing,
    provision_annulled,
    plan_boundary_crosses,
    uncovered_at_line,
    several_plans,
    plan_changed,
    plan_ended,
    plan_pending,
    general_plan_zone,
    parcel_newer,
)


def check(land: Situation, *, confirmed: Collection[str] = ()) -> list[Finding]:
    """All rules over one parcel, what blocks first. Land that cannot be measured is asked nothing more."""
    if not land.parcel.geom.valid:
        return list(parcel_geometry(land, confirmed))
    found = [finding for rule in PARCEL_RULES for finding in rule(land, confirmed)]
    order = [severity.value for severity in findings.Severity]
    return sorted(found, key=lambda finding: order.index(finding.severity))

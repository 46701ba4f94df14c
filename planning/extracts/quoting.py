"""The words of the resolution that bind given zones, in the resolution's order; what is left out is marked.

A wypis is an exact extract: it quotes and does not interpret. A unit is quoted when it binds the whole plan, one of
the zones or overlays, or stands under such a unit; its parents are quoted so that the sentence is whole.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from planning.models import LocalPlan, PlanOverlay, PlanZone, Provision

OMITTED = "(…)"


@dataclass(frozen=True, slots=True)
class Quote:
    """One unit as printed; ``kind`` is None for the mark of an omission."""

    kind: Provision.Kind | None
    label: str  #: "§ 7.", "1.", "2)", "a)", "–", "Rozdział 3"
    text: str
    note: str = ""  #: "nieważny od …", when a ruling struck the unit out
    heading: str = ""
    where: str = ""  #: "§ 14 ust. 1 pkt 2", when a ruling struck the unit out


@dataclass(slots=True)
class _Unit:
    provision: Provision
    children: "list[_Unit]"
    zones: frozenset[int]
    overlays: frozenset[int]


def quoted(
    *, plan: LocalPlan, zones: Collection[int], overlays: Collection[int], as_of: date, whole_plan: bool = True
) -> list[Quote]:
    """Quotes for zones and overlays by primary key; two queries and two for the links.

    Without ``whole_plan`` only what names the zones and overlays themselves: for people, never for a wypis.
    """
    roots = tree(plan)
    wanted = Wanted(frozenset(zones), frozenset(overlays), whole_plan)
    return list(merged(quotes_of(roots, wanted, inherited=False, as_of=as_of)))


def tree(plan: LocalPlan) -> "list[_Unit]":
    units: dict[int, _Unit] = {}
    roots: list[_Unit] = []
    for row in plan.provisions.prefetch_related("zones", "overlays").order_by("position"):
        zones = frozenset(zone.pk for zone in row.zones.all())
        unit = _Unit(row, [], zones, frozenset(overlay.pk for overlay in row.overlays.all()))
        units[row.pk] = unit
        siblings = units[row.parent_id].children if row.parent_id else roots
        siblings.append(unit)
    return roots


class Wanted(NamedTuple):
    """Zones and overlays by primary key; ``whole_plan``: also what binds everywhere in the plan."""

    zones: frozenset[int]
    overlays: frozenset[int]
    whole_plan: bool = True


def binds(unit: _Unit, wanted: Wanted) -> bool:
    """The unit itself names what we ask about."""
    is_general = wanted.whole_plan and unit.provision.binds_whole_plan
    return is_general or bool(unit.zones & wanted.zones) or bool(unit.overlays & wanted.overlays)


def concerns_others(unit: _Unit, wanted: Wanted) -> bool:
    """The unit names zones or overlays, and none of ours."""
    return bool(unit.zones or unit.overlays) and not binds(unit, wanted)


def is_needed(unit: _Unit, wanted: Wanted) -> bool:
    """The unit or one below it binds."""
    return binds(unit, wanted) or any(is_needed(child, wanted) for child in unit.children)


def quotes_of(units: list[_Unit], wanted: Wanted, *, inherited: bool, as_of: date) -> Iterator[Quote]:
    """``inherited``: a parent binds, so that children bind too unless they name other zones only."""
    for unit in units:
        whole = binds(unit, wanted) or (inherited and not concerns_others(unit, wanted))
        if whole or is_needed(unit, wanted):
            yield quote(unit.provision, as_of=as_of)
            if not is_annulled(unit.provision, as_of=as_of):
                yield from quotes_of(unit.children, wanted, inherited=whole, as_of=as_of)
        else:
            yield Quote(None, "", OMITTED)


def merged(quotes: Iterator[Quote]) -> Iterator[Quote]:
    """One mark for neighbouring omissions."""
    last: Quote | None = None
    for item in quotes:
        if item.kind is not None or last is None or last.kind is not None:
            yield item
        last = item


def is_annulled(provision: Provision, *, as_of: date) -> bool:
    return provision.annulled_on is not None and provision.annulled_on <= as_of


def quote(provision: Provision, *, as_of: date) -> Quote:
    """An annulled unit keeps its number and says why it has no text."""
    kind = Provision.Kind(provision.kind)
    if is_annulled(provision, as_of=as_of):
        day = provision.annulled_on.strftime("%d.%m.%Y") if provision.annulled_on else ""
        note = f"nieważny od {day}: {provision.annulled_by}"
        return Quote(kind, label(provision), "", note, provision.heading, where=address(provision))
    return Quote(kind, label(provision), provision.text, "", provision.heading)


def address(provision: Provision) -> str:
    """Place in the resolution as lawyers cite it."""
    parts: list[str] = []
    unit: Provision | None = provision
    while unit is not None and (unit.kind != Provision.Kind.CHAPTER or not parts):
        parts.insert(0, f"{Provision.Kind(unit.kind).label}\u00a0{unit.number}".strip())
        unit = unit.parent
    return " ".join(parts)


def label(provision: Provision) -> str:
    """The sign as resolutions print it."""
    return {
        Provision.Kind.CHAPTER: f"Rozdział {provision.number}",
        Provision.Kind.PARAGRAPH: f"§ {provision.number}.",
        Provision.Kind.SECTION: f"{provision.number}.",
        Provision.Kind.POINT: f"{provision.number})",
        Provision.Kind.LETTER: f"{provision.number})",
        Provision.Kind.INDENT: "–",
    }[Provision.Kind(provision.kind)]


def paragraphs_of(plan: LocalPlan, **bound: PlanZone | PlanOverlay) -> str:
    """``"§ 12, § 30"``: paragraphs that bind ``zones=`` or ``overlays=``, for the table."""
    numbers: dict[int, str] = {}
    for row in plan.provisions.filter(**bound).select_related("parent__parent__parent").order_by("position"):
        unit: Provision | None = row
        while unit is not None and unit.kind != Provision.Kind.PARAGRAPH:
            unit = unit.parent
        if unit is not None:
            numbers[unit.pk] = f"§\u00a0{unit.number}"
    return ", ".join(numbers.values())

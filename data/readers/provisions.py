"""From the paragraphs of a resolution to a proposed tree of provisions, with the zones that each unit binds.

A proposal for a person to look at: the law is what was adopted, not what was recognised. Nothing of the text is lost:
what stands before the first unit is the preamble, what follows the coming into force (signatures, annexes) the closing.

Zones are written where the text names them; an extract gives them to the units below (``planning.extracts.quoting``).
Three things are concluded: "§ 8. 1. Wyznacza się tereny 1MN. 2. Dopuszcza się ..." binds the whole § to 1MN; "teren,
o którym mowa w § 3" is bound to the zones of § 3; a unit under 1MN that names only others binds 1MN as well. A unit
that has no zone above, in, or below it speaks of the whole plan: one quoted in vain does less harm than one left out.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.readers import provision_head as heads
from data.readers.provision_numbers import numbering
from data.readers.provision_symbols import Symbols
from data.readers.provision_units import GROUP_RANK, ZONE_RANKS, Outline, Unit, outline
from data.records import Problem, ProvisionRecord

#: the sentence that gives a zone its use, so that the paragraph is about that zone
_DESIGNATES = re.compile(r"wyznacza\s+się|przeznacz|wydzielon|ustalenia\s+szczegółowe", re.IGNORECASE)
_REFERENCE = re.compile(
    r"teren\w*[^.;]{0,80}?\b(?:mowa\s+w|wymienion\w+\s+w|określon\w+\s+w|opisan\w+\s+w)\s+"
    r"(?:§\s*(?P<paragraph>[0-9]+[a-z]?)\s*)?(?:ust\.?\s*(?P<section>[0-9]+[a-z]?)\s*)?(?:pkt\.?\s*(?P<point>[0-9]+[a-z]?))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was recognised. ``provisions`` are in the order of the text, parents before children."""

    provisions: tuple[ProvisionRecord, ...]
    preamble: str = ""
    number: str | None = None
    adopted_on: date | None = None
    council: str | None = None
    unknown_symbols: tuple[str, ...] = ()  #: named in the text, not among those of the drawing
    problems: tuple[Problem, ...] = ()
    title: str | None = None  #: what it is about, without "w sprawie"
    closing: str = ""  #: signatures, annexes; no provisions


def read_resolution(lines: Sequence[str], *, symbols: Collection[str] = ()) -> Resolution:
    """lines: paragraphs of the document. symbols: of the zones that are drawn; with them, recognition is exact."""
    found = outline(lines)
    seen = Symbols(symbols)
    zones = _zones(found.units, seen)
    preamble = " ".join(found.preamble)
    head = heads.head(preamble)
    return Resolution(
        provisions=tuple(_records(found.units, zones)),
        preamble="\n".join(found.preamble),
        number=heads.number(head),
        adopted_on=heads.day(head),
        council=heads.council(head),
        unknown_symbols=tuple(sorted(seen.unknown)),
        problems=tuple(_problems(found)),
        title=heads.title(preamble),
        closing="\n".join(found.closing),
    )


def _problems(found: Outline) -> Iterator[Problem]:
    yield from numbering(found.units)
    if found.closing:
        message = (
            f"Za przepisami końcowymi stoją jeszcze akapity ({len(found.closing)}), od słów "
            f"„{found.closing[0][:60]}”: podpis albo załączniki. Nie trafią do ustaleń."
        )
        yield Problem("text-after-provisions", "info", found.units[-1].key, message)


def _records(units: Sequence[Unit], zones: dict[str, tuple[str, ...]]) -> Iterator[ProvisionRecord]:
    general = _general(units, zones)
    for unit in units:
        yield ProvisionRecord(
            key=unit.key,
            parent=unit.parent.key if unit.parent else None,
            kind=unit.kind,
            number=unit.number,
            text=unit.text,
            heading=unit.title or None,
            binds_whole_plan=unit.key in general,
            zones=zones[unit.key],
        )


# --- zones of units ---------------------------------------------------------------------------------------------


def _zones(units: Sequence[Unit], seen: Symbols) -> dict[str, tuple[str, ...]]:
    """Symbols by the key of the unit: named in it, given to its paragraph, or those of the unit it refers to."""
    zones = {unit.key: seen.of(_words(unit)) for unit in units}
    designated = _designated(units, zones)
    for unit in units:
        zones[unit.key] = zones[unit.key] or designated.get(unit.key, ())
    for unit in units:
        if not zones[unit.key] and (told := _REFERENCE.search(unit.text)) is not None:
            zones[unit.key] = zones.get(_key(told, unit) or "", ())
    return _with_zones_above(units, zones)


def _with_zones_above(units: Sequence[Unit], zones: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A unit on 1MN that names only a road ("dojazd z drogi 2KDD") still binds 1MN; one that names 1MN binds that."""
    found = dict(zones)
    for unit in units:
        above = next((found[one.key] for one in unit.above() if found[one.key]), ())
        own = zones[unit.key]
        is_about_others = unit.rank in (GROUP_RANK, *ZONE_RANKS) or _DESIGNATES.search(unit.text)
        if own and above and not is_about_others and not set(own) & set(above):
            found[unit.key] = tuple(dict.fromkeys([*above, *own]))
    return found


def _words(unit: Unit) -> str:
    """What may name zones: the heading, the text, and the number where it is the symbol itself."""
    return " ".join(filter(None, (unit.number if unit.rank in ZONE_RANKS else "", unit.title, unit.text)))


def _designated(units: Sequence[Unit], zones: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Zones of a paragraph whose own sections give zones their use."""
    found: dict[str, dict[str, None]] = {}
    for unit in units:
        above = unit.parent
        if above is not None and above.kind == "paragraph" and _DESIGNATES.search(f"{above.text} {unit.text}"):
            found.setdefault(above.key, {}).update(dict.fromkeys(zones[unit.key]))
    return {key: tuple(names) for key, names in found.items()}


def _key(told: re.Match[str], unit: Unit) -> str | None:
    """Key of the unit that is referred to, None for a reference elsewhere."""
    if told["paragraph"]:
        key = f"p{told['paragraph']}"
    elif told["section"]:
        key = next((one.key for one in unit.above() if one.kind == "paragraph"), "")
    elif told["point"]:
        key = next((one.key for one in unit.above() if one.kind in ("section", "paragraph")), "")
    else:
        return None
    parts = [f"u{told['section']}" if told["section"] else "", f"k{told['point']}" if told["point"] else ""]
    return ".".join([key, *filter(None, parts)])


def _general(units: Sequence[Unit], zones: dict[str, tuple[str, ...]]) -> set[str]:
    """Outermost units, from the paragraph down, with no zone above, in, or below them."""
    named = {above.key for unit in units if zones[unit.key] for above in (unit, *unit.above())}
    general: set[str] = set()
    for unit in units:
        above = {one.key for one in unit.above()}
        is_first = unit.kind != "chapter" and not above & general
        if is_first and unit.key not in named and not any(zones[key] for key in above):
            general.add(unit.key)
    return general

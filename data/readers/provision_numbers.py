"""Numbers in the units of a resolution that do not follow one another: left out, repeated, or divided wrongly."""

from collections.abc import Iterable, Iterator

from data.readers.provision_units import GROUP_RANK, ZONE_RANKS, Unit, value
from data.records import Problem


def numbering(units: Iterable[Unit]) -> Iterator[Problem]:
    """Paragraphs whose numbers leave a gap or come again, and paragraphs in which the numbers inside do."""
    yield from _of_paragraphs([unit for unit in units if unit.kind == "paragraph"])
    yield from _inside_paragraphs(units)


def _of_paragraphs(paragraphs: list[Unit]) -> Iterator[Problem]:
    last = 0
    seen: set[str] = set()
    for unit in paragraphs:
        now = value(unit.number)
        if unit.number in seen:
            message = f"§ {unit.number} występuje dwa razy. Sprawdź numerację z uchwałą."
            yield Problem("paragraph-number-repeated", "warning", unit.key, message)
        elif now not in (last, last + 1):
            message = f"Po § {last} następuje § {unit.number}. Sprawdź, czy tekst jest cały."
            yield Problem("paragraph-number-gap", "warning", unit.key, message)
        seen.add(unit.number)
        last = max(last, now)


def _inside_paragraphs(units: Iterable[Unit]) -> Iterator[Problem]:
    """One problem for a paragraph, about the first place in it."""
    last: dict[tuple[Unit, int], int] = {}
    told: set[str] = set()
    for unit in units:
        if unit.parent is None or unit.kind not in ("section", "point", "letter") or unit.rank in ZONE_RANKS:
            continue
        before = last.get((unit.parent, unit.rank), 0)
        now = ord(unit.number) - ord("A") + 1 if unit.rank == GROUP_RANK else value(unit.number)
        last[unit.parent, unit.rank] = now
        paragraph = next((one for one in (unit, *unit.above()) if one.kind == "paragraph"), unit)
        is_strange = now != before + 1 and (now != before or unit.number.isdecimal() or unit.kind == "letter")
        if is_strange and paragraph.key not in told:
            told.add(paragraph.key)
            yield _strange(unit, paragraph)


def _strange(unit: Unit, paragraph: Unit) -> Problem:
    names = {"section": "ust.", "point": "pkt", "letter": "lit."}
    message = (
        f"W § {paragraph.number} numer „{names[unit.kind]} {unit.number}” nie następuje po poprzednim. "
        "Sprawdź, czy jednostki są podzielone jak w uchwale."
    )
    return Problem("unit-number-order", "info", unit.key, message)

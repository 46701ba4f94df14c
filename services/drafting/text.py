"""The text of a draft as a list of units in the order of the resolution: changed, added, taken out, moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.records import ProvisionRecord
from spatial.errors import NotFound

type Units = tuple[ProvisionRecord, ...]

_LETTERS = {"chapter": "r", "paragraph": "p", "section": "u", "point": "k", "letter": "l", "indent": "t"}


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as the page shows it."""

    unit: ProvisionRecord
    depth: int
    label: str  #: "§ 7", "ust. 1"


LABELS = {
    "chapter": "Rozdział {}", "paragraph": "§ {}.", "section": "{}.", "point": "{})", "letter": "{})", "indent": "–",
}  # fmt: skip


def lines(units: Sequence[ProvisionRecord]) -> list[Line]:
    depth: dict[str | None, int] = {None: -1}
    found = []
    for unit in units:
        depth[unit.key] = depth.get(unit.parent, -1) + 1
        found.append(Line(unit, depth[unit.key], LABELS[unit.kind].format(unit.number).strip()))
    return found


def unit_of(units: Units, key: str) -> ProvisionRecord:
    """Raises NotFound."""
    for unit in units:
        if unit.key == key:
            return unit
    raise NotFound(f"W tekście nie ma jednostki {key}. Odśwież stronę.")


def changed(units: Units, key: str, **values: Any) -> Units:
    unit_of(units, key)
    return tuple(replace(unit, **values) if unit.key == key else unit for unit in units)


def added(units: Units, *, after: str | None, inside: str | None, **values: Any) -> Units:
    """A new unit: the last one inside another, or right after another (and all that is in it), or at the end."""
    parent = inside if inside is not None else unit_of(units, after).parent if after else None
    place = _end_of(units, inside or after) if (inside or after) else len(units)
    unit = ProvisionRecord(key=_new_key(units, parent, values["kind"], values["number"]), parent=parent, **values)
    return (*units[:place], unit, *units[place:])


def removed(units: Units, key: str) -> Units:
    """Without the unit and all that is in it."""
    unit_of(units, key)
    gone = _family(units, key)
    return tuple(unit for unit in units if unit.key not in gone)


def moved(units: Units, key: str, *, up: bool) -> Units:
    """The unit, with all that is in it, before or after its neighbour of the same parent; the same at an end."""
    parent = unit_of(units, key).parent
    siblings = [unit.key for unit in units if unit.parent == parent]
    here = siblings.index(key)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(siblings):
        return units
    first, second = sorted((here, there))
    upper, lower = (_block(units, siblings[place]) for place in (first, second))
    start = next(place for place, unit in enumerate(units) if unit.key == siblings[first])
    return (*units[:start], *lower, *upper, *units[start + len(upper) + len(lower) :])


def _block(units: Units, key: str) -> Units:
    family = _family(units, key)
    return tuple(unit for unit in units if unit.key in family)


def _family(units: Iterable[ProvisionRecord], key: str) -> set[str]:
    found = {key}
    for unit in units:
        if unit.parent in found:
            found.add(unit.key)
    return found


def _end_of(units: Units, key: str | None) -> int:
    """Place after the last unit inside the named one."""
    family = _family(units, key or "")
    places = [place for place, unit in enumerate(units) if unit.key in family]
    if not places:
        raise NotFound(f"W tekście nie ma jednostki {key}. Odśwież stronę.")
    return places[-1] + 1


def _new_key(units: Units, parent: str | None, kind: str, number: str) -> str:
    """ "p7.u1" for ust. 1 of § 7; with a letter more where that is taken."""
    stem = f"{f'{parent}.' if parent else ''}{_LETTERS[kind]}{number.replace(' ', '')}"[:36]
    taken = {unit.key for unit in units}
    candidates = (stem, *(f"{stem}-{count}" for count in range(2, 1000)))
    return next(key for key in candidates if key not in taken)

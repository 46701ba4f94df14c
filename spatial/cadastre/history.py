"""What became of a parcel: its versions, the parcels it came from and those that came from it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from django.db.models import Q

from spatial.cadastre.models import Parcel


@dataclass(frozen=True, slots=True)
class Life:
    """One version of a parcel as the register tells it now; ``valid_to`` is exclusive."""

    valid_from: date
    valid_to: date | None
    registered_area_m2: int | None
    geometry_area_m2: float
    state_on: date  #: of the delivery that brought it
    file_name: str

    def as_json(self) -> dict[str, Any]:
        return {
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to and self.valid_to.isoformat(),
            "registered_area_m2": self.registered_area_m2,
            "geometry_area_m2": round(self.geometry_area_m2, 1),
            "state_on": self.state_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Kin:
    """A parcel that this one came from, or that came from it; 1 is the next generation."""

    identifier: str
    generation: int


def lives(identifier: str) -> list[Life]:
    """Versions of the parcel, oldest first; empty for one that we never knew."""
    rows = Parcel.objects.known().filter(identifier=identifier).order_by("valid_from", "pk").select_related("snapshot")
    return [
        Life(row.valid_from, row.valid_to, row.registered_area_m2, row.geom.area, row.snapshot.state_on,
             row.snapshot.file_name)
        for row in rows
    ]  # fmt: skip


def ancestors(identifier: str) -> list[Kin]:
    """Parcels it was made of, through all divisions and mergers we know of; nearest first."""
    return _kin(identifier, parents_of)


def descendants(identifier: str) -> list[Kin]:
    """Parcels made of it; nearest first."""
    return _kin(identifier, children_of)


def parents_of(identifiers: Collection[str]) -> set[str]:
    """Said by the children or by the parents themselves."""
    rows = Parcel.objects.known()
    named = rows.filter(identifier__in=identifiers).values_list("predecessors", flat=True)
    naming = rows.filter(~Q(successors=[]), successors__overlap=list(identifiers))
    return {parent for parents in named for parent in parents} | set(naming.values_list("identifier", flat=True))


def children_of(identifiers: Collection[str]) -> set[str]:
    rows = Parcel.objects.known()
    named = rows.filter(identifier__in=identifiers).values_list("successors", flat=True)
    naming = rows.filter(~Q(predecessors=[]), predecessors__overlap=list(identifiers))
    return {child for children in named for child in children} | set(naming.values_list("identifier", flat=True))


def _kin(identifier: str, next_of: Callable[[Collection[str]], set[str]]) -> list[Kin]:
    """A circle in the links ends where it began."""
    found: list[Kin] = []
    seen, frontier = {identifier}, {identifier}
    for generation in count(1):
        frontier = next_of(frontier) - seen
        if not frontier:
            return found
        seen |= frontier
        found += [Kin(name, generation) for name in sorted(frontier)]
    return found

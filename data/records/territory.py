"""Units of the territorial division: TERC codes and boundaries of gminas (PRG)."""

from dataclasses import dataclass
from datetime import date

from data.records import Surface


@dataclass(frozen=True, slots=True)
class TercRecord:
    """One row of TERC: a voivodeship, a county, a gmina, its town or its rural part."""

    code: str  #: "12", "1206", "1206103"
    name: str  #: [NAZWA]
    kind: str  #: [NAZWA_DOD] "gmina miejsko-wiejska", "miasto", "powiat"
    state_on: date | None = None  #: [STAN_NA]


@dataclass(frozen=True, slots=True)
class BoundaryRecord:
    """Boundary of one gmina, ours or a neighbour's."""

    identifier: str  #: seven digits, "1206103" [JPT_KOD_JE]
    name: str  #: [JPT_NAZWA_]
    geometry: Surface

    @property
    def municipality(self) -> str:
        """First six digits, common to a gmina and its town and rural parts."""
        return self.identifier[:6]

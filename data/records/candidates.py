"""Objects of files that cover more land than one municipality: whose they are is known before what is wrong with them.

PRG comes by voivodeship, TERYT and GDOŚ for the country. A defect of another municipality's object is no finding of
ours, so defects travel with their object until its owner is known.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.records import Problem

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Candidate[R]:
    """One object and whose it is."""

    name: str  #: as findings call it
    record: R | None  #: None: unusable, the problems say why
    municipality: str | None  #: six digits of TERYT; None: the file does not tell
    problems: tuple[Problem, ...] = ()
    version: str = ""  #: moment this version began, ISO text: a newer one sorts after an older one

    @property
    def geometry(self) -> "BaseGeometry | None":
        """Shape of the record, EPSG:2178."""
        return getattr(self.record, "geometry", None)

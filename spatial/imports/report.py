"""The data-quality report of one import: for people, for programs (JSON) and for a desktop GIS (GeoPackage)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

import shapely
from pyproj import Transformer

from data.records import Problem
from spatial import crs

type Outcome = Literal["published", "unchanged", "dry-run", "refused", "unreadable"]

EXIT_CODES: dict[Outcome, int] = {"published": 0, "unchanged": 0, "dry-run": 0, "refused": 1, "unreadable": 2}
_TO_DEGREES = Transformer.from_crs(crs.PL_2000_7, crs.WGS84, always_xy=True)


KEPT_PER_RULE = 1_000  #: findings of one rule that are kept with their objects; the rest is counted


def kept(problems: Iterable[Problem]) -> list[Problem]:
    """Findings in their order, of each rule and severity so many; a last one of each tells how many more there were.

    A file in which every object is wrong would fill memory and table with one sentence.
    """
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for problem in problems:
        counts[problem.rule, problem.severity] += 1
        if counts[problem.rule, problem.severity] <= KEPT_PER_RULE:
            found.append(problem)
    for (rule, severity), count in counts.items():
        if count > KEPT_PER_RULE:
            message = f"I jeszcze {count - KEPT_PER_RULE} takich samych ustaleń; pokazano pierwszych {KEPT_PER_RULE}."
            found.append(Problem(rule, cast(Any, severity), "", message))
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """What was read, accepted, refused and published, with findings (of one rule at most ``KEPT_PER_RULE``)."""

    source: str
    file: str
    sha256: str
    outcome: Outcome
    read: int = 0  #: objects in the source, closed versions included
    accepted: int = 0  #: records that may be published
    refused: int = 0  #: objects named by errors
    published: int = 0  #: records new or changed in the registers; 0 unless the outcome is "published"
    findings: tuple[Problem, ...] = ()
    municipality: str | None = None
    state_on: date | None = None
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    mark: str = ""  #: of all rows written and closed (spatial.imports.agreement), when a person reviews
    changes_nothing: bool = False  #: the registers say all this already, also when it was only tried

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.outcome]

    def rules(self) -> Counter[tuple[str, str]]:
        """How many findings of each (severity, rule), errors first."""
        order = {"error": 0, "warning": 1, "info": 2}
        found = sorted(self.findings, key=lambda problem: (order[problem.severity], problem.rule))
        return Counter((problem.severity, problem.rule) for problem in found)

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints (docs/importing.md)."""
        return {
            "source": self.source,
            "file": self.file,
            "sha256": self.sha256,
            "municipality": self.municipality,
            "state_on": self.state_on.isoformat() if self.state_on else None,
            "outcome": self.outcome,
            "read": self.read,
            "accepted": self.accepted,
            "refused": self.refused,
            "published": self.published,
            "counts": self.counts,
            "findings": [finding_as_json(problem) for problem in self.findings],
        }

    def write_geopackage(self, path: Path) -> None:
        """All findings as one layer in EPSG:2178; a finding without a place has no geometry."""
        import geopandas  # noqa: PLC0415 - a second of start-up that only --report pays

        frame = geopandas.GeoDataFrame(
            {
                "rule": [problem.rule for problem in self.findings],
                "severity": [problem.severity for problem in self.findings],
                "object": [problem.object for problem in self.findings],
                "message": [problem.message for problem in self.findings],
            },
            geometry=[shapely.Point(problem.point) if problem.point else None for problem in self.findings],
            crs=crs.PL_2000_7,
        )
        frame.to_file(path, layer="findings", driver="GPKG", engine="pyogrio", geometry_type="Point")


def finding_as_json(problem: Problem) -> dict[str, Any]:
    """``geometry`` is a GeoJSON point in degrees, longitude first, or null."""
    geometry = None
    if problem.point is not None:
        lon, lat = _TO_DEGREES.transform(*problem.point)
        geometry = {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "object": problem.object,
        "message": problem.message,
        "geometry": geometry,
    }

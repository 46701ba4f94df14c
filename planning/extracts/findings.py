"""What stands between a parcel and its extract: each rule has a name, a weight and a sentence for people.

The table follows section "Parcel in several zones" of the office practice; thresholds marked "project choice" are
constants here with their reason, because they belong to drawing and measuring, not to law.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    BLOCKING = "blocking"  #: no document may leave the office
    WARNING = "warning"  #: the planner decides
    INFO = "info"  #: the planner should know, the document says it


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    severity: Severity
    title: str  #: what it is about, for the list of rules


PARCEL_UNKNOWN = Rule("parcel-unknown", Severity.BLOCKING, "Działki nie ma w ewidencji")
PARCEL_RETIRED = Rule("parcel-retired", Severity.BLOCKING, "Działka nie istnieje w podanym dniu")
PARCEL_GEOMETRY = Rule("parcel-geometry-invalid", Severity.BLOCKING, "Granica działki jest błędna")
NO_PLAN = Rule("no-plan", Severity.BLOCKING, "Brak obowiązującego planu")
PLANS_OVERLAP = Rule("plans-overlap", Severity.BLOCKING, "Dwa obowiązujące plany w jednym miejscu")
ZONES_OVERLAP = Rule("zones-overlap", Severity.BLOCKING, "Dwa tereny planu w jednym miejscu")
GAP_IN_PLAN = Rule("gap-in-plan", Severity.BLOCKING, "Miejsce w planie bez przeznaczenia")
SHEET_MISSING = Rule("sheet-missing", Severity.BLOCKING, "Brak rysunku planu")
SHEET_SCALE = Rule("sheet-scale", Severity.BLOCKING, "Rysunek planu w innej skali niż plan")
NO_PROVISIONS = Rule("zone-without-provisions", Severity.BLOCKING, "Teren bez ustaleń tekstowych")
OVERLAP_AT_LINE = Rule("overlap-at-line", Severity.WARNING, "Nakładanie przy linii rozgraniczającej")
GAP_AT_LINE = Rule("gap-at-line", Severity.WARNING, "Szczelina przy linii rozgraniczającej")
UNCOVERED_AT_LINE = Rule("uncovered-at-line", Severity.WARNING, "Pasek poza planem przy jego granicy")
SLIVER = Rule("sliver", Severity.WARNING, "Fragment przy linii rozgraniczającej")
AREA_MISMATCH = Rule("area-mismatch", Severity.WARNING, "Pole ewidencyjne różni się od pola z granic")
AREA_MISSING = Rule("register-area-missing", Severity.WARNING, "Brak pola ewidencyjnego")
ANNULLED = Rule("provision-annulled", Severity.WARNING, "Ustalenie planu jest nieważne")
BOUNDARY_CROSSES = Rule("plan-boundary-crosses", Severity.INFO, "Granica planu przecina działkę")
SEVERAL_PLANS = Rule("several-plans", Severity.INFO, "Kilka planów na działce")
PLAN_CHANGED = Rule("plan-changed", Severity.INFO, "Plan był zmieniany")
PLAN_ENDED = Rule("plan-ended", Severity.INFO, "Wcześniejszy plan stracił moc")
PLAN_PENDING = Rule("plan-pending", Severity.INFO, "Plan wejdzie w życie później")
GENERAL_PLAN = Rule("general-plan-zone", Severity.INFO, "Plan ogólny poza planem miejscowym")
PARCEL_NEWER = Rule("parcel-newer-than-base-map", Severity.INFO, "Działka nowsza niż mapa planu")

RULES = (
    PARCEL_UNKNOWN,
    PARCEL_RETIRED,
    PARCEL_GEOMETRY,
    NO_PLAN,
    PLANS_OVERLAP,
    ZONES_OVERLAP,
    GAP_IN_PLAN,
    SHEET_MISSING,
    SHEET_SCALE,
    NO_PROVISIONS,
    OVERLAP_AT_LINE,
    GAP_AT_LINE,
    UNCOVERED_AT_LINE,
    SLIVER,
    AREA_MISMATCH,
    AREA_MISSING,
    ANNULLED,
    BOUNDARY_CROSSES,
    SEVERAL_PLANS,
    PLAN_CHANGED,
    PLAN_ENDED,
    PLAN_PENDING,
    GENERAL_PLAN,
    PARCEL_NEWER,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that spoke about one parcel."""

    rule: Rule
    message: str  #: Polish: what, what it means, what to do
    parcel: str = ""  #: identifier
    plan: str = ""  #: code of the plan, where one is concerned
    key: str = ""  #: names the thing a planner may confirm (a sliver)

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "severity": self.severity, "message": self.message, "parcel": self.parcel}

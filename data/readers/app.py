"""APP data sets (akty planowania przestrzennego, schemas 1.0 and 2.0) to planning records.

A plan, its documents and its zones often come as separate files, so ``read_app`` takes them together. Planning
sets are small: everything is read at once, checked as a set, then yielded.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, cast

from data.app_schema import NAMESPACE_STEM, PROJECT, REGULATIONS
from data.geometry import Box, GeometryRefusedError, refused, stored_surface
from data.identifiers import APP_NAMESPACE_RE
from data.readers import app_checks, app_parts
from data.readers.app_checks import check_cover
from data.readers.app_source import Source
from data.readers.gml import read_geometry
from data.readers.xml import (
    DEFAULT_LIMITS,
    Limits,
    child,
    child_href,
    local_name,
    namespace,
    read_objects,
)
from data.records import (
    ActRecord,
    GeneralPlanZoneRecord,
    PlanningRecord,
    PlanRecord,
    Problem,
    Reading,
    SheetRecord,
    Surface,
    UnreadableFileError,
)
from data.records.plans import RegulationKind, RegulationRecord

__all__ = ["check_cover", "read_app"]

_READ_VERSIONS = ("1.0", "2.0")

type PlanKind = Literal["local-plan", "general-plan", "legacy-study", "other"]

#: last part of typPlanu, in lower case
_KINDS: dict[str, PlanKind] = {
    "planogolnygminy": "general-plan",
    "miejscowyplanzagospodarowaniaprzestrzennego": "local-plan",
    "miejscowyplanodbudowy": "local-plan",
    "miejscowyplanrewitalizacji": "local-plan",
    "studiumuwarunkowanikierunkowzagospodarowaniaprzestrzennegogminy": "legacy-study",
}
#: relation of a document to a plan, as written in the document and in the plan
_ROLES_IN_DOCUMENT: dict[str, app_parts.Role] = {
    "przystapienie": "initiates",
    "uchwala": "adopts",
    "zmienia": "changes",
    "uchyla": "repeals",
    "uniewaznia": "annuls",
}
_ROLES_IN_PLAN: dict[str, app_parts.Role] = {
    "dokumentPrzystepujacy": "initiates",
    "dokumentUchwalajacy": "adopts",
    "aktNormatywnyUchwalajacy": "adopts",  # 1.0, first edition
    "dokumentZmieniajacy": "changes",
    "dokumentUchylajacy": "repeals",
    "dokumentUniewazniajacy": "annuls",
}
_ROLE_ORDER: tuple[app_parts.Role, ...] = ("initiates", "adopts", "changes", "repeals", "annuls")
#: drawings are at 1:1000 by law unless the plan says otherwise; general plans are smaller
_USUAL_SCALE: dict[PlanKind, int] = {"local-plan": 1000}


def read_app(*paths: str | Path, bounds: Box | None = None, limits: Limits = DEFAULT_LIMITS) -> Reading[PlanningRecord]:
    """Plans and zones of one data set kept in one or several files; zones are checked against their plan.

    bounds: the municipality in EPSG:2178; off by default, see ``data.geometry.to_storage``.
    Raises UnreadableFileError at once, before any record.
    """
    parts = _Parts()
    for path in paths:
        _collect(Path(path), parts, limits)
    if not parts.objects:
        raise UnreadableFileError(
            "no-objects", "Plik nie zawiera żadnego obiektu APP (aktu, strefy, dokumentu). Sprawdź zakres eksportu."
        )
    reading: Reading[PlanningRecord] = Reading(iter(()), state_on=parts.state_on)
    reading.read = len(parts.objects)
    reading.records = iter(_Assembly(parts, reading.problems, bounds).records())
    return reading


# --- reading the files --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Parts:
    plans: list[Source] = field(default_factory=list)
    documents: list[Source] = field(default_factory=list)
    drawings: list[Source] = field(default_factory=list)
    zones: list[Source] = field(default_factory=list)
    regulations: list[Source] = field(default_factory=list)
    others: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    state_on: date | None = None

    @property
    def objects(self) -> list[Source]:
        return [*self.plans, *self.documents, *self.drawings, *self.zones, *self.regulations]


def _collect(file: Path, parts: _Parts, limits: Limits) -> None:
    for element in read_objects(file, limits=limits):
        found = namespace(element)
        if not found.startswith(NAMESPACE_STEM) or found.removeprefix(NAMESPACE_STEM) not in _READ_VERSIONS:
            raise _unknown_namespace(found, local_name(element), file)
        source = Source.of(element, file.parent)
        match local_name(element):
            case "AktPlanowaniaPrzestrzennego":
                parts.plans.append(source)
            case "DokumentFormalny":
                parts.documents.append(source)
            case "RysunekAktuPlanowaniaPrzestrzennego":
                parts.drawings.append(source)
            case "StrefaPlanistyczna":
                parts.zones.append(source)
            case kind if kind in REGULATIONS:
                parts.regulations.append(source)
            case other:
                parts.others[other] += 1


def _unknown_namespace(found: str, kind: str, file: Path) -> UnreadableFileError:
    if found == f"{NAMESPACE_STEM}3.0":
        return UnreadableFileError(
            "unknown-namespace",
            f"Plik „{file.name}” jest w schemacie APP 3.0, a schemat 3.0 nie jest jeszcze obsługiwany. "
            "Wyeksportuj zbiór w schemacie 2.0 (dla MPZP także 1.0).",
        )
    return UnreadableFileError(
        "unknown-namespace",
        f"Obiekt {kind} pliku „{file.name}” ma przestrzeń nazw „{found}”, której nie znamy. "
        f"Wczytujemy: „{NAMESPACE_STEM}1.0” i „{NAMESPACE_STEM}2.0”. Sprawdź, czy to zbiór danych aktu planowania.",
    )


# --- putting records together -------------------------------------------------------------------------------


class _Assembly:
    """Joins plans with their documents, drawings and zones; findings go to ``problems``."""

    def __init__(self, parts: _Parts, problems: list[Problem], bounds: Box | None) -> None:
        self.parts = parts
        self.problems = problems
        self.bounds = bounds
        self.acts, self.documents_used = self._acts()
        self.duplicated: set[str] = set()  #: keys of plans and zones that stand twice
        self.projects: list[str] = []  #: objects with a day in force that is only hoped for

    def records(self) -> list[PlanningRecord]:
        """Everything that may be published; the cover is checked with the refused zones too, they are on the map."""
        self._report_skipped()
        plans = [record for record, accepted in map(self.plan, self._open(self.parts.plans)) if record and accepted]
        drawn = [(record, accepted) for record, accepted in map(self.zone, self._open(self.parts.zones)) if record]
        zones = [record for record, accepted in drawn if accepted]
        self.problems.extend(app_checks.repeated_labels(zones))
        for plan in plans:
            members = [zone for zone, _ in drawn if zone.plan == plan.code]
            if plan.kind == "general-plan" and members:
                self.problems.extend(check_cover(plan.boundary, members))
        self._report_projects()
        areas = (self.regulation(source) for source in self._open(self.parts.regulations))
        regulations = [area for area in areas if area is not None]
        self.problems.extend(app_checks.repeated_labels(regulations))
        for plan in plans:
            own = [area for area in regulations if area.plan == plan.code]
            self.problems.extend(app_checks.regulations_outside(plan.boundary, own))
        return [*plans, *zones, *regulations]

    def _open(self, sources: Sequence[Source]) -> list[Source]:
        """Open versions; those that share an identifier are noted as duplicated."""
        closed = [source for source in sources if source.text("koniecWersjiObiektu")]
        if closed:
            listed = ", ".join(source.local_id for source in closed[:10])
            message = f"Pominięto zakończone wersje obiektów: {len(closed)} ({listed})."
            self.problems.append(Problem("closed-version", "info", "", message))
            for source in closed:
                self.problems.extend(app_checks.of_times(source))
        live = [source for source in sources if not source.text("koniecWersjiObiektu")]
        groups: defaultdict[str, list[Source]] = defaultdict(list)
        for source in live:
            groups[source.key].append(source)
        for group in groups.values():
            if len(group) > 1:
                self.duplicated.add(group[0].key)
                self.problems.extend(app_checks.duplicates(group))
        return live

    def _accepted(self, source: Source, found: Sequence[Problem]) -> bool:
        return source.key not in self.duplicated and all(problem.severity != "error" for problem in found)

    def _report_skipped(self) -> None:
        if self.parts.others:
            listed = ", ".join(f"{kind}: {count}" for kind, count in sorted(self.parts.others.items()))
            message = f"Pominięto obiekty, których system jeszcze nie prowadzi ({listed}). To nie jest błąd pliku."
            self.problems.append(Problem("classes-not-read", "info", "", message))
        for document in self.parts.documents:
            if document.key not in self.documents_used:
                self.problems.append(
                    Problem(
                        "orphan-document",
                        "info",
                        document.local_id,
                        "Dokument nie jest powiązany z żadnym aktem z wczytywanych plików; pominięto go. "
                        "Wczytaj go razem z plikiem aktu.",
                    )
                )

    # --- plans ---

    def plan(self, source: Source) -> tuple[PlanRecord | None, bool]:
        """The plan, if it can be drawn at all, and whether it is accepted."""
        found = list(app_checks.of_plan(source))
        self.problems.extend(found)
        space = APP_NAMESPACE_RE.fullmatch(source.namespace or "")
        boundary = self.surface(source, "zasiegPrzestrzenny")
        if boundary is None or space is None:
            return None, False
        kind = _kind(source)
        acts = tuple(act for _, act in self.acts.get(source.key, ()))
        maps = app_parts.base_maps(source.element)
        self.problems.extend(app_checks.of_acts(source.local_id, acts))
        record = PlanRecord(
            code=source.local_id,
            municipality=space["teryt"],
            title=source.text("tytul") or source.local_id,
            boundary=boundary,
            drawing_scale=self.scale(source, kind),
            in_force_from=self.in_force_from(source),
            in_force_to=source.day("obowiazujeDo"),
            base_map_on=max((one.on for one in maps), default=None),
            kind=kind,
            namespace=source.namespace,
            version=source.version,
            version_from=source.moment("poczatekWersjiObiektu"),
            status=source.code("status"),
            planned_from=self.planned_from(source),
            act_type=source.code("typPlanu"),
            level=source.code("poziomHierarchii"),
            alternative_titles=source.texts("tytulAlternatywny"),
            change_count=_whole(source.text("zmiana")),
            is_partly_in_force=_yes_or_no(source.text("modyfikacja")),
            acts=acts,
            sheets=self.sheets(source),
            base_maps=maps,
            drawings=tuple(app_parts.drawing(one) for one in self.drawings(source)),
        )
        return record, self._accepted(source, found)

    def in_force_from(self, source: Source) -> date | None:
        """A project names the day it hopes for; that day must never make law of it."""
        said = source.day("obowiazujeOd")
        if said is not None and source.code("status") in PROJECT:
            self.projects.append(source.local_id)
            return None
        return said

    def planned_from(self, source: Source) -> date | None:
        return source.day("obowiazujeOd") if source.code("status") in PROJECT else None

    def _report_projects(self) -> None:
        if self.projects:
            listed = ", ".join(self.projects[:10])
            message = (
                f"Obiekty mają status projektu ({len(self.projects)}: {listed}), więc ich data „obowiązuje od” jest "
                "tylko zamierzona i nie została przyjęta. Po wejściu aktu w życie wczytaj zbiór z nowym statusem."
            )
            self.problems.append(Problem("project-not-in-force", "info", "", message))

    def drawings(self, source: Source) -> list[Source]:
        plans = ((one, app_parts.reference(child_href(one.element, "plan"))) for one in self.parts.drawings)
        return [drawing for drawing, plan in plans if plan == source.key]

    def scale(self, source: Source, kind: PlanKind) -> int:
        numbers = [number for one in self.drawings(source) if (number := app_parts.scale_of(one))]
        if numbers:
            return min(numbers)
        usual = _USUAL_SCALE.get(kind, 10_000)
        message = f"Żaden rysunek nie podaje skali aktu; przyjęto 1:{usual}. Sprawdź skalę na rysunku i popraw ją."
        self.problems.append(Problem("scale-assumed", "info", source.local_id, message))
        return usual

    def sheets(self, source: Source) -> tuple[SheetRecord, ...]:
        """Drawings whose file lies beside the GML; addresses on the network are only mentioned."""
        found: list[SheetRecord] = []
        for drawing in self.drawings(source):
            sheet = app_parts.sheet(drawing, len(found) + 1)
            if sheet is not None:
                found.append(sheet)
                continue
            link = (drawing.text("lacze") or "")[:200]
            message = f"Rysunek „{link}” nie leży obok pliku GML; nie wczytano go. Dodaj go osobno."
            self.problems.append(Problem("drawing-remote", "info", drawing.local_id, message))
        return tuple(found)

    # --- documents ---

    def _acts(self) -> tuple[dict[str, list[tuple[int, ActRecord]]], set[str]]:
        """Documents of each plan in order of role and date; relations may stand on either side."""
        related: defaultdict[str, set[tuple[app_parts.Role, str]]] = defaultdict(set)
        for document in self.parts.documents:
            for tag, role in _ROLES_IN_DOCUMENT.items():
                for target in app_parts.references(document.element, tag):
                    related[target].add((role, document.key))
        for plan in self.parts.plans:
            for tag, role in _ROLES_IN_PLAN.items():
                for document_key in app_parts.references(plan.element, tag):
                    related[plan.key].add((role, document_key))
        known = {document.key: document for document in self.parts.documents}
        planned = {plan.key for plan in self.parts.plans}
        acts: dict[str, list[tuple[int, ActRecord]]] = {}
        used: set[str] = set()
        for plan_key, relations in related.items():
            here = [(role, known[key]) for role, key in relations if key in known]
            pairs = [(_ROLE_ORDER.index(role), app_parts.act(document, role)) for role, document in here]
            acts[plan_key] = sorted(pairs, key=lambda pair: (pair[0], pair[1].adopted_on or date.min, pair[1].title))
            if plan_key in planned:
                used.update(key for _, key in relations)
        return acts, used

    # --- zones ---

    def zone(self, source: Source) -> tuple[GeneralPlanZoneRecord | None, bool]:
        """The zone, if it can be drawn at all, and whether it is accepted."""
        found = list(app_checks.of_zone(source))
        self.problems.extend(found)
        geometry = self.surface(source, "geometria")
        if geometry is None:
            return None, False
        if geometry.geom_type != "Polygon":
            message = (
                "Strefa składa się z kilku części, a schemat APP dopuszcza jedną. Podziel ją na osobne strefy "
                "z własnymi oznaczeniami."
            )
            self.problems.append(Problem("multipart-zone", "error", source.local_id, message))
            return None, False
        record = GeneralPlanZoneRecord(
            identifier=source.local_id,
            plan=self.plan_of(source),
            label=source.text("oznaczenie") or "",
            symbol=source.text("symbol") or "",
            name=source.title("nazwa") or source.text("nazwaAlternatywna") or source.text("symbol") or "",
            geometry=geometry,
            profiles_basic=app_checks.profiles(source, "profilPodstawowy"),
            profiles_additional=app_checks.profiles(source, "profilDodatkowy"),
            max_intensity=app_checks.indicator(source, "maksNadziemnaIntensywnoscZabudowy"),
            max_coverage_percent=app_checks.indicator(source, "maksUdzialPowierzchniZabudowy"),
            max_height_m=app_checks.indicator(source, "maksWysokoscZabudowy"),
            min_green_percent=app_checks.indicator(source, "minUdzialPowierzchniBiologicznieCzynnej"),
            in_force_from=self.in_force_from(source),
            in_force_to=source.day("obowiazujeDo"),
            version=source.version,
            version_from=source.moment("poczatekWersjiObiektu"),
            alternative_name=source.text("nazwaAlternatywna"),
            status=source.code("status"),
            character=source.code("charakterUstalenia"),
            planned_from=self.planned_from(source),
        )
        return record, self._accepted(source, found)

    # --- regulations ---

    def regulation(self, source: Source) -> RegulationRecord | None:
        """The area of an OUZ, OZS or OSD; None after the refusal was told."""
        found = list(app_checks.of_regulation(source))
        kind = cast(RegulationKind, app_parts.regulation_kind(source.element))
        standards = app_parts.standards(source, found) if kind == "OSD" else None
        if standards is not None:
            found += app_checks.of_standards(source.local_id, standards)
        self.problems.extend(found)
        geometry = self.surface(source, "geometria")
        if geometry is None or not self._accepted(source, found):
            return None
        if geometry.geom_type != "Polygon":
            message = "Obszar składa się z kilku części, a schemat APP dopuszcza jedną. Podziel go na osobne obszary."
            self.problems.append(Problem("multipart-zone", "error", source.local_id, message))
            return None
        return RegulationRecord(
            kind=kind,
            identifier=source.local_id,
            plan=self.plan_of(source),
            label=source.text("oznaczenie") or "",
            symbol=source.text("symbol") or "",
            geometry=geometry,
            name=source.text("nazwa"),
            standards=standards,
            status=source.code("status"),
            character=source.code("charakterUstalenia"),
            in_force_from=self.in_force_from(source),
            in_force_to=source.day("obowiazujeDo"),
            planned_from=self.planned_from(source),
            version=source.version,
            version_from=source.moment("poczatekWersjiObiektu"),
        )

    def plan_of(self, source: Source) -> str:
        """Local identifier of the plan; where the link is empty, the beginning of the zone's own identifier."""
        reference = app_parts.reference(child_href(source.element, "plan"))
        if reference is not None:
            return reference.rpartition("/")[2]
        guessed = source.local_id.rpartition("-")[0] or source.local_id
        message = f"Strefa nie wskazuje swojego planu; z identyfikatora przyjęto „{guessed}”. Uzupełnij powiązanie."
        self.problems.append(Problem("relation-missing", "warning", source.local_id, message))
        return guessed

    def surface(self, source: Source, tag: str) -> Surface | None:
        holder = child(source.element, tag)
        try:
            if holder is None:
                raise GeometryRefusedError("geometry-empty", "Obiekt nie ma geometrii. Uzupełnij ją w źródle.")
            geometry, epsg = read_geometry(holder)
        except GeometryRefusedError as refusal:
            self.problems.append(refused(refusal, source.local_id))
            return None
        return stored_surface(geometry, epsg=epsg, name=source.local_id, problems=self.problems, bounds=self.bounds)


# --- small readings -----------------------------------------------------------------------------------------


def _kind(source: Source) -> PlanKind:
    code = source.code("typPlanu") or ""
    return _KINDS.get(code.lower(), "other")


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,4}", text) else None


def _yes_or_no(text: str | None) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get((text or "").lower())

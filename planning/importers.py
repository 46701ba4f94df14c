"""Plans into the register: APP data sets, drawings, and the plans of the demo."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import shapely

from data.readers.app import check_cover, read_app
from data.readers.app_checks import regulations_outside
from data.records import (
    GeneralPlanZoneRecord,
    PlanningRecord,
    PlanRecord,
    Problem,
    Reading,
    SheetRecord,
    UnreadableFileError,
)
from data.records.plans import RegulationRecord
from planning.content import PlanContent, stored_content
from planning.deliveries import differences, take_back
from planning.drafts.editing import EDITING
from planning.publishing import current_plan, publish_plan
from planning.sheets import PRINT_DPI, CheckedSheet, SheetRefusedError, check_sheet
from planning.topology import topology
from spatial.imports.registry import Argument, Delivery, Published, Source, WrongUse, register

#: What a general plan must fulfil by law (zones cover the gmina once, one decimal place): the reader warns, we
#: refuse, unless the plan was adopted with the defect and must be shown as it is.
REFUSED_UNLESS_ADOPTED = frozenset({"zones-gap", "zones-overlap", "zones-outside", "one-decimal"})
AS_ADOPTED = Argument(
    "as-adopted", "plan ogólny uchwalono z tą wadą: luki, nakładki i wskaźniki stref tylko odnotuj", is_flag=True
)


#: what belongs to a general plan and may come without it
type Part = GeneralPlanZoneRecord | RegulationRecord


def publish_plans(records: Iterable[PlanningRecord], delivery: Delivery) -> Published:
    """Publish plans with their zones and areas; those that come without their act join the act we hold."""
    publisher = _Publisher(delivery)
    plans: list[PlanRecord] = []
    parts: dict[str, list[Part]] = defaultdict(list)
    for record in records:
        if isinstance(record, PlanRecord):
            plans.append(record)
        elif record.identifier not in delivery.refused():
            parts[record.plan].append(record)
    for plan in plans:
        publisher.plan(plan, parts.pop(plan.code, []))
    for code, orphans in parts.items():
        publisher.parts(code, orphans)
    return publisher.published()


def publish_sheet(records: Iterable[SheetRecord], delivery: Delivery) -> Published:
    """Add a drawing to a plan, or replace the sheet of that number."""
    code = str(delivery.terms.options["plan"])
    held = current_plan(delivery.municipality.pk, code)
    if held is None:
        raise WrongUse(f"Nie mamy planu {code} w gminie {delivery.municipality}. Wczytaj najpierw plan.")
    publisher = _Publisher(delivery)
    content = stored_content(held)
    for record in records:
        sheet = publisher.sheet(record, content.plan)
        if sheet is None:
            continue
        others = tuple(other for other in content.sheets if other.number != sheet.number)
        sheets = sorted((*others, sheet), key=lambda one: one.number)
        content = replace(content, sheets=tuple(sheets))
    publisher.content(content)
    return publisher.published()


@dataclass(slots=True)
class _Publisher:
    delivery: Delivery
    changes: Counter[str] = field(default_factory=Counter)
    written: int = 0
    codes: list[str] = field(default_factory=list)

    def plan(self, record: PlanRecord, parts: Sequence[Part]) -> None:
        """One plan with its zones and areas; a refused one is left as we hold it."""
        sheets = [sheet for one in record.sheets if (sheet := self.sheet(one, record)) is not None]
        self.delivery.problems.extend(dangling(record))
        if record.code in self.delivery.refused():
            return
        zones, areas = sorted_parts(parts)
        self.content(PlanContent(self.scaled(record), tuple(sheets), zones, areas))

    def parts(self, code: str, parts: Sequence[Part]) -> None:
        """Zones and areas of an act that is not in the delivery; what it does not speak of stays."""
        held = current_plan(self.delivery.municipality.pk, code)
        if held is None:
            self.delivery.refuse(
                "plan-missing",
                "",
                f"Strefy i obszary ({len(parts)}) wskazują plan {code}, a nie ma go ani w dostawie, ani w rejestrze. "
                "Wczytaj je razem z plikiem AktPlanowaniaPrzestrzennego.",
            )
            return
        content = stored_content(held)
        zones, areas = sorted_parts(parts)
        is_strict = not self.delivery.terms.options.get(AS_ADOPTED.name)
        found = check_cover(content.plan.boundary, zones) if zones else []
        found += regulations_outside(content.plan.boundary, areas)
        self.delivery.problems.extend(severe(found) if is_strict else found)
        self.content(
            replace(
                content,
                general_zones=zones or content.general_zones,
                regulations=areas or content.regulations,
            )
        )

    def content(self, content: PlanContent) -> None:
        held = current_plan(self.delivery.municipality.pk, content.plan.code)
        row, change = publish_plan(content, self.delivery.snapshot, self.delivery.undo)
        if self.delivery.differences is not None and change != "unchanged":
            self.delivery.differences.add(differences(held, row))
        self.changes[change] += 1
        self.codes.append(row.code)
        if change != "unchanged":
            self.written += 1 + len(content.general_zones) + len(content.regulations)
            self.delivery.problems.extend(topology(stored_content(row).plan))

    def scaled(self, record: PlanRecord) -> PlanRecord:
        """A scale that the reader only assumed does not replace the one we know."""
        assumed = any(one.rule == "scale-assumed" and one.object == record.code for one in self.delivery.problems)
        held = current_plan(self.delivery.municipality.pk, record.code) if assumed else None
        return replace(record, drawing_scale=held.drawing_scale) if held else record

    def sheet(self, record: SheetRecord, plan: PlanRecord) -> CheckedSheet | None:
        """The drawing if it may be published; a refusal names the plan."""
        try:
            sheet = check_sheet(record)
        except (SheetRefusedError, UnreadableFileError) as refusal:
            self.delivery.refuse(refusal.rule, plan.code, f"Arkusz {record.number}: {refusal.message}")
            return None
        if not self.is_beside(sheet, plan):
            return None
        if sheet.dpi < PRINT_DPI * 0.999:
            self.delivery.warn(
                "sheet-low-resolution",
                plan.code,
                f"Arkusz {record.number} ma piksel {sheet.pixel_m:.3f} m, czyli {sheet.dpi:.0f} dpi w skali "
                f"1:{sheet.scale}; wydruk będzie mało czytelny. Zeskanuj rysunek w co najmniej {PRINT_DPI} dpi.",
            )
        return sheet

    def is_beside(self, sheet: CheckedSheet, plan: PlanRecord) -> bool:
        """False for a drawing that lies elsewhere; an empty sheet of a regular cut, or a legend, is only told of."""
        if sheet.footprint.intersects(plan.boundary):
            return True
        place = (sheet.footprint.centroid.x, sheet.footprint.centroid.y)
        if sheet.footprint.intersects(shapely.box(*plan.boundary.bounds)):
            self.delivery.warn(
                "sheet-without-plan",
                plan.code,
                f"Arkusz {sheet.number} nie obejmuje żadnej części planu (np. sama legenda); do wyrysów nie posłuży.",
                place,
            )
            return True
        self.delivery.refuse(
            "sheet-outside-plan",
            plan.code,
            f"Arkusz {sheet.number} leży poza granicą planu. Sprawdź georeferencję i oznaczenie planu.",
            place,
        )
        return False

    def published(self) -> Published:
        return Published(
            counts={"plan": dict(self.changes)} if self.changes else {},
            written=self.written,
            scope=[f"plan:{code}" for code in self.codes],
            is_unchanged=self.written == 0,
        )


def sorted_parts(
    parts: Sequence[Part],
) -> tuple[tuple[GeneralPlanZoneRecord, ...], tuple[RegulationRecord, ...]]:
    """Zones and areas apart, each in the order of the delivery."""
    zones = tuple(part for part in parts if isinstance(part, GeneralPlanZoneRecord))
    return zones, tuple(part for part in parts if isinstance(part, RegulationRecord))


def dangling(record: PlanRecord) -> Iterator[Problem]:
    """Provisions that bind a zone or an overlay the plan does not have; the reference is left out."""
    symbols = {zone.symbol for zone in record.zones}
    keys = {overlay.key for overlay in record.overlays}
    for provision in record.provisions:
        for missing in sorted({*provision.zones} - symbols) + sorted({*provision.overlays} - keys):
            yield Problem(
                "provision-target-missing",
                "warning",
                record.code,
                f"Ustalenie {provision.key} dotyczy terenu lub strefy {missing}, której nie ma na rysunku planu. "
                "Uzupełnij rysunek albo popraw ustalenie.",
            )


def severe(problems: Iterable[Problem]) -> list[Problem]:
    """Problems of a general plan with the severity that publishing gives them."""
    return [
        replace(problem, severity="error") if problem.rule in REFUSED_UNLESS_ADOPTED else problem
        for problem in problems
    ]


# --- declarations ---------------------------------------------------------------------------------------------


def read_app_files(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[PlanningRecord]:
    """One data set; the reader has checked all of it once the reading is here."""
    reading = read_app(*paths)
    if not options.get(AS_ADOPTED.name):
        reading.problems[:] = severe(reading.problems)
    return reading


def read_sheet(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[SheetRecord]:
    """A drawing is its own record; that it can be opened at all is checked here, its fitness at publishing."""
    if len(paths) != 1:
        raise WrongUse("Rysunek wczytuje się po jednym arkuszu.")
    scale = int(options["scale"])
    if scale <= 0:
        raise WrongUse("Skala (--scale) ma być mianownikiem, np. 1000.")
    record = SheetRecord(str(options["sheet"]), str(paths[0]), scale, options.get("rmse"))
    with suppress(SheetRefusedError):  # the publisher reports it with the plan's code
        check_sheet(record)
    return Reading(iter([record]), read=1)


def municipality_of(record: PlanningRecord) -> str | None:
    """Zones name only their plan; a plan of a voivodeship or a county has fewer than six digits."""
    if isinstance(record, PlanRecord) and len(record.municipality) == 6:
        return record.municipality
    return None


def name_of(record: PlanningRecord) -> str:
    return record.code if isinstance(record, PlanRecord) else record.identifier


register(EDITING)
register(
    Source(
        code="app",
        title="Akty planowania przestrzennego (GML APP 1.0 i 2.0)",
        read=read_app_files,
        publish=publish_plans,
        municipality_of=municipality_of,
        name_of=name_of,
        take_back=take_back,
        arguments=(AS_ADOPTED,),
        has_state_day=False,
    )
)
register(
    Source(
        code="plan-sheet",
        title="Arkusz rysunku planu (GeoTIFF)",
        read=read_sheet,
        publish=publish_sheet,
        municipality_of=lambda _: None,
        name_of=lambda record: f"arkusz {record.number}",
        take_back=take_back,
        arguments=(
            Argument("plan", "oznaczenie planu, np. XXIV-186-2012", is_required=True),
            Argument("sheet", "numer arkusza", is_required=True),
            Argument("scale", "mianownik skali rysunku, np. 1000", int, is_required=True),
            Argument("rmse", "błąd georeferencji w metrach", float),
        ),
        is_known_by_hash=False,
        has_state_day=False,
    )
)

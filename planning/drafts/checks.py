"""What is wrong with a draft, before it becomes law for the office: dates, ground, text, drawings."""

import re
from collections.abc import Iterator

import shapely

from data.readers.amounts import polish
from data.readers.app_checks import check_cover, of_acts, regulations_outside, repeated_labels
from data.records import PlanRecord, Problem
from planning.content import PlanContent
from planning.models import LocalPlan
from planning.topology import topology
from spatial.municipalities.models import Municipality

_CODE = re.compile(r"[0-9A-Za-zŁŚŻŹĆŃÓĄĘłśżźćńóąę][\w.-]{0,78}")
_BEYOND_M2 = 100.0  #: outlines of municipalities at hand are generalised; less beyond them says nothing


def check_draft(content: PlanContent, municipality: Municipality) -> list[Problem]:
    """Errors forbid publishing, warnings are for the planner to weigh."""
    plan = content.plan
    problems = [*_identity(plan), *_days(plan), *of_acts(plan.code, plan.acts)]
    if plan.boundary.is_empty:
        message = "Plan nie ma granicy. Narysuj ją albo wczytaj z pliku."
        problems.append(Problem("draft-without-boundary", "error", plan.code, message))
        return problems
    problems += [*_ground(content), *_place(plan, municipality), *_text(plan), *_sheets(content)]
    problems += _relations(plan, municipality)
    return problems


def _identity(plan: PlanRecord) -> Iterator[Problem]:
    if not _CODE.fullmatch(plan.code):
        message = "Oznaczenie może mieć litery, cyfry, kropki i łączniki, np. XXIV-186-2012. Popraw je."
        yield Problem("draft-code", "error", plan.code, message)
    if not plan.title.strip():
        yield Problem("draft-without-title", "error", plan.code, "Plan nie ma tytułu. Wpisz tytuł uchwały.")


def _days(plan: PlanRecord) -> Iterator[Problem]:
    if plan.in_force_from and plan.in_force_to and plan.in_force_from >= plan.in_force_to:
        message = f"Obowiązuje od {plan.in_force_from} do {plan.in_force_to}: koniec nie jest późniejszy niż początek."
        yield Problem("legal-dates-order", "error", plan.code, message)
    if plan.in_force_to and plan.in_force_from is None:
        message = "Podano, kiedy plan przestał obowiązywać, a nie podano, od kiedy obowiązywał. Uzupełnij daty."
        yield Problem("legal-dates-order", "error", plan.code, message)
    adopting = next((act for act in plan.acts if act.role == "adopts"), None)
    if plan.in_force_from is None:
        return
    if adopting is None:
        message = "Plan obowiązuje, a nie ma dokumentu, który go uchwala. Dodaj uchwałę."
        yield Problem("draft-without-act", "warning", plan.code, message)
    elif adopting.adopted_on and adopting.adopted_on > plan.in_force_from:
        message = f"Plan obowiązuje od {plan.in_force_from}, a uchwalono go {adopting.adopted_on}. Popraw daty."
        yield Problem("legal-dates-order", "error", plan.code, message)


def _ground(content: PlanContent) -> Iterator[Problem]:
    plan = content.plan
    for symbol, shape in [("granica planu", plan.boundary), *((zone.symbol, zone.geometry) for zone in plan.zones)]:
        if not shape.is_valid:
            fault = shapely.is_valid_reason(shape)
            message = f"Kształt „{symbol}” przecina sam siebie ({fault}). Popraw go na mapie."
            yield Problem("geometry-self-intersects", "error", plan.code, message)
            return
    yield from topology(plan)
    if content.general_zones:
        yield from check_cover(plan.boundary, content.general_zones)
        yield from repeated_labels(content.general_zones)
    yield from regulations_outside(plan.boundary, content.regulations)


def _place(plan: PlanRecord, municipality: Municipality) -> Iterator[Problem]:
    outline = shapely.from_wkb(bytes(municipality.boundary.wkb))
    place = plan.boundary.representative_point()
    if not outline.intersects(plan.boundary):
        message = f"Plan leży poza gminą {municipality.name}. Sprawdź układ współrzędnych i gminę."
        yield Problem("draft-elsewhere", "error", plan.code, message, (place.x, place.y))
        return
    beyond = plan.boundary.difference(outline)
    if beyond.area > _BEYOND_M2:
        place = beyond.representative_point()
        message = f"{polish(beyond.area)} m² planu leży poza granicą gminy. Sprawdź granicę planu."
        yield Problem("draft-beyond", "warning", plan.code, message, (place.x, place.y))


def _text(plan: PlanRecord) -> Iterator[Problem]:
    """Provisions that speak of nothing drawn, and zones that nothing speaks of."""
    symbols, keys = {zone.symbol for zone in plan.zones}, {overlay.key for overlay in plan.overlays}
    for provision in plan.provisions:
        for missing in sorted({*provision.zones} - symbols) + sorted({*provision.overlays} - keys):
            message = f"Ustalenie {provision.key} dotyczy „{missing}”, a tego nie ma na rysunku. Popraw jedno z nich."
            yield Problem("provision-target-missing", "warning", plan.code, message)
    bound = {symbol for provision in plan.provisions for symbol in provision.zones}
    if plan.provisions and (silent := sorted(symbols - bound)):
        message = f"Tekst nie mówi o terenach: {', '.join(silent[:20])}. Powiąż z nimi ustalenia."
        yield Problem("zone-without-provision", "warning", plan.code, message)


def _relations(plan: PlanRecord, municipality: Municipality) -> Iterator[Problem]:
    """What is done to plans that we do not hold is done to nothing."""
    known = set(LocalPlan.objects.known().of(municipality).values_list("code", flat=True))
    for relation in plan.relations:
        if relation.target not in known:
            message = f"Plan dotyczy planu {relation.target}, a nie ma go w rejestrze. Popraw oznaczenie."
            yield Problem("relation-target-missing", "warning", plan.code, message)


def _sheets(content: PlanContent) -> Iterator[Problem]:
    plan = content.plan
    if plan.zones and not content.sheets:
        message = "Plan nie ma arkusza rysunku, więc nie da się z niego zrobić wyrysu. Dodaj arkusz."
        yield Problem("draft-without-drawing", "warning", plan.code, message)
    for sheet in content.sheets:
        if not sheet.footprint.intersects(plan.boundary):
            message = f"Arkusz {sheet.number} leży poza granicą planu. Sprawdź georeferencję."
            place = sheet.footprint.centroid
            yield Problem("sheet-outside-plan", "error", plan.code, message, (place.x, place.y))

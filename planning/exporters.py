"""Plans out of the register as an APP 2.0 data set that the Rejestr Urbanistyczny takes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

from data.identifiers import APP_NAMESPACE_RE
from data.records.plans import DrawingRecord
from data.writers.app import SYSTEM, Act, missing, write_app
from planning.content import PlanContent, stored_content
from planning.models import LocalPlan
from spatial.errors import ServiceError
from spatial.imports.exports import Export, Wanted, register
from spatial.imports.registry import Argument, WrongUse

PLAN = Argument("plan", "tylko ten akt, np. XXIV-186-2012")
SET_NUMBER = Argument("set-number", "numer zbioru w ewidencji EZiUDP, np. 1234; dla aktów bez przestrzeni nazw")
DRAWINGS = Argument("drawings", "adres folderu, w którym urząd udostępnia arkusze rysunków (pliki <SHA-256>.tif)")
_SETS = {"local-plan": "MPZP", "general-plan": "POG", "legacy-study": "SUIKZP"}
_SHOWN = 10


class IncompletePlan(ServiceError):
    """The schema demands what the register does not know."""

    code = "incomplete-plan"


def write_plans(path: Path, wanted: Wanted) -> int:
    """Acts as we know them now, with all their parts; returns the number of objects.

    Raises WrongUse for an unknown plan, IncompletePlan with the list of what must be filled in first.
    """
    plans = LocalPlan.objects.known().of(wanted.municipality).order_by("code")
    chosen = wanted.options.get(PLAN.name)
    if chosen:
        plans = plans.filter(code=chosen)
        if not plans:
            raise WrongUse(f"Nie mamy aktu {chosen} w gminie {wanted.municipality}.")
    set_number, folder = (wanted.options.get(argument.name) for argument in (SET_NUMBER, DRAWINGS))
    acts = [act_of(plan, set_number=set_number, drawings=folder) for plan in plans]
    if faults := [fault for act in acts for fault in missing(act)]:
        listed = "; ".join(faults[:_SHOWN]) + (f"; i {len(faults) - _SHOWN} innych" if len(faults) > _SHOWN else "")
        raise IncompletePlan(f"Schemat APP 2.0 wymaga danych, których nie ma w rejestrze: {listed}. Uzupełnij je.")
    with path.open("w", encoding="utf-8") as stream:
        written_at = datetime.combine(wanted.on, time(), UTC)
        return write_app(stream, acts, written_at=written_at) if acts else 0


def act_of(plan: LocalPlan, *, set_number: str | None = None, drawings: str | None = None) -> Act:
    """The act as its data set says it; one of our own making has the moment of its record for the beginning.

    drawings: address of a folder; with it, an act whose drawings nobody described is described by its sheets.
    """
    content = stored_content(plan)
    record = replace(
        content.plan,
        namespace=content.plan.namespace or _namespace(content, set_number),
        version_from=content.plan.version_from
        or _begun(content.plan.version)
        or plan.recorded_at.replace(microsecond=0),
    )
    return Act(record, content.general_zones, content.regulations)


def _drawings(content: PlanContent, folder: str) -> Iterator[DrawingRecord]:
    for sheet in content.sheets:
        yield DrawingRecord(
            code=f"{content.plan.code}-R{sheet.number}",
            title=f"Rysunek planu, arkusz {sheet.number}",
            link=f"{folder.rstrip('/')}/{Path(sheet.stored_name).name}",
            crs=SYSTEM,
            scale=sheet.scale,
            in_force_from=content.plan.in_force_from,
            in_force_to=content.plan.in_force_to,
        )


def _begun(version: str | None) -> datetime | None:
    """Beginning of a version that its name tells."""
    try:
        return datetime.strptime(version or "", "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _namespace(content: PlanContent, set_number: str | None) -> str | None:
    said = f"PL.ZIPPZP.{set_number}/{content.plan.municipality}-{_SETS.get(content.plan.kind, 'MPZP')}"
    return said if set_number and APP_NAMESPACE_RE.fullmatch(said) else None


register(
    Export(
        code="app",
        title="Akty planowania przestrzennego (GML APP 2.0)",
        endings=(".gml",),
        write=write_plans,
        arguments=(PLAN, SET_NUMBER, DRAWINGS),
    )
)

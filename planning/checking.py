"""Is a plan of the register fit to be published? The rules of the ministry's validator, and ours (dossier 3.4, 3.5).

A general plan or another act is written as APP 2.0 and read again, so that one set of rules serves files and registers.
"""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone

from data.readers.amounts import polish
from data.readers.app import read_app
from data.records import Problem, Surface
from data.writers.app import Act, missing, write_app
from planning.exporters import act_of
from planning.infill import InfillAreas, Parameters, ellipsoidal_m2, infill_areas
from planning.models import LocalPlan, Regulation
from planning.topology import topology
from spatial.cadastre.models import Building

_NOISE_M2 = 1.0  #: what a plan may be larger by without a word, as in the validator
#: remarks about a file that say nothing of the plan
_OF_FILES = {"scale-assumed", "drawing-remote", "project-not-in-force"}


def check_plan(plan: LocalPlan, *, on: date) -> list[Problem]:
    """Everything that is wrong with the plan as we hold it; on: the day whose buildings the areas are drawn from."""
    act = act_of(plan)
    problems = list(topology(act.plan))
    lacking = list(missing(act))
    problems += [
        Problem("app-incomplete", "warning", plan.code, f"Do pliku APP 2.0 brakuje: {one}.") for one in lacking
    ]
    if not lacking:
        problems += _as_data_set(act)
    if plan.regulations.filter(kind=Regulation.Kind.INFILL).exists():
        problems += _infill(plan, on=on)
    return problems


def _as_data_set(act: Act) -> list[Problem]:
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        file = Path(folder) / "plan.gml"
        with file.open("w", encoding="utf-8") as stream:
            write_app(stream, [act], written_at=timezone.now())
        reading = read_app(file)
        list(reading.records)
    return [problem for problem in reading.problems if problem.rule not in _OF_FILES]


def _infill(plan: LocalPlan, *, on: date) -> Iterator[Problem]:
    """OUZ larger than the buildings of the day allow."""
    allowed = allowed_areas(plan, on=on)
    drawn = shapely.union_all(
        [_shape(area.geom) for area in plan.regulations.filter(kind=Regulation.Kind.INFILL).order_by("pk")]
    )
    beyond = drawn.difference(allowed.union)
    excess = ellipsoidal_m2(beyond)
    if excess > allowed.reserve_m2 + _NOISE_M2:
        place = beyond.representative_point()
        message = (
            f"OUZ wychodzą poza obszar wyznaczony z budynków o {polish(excess, 0)} m², a wolno o najwyżej "
            f"{polish(allowed.reserve_m2, 0)} m². Zmniejsz je albo sprawdź, czy w rejestrze są wszystkie budynki."
        )
        yield Problem("infill-too-large", "warning", plan.code, message, (place.x, place.y))


def allowed_areas(plan: LocalPlan, *, on: date, parameters: Parameters | None = None) -> InfillAreas:
    """OUZ of the plan's area from the buildings of the day."""
    parameters = parameters or Parameters.on(on)
    buildings = Building.objects.on(on).of(plan.municipality)
    if parameters.kinds:
        buildings = buildings.filter(kind__in=parameters.kinds)
    shapes = [_shape(geom) for geom in buildings.order_by("pk").values_list("geom", flat=True)]
    return infill_areas(shapes, _shape(plan.boundary), parameters)


def _shape(geom: GEOSGeometry) -> Surface:
    return cast(Surface, shapely.from_wkb(bytes(geom.wkb)))

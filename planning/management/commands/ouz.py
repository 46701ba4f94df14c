"""``manage.py ouz PLAN --municipality 120610 --out FILE.gpkg``: areas of OUZ from the buildings; 2 is wrong use."""

from argparse import ArgumentParser
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from data.readers.amounts import polish
from planning.checking import allowed_areas
from planning.infill import InfillAreas, Parameters
from planning.models import LocalPlan
from spatial import crs
from spatial.errors import ServiceError


class Command(BaseCommand):
    help = "Wyznacza obszary uzupełnienia zabudowy (OUZ) z budynków ewidencji w granicach aktu (docs/plans.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", metavar="OZNACZENIE", help="akt, którego granica przycina obszary, np. 1POG")
        parser.add_argument("--municipality", metavar="TERYT", required=True, help="sześć cyfr, np. 120610")
        parser.add_argument("--on", type=date.fromisoformat, metavar="RRRR-MM-DD", help="budynki z tego dnia (dziś)")
        parser.add_argument("--kinds", metavar="LITERY", help="tylko budynki tych rodzajów wg KŚT, np. m,i")
        parser.add_argument("--out", type=Path, metavar="PLIK.gpkg", help="zapisz obszary do GeoPackage, EPSG:2178")

    def handle(self, *, plan: str, municipality: str, out: Path | None, **asked: Any) -> None:
        held = LocalPlan.objects.known().of(municipality).filter(code=plan).first()
        if held is None:
            raise CommandError(f"Nie mamy aktu {plan} w gminie {municipality}.", returncode=2)
        if out is not None and (out.suffix != ".gpkg" or not out.resolve().parent.is_dir()):
            raise CommandError("Plik ma mieć końcówkę .gpkg i leżeć w istniejącym folderze.", returncode=2)
        on = asked["on"] or timezone.localdate()
        try:
            parameters = Parameters.on(on)
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=2) from fault
        if asked["kinds"]:
            parameters = replace(parameters, kinds=tuple(asked["kinds"].split(",")))
        found = allowed_areas(held, on=on, parameters=parameters)
        if out is not None:
            write(found, out)
        self._tell(found)

    def _tell(self, found: InfillAreas) -> None:
        self.stdout.write(f"Budynków w skupieniach: {found.buildings}, obszarów: {len(found.areas)}.")
        self.stdout.write(
            f"Powierzchnia po buforze zewnętrznym (Pb): {polish(found.before_m2, 0)} m², "
            f"po wewnętrznym (Pu): {polish(found.after_m2, 0)} m², "
            f"o tyle wolno powiększyć (Pp): {polish(found.reserve_m2, 0)} m²."
        )


def write(found: InfillAreas, file: Path) -> None:
    """Areas as the layer ``ouz``, with labels in order of size."""
    labels = [f"{number}OUZ" for number in range(1, len(found.areas) + 1)]
    areas = [round(area.area, 2) for area in found.areas]
    frame = geopandas.GeoDataFrame(
        {"oznaczenie": labels, "pole_m2": areas}, geometry=list(found.areas), crs=crs.PL_2000_7
    )
    frame.to_file(file, layer="ouz", driver="GPKG")

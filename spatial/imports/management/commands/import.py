"""``manage.py import <source> FILE...``: exit 0 published, 1 refused (defects listed), 2 unreadable or wrong use."""

# ruff: noqa: N999 - the command is called "import" (docs/importing.md); nobody imports this module by name

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from spatial.errors import ServiceError
from spatial.imports import registry
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import Review, run_import

SHOWN_PER_RULE = 5  #: findings of one rule on the screen; all of them are in --json and --report
SEVERITIES = {"error": "BŁĄD", "warning": "ostrzeżenie", "info": "informacja"}
OUTCOMES = {
    "published": "Opublikowano.",
    "unchanged": "Bez zmian: rejestr mówi już to samo.",
    "dry-run": "Na próbę: plik jest dobry, niczego nie zapisano.",
    "refused": "Odrzucono: niczego nie zapisano. Popraw wymienione wady albo wczytaj resztę z opcją --skip-refused.",
    "unreadable": "Pliku nie da się odczytać.",
}


class Command(BaseCommand):
    help = "Wczytuje plik do rejestrów; źródła: docs/importing.md (kody: 0, 1 odrzucono, 2 nieczytelny)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=[source.code for source in registry.sources()], help="źródło")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pliki jednej dostawy")
        parser.add_argument("--municipality", metavar="TERYT", help="sześć cyfr, np. 120610")
        parser.add_argument("--create-municipality", metavar="NAZWA", help="utwórz gminę, jeśli jej nie znamy")
        parser.add_argument("--state-on", type=date.fromisoformat, metavar="RRRR-MM-DD", help="dzień stanu danych")
        parser.add_argument(
            "--valid-from",
            type=date.fromisoformat,
            metavar="RRRR-MM-DD",
            help="od kiedy obowiązują pierwsze znane wersje (domyślnie: dzień stanu)",
        )
        parser.add_argument("--dry-run", action="store_true", help="sprawdź wszystko, nie zapisuj niczego")
        parser.add_argument("--skip-refused", action="store_true", help="opublikuj dobre obiekty mimo odrzuconych")
        parser.add_argument("--partial", action="store_true", help="wycinek: czego brak w pliku, to zostaje")
        parser.add_argument("--correction", action="store_true", help="popraw stan tego samego dnia")
        parser.add_argument("--accept-removals", action="store_true", help="liczne brakujące obiekty zniknęły")
        parser.add_argument("--json", action="store_true", help="raport jako jeden obiekt JSON")
        parser.add_argument("--report", type=Path, metavar="OUT.gpkg", help="ustalenia z położeniem jako GeoPackage")
        for argument in _extra_arguments():
            how: dict[str, Any] = {"action": "store_true"} if argument.is_flag else {"type": argument.type}
            parser.add_argument(f"--{argument.name}", dest=_dest(argument.name), help=argument.help, **how)

    def handle(self, *, source: str, files: list[Path], **asked: Any) -> None:
        terms = Terms(
            municipality=asked["municipality"],
            state_on=asked["state_on"],
            valid_from=asked["valid_from"],
            skip_refused=asked["skip_refused"],
            is_partial=asked["partial"],
            is_correction=asked["correction"],
            accept_removals=asked["accept_removals"],
            dry_run=asked["dry_run"],
            create_municipality=asked["create_municipality"],
            options={argument.name: asked.get(_dest(argument.name)) for argument in _extra_arguments()},
        )
        if asked["report"] is not None and not asked["report"].resolve().parent.is_dir():
            raise CommandError(f"Nie ma folderu na raport {asked['report']}. Utwórz go.", returncode=2)
        try:
            report = self._run(source, files, terms, is_quiet=asked["json"])
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=2) from fault
        except OperationalError as fault:
            raise CommandError(f"Baza danych nie odpowiada; niczego nie zapisano. {fault}", returncode=2) from fault
        if asked["report"] is not None:
            report.write_geopackage(asked["report"])
        if asked["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._tell(report)
        if report.exit_code:
            sys.exit(report.exit_code)

    def _run(self, source: str, files: list[Path], terms: Terms, *, is_quiet: bool) -> Report:
        today = timezone.localdate()
        if is_quiet or not sys.stderr.isatty():
            return run_import(source=source, paths=files, terms=terms, today=today)
        columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Wczytano obiektów", total=None)
            return run_import(
                source=source,
                paths=files,
                terms=terms,
                today=today,
                review=Review(notice=lambda taken: progress.update(task, completed=taken)),
            )

    def _tell(self, report: Report) -> None:
        self.stdout.write(f"{report.file}  SHA-256 {report.sha256[:16]}…")
        for (severity, rule), count in report.rules().items():
            same = [problem for problem in report.findings if (problem.severity, problem.rule) == (severity, rule)]
            for problem in same[:SHOWN_PER_RULE]:
                named = f" {problem.object}" if problem.object else ""
                self.stdout.write(f"  {SEVERITIES[severity]} [{rule}]{named}: {problem.message}")
            if count > SHOWN_PER_RULE:
                self.stdout.write(
                    f"  … i {count - SHOWN_PER_RULE} takich samych [{rule}]; pełna lista: --json, --report"
                )
        for table, counts in report.counts.items():
            told = ", ".join(f"{name} {value}" for name, value in counts.items())
            self.stdout.write(f"  {table}: {told}")
        self.stdout.write(
            f"Przeczytano {report.read}, przyjęto {report.accepted}, odrzucono {report.refused}, "
            f"opublikowano {report.published}."
        )
        self.stdout.write(OUTCOMES[report.outcome])


def _extra_arguments() -> list[registry.Argument]:
    """Arguments of all sources, each name once."""
    found = {argument.name: argument for source in registry.sources() for argument in source.arguments}
    return [found[name] for name in sorted(found)]


def _dest(name: str) -> str:
    return name.replace("-", "_")

"""``manage.py fetch egib-wfs --municipality 120610``: exit 0 published, 1 refused, 2 failed service or wrong use."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.errors import ServiceError
from spatial.imports.registry import Terms
from spatial.remote.fetching import Outcome, fetch
from spatial.remote.registry import fetchers

SHOWN_PER_RULE = 5
SEVERITIES = {"error": "BŁĄD", "warning": "ostrzeżenie", "info": "informacja"}
OUTCOMES = {
    "published": "Opublikowano.",
    "unchanged": "Bez zmian: rejestr mówi już to samo.",
    "dry-run": "Na próbę: dane są dobre, niczego nie zapisano.",
    "refused": "Odrzucono: niczego nie zapisano.",
    "unreadable": "Nie pobrano całości; niczego nie zapisano.",
}


class Command(BaseCommand):
    help = "Pobiera dane z usługi zewnętrznej i wczytuje je jak plik (kody: 0, 1 odrzucono, 2 usługa zawiodła)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=list(fetchers()), help="co pobrać")
        parser.add_argument("--municipality", required=True, metavar="TERYT", help="sześć cyfr, np. 120610")
        parser.add_argument("--service", metavar="KOD", help="usługa; bez niej włączona i najbliższa gminie")
        parser.add_argument("--keep", type=Path, metavar="FOLDER", help="zachowaj pobrane pliki w tym folderze")
        parser.add_argument("--dry-run", action="store_true", help="sprawdź wszystko, nie zapisuj niczego")
        parser.add_argument("--skip-refused", action="store_true", help="opublikuj dobre obiekty mimo odrzuconych")
        parser.add_argument("--accept-removals", action="store_true", help="liczne brakujące obiekty zniknęły")
        parser.add_argument("--correction", action="store_true", help="popraw stan tego samego dnia")
        parser.add_argument("--json", action="store_true", help="raport jako jeden obiekt JSON")

    def handle(self, *, what: str, service: str | None, keep: Path | None, **asked: Any) -> None:
        if keep is not None and not keep.is_dir():
            raise CommandError(f"Nie ma folderu {keep}. Utwórz go.", returncode=2)
        terms = Terms(
            municipality=asked["municipality"],
            skip_refused=asked["skip_refused"],
            is_correction=asked["correction"],
            accept_removals=asked["accept_removals"],
            dry_run=asked["dry_run"],
        )
        try:
            outcome = fetch(what=what, terms=terms, today=timezone.localdate(), service=service, keep=keep)
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=2) from fault
        if asked["json"]:
            said = outcome.report.as_json() | {"service": outcome.service, "notes": list(outcome.notes)}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            self._tell(outcome)
        if outcome.report.exit_code:
            sys.exit(outcome.report.exit_code)

    def _tell(self, outcome: Outcome) -> None:
        for note in outcome.notes:
            self.stdout.write(f"  {note}")
        report = outcome.report
        for (severity, rule), count in report.rules().items():
            same = [problem for problem in report.findings if (problem.severity, problem.rule) == (severity, rule)]
            for problem in same[:SHOWN_PER_RULE]:
                self.stdout.write(f"  {SEVERITIES[severity]} [{rule}] {problem.object}: {problem.message}")
            if count > SHOWN_PER_RULE:
                self.stdout.write(f"  … i {count - SHOWN_PER_RULE} takich samych [{rule}]; pełna lista: --json")
        for table, counts in report.counts.items():
            told = ", ".join(f"{name} {value}" for name, value in counts.items())
            self.stdout.write(f"  {table}: {told}")
        self.stdout.write(OUTCOMES[report.outcome])

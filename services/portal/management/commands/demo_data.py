"""``manage.py demo_data``: loads both sample municipalities once; ``--accounts`` prints who may sign in."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from data.demo import MUNICIPALITIES
from services.identity.programs import DEMO_KEY
from services.portal import demo
from services.portal.demo_accounts import ACCOUNTS, PASSWORD
from services.portal.demo_outside import connect
from spatial.errors import ServiceError
from spatial.imports.report import Report

#: Records of one part, about; only the length of the bar depends on it.
EXPECTED = {"120610": 38_100, "120613": 20_000}


class Command(BaseCommand):
    help = "Wczytuje dane przykładowe Skały i Sułoszowej oraz konta demonstracyjne; drugi raz nie robi nic."
    requires_system_checks: list[str] = []  # the front end may be built later

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="wytwórz i porównaj dane także w tej samej wersji")
        parser.add_argument(
            "--accounts",
            action="store_true",
            help="tylko wypisz konta demonstracyjne i daj pracownikom drugi składnik",
        )

        parser.add_argument("--mailbox", default="", help="adres symulatora e-Doręczeń, do którego pisze Skała")

    def handle(self, *, force: bool, accounts: bool, mailbox: str, **_: Any) -> None:
        try:
            if accounts:
                demo.protect_staff()
                if mailbox:
                    connect(mailbox)
                self._print_accounts()
                return
            demo.load_offices()
            self._load_registers(is_forced=force)
        except ServiceError as fault:
            raise CommandError(fault.message) from fault
        except ProgrammingError as fault:
            raise CommandError(f"Baza nie ma potrzebnej tabeli ({fault}). Uruchom: manage.py migrate.") from fault

    def _load_registers(self, *, is_forced: bool) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            for teryt, municipality in MUNICIPALITIES.items():
                for label, load, total in (
                    ("ewidencja i adresy", demo.load_cadastre, EXPECTED.get(teryt)),
                    ("plany i rysunki", demo.load_plans, None),
                    ("ochrona przyrody", demo.load_protected_areas, None),
                    ("miejsca", demo.load_places, None),
                    ("trasy", demo.load_trails, None),
                    ("sieć wodociągowa", demo.load_network, None),
                ):
                    task = progress.add_task(f"{municipality.name}: {label}", total=total)
                    report = load(teryt, is_forced=is_forced, notice=_advancing(progress, task))
                    done = report.accepted if report else 1
                    progress.update(task, total=done, completed=done)
                    self.stdout.write(f"{municipality.name}, {label}: {_told(report)}")

    def _print_accounts(self) -> None:
        table = Table("konto", "hasło", "kto", title="Konta demonstracyjne")
        for account in ACCOUNTS:
            name = f"{account.first_name} {account.last_name}, {account.description}"
            table.add_row(account.username, PASSWORD, name)
        console = Console(width=90)
        with console.capture() as printed:
            console.print(table)
        self.stdout.write(printed.get())
        self.stdout.write(f"Klucz programu, którym zmienia się rejestry jako feliks: {DEMO_KEY}")


def _advancing(progress: Progress, task: Any) -> Callable[[int], None]:
    return lambda taken: progress.update(task, completed=taken)


def _told(report: Report | None) -> str:
    if report is None:
        return "już wczytane"
    if report.outcome == "unchanged":
        return "bez zmian"
    return f"wczytano {report.accepted} obiektów, ustaleń jakości danych: {len(report.findings)}"

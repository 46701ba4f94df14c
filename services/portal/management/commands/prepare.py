"""``manage.py prepare``: everything between an empty database and a served office, in one process."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Sprawdza bazę, wykonuje migracje, w trybie demonstracyjnym wczytuje dane i zbiera pliki statyczne."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="wczytaj dane demonstracyjne jeszcze raz")

    def handle(self, *, force: bool, **_: Any) -> None:
        call_command("check_database")
        self.stdout.write("Migracje bazy danych")
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEMO:
            call_command("demo_data", force=force)
            call_command("seal_test_ca")
        call_command("collectstatic", interactive=False, verbosity=0)

"""``manage.py check_services [CODE] [--json]``: exit 0 when every service that is on answers rightly, else 1."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.errors import ServiceError
from spatial.remote.checking import Check, check_services


class Command(BaseCommand):
    help = (
        "Sprawdza włączone usługi zewnętrzne: czy odpowiadają, w jakiej postaci, jak szybko i co się w nich zmieniło."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", help="jedna usługa; bez kodu wszystkie")
        parser.add_argument("--json", action="store_true", help="lista obiektów JSON")

    def handle(self, *, code: str | None, **asked: Any) -> None:
        try:
            checks = check_services(on=timezone.localdate(), only=code)
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=2) from fault
        if not checks:
            raise CommandError(f"Nie znamy usługi „{code}”.", returncode=2)
        if asked["json"]:
            self.stdout.write(json.dumps([check.as_json() for check in checks], ensure_ascii=False))
        else:
            for check in checks:
                self._tell(check)
        if not all(check.is_well for check in checks):
            sys.exit(1)

    def _tell(self, check: Check) -> None:
        if not check.is_enabled:
            state = "wyłączona"
        elif check.fault:
            state = f"BŁĄD [{check.fault}] {check.message}"
        else:
            state = f"odpowiada, {check.duration_ms} ms"
        self.stdout.write(f"{check.code}: {state}")
        self.stdout.write(f"    {check.title}, {check.url}")
        for change in check.changes:
            self.stdout.write(f"    uwaga: {change}")

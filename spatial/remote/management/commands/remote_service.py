"""``manage.py remote_service CODE [--enable|--disable] [--url URL] [--from DATE] [--set KEY=VALUE]``: office's rows.

An address that changes is a new row from a day on; the old one stays with its last day.
"""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.errors import ServiceError
from spatial.remote.endpoints import Endpoint, endpoint
from spatial.remote.services import change_service


class Command(BaseCommand):
    help = "Pokazuje i zmienia adres, włączenie i ustawienia usługi zewnętrznej (docs/outside-services.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="kod usługi, np. uldk")
        switch = parser.add_mutually_exclusive_group()
        switch.add_argument("--enable", dest="is_enabled", action="store_true", default=None, help="włącz")
        switch.add_argument("--disable", dest="is_enabled", action="store_false", help="wyłącz")
        parser.add_argument("--url", help="nowy adres")
        parser.add_argument("--from", dest="since", type=date.fromisoformat, metavar="RRRR-MM-DD", help="od kiedy")
        parser.add_argument("--set", dest="options", action="append", default=[], metavar="KLUCZ=WARTOŚĆ")

    def handle(self, *, code: str, **asked: Any) -> None:
        today = timezone.localdate()
        try:
            options = dict(_option(text) for text in asked["options"])
            if asked["is_enabled"] is not None or asked["url"] or options:
                since = asked["since"] or today
                change_service(code, since=since, is_enabled=asked["is_enabled"], url=asked["url"], options=options)
            self._show(endpoint(code, on=max(today, asked["since"] or today)))
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=2) from fault

    def _show(self, found: Endpoint) -> None:
        self.stdout.write(f"{found.code}: {'włączona' if found.is_enabled else 'wyłączona'}, {found.url}")
        self.stdout.write(f"    {found.title}; adres: {found.known_from}")


def _option(text: str) -> tuple[str, Any]:
    """Values are JSON where they can be, else text."""
    name, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"Ustawienie „{text}” podaj jako klucz=wartość.", returncode=2)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value

"""``manage.py parcel 120610_5.0007.123/4``: the parcel report as JSON."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from planning.report import parcel_report
from spatial.errors import ServiceError


class Command(BaseCommand):
    help = "Wypisuje raport o działce jako JSON. Kod wyjścia 2: działki nie ma albo identyfikator jest błędny."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parcel", metavar="DZIAŁKA")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="RRRR-MM-DD", help="stan na dzień")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = parcel_report(identifier=options["parcel"], as_of=options["as_of"] or timezone.localdate())
        except ServiceError as error:
            self.stderr.write(error.message)
            sys.exit(2)
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))

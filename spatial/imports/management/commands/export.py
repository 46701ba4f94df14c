"""``manage.py export <source> --out FILE --municipality TERYT``: exit 0 written, 2 wrong use or nothing to write."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.errors import ServiceError
from spatial.imports.exports import Wanted, exports, run_export
from spatial.imports.registry import Argument
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = "Zapisuje publiczne dane rejestru do pliku, który system umie wczytać z powrotem (docs/exporting.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=[export.code for export in exports()], help="rejestr")
        parser.add_argument("--out", type=Path, required=True, metavar="PLIK", help="plik; końcówka wybiera format")
        parser.add_argument("--municipality", metavar="TERYT", help="sześć cyfr; bez niej jedyna gmina instalacji")
        parser.add_argument("--on", type=date.fromisoformat, metavar="RRRR-MM-DD", help="stan na dzień (dziś)")
        for argument in _arguments():
            how: dict[str, Any] = {"action": "store_true"} if argument.is_flag else {"type": argument.type}
            parser.add_argument(f"--{argument.name}", dest=argument.name, help=argument.help, **how)

    def handle(self, *, source: str, out: Path, **asked: Any) -> None:
        options = {argument.name: asked[argument.name] for argument in _arguments()}
        try:
            wanted = Wanted(_municipality(asked["municipality"]), asked["on"] or timezone.localdate(), options)
            count = run_export(source, out, wanted)
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=2) from fault
        self.stdout.write(f"{out}: {count} obiektów, stan na dzień {wanted.on}.")


def _municipality(teryt: str | None) -> Municipality:
    known = Municipality.objects.order_by("pk")
    if teryt is None and len(known) == 1:
        return known[0]
    found = known.filter(pk=teryt).first() if teryt else None
    if found is None:
        listed = ", ".join(f"{one.pk} {one.name}" for one in known)
        raise CommandError(f"Podaj gminę (--municipality). Prowadzimy: {listed or 'żadnej'}.", returncode=2)
    return found


def _arguments() -> list[Argument]:
    """Arguments of all exports, each name once."""
    found = {argument.name: argument for export in exports() for argument in export.arguments}
    return [found[name] for name in sorted(found)]

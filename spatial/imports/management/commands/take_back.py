"""``manage.py take_back DELIVERY --note WHY``: exit 0 taken back, 1 refused, 2 no such delivery."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.errors import ServiceError
from spatial.imports.models import Snapshot
from spatial.imports.rollback import roll_back


class Command(BaseCommand):
    help = "Cofa dostawę danych: rejestry mówią znów to, co przed nią. Bez numeru wypisuje ostatnie dostawy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("delivery", nargs="?", type=int, help="numer dostawy")
        parser.add_argument("--note", help="powód cofnięcia (wymagany)")

    def handle(self, *_args: Any, delivery: int | None, note: str | None, **_options: Any) -> None:
        if delivery is None:
            self.list_deliveries()
            return
        snapshot = Snapshot.objects.filter(pk=delivery).first()
        if snapshot is None:
            raise CommandError(f"Nie ma dostawy {delivery}.", returncode=2)
        if not note:
            raise CommandError("Podaj powód: --note „Zły plik”.", returncode=2)
        try:
            report = roll_back(snapshot=snapshot, by=None, note=note, now=timezone.now())
        except ServiceError as fault:
            raise CommandError(fault.message, returncode=1) from None
        self.stdout.write(f"Cofnięto dostawę {snapshot}.")
        for table, moved in report.counts.items():
            self.stdout.write(
                f"  {table}: " + ", ".join(f"{name} {number}" for name, number in moved.items() if number)
            )

    def list_deliveries(self) -> None:
        for row in Snapshot.objects.order_by("-pk")[:20]:
            state = " (cofnięta)" if row.rolled_back_at else ""
            self.stdout.write(
                f"{row.pk:>6}  {row.municipality_id}  {row.source:<12} {row.state_on}  {row.file_name}{state}"
            )

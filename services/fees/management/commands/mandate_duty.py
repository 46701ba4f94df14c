"""``manage.py mandate_duty``: how often an office takes the stamp duty on one document of a mandate."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.fees.models import MandateRule
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = "Zapisuje, czy opłatę skarbową za jedno pełnomocnictwo urząd pobiera raz, czy w każdej sprawie."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("teryt")
        parser.add_argument("taxed", choices=MandateRule.Taxed.values)
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True)
        parser.add_argument("--source", required=True, help="z czego to wynika, na przykład interpretacja")

    def handle(self, *, teryt: str, taxed: str, valid_from: date, source: str, **_: Any) -> None:
        municipality = Municipality.objects.filter(pk=teryt).first()
        if municipality is None:
            raise CommandError(f"Nie ma gminy {teryt}.")
        said = {"taxed": taxed, "source": source[:200]}
        row, _made = MandateRule.objects.update_or_create(
            municipality=municipality, valid_from=valid_from, defaults=said
        )
        self.stdout.write(f"{municipality.name}: {row.get_taxed_display()} od {valid_from}")

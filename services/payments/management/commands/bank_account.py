"""``manage.py bank_account``: an account to which a municipality takes money of one purpose."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.payments.ledger.models import BankAccount
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = "Zapisuje rachunek bankowy gminy, na który wpływają opłaty jednego rodzaju."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("teryt")
        parser.add_argument("nrb", help="26 cyfr, mogą być odstępy")
        parser.add_argument("--purpose", default="stamp-duty", help="rodzaj należności (Charge.kind)")
        parser.add_argument("--title", default="Opłata skarbowa")
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True)

    def handle(self, *, teryt: str, nrb: str, purpose: str, title: str, valid_from: date, **_: Any) -> None:
        municipality = Municipality.objects.filter(pk=teryt).first()
        if municipality is None:
            raise CommandError(f"Nie ma gminy {teryt}.")
        row = BankAccount(
            municipality=municipality, nrb=nrb.replace(" ", ""), title=title, purpose=purpose, valid_from=valid_from
        )
        try:
            row.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        row.save()
        self.stdout.write(f"{municipality.name}: {row}")

"""``manage.py bank_account``: an account to which a municipality takes money of one purpose."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from services.payments.setting_kinds import ACCOUNTS, PURPOSES
from services.setup.services import filled, put
from spatial.errors import ServiceError
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = "Zapisuje rachunek bankowy gminy, na który wpływają opłaty jednego rodzaju. Poprzedni kończy się tego dnia."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("teryt")
        parser.add_argument("nrb", help="26 cyfr, mogą być odstępy")
        parser.add_argument("--purpose", default="stamp-duty", choices=PURPOSES, help="rodzaj należności (Charge.kind)")
        parser.add_argument("--title", default="Opłata skarbowa")
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True)

    def handle(self, *, teryt: str, nrb: str, purpose: str, title: str, valid_from: date, **_: Any) -> None:
        municipality = Municipality.objects.filter(pk=teryt).first()
        if municipality is None:
            raise CommandError(f"Nie ma gminy {teryt}.")
        said = {"nrb": nrb, "title": title, "purpose": purpose, "valid_from": valid_from}
        try:
            form = filled(ACCOUNTS, ACCOUNTS.fresh(municipality), said)
            row = put(ACCOUNTS, form, at=timezone.now())
        except ServiceError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{municipality.name}: {row}")

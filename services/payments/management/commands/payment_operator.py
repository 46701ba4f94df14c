"""``manage.py payment_operator``: a contract with an operator of payments; its keys are read from standard input."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from services.payments.ledger.models import BankAccount
from services.payments.models import Merchant
from services.payments.operators import OPERATORS
from services.payments.setting_kinds import CONTRACTS
from services.setup.services import filled, put
from spatial.errors import ServiceError


class Command(BaseCommand):
    help = 'Zapisuje umowę z operatorem płatności. Klucze czyta z wejścia jako JSON, np. {"api_key": "…", "crc": "…"}.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("teryt")
        parser.add_argument("operator", choices=sorted(OPERATORS))
        parser.add_argument("nrb", help="rachunek, na który operator wypłaca")
        parser.add_argument("--pos", required=True, help="punkt płatności (posId)")
        parser.add_argument("--merchant", default="", help="merchantId, gdy jest inny niż posId")
        parser.add_argument("--sandbox", action="store_true", help="środowisko próbne operatora")
        parser.add_argument("--md5", action="store_true", help="przyjmuj podpisy MD5 (PayU)")
        parser.add_argument("--check", action="store_true", help="zapytaj operatora, czy klucze są dobre")

    def handle(self, *, teryt: str, operator: str, nrb: str, pos: str, merchant: str, **options: Any) -> None:
        bank_account = BankAccount.objects.filter(municipality=teryt, nrb=nrb.replace(" ", "")).first()
        if bank_account is None:
            raise CommandError("Gmina nie ma takiego rachunku. Zapisz go poleceniem bank_account.")
        kind = CONTRACTS[operator]
        row = Merchant.objects.filter(operator=operator, pos_id=pos).first() or kind.fresh(bank_account.municipality)
        if row.municipality_id != bank_account.municipality_id:
            raise CommandError("Ten punkt płatności ma inna gmina.")
        said = {
            "bank_account": bank_account.pk, "pos_id": pos, "merchant_id": merchant, "is_sandbox": options["sandbox"],
            "allows_md5": options["md5"], "is_active": True,
        }  # fmt: skip
        try:
            form = filled(kind, row, said | keys(OPERATORS[operator].secrets))
            if options["check"]:
                form.instance.connect().check()
            put(kind, form, at=timezone.now())
        except ServiceError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{bank_account.municipality.name}: {form.instance.title}, {bank_account}")


def keys(names: tuple[str, ...]) -> dict[str, str]:
    """From standard input. Raises CommandError unless exactly the named texts are there."""
    try:
        found = json.load(sys.stdin)
    except ValueError:
        raise CommandError("Na wejściu nie ma JSON.") from None
    if not isinstance(found, dict) or set(found) != set(names) or not all(isinstance(v, str) for v in found.values()):
        raise CommandError(f"Podaj klucze: {', '.join(names)}.")
    return found

"""``manage.py mailbox 120610 ...``: the office's mailbox for e-Doręczenia; the secret comes from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.delivery.models import Mailbox
from services.delivery.setting_kinds import MAILBOX
from services.setup.services import filled, put
from spatial.errors import ServiceError
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = "Zapisuje skrzynkę e-Doręczeń gminy; z --subscribe mówi operatorowi, dokąd ma powiadamiać."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("teryt")
        parser.add_argument("--address", required=True, help="AE:PL-…")
        parser.add_argument("--api", required=True, help="https://…/api/v1")
        parser.add_argument("--token", required=True, help="adres OIDC, pod którym system się loguje")
        parser.add_argument("--client", required=True, help="client_id")
        parser.add_argument("--secret-file", required=True, type=Path, help="client_secret albo klucz RSA (PEM)")
        parser.add_argument("--unit", required=True, help="komórka, w której zapisuje się pisma bez sprawy")
        parser.add_argument("--hybrid", action="store_true", help="listy na papierze przez operatora")
        parser.add_argument("--private-network", action="store_true", help="operator jest w sieci urzędu")
        parser.add_argument("--subscribe", action="store_true")

    def handle(self, teryt: str, secret_file: Path, subscribe: bool, **said: Any) -> None:
        municipality = Municipality.objects.filter(pk=teryt).first()
        if municipality is None:
            raise CommandError(f"Nie ma gminy {teryt}.")
        row = Mailbox.objects.filter(municipality=municipality).first() or MAILBOX.fresh(municipality)
        row.private_network = said["private_network"]
        try:
            values = {
                "address": said["address"], "api_url": said["api"], "token_url": said["token"],
                "client_id": said["client"], "unit_symbol": said["unit"], "has_hybrid": said["hybrid"],
                "is_active": True, "secret": secret_file.read_text().strip(),
            }  # fmt: skip
            form = filled(MAILBOX, row, values)
            put(MAILBOX, form, at=timezone.now())
            if subscribe:
                MAILBOX.deed("powiadamianie").run(form.instance)
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(f"Nie można odczytać pliku {secret_file}.") from fault
        except ServiceError as fault:
            raise CommandError(fault.message) from fault
        for warning in form.consequences():
            self.stderr.write(warning)
        self.stdout.write(f"Skrzynka gminy {municipality.name} zapisana.")

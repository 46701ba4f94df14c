"""``manage.py mailbox 120610 ...``: the office's mailbox for e-Doręczenia; the secret comes from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from services.delivery import ade
from services.delivery.contrib.user_agent import UserAgent
from services.delivery.models import Mailbox
from services.delivery.views import callback_path
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
        mailbox = Mailbox.objects.filter(municipality=municipality).first() or Mailbox(municipality=municipality)
        mailbox.address = ade.normal(said["address"])
        if not ade.is_address(mailbox.address):
            raise CommandError("Adres ma postać AE:PL-00000-00000-AAAAA-00.")
        if not ade.is_sure(mailbox.address):
            self.stderr.write("Uwaga: końcówka adresu nie zgadza się z jego cyframi.")
        try:
            mailbox.secret = secret_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(f"Nie można odczytać pliku {secret_file}.") from fault
        is_key = "PRIVATE KEY" in mailbox.secret
        mailbox.sign_in = Mailbox.SignIn.KEY if is_key else Mailbox.SignIn.SECRET
        mailbox.api_url, mailbox.token_url, mailbox.client_id = said["api"], said["token"], said["client"]
        mailbox.unit_symbol, mailbox.is_active = said["unit"], True
        mailbox.has_hybrid, mailbox.private_network = said["hybrid"], said["private_network"]
        mailbox.save()
        if subscribe:
            self.subscribe(mailbox)
        self.stdout.write(f"Skrzynka gminy {municipality.name} zapisana.")

    def subscribe(self, mailbox: Mailbox) -> None:
        if not settings.SITE:
            raise CommandError("Ustaw MIEDZA_SITE: operator musi wiedzieć, dokąd powiadamiać.")
        try:
            UserAgent(mailbox).subscribe(settings.SITE + callback_path(mailbox))
        except ServiceError as fault:
            raise CommandError(fault.message) from fault

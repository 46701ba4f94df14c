"""``manage.py bounces``: reads the mailbox that letters come back to, as the worker does each ten minutes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from services.notifications import mailbox


class Command(BaseCommand):
    help = "Czyta skrzynkę zwrotów: liczy listy, które wróciły, i wstrzymuje adresy, na które nie dochodzą."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BOUNCES_URL:
            raise CommandError("Ustaw MIEDZA_BOUNCES_URL, na przykład imaps://login:haslo@poczta.example.pl/INBOX.")
        try:
            many = mailbox.read(settings.BOUNCES_URL)
        except mailbox.MailboxFailed as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"wróciło listów: {many}")

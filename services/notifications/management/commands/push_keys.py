"""``manage.py push_keys``: the VAPID key of the office's Web Push, made once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from services.notifications.channels import push


class Command(BaseCommand):
    help = "Tworzy klucz powiadomień w przeglądarce, jeśli go nie ma, i wypisuje jego część publiczną."

    def handle(self, *args: Any, **options: Any) -> None:
        if push.make_key(settings.PUSH_KEY):
            self.stderr.write(f"Klucz zapisano w {settings.PUSH_KEY}. Zachowaj kopię.")
        self.stdout.write(push.public_key())
        if not settings.PUSH_CONTACT:
            self.stderr.write("Ustaw jeszcze MIEDZA_PUSH_CONTACT, bez niego nic nie wyjdzie.")

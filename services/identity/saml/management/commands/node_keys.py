"""``manage.py node_keys``: the office's keys for the node, once; a second time only their fingerprints."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.identity.saml.keys import ENCRYPTION, SIGNING, Keys, Pair
from services.identity.saml.profiles import PROFILES


class Command(BaseCommand):
    help = "Tworzy klucze urzędu dla Węzła Krajowego (podpis i szyfrowanie) i podaje odciski certyfikatów."

    def handle(self, **_: Any) -> None:
        folder, profile = settings.NODE_DIR, PROFILES[settings.NODE_PROFILE]
        for name in (SIGNING, ENCRYPTION):
            if not (folder / f"{name}.key").exists():
                Pair.made(profile, name=f"{settings.NODE_OUR_NAME or 'Miedza'} {name}", at=timezone.now()).write(
                    folder, name
                )
        try:
            keys = Keys.read(folder, profile)
        except ImproperlyConfigured as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"Podpis:      {keys.signing.fingerprint}")
        self.stdout.write(f"Szyfrowanie: {keys.encryption.fingerprint}")
        self.stdout.write(f"Klucze i certyfikaty leżą w {folder}.")

"""``manage.py seal_test_ca``: a test authority and a seal of each municipality, for the demo only."""

from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from cryptography.x509.oid import NameOID
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.documents.seal import passphrase
from services.documents.signatures.trust import TRIAL_AUTHORITY, trial_folder
from services.documents.trial_keys import YEARS_3, Holder
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = "Tworzy testowy urząd certyfikacji i testowe pieczęcie gmin; drugi raz nie robi nic. Nie do urzędu."

    def handle(self, **_: Any) -> None:
        folder = trial_folder()
        if folder is None:
            raise CommandError("Testowe pieczęcie tworzy się tylko w trybie demonstracyjnym (MIEDZA_DEMO=1).")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / "passphrase").exists():
            write(folder / "passphrase", token_urlsafe(32).encode())
        authority = self.authority(folder)
        begin = timezone.now() - timedelta(days=1)
        for municipality in Municipality.objects.order_by("teryt"):
            path = folder / f"{municipality.teryt}.p12"
            if path.exists():
                continue
            parts = {
                NameOID.COUNTRY_NAME: "PL", NameOID.ORGANIZATION_NAME: municipality.office_name[:64],
                NameOID.COMMON_NAME: f"TEST {municipality.office_name}"[:64],
            }  # fmt: skip
            write(path, authority.gives(parts, begin=begin, end=begin + YEARS_3).packed(passphrase(folder)))
            self.stdout.write(f"Testowa pieczęć: {municipality.office_name}")

    def authority(self, folder: Path) -> Holder:
        kept = folder / "ca.p12"
        if kept.exists():
            return Holder.opened(kept.read_bytes(), passphrase(folder))
        made = Holder.authority("TEST Miedza", at=timezone.now() - timedelta(days=1))
        write(kept, made.packed(passphrase(folder)))
        write(folder / TRIAL_AUTHORITY, made.pem)
        return made


def write(path: Path, content: bytes) -> None:
    """Readable by the owner only."""
    path.touch(mode=0o600)
    path.write_bytes(content)

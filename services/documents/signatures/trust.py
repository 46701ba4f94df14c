"""Whom a certificate names, and whose certificates are trusted: an offline list of a known day, never the network."""

import logging
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto.x509 import Certificate, Name
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko_certvalidator import ValidationContext

logger = logging.getLogger(__name__)

ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})
TRIAL_AUTHORITY = "ca.pem"
PESEL = re.compile(r"(?:PNOPL-|PESEL:? ?)\d{6}(\d{5})")
#: what a key that signs documents may be for
USES = frozenset({"non_repudiation", "digital_signature"})


@dataclass(frozen=True, slots=True)
class Trust:
    """Authorities that are believed, as of a day; None where the office keeps no list."""

    roots: tuple[Certificate, ...]
    day: date | None

    def at(self, moment: datetime) -> ValidationContext:
        """The rules of a chain of certificates at the moment; nothing is fetched, so nobody learns of the file."""
        return ValidationContext(list(self.roots), moment=moment, allow_fetching=False, revocation_mode="soft-fail")


def trust() -> Trust:
    """The newest folder ``YYYY-MM-DD`` of MIEDZA_TRUST_DIR; in the demo also the test authority of the installation."""
    days = [(day, path) for path in listed(settings.TRUST_DIR) if (day := day_of(path.name)) and path.is_dir()]
    day, folder = max(days, default=(None, None))
    files = [path for path in listed(folder) if path.suffix.lower() in ENDINGS] if folder else []
    trial = trial_folder()
    if trial and (trial / TRIAL_AUTHORITY).is_file():
        files.append(trial / TRIAL_AUTHORITY)
    return Trust(read(tuple((path, path.stat().st_mtime_ns) for path in files)), day)


def trial_folder() -> Path | None:
    """Folder of ``manage.py seal_test_ca``; an office does not see it, even where a demo was before."""
    return settings.SEAL_DIR / "test" if settings.DEMO or settings.DEBUG else None


def listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def day_of(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


@lru_cache(maxsize=8)
def read(files: tuple[tuple[Path, int], ...]) -> tuple[Certificate, ...]:
    """Once for each state of the files; one that is no certificate is left out and told to the administrator."""
    found: list[Certificate] = []
    for path, _changed in files:
        try:
            found += load_certs_from_pemder_data(path.read_bytes())
        except (ValueError, OSError):
            logger.exception("%s is no certificate and trusts nobody", path)
    return tuple(found)


def name_of(certificate: Certificate) -> str:
    """The person or the office that the certificate was given to."""
    return named(certificate.subject)


def issuer_of(certificate: Certificate) -> str:
    return named(certificate.issuer)


def named(name: Name) -> str:
    parts = name.native
    person = " ".join(str(parts[key]) for key in ("given_name", "surname") if key in parts)
    told = str(parts.get("common_name") or person or parts.get("organization_name") or "")
    return "".join(sign for sign in told if sign.isprintable())[:200]


def masked_number(certificate: Certificate) -> str:
    """``******12345`` of a PESEL in the serial number (ETSI EN 319 412-1), "" where there is none."""
    found = PESEL.fullmatch(str(certificate.subject.native.get("serial_number", "")))
    return f"******{found[1]}" if found else ""

"""Keys of the office for the node, two pairs as the node wants them, and the node's own certificates, pinned."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured

from services.identity.saml.profiles import Profile

SIGNING, ENCRYPTION = "sign", "encryption"  #: names of files, with .key and .crt
YEARS_3 = timedelta(days=1095)

type PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """A key with its certificate."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Raises ImproperlyConfigured."""
        try:
            key = load_pem_private_key((folder / f"{name}.key").read_bytes(), password=None)
            certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())
        except (OSError, ValueError, TypeError) as fault:
            raise ImproperlyConfigured(f"No {name}.key and {name}.crt in {folder}: run manage.py node_keys.") from fault
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise ImproperlyConfigured(f"{folder / name}.key must be an EC or RSA key.")
        if certificate.public_key() != key.public_key():
            raise ImproperlyConfigured(f"{name}.crt in {folder} is the certificate of another key.")
        return cls(key, certificate)

    @classmethod
    def made(cls, profile: Profile, *, name: str, at: datetime) -> Self:
        """A new key that certifies itself for three years; ``name`` is the common name."""
        key: PrivateKey = (
            ec.generate_private_key(ec.SECP256R1())
            if profile.is_elliptic
            else rsa.generate_private_key(public_exponent=65537, key_size=3072)
        )
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
        builder = (
            x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(at - timedelta(hours=1))
            .not_valid_after(at + YEARS_3)
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    def write(self, folder: Path, name: str) -> None:
        """The key is readable by its owner only. Raises FileExistsError rather than writing over one."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{name}.key"
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / f"{name}.crt").write_bytes(self.certificate.public_bytes(Encoding.PEM))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as it is read out on the telephone."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


@dataclass(frozen=True, slots=True)
class Keys:
    """Both pairs of the office."""

    signing: Pair
    encryption: Pair

    @classmethod
    def read(cls, folder: Path, profile: Profile) -> Self:
        """Raises ImproperlyConfigured."""
        pairs = Pair.read(folder, SIGNING), Pair.read(folder, ENCRYPTION)
        if not all(profile.suits(pair.certificate) for pair in pairs):
            raise ImproperlyConfigured(f"The keys in {folder} are of another kind than the profile wants.")
        return cls(*pairs)


def pinned(path: Path, profile: Profile) -> tuple[x509.Certificate, ...]:
    """Certificates whose signatures are believed, and no others; several while the node changes its key.

    Raises ImproperlyConfigured.
    """
    try:
        found = tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as fault:
        raise ImproperlyConfigured(f"No certificates of the node in {path}.") from fault
    if not all(map(profile.suits, found)):
        raise ImproperlyConfigured(f"A certificate in {path} has a key of another kind than the profile wants.")
    return found

"""Keys for the demo and for tests: an authority that nobody outside trusts, and certificates it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
    serialize_key_and_certificates,
)
from cryptography.x509.oid import NameOID

YEARS_10, YEARS_3 = timedelta(days=3650), timedelta(days=1095)
#: critical: what the keys may be for
AUTHORITY_USE = {"key_cert_sign": True, "crl_sign": True}
SIGNER_USE = {"content_commitment": True}
USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holder:
    """A certificate with its key, and those above it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @classmethod
    def authority(cls, name: str, *, at: datetime) -> Self:
        key = new_key()
        subject = named({NameOID.COMMON_NAME: name})
        made = unsigned(subject, key, use=AUTHORITY_USE, begin=at, end=at + YEARS_10, is_authority=True)
        return cls(made.issuer_name(subject).sign(key, hashes.SHA256()), key)

    @classmethod
    def opened(cls, content: bytes, passphrase: str) -> Self:
        """Raises ValueError."""
        key, certificate, above = load_key_and_certificates(content, passphrase.encode() or None)
        if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
            raise ValueError("no RSA key")
        return cls(certificate, key, tuple(above))

    def gives(
        self,
        parts: Mapping[x509.ObjectIdentifier, str],
        *,
        begin: datetime,
        end: datetime,
        use: dict[str, bool] = SIGNER_USE,
        purpose: x509.ObjectIdentifier | None = None,
    ) -> "Holder":
        key = new_key()
        made = unsigned(named(parts), key, use=use, begin=begin, end=end, is_authority=False)
        if purpose:
            made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        certificate = made.issuer_name(self.certificate.subject).sign(self.key, hashes.SHA256())
        return Holder(certificate, key, (self.certificate, *self.chain))

    def packed(self, passphrase: str) -> bytes:
        """PKCS #12."""
        lock: KeySerializationEncryption = (
            BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        )
        return serialize_key_and_certificates(None, self.key, self.certificate, self.chain, lock)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def named(parts: Mapping[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, words) for kind, words in parts.items()])


def unsigned(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    *,
    use: dict[str, bool],
    begin: datetime,
    end: datetime,
    is_authority: bool,
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(**(dict.fromkeys(USES, False) | use))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )

"""The electronic seal of the office, so that a document proves who issued it: PAdES on a PDF/A, XAdES in an XML.

Level B-B, of a PDF B-T where a timestamp service is set (docs/signing.md). Pages stay byte for byte; the seal is
added behind them.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from lxml import etree
from lxml.etree import _Element as Element
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from services.documents.signatures.trust import name_of, trial_folder
from services.documents.signatures.xades import XADES
from spatial.errors import ServiceError
from spatial.municipalities.models import Municipality

FIELD = "Pieczec"
REASON = "Dokument wydany przez urząd"
PATIENCE_S = 10


class NoSeal(ServiceError):
    """The office cannot seal now; nothing was issued."""

    code = "no-seal"
    status = 503


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document as it is issued; ``owner`` is whom the certificate names, "" where there is no key."""

    pdf: bytes
    owner: str


def sealed(pdf: bytes, *, municipality: Municipality, at: datetime) -> Sealed:
    """The same pages under the seal; as they came where the office has no key and needs none. Raises NoSeal."""
    key = key_for(municipality, at=at)
    if key is None:
        return Sealed(pdf, "")
    described = PdfSignatureMetadata(
        field_name=FIELD, name=municipality.office_name, location=municipality.seat, reason=REASON, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256",
    )  # fmt: skip
    try:
        made = Sealing(described, key, timestamper=stamper(), at=at).sign_pdf(Addition(BytesIO(pdf)))
    except (TimestampRequestError, OSError, ValueError) as fault:
        if not settings.TIMESTAMP_URL:
            raise
        raise NoSeal(_("Usługa znacznika czasu nie odpowiada. Spróbuj wydać dokument za kilka minut.")) from fault
    return Sealed(made.getvalue(), name_of(key.signing_cert))


def sealed_xml(xml: bytes, *, municipality: Municipality, at: datetime) -> bytes:
    """The same elements with the seal as the last one; as they came where the office has no key and needs none.

    Raises NoSeal.
    """
    key = key_for(municipality, at=at)
    if key is None:
        return xml
    made = SealingXml(key, at=at).sealed(etree.fromstring(xml))
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def key_for(municipality: Municipality, *, at: datetime) -> SimpleSigner | None:
    """None where the office has no key and needs none. Raises NoSeal, also for a key that is out of its time."""
    key = key_of(municipality.teryt)
    if key is not None:
        refuse_expired(key.signing_cert, at=at)
    elif settings.SEAL_REQUIRED:
        raise NoSeal(_("Brak klucza pieczęci urzędu. Poproś administratora o wgranie go i wydaj dokument ponownie."))
    return key


def stamper() -> HTTPTimeStamper | None:
    return HTTPTimeStamper(settings.TIMESTAMP_URL, timeout=PATIENCE_S) if settings.TIMESTAMP_URL else None


def refuse_expired(certificate: Certificate, *, at: datetime) -> None:
    """Raises NoSeal."""
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        words = _("Certyfikat pieczęci urzędu jest ważny tylko od %(begin)s do %(end)s. Poproś administratora o nowy.")
        days = (timezone.localdate(moment) for moment in (certificate.not_valid_before, certificate.not_valid_after))
        begin, end = (date_format(day, "j E Y") for day in days)
        raise NoSeal(words % {"begin": begin, "end": end})


class Addition(IncrementalPdfFileWriter):
    """Leaves titles and dates as the archive wrote them: those in XMP and in the head must agree."""

    def _update_meta(self) -> None:
        pass


class Sealing(PdfSigner):
    """Seals at the moment of the caller, not of the machine."""

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = at

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.at
        return session


class SealingXml(XAdESSigner):
    """Seals at the moment of the caller, not of the machine.

    Canonical XML 1.0 is what readers take where a reference names no transform, and signxml names none for its own two.
    """

    def __init__(self, key: SimpleSigner, *, at: datetime) -> None:
        self.at = at
        self.key: Any = load_der_private_key(key.signing_key.dump(), password=None)
        certificates = dict.fromkeys(one.dump() for one in (key.signing_cert, *key.cert_registry))
        self.chain = [x509.load_der_x509_certificate(one) for one in certificates]
        is_elliptic = isinstance(self.key, EllipticCurvePrivateKey)
        super().__init__(
            data_object_format=XAdESDataObjectFormat(REASON, "application/xml"),
            signature_algorithm=SignatureMethod.ECDSA_SHA256 if is_elliptic else SignatureMethod.RSA_SHA256,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
        )

    def sealed(self, root: Element) -> Element:
        return self.sign(root, key=self.key, cert=self.chain, always_add_key_value=False)

    def add_signing_time(self, properties: Element, sig_root: Element, signing_settings: SigningSettings) -> None:
        etree.SubElement(properties, f"{XADES}SigningTime").text = self.at.isoformat(timespec="seconds")


def key_of(teryt: str) -> SimpleSigner | None:
    """Of the municipality, or the one of the installation. Raises NoSeal for a key that cannot be opened."""
    folders = [folder for folder in (settings.SEAL_DIR, trial_folder()) if folder]
    paths = [folder / f"{name}.p12" for folder in folders for name in (teryt, "default")]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return None
    try:
        return opened(path, path.stat().st_mtime_ns, passphrase(path.parent))
    except (ValueError, OSError) as fault:
        raise NoSeal(_("Nie można otworzyć klucza pieczęci urzędu. Poproś administratora o pomoc.")) from fault


def passphrase(folder: Path) -> str:
    """From the file beside the keys, or from the environment."""
    file = folder / "passphrase"
    return file.read_text().strip() if file.is_file() else settings.SEAL_PASSPHRASE


@lru_cache(maxsize=64)
def opened(path: Path, changed_ns: int, words: str) -> SimpleSigner:
    """Opened once, and again when the file has changed (``changed_ns``). Raises ValueError."""
    content = path.read_bytes()
    signer: SimpleSigner = SimpleSigner.load_pkcs12_data(content, other_certs=(), passphrase=words.encode() or None)
    return signer

"""Holders of keys that tests sign with, and files they signed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from pikepdf import Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from signxml import SignatureConstructionMethod
from signxml.xades import XAdESSigner

from services.documents.trial_keys import Holder

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
JAN = {
    NameOID.COMMON_NAME: "Jan Kowalski", NameOID.GIVEN_NAME: "Jan", NameOID.SURNAME: "Kowalski",
    NameOID.SERIAL_NUMBER: "PNOPL-44051401458", NameOID.COUNTRY_NAME: "PL",
}  # fmt: skip


@cache
def authority(name: str = "Urząd Certyfikacji") -> Holder:
    return Holder.authority(name, at=AT - timedelta(days=100))


@cache
def jan(*, begin_days: int = -10, end_days: int = 300) -> Holder:
    """His certificate is good from and to so many days from AT."""
    begin, end = AT + timedelta(days=begin_days), AT + timedelta(days=end_days)
    return authority().gives(JAN, begin=begin, end=end)


def trusting(folder: Path, *holders: Holder, day: str = "2026-11-01") -> Path:
    """A folder as MIEDZA_TRUST_DIR."""
    (folder / day).mkdir(parents=True, exist_ok=True)
    for number, holder in enumerate(holders):
        (folder / day / f"{number}.pem").write_bytes(holder.pem)
    return folder


def pem_of_key(holder: Holder) -> bytes:
    return holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def plain_pdf() -> bytes:
    document = Pdf.new()
    document.add_blank_page()
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def signed_pdf(pdf: bytes, holder: Holder, *, field: str = "Podpis", **options) -> bytes:
    signer = SimpleSigner.load_pkcs12_data(holder.packed("x"), other_certs=(), passphrase=b"x")
    described = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    return sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), described, signer, **options).getvalue()


def signed_xml(
    xml: bytes,
    holder: Holder,
    *,
    method: SignatureConstructionMethod = SignatureConstructionMethod.enveloped,
    reference: str | None = None,
) -> bytes:
    made = XAdESSigner(method=method).sign(
        etree.fromstring(xml), key=holder.key, cert=[holder.certificate, *holder.chain], reference_uri=reference
    )
    return etree.tostring(made)

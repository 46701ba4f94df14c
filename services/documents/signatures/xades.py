"""Signatures of an XML, by signxml: enveloped and enveloping. Only what was signed is believed, nothing is fetched."""

import asyncio
from base64 import b64decode
from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from asn1crypto.x509 import Certificate
from cryptography import x509
from lxml import etree
from lxml.etree import _Element as Element
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import PathError, ValidationError
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.exceptions import InvalidInput, InvalidSignature
from signxml.verifier import VerifyResult
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier, XAdESVerifyResult

from services.documents.signatures.result import (
    MOST_CERTIFICATES,
    MOST_SIGNATURES,
    Reason,
    Result,
    Signature,
    aware,
    person,
    untrusted,
)
from services.documents.signatures.trust import USES, Trust

KIND = "XAdES"
DS, XADES = "{http://www.w3.org/2000/09/xmldsig#}", "{http://uri.etsi.org/01903/v1.3.2#}"
MOST_READ = 60 * 1024**2  #: bytes; the file is read anew for each thing that a signature names
#: how a signed part may be taken from the file; signxml passes over others without a word
TRANSFORMS = {
    SignatureConstructionMethod.enveloped.value, "http://www.w3.org/2000/09/xmldsig#base64",
    *(method.value for method in CanonicalizationMethod),
}  # fmt: skip


class Verifier(XAdESVerifier):
    """Of one signature among several, by its place in the file."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def _get_signature(self, root: Element) -> Element:
        return nth(root, self.place)


def nth(root: Element, place: int) -> Element:
    return list(root.iter(f"{DS}Signature"))[place]


def found_in(content: bytes, *, trust: Trust, at: datetime) -> list[Signature]:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError):
        return []
    count = sum(1 for _ in root.iter(f"{DS}Signature"))
    read = len(content) * sum(1 for _ in root.iter(f"{DS}Reference"))
    certificates = sum(1 for _ in root.iter(f"{DS}X509Certificate", f"{XADES}EncapsulatedX509Certificate"))
    if count > MOST_SIGNATURES or read > MOST_READ or certificates > MOST_CERTIFICATES:
        return [Signature.unchecked(KIND, Reason.TOO_MUCH)]
    return [checked(content, root, place, trust=trust, at=at) for place in range(count)]


def checked(content: bytes, root: Element, place: int, *, trust: Trust, at: datetime) -> Signature:
    signature = nth(root, place)
    if any(one.get("Algorithm") not in TRANSFORMS for one in signature.iter(f"{DS}Transform")):
        return Signature.unchecked(KIND, Reason.KIND)
    try:
        signer, *others = certificates_of(signature)
        return judged(content, root, place, signer=signer, others=others, trust=trust, at=at)
    except (InvalidInput, etree.DocumentInvalid):
        return Signature.unchecked(KIND, Reason.KIND)
    except Exception:
        return Signature.unchecked(KIND, Reason.UNREADABLE)


def certificates_of(signature: Element) -> list[bytes]:
    """All that come with the signature, the signer's first: it is the one that issued none of the others."""
    texts = signature.iter(f"{DS}X509Certificate", f"{XADES}EncapsulatedX509Certificate")
    found = list(dict.fromkeys(b64decode(one.text or "") for one in texts))
    issuers = [Certificate.load(one).issuer for one in found]
    return sorted(found, key=lambda one: issuers.count(Certificate.load(one).subject) > 0)


def judged(
    content: bytes, root: Element, place: int, *, signer: bytes, others: Sequence[bytes], trust: Trust, at: datetime
) -> Signature:
    """Whether it fits comes first, as of a day when the certificate was good; then whether it is trusted now."""
    certificate, key = Certificate.load(signer), x509.load_der_x509_certificate(signer)
    config = XAdESSignatureConfiguration(expect_references=True, verification_time=key.not_valid_before_utc)
    told = person(certificate)
    try:
        signed = Verifier(place).verify(content, x509_cert=key, expect_config=config)
    except InvalidSignature:
        return Signature(result=Result.INVALID, kind=KIND, reason=Reason.ALTERED, **told)
    if not is_all_of(root, place, signed):
        return Signature(result=Result.UNCHECKED, kind=KIND, reason=Reason.PART, is_whole=False, **told)
    is_good = is_trusted(certificate, [Certificate.load(one) for one in others], trust=trust, at=at)
    return Signature(
        result=Result.VALID if is_good else Result.UNKNOWN_TRUST, kind=KIND,
        reason=Reason.NONE if is_good else untrusted(certificate, at=at),
        claimed_at=claimed_at(signed), trusted_on=trust.day, **told,
    )  # fmt: skip


def is_all_of(root: Element, place: int, signed: Sequence[VerifyResult]) -> bool:
    """Whether what was signed is the file itself: against parts moved elsewhere, with a file of anybody around them."""
    seen = {canonical(one.signed_xml) for one in signed if one.signed_xml is not None}
    if any(
        isinstance(one, etree._ProcessingInstruction)
        for before in (True, False)
        for one in root.itersiblings(preceding=before)
    ):
        return False
    rest = deepcopy(root)
    signature = nth(rest, place)
    around = signature.getparent()
    if around is None:
        objects = [one for one in root.iterchildren(f"{DS}Object") if not is_about_the_signature(one)]
        return bool(objects) and all(canonical(one) in seen for one in objects)
    gap = etree.Comment()
    gap.tail = signature.tail
    around.replace(signature, gap)
    return canonical(rest) in seen


def is_about_the_signature(held: Element) -> bool:
    return [one.tag for one in held] == [f"{XADES}QualifyingProperties"]


def canonical(element: Element) -> bytes:
    """One text for one meaning, without comments."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def is_trusted(certificate: Certificate, others: Sequence[Certificate], *, trust: Trust, at: datetime) -> bool:
    try:
        KeyUsageConstraints(key_usage=USES).validate(certificate)
        asyncio.run(CertificateValidator(certificate, others, trust.at(at)).async_validate_path())
    except (PathError, ValidationError):
        return False
    return True


def claimed_at(signed: Sequence[VerifyResult]) -> datetime | None:
    """``SigningTime`` among the properties that were signed."""
    [properties] = [one.signed_properties for one in signed if isinstance(one, XAdESVerifyResult)]
    try:
        return aware(datetime.fromisoformat(properties.findtext(f"{XADES}SigningTime", "")))
    except ValueError:
        return None

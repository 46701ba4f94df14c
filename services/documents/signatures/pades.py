"""Signatures of a PDF, by pyHanko. What was added after one is judged by the rules of ISO 32000-2, 12.8.2.2."""

from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

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

KIND = "PAdES"
MOST_REVISIONS = 40
WEAK = {AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE, AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE}


def found_in(content: bytes, *, trust: Trust, at: datetime) -> list[Signature]:
    if content.count(b"/ByteRange") > MOST_SIGNATURES or content.count(b"startxref") > MOST_REVISIONS:
        return [Signature.unchecked(KIND, Reason.TOO_MUCH)]
    try:
        embedded = PdfFileReader(BytesIO(content)).embedded_regular_signatures
    except Exception:
        return [Signature.unchecked(KIND, Reason.UNREADABLE)]
    return [checked(one, trust=trust, at=at) for one in embedded[:MOST_SIGNATURES]]


def checked(embedded: EmbeddedPdfSignature, *, trust: Trust, at: datetime) -> Signature:
    try:
        if len(embedded.signed_data["certificates"]) > MOST_CERTIFICATES:
            return Signature.unchecked(KIND, Reason.TOO_MUCH)
        return judged(embedded, trust=trust, at=at)
    except SignatureValidationError:
        return Signature.unchecked(KIND, Reason.KIND)
    except Exception:
        return Signature.unchecked(KIND, Reason.UNREADABLE)


def judged(embedded: EmbeddedPdfSignature, *, trust: Trust, at: datetime) -> Signature:
    status = status_of(embedded, trust=trust, now=at, moment=at)
    stamp = status.timestamp_validity
    proven_at = stamp.timestamp if stamp and stamp.trusted else None
    if proven_at and not status.trusted:  # signed in time, read years later
        status = status_of(embedded, trust=trust, now=at, moment=proven_at)
    result, reason = outcome(status, at=proven_at or at)
    return Signature(
        result=result, kind=KIND, reason=reason, claimed_at=aware(status.signer_reported_dt), proven_at=proven_at,
        is_whole=status.coverage is SignatureCoverageLevel.ENTIRE_FILE, trusted_on=trust.day,
        **person(embedded.signer_cert),
    )  # fmt: skip


def status_of(embedded: EmbeddedPdfSignature, *, trust: Trust, now: datetime, moment: datetime) -> PdfSignatureStatus:
    """The signer as of the moment, the authority of the timestamp as of now."""
    return validate_pdf_signature(
        embedded, trust.at(moment), trust.at(now), key_usage_settings=KeyUsageConstraints(key_usage=USES)
    )


def outcome(status: PdfSignatureStatus, *, at: datetime) -> tuple[Result, Reason]:
    if not (status.intact and status.valid):
        return Result.INVALID, Reason.ALTERED
    if not status.docmdp_ok:
        return Result.INVALID, Reason.APPENDED
    if status.trust_problem_indic in WEAK:
        return Result.UNCHECKED, Reason.KIND
    if status.trusted:
        return Result.VALID, Reason.NONE
    return Result.UNKNOWN_TRUST, untrusted(status.signing_cert, at=at)

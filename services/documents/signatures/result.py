"""What is told of one signature, and how it is kept as JSON."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Self, TypedDict

from asn1crypto.x509 import Certificate
from cattrs.preconf.json import make_converter

from services.documents.signatures.trust import issuer_of, masked_number, name_of

#: of one file; more is a trick
MOST_SIGNATURES, MOST_CERTIFICATES = 10, 20

CONVERTER = make_converter()


class Result(StrEnum):
    """The classes of the dossier (taxes-identity-cases 5.3); a file without a signature has no row."""

    VALID = "valid"
    UNKNOWN_TRUST = "unknown-trust"  #: fits the file, but nobody we trust says whose it is, or that it was in time
    INVALID = "invalid"
    UNCHECKED = "unchecked"  #: of a kind that we cannot judge: neither good nor bad


class Reason(StrEnum):
    """Why it is not simply valid."""

    NONE = ""
    ALTERED = "altered"
    APPENDED = "appended"  #: what came after the signature changes the document
    EXPIRED = "expired"  #: the certificate is not valid now and nothing proves that it was used before
    UNKNOWN_ISSUER = "unknown-issuer"
    PART = "part"  #: the rest of the file may be of anybody
    KIND = "kind"
    UNREADABLE = "unreadable"
    TOO_MUCH = "too-much"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Whether a certificate was revoked is never checked: that would ask the network."""

    result: Result
    kind: str  #: PAdES or XAdES
    reason: Reason = Reason.NONE
    signer: str = ""
    number: str = ""  #: end of the PESEL, the rest is masked
    issuer: str = ""
    claimed_at: datetime | None = None  #: by the signer's own clock
    proven_at: datetime | None = None  #: by a timestamp of an authority that we trust
    is_whole: bool = True  #: the file as it is; otherwise an earlier state that was only added to as the signer allows
    trusted_on: date | None = None  #: day of the list of authorities

    @classmethod
    def unchecked(cls, kind: str, reason: Reason) -> Self:
        return cls(result=Result.UNCHECKED, kind=kind, reason=reason)

    @classmethod
    def of_json(cls, row: dict[str, Any]) -> Self:
        return CONVERTER.structure(row, cls)

    @property
    def is_earlier(self) -> bool:
        """Good for an earlier state of the file."""
        return not self.is_whole and self.result in {Result.VALID, Result.UNKNOWN_TRUST}

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = CONVERTER.unstructure(self)
        return told


class Person(TypedDict):
    """Fields of a Signature that a certificate answers."""

    signer: str
    number: str
    issuer: str


def person(certificate: Certificate) -> Person:
    return Person(signer=name_of(certificate), number=masked_number(certificate), issuer=issuer_of(certificate))


def untrusted(certificate: Certificate, *, at: datetime) -> Reason:
    """Why nobody vouches for a certificate at the moment."""
    is_in_time = certificate.not_valid_before <= at <= certificate.not_valid_after
    return Reason.UNKNOWN_ISSUER if is_in_time else Reason.EXPIRED


def aware(moment: datetime | None) -> datetime | None:
    """Some writers leave the zone out."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)

"""Issuing a document: its code, its bytes with their hash, and what it was made from."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import choice
from typing import Any

from django.core.files.base import ContentFile

from services.cases.models import Case
from services.documents.models import IssuedDocument
from services.documents.seal import sealed
from services.identity.models import User

#: No 0/O, 1/I/L: the code is read from paper and typed.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Made:
    """A document as it came from its maker."""

    code: str  #: stands in the document, so it is known before it is stored
    pdf: bytes
    pages: int
    title: str
    subject: str  #: what it is about, without personal data
    inputs: dict[str, Any]


def new_code() -> str:
    """``"7K3M-9QXT-2B5H"``: twelve letters of 31, 59 bits; cannot be guessed, can be typed."""
    letters = "".join(choice(ALPHABET) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in (0, 4, 8))


def normal_code(typed: str) -> str:
    """Spaces and case do not matter; dashes are put where they belong."""
    letters = "".join(letter for letter in typed.upper() if letter in ALPHABET)
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def store(made: Made, *, case: Case, issued_by: User, at: datetime) -> IssuedDocument:
    """What is stored and hashed is what was sealed. Raises NoSeal where the office must seal and cannot.

    Must run inside a transaction; the file of a transaction that fails is nobody's, because its row is gone.
    """
    issued = sealed(made.pdf, municipality=case.municipality, at=at)
    document = IssuedDocument(
        municipality=case.municipality,
        case=case,
        code=made.code,
        title=made.title,
        subject=made.subject,
        sha256=sha256(issued.pdf).hexdigest(),
        sealed_by=issued.owner,
        pages=made.pages,
        inputs=made.inputs,
        issued_at=at,
        issued_by=issued_by,
    )
    document.file.save(f"{made.code}.pdf", ContentFile(issued.pdf), save=False)
    document.save()
    return document
